"""References to tensors that do not keep them alive, and tables by such references."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, MutableMapping
from typing import Any

WeakRef = weakref.ref


class WeakIdRef(weakref.ref):
    """A reference that compares by identity: comparing tensors themselves compares their elements."""

    __slots__ = ["_id"]

    def __init__(self, key: Any, callback: Any = None) -> None:
        super().__init__(key, callback)  # type: ignore[call-arg]
        self._id = id(key)

    def __call__(self) -> Any:
        return super().__call__()

    def __hash__(self) -> int:
        return self._id

    def __eq__(self, other: object) -> bool:
        mine = self()
        theirs = other() if isinstance(other, weakref.ref) else None
        return mine is theirs if mine is not None and theirs is not None else self is other


TensorWeakRef = WeakIdRef


class WeakIdKeyDictionary(MutableMapping):
    """A table whose keys are compared by identity, and vanish with what they refer to.

    Example::

        >>> table, key = rl.utils.weak.WeakTensorKeyDictionary(), rl.ones(2)
        >>> table[key] = "value"
        >>> table[key], len(table)
        ('value', 1)
        >>> del key
        >>> len(table)
        0
    """

    def __init__(self, dict: Any = None, ref_type: Any = WeakIdRef) -> None:
        self.data: dict[Any, Any] = {}
        self.ref_type = ref_type
        table = weakref.ref(self)

        def remove(reference: Any) -> None:
            own = table()
            if own is not None:
                own.data.pop(reference, None)

        self._remove = remove
        if dict is not None:
            self.update(dict)

    def __getitem__(self, key: Any) -> Any:
        return self.data[self.ref_type(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.data[self.ref_type(key, self._remove)] = value

    def __delitem__(self, key: Any) -> None:
        del self.data[self.ref_type(key)]

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        for reference in list(self.data):
            key = reference()
            if key is not None:
                yield key

    def __contains__(self, key: object) -> bool:
        try:
            return self.ref_type(key) in self.data
        except TypeError:  # of what no weak reference can be made
            return False


WeakTensorKeyDictionary = WeakIdKeyDictionary

__all__ = ["TensorWeakRef", "WeakIdKeyDictionary", "WeakIdRef", "WeakRef", "WeakTensorKeyDictionary"]
