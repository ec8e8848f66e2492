"""Some of the items."""

from __future__ import annotations

from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe


@functional_datapipe("filter")
class FilterIterDataPipe(IterDataPipe):
    """Items for which ``filter_fn`` is true.

    Args:
        datapipe (IterDataPipe): the step before.
        filter_fn (callable): gives ``True`` or ``False``.
        input_col (int, str or list, optional): which parts of an item it takes. Default: the whole

    Errors: ValueError for anything but a bool from ``filter_fn``.
    """

    def __init__(self, datapipe: Any, filter_fn: Any, input_col: Any = None) -> None:
        self.datapipe, self.filter_fn, self.input_col = datapipe, filter_fn, input_col

    def _parts(self, item: Any) -> Any:
        if self.input_col is None:
            return (item,)
        keys = self.input_col if isinstance(self.input_col, (list, tuple)) else [self.input_col]
        return [item[key] for key in keys]

    def __iter__(self) -> Any:
        for item in self.datapipe:
            wanted = self.filter_fn(*self._parts(item))
            if not isinstance(wanted, bool):
                raise ValueError(
                    f"Boolean output is required for `filter_fn` of {type(self).__name__}, got", type(wanted)
                )
            if wanted:
                yield item


__all__ = ["FilterIterDataPipe"]
