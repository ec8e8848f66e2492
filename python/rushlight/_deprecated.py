"""Functions, and calls of them, that PyTorch means to give up; they say so, then do what they always did."""

from __future__ import annotations

from . import _C
from ._warn import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def range(*args: Any, **kwargs: Any) -> _C.Tensor:
    """Values from ``start`` to ``end``, which is the last of them; ``arange`` leaves it out, as Python does.

    Args:
        start (number): Default: 0
        end (number): the last value.
        step (number): Default: 1
        out, dtype, layout, device, requires_grad: as in :func:`arange`.

    Errors: RuntimeError for a step of zero, or one that leads away from ``end``.

    >>> rl.range(0, 1, 0.5)
    tensor([0.0000, 0.5000, 1.0000])
    """
    warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
    )
    return _C.range(*args, **kwargs)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[_C.Tensor, ...]:
    """Grids of coordinates from vectors, as expanded views.

    Args:
        tensors (Tensor): vectors and single numbers, one by one or as a list.
        indexing (str): ``'ij'``, which is the default and will have to be said one day, or ``'xy'`` with the first two axes
            exchanged.

    Errors: RuntimeError for tensors of several axes, dtypes or devices, and another ``indexing``.

    >>> rl.meshgrid(rl.arange(2), rl.arange(3), indexing="ij")[0].shape
    torch.Size([2, 3])
    """
    if indexing is None:
        warn("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.")
    return _C.meshgrid(*tensors, indexing=indexing)
