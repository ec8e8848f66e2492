"""Several steps made one, and one made several."""

from __future__ import annotations

import copy
import warnings
from collections import deque
from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe
from ._length import length_of


@functional_datapipe("concat")
class ConcaterIterDataPipe(IterDataPipe):
    """Several steps, one after the other."""

    def __init__(self, *datapipes: Any) -> None:
        if not datapipes:
            raise ValueError("Expected at least one DataPipe, but got nothing")
        if not all(isinstance(each, IterDataPipe) for each in datapipes):
            raise TypeError("Expected all inputs to be `IterDataPipe`")
        self.datapipes = datapipes

    def __iter__(self) -> Any:
        for each in self.datapipes:
            yield from each

    def __len__(self) -> int:
        return sum(length_of(each, self) for each in self.datapipes)


@functional_datapipe("zip")
class ZipperIterDataPipe(IterDataPipe):
    """Tuples of items of several steps, as long as all have any."""

    def __init__(self, *datapipes: Any) -> None:
        if not all(isinstance(each, IterDataPipe) for each in datapipes):
            raise TypeError("Expected all inputs to be `IterDataPipe`")
        self.datapipes = datapipes

    def __iter__(self) -> Any:
        yield from zip(*self.datapipes, strict=False)

    def __len__(self) -> int:
        return min(length_of(each, self) for each in self.datapipes)


class _Shared:
    """What the children of one step share: how far the source was read, and what some of them have not taken.

    A child that is run through again begins a new pass, which ends those of the others.
    """

    def __init__(self, datapipe: Any, count: int, buffer_size: int, name: str) -> None:
        self.datapipe, self.count, self.buffer_size, self.name = datapipe, count, buffer_size, name
        self.passes = [0] * count  # how often each child was begun
        self.begin()

    def begin(self) -> None:
        """A pass from the first item."""
        self.source: Any = None
        self.waiting: list[deque[Any]] = [deque() for _ in range(self.count)]

    def room(self, held: int) -> None:
        """Refuses to hold more than was allowed."""
        if 0 <= self.buffer_size <= held:
            raise BufferError(f"{self.name} buffer overflow,buffer size {self.buffer_size} is insufficient.")

    def advance(self) -> None:
        """Reads one item and hands it out. StopIteration: there is none."""
        raise NotImplementedError

    def run(self, child: int) -> Any:
        """The items of a child."""
        if self.passes[child] == max(self.passes):  # nobody has begun this pass for it
            self.passes[child] += 1
            self.begin()
        else:
            self.passes[child] = max(self.passes)
        number = self.passes[child]
        while True:
            if max(self.passes) != number:
                raise RuntimeError(
                    "This iterator has been invalidated because another iterator has been created from the same "
                    f"IterDataPipe: {self.name}"
                )
            if self.waiting[child]:
                yield self.waiting[child].popleft()
                continue
            if self.source is None:
                self.source = iter(self.datapipe)
            try:
                self.advance()
            except StopIteration:
                return

    def __getstate__(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "source": None,
            "waiting": [deque() for _ in range(self.count)],
            "passes": [0] * self.count,
        }


def _same(item: Any) -> Any:
    return item


class _Copies(_Shared):
    def __init__(self, copies: Any, *facts: Any) -> None:
        super().__init__(*facts)
        self.copy = {None: _same, "shallow": copy.copy, "deep": copy.deepcopy}[copies]

    def advance(self) -> None:
        item = next(self.source)
        self.room(max(map(len, self.waiting)))
        for each in self.waiting:
            each.append(self.copy(item))


class _Classes(_Shared):
    def __init__(self, classify: Any, drop_none: bool, *facts: Any) -> None:
        super().__init__(*facts)
        self.classify, self.drop_none = classify, drop_none

    def advance(self) -> None:
        item = next(self.source)
        number = self.classify(item)
        if number is None and self.drop_none:
            return
        if number is None or not 0 <= number < self.count:
            raise ValueError(
                f"Output of the classification fn should be between 0 and {self.count - 1}. {number} is returned."
            )
        self.room(sum(map(len, self.waiting)))
        self.waiting[number].append(item)


