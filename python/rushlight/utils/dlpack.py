"""Tensors that other libraries share, by the protocol DLPack."""

from __future__ import annotations

from enum import IntEnum

from .. import from_dlpack as from_dlpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DLDeviceType(IntEnum):
    """Kinds of devices, by the numbers of the protocol."""

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
    kDLOpenCL = 4
    kDLVulkan = 7
    kDLMetal = 8
    kDLVPI = 9
    kDLROCM = 10
    kDLROCMHost = 11
    kDLExtDev = 12
    kDLCUDAManaged = 13
    kDLOneAPI = 14


def to_dlpack(tensor: Any) -> Any:
    """A capsule with the tensor's memory, which another library takes over."""
    return tensor.__dlpack__()


__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]
