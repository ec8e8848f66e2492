"""Memory of GPUs: how much is in use, and giving back what is not.

Tensors live in large blocks that are taken from the driver and kept for the next tensors: *allocated* is what tensors hold,
*reserved* what the blocks hold.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager

from .._warn import warn
from . import _device
from ._utils import _get_device_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

# counters of a device when they were last reset, and the bounds that programs asked for
_since: dict[int, dict[str, int]] = {}
_fractions: dict[int, float] = {}

# what `_device.memory` counts from the beginning, under the names that PyTorch has, or ours
_TOTALS = {
    "allocation.all.allocated": "allocations",
    "allocation.all.freed": "frees",
    "dispatches": "dispatches",
    "submits": "submits",
    "bytes_to_device": "bytes_to_device",
    "bytes_from_device": "bytes_from_device",
}


# ------------------------------------------------------------------ how much
def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """What the allocator counts, by PyTorch's names where it counts the same.

    - ``allocated_bytes.all.{current,peak}``, ``active_bytes.all.{current,peak}``: what tensors hold
    - ``reserved_bytes.all.{current,peak}``: what blocks of the driver hold
    - ``inactive_split_bytes.all.current``: reserved and not allocated
    - ``allocation.all.{current,allocated,freed}``: how many pieces
    - ``dispatches``, ``submits``, ``bytes_to_device``, ``bytes_from_device``: what was asked of the device; only here

    PyTorch's other names are left out: pieces are not kept apart by size, and what is not counted is not said to be 0.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Returns:
        an empty table where there is no device, and for one that was not used.
    """
    if _device.count() == 0:
        return OrderedDict()
    index = _device.checked(_get_device_index(device, optional=True))
    if not _device.opened(index):
        return OrderedDict()
    told, base = _device.memory(index), _since.get(index, {})
    found: OrderedDict[str, Any] = OrderedDict()
    for name in ("active_bytes", "allocated_bytes"):
        found[f"{name}.all.current"], found[f"{name}.all.peak"] = told["allocated"], told["allocated_peak"]
    found["allocation.all.current"] = told["allocations"] - told["frees"]
    found["inactive_split_bytes.all.current"] = told["reserved"] - told["allocated"]
    found["reserved_bytes.all.current"], found["reserved_bytes.all.peak"] = (
        told["reserved"],
        told["reserved_peak"],
    )
    found.update((name, told[key] - base.get(key, 0)) for name, key in _TOTALS.items())
    return OrderedDict(sorted(found.items()))


def memory_stats_as_nested_dict(device: Any = None) -> dict[str, Any]:
    """The same, a table of tables: ``["allocated_bytes"]["all"]["current"]``."""
    nested: dict[str, Any] = {}
    for name, value in memory_stats(device).items():
        *path, last = name.split(".")
        place = nested
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return nested


def memory_allocated(device: Any = None) -> int:
    """Bytes that tensors hold.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Returns:
        0 where there is no device.

    Example::

        >>> rl.cuda.memory_allocated() >= 0
        True
    """
    return memory_stats(device).get("allocated_bytes.all.current", 0)


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors held since the program began, or since :func:`reset_peak_memory_stats`."""
    return memory_stats(device).get("allocated_bytes.all.peak", 0)


def memory_reserved(device: Any = None) -> int:
    """Bytes that were taken from the driver, in use or kept for later."""
    return memory_stats(device).get("reserved_bytes.all.current", 0)


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that were taken from the driver since the program began, or since :func:`reset_peak_memory_stats`."""
    return memory_stats(device).get("reserved_bytes.all.peak", 0)


def memory_cached(device: Any = None) -> int:
    """Deprecated: :func:`memory_reserved`."""
    warn("`torch.cuda.memory_cached` has been renamed to `torch.cuda.memory_reserved`", FutureWarning)
    return memory_reserved(device)


def max_memory_cached(device: Any = None) -> int:
    """Deprecated: :func:`max_memory_reserved`."""
    warn("`torch.cuda.max_memory_cached` has been renamed to `torch.cuda.max_memory_reserved`", FutureWarning)
    return max_memory_reserved(device)


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and total bytes of a device.

    Args:
        device (device, str or int, optional): which; the one in use if left out.

    Errors: RuntimeError without a device, and where the driver does not tell.
    """
    return _device.memory_info(_get_device_index(device, optional=True))


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """A table of what is in use, for people.

    Args:
        device (device, str or int, optional): which; the one in use if left out.
        abbreviated (bool): without what was asked of the device so far.
    """
    stats = memory_stats(device)
    if not stats:
        return "no memory of a GPU is in use" if _device.count() else f"no GPU device: {_device.reason()}"
    index = _get_device_index(device, optional=True)
    lines = [f" memory of cuda:{index} ".center(62, "="), f"{'':<22}{'now':>20}{'at most':>20}"]
    lines += [
        f"{title:<22}{_bytes(stats[f'{name}.all.current']):>20}{_bytes(stats[f'{name}.all.peak']):>20}"
        for title, name in (
            ("held by tensors", "allocated_bytes"),
            ("taken from the driver", "reserved_bytes"),
        )
    ]
    lines.append(f"{'pieces':<22}{stats['allocation.all.current']:>20,}")
    if not abbreviated:
        lines += [
            f"{name.replace('_', ' '):<22}{stats[name]:>20,}" for name in _TOTALS.values() if name in stats
        ]
    return "\n".join([*lines, "=" * 62])


