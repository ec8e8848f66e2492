"""What the modules of this package share: values that a block may change."""

from __future__ import annotations

import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def flags_of(module: str, **usual: Any) -> Callable[..., Any]:
    """The function ``flags`` of a module: a block in which the module's values are others.

    Args:
        module (str): its ``__name__``.
        usual: the values inside a block that does not say.
    """

    @contextmanager
    def flags(**values: Any) -> Any:
        """A block in which the switches of this module have other values."""
        wrong = set(values) - set(usual)
        if wrong:
            raise TypeError(f"flags() got an unexpected keyword argument '{min(wrong)}'")
        space = vars(sys.modules[module])
        before = {name: space[name] for name in usual}
        space.update({**usual, **values})
        try:
            yield
        finally:
            space.update(before)

    return flags


class Precision:
    """Switches of one kind of operation."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
