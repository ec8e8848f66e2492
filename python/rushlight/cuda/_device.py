"""The one door to the GPU backend of the extension: nothing else in this package calls ``_C._gpu_*``.

A build without the backend (the crate's feature ``gpu``) lacks these functions; then there is no device, and what needs one says
so. Devices count from 0, and which of them is in use is each thread's own choice.
"""

from __future__ import annotations

import os
from _thread import _local

from .. import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .._C import Generator

# A layer of Mesa's asks the desktop which card it prefers, and complains on stderr where there is none (servers, containers).
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ.setdefault("NODEVICE_SELECT", "1")

_thread = _local()
_asked = False  # whether `init` was called


# ------------------------------------------------------------------ is there one
def built() -> bool:
    """Whether this build has the backend at all; without it the extension only counts, to none."""
    return hasattr(_C, "_gpu_properties")


def count() -> int:
    """How many devices count: hardware, and software where ``RUSHLIGHT_GPU=software`` asks for it."""
    return _call("_gpu_count") if built() else 0


def reason() -> str:
    """Why there is no device, and what to do."""
    if not built():
        return "this build of rushlight has no GPU backend; use device='cpu'"
    return (
        "no driver for Vulkan, Metal or DirectX 12 offers one (`python -m rushlight.gpu` says what was found and what to "
        "install); use device='cpu'"
    )


def refuse() -> NoReturn:
    """Raises RuntimeError: there is no device."""
    raise RuntimeError(f"no GPU device: {reason()}")


def _call(name: str, *args: Any) -> Any:
    function = getattr(_C, name, None)
    if function is None:
        raise NotImplementedError(f"the GPU backend of this build does not offer {name.removeprefix('_gpu_')} yet")
    return function(*args)


# ------------------------------------------------------------------ which one
def current() -> int:
    """The index of this thread's device.

    Errors: RuntimeError without a device.
    """
    if count() == 0:
        refuse()
    return getattr(_thread, "index", 0)


def use(index: int) -> None:
    """Makes a device this thread's, for a plain ``'cuda'`` too."""
    _thread.index = checked(index)
    if hasattr(_C, "_gpu_set_current"):
        _call("_gpu_set_current", index)


def checked(index: int) -> int:
    """The index, of a device that is there.

    Errors: AcceleratorError, a RuntimeError, for another.
    """
    there = count()
    if there == 0:
        refuse()
    if not 0 <= index < there:
        from .._types import AcceleratorError

        raise AcceleratorError(
            f"CUDA error: invalid device ordinal: there is no cuda:{index}; {there} found, counted from 0"
        )
    return index


# ------------------------------------------------------------------ what it is
def properties(index: int) -> dict[str, Any]:
    """What the driver says of a device."""
    return _call("_gpu_properties", checked(index))


def adapters() -> list[dict[str, Any]]:
    """What all drivers of the machine offer, software too."""
    return _call("_gpu_adapters") if built() else []


# ------------------------------------------------------------------ its queue
def synchronize(index: int) -> None:
    """Submits what waits, and waits for all of it."""
    _call("_gpu_synchronize", checked(index))


def mark(index: int) -> int:
    """Asks for the time at which the queue comes to here; a number for it."""
    return _call("_gpu_mark", checked(index))


def between(index: int, start: int, end: int) -> float:
    """Milliseconds from one mark to another; waits for both."""
    return _call("_gpu_between", index, start, end)


# ------------------------------------------------------------------ its memory
def memory(index: int) -> dict[str, int]:
    """Bytes held now and at most, and how much was asked of the device so far."""
    return _call("_gpu_memory", checked(index))


def memory_info(index: int) -> tuple[int, int]:
    """Free and total bytes.

    Errors: RuntimeError where the driver does not tell.
    """
    checked(index)
    if not hasattr(_C, "_gpu_memory_info"):
        raise RuntimeError(
            "mem_get_info: the driver does not tell how much memory the device has; memory_allocated() is what tensors hold"
        )
    free, total = _call("_gpu_memory_info", index)
    return free, total


def reset_peak(index: int) -> None:
    """From now on the largest number of bytes is counted anew."""
    _call("_gpu_reset_peak", checked(index))


def empty_cache() -> None:
    """Gives memory that no tensor uses back to the driver."""
    for index in range(count()):
        if opened(index):
            _call("_gpu_empty_cache", index)


def opened(index: int) -> bool:
    """Whether the process has opened a device: what asks for its memory would."""
    return not hasattr(_C, "_gpu_opened") or _call("_gpu_opened", index)


def initialize() -> None:
    """Opens this thread's device.

    Errors: RuntimeError without a device.
    """
    global _asked
    synchronize(current())
    _asked = True


def initialized() -> bool:
    """Whether the process has used a device: it was opened by :func:`initialize`, or memory was taken."""
    return _asked or any(opened(i) and memory(i)["allocations"] for i in range(count()))


# ------------------------------------------------------------------ its random numbers
def generator(index: int) -> Generator:
    """The generator that a device's tensors are drawn from where a program names none."""
    return _call("_gpu_default_generator", checked(index))