class _ChildDataPipe(IterDataPipe):
    """One of the steps that a step was cut into."""

    def __init__(self, main_datapipe: _Shared, instance_id: int, counted: bool) -> None:
        self.main_datapipe, self.instance_id, self._counted = main_datapipe, instance_id, counted

    def __iter__(self) -> Any:
        return self.main_datapipe.run(self.instance_id)

    def __len__(self) -> int:
        return length_of(self.main_datapipe.datapipe if self._counted else None, self)


def _children(shared: _Shared, counted: bool) -> list[Any]:
    return [_ChildDataPipe(shared, number, counted) for number in range(shared.count)]


def _checked(num_instances: int, buffer_size: int) -> None:
    if num_instances < 1:
        raise ValueError(f"Expected `num_instances` larger than 0, but {num_instances} is found")
    if buffer_size < 0:
        warnings.warn("Unlimited buffer size is set, please be aware of OOM risks", UserWarning, stacklevel=3)
    elif buffer_size == 0:
        raise ValueError("Expected `buffer_size` larger than 0")


@functional_datapipe("fork")
class ForkerIterDataPipe(IterDataPipe):
    """Several steps that each give all items of one.

    Args:
        datapipe (IterDataPipe): the step before.
        num_instances (int): how many.
        buffer_size (int): how many items may wait for the slowest of them; -1 for any number. Default: 1000
        copy (str, optional): ``"shallow"`` or ``"deep"`` for copies of the items.

    Returns: a list of steps; for one the step itself.

    Errors: ValueError for no instance, no room, or an unknown way of copying; BufferError when too many items wait.
    """

    def __new__(
        cls, datapipe: Any, num_instances: int, buffer_size: int = 1000, copy: str | None = None
    ) -> Any:
        _checked(num_instances, buffer_size)
        if copy not in (None, "shallow", "deep"):
            raise ValueError(f"Unknown copy method `{copy}`, choose one of None, `shallow` or `deep`")
        if num_instances == 1:
            return datapipe
        return _children(_Copies(copy, datapipe, num_instances, buffer_size, cls.__name__), True)


@functional_datapipe("demux")
class DemultiplexerIterDataPipe(IterDataPipe):
    """Several steps of which each item goes to one.

    Args:
        datapipe (IterDataPipe): the step before.
        num_instances (int): how many.
        classifier_fn (callable): the number of the step that an item goes to, or ``None``.
        drop_none (bool): leave out items with ``None``. Default: ``False``
        buffer_size (int): how many items may wait; -1 for any number. Default: 1000

    Returns: a list of steps.

    Errors: ValueError for no instance, no room, or a number that no step has; BufferError when too many items wait.
    """

    def __new__(
        cls,
        datapipe: Any,
        num_instances: int,
        classifier_fn: Any,
        drop_none: bool = False,
        buffer_size: int = 1000,
    ) -> Any:
        _checked(num_instances, buffer_size)
        facts = datapipe, num_instances, buffer_size, cls.__name__
        return _children(_Classes(classifier_fn, drop_none, *facts), False)


@functional_datapipe("mux")
class MultiplexerIterDataPipe(IterDataPipe):
    """An item of each step in turn, as long as all have one.

    Args:
        *datapipes (IterDataPipe): the steps.
    """

    def __init__(self, *datapipes: Any) -> None:
        self.datapipes = datapipes

    def __iter__(self) -> Any:
        for row in zip(*self.datapipes, strict=False):
            yield from row

    def __len__(self) -> int:
        return min(length_of(each, self) for each in self.datapipes) * len(self.datapipes)


__all__ = [
    "ConcaterIterDataPipe",
    "DemultiplexerIterDataPipe",
    "ForkerIterDataPipe",
    "MultiplexerIterDataPipe",
    "ZipperIterDataPipe",
]
