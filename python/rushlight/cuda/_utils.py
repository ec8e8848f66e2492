"""Which device is meant: the index of what programs write."""

from __future__ import annotations

from .._C import device as _kind
from . import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _get_device_index(device: Any, optional: bool = False, allow_cpu: bool = False) -> int:
    """The index of a device, as PyTorch counts it.

    Args:
        device (device, str or int): which.
        optional (bool): ``None`` and a plain ``'cuda'`` are the device in use.
        allow_cpu (bool): the processor is -1.

    Errors: ValueError for other kinds of devices, and for no index where none may be left out; RuntimeError without a device.
    """
    if isinstance(device, int) and not isinstance(device, bool):
        return device
    if isinstance(device, str):
        device = _kind(device)
    if isinstance(device, _kind):
        if allow_cpu and device.type == "cpu":
            return -1
        if device.type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {device}")
        if device.index is not None:
            return device.index
    elif device is not None:
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    if optional:
        return _device.current()
    raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
