"""Items brought together, and taken apart."""

from __future__ import annotations

from typing import Any

from ..datapipe import DataChunk, IterDataPipe, functional_datapipe
from ._length import length_of


@functional_datapipe("batch")
class BatcherIterDataPipe(IterDataPipe):
    """``batch_size`` items at a time; ``drop_last`` leaves out what does not fill one.

    Errors: AssertionError for a size below one.
    """

    def __init__(
        self, datapipe: Any, batch_size: int, drop_last: bool = False, wrapper_class: Any = DataChunk
    ) -> None:
        if batch_size <= 0:
            raise AssertionError("Batch size is required to be larger than 0!")
        self.datapipe, self.batch_size, self.drop_last, self.wrapper_class = (
            datapipe,
            batch_size,
            drop_last,
            wrapper_class,
        )

    def __iter__(self) -> Any:
        batch: list[Any] = []
        for item in self.datapipe:
            batch.append(item)
            if len(batch) == self.batch_size:
                yield self.wrapper_class(batch)
                batch = []
        if batch and not self.drop_last:
            yield self.wrapper_class(batch)

    def __len__(self) -> int:
        count = length_of(self.datapipe, self)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


@functional_datapipe("unbatch")
class UnBatcherIterDataPipe(IterDataPipe):
    """The items of batches, ``unbatch_level`` deep; all the way with -1."""

    def __init__(self, datapipe: Any, unbatch_level: int = 1) -> None:
        self.datapipe, self.unbatch_level = datapipe, unbatch_level

    def _open(self, item: Any, level: int) -> Any:
        if level == 0 or (level < 0 and not isinstance(item, list)):
            yield item
        elif isinstance(item, list):
            for each in item:
                yield from self._open(each, level - 1 if level > 0 else -1)
        else:
            raise IndexError(f"unbatch_level {self.unbatch_level} exceeds the depth of the DataPipe")

    def __iter__(self) -> Any:
        if self.unbatch_level < -1:
            raise ValueError("unbatch_level must be -1 or >= 0")
        for item in self.datapipe:
            yield from self._open(item, self.unbatch_level)


@functional_datapipe("groupby")
class GrouperIterDataPipe(IterDataPipe):
    """Lists of items whose keys agree.

    Args:
        datapipe (IterDataPipe): the step before.
        group_key_fn (callable): the key of an item.
        keep_key (bool): pairs of the key and the list. Default: ``False``
        buffer_size (int): how many items may wait; then the largest group is given. Default: 10000
        group_size (int, optional): gives a group as soon as it has so many items. Default: at the end
        guaranteed_group_size (int, optional): how many a group needs at least to be given when the buffer is full.
            Default: ``group_size``
        drop_remaining (bool): leaves out smaller ones. Default: ``False``

    Errors: ValueError for sizes that do not fit one another; RuntimeError if the buffer is full of groups that are too small.
    """

    def __init__(
        self,
        datapipe: Any,
        group_key_fn: Any,
        *,
        keep_key: bool = False,
        buffer_size: int = 10000,
        group_size: int | None = None,
        guaranteed_group_size: int | None = None,
        drop_remaining: bool = False,
    ) -> None:
        if group_size is not None and not 0 < group_size <= buffer_size:
            raise AssertionError("group_size must be > 0 and <= buffer_size")
        if guaranteed_group_size is not None and (
            group_size is None or not 0 < guaranteed_group_size <= group_size
        ):
            raise AssertionError("guaranteed_group_size must be > 0 and <= group_size")
        self.datapipe, self.group_key_fn, self.keep_key = datapipe, group_key_fn, keep_key
        self.buffer_size, self.group_size, self.drop_remaining = buffer_size, group_size, drop_remaining
        self.guaranteed_group_size = group_size if guaranteed_group_size is None else guaranteed_group_size

    def _given(self, key: Any, items: list[Any]) -> Any:
        return (key, DataChunk(items)) if self.keep_key else DataChunk(items)

    def __iter__(self) -> Any:
        groups: dict[Any, list[Any]] = {}
        held = 0
        for item in self.datapipe:
            key = self.group_key_fn(item)
            groups.setdefault(key, []).append(item)
            held += 1
            if len(groups[key]) == self.group_size:
                held -= len(groups[key])
                yield self._given(key, groups.pop(key))
            if held == self.buffer_size:
                key = max(groups, key=lambda k: len(groups[k]))
                items = groups.pop(key)
                held -= len(items)
                if len(items) >= (self.guaranteed_group_size or 0):
                    yield self._given(key, items)
                elif not self.drop_remaining:
                    raise RuntimeError("Failed to group items", str(items))
        for key, items in groups.items():
            yield self._given(key, items)


__all__ = ["BatcherIterDataPipe", "GrouperIterDataPipe", "UnBatcherIterDataPipe"]
