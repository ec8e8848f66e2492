"""The queues of GPUs and marks in them. Each device has one, so that streams are names for it (:mod:`rushlight._streams`)."""

from __future__ import annotations

from .. import _streams
from . import _device
from ._utils import _get_device_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Stream(_streams.Stream):
    """A name for the queue of a device, in which everything runs in the order in which it was asked for.

    Programs that spread work over streams compute the same; nothing overlaps.

    Args:
        device (device, str or int, optional): whose. Default: the device in use
        priority (int): accepted; all have the same. Default: 0

    Errors: RuntimeError for a device that is not there; ValueError for the processor.
    """

    def __init__(self, device: Any = None, priority: int = 0, **kwargs: Any) -> None:
        index = _get_device_index(device, optional=True)
        super().__init__(f"cuda:{_device.checked(index)}", priority, **kwargs)

    @property
    def cuda_stream(self) -> int:
        """A number for it, 0 for the default one; no address of CUDA's."""
        return self.stream_id

    @staticmethod
    def priority_range() -> tuple[int, int]:
        """The lowest and the highest priority: there is one."""
        return 0, 0

    def _event(self) -> Event:
        return Event()

    def __repr__(self) -> str:
        return f"<torch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class ExternalStream(Stream):
    """A queue that another library made, by its address: not to be had, for the device is not used through CUDA.

    Args:
        stream_ptr (int): the address; 0 is the default stream.

    Errors: RuntimeError for another address.
    """

    def __init__(self, stream_ptr: int, device: Any = None, **kwargs: Any) -> None:
        super().__init__(device, default=True, **kwargs)
        if stream_ptr != 0:
            raise RuntimeError(
                "ExternalStream: the device is used through Vulkan, Metal or DirectX 12, which know no stream of CUDA's"
            )


class Event(_streams.Event):
    """A mark in a device's queue: set by ``record``, waited for, and, with ``enable_timing``, a moment.

    Args:
        enable_timing (bool): whether it keeps the time. Default: ``False``
        blocking, interprocess, external (bool): accepted; processes share no events.

    Example::

        >>> start, end = (rl.cuda.Event(enable_timing=True) for _ in range(2))
        >>> if rl.cuda.is_available():
        ...     start.record(); y = rl.ones(8, device="cuda").sum(); end.record()
        ...     end.synchronize(); taken = start.elapsed_time(end)  # milliseconds
    """

    def __init__(
        self,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
        external: bool = False,
    ) -> None:
        super().__init__(enable_timing=enable_timing, blocking=blocking, interprocess=interprocess)

    def record(self, stream: Any = None) -> None:
        """Sets the mark behind all work that was asked for so far.

        Args:
            stream (Stream, optional): whose; that in use if left out.

        Errors: RuntimeError without a device.
        """
        super().record(current_stream() if stream is None else stream)

    @property
    def cuda_event(self) -> int:
        """A number for what was recorded; no address of CUDA's."""
        return self.event_id

    def __repr__(self) -> str:
        return f"<torch.cuda.Event {self.cuda_event:#x}>" if self._set else "<torch.cuda.Event uninitialized>"


class StreamContext:
    """A block on a stream and its device; with ``None`` for it nothing happens.

    Args:
        stream (Stream, optional): which.
    """

    cur_stream: Any

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self._device = _device.current()
            _device.use(self.stream.device.index)
            self._stream = current_stream()
            _choose(self.stream)

    def __exit__(self, *error: object) -> None:
        if self.stream is not None:
            _choose(self._stream)
            _device.use(self._device)


def stream(stream: Any) -> StreamContext:
    """A block on a stream and its device; with ``None`` for it nothing happens.

    Args:
        stream (Stream, optional): which.
    """
    return StreamContext(stream)


def current_stream(device: Any = None) -> Stream:
    """This thread's stream of a device.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    index = _device.checked(_get_device_index(device, optional=True))
    return _chosen().get(index) or default_stream(index)


def default_stream(device: Any = None) -> Stream:
    """The stream of a device that is used if no other is chosen.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    return Stream(device, default=True)


def set_stream(stream: Any) -> None:
    """Makes a stream this thread's; :func:`stream` does so for a block, and is to be preferred. Nothing happens for ``None``.

    Args:
        stream (Stream, optional): which.
    """
    if stream is not None:
        _device.use(stream.device.index)
        _choose(stream)


def get_stream_from_external(data_ptr: int, device: Any = None) -> Stream:
    """A queue that another library made, by its address: see :class:`ExternalStream`."""
    return ExternalStream(data_ptr, device)


def _chosen() -> dict[int, Any]:
    """This thread's stream of each device that has another than its default."""
    return _device._thread.__dict__.setdefault("streams", {})


def _choose(stream: Any) -> None:
    _chosen()[stream.device.index] = stream
