"""Seeds and states of GPUs' random numbers.

Each device has a generator of its own (``default_generators``), which counts (Philox 4x32-10): the same seed gives the same numbers on
every maker's card. :func:`rushlight.manual_seed` seeds them all. Without a device seeds are taken and kept for none, as in PyTorch.
"""

from __future__ import annotations

from . import _device
from ._utils import _get_device_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .._C import Tensor


def manual_seed(seed: int) -> None:
    """Sets the seed of the device in use; accepted without one.

    Args:
        seed (int): negative ones wrap into 64 bits.
    """
    seed = int(seed)
    if _device.count():
        _device.generator(_device.current()).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Sets the seed of all devices; accepted without one.

    Args:
        seed (int): negative ones wrap into 64 bits.
    """
    seed = int(seed)
    for index in range(_device.count()):
        _device.generator(index).manual_seed(seed)


def seed() -> None:
    """Takes a seed from the system for the device in use; accepted without one."""
    if _device.count():
        _device.generator(_device.current()).seed()


def seed_all() -> None:
    """Takes a seed from the system, the same for all devices; accepted without one."""
    if _device.count():
        manual_seed_all(_device.generator(0).seed())


def initial_seed() -> int:
    """The seed of the device in use.

    Errors: RuntimeError without a device.
    """
    return _device.generator(_device.current()).initial_seed()


def get_rng_state(device: Any = "cuda") -> Tensor:
    """The random state of a device, a uint8 tensor on the processor.

    Args:
        device (device, str or int): which. Default: the one in use

    Errors: RuntimeError for a device that is not there.
    """
    return _device.generator(_get_device_index(device, optional=True)).get_state()


def get_rng_state_all() -> list[Tensor]:
    """Those of all devices."""
    return [get_rng_state(index) for index in range(_device.count())]


def set_rng_state(new_state: Tensor, device: Any = "cuda") -> None:
    """Puts a device into a state that :func:`get_rng_state` returned.

    Args:
        new_state (Tensor): the state.
        device (device, str or int): which. Default: the one in use

    Errors: RuntimeError for a device that is not there, and for what is no state.
    """
    _device.generator(_get_device_index(device, optional=True)).set_state(new_state)


def set_rng_state_all(new_states: Iterable[Tensor]) -> None:
    """Puts all devices into the states that :func:`get_rng_state_all` returned.

    Errors: RuntimeError for more states than there are devices.
    """
    for index, state in enumerate(new_states):
        set_rng_state(state, index)
