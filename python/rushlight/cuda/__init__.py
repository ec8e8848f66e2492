"""The GPU as PyTorch programs ask for it. This build has no GPU backend, and says so."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from . import amp as amp

from .._lazy import on_demand


def is_available() -> bool:
    """Whether a hardware adapter can be used."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0


def is_initialized() -> bool:
    """Whether the backend was started."""
    return False


def _refuse() -> NoReturn:
    raise RuntimeError("no GPU device: this build of rushlight has no GPU backend; use device='cpu'")


def current_device() -> int:
    """The index of the device in use."""
    _refuse()


def set_device(device: Any) -> None:
    """Makes a device the one in use."""
    _refuse()


def get_device_name(device: Any = None) -> str:
    """What the maker calls it."""
    _refuse()


def get_device_properties(device: Any = None) -> Any:
    """Its memory, and how many units compute."""
    _refuse()


def manual_seed(seed: int) -> None:
    """Accepted without a GPU, as in PyTorch."""


def manual_seed_all(seed: int) -> None:
    """Accepted without a GPU, as in PyTorch."""


def empty_cache() -> None:
    """Nothing to empty without a GPU."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for without a GPU."""
    _refuse()


if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(__name__, {}, "amp")
