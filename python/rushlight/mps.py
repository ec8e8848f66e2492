"""Apple's graphics processors by the name programs for them use (``torch.mps``).

``'mps'`` is another spelling of ``'cuda'``, the one kind of device beside the processor. So that programs written for Apple's machines
find theirs there, this module answers for it on macOS; elsewhere there is none, as in PyTorch.
"""

from __future__ import annotations

import sys

from . import cuda
from ._lazy import absent
from .cuda import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from ._C import Tensor


def is_available() -> bool:
    """Whether one can be used: on macOS, with a GPU."""
    return sys.platform == "darwin" and cuda.is_available()


def device_count() -> int:
    """How many there are: one, or none."""
    return int(is_available())


def _needed() -> int:
    """The index of the device in use.

    Errors: RuntimeError without one.
    """
    if not is_available():
        _refuse()
    return _device.current()


def _refuse() -> NoReturn:
    there = "on this machine the device is called 'cuda'" if _device.count() else _device.reason()
    raise RuntimeError(f"no MPS device: {there}")


def manual_seed(seed: int) -> None:
    """Sets the seed of the device; accepted without one."""
    if is_available():
        cuda.manual_seed(seed)


def seed() -> None:
    """Takes a seed from the system; accepted without a device."""
    if is_available():
        cuda.seed()


def get_rng_state() -> Tensor:
    """The random state of the device.

    Errors: RuntimeError without one.
    """
    return cuda.get_rng_state(_needed())


def set_rng_state(new_state: Tensor) -> None:
    """Puts the device into a state that :func:`get_rng_state` returned.

    Errors: RuntimeError without a device.
    """
    cuda.set_rng_state(new_state, _needed())


def empty_cache() -> None:
    """Gives memory that no tensor holds back to the driver. Nothing happens without a device."""
    if is_available():
        cuda.empty_cache()


def synchronize() -> None:
    """Waits until all work given to the device is done.

    Errors: RuntimeError without one.
    """
    _device.synchronize(_needed())


def current_allocated_memory() -> int:
    """Bytes that tensors hold.

    Errors: RuntimeError without a device.
    """
    return cuda.memory_allocated(_needed())


def driver_allocated_memory() -> int:
    """Bytes that were taken from the driver.

    Errors: RuntimeError without a device.
    """
    return cuda.memory_reserved(_needed())


def recommended_max_memory() -> int:
    """Bytes that the device has.

    Errors: RuntimeError without a device, and where the driver does not tell.
    """
    return cuda.mem_get_info(_needed())[1]


__getattr__ = absent(__name__)
