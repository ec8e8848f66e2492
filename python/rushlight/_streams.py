"""Queues of work and marks in them (``torch.Stream``, ``torch.Event``), for whatever device there is.

The processor does its work at once. A GPU has one queue, in which everything runs in the order in which it was asked for: a stream is
a name for it, and to wait for another stream or for an event is to have waited. Events in it measure time.
"""

from __future__ import annotations

from . import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self


def _device_of(device: Any) -> Any:
    """The device with its index; without one told, the GPU in use."""
    from .cuda import _device, _utils

    found = _C.device("cuda" if device is None else device)
    if found.type != "cuda":
        return found
    return _C.device("cuda", _device.checked(_utils._get_device_index(found, optional=True)))


def _wait_for(device: Any) -> None:
    if device is not None and device.type == "cuda":
        from .cuda import _device

        _device.synchronize(device.index)


def _no_events(device: Any) -> NoReturn:
    raise RuntimeError(f"{device.type} backend doesn't support events.")


class Stream:
    """A queue of work of a device. All streams of a device share its one queue, in order.

    Args:
        device (device, str or int, optional): whose. Default: the GPU in use
        priority (int): accepted; all have the same. Default: 0

    Errors: RuntimeError for a device that is not there.

    Example::

        >>> rl.Stream("cpu").query()
        True
    """

    _made = 0  # how many, so that each has a number of its own

    def __init__(self, device: Any = None, priority: int = 0, **kwargs: Any) -> None:
        self.device = _device_of(device)
        self.priority = priority
        self.stream_id: int = kwargs.pop("stream_id", 0)
        if not self.stream_id and self.device.type == "cuda" and not kwargs.pop("default", False):
            Stream._made += 1
            self.stream_id = Stream._made
        self._before: list[Any] = []

    @property
    def device_type(self) -> int:
        """The kind of the device, as a number."""
        return int(self.device.type == "cuda")

    @property
    def device_index(self) -> int:
        """Its index; -1 for the processor."""
        return -1 if self.device.index is None else self.device.index

    @property
    def native_handle(self) -> int:
        """A number for the stream."""
        return self.stream_id

    def query(self) -> bool:
        """Whether all its work is done. There is no asking without waiting: it waits, and answers ``True``."""
        self.synchronize()
        return True

    def synchronize(self) -> None:
        """Waits until all its work is done."""
        _wait_for(self.device)

    def is_capturing(self) -> bool:
        """Whether its work is being recorded: never."""
        return False

    def record_event(self, event: Any = None) -> Any:
        """Sets a mark behind the work so far.

        Args:
            event (Event, optional): which; a new one if left out.
        """
        if self.device.type != "cuda":
            _no_events(self.device)
        event = self._event() if event is None else event
        event.record(self)
        return event

    def _event(self) -> Any:
        return Event(self.device)

    def wait_event(self, event: Any) -> None:
        """What is asked of this stream from now on comes after the event: it does, in the one queue there is."""

    def wait_stream(self, stream: Any) -> None:
        """What is asked of this stream from now on comes after what was asked of another: it does, in the one queue there is."""
        if self.device.type != "cuda":
            _no_events(self.device)

    def __enter__(self) -> Self:
        if self.device.type == "cuda":
            from .cuda import current_stream, streams

            self._before.append(current_stream(self.device))
            streams._choose(self)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before:
            from .cuda import streams

            streams._choose(self._before.pop())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.device, self.stream_id) == (other.device, other.stream_id)

    def __hash__(self) -> int:
        return hash((self.device.type, self.device.index, self.stream_id))

    def __repr__(self) -> str:
        return f"torch.Stream device_type={self.device.type}, device_index={self.device_index}, stream_id={self.stream_id}"


class Event:
    """A mark in a device's queue: set by :meth:`record`, waited for, and, with ``enable_timing``, a moment.

    Args:
        device (device, str or int, optional): whose queue. Default: that of the stream it is set in
        enable_timing (bool): whether it keeps the time. Default: ``False``
        blocking, interprocess (bool): accepted; processes share no events.

    Example::

        >>> rl.Event("cpu").query()  # nothing is waited for
        True
    """

    def __init__(
        self,
        device: Any = None,
        *,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
    ) -> None:
        self.device = _C.device("cuda") if device is None else _C.device(device)
        self._timed, self._mark, self._set = enable_timing, 0, False

    @property
    def event_id(self) -> int:
        """A number for what was recorded; 0 before."""
        return id(self) if self._set else 0

    def record(self, stream: Any = None) -> None:
        """Sets the mark behind all work that was asked for so far.

        Args:
            stream (Stream, optional): whose; that in use if left out.

        Errors: RuntimeError for a stream of the processor, and without a device.
        """
        device = stream.device if stream is not None else self.device
        if device.type != "cuda":
            _no_events(device)
        self.device = _device_of(device)
        if self._timed:
            from .cuda import _device

            self._mark = _device.mark(self.device.index or 0)
        self._set = True

    def wait(self, stream: Any = None) -> None:
        """What is asked of ``stream`` from now on comes after the event: it does, in the one queue there is."""

    def query(self) -> bool:
        """Whether the work before it is done. There is no asking without waiting: it waits, and answers ``True``."""
        self.synchronize()
        return True

    def synchronize(self) -> None:
        """Waits until the work before it is done; returns at once if it was never recorded."""
        if self._set:
            _wait_for(self.device)

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from here to another event; waits for both.

        Args:
            end_event (Event): the later one.

        Errors: ValueError for events that keep no time, were not recorded, or are on other devices.
        """
        if not (self._timed and end_event._timed):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if not (self._set and end_event._set):
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        if self.device != end_event.device:
            raise ValueError(
                f"Both events must be on the same device, but got: {self.device} and {end_event.device}."
            )
        from .cuda import _device

        return _device.between(self.device.index or 0, self._mark, end_event._mark)

    @classmethod
    def from_ipc_handle(cls, device: Any, handle: Any) -> NoReturn:
        """Refuses: processes share no events.

        Errors: RuntimeError, always.
        """
        raise RuntimeError("from_ipc_handle: events are not shared between processes")

    def ipc_handle(self) -> NoReturn:
        """Refuses: processes share no events.

        Errors: RuntimeError, always.
        """
        raise RuntimeError("ipc_handle: events are not shared between processes")

    def __repr__(self) -> str:
        index = -1 if self.device.index is None else self.device.index
        return f"torch.Event device_type={self.device.type}, device_index={index}, event_flag={int(self._timed)}, event_id={self.event_id}"


Stream.__module__ = Event.__module__ = "rushlight"  # where programs find them
