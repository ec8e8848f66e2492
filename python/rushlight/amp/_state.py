"""Whether mixed precision is on, and to which dtype it casts: for each type of devices, on this thread.

The engine is told what holds for the CPU and for GPUs; a row of the op table says what is cast (``driver/autocast.rs``).
"""

from __future__ import annotations

import threading

from .. import _C
from .._warn import warn

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

# what PyTorch casts to on each type of devices, unless told otherwise
_HALVES = dict.fromkeys(("cuda", "ipu", "mps", "mtia", "privateuseone", "xpu"), _C.float16)
_HALVES.update(dict.fromkeys(("cpu", "hpu", "maia", "xla"), _C.bfloat16))


class _Thread(threading.local):
    """The state of a thread."""

    def __init__(self) -> None:
        self.enabled: dict[str, bool] = {}
        self.dtypes: dict[str, Any] = {}
        self.cache = True
        self.nesting = 0


_thread = _Thread()


def _kind(function: str, device_type: Any) -> str:
    """The type of a device from its text."""
    if not isinstance(device_type, str):
        raise TypeError(
            f"{function}(): argument 'device_type' (position 1) must be str, not {type(device_type).__name__}"
        )
    kind = device_type.partition(":")[0]
    return kind if kind in _HALVES else _C.device(device_type).type


def _tell() -> None:
    """What the engine needs to know of it."""
    on = _thread.enabled.get("cpu", False)
    _C._transform.autocast(get_autocast_dtype("cpu") if on else None, _thread.cache)
    if hasattr(_C, "_gpu_properties"):  # else there is no such tensor
        on, tell = _thread.enabled.get("cuda", False), getattr(_C._transform, "autocast_gpu", None)
        if tell is not None:
            tell(get_autocast_dtype("cuda") if on else None)
        elif on:
            _thread.enabled["cuda"] = False
            raise NotImplementedError("the GPU backend of this build does not offer autocast yet")


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether mixed precision is on for a type of devices; without one, for CUDA's, as in PyTorch.

    Args:
        device_type (str, optional): as ``"cpu"``.

    Errors: RuntimeError for what is no device.

    Example::

        >>> with rl.autocast("cpu"):
        ...     rl.is_autocast_enabled("cpu")
        True
    """
    kind = "cuda" if device_type is None else _kind("is_autocast_enabled", device_type)
    return _thread.enabled.get(kind, False)


def set_autocast_enabled(device_type: str | bool, enabled: bool | None = None) -> None:
    """Turns mixed precision on or off for a type of devices.

    Args:
        device_type (str): as ``"cpu"``; left out, CUDA's.
        enabled (bool): on or off.

    >>> rl.set_autocast_enabled("cpu", False)
    """
    if enabled is None:
        device_type, enabled = "cuda", bool(device_type)
    _thread.enabled[_kind("set_autocast_enabled", device_type)] = bool(enabled)
    _tell()


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype that mixed precision casts to on a type of devices.

    Args:
        device_type (str): as ``"cpu"``.

    Errors: RuntimeError for what is no device, or one that mixed precision does not know.

    Example::

        >>> rl.get_autocast_dtype("cpu")
        torch.bfloat16
    """
    kind = _kind("get_autocast_dtype", device_type)
    dtype = _thread.dtypes.get(kind, _HALVES.get(kind))
    if dtype is None:
        raise RuntimeError("unsupported scalarType")
    return dtype


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """Sets the dtype that mixed precision casts to.

    Args:
        device_type (str): as ``"cpu"``.
        dtype (dtype): a half type.

    >>> rl.set_autocast_dtype("cpu", rl.bfloat16)
    """
    _thread.dtypes[_kind("set_autocast_dtype", device_type)] = dtype
    _tell()


def is_autocast_cache_enabled() -> bool:
    """Whether the casts of parameters are kept until the outermost region of mixed precision ends.

    >>> rl.is_autocast_cache_enabled()
    True
    """
    return _thread.cache


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Keeps the casts of parameters, or makes them anew for each op.

    >>> rl.set_autocast_cache_enabled(True)
    """
    _thread.cache = bool(enabled)
    _tell()


def autocast_increment_nesting() -> int:
    """One more region of mixed precision begins; answers with how many there are.

    >>> rl.autocast_increment_nesting(), rl.autocast_decrement_nesting()
    (1, 0)
    """
    _thread.nesting += 1
    return _thread.nesting


def autocast_decrement_nesting() -> int:
    """A region of mixed precision ends; answers with how many are left.

    >>> rl.autocast_increment_nesting(), rl.autocast_decrement_nesting()
    (1, 0)
    """
    _thread.nesting -= 1
    return _thread.nesting


def clear_autocast_cache() -> None:
    """Forgets the casts of parameters.

    >>> rl.clear_autocast_cache()
    """
    _C._transform.clear_casts()


def _of_old(name: str, device_type: str, target: Any, now: str, argument: str = "") -> Any:
    """A function of old for one type of devices, which warns; ``argument`` is what its example gives it."""

    def older(*args: Any) -> Any:
        warn(f"torch.{name} is deprecated. Please use torch.{now} instead.", DeprecationWarning)
        return target(device_type, *args)

    older.__name__ = older.__qualname__ = name.partition("(")[0]
    shown = target(device_type) if not argument else None
    printed = "" if shown is None else f"\n{shown}"
    older.__doc__ = f"Deprecated: ``{now}``.\n\n>>> rl.{older.__name__}({argument}){printed}\n"
    return older


def _older(device_type: str, short: str) -> list[Any]:
    quoted = f"'{device_type}'"
    return [
        _of_old(f"is_autocast_{short}_enabled()", device_type, is_autocast_enabled, f"is_autocast_enabled({quoted})"),
        _of_old(
            f"set_autocast_{short}_enabled(enabled)",
            device_type,
            set_autocast_enabled,
            f"set_autocast_enabled({quoted}, enabled)",
            "False",
        ),
        _of_old(f"get_autocast_{short}_dtype()", device_type, get_autocast_dtype, f"get_autocast_dtype({quoted})"),
        _of_old(
            f"set_autocast_{short}_dtype(dtype)",
            device_type,
            set_autocast_dtype,
            f"set_autocast_dtype({quoted}, dtype)",
            f"rl.get_autocast_dtype({quoted})",
        ),
    ]


is_autocast_cpu_enabled, set_autocast_cpu_enabled, get_autocast_cpu_dtype, set_autocast_cpu_dtype = _older("cpu", "cpu")
get_autocast_gpu_dtype, set_autocast_gpu_dtype = _older("cuda", "gpu")[2:]
is_autocast_ipu_enabled, set_autocast_ipu_enabled, get_autocast_ipu_dtype, set_autocast_ipu_dtype = _older("ipu", "ipu")
is_autocast_xla_enabled, set_autocast_xla_enabled, get_autocast_xla_dtype, set_autocast_xla_dtype = _older("xla", "xla")
