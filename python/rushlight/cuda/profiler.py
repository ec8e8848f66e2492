"""Where NVIDIA's profiler begins and ends to record: it is not there, so the calls are taken and do nothing.

:mod:`rushlight.profiler` records, and :class:`rushlight.cuda.Event` measures time on the device.
"""

from __future__ import annotations

from contextlib import contextmanager

from . import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def start() -> None:
    """Begins to record.

    Errors: RuntimeError without a device.
    """
    _device.current()


def stop() -> None:
    """Ends it.

    Errors: RuntimeError without a device.
    """
    _device.current()


def init(output_file: str, flags: object = None, output_mode: str = "key_value") -> None:
    """Says where to write.

    Errors: RuntimeError without a device.
    """
    _device.current()


@contextmanager
def profile() -> Iterator[None]:
    """A block that is recorded.

    Errors: RuntimeError without a device.
    """
    start()
    try:
        yield
    finally:
        stop()
