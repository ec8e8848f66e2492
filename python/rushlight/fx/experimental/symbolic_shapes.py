"""Questions about sizes that a compiler may not know; here sizes are numbers, and all is known."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class GuardOnDataDependentSymNode(RuntimeError):
    """What a compiler raises where a program asks for a size that it cannot know."""


def guard_or_false(a: Any) -> bool:
    """Whether a condition holds."""
    return bool(a)


def guard_or_true(a: Any) -> bool:
    """Whether a condition holds."""
    return bool(a)


def statically_known_true(x: Any) -> bool:
    """Whether a condition holds."""
    return bool(x)


def guard_size_oblivious(expr: Any) -> bool:
    """Whether a condition holds."""
    return bool(expr)


def has_free_symbols(val: Any) -> bool:
    """Whether sizes in it are unknown: none is."""
    return False


def free_symbols(val: Any) -> set[Any]:
    """Unknown sizes in it: none."""
    return set()


free_unbacked_symbols = free_symbols
