"""Seeds of GPUs: taken and kept for no device, as in PyTorch without one."""

from __future__ import annotations

from . import _refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


def manual_seed(seed: int) -> None:
    """Accepted without a GPU, as in PyTorch."""


def manual_seed_all(seed: int) -> None:
    """Accepted without a GPU, as in PyTorch."""


def seed() -> None:
    """Accepted without a GPU, as in PyTorch."""


def seed_all() -> None:
    """Accepted without a GPU, as in PyTorch."""


def initial_seed() -> int:
    """The seed of the device in use."""
    _refuse()


def get_rng_state(device: Any = "cuda") -> Tensor:
    """The random state of a device."""
    _refuse()


def get_rng_state_all() -> list[Tensor]:
    """Those of all devices: an empty list."""
    return []


def set_rng_state(new_state: Tensor, device: Any = "cuda") -> None:
    """Sets the random state of a device."""
    _refuse()


def set_rng_state_all(new_states: Any) -> None:
    """Sets those of all devices, of which there are none."""
    if list(new_states):
        _refuse()
