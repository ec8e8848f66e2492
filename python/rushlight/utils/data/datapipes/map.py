"""Steps whose items have keys."""

from __future__ import annotations

import copy
import random
from typing import Any

from .... import _C
from .datapipe import DataChunk, MapDataPipe, functional_datapipe
from .iter import IterableWrapper


class SequenceWrapper(MapDataPipe):
    """The items of a list or table, of a copy of it unless ``deepcopy`` is ``False``."""

    def __init__(self, sequence: Any, deepcopy: bool = True) -> None:
        self.sequence = copy.deepcopy(sequence) if deepcopy else sequence

    def __getitem__(self, index: Any) -> Any:
        return self.sequence[index]

    def __len__(self) -> int:
        return len(self.sequence)


@functional_datapipe("map")
class Mapper(MapDataPipe):
    """``fn`` of each item."""

    def __init__(self, datapipe: Any, fn: Any = lambda x: x) -> None:
        self.datapipe, self.fn = datapipe, fn

    def __getitem__(self, index: Any) -> Any:
        return self.fn(self.datapipe[index])

    def __len__(self) -> int:
        return len(self.datapipe)


@functional_datapipe("batch")
class Batcher(MapDataPipe):
    """``batch_size`` items at a time.

    Errors: IndexError for a batch that is not there.
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

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(f"Index {index} is out of bound.")
        stop = min((index + 1) * self.batch_size, len(self.datapipe))
        return self.wrapper_class([self.datapipe[i] for i in range(index * self.batch_size, stop)])

    def __len__(self) -> int:
        count = len(self.datapipe)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


@functional_datapipe("concat")
class Concater(MapDataPipe):
    """Several steps, numbered one after the other."""

    def __init__(self, *datapipes: Any) -> None:
        if not datapipes:
            raise ValueError("Expected at least one DataPipe, but got nothing")
        self.datapipes = datapipes

    def __getitem__(self, index: int) -> Any:
        place = index
        for each in self.datapipes:
            if place < len(each):
                return each[place]
            place -= len(each)
        raise IndexError(f"Index {index} is out of range.")

    def __len__(self) -> int:
        return sum(len(each) for each in self.datapipes)


@functional_datapipe("zip")
class Zipper(MapDataPipe):
    """Tuples of items of several steps."""

    def __init__(self, *datapipes: Any) -> None:
        if not datapipes:
            raise ValueError("Expected at least one DataPipe, but got nothing")
        self.datapipes = datapipes

    def __getitem__(self, index: Any) -> Any:
        return tuple(each[index] for each in self.datapipes)

    def __len__(self) -> int:
        return min(len(each) for each in self.datapipes)


class Shuffler(IterableWrapper):
    """Items in random order, one after the other.

    Args:
        datapipe (MapDataPipe): the step before.
        indices (list, optional): its keys. Default: numbers from 0
    """

    def __init__(self, datapipe: Any, *, indices: Any = None) -> None:
        super().__init__(datapipe, deepcopy=False)
        self.datapipe = datapipe
        self.indices = list(range(len(datapipe))) if indices is None else indices

    def __iter__(self) -> Any:
        order = random.Random(int(_C.empty((), dtype=_C.int64).random_().item()))
        for key in order.sample(self.indices, len(self.indices)):
            yield self.datapipe[key]


MapDataPipe.register_function("shuffle", Shuffler)

__all__ = ["Batcher", "Concater", "Mapper", "SequenceWrapper", "Shuffler", "Zipper"]
