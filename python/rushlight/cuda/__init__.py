"""The GPU as PyTorch programs ask for it. This build has no GPU backend, and says so.

As on a machine without one, questions are answered (there are no devices, no memory is in use), seeds are taken, and what
would need a device raises RuntimeError.
"""

from __future__ import annotations

from .._lazy import on_demand
from .._types import OutOfMemoryError as OutOfMemoryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .._C import Tensor
    from . import (
        amp as amp,
        memory as memory,
        nvtx as nvtx,
        profiler as profiler,
        random as random,
        streams as streams,
    )

has_half = True
has_magma = False
default_generators: tuple[Any, ...] = ()


class CudaError(RuntimeError):
    """An error of CUDA's, by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"CUDA error {code}")


class DeferredCudaCallError(Exception):
    """An error of a call that had waited for the device."""


def is_available() -> bool:
    """Whether a hardware adapter can be used."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0


def is_initialized() -> bool:
    """Whether the backend was started."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether the device computes in bfloat16."""
    return False


def is_tf32_supported() -> bool:
    """Whether the device has TF32."""
    return False


def get_arch_list() -> list[str]:
    """The architectures this build has kernels for."""
    return []


def get_gencode_flags() -> str:
    """The compiler's options for them."""
    return ""


def _refuse() -> NoReturn:
    raise RuntimeError("no GPU device: this build of rushlight has no GPU backend; use device='cpu'")


def init() -> None:
    """Starts the backend."""
    _refuse()


def current_device() -> int:
    """The index of the device in use."""
    _refuse()


def set_device(device: Any) -> None:
    """Makes a device the one in use."""
    if isinstance(device, int) and device < 0:
        return  # what a program passes that has none
    _refuse()


def get_device_name(device: Any = None) -> str:
    """What the maker calls it."""
    _refuse()


def get_device_properties(device: Any = None) -> Any:
    """Its memory, and how many units compute."""
    _refuse()


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Its generation."""
    _refuse()


def can_device_access_peer(device: Any, peer_device: Any) -> bool:
    """Whether one device reads another's memory."""
    _refuse()


def synchronize(device: Any = None) -> None:
    """Waits for the device."""
    _refuse()


def utilization(device: Any = None) -> int:
    """How busy it is, in per cent."""
    _refuse()


memory_usage = temperature = power_draw = clock_rate = device_memory_used = utilization


def current_blas_handle() -> int:
    """CUDA's handle for matrix products."""
    _refuse()


current_solver_handle = cudart = current_blas_handle


def check_error(res: int) -> None:
    """Raises for a code of CUDA's that is an error.

    Errors: CudaError.
    """
    if res != 0:
        raise CudaError(res)


def ipc_collect() -> None:
    """Nothing to collect without a GPU."""


def get_sync_debug_mode() -> int:
    """Whether a program is told where it waits for the device: never."""
    return 0


def set_sync_debug_mode(debug_mode: int | str) -> None:
    """Accepted without a GPU."""


def _index(device: Any) -> int:
    from .._C import device as kind

    if device is None:
        return -1
    if isinstance(device, int) and not isinstance(device, bool):
        return device
    found = device if isinstance(device, kind) else kind(device)
    if found.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {found}")
    return found.index if found.index is not None else -1


class device:  # noqa: N801, RUF100
    """A block on a certain device.

    Args:
        device (device, int or str): which; nothing happens for none and a negative one.

    Errors: RuntimeError on entry for a device, as there is none.
    """

    def __init__(self, device: Any) -> None:
        self.idx = _index(device)

    def __enter__(self) -> None:
        if self.idx >= 0:
            _refuse()

    def __exit__(self, *error: object) -> Any:
        return False


class device_of(device):  # noqa: N801, RUF100
    """A block on the device of a tensor: nothing happens for one on the processor."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.get_device() if getattr(obj, "is_cuda", False) else -1)


def _tensor_type(name: str, dtype_name: str) -> type:
    class Meta(type):
        def __instancecheck__(cls, obj: Any) -> bool:
            return False

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            raise TypeError(
                f"type torch.cuda.{name} not available. This build of rushlight has no GPU backend."
            )

    return Meta(
        name,
        (),
        {"__doc__": f"Tensors of {dtype_name} on a GPU, which there is none of.", "__module__": "torch.cuda"},
    )


BFloat16Tensor = _tensor_type("BFloat16Tensor", "bfloat16")
BoolTensor = _tensor_type("BoolTensor", "bool")
ByteTensor = _tensor_type("ByteTensor", "uint8")
CharTensor = _tensor_type("CharTensor", "int8")
DoubleTensor = _tensor_type("DoubleTensor", "float64")
FloatTensor = _tensor_type("FloatTensor", "float32")
HalfTensor = _tensor_type("HalfTensor", "float16")
IntTensor = _tensor_type("IntTensor", "int32")
LongTensor = _tensor_type("LongTensor", "int64")
ShortTensor = _tensor_type("ShortTensor", "int16")

_MEMORY = (
    "caching_allocator_alloc caching_allocator_delete caching_allocator_enable change_current_allocator "
    "CUDAPluggableAllocator empty_cache get_allocator_backend get_per_process_memory_fraction list_gpu_processes "
    "max_memory_allocated max_memory_cached max_memory_reserved mem_get_info memory_allocated memory_cached "
    "memory_reserved memory_snapshot memory_stats memory_stats_as_nested_dict memory_summary MemPool "
    "reset_accumulated_memory_stats reset_max_memory_allocated reset_max_memory_cached reset_peak_memory_stats "
    "set_per_process_memory_fraction host_memory_stats reset_peak_host_memory_stats reset_accumulated_host_memory_stats"
)
_RANDOM = "get_rng_state get_rng_state_all initial_seed manual_seed manual_seed_all seed seed_all set_rng_state set_rng_state_all"
_STREAMS = (
    "Event ExternalStream Stream StreamContext current_stream default_stream get_stream_from_external set_stream stream "
    "CUDAGraph graph graph_pool_handle is_current_stream_capturing make_graphed_callables"
)

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(
        __name__,
        {"memory": _MEMORY, "random": _RANDOM, "streams": _STREAMS},
        "amp memory nvtx profiler random streams",
    )
