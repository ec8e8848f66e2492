"""The functions behind the layers.

Nearly all of them are the engine's: a row with a place in ``nn`` appears here by itself.
"""

from __future__ import annotations

from .. import _C
from .._C import Tensor as Tensor
from .._lazy import absent
from ._composed import *
from ._scaled import *

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

globals().update({name: row for name, row in vars(_C._nn).items() if name[0] != "_"})

# the numbers of these modes in ``torch.grid_sampler``
GRID_SAMPLE_INTERPOLATION_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
GRID_SAMPLE_PADDING_MODES = {"zeros": 0, "border": 1, "reflection": 2}


def embedding(
    input: Any,
    weight: Any,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    if sparse and _wants_rows(weight):
        from ..sparse.embedding import embedding as by_rows

        return by_rows(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    return _C._nn.embedding(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: Any = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: Any = None,
) -> Any:
    own = offsets, max_norm, norm_type, scale_grad_by_freq, mode
    rest = per_sample_weights, include_last_offset, padding_idx
    if sparse and _wants_rows(weight):
        from ..sparse.embedding import embedding_bag as by_rows

        return by_rows(input, weight, *own, *rest)
    return _C._nn.embedding_bag(input, weight, *own, False, *rest)


def _wants_rows(weight: Any) -> bool:
    """Whether a lookup records a sparse gradient: that of a leaf. What a table is computed of takes dense ones."""
    return bool(weight.requires_grad and weight.is_leaf and _C.is_grad_enabled())


embedding.__doc__, embedding_bag.__doc__ = _C._nn.embedding.__doc__, _C._nn.embedding_bag.__doc__

_missing = absent(__name__)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    parts = vars(import_module("rushlight.nn._parts"))
    if name in parts and not name.startswith("__") and name not in ("F", "TYPE_CHECKING", "annotations", "warn"):
        globals()[name] = parts[name]
        return parts[name]
    return _missing(name)
