"""Memory of GPUs: none is in use."""

from __future__ import annotations

from collections import OrderedDict

from . import _refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def empty_cache() -> None:
    """Nothing to empty without a GPU."""


def memory_allocated(device: Any = None) -> int:
    """Bytes in use: none."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_cached = max_memory_cached = (
    memory_allocated
)


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """What the allocator counts: nothing."""
    return OrderedDict()


memory_stats_as_nested_dict = memory_stats


def host_memory_stats() -> OrderedDict[str, Any]:
    """The same of pinned memory."""
    return OrderedDict()


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing to reset without a GPU."""


reset_accumulated_memory_stats = reset_max_memory_allocated = reset_max_memory_cached = (
    reset_peak_memory_stats
)


def reset_peak_host_memory_stats() -> None:
    """Nothing to reset without a GPU."""


reset_accumulated_host_memory_stats = reset_peak_host_memory_stats


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """A table of what the allocator counts."""
    return "no GPU device: no memory of one is in use"


def memory_snapshot(mempool_id: Any = None, include_traces: bool = True) -> list[Any]:
    """What the allocator holds: nothing."""
    return []


def get_allocator_backend() -> str:
    """The name of the allocator in use."""
    return "native"


def list_gpu_processes(device: Any = None) -> str:
    """Which processes use a device."""
    _refuse()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and total bytes of a device."""
    _refuse()


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Bounds the memory of this process."""
    _refuse()


def get_per_process_memory_fraction(device: Any = None) -> float:
    """That bound."""
    _refuse()


def caching_allocator_alloc(size: int, device: Any = None, stream: Any = None) -> int:
    """Takes memory of a device."""
    _refuse()


def caching_allocator_delete(mem_ptr: int) -> None:
    """Gives it back."""
    _refuse()


def caching_allocator_enable(value: bool = True) -> None:
    """Accepted without a GPU."""


def change_current_allocator(allocator: Any) -> None:
    """Puts another allocator in the place of PyTorch's."""
    _refuse()


class CUDAPluggableAllocator:
    """An allocator in a shared library; needs a GPU."""

    def __init__(self, path_to_so_file: str, alloc_fn_name: str, free_fn_name: str) -> None:
        _refuse()


class MemPool:
    """A pool of a device's memory; needs a GPU."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse()
