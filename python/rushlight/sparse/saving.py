"""Sparse tensors in pickles and in PyTorch's files."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .compressed import compressed
from .coo import coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rebuild(layout: str, parts: Any, size: Any, once: bool, requires_grad: bool) -> Any:
    """A tensor of what was pickled of it."""
    if layout == "torch.sparse_coo":
        made = coo(parts[0], parts[1], size, once)
    else:
        made = compressed(getattr(_C, layout.removeprefix("torch.")), parts[0], parts[1], parts[2], size)
    return made.requires_grad_() if requires_grad else made


def checked(layout: Any, data: Any) -> Any:
    """A tensor of what a file holds, which may have been written with harm in mind.

    Errors: ValueError if the parts do not make a tensor.
    """
    from .create import sparse_compressed_tensor, sparse_coo_tensor

    if not isinstance(data, tuple) or not all(
        isinstance(part, Tensor) for part in data[: _PARTS.get(str(layout), 0)]
    ):
        raise ValueError("a sparse tensor needs its indices and values")
    if layout == _C.sparse_coo and len(data) in (3, 4):
        indices, values, size = data[:3]
        once = data[3] if len(data) == 4 else False
        return sparse_coo_tensor(indices, values, size, check_invariants=True, is_coalesced=once is True)
    if layout in (_C.sparse_csr, _C.sparse_csc) and len(data) == 4:
        start, other, values, size = data
        return sparse_compressed_tensor(start, other, values, size, layout=layout, check_invariants=True)
    raise ValueError(f"the layout {layout} is not supported")


_PARTS = {"torch.sparse_coo": 2, "torch.sparse_csr": 3, "torch.sparse_csc": 3}
