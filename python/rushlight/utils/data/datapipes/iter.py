"""Steps that give items one after the other."""

from __future__ import annotations

import copy
import random
from typing import Any

from .... import _C
from .._utils.collate import default_collate
from .datapipe import DataChunk, IterDataPipe, functional_datapipe


def _length(value: Any, owner: Any) -> int:
    try:
        return len(value)
    except TypeError:
        raise TypeError(f"{type(owner).__name__} instance doesn't have valid length") from None


class IterableWrapper(IterDataPipe):
    """The items of anything that can be run through.

    Args:
        iterable (iterable): the items.
        deepcopy (bool): of a copy each time. Default: ``True``
    """

    def __init__(self, iterable: Any, deepcopy: bool = True) -> None:
        self.iterable, self.deepcopy = iterable, deepcopy

    def __iter__(self) -> Any:
        yield from copy.deepcopy(self.iterable) if self.deepcopy else self.iterable

    def __len__(self) -> int:
        return _length(self.iterable, self)


@functional_datapipe("map")
class Mapper(IterDataPipe):
    """``fn`` of each item, or of one of its parts.

    Args:
        datapipe (IterDataPipe): the step before.
        fn (callable): what to do.
        input_col (int, str or list, optional): which parts it takes. Default: the whole
        output_col (int or str, optional): which part its result becomes; -1 adds one. Default: that which it took
    """

    def __init__(self, datapipe: Any, fn: Any, input_col: Any = None, output_col: Any = None) -> None:
        if not callable(fn):
            raise TypeError(f"A callable function is expected, but got {type(fn)} instead.")
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
        return _length(self.datapipe, self)


@functional_datapipe("filter")
class Filter(IterDataPipe):
    """Items for which ``filter_fn`` is true, of the whole or of its part ``input_col``."""

    def __init__(self, datapipe: Any, filter_fn: Any, input_col: Any = None) -> None:
        self.datapipe, self.filter_fn, self.input_col = datapipe, filter_fn, input_col

    def __iter__(self) -> Any:
        for item in self.datapipe:
            if self.filter_fn(item if self.input_col is None else item[self.input_col]):
                yield item


@functional_datapipe("batch")
class Batcher(IterDataPipe):
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
        count = _length(self.datapipe, self)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


@functional_datapipe("unbatch")
class UnBatcher(IterDataPipe):
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


@functional_datapipe("collate")
class Collator(Mapper):
    """Batches as tensors."""

    def __init__(self, datapipe: Any, conversion: Any = None, collate_fn: Any = None) -> None:
        super().__init__(datapipe, collate_fn or (conversion if callable(conversion) else default_collate))


@functional_datapipe("concat")
class Concater(IterDataPipe):
    """Several steps, one after the other."""

    def __init__(self, *datapipes: Any) -> None:
        if not datapipes:
            raise ValueError("Expected at least one DataPipe, but got nothing")
        self.datapipes = datapipes

    def __iter__(self) -> Any:
        for each in self.datapipes:
            yield from each

    def __len__(self) -> int:
        return sum(_length(each, self) for each in self.datapipes)


@functional_datapipe("zip")
class Zipper(IterDataPipe):
    """Tuples of items of several steps, as long as all have any."""

    def __init__(self, *datapipes: Any) -> None:
        self.datapipes = datapipes

    def __iter__(self) -> Any:
        yield from zip(*self.datapipes, strict=False)

    def __len__(self) -> int:
        return min(_length(each, self) for each in self.datapipes)


@functional_datapipe("shuffle")
class Shuffler(IterDataPipe):
    """Items in random order, drawn from ``buffer_size`` that wait.

    The seed of each pass is drawn from the default generator, unless :meth:`set_seed` gave one.
    """

    def __init__(self, datapipe: Any, *, buffer_size: int = 10000, unbatch_level: int = 0) -> None:
        if buffer_size <= 0:
            raise ValueError("buffer_size should be larger than 0")
        self.datapipe = datapipe if unbatch_level == 0 else UnBatcher(datapipe, unbatch_level)
        self.buffer_size = buffer_size
        self._enabled, self._seed = True, None
        self._random = random.Random()

    def set_shuffle(self, shuffle: bool = True) -> Shuffler:
        """Whether to shuffle at all."""
        self._enabled = shuffle
        return self

    def set_seed(self, seed: int) -> Shuffler:
        """The seed of the next pass."""
        self._seed = seed  # type: ignore[assignment]
        return self

    def __iter__(self) -> Any:
        if not self._enabled:
            yield from self.datapipe
            return
        seed, self._seed = self._seed, None
        self._random.seed(int(_C.empty((), dtype=_C.int64).random_().item()) if seed is None else seed)
        waiting: list[Any] = []
        for item in self.datapipe:
            if len(waiting) == self.buffer_size:
                place = self._random.randint(0, len(waiting) - 1)
                waiting[place], item = item, waiting[place]
                yield item
            else:
                waiting.append(item)
        while waiting:
            yield waiting.pop(self._random.randint(0, len(waiting) - 1))

    def __len__(self) -> int:
        return _length(self.datapipe, self)


@functional_datapipe("sharding_filter")
class ShardingFilter(IterDataPipe):
    """Of several workers of a loader each its share of the items."""

    def __init__(self, source_datapipe: Any, sharding_group_filter: Any = None) -> None:
        self.source_datapipe = source_datapipe
        self.num_of_instances, self.instance_id = 1, 0

    def is_shardable(self) -> bool:
        """Whether there are shares: yes."""
        return True

    def apply_sharding(self, num_of_instances: int, instance_id: int, sharding_group: Any = None) -> None:
        """Which share, of how many."""
        if instance_id >= num_of_instances:
            raise ValueError(
                f"instance_id({instance_id}) should be smaller than num_of_instances({num_of_instances})"
            )
        self.num_of_instances, self.instance_id = num_of_instances, instance_id

    def __iter__(self) -> Any:
        from .. import get_worker_info

        info = get_worker_info()
        number, count = self.instance_id, self.num_of_instances
        if info is not None and count == 1:
            number, count = info.id, info.num_workers
        for place, item in enumerate(self.source_datapipe):
            if place % count == number:
                yield item

    def __len__(self) -> int:
        count = _length(self.source_datapipe, self)
        return count // self.num_of_instances + (self.instance_id < count % self.num_of_instances)


__all__ = [
    "Batcher",
    "Collator",
    "Concater",
    "Filter",
    "IterableWrapper",
    "Mapper",
    "ShardingFilter",
    "Shuffler",
    "UnBatcher",
    "Zipper",
]
