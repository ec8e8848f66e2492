"""Queues of work of GPUs, events in them, and recorded work. There is no device to have any."""

from __future__ import annotations

from . import _refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _NeedsDevice:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse()


class Stream(_NeedsDevice):
    """A queue of work; needs a GPU."""


class ExternalStream(Stream):
    """A queue that was made elsewhere; needs a GPU."""


class Event(_NeedsDevice):
    """A mark in a queue; needs a GPU."""

    def __init__(
        self,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
        external: bool = False,
    ) -> None:
        _refuse()


class CUDAGraph(_NeedsDevice):
    """Work that was recorded; needs a GPU."""


class StreamContext:
    """A block on a queue; with ``None`` for it nothing happens.

    Args:
        stream (Stream, optional): the queue.
    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            _refuse()

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


def stream(stream: Any) -> StreamContext:
    """A block on a queue; with ``None`` for it nothing happens."""
    return StreamContext(stream)


def current_stream(device: Any = None) -> Stream:
    """The queue in use."""
    _refuse()


def default_stream(device: Any = None) -> Stream:
    """The queue that is used if no other is chosen."""
    _refuse()


def set_stream(stream: Any) -> None:
    """Makes a queue the one in use; nothing happens for ``None``."""
    if stream is not None:
        _refuse()


def get_stream_from_external(data_ptr: int, device: Any = None) -> Stream:
    """A queue that was made elsewhere."""
    _refuse()


def is_current_stream_capturing() -> bool:
    """Whether work is being recorded: never."""
    return False


def graph_pool_handle() -> Any:
    """A name for memory that recordings share."""
    _refuse()


class graph(_NeedsDevice):  # noqa: N801, RUF100
    """A block that is recorded; needs a GPU."""


def make_graphed_callables(callables: Any, sample_args: Any, *args: Any, **kwargs: Any) -> Any:
    """Functions that replay recorded work."""
    _refuse()
