"""Tensors by coordinates: a column of ``indices`` and a row of ``values`` for each element that is stored."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import Sparse, handle
from .places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Coo(Sparse):
    """``indices`` of shape (sparse_dim, nnz), ``values`` of shape (nnz, dense sizes); one place may be stored several times."""

    _backend = "SparseCPU"
    _labels = ("indices", "values")
    _table: dict[str, Any] = {}
    _i: Tensor
    _once: bool
    """Whether the places are in order, each once."""

    layout = property(lambda self: _C.sparse_coo)
    is_sparse = property(lambda self: True)
    is_sparse_csr = property(lambda self: False)

    def is_coalesced(self) -> bool:
        """Whether the places are known to be in order, each once."""
        return self._once

    def _nnz(self) -> int:
        return self._i.size(1)

    def sparse_dim(self) -> int:
        """The axes that indices count along."""
        return self._i.size(0)

    def dense_dim(self) -> int:
        """The axes along which everything is stored, at the end."""
        return self._v.dim() - 1

    def _indices(self) -> Tensor:
        return self._i

    def _values(self) -> Tensor:
        return self._v.detach()

    def indices(self) -> Tensor:
        """The places, one in each column.

        Errors: RuntimeError unless coalesced.
        """
        if not self._once:
            raise RuntimeError("Cannot get indices on an uncoalesced tensor, please call .coalesce() first")
        return self._i

    def values(self) -> Tensor:
        """What is stored at each place.

        Errors: RuntimeError unless coalesced.
        """
        if not self._once:
            raise RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first")
        return self._v.view_as(self._v) if self.requires_grad else self._v

    def coalesce(self) -> Any:
        """The same tensor with its places in order, each once: what was stored at one place several times is summed."""
        if self._once:
            return self
        places = self._places()
        order, which, first = places.once()
        values = self._v
        if order is not None:
            values = values.index_select(0, order)
        indices = self._i if order is None else self._i.index_select(1, order)
        if which is not None:
            values = total(values, which, first.numel())
            indices = indices.index_select(1, first)
        made = coo(indices, values, self.shape, True)
        if not made.is_leaf:
            made._made = "CoalesceBackward0"
        return made

    def _coalesced_(self, coalesced: bool) -> Any:
        """Says, unchecked, that the places are in order, each once."""
        self._once = bool(coalesced)
        return self

    def _places(self) -> Places:
        """What is known about the places, for these very indices."""
        known = self.__dict__.get("_known")
        if known is None or known.version != self._i._version:  # type: ignore[attr-defined]
            known = self._known = Places(self._i, self.shape[: self.sparse_dim()], self._once)
        return known

    def _like(self, values: Tensor) -> Any:
        made = coo(self._i, values, self.shape, self._once)
        if "_known" in self.__dict__:
            made._known = self._known
        return made

    def _take(self, other: Any) -> None:
        if not isinstance(other, Coo):
            raise RuntimeError("a sparse tensor can be set to another of its layout only")
        if other.shape != self.shape or other.dtype != self.dtype:
            raise NotImplementedError("a sparse tensor can be set to another of its shape and dtype only")
        self._i, self._v, self._once = other._i, other._v, other._once
        self.__dict__.pop("_known", None)
        self._made = None

    def _pick(self, dense: Tensor) -> Tensor:
        n = self.sparse_dim()
        return dense.reshape(-1, *self.shape[n:]).index_select(0, self._places().flat)

    def _parts(self) -> tuple[Tensor, ...]:
        return self._i, self._v

    def _sorted(self) -> bool:
        return self._once

    def stride(self, dim: int | None = None) -> Any:
        """Zeros: no element has an address."""
        return (0,) * self.dim() if dim is None else 0

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """``False``."""
        return False

    def crow_indices(self) -> Any:
        """Refused: rows are not compressed."""
        raise RuntimeError("crow_indices expected sparse row compressed tensor layout but got Sparse")

    def col_indices(self) -> Any:
        """Refused: rows are not compressed."""
        raise RuntimeError("col_indices expected sparse row compressed tensor layout but got Sparse")

    def ccol_indices(self) -> Any:
        """Refused: columns are not compressed."""
        raise RuntimeError("ccol_indices expected sparse column compressed tensor layout but got Sparse")

    def row_indices(self) -> Any:
        """Refused: columns are not compressed."""
        raise RuntimeError("row_indices expected sparse column compressed tensor layout but got Sparse")


# a class of tensors by itself, which programs see as the one class there is
Coo.__name__ = Coo.__qualname__ = "Tensor"
Coo.__module__ = Tensor.__module__


def coo(indices: Tensor, values: Tensor, size: Any, once: bool = False) -> Any:
    """A tensor of its parts, which are not looked at."""
    made = handle(Coo, size, values)
    made._i, made._v, made._once = indices, values, once or indices.size(1) == 0
    return made


def total(values: Tensor, which: Tensor, n: int) -> Tensor:
    """The sum of the rows of `values` that belong to each of the numbers below `n`."""
    if values.dtype == _C.bool:
        return total(values.to(_C.uint8), which, n).to(_C.bool)
    return values.new_zeros(n, *values.shape[1:]).index_add(0, which, values)
