"""Memory of the device beside the processor: what :mod:`rushlight.cuda.memory` says."""

from __future__ import annotations

from ..cuda import memory
from . import _index, is_available

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from typing import Any


def _of(device: Any) -> Any:
    """The index, or ``None``, for which there is nothing to tell."""
    return _index(device, optional=True) if is_available() else None


def empty_cache() -> None:
    """Gives memory that no tensor holds back to the driver. Nothing happens without a device."""
    memory.empty_cache()


def empty_host_cache() -> None:
    """Nothing to empty: no memory of the processor is pinned."""


def get_memory_info(device_index: Any = None, /) -> tuple[int, int]:
    """Free and total bytes of a device.

    Args:
        device_index (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device, and where the driver does not tell.
    """
    return memory.mem_get_info(_index(device_index, optional=True))


def memory_stats(device_index: Any = None, /) -> OrderedDict[str, Any]:
    """What the allocator counts (:func:`rushlight.cuda.memory_stats`): an empty table without a device."""
    return memory.memory_stats(_of(device_index))


def memory_allocated(device_index: Any = None, /) -> int:
    """Bytes that tensors hold."""
    return memory.memory_allocated(_of(device_index))


def max_memory_allocated(device_index: Any = None, /) -> int:
    """The most bytes that tensors held."""
    return memory.max_memory_allocated(_of(device_index))


def memory_reserved(device_index: Any = None, /) -> int:
    """Bytes that were taken from the driver."""
    return memory.memory_reserved(_of(device_index))


def max_memory_reserved(device_index: Any = None, /) -> int:
    """The most bytes that were taken from the driver."""
    return memory.max_memory_reserved(_of(device_index))


def reset_accumulated_memory_stats(device_index: Any = None, /) -> None:
    """From now on pieces and work are counted anew. Nothing to reset without a device."""
    memory.reset_accumulated_memory_stats(_of(device_index))


def reset_peak_memory_stats(device_index: Any = None, /) -> None:
    """From now on the most bytes are counted anew. Nothing to reset without a device."""
    memory.reset_peak_memory_stats(_of(device_index))
