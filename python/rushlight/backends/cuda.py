"""CUDA's libraries, which are not used, and the choice of attention kernels."""

from __future__ import annotations

from contextlib import contextmanager

from .._settings import get_float32_matmul_precision, set_float32_matmul_precision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class _Products:
    """Switches of matrix products."""

    allow_fp16_accumulation = False
    allow_fp16_reduced_precision_reduction = True
    allow_bf16_reduced_precision_reduction = True
    fp32_precision = "none"

    @property
    def allow_tf32(self) -> bool:
        """The same as a ``float32_matmul_precision`` below ``highest``."""
        return get_float32_matmul_precision() != "highest"

    @allow_tf32.setter
    def allow_tf32(self, value: bool) -> None:
        set_float32_matmul_precision("high" if value else "highest")


class cuFFTPlanCacheAttrContextProp:  # noqa: N801, RUF100
    """An attribute of a plan cache, by the functions that read and write it.

    Args:
        getter, setter (Callable): of the device's index, and of index and value.
    """

    def __init__(self, getter: Any, setter: Any) -> None:
        self.getter, self.setter = getter, setter

    def __get__(self, cache: Any, kind: Any) -> Any:
        return self if cache is None else self.getter(cache.device_index)

    def __set__(self, cache: Any, value: Any) -> None:
        self.setter(cache.device_index, value)


def _fixed(index: Any, value: Any) -> None:
    raise RuntimeError(".size is a read-only property showing the number of plans currently in the cache. To change the cache "
                       "capacity, set cufft_plan_cache.max_size.")  # fmt: skip


class cuFFTPlanCache:  # noqa: N801, RUF100
    """The plans that a device keeps of Fourier transforms: none, since transforms need none.

    Args:
        device_index (int): whose.
    """

    size = cuFFTPlanCacheAttrContextProp(lambda index: 0, _fixed)
    max_size = cuFFTPlanCacheAttrContextProp(
        lambda index: _plans.get(index, 0), lambda index, value: _plans.update({index: int(value)})
    )

    def __init__(self, device_index: int) -> None:
        self.device_index = device_index

    def clear(self) -> None:
        """Forgets all plans."""


class cuFFTPlanCacheManager(cuFFTPlanCache):  # noqa: N801, RUF100
    """Those of the device in use; ``cufft_plan_cache[device]`` is another's."""

    def __init__(self) -> None:
        super().__init__(-1)

    def __getitem__(self, device: Any) -> cuFFTPlanCache:
        from ..cuda._utils import _get_device_index

        return cuFFTPlanCache(_get_device_index(device))


_plans: dict[int, int] = {}  # largest sizes that programs set
matmul = _Products()
cufft_plan_cache = cuFFTPlanCacheManager()
_sdp = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True, "reduced_math": False}
_linalg = "default"


def is_built() -> bool:
    """Whether this build has a GPU backend; :func:`rushlight.cuda.is_available` says whether there is a device."""
    from ..cuda import _device

    return _device.built()


class SDPAParams:
    """The operands of an attention, of which ``can_use_flash_attention`` and its kin ask.

    Args:
        query, key, value (Tensor): the operands.
        attn_mask (Tensor, optional), dropout (float), is_causal, enable_gqa (bool): as in ``scaled_dot_product_attention``.
    """

    def __init__(
        self,
        query: Any,
        key: Any,
        value: Any,
        attn_mask: Any,
        dropout: float,
        is_causal: bool,
        enable_gqa: bool,
    ) -> None:
        self.query, self.key, self.value, self.attn_mask = query, key, value, attn_mask
        self.dropout, self.is_causal, self.enable_gqa = dropout, is_causal, enable_gqa


def is_flash_attention_available() -> bool:
    """Whether CUDA's flash attention is there; the CPU's own kernel needs no such choice."""
    return False


def is_ck_sdpa_available() -> bool:
    """Whether AMD's attention kernels are there."""
    return False


def can_use_flash_attention(params: Any, debug: bool = False) -> bool:
    """Whether CUDA's flash attention could take these operands."""
    return False


can_use_efficient_attention = can_use_cudnn_attention = can_use_flash_attention


def flash_sdp_enabled() -> bool:
    """What :func:`enable_flash_sdp` was last told."""
    return _sdp["flash"]


def enable_flash_sdp(enabled: bool) -> None:
    """Accepted for compatibility: attention has one kernel, which never holds all scores."""
    _sdp["flash"] = bool(enabled)


def mem_efficient_sdp_enabled() -> bool:
    """What :func:`enable_mem_efficient_sdp` was last told."""
    return _sdp["mem_efficient"]


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Accepted for compatibility."""
    _sdp["mem_efficient"] = bool(enabled)


def math_sdp_enabled() -> bool:
    """What :func:`enable_math_sdp` was last told."""
    return _sdp["math"]


def enable_math_sdp(enabled: bool) -> None:
    """Accepted for compatibility."""
    _sdp["math"] = bool(enabled)


def cudnn_sdp_enabled() -> bool:
    """What :func:`enable_cudnn_sdp` was last told."""
    return _sdp["cudnn"]


def enable_cudnn_sdp(enabled: bool) -> None:
    """Accepted for compatibility."""
    _sdp["cudnn"] = bool(enabled)


def fp16_bf16_reduction_math_sdp_allowed() -> bool:
    """What :func:`allow_fp16_bf16_reduction_math_sdp` was last told."""
    return _sdp["reduced_math"]


def allow_fp16_bf16_reduction_math_sdp(enabled: bool) -> None:
    """Accepted for compatibility: sums of halves are always carried in float32."""
    _sdp["reduced_math"] = bool(enabled)


@contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[dict[str, Any]]:
    """The older form of :func:`rushlight.nn.attention.sdpa_kernel`: a choice between kernels that changes no result."""
    before = dict(_sdp)
    _sdp.update(flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient, cudnn=enable_cudnn)
    try:
        yield {}
    finally:
        _sdp.update(before)


def preferred_linalg_library(backend: Any = None) -> str:
    """The library that a program prefers: remembered, and not used."""
    global _linalg
    if backend is not None:
        _linalg = str(backend)
    return _linalg


def preferred_blas_library(backend: Any = None) -> str:
    """The same for matrix products."""
    return "default" if backend is None else str(backend)


def preferred_rocm_fa_library(backend: Any = None) -> str:
    """The same for AMD's attention kernels."""
    return "default" if backend is None else str(backend)


def blas_workspace_size(size: int | None = None, backend: Any = None) -> int:
    """Bytes that a library of matrix products keeps for itself: what was last set; products need none.

    Args:
        size (int, optional): to be kept from now on.
        backend (str, optional): the library. Default: ``"cublas"``

    Errors: RuntimeError for a negative size.
    """
    name = str(backend or "cublas").lower()
    if size is not None:
        if size < 0:
            raise RuntimeError(f"workspace size must not be negative, but got {size}")
        _workspaces[name] = size
    return _workspaces.get(name, 0)


def cublas_workspace_size(size: int | None = None) -> int:
    """:func:`blas_workspace_size` of cuBLAS."""
    return blas_workspace_size(size, "cublas")


def cublaslt_workspace_size(size: int | None = None) -> int:
    """:func:`blas_workspace_size` of cuBLASLt."""
    return blas_workspace_size(size, "cublaslt")


_workspaces: dict[str, int] = {}
