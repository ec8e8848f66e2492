"""Process-wide settings that are policy of the package."""

from __future__ import annotations

from . import _C
from ._C import get_default_device as get_default_device, is_grad_enabled as is_grad_enabled

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

_deterministic = False
_warn_only = False
_matmul_precision = "highest"
_warn_always = False


class _Printing:
    """What :func:`set_printoptions` was told, for programs that ask."""

    precision, threshold, edgeitems, linewidth, sci_mode = 4, 1000.0, 3, 80, None

    def __repr__(self) -> str:
        names = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")
        return f"PrinterOptions({', '.join(f'{name}={getattr(self, name)}' for name in names)})"


_printing: Any = _Printing()
_PROFILES = {"default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, float("inf"), 3, 80)}


def set_printoptions(
    precision: Any = None,
    threshold: Any = None,
    edgeitems: Any = None,
    linewidth: Any = None,
    profile: Any = None,
    sci_mode: Any = None,
) -> Any:
    """How tensors are printed.

    Args:
        precision (int): digits after the point (4).
        threshold (int): elements from which a tensor is summarised (1000).
        edgeitems (int): items at each edge of a summary (3).
        linewidth (int): characters in a line (80).
        profile (str): ``default``, ``short`` or ``full``.
        sci_mode (bool): scientific notation always or never; by the values if ``None``.

    >>> rl.set_printoptions(precision=2)
    >>> rl.tensor([1.2345])
    tensor([1.23])
    >>> rl.set_printoptions(profile="default")
    """
    _C.set_printoptions(precision, threshold, edgeitems, linewidth, profile, sci_mode)
    names = ("precision", "threshold", "edgeitems", "linewidth")
    if profile is not None:
        vars(_printing).update(zip(names, _PROFILES[profile]))
    given = zip(names, (precision, threshold, edgeitems, linewidth))
    vars(_printing).update({name: value for name, value in given if value is not None}, sci_mode=sci_mode)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted for compatibility: every operation is deterministic at any thread count anyway.

    Errors: TypeError for what is no bool.

    >>> rl.use_deterministic_algorithms(False)
    >>> rl.are_deterministic_algorithms_enabled()
    False
    """
    global _deterministic, _warn_only
    for name, value in (("'mode' (position 1)", mode), ("'warn_only'", warn_only)):
        if not isinstance(value, bool):
            raise TypeError(
                f"_set_deterministic_algorithms(): argument {name} must be bool, not {type(value).__name__}"
            )
    _deterministic, _warn_only = mode, mode and warn_only


def are_deterministic_algorithms_enabled() -> bool:
    """What :func:`use_deterministic_algorithms` was last told.

    >>> rl.are_deterministic_algorithms_enabled()
    False
    """
    return _deterministic


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether :func:`use_deterministic_algorithms` was told to warn only.

    >>> rl.is_deterministic_algorithms_warn_only_enabled()
    False
    """
    return _warn_only


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same choice as a number or word: ``'default'`` (0), ``'warn'`` (1) or ``'error'`` (2).

    Errors: RuntimeError for another; TypeError for what is neither.

    >>> rl.set_deterministic_debug_mode("default")
    >>> rl.get_deterministic_debug_mode()
    0
    """
    if not isinstance(debug_mode, (int, str)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    words = ("default", "warn", "error")
    if debug_mode not in (*words, *range(3)):
        known = "one of `default`, `warn`, `error`" if isinstance(debug_mode, str) else "0, 1, or 2"
        raise RuntimeError(f"invalid value of debug_mode, expected {known}, but got {debug_mode}")
    level = words.index(debug_mode) if isinstance(debug_mode, str) else debug_mode
    use_deterministic_algorithms(level > 0, warn_only=level == 1)


def get_deterministic_debug_mode() -> int:
    """What :func:`set_deterministic_debug_mode` would have to be told: 0, 1 or 2.

    >>> rl.get_deterministic_debug_mode()
    0
    """
    return (1 if _warn_only else 2) if _deterministic else 0


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted for compatibility: products of float32 matrices are always computed in float32.

    Args:
        precision (str): ``'highest'``, ``'high'`` or ``'medium'``.

    Another word changes nothing, with a warning. Errors: RuntimeError for what is no str.

    >>> rl.set_float32_matmul_precision("highest")
    >>> rl.get_float32_matmul_precision()
    'highest'
    """
    global _matmul_precision
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}")
    if precision in ("highest", "high", "medium"):
        _matmul_precision = precision
    else:
        from ._warn import warn

        warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            "setFloat32MatmulPrecision call has no effect."
        )


def get_float32_matmul_precision() -> str:
    """What :func:`set_float32_matmul_precision` was last told.

    >>> rl.get_float32_matmul_precision()
    'highest'
    """
    return _matmul_precision


def set_warn_always(b: bool, /) -> None:
    """Accepted for compatibility: Python's own filters decide which warnings are shown.

    >>> rl.set_warn_always(False)
    >>> rl.is_warn_always_enabled()
    False
    """
    global _warn_always
    _warn_always = bool(b)


def is_warn_always_enabled() -> bool:
    """What :func:`set_warn_always` was last told.

    >>> rl.is_warn_always_enabled()
    False
    """
    return _warn_always


def set_flush_denormal(mode: bool) -> bool:
    """Whether tiny numbers can be made zero on request: they are kept, so the answer is ``False``.

    >>> isinstance(rl.set_flush_denormal(False), bool)
    True
    """
    return False


