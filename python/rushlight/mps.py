"""Apple's graphics processors, as PyTorch programs ask for them. There is none."""

from __future__ import annotations

from ._lazy import absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def is_available() -> bool:
    """Whether one can be used."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0


def manual_seed(seed: int) -> None:
    """Accepted without a device."""


def empty_cache() -> None:
    """Nothing to empty without a device."""


def _refuse() -> NoReturn:
    raise RuntimeError("no MPS device: this build of rushlight has no GPU backend; use device='cpu'")


def synchronize() -> None:
    """Waits for the device."""
    _refuse()


def current_allocated_memory() -> int:
    """Bytes in use."""
    _refuse()


driver_allocated_memory = recommended_max_memory = current_allocated_memory

__getattr__ = absent(__name__)
