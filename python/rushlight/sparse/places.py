"""Where the elements of a sparse tensor lie: in which order, which rows are where. Computed when first asked for."""

from __future__ import annotations

from functools import cached_property

from .. import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

# numbers of places are int64
_MOST = 2**63 - 1


class Places:
    """The columns of ``indices`` as places in a tensor of ``size``.

    Args:
        indices (Tensor): of shape (axes, n). size (sequence): of each axis. once (bool): they are in order, each once.
    """

    def __init__(self, indices: Tensor, size: Any, once: bool) -> None:
        self.indices, self.size, self.is_once, self.version = indices, tuple(size), once, indices._version  # type: ignore[attr-defined]
        self.mirror: Any = None  # those of the transposed matrix, whose rows are this one's columns

    @cached_property
    def flat(self) -> Tensor:
        """The number of each place, counted along the last axis first.

        Errors: RuntimeError if an index lies outside, or there are more places than numbers.
        """
        n, count = 1, self.indices.size(1)
        for length in self.size:
            n *= length
        if n > _MOST:
            raise RuntimeError(f"the sizes {list(self.size)} have more places than int64 has numbers")
        if count and self.size:
            low, high = self.indices.amin(1).tolist(), self.indices.amax(1).tolist()
            for axis, length in enumerate(self.size):
                if low[axis] < 0:
                    raise RuntimeError(f"found negative index {low[axis]} for dim {axis}")
                if high[axis] >= length:
                    raise RuntimeError(
                        f"size is inconsistent with indices: for dim {axis}, size is {length} but found index {high[axis]}"
                    )
        number = _C.zeros(count, dtype=_C.int64)
        for axis, length in enumerate(self.size):
            number = number * length + self.indices[axis] if axis else self.indices[axis]
        return number

    def once(self) -> tuple[Any, Any, Any]:
        """What brings the places in order, each once.

        Returns:
            (order, which, first): positions that sort (None: they are sorted), for each sorted position the number of its place
            among the different ones (None: they all differ), and the first position of each place
        """
        if self.is_once:
            return None, None, None
        flat = self.flat
        if flat.numel() < 2:
            return None, None, None
        ordered, order = _C.sort(flat, stable=True)
        new = ordered[1:] != ordered[:-1]
        if bool(new.all()):
            return order, None, None
        which = _C.cat([_C.zeros(1, dtype=_C.int64), new.cumsum(0)])
        first = _C.cat([_C.zeros(1, dtype=_C.int64), new.nonzero().flatten() + 1])
        return order, which, first

    @cached_property
    def rows(self) -> Rows:
        """The places of a matrix row by row."""
        if self.mirror is not None:
            return self.mirror.rows.flipped
        self.flat  # noqa: B018  # looks at the indices
        row, column = self.indices[0], self.indices[1]
        if self.is_once:
            return Rows(starts(row, self.size[0]), column, None, row, self.size)
        ordered, order = _C.sort(row, stable=True)
        return Rows(starts(ordered, self.size[0]), column.index_select(0, order), order, ordered, self.size)


class Rows:
    """A matrix row by row.

    Args:
        start (Tensor): where each row begins, and the last one ends. column (Tensor): of each element.
        order (Tensor, optional): which of the values each element is; none if they are in order.
        row (Tensor, optional): of each element.
        size (tuple): of the matrix.
    """

    def __init__(self, start: Tensor, column: Tensor, order: Any, row: Any, size: Any) -> None:
        self.start, self.column, self.order, self._row, self.size = start, column, order, row, size

    @cached_property
    def row(self) -> Tensor:
        """The row of each element."""
        if self._row is not None:
            return self._row
        return rows_of(self.start)

    @cached_property
    def flipped(self) -> Rows:
        """The transposed matrix row by row."""
        ordered, order = _C.sort(self.column, stable=True)
        row = self.row.index_select(0, order)
        places = order if self.order is None else self.order.index_select(0, order)
        made = Rows(starts(ordered, self.size[1]), row, places, ordered, (self.size[1], self.size[0]))
        made.__dict__["flipped"] = self
        return made


def starts(ordered: Tensor, n: int) -> Tensor:
    """Where each of the numbers below `n` begins in a sorted list, and where the last one ends."""
    return _C.searchsorted(ordered, _C.arange(n + 1, dtype=ordered.dtype)).to(ordered.dtype)


def rows_of(start: Tensor) -> Tensor:
    """The row of each element, of where the rows begin."""
    counts = start[1:] - start[:-1]
    return _C.repeat_interleave(_C.arange(counts.numel(), dtype=start.dtype), counts)
