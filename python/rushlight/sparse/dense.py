"""What plain tensors answer to the methods of sparse ones."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .coo import coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def to_sparse(
    self: Tensor,
    sparse_dim: int | None = None,
    *,
    layout: Any = None,
    blocksize: Any = None,
    dense_dim: int | None = None,
) -> Any:
    """A sparse tensor of the elements that are not zero.

    Args:
        sparse_dim (int, optional): index along so many of the first axes only, and store whole what belongs to an index if any
            of it is not zero. layout (layout, optional): another than ``sparse_coo``. dense_dim (int, optional): the axes that
            are stored whole, instead of ``sparse_dim``.
    """
    if layout is not None and layout != _C.sparse_coo:
        if layout == _C.strided:
            return self
        if self.dim() != 2:
            raise RuntimeError(f"{layout}: expected a matrix, but got a tensor of {self.dim()} dimensions")
        return to_sparse(self).to_sparse(layout=layout, blocksize=blocksize)
    n = self.dim() - (dense_dim or 0) if sparse_dim is None else sparse_dim
    if not 0 <= n <= self.dim():
        raise RuntimeError(
            f"dense_to_sparse: sparse_dim argument must be in [0,{self.dim()}] range, but {n} is given"
        )
    found = self.detach() != 0
    if n < self.dim():
        found = found.flatten(n).any(n)
    places = found.nonzero().t().contiguous()
    if n == 0:
        kept = self.unsqueeze(0) if places.size(1) else self.unsqueeze(0)[:0]
        return coo(_C.empty(0, kept.size(0), dtype=_C.int64), kept, self.shape, True)
    made = coo(places, self[tuple(places)], self.shape, True)
    if not made.is_leaf:
        made._made = "ToSparseBackward0"
    return made


def to_sparse_coo(self: Tensor) -> Any:
    """A sparse tensor of coordinates, of the elements that are not zero."""
    return to_sparse(self)


def to_sparse_csr(self: Tensor, dense_dim: int | None = None) -> Any:
    """A sparse matrix row by row, of the elements that are not zero."""
    return to_sparse(self, layout=_C.sparse_csr)


def to_sparse_csc(self: Tensor, dense_dim: int | None = None) -> Any:
    """A sparse matrix column by column, of the elements that are not zero."""
    return to_sparse(self, layout=_C.sparse_csc)


def to_sparse_bsr(self: Tensor, blocksize: Any, dense_dim: int | None = None) -> Any:
    """Refused: there are no matrices of blocks."""
    return to_sparse(self, layout=_C.sparse_bsr)


def to_sparse_bsc(self: Tensor, blocksize: Any, dense_dim: int | None = None) -> Any:
    """Refused: there are no matrices of blocks."""
    return to_sparse(self, layout=_C.sparse_bsc)


def sparse_mask(self: Tensor, mask: Any) -> Any:
    """The elements at the places that ``mask`` stores, as a sparse tensor of its places."""
    from .shape import mask as masked

    return masked(self, mask)


def refusing(name: str) -> Any:
    """A method that plain tensors do not have."""
    if name in ("values", "_values"):
        kind = "sparse tensor"
    elif name in ("crow_indices", "col_indices"):
        kind = "sparse row compressed tensor"
    elif name in ("ccol_indices", "row_indices"):
        kind = "sparse column compressed tensor"
    else:
        kind = "sparse coordinate tensor"

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        """Refused: the tensor is not sparse."""
        if name[0] == "_":
            raise NotImplementedError(
                f"Could not run 'aten::{name}' with arguments from the 'CPU' backend: the tensor is not sparse"
            )
        raise RuntimeError(f"{name} expected {kind} layout but got Strided")

    return method


for _name in (
    "coalesce indices values _indices _values _nnz crow_indices col_indices ccol_indices row_indices sparse_resize_ "
    "sparse_resize_and_clear_ _coalesced_"
).split():
    globals()[_name] = refusing(_name)
