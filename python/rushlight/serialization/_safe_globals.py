"""Which classes and functions a file may use when only weights are read."""

from __future__ import annotations

from ._names import torch_path

_items: dict = {}  # name in files -> (the item as it was given, the class or function)


def _named(item):
    given, full = item if isinstance(item, tuple) else (item, None)
    if full is None:
        full = ".".join(torch_path(given) or (given.__module__, given.__qualname__))
    return full, (item, given)


def allowed(module, name):
    """What the user has allowed under this name, or None."""
    found = _items.get(f"{module}.{name}")
    return None if found is None else found[1]


def is_allowed(value):
    """Whether the user has allowed this very class or function."""
    return any(value is given for _, given in _items.values())


def add_safe_globals(safe_globals):
    """Adds classes or functions that :func:`load` may use with ``weights_only=True``.

    Args:
        safe_globals (list): the classes and functions, or pairs of one and the full name it has in files.

    Example::

        >>> rl.serialization.add_safe_globals([rl.nn.Linear])
        >>> rl.serialization.get_safe_globals()
        [<class 'rushlight.nn.modules.linear.Linear'>]
        >>> rl.serialization.clear_safe_globals()
    """
    _items.update(_named(item) for item in safe_globals)


def get_safe_globals():
    """What :func:`add_safe_globals` has added, as a list.

    Example::

        >>> rl.serialization.get_safe_globals()
        []
    """
    return [item for item, _ in _items.values()]


def clear_safe_globals():
    """Takes back what :func:`add_safe_globals` has added.

    Example::

        >>> rl.serialization.clear_safe_globals()
    """
    _items.clear()


class safe_globals:
    """Adds classes or functions as :func:`add_safe_globals` does, for the length of a ``with`` block.

    Args:
        safe_globals (list): the classes and functions, or pairs of one and the full name it has in files.

    Example::

        >>> with rl.serialization.safe_globals([rl.nn.Linear]):
        ...     len(rl.serialization.get_safe_globals())
        1
    """

    def __init__(self, safe_globals):
        self.items = safe_globals

    def __enter__(self):
        self.before = dict(_items)
        add_safe_globals(self.items)

    def __exit__(self, kind, value, trace):
        _items.clear()
        _items.update(self.before)
