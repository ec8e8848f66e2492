"""State dicts as flat tables of names and back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ..._C import Tensor


def _is_leaf(value: Any) -> bool:
    """Whether a value is stored whole: a list is cut up only where it leads to tensors or dictionaries."""
    if isinstance(value, Mapping):
        return False
    if not isinstance(value, list):
        return True
    return all(not isinstance(each, Tensor) and _is_leaf(each) for each in value)


def flat(state: Mapping[Any, Any]) -> dict[str, tuple[tuple[Any, ...], Any]]:
    """For each name, keys joined by dots, the keys and the value.

    Errors: ValueError for two values of one name.
    """
    found: dict[str, tuple[tuple[Any, ...], Any]] = {}
    _flatten((), state, found)
    return found


def _flatten(path: tuple[Any, ...], value: Any, found: dict[str, tuple[tuple[Any, ...], Any]]) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _flatten((*path, str(key)), each, found)
    elif _is_leaf(value):
        name = ".".join(map(str, path))
        if name in found:
            raise ValueError(f"duplicated flatten key {name}")
        found[name] = path, value
    else:
        for place, each in enumerate(value):
            _flatten((*path, place), each, found)


def put(state: Any, path: tuple[Any, ...], value: Any) -> None:
    """Sets what a path of keys leads to; what is missing on the way is made."""
    for key, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        state = _entry(state, key, empty)
    if isinstance(state, list):
        state.extend([None] * (path[-1] + 1 - len(state)))
    state[_own(state, path[-1])] = value


def _own(state: Any, key: Any) -> Any:
    """A key as the dictionary has it: names of numbers were numbers."""
    if isinstance(state, list) or key in state:
        return key
    return next((each for each in state if str(each) == key), key)


def _entry(state: Any, key: Any, empty: Any) -> Any:
    if isinstance(state, list):
        state.extend([None] * (key + 1 - len(state)))
        if state[key] is None:
            state[key] = empty
        return state[key]
    return state.setdefault(_own(state, key), empty)
