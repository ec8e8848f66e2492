"""A function of each item."""

from __future__ import annotations

import copy
from typing import Any

from ..._utils.collate import default_collate
from ..datapipe import IterDataPipe, functional_datapipe
from ._length import length_of


@functional_datapipe("map")
class MapperIterDataPipe(IterDataPipe):
    """``fn`` of each item, or of one of its parts.

    Args:
        datapipe (IterDataPipe): the step before.
        fn (callable): what to do.
        input_col (int, str or list, optional): which parts it takes. Default: the whole
        output_col (int or str, optional): which part its result becomes; -1 adds one. Default: that which it took
    """

    def __init__(self, datapipe: Any, fn: Any, input_col: Any = None, output_col: Any = None) -> None:
        if not callable(fn):
            raise TypeError(f"A callable function is expected, but {type(fn)} is provided.")
        if input_col is None and output_col is not None:
            raise ValueError("`output_col` must be None when `input_col` is None.")
        self.datapipe, self.fn, self.input_col, self.output_col = datapipe, fn, input_col, output_col

    def _apply(self, item: Any) -> Any:
        if self.input_col is None:
            return self.fn(item)
        several = isinstance(self.input_col, (list, tuple))
        result = self.fn(*(item[key] for key in self.input_col)) if several else self.fn(item[self.input_col])
        made = list(item) if isinstance(item, tuple) else copy.copy(item)
        place = (
            self.output_col
            if self.output_col is not None
            else self.input_col[0]
            if several
            else self.input_col
        )
        if place == -1 and isinstance(made, list):
            made.append(result)
        else:
            made[place] = result
        return tuple(made) if isinstance(item, tuple) else made

    def __iter__(self) -> Any:
        for item in self.datapipe:
            yield self._apply(item)

    def __len__(self) -> int:
        return length_of(self.datapipe, self)


@functional_datapipe("collate")
class CollatorIterDataPipe(MapperIterDataPipe):
    """Batches as tensors."""

    def __init__(self, datapipe: Any, conversion: Any = None, collate_fn: Any = None) -> None:
        super().__init__(datapipe, collate_fn or (conversion if callable(conversion) else default_collate))


__all__ = ["CollatorIterDataPipe", "MapperIterDataPipe"]