def compiled_with_cxx11_abi() -> bool:
    """Whether C++ code of a program could be linked as PyTorch's newer releases ask for it.

    >>> rl.compiled_with_cxx11_abi()
    True
    """
    return True


def is_vulkan_available() -> bool:
    """Whether Vulkan can be used.

    >>> rl.is_vulkan_available()
    False
    """
    return False


def set_default_tensor_type(t: Any, /) -> None:
    """The old way to set the default dtype: ``torch.DoubleTensor`` or its name; ``torch.cuda.FloatTensor`` sets the device, too.

    >>> rl.set_default_tensor_type(rl.FloatTensor)
    >>> rl.get_default_dtype()
    torch.float32
    """
    from ._tensor import _of_type

    dtype, on_gpu = _of_type(t)
    if on_gpu:
        from .cuda import _device

        _device.current()
    _C.set_default_dtype(dtype)
    set_default_device("cuda" if on_gpu else None)


def set_default_device(device: Any) -> None:
    """The device of new tensors on this thread, where they are not told one; ``None`` for the CPU.

    Args:
        device (device, str or int): ``with rl.device(..)`` does it for a block.

    Example::

        >>> import rushlight as rl
        >>> rl.set_default_device("meta"); rl.ones(2).device
        device(type='meta')
        >>> rl.set_default_device(None); rl.ones(2).device
        device(type='cpu')
    """
    _C._set_default_device(_C.device("cpu" if device is None else device))


def get_device_module(device: Any = None) -> Any:
    """The module of a kind of device, such as :mod:`rushlight.cpu`.

    Args:
        device (device or str, optional): of the kind. Default: a GPU where there is one, else the processor

    Errors: RuntimeError for a device that has none.

    >>> rl.get_device_module("cpu").__name__.rpartition(".")[2]
    'cpu'
    """
    import importlib

    if device is None:
        from . import accelerator

        device = "cuda" if accelerator.is_available() else "cpu"
    kind = _C.device(device).type
    try:
        return importlib.import_module(f"{__package__}.{kind}")
    except ModuleNotFoundError:
        raise RuntimeError(f"Invalid device module: no module for device type '{kind}'") from None


def get_num_interop_threads() -> int:
    """Threads between operations: one.

    >>> rl.get_num_interop_threads() >= 1
    True
    """
    return 1


def set_num_interop_threads(n: int) -> None:
    """Accepted for compatibility: operations run one after another.

    Errors: RuntimeError for anything but a positive int.

    >>> callable(rl.set_num_interop_threads)
    True
    """
    if not isinstance(n, int) or isinstance(n, bool):
        raise RuntimeError(f"set_num_interop_threads expects an int, but got {type(n).__name__}")
    if n <= 0:
        raise RuntimeError("set_num_interop_threads expects a positive integer")


def is_storage(obj: object, /) -> bool:
    """Whether ``obj`` is the storage of a tensor.

    >>> rl.is_storage(rl.ones(2).untyped_storage()), rl.is_storage(rl.ones(2))
    (True, False)
    """
    from .storage import TypedStorage, UntypedStorage

    return isinstance(obj, (TypedStorage, UntypedStorage))


def _assert(condition: Any, message: str) -> None:
    """``assert`` as a function."""
    assert condition, message


def _check(cond: Any, message: Any = None) -> None:
    _check_with(RuntimeError, cond, message)


def _check_with(error_type: Any, cond: Any, message: Any) -> None:
    if not isinstance(cond, bool):
        raise TypeError(f"cond must be a bool, but got {type(cond)}")
    if cond:
        return
    if message is not None and not callable(message):
        raise TypeError("message must be a callable")
    if message is None:
        said = "Expected cond to be True, but got False. (Could this error message be improved? If so, please report an enhancement request to PyTorch.)"
    else:
        said = str(message())
    raise error_type(said)


def _check_index(cond: Any, message: Any = None) -> None:
    _check_with(IndexError, cond, message)


def _check_value(cond: Any, message: Any = None) -> None:
    _check_with(ValueError, cond, message)


def _check_type(cond: Any, message: Any = None) -> None:
    _check_with(TypeError, cond, message)


def _check_not_implemented(cond: Any, message: Any = None) -> None:
    _check_with(NotImplementedError, cond, message)


def _check_tensor_all_with(error_type: Any, cond: Any, message: Any = None) -> None:
    if not isinstance(cond, _C.Tensor):
        raise TypeError(f"cond must be a tensor, but got {type(cond)}")
    if cond.dtype != _C.bool:
        raise TypeError(f"cond tensor must have dtype torch.bool, but got {cond.dtype}")
    _check_with(error_type, bool(cond.all()), message)


def _check_tensor_all(cond: Any, message: Any = None) -> None:
    _check_tensor_all_with(RuntimeError, cond, message)


def _check_is_size(i: Any, message: Any = None, *, max: Any = None) -> None:
    _check(bool(i >= 0) and (max is None or bool(i <= max)), message)


def _assert_async(input: Any, assert_msg: str | None = None) -> None:
    """Raises RuntimeError if the one element of a tensor is zero; at once, as operations are not queued on the processor."""
    if not bool(input):
        raise RuntimeError(assert_msg if assert_msg is not None else "Expected Tensor with single nonzero value, but got zero")


__all__ = [name for name in globals() if not name.startswith("_")]
