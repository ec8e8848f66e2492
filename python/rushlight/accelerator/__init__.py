"""Whatever device a machine has beside its processor (``torch.accelerator``): the GPU, whose module is :mod:`rushlight.cuda`."""

from __future__ import annotations

from .. import cuda
from .._lazy import on_demand
from ..cuda import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import device as _kind
    from .graphs import Graph as Graph
    from .memory import (
        empty_cache as empty_cache,
        empty_host_cache as empty_host_cache,
        get_memory_info as get_memory_info,
        max_memory_allocated as max_memory_allocated,
        max_memory_reserved as max_memory_reserved,
        memory_allocated as memory_allocated,
        memory_reserved as memory_reserved,
        memory_stats as memory_stats,
        reset_accumulated_memory_stats as reset_accumulated_memory_stats,
        reset_peak_memory_stats as reset_peak_memory_stats,
    )


def is_available() -> bool:
    """Whether there is one.

    Example::

        >>> rl.accelerator.is_available() == rl.cuda.is_available()
        True
    """
    return cuda.is_available()


def device_count() -> int:
    """How many there are."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> _kind | None:
    """Its kind, ``device(type='cuda')``, without an index.

    Args:
        check_available (bool): ``None`` where there is no device, too. Default: ``False``

    Returns:
        ``None`` in a build without a GPU backend.
    """
    from .._C import device

    return device("cuda") if _device.built() and (is_available() or not check_available) else None


def _index(device: Any, optional: bool = False) -> int:
    """The index of a device, as PyTorch counts it.

    Errors: RuntimeError in a build without a GPU backend; ValueError for another kind of device.
    """
    from .._C import device as kind

    if isinstance(device, int) and not isinstance(device, bool):
        return device
    if not _device.built():
        raise RuntimeError(f"no accelerator: {_device.reason()}")
    if device is None:
        return _device.current()
    found = kind(device)
    if found.type != "cuda":
        raise ValueError(f"{found.type} doesn't match the current accelerator cuda.")
    if found.index is None and not optional:
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    return _device.current() if found.index is None else found.index


def current_device_index() -> int:
    """The index of this thread's device.

    Errors: RuntimeError without a device.
    """
    return cuda.current_device()


def set_device_index(device: Any, /) -> None:
    """Makes a device this thread's.

    Args:
        device (device, str or int): which; nothing happens for a negative number.

    Errors: ValueError for another kind of device; RuntimeError for one that is not there.
    """
    index = _index(device)
    if index >= 0:
        _device.use(index)


current_device_idx, set_device_idx = current_device_index, set_device_index


def current_stream(device: Any = None, /) -> Any:
    """This thread's stream of a device.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    return cuda.current_stream(_index(device, optional=True))


def set_stream(stream: Any) -> None:
    """Makes a stream this thread's.

    Args:
        stream (Stream): which.

    Errors: RuntimeError without a device.
    """
    _device.use(_index(stream.device))
    cuda.streams._choose(stream)


def synchronize(device: Any = None, /) -> None:
    """Waits until all work given to a device is done.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    _device.synchronize(_index(device, optional=True))


def get_device_capability(device: Any = None, /) -> dict[str, Any]:
    """What a device can do: ``supported_dtypes``, those that tensors on it can have and be computed in.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    from .. import _C

    features = _device.properties(_index(device, optional=True))["features"]
    names = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32".split()
    names += ["float64"] if "float64" in features else []
    return {"supported_dtypes": {getattr(_C, name) for name in names}}


class device_index:  # noqa: N801, RUF100
    """A block in which a device is this thread's; with ``None`` nothing happens.

    Args:
        device (int, optional): which.

    Errors: RuntimeError on entry for one that is not there.
    """

    def __init__(self, device: int | None, /) -> None:
        self.idx = device
        self.prev_idx = -1

    def __enter__(self) -> None:
        if self.idx is not None:
            _device.checked(self.idx)
            self.prev_idx = _device.current()
            _device.use(self.idx)

    def __exit__(self, *error: object) -> None:
        if self.idx is not None and self.prev_idx >= 0:
            _device.use(self.prev_idx)


if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(
        __name__,
        {
            "graphs": "Graph",
            "memory": "empty_cache empty_host_cache get_memory_info max_memory_allocated max_memory_reserved memory_allocated "
            "memory_reserved memory_stats reset_accumulated_memory_stats reset_peak_memory_stats",
        },
        "graphs memory",
    )
