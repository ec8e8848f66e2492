"""Marks for Intel's profiler, which is not there: the calls are taken and do nothing."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def is_available() -> bool:
    """Whether the profiler is there."""
    return False


def range_push(msg: str) -> None:
    """Begins a range."""


def range_pop() -> None:
    """Ends it."""


def mark(msg: str) -> None:
    """A mark at one moment."""


@contextmanager
def range(msg: str, *args: object) -> Iterator[None]:
    """A block as a range."""
    yield
