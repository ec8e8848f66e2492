"""The tables of a module that keep its instance dictionary in step.

Reading ``self.weight`` is then a plain attribute lookup, about twenty times cheaper than a search
through ``__getattr__``; whoever writes to ``module._parameters`` directly changes both views at once.
"""

from __future__ import annotations

from weakref import ref

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

_RESERVED = frozenset(
    ("training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set", "_hooked")
)
_ABSENT = object()


class Mirror(dict):
    """A dict of parameters, buffers or submodules whose entries also appear as attributes of `owner`.

    The owner is held weakly, so that a module is freed as soon as its last user lets go. Keys that are
    no attribute names, and names that the class itself defines, stay in the table alone.
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: Any, items: Any = ()) -> None:
        dict.__init__(self)
        self._owner = ref(owner)
        for key, value in dict(items).items():
            self[key] = value

    def __setitem__(self, key: Any, value: Any) -> None:
        dict.__setitem__(self, key, value)
        owner = self._owner()
        if owner is not None and type(key) is str and key not in _RESERVED and not hasattr(type(owner), key):
            owner.__dict__[key] = value

    def _forget(self, key, value):
        owner = self._owner()
        if owner is not None and owner.__dict__.get(key, _ABSENT) is value and key not in _RESERVED:
            del owner.__dict__[key]

    def __delitem__(self, key: Any) -> None:
        value = self[key]
        dict.__delitem__(self, key)
        self._forget(key, value)

    def pop(self, key: Any, *default: Any) -> Any:
        present = key in self
        value = dict.pop(self, key, *default)
        if present:
            self._forget(key, value)
        return value

    def popitem(self) -> Any:
        key, value = dict.popitem(self)
        self._forget(key, value)
        return key, value

    def clear(self) -> None:
        for key in list(self):
            del self[key]

    def update(self, *others: Any, **named: Any) -> Any:
        for key, value in dict(*others, **named).items():
            self[key] = value

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def move_to_end(self, key: Any, last: bool = True) -> Any:
        value = dict.pop(self, key)
        rest = [] if last else list(self.items())
        for name, _ in rest:
            dict.pop(self, name)
        dict.__setitem__(self, key, value)
        for name, item in rest:
            dict.__setitem__(self, name, item)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)
