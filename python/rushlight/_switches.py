"""Settings that programs write, which are kept and change nothing."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Switches:
    """A namespace that remembers what it is told; what it was not told is ``None``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


def patching(module: str) -> Callable[..., Any]:
    """The function ``patch`` of a module of settings.

    It takes a name and a value, a table of them, or keywords, and changes them for a block or a decorated function.
    """

    def patch(name: Any = None, value: Any = None, **values: Any) -> Any:
        """Settings for the length of a block, or of the calls of a decorated function."""
        from contextlib import contextmanager

        if isinstance(name, dict):
            values = {**name, **values}
        elif name is not None:
            values = {name: value, **values}

        @contextmanager
        def patched() -> Any:
            owners = []
            for path, new in values.items():
                *groups, last = path.split(".")
                owner = sys.modules[module]
                for group in groups:
                    owner = getattr(owner, group)
                owners.append((owner, last, getattr(owner, last, None)))
                setattr(owner, last, new)
            try:
                yield
            finally:
                for owner, last, before in reversed(owners):
                    setattr(owner, last, before)

        return patched()

    return patch
