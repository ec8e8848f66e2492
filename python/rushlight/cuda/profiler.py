"""NVIDIA's profiler, which is not there."""

from __future__ import annotations

from contextlib import contextmanager

from . import _refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def start() -> None:
    """Begins to record."""
    _refuse()


def stop() -> None:
    """Ends it."""
    _refuse()


def init(output_file: str, flags: object = None, output_mode: str = "key_value") -> None:
    """Says where to write."""
    _refuse()


@contextmanager
def profile() -> Iterator[None]:
    """A block that is recorded."""
    start()
    yield
