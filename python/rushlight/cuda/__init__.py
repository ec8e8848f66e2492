"""The GPU as PyTorch programs ask for it. This build has no GPU backend, and says so."""

from __future__ import annotations


def is_available() -> bool:
    """Whether a hardware adapter can be used."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0


def is_initialized() -> bool:
    """Whether the backend was started."""
    return False


def _refuse(*args, **kwargs):
    raise RuntimeError("no GPU device: this build of rushlight has no GPU backend; use device='cpu'")


current_device = set_device = get_device_name = get_device_properties = _refuse


def manual_seed(seed) -> None:
    """Accepted without a GPU, as in PyTorch."""


def manual_seed_all(seed) -> None:
    """Accepted without a GPU, as in PyTorch."""


def empty_cache() -> None:
    """Nothing to empty without a GPU."""


def synchronize(device=None) -> None:
    """Nothing to wait for without a GPU."""
    _refuse()
