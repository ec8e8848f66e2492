"""A set that gives its elements in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSet, Set
from typing import Any, TypeVar

T = TypeVar("T")


class OrderedSet(MutableSet[T]):
    """A set in the order of its elements' arrival, with the methods of :class:`set`.

    Args: iterable (iterable, optional): its elements.

    Example::

        >>> from rushlight.utils._ordered_set import OrderedSet
        >>> OrderedSet([3, 1, 3, 2]) - {1}
        OrderedSet([3, 2])
    """

    __slots__ = ("_dict",)

    def __init__(self, iterable: Iterable[T] | None = None) -> None:
        self._dict = dict.fromkeys(iterable) if iterable is not None else {}

    def __contains__(self, elem: object) -> bool:
        return elem in self._dict

    def __iter__(self) -> Iterator[T]:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._dict)

    def add(self, elem: T) -> None:
        """Adds an element, at the end if it is new."""
        self._dict[elem] = None

    def discard(self, elem: T) -> None:
        """Takes an element out, if it is there."""
        self._dict.pop(elem, None)

    def clear(self) -> None:
        """Takes all out."""
        self._dict.clear()

    def pop(self) -> T:
        """Takes the last element out.

        Errors: KeyError if there is none.
        """
        if not self:
            raise KeyError("pop from an empty set")
        return self._dict.popitem()[0]

    def copy(self) -> OrderedSet[T]:
        """Another set of the same elements."""
        return OrderedSet(self)

    def update(self, *others: Iterable[T]) -> None:
        """Adds the elements of others."""
        for other in others:
            for elem in other:
                self.add(elem)

    def union(self, *others: Iterable[T]) -> OrderedSet[T]:
        """The elements of all."""
        made = self.copy()
        made.update(*others)
        return made

    def intersection(self, *others: Iterable[T]) -> OrderedSet[T]:
        """The elements that all have."""
        kept = [set(other) for other in others]
        return OrderedSet(elem for elem in self if all(elem in other for other in kept))

    def intersection_update(self, *others: Iterable[T]) -> None:
        """Keeps those alone."""
        self._dict = self.intersection(*others)._dict

    def difference(self, *others: Iterable[T]) -> OrderedSet[T]:
        """The elements that none of the others has."""
        gone = [set(other) for other in others]
        return OrderedSet(elem for elem in self if not any(elem in other for other in gone))

    def difference_update(self, *others: Iterable[T]) -> None:
        """Keeps those alone."""
        self._dict = self.difference(*others)._dict

    def symmetric_difference(self, other: Iterable[T]) -> OrderedSet[T]:
        """The elements that one of both has."""
        other = OrderedSet(other)
        return self.difference(other).union(other.difference(self))

    def symmetric_difference_update(self, other: Iterable[T]) -> None:
        """Keeps those alone."""
        self._dict = self.symmetric_difference(other)._dict

    def issubset(self, other: Iterable[T]) -> bool:
        """Whether the other one has all of its elements."""
        other = set(other)
        return all(elem in other for elem in self)

    def issuperset(self, other: Iterable[T]) -> bool:
        """Whether it has all of the other's elements."""
        return all(elem in self for elem in other)

    def __or__(self, other: Any) -> Any:
        return self.union(other) if isinstance(other, Set) else NotImplemented

    def __and__(self, other: Any) -> Any:
        return self.intersection(other) if isinstance(other, Set) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return self.difference(other) if isinstance(other, Set) else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return self.symmetric_difference(other) if isinstance(other, Set) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if isinstance(other, OrderedSet):
            return self._dict.keys() == other._dict.keys()
        return isinstance(other, (set, frozenset)) and self._dict.keys() == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)})"

    def __getstate__(self) -> list[T]:
        return list(self)

    def __setstate__(self, state: list[T]) -> None:
        self._dict = dict.fromkeys(state)

    def __reduce__(self) -> Any:
        return OrderedSet, (list(self),)


__all__ = ["OrderedSet"]
