"""The processor as a device (``torch.cpu``), for programs that write code for any device."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import amp as amp


def is_available() -> bool:
    """Whether there is one."""
    return True


def is_initialized() -> bool:
    """Whether it can be used."""
    return True


def device_count() -> int:
    """All cores are one device."""
    return 1


def current_device() -> str:
    """Its name."""
    return "cpu"


def set_device(device: Any) -> None:
    """Accepted: there is one."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for: every operation has ended when it returns."""


class Stream:
    """A queue of work: there is none, work is done at once."""

    def __init__(self, priority: int = -1) -> None:
        self.priority = priority

    def wait_stream(self, stream: Any) -> None:
        """Nothing to wait for."""

    def synchronize(self) -> None:
        """Nothing to wait for."""

    def record_event(self) -> None:
        """A mark in a queue."""

    wait_event = wait_stream


class Event:
    """A mark in a queue, which has always been passed."""

    def query(self) -> bool:
        """Whether the work before it is done."""
        return True

    def record(self, stream: Any = None) -> None:
        """Sets the mark."""

    def synchronize(self) -> None:
        """Nothing to wait for."""

    wait = record


class StreamContext:
    """A block on a queue."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


_stream = Stream()


def current_stream(device: Any = None) -> Stream:
    """The queue in use."""
    return _stream


def stream(stream: Any) -> StreamContext:
    """A block on a queue."""
    return StreamContext(stream)


def get_capabilities() -> dict[str, Any]:
    """The processor's architecture and vectors."""
    import platform

    from .. import backends

    widest = backends.cpu.get_cpu_capability()
    return {
        "architecture": platform.machine(),
        "avx2": widest in ("AVX2", "AVX512"),
        "avx512": widest == "AVX512",
    }


if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(__name__, {}, "amp")
