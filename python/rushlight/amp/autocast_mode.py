"""How a custom ``Function`` keeps to the precision that its forward pass ran in."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from .. import _C
from .._C import Tensor

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["custom_bwd", "custom_fwd", "is_autocast_available"]

# PyTorch's types of devices, with lists of ops and without
_LISTED = frozenset("cpu cuda hpu ipu maia mps mtia privateuseone xla xpu".split())
_UNLISTED = frozenset("fpga hip ideep lazy meta mkldnn opencl opengl ve vulkan".split())


def is_autocast_available(device_type: str) -> bool:
    """Whether ``autocast`` knows a type of devices, be there such a device or not.

    Errors: RuntimeError for what is no device, TypeError for what is no string.

    Example::

        >>> rl.amp.is_autocast_available("cpu"), rl.amp.is_autocast_available("meta")
        (True, False)
    """
    if not isinstance(device_type, str):
        raise TypeError(
            "_is_autocast_available(): argument 'device_type' (position 1) must be str, "
            f"not {type(device_type).__name__}"
        )
    kind = device_type.partition(":")[0]
    if kind in _LISTED or kind in _UNLISTED:
        return kind in _LISTED
    return _C.device(device_type).type in _LISTED  # a name of our own, or an error


def _package() -> Any:
    """The package, whose ``autocast`` is looked up when it is used."""
    import rushlight

    return rushlight


def _check_device_type(device_type: Any) -> None:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")


def _cast(value: Any, device_type: str, dtype: Any) -> Any:
    """Tensors on the device, but float64, in ``dtype``, also in containers."""
    if isinstance(value, Tensor):
        eligible = (
            value.is_floating_point() and value.device.type == device_type and value.dtype != _C.float64
        )
        return value.to(dtype) if eligible else value
    if isinstance(value, Mapping):
        return {_cast(k, device_type, dtype): _cast(v, device_type, dtype) for k, v in value.items()}
    # a NumPy array is its own value, and so is a string, which is made of strings
    if (
        isinstance(value, Iterable)
        and not isinstance(value, (str, bytes))
        and not hasattr(value, "__array__")
    ):
        parts = (_cast(v, device_type, dtype) for v in value)
        return type(value)(parts) if isinstance(value, (list, tuple)) else parts
    return value


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None
) -> Callable[..., Any]:
    """Decorates ``forward`` of a custom ``Function``, whose ``backward`` then runs as it did (:func:`custom_bwd`).

    Args:
        fwd (callable, optional): what is decorated; without it this is a decorator.
        device_type (str): the device type whose autocast state counts.
        cast_inputs (dtype, optional): under autocast, floating tensors among the arguments are converted to it, and
            autocast is off inside.

    Errors: ValueError for a device type that is no string.
    """
    _check_device_type(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def decorate_fwd(*args: Any, **kwargs: Any) -> Any:
        package, context = _package(), args[0]
        context._dtype = package.get_autocast_dtype(device_type)
        enabled = package.is_autocast_enabled(device_type)
        if cast_inputs is None:
            context._fwd_used_autocast = enabled
            return fwd(*args, **kwargs)
        context._fwd_used_autocast = False
        if not enabled:
            return fwd(*args, **kwargs)
        with package.autocast(device_type=device_type, enabled=False):
            return fwd(*_cast(args, device_type, cast_inputs), **_cast(kwargs, device_type, cast_inputs))

    return decorate_fwd


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Callable[..., Any]:
    """Decorates ``backward`` of a custom ``Function``: autocast is on in it if it was on in ``forward``.

    Args:
        bwd (callable, optional): what is decorated; without it this is a decorator.
        device_type (str): as in :func:`custom_fwd`.

    Errors: ValueError for a device type that is no string.
    """
    _check_device_type(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def decorate_bwd(*args: Any, **kwargs: Any) -> Any:
        context = args[0]
        with _package().autocast(
            device_type=device_type, enabled=context._fwd_used_autocast, dtype=context._dtype
        ):
            return bwd(*args, **kwargs)

    return decorate_bwd
