"""Intel's graphics processors by PyTorch's own name for them, which no device has here: theirs are ``cuda``, too."""

from __future__ import annotations

from ._lazy import absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def is_available() -> bool:
    """Whether one can be used."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0


def is_initialized() -> bool:
    """Whether the backend was started."""
    return False


def manual_seed(seed: int) -> None:
    """Accepted without a device, as in PyTorch."""


def manual_seed_all(seed: int) -> None:
    """Accepted without a device, as in PyTorch."""


def empty_cache() -> None:
    """Nothing to empty without a device."""


def _refuse() -> NoReturn:
    raise RuntimeError("no XPU device: a GPU of any maker is called 'cuda' here; without one, use device='cpu'")


def current_device() -> int:
    """The index of the device in use."""
    _refuse()


def set_device(device: Any) -> None:
    """Makes a device the one in use."""
    _refuse()


def synchronize(device: Any = None) -> None:
    """Waits for the device."""
    _refuse()


__getattr__ = absent(__name__)
