"""Marks for NVIDIA's profiler, which is not there: the calls are taken and do nothing."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def range_push(msg: str) -> int:
    """Begins a range; the depth, which is not counted."""
    return -1


def range_pop() -> int:
    """Ends it."""
    return -1


def range_start(msg: str) -> int:
    """Begins a range that may overlap others."""
    return 0


def range_end(range_id: int) -> None:
    """Ends it."""


def mark(msg: str) -> None:
    """A mark at one moment."""


@contextmanager
def range(msg: str, *args: Any, **kwargs: Any) -> Iterator[None]:
    """A block as a range."""
    yield
