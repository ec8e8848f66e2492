"""The GPU as PyTorch programs ask for it (``torch.cuda``): any maker's card, through Vulkan, Metal or DirectX 12.

There is one kind of device beside the processor, and its name is ``cuda``, as it is in PyTorch on AMD's cards, so that programs run
unchanged. A device counts if it is hardware; a driver that computes on the processor counts where ``RUSHLIGHT_GPU=software`` is in the
environment. Without one, questions are answered (no devices, no memory in use), seeds are taken, and what needs a device raises
RuntimeError.

Work is queued: a call returns before the device has computed, and whatever reads a value waits (``item``, ``cpu``, ``numpy``, printing,
:func:`synchronize`). Each device has one queue, so streams keep their order for nothing, and events in it measure time.
"""

from __future__ import annotations

from .._lazy import on_demand
from .._types import AcceleratorError as AcceleratorError, OutOfMemoryError as OutOfMemoryError
from . import _device
from ._utils import _get_device_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .._C import Generator
    from . import (
        amp as amp,
        comm as comm,
        graphs as graphs,
        memory as memory,
        nvtx as nvtx,
        profiler as profiler,
        random as random,
        streams as streams,
    )
    from ._properties import _CudaDeviceProperties
    from .graphs import (
        CUDAGraph as CUDAGraph,
        graph as graph,
        graph_pool_handle as graph_pool_handle,
        is_current_stream_capturing as is_current_stream_capturing,
        make_graphed_callables as make_graphed_callables,
    )
    from .memory import (
        CUDAPluggableAllocator as CUDAPluggableAllocator,
        MemPool as MemPool,
        caching_allocator_alloc as caching_allocator_alloc,
        caching_allocator_delete as caching_allocator_delete,
        caching_allocator_disabled as caching_allocator_disabled,
        caching_allocator_enable as caching_allocator_enable,
        change_current_allocator as change_current_allocator,
        empty_cache as empty_cache,
        get_allocator_backend as get_allocator_backend,
        get_per_process_memory_fraction as get_per_process_memory_fraction,
        host_memory_stats as host_memory_stats,
        host_memory_stats_as_nested_dict as host_memory_stats_as_nested_dict,
        list_gpu_processes as list_gpu_processes,
        max_memory_allocated as max_memory_allocated,
        max_memory_cached as max_memory_cached,
        max_memory_reserved as max_memory_reserved,
        mem_get_info as mem_get_info,
        memory_allocated as memory_allocated,
        memory_cached as memory_cached,
        memory_reserved as memory_reserved,
        memory_snapshot as memory_snapshot,
        memory_stats as memory_stats,
        memory_stats_as_nested_dict as memory_stats_as_nested_dict,
        memory_summary as memory_summary,
        reset_accumulated_host_memory_stats as reset_accumulated_host_memory_stats,
        reset_accumulated_memory_stats as reset_accumulated_memory_stats,
        reset_max_memory_allocated as reset_max_memory_allocated,
        reset_max_memory_cached as reset_max_memory_cached,
        reset_peak_host_memory_stats as reset_peak_host_memory_stats,
        reset_peak_memory_stats as reset_peak_memory_stats,
        set_per_process_memory_fraction as set_per_process_memory_fraction,
        use_mem_pool as use_mem_pool,
    )
    from .random import (
        get_rng_state as get_rng_state,
        get_rng_state_all as get_rng_state_all,
        initial_seed as initial_seed,
        manual_seed as manual_seed,
        manual_seed_all as manual_seed_all,
        seed as seed,
        seed_all as seed_all,
        set_rng_state as set_rng_state,
        set_rng_state_all as set_rng_state_all,
    )
    from .streams import (
        Event as Event,
        ExternalStream as ExternalStream,
        Stream as Stream,
        StreamContext as StreamContext,
        current_stream as current_stream,
        default_stream as default_stream,
        get_stream_from_external as get_stream_from_external,
        set_stream as set_stream,
        stream as stream,
    )

    default_generators: tuple[Generator, ...]

has_half = True
has_magma = False


class CudaError(RuntimeError):
    """An error of CUDA's, by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"CUDA error {code}")


class DeferredCudaCallError(Exception):
    """An error of a call that had waited for the device."""


class cudaStatus:  # noqa: N801, RUF100
    """Two of CUDA's codes, for programs that compare with them."""

    SUCCESS = 0
    ERROR_NOT_READY = 34


# ------------------------------------------------------------------ is there one
def is_available() -> bool:
    """Whether there is a device. Opens none.

    Example::

        >>> rl.cuda.is_available() == (rl.cuda.device_count() > 0)
        True
    """
    return _device.count() > 0


def device_count() -> int:
    """How many devices there are: hardware, and software where ``RUSHLIGHT_GPU=software`` asks for it. Opens none."""
    return _device.count()


def init() -> None:
    """Opens the device in use; what needs it does so by itself.

    Errors: RuntimeError without a device, which says what to do.
    """
    _device.initialize()


