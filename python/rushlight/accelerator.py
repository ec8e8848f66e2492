"""Whatever device a machine has beside its processor (``torch.accelerator``): here there is none."""

from __future__ import annotations

from collections import OrderedDict

from ._lazy import absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def is_available() -> bool:
    """Whether there is one."""
    return False


def current_accelerator(check_available: bool = False) -> Any:
    """Its kind, or ``None``."""
    return None


def device_count() -> int:
    """How many there are."""
    return 0


def _refuse() -> NoReturn:
    raise RuntimeError("no accelerator: this build of rushlight has no GPU backend; use device='cpu'")


def current_device_index() -> int:
    """The index of the device in use."""
    _refuse()


def set_device_index(device: Any, /) -> None:
    """Makes a device the one in use."""
    _refuse()


current_device_idx, set_device_idx = current_device_index, set_device_index


def current_stream(device: Any = None, /) -> Any:
    """The queue in use."""
    _refuse()


def set_stream(stream: Any) -> None:
    """Makes a queue the one in use."""
    _refuse()


def synchronize(device: Any = None, /) -> None:
    """Waits for the device."""
    _refuse()


def get_device_capability(device: Any = None, /) -> dict[str, Any]:
    """What it can do."""
    _refuse()


def get_memory_info(device_index: Any = None, /) -> tuple[int, int]:
    """Free and total bytes."""
    _refuse()


def empty_cache() -> None:
    """Nothing to empty without a device."""


def empty_host_cache() -> None:
    """Nothing to empty without a device."""


def memory_stats(device_index: Any = None, /) -> OrderedDict[str, Any]:
    """What the allocator counts: nothing."""
    return OrderedDict()


def memory_allocated(device_index: Any = None, /) -> int:
    """Bytes in use: none."""
    return 0


memory_reserved = max_memory_allocated = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device_index: Any = None, /) -> None:
    """Nothing to reset without a device."""


reset_accumulated_memory_stats = reset_peak_memory_stats


class device_index:  # noqa: N801, RUF100
    """A block on a certain device; with ``None`` nothing happens."""

    def __init__(self, device: int | None, /) -> None:
        self.idx = device

    def __enter__(self) -> None:
        if self.idx is not None:
            _refuse()

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


__getattr__ = absent(__name__)
