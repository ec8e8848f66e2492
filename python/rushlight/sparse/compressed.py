"""Matrices row by row (CSR) or column by column (CSC): where each line begins, and the other index of each element."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import Sparse, handle
from .places import Rows, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Compressed(Sparse):
    """A matrix whose lines follow one another: rows in ``sparse_csr``, columns in ``sparse_csc``."""

    _table: dict[str, Any] = {}
    _layout: Any
    _start: Tensor
    _other: Tensor

    layout = property(lambda self: self._layout)
    is_sparse = property(lambda self: False)
    is_sparse_csr = property(lambda self: self._layout == _C.sparse_csr)
    _backend = "SparseCsrCPU"
    by_row = property(lambda self: self._layout == _C.sparse_csr)
    _labels = property(
        lambda self: (
            ("crow_indices", "col_indices", "values")
            if self.by_row
            else ("ccol_indices", "row_indices", "values")
        )
    )

    def _nnz(self) -> int:
        return self._other.numel()

    def sparse_dim(self) -> int:
        """Two: it is a matrix."""
        return 2

    def dense_dim(self) -> int:
        """Zero: each element is a number."""
        return 0

    def values(self) -> Tensor:
        """What is stored, line by line."""
        return self._v.view_as(self._v) if self.requires_grad else self._v

    def crow_indices(self) -> Tensor:
        """Where each row begins, and the last one ends.

        Errors: RuntimeError unless the layout is ``sparse_csr``.
        """
        return self._index(True, "crow_indices", self._start)

    def col_indices(self) -> Tensor:
        """The column of each element; RuntimeError unless the layout is ``sparse_csr``."""
        return self._index(True, "col_indices", self._other)

    def ccol_indices(self) -> Tensor:
        """Where each column begins, and the last one ends; RuntimeError unless the layout is ``sparse_csc``."""
        return self._index(False, "ccol_indices", self._start)

    def row_indices(self) -> Tensor:
        """The row of each element; RuntimeError unless the layout is ``sparse_csc``."""
        return self._index(False, "row_indices", self._other)

    def _index(self, by_row: bool, name: str, part: Tensor) -> Tensor:
        if self.by_row != by_row:
            kind = "row" if by_row else "column"
            raise RuntimeError(
                f"{name} expected sparse {kind} compressed tensor layout but got {self._shown}"
            )
        return part

    @property
    def _shown(self) -> str:
        return "SparseCsr" if self.by_row else "SparseCsc"

    def _refused(self, name: str) -> Any:
        raise RuntimeError(f"{name} expected sparse coordinate tensor layout but got {self._shown}")

    def indices(self) -> Any:
        """Refused: lines are compressed."""
        return self._refused("indices")

    def coalesce(self) -> Any:
        """Refused: lines are compressed."""
        return self._refused("coalesce")

    def is_coalesced(self) -> Any:
        """Refused: lines are compressed."""
        return self._refused("is_coalesced")

    def _indices(self) -> Any:
        return self._refused("_indices")

    def _values(self) -> Any:
        return self._refused("_values")

    def stride(self, dim: int | None = None) -> Any:
        """Refused: no element has an address."""
        raise RuntimeError(f"Sparse {'CSR' if self.by_row else 'CSC'} tensors do not have strides")

    def is_contiguous(self, memory_format: Any = None) -> Any:
        """Refused: no element has an address."""
        raise RuntimeError("Tensors of type SparseCsrTensorImpl do not have is_contiguous")

    def _lines(self) -> Rows:
        """The matrix line by line: its rows, or the rows of the transposed one."""
        known = self.__dict__.get("_known")
        version = (self._start._version, self._other._version)  # type: ignore[attr-defined]
        if known is None or known[0] != version:
            self._check()
            size = tuple(self.shape) if self.by_row else tuple(self.shape)[::-1]
            known = self._known = (version, Rows(self._start, self._other, None, None, size))
        return known[1]

    def _rows(self) -> Rows:
        """The matrix row by row."""
        return self._lines() if self.by_row else self._lines().flipped

    def _check(self) -> None:
        """Raises unless the indices make sense."""
        first, second, _ = self._labels
        _lines, width = tuple(self.shape) if self.by_row else tuple(self.shape)[::-1]
        count = self._other.numel()
        across = "ncols" if self.by_row else "nrows"
        if int(self._start[0]) != 0:
            raise RuntimeError(f"`{first}[..., 0] == 0` is not satisfied.")
        if int(self._start[-1]) != count:
            raise RuntimeError(f"`{first}[..., -1] == nnz` is not satisfied.")
        if bool((self._start[1:] < self._start[:-1]).any()):
            raise RuntimeError(f"`0 <= {first}[..., 1:] - {first}[..., :-1] <= {across}` is not satisfied.")
        if count and (int(self._other.amin()) < 0 or int(self._other.amax()) >= width):
            raise RuntimeError(f"`0 <= {second} < {across}` is not satisfied.")

    def _flat(self) -> Tensor:
        """The number of each place, row by row."""
        line = rows_of(self._lines().start).to(_C.int64)
        row, column = (line, self._other) if self.by_row else (self._other, line)
        return row * self.shape[1] + column

    def _like(self, values: Tensor) -> Any:
        made = compressed(self._layout, self._start, self._other, values, self.shape)
        if "_known" in self.__dict__:
            made._known = self._known
        return made

    def _take(self, other: Any) -> None:
        if not isinstance(other, Compressed) or other.layout != self.layout:
            raise RuntimeError("a sparse tensor can be set to another of its layout only")
        if other.shape != self.shape or other.dtype != self.dtype:
            raise NotImplementedError("a sparse tensor can be set to another of its shape and dtype only")
        self._start, self._other, self._v, self._made = other._start, other._other, other._v, None
        self.__dict__.pop("_known", None)

    def _pick(self, dense: Tensor) -> Tensor:
        return dense.reshape(-1).index_select(0, self._flat())

    def _parts(self) -> tuple[Tensor, ...]:
        return self._start, self._other, self._v


Compressed.__name__ = Compressed.__qualname__ = "Tensor"
Compressed.__module__ = Tensor.__module__


def compressed(layout: Any, start: Tensor, other: Tensor, values: Tensor, size: Any) -> Any:
    """A matrix of its parts, which are not looked at."""
    made = handle(Compressed, size, values)
    made._layout, made._start, made._other, made._v = layout, start, other, values
    return made