def _bytes(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 10_240:
            return f"{count:,.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} GiB"


def memory_snapshot(mempool_id: Any = None, include_traces: bool = True) -> list[Any]:
    """What each block holds: nothing is told of single blocks, and RuntimeError says so where there is a device.

    Returns:
        an empty list where there is no device, as in PyTorch before one was used.
    """
    if _device.count() == 0:
        return []
    raise RuntimeError(
        "memory_snapshot: the allocator does not tell of single blocks; memory_stats() has its totals"
    )


def list_gpu_processes(device: Any = None) -> str:
    """Which processes use a device: drivers for Vulkan, Metal and DirectX 12 do not tell, and the text says so.

    Errors: RuntimeError without a device.
    """
    index = _device.checked(_get_device_index(device, optional=True))
    return f"GPU:{index}\nprocesses are not told by the driver; the maker's own tool (nvidia-smi, rocm-smi, intel_gpu_top) shows them"


# ------------------------------------------------------------------ counting anew
def reset_peak_memory_stats(device: Any = None) -> None:
    """From now on the most bytes are counted anew. Nothing to reset without a device.

    Args:
        device (device, str or int, optional): which; the one in use if left out.
    """
    if _device.count():
        index = _device.checked(_get_device_index(device, optional=True))
        if _device.opened(index):
            _device.reset_peak(index)


def reset_accumulated_memory_stats(device: Any = None) -> None:
    """From now on pieces and work are counted anew. Nothing to reset without a device.

    Args:
        device (device, str or int, optional): which; the one in use if left out.
    """
    if _device.count():
        index = _device.checked(_get_device_index(device, optional=True))
        if _device.opened(index):
            _since[index] = _device.memory(index)


def reset_max_memory_allocated(device: Any = None) -> None:
    """Deprecated: :func:`reset_peak_memory_stats`."""
    _resets_all("reset_max_memory_allocated", device)


def reset_max_memory_cached(device: Any = None) -> None:
    """Deprecated: :func:`reset_peak_memory_stats`."""
    _resets_all("reset_max_memory_cached", device)


def _resets_all(name: str, device: Any) -> None:
    warn(
        f"torch.cuda.{name} now calls torch.cuda.reset_peak_memory_stats, which resets /all/ peak memory stats.",
        FutureWarning,
    )
    reset_peak_memory_stats(device)


# ------------------------------------------------------------------ memory of the processor that a device reads
def host_memory_stats() -> OrderedDict[str, Any]:
    """What pinned memory counts: there is none, drivers copy from any."""
    return OrderedDict()


def host_memory_stats_as_nested_dict() -> dict[str, Any]:
    """The same."""
    return {}


def reset_peak_host_memory_stats() -> None:
    """Nothing to reset: no memory is pinned."""


def reset_accumulated_host_memory_stats() -> None:
    """Nothing to reset: no memory is pinned."""


# ------------------------------------------------------------------ the allocator
def empty_cache() -> None:
    """Gives memory that no tensor holds back to the driver. Nothing happens without a device."""
    _device.empty_cache()


def get_allocator_backend() -> str:
    """The name of the allocator in use: the package's own."""
    return "native"


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """A bound on the memory of this process, as a share of the device's. It is kept, not enforced, and a warning says so.

    Args:
        fraction (float): from 0 to 1.
        device (device, str or int, optional): which; the one in use if left out.

    Errors: TypeError for what is no float; ValueError for another number; RuntimeError without a device.
    """
    index = _device.checked(_get_device_index(device, optional=True))
    if not isinstance(fraction, float):
        raise TypeError("Invalid type for fraction argument, must be `float`")
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    warn(
        "set_per_process_memory_fraction: the bound is not enforced; memory is taken as long as the driver gives it"
    )
    _fractions[index] = fraction


def get_per_process_memory_fraction(device: Any = None) -> float:
    """What :func:`set_per_process_memory_fraction` was last told; 1.0 before.

    Errors: RuntimeError without a device.
    """
    return _fractions.get(_device.checked(_get_device_index(device, optional=True)), 1.0)


def caching_allocator_enable(value: bool = True) -> None:
    """Accepted: memory is kept for later in any case; :func:`empty_cache` gives it back."""


@contextmanager
def caching_allocator_disabled() -> Iterator[None]:
    """Accepted: a block in which memory is kept for later all the same."""
    yield


def _no_addresses(name: str) -> NoReturn:
    if _device.count() == 0:
        _device.refuse()
    raise RuntimeError(
        f"{name}: memory of the device has no addresses that programs could use; make a tensor (torch.empty(..., device='cuda'))"
    )


def caching_allocator_alloc(size: int, device: Any = None, stream: Any = None) -> int:
    """Memory by its address: there are none, and RuntimeError says so."""
    _no_addresses("caching_allocator_alloc")


def caching_allocator_delete(mem_ptr: int) -> None:
    """Gives memory back by its address: there are none, and RuntimeError says so."""
    _no_addresses("caching_allocator_delete")


def change_current_allocator(allocator: Any) -> None:
    """Puts another allocator in the place of the package's: memory has no addresses, and RuntimeError says so."""
    _no_addresses("change_current_allocator")


class CUDAPluggableAllocator:
    """An allocator in a shared library: memory has no addresses, and RuntimeError says so."""

    def __init__(self, path_to_so_file: str, alloc_fn_name: str, free_fn_name: str) -> None:
        _no_addresses("CUDAPluggableAllocator")


class MemPool:
    """A pool of a device's memory beside the others: there is one, and RuntimeError says so."""

    def __init__(self, allocator: Any = None, use_on_oom: bool = False, no_split: bool = False) -> None:
        if _device.count() == 0:
            _device.refuse()
        raise RuntimeError("MemPool: a device has one pool of memory, which all tensors share")


@contextmanager
def use_mem_pool(pool: MemPool, device: Any = None) -> Iterator[None]:
    """A block whose tensors are in a pool, of which no other than the one can be made."""
    MemPool()
    yield