def is_initialized() -> bool:
    """Whether the process has used a device."""
    return _device.initialized()


# ------------------------------------------------------------------ which one
def current_device() -> int:
    """The index of this thread's device, which a plain ``'cuda'`` is.

    Errors: RuntimeError without a device.
    """
    return _device.current()


def set_device(device: Any) -> None:
    """Makes a device this thread's; :class:`device` does so for a block, and is to be preferred.

    Args:
        device (device, str or int): which; nothing happens for a negative number.

    Errors: ValueError for another kind of device; RuntimeError for one that is not there.
    """
    index = _get_device_index(device)
    if index >= 0:
        _device.use(index)


class device:  # noqa: N801, RUF100
    """A block in which a device is this thread's.

    Args:
        device (device, int or str): which; nothing happens for ``None`` and a negative number.

    Errors: ValueError for another kind of device; RuntimeError for one that is not there.

    Example::

        >>> with rl.cuda.device(-1):
        ...     pass
    """

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device is None else _get_device_index(device, optional=True)
        self.prev_idx = -1

    def __enter__(self) -> None:
        if self.idx >= 0:
            _device.checked(self.idx)
            self.prev_idx = _device.current()
            _device.use(self.idx)

    def __exit__(self, *error: object) -> Any:
        if self.prev_idx >= 0:
            _device.use(self.prev_idx)
        return False


class device_of(device):  # noqa: N801, RUF100
    """A block on the device of a tensor or storage; nothing happens for one on the processor.

    Args:
        obj (Tensor or Storage): whose device.
    """

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.get_device() if getattr(obj, "is_cuda", False) else -1)


# ------------------------------------------------------------------ what it is
def get_device_properties(device: Any = None) -> _CudaDeviceProperties:
    """What is known of a device: ``name``, ``total_memory``, ``major``, ``minor``, ``warp_size``, ...; what no driver tells is 0.

    Args:
        device (device, int or str, optional): which; the one in use if left out.

    Errors: RuntimeError for a device that is not there.
    """
    from ._properties import properties_of

    return properties_of(_get_device_index(device, optional=True))


def get_device_name(device: Any = None) -> str:
    """What the maker calls it."""
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """``(8, 0)`` for every device: which programs read as "float16 and bfloat16 both work, eight-bit floats do not".

    The pair is the generation of NVIDIA's chips, which drivers for Vulkan, Metal and DirectX 12 do not tell and other makers do not
    have. What programs ask it for is what they may use: ``>= (7, 0)`` for float16, ``>= (8, 0)`` for bfloat16, ``>= (8, 9)`` for
    float8. The answer is the one that makes them choose what there is; nothing else should be read into it.

    Args:
        device (device, int or str, optional): which; the one in use if left out.

    Errors: RuntimeError for a device that is not there.
    """
    found = get_device_properties(device)
    return found.major, found.minor


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 works on the device: it is stored in two bytes and computed in float32.

    Args:
        including_emulation (bool): ``False`` asks for units of the chip's own, which are not used.
    """
    return including_emulation and is_available()


def is_tf32_supported() -> bool:
    """Whether the device has TF32, which is not used: products of float32 are computed in float32."""
    return False


def get_arch_list() -> list[str]:
    """The chips that this build has machine code for: none; drivers translate shaders."""
    return []


def get_gencode_flags() -> str:
    """The compiler's options for them: none."""
    return ""


def can_device_access_peer(device: Any, peer_device: Any) -> bool:
    """Whether one device reads another's memory: never; tensors go through the processor's.

    Errors: AssertionError for an index that is not there, as in PyTorch; RuntimeError without a device.
    """
    for name, each in (("device", device), ("peer device", peer_device)):
        index, there = _get_device_index(each, optional=True), _device.count()
        if there == 0:
            _device.refuse()
        if not 0 <= index < there:
            raise AssertionError(f"Invalid {name} id")
    return False


# ------------------------------------------------------------------ its queue
def synchronize(device: Any = None) -> None:
    """Waits until all work given to a device is done.

    Args:
        device (device, int or str, optional): which; the one in use if left out.

    Errors: RuntimeError without a device.
    """
    _device.synchronize(_get_device_index(device, optional=True))


def ipc_collect() -> None:
    """Accepted: no memory of a device is shared between processes."""


def get_sync_debug_mode() -> int:
    """What :func:`set_sync_debug_mode` was last told, as a number."""
    return _sync_debug_mode


def set_sync_debug_mode(debug_mode: int | str) -> None:
    """Whether a program is told where it waits for the device. Nothing is told: any but ``'default'`` (0) warns of that.

    Args:
        debug_mode (int or str): ``'default'`` (0), ``'warn'`` (1) or ``'error'`` (2).

    Errors: RuntimeError for another.
    """
    global _sync_debug_mode
    words = ("default", "warn", "error")
    if debug_mode not in (*words, *range(3)):
        raise RuntimeError("invalid value of debug_mode, expected one of `default`, `warn`, `error`")
    _sync_debug_mode = words.index(debug_mode) if isinstance(debug_mode, str) else debug_mode
    if _sync_debug_mode:
        from .._warn import warn

        warn("set_sync_debug_mode: calls that wait for the device are not reported here")


