"""Regions of mixed precision, and how a custom ``Function`` keeps to the precision that its forward pass ran in."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from .. import _C
from .._C import Tensor
from .._warn import warn
from . import _state

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["autocast", "autocast_decorator", "custom_bwd", "custom_fwd", "is_autocast_available"]

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


class autocast:
    """A region of mixed precision, as a ``with`` block or a decorator: products and convolutions compute in a half type, what
    needs the range of float32 in that, and the rest in what comes.

    Args:
        device_type (str): as ``"cpu"``.
        dtype (dtype, optional): the half type; by default bfloat16 on a CPU, float16 on a GPU.
        enabled (bool): off makes a region of full precision within another. Default: ``True``
        cache_enabled (bool, optional): keep the casts of parameters until the outermost region ends; as it was by default.

    Errors: ValueError if the type is no string; RuntimeError for one that mixed precision does not know. A dtype that cannot
    be used turns the region off, with a warning.

    Example::

        >>> x = rl.ones(2, 2)
        >>> with rl.autocast("cpu"):
        ...     (x @ x).dtype, (x + x).dtype
        (torch.bfloat16, torch.float32)
    """

    def __init__(
        self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        _check_device_type(device_type)
        self.device = device_type
        self.fast_dtype = _state.get_autocast_dtype(device_type) if dtype is None else dtype
        self.custom_backend_name = "privateuseone"
        self._cache_enabled = _state.is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        kind = device_type.partition(":")[0]
        if enabled and kind == "cuda" and not _package().cuda.is_available():
            warn("CUDA is not available or torch_xla is imported. Disabling autocast.", UserWarning)
            enabled = False
        if enabled and kind == "cpu" and self.fast_dtype not in (_C.bfloat16, _C.float16):
            warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                UserWarning,
            )
            enabled = False
        self._enabled = enabled

    def __enter__(self) -> autocast:
        self.prev_cache_enabled = _state.is_autocast_cache_enabled()
        self.prev = _state.is_autocast_enabled(self.device)
        self.prev_fastdtype = _state.get_autocast_dtype(self.device)
        _state.set_autocast_enabled(self.device, self._enabled)
        _state.set_autocast_dtype(self.device, self.fast_dtype)
        _state.autocast_increment_nesting()
        _state.set_autocast_cache_enabled(self._cache_enabled)
        return self

    def __exit__(self, *_: object) -> None:
        if _state.autocast_decrement_nesting() == 0:
            _state.clear_autocast_cache()
        _state.set_autocast_enabled(self.device, self.prev)
        _state.set_autocast_dtype(self.device, self.prev_fastdtype)
        _state.set_autocast_cache_enabled(self.prev_cache_enabled)

    def __call__(self, func: Callable[..., Any]) -> Any:
        return autocast_decorator(self, func)


def autocast_decorator(autocast_instance: autocast, func: Callable[..., Any]) -> Any:
    """A function that runs in a region of mixed precision.

    Args:
        autocast_instance (autocast): the region.
        func (callable): the function.
    """

    @functools.wraps(func)
    def decorate_autocast(*args: Any, **kwargs: Any) -> Any:
        with autocast_instance:
            return func(*args, **kwargs)

    decorate_autocast.__script_unsupported = "@autocast() decorator is not supported in script mode"  # type: ignore[attr-defined]
    return decorate_autocast


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

    >>> class Double(rl.autograd.Function):
    ...     @staticmethod
    ...     @rl.amp.custom_fwd(device_type="cpu", cast_inputs=rl.float32)
    ...     def forward(ctx, x):
    ...         return 2 * x
    >>> Double.apply(rl.ones(2))
    tensor([2., 2.])
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

    >>> class Double(rl.autograd.Function):
    ...     @staticmethod
    ...     @rl.amp.custom_fwd(device_type="cpu")
    ...     def forward(ctx, x):
    ...         return 2 * x
    ...     @staticmethod
    ...     @rl.amp.custom_bwd(device_type="cpu")
    ...     def backward(ctx, grad):
    ...         return 2 * grad
    >>> x = rl.ones(2, requires_grad=True)
    >>> Double.apply(x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
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
