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


class _PlanCache:
    """The cache of transforms' plans: always empty."""

    size = 0
    max_size = 0

    def clear(self) -> None:
        """Forgets all of them."""

    def __getitem__(self, device: Any) -> _PlanCache:
        return self


matmul = _Products()
cufft_plan_cache = _PlanCache()
_sdp = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True, "reduced_math": False}
_linalg = "default"


def is_built() -> bool:
    """Whether this build has CUDA."""
    return False


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