_sync_debug_mode = 0


# ------------------------------------------------------------------ what is CUDA's own
def _refuse_nvml(name: str) -> NoReturn:
    raise ModuleNotFoundError(
        f"torch.cuda.{name}: nvidia-ml-py does not seem to be installed or it can't be imported. rushlight uses it on no device; "
        "the maker's own tool (nvidia-smi, rocm-smi, intel_gpu_top) shows it"
    )


def utilization(device: Any = None) -> int:
    """How busy a device is, in per cent: raises ModuleNotFoundError, as PyTorch does without NVIDIA's library for it."""
    _refuse_nvml("utilization")


def memory_usage(device: Any = None) -> int:
    """How much of the time its memory was busy: raises ModuleNotFoundError."""
    _refuse_nvml("memory_usage")


def temperature(device: Any = None) -> int:
    """Degrees Celsius: raises ModuleNotFoundError."""
    _refuse_nvml("temperature")


def power_draw(device: Any = None) -> int:
    """Milliwatts: raises ModuleNotFoundError."""
    _refuse_nvml("power_draw")


def clock_rate(device: Any = None) -> int:
    """Megahertz: raises ModuleNotFoundError."""
    _refuse_nvml("clock_rate")


def device_memory_used(device: Any = None) -> int:
    """Bytes that all processes use: raises ModuleNotFoundError."""
    _refuse_nvml("device_memory_used")


def _refuse_cuda(name: str) -> NoReturn:
    if _device.count() == 0:
        _device.refuse()
    raise RuntimeError(
        f"torch.cuda.{name}: the device is used through Vulkan, Metal or DirectX 12; CUDA's own library is not there"
    )


def cudart() -> Any:
    """CUDA's run-time library: not there, and RuntimeError says so."""
    _refuse_cuda("cudart")


def current_blas_handle() -> int:
    """CUDA's handle for matrix products: not there, and RuntimeError says so."""
    _refuse_cuda("current_blas_handle")


def current_solver_handle() -> int:
    """CUDA's handle for linear systems: not there, and RuntimeError says so."""
    _refuse_cuda("current_solver_handle")


def check_error(res: int) -> None:
    """Raises for a code of CUDA's that is an error.

    Errors: CudaError.
    """
    if res != cudaStatus.SUCCESS:
        raise CudaError(res)


class GreenContext:
    """A part of a chip's units for some of the work: not to be had here, and RuntimeError says so."""

    @staticmethod
    def create(*args: Any, **kwargs: Any) -> NoReturn:
        """Refuses."""
        _refuse_cuda("GreenContext")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse_cuda("GreenContext")


_MEMORY = (
    "caching_allocator_alloc caching_allocator_delete caching_allocator_disabled caching_allocator_enable "
    "change_current_allocator CUDAPluggableAllocator empty_cache get_allocator_backend get_per_process_memory_fraction "
    "host_memory_stats host_memory_stats_as_nested_dict list_gpu_processes max_memory_allocated max_memory_cached "
    "max_memory_reserved mem_get_info memory_allocated memory_cached memory_reserved memory_snapshot memory_stats "
    "memory_stats_as_nested_dict memory_summary MemPool reset_accumulated_host_memory_stats reset_accumulated_memory_stats "
    "reset_max_memory_allocated reset_max_memory_cached reset_peak_host_memory_stats reset_peak_memory_stats "
    "set_per_process_memory_fraction use_mem_pool"
)
_RANDOM = "get_rng_state get_rng_state_all initial_seed manual_seed manual_seed_all seed seed_all set_rng_state set_rng_state_all"
_STREAMS = "Event ExternalStream Stream StreamContext current_stream default_stream get_stream_from_external set_stream stream"
_GRAPHS = "CUDAGraph graph graph_pool_handle is_current_stream_capturing make_graphed_callables"
_TYPES = (
    "BFloat16Storage BFloat16Tensor BoolStorage BoolTensor ByteStorage ByteTensor CharStorage CharTensor ComplexDoubleStorage "
    "ComplexFloatStorage DoubleStorage DoubleTensor FloatStorage FloatTensor HalfStorage HalfTensor IntStorage IntTensor "
    "LongStorage LongTensor ShortStorage ShortTensor"
)

if not TYPE_CHECKING:  # checkers would take any name for granted
    _later, __dir__, _ = on_demand(
        __name__,
        {"memory": _MEMORY, "random": _RANDOM, "streams": _STREAMS, "graphs": _GRAPHS, "_types": _TYPES},
        "amp comm graphs memory nvtx profiler random streams",
    )

    def __getattr__(name: str) -> Any:
        return _generators() if name == "default_generators" else _later(name)


def _generators() -> tuple[Generator, ...]:
    """``default_generators``: one for each device."""
    return tuple(_device.generator(index) for index in range(_device.count()))
