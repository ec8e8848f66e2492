"""Whether operations record: context managers that are decorators as well."""

from __future__ import annotations

from .._C import _set_mode

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    _F = TypeVar("_F", bound=Callable[..., Any])

_ENABLE, _NO_GRAD, _NO_RECORD, _RECORD, _INFERENCE = 0, 1, 2, 4, 6  # the first three leave inference mode as it is


class _Mode:
    """Sets a mode for a block, or for every call of a function (each step of a generator included)."""

    __slots__ = ("_mode", "_previous")

    def __init__(self, mode: int) -> None:
        self._mode = mode

    def __enter__(self) -> None:
        self._previous = _set_mode(self._mode)

    def __exit__(self, *error: Any) -> None:
        _set_mode(self._previous)

    def clone(self) -> Any:
        """Another object of the same mode, as every call of a decorated function needs one."""
        made = object.__new__(type(self))
        made._mode = self._mode
        return made

    def __call__(self, function: _F) -> _F:
        return _decorate(self.clone, function)


def _decorate(fresh: Any, function: Any) -> Any:
    import functools
    import inspect

    if isinstance(function, type):
        from .._warn import warn

        warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should only decorate"
            " functions or methods. To preserve the current behavior of class decoration, you can directly decorate"
            " the `__init__` method and nothing else.",
            FutureWarning,
        )
        function.__init__ = _decorate(fresh, function.__init__)
        return function
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def steps(*args, **kwargs):
            generator = function(*args, **kwargs)
            try:
                with fresh():
                    item = generator.send(None)
                while True:
                    try:
                        request = yield item
                    except GeneratorExit:
                        with fresh():
                            generator.close()
                        raise
                    except BaseException as error:
                        with fresh():
                            item = generator.throw(error)
                    else:
                        with fresh():
                            item = generator.send(request)
            except StopIteration as stop:
                return stop.value

        return steps

    @functools.wraps(function)
    def call(*args, **kwargs):
        with fresh():
            return function(*args, **kwargs)

    return call


class _no_record(_Mode):
    """As :class:`no_grad`, and nothing is recorded for tangents either."""

    def __init__(self) -> None:
        self._mode = _NO_RECORD


class no_grad(_Mode):
    """Operations in this block record nothing: their results have ``requires_grad=False``.

    Example::

        >>> import rushlight as rl
        >>> x = rl.ones(1, requires_grad=True)
        >>> with rl.no_grad():
        ...     (x * 2).requires_grad
        False
    """

    __slots__ = ()

    def __new__(cls, orig_func: Any = None) -> Any:
        if orig_func is not None:  # @no_grad without parentheses
            return _decorate(no_grad, orig_func)
        return object.__new__(cls)

    def __init__(self, orig_func: Any = None) -> None:
        self._mode = _NO_GRAD


class enable_grad(_Mode):
    """Operations in this block record, also inside :class:`no_grad`.

    >>> with rl.no_grad(), rl.enable_grad(): print(rl.is_grad_enabled())
    True
    """

    __slots__ = ()

    def __new__(cls, orig_func: Any = None) -> Any:
        if orig_func is not None:
            return _decorate(enable_grad, orig_func)
        return object.__new__(cls)

    def __init__(self, orig_func: Any = None) -> None:
        self._mode = _ENABLE


class set_grad_enabled(_Mode):
    """Turns recording on or off, at once, and for a block if used with ``with``.

    Args: mode (bool): on or off.

    >>> with rl.set_grad_enabled(False): print(rl.is_grad_enabled())
    False
    """

    __slots__ = ("_before", "mode")

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}")
        self.mode = mode
        self._mode = _ENABLE if mode else _NO_GRAD
        self._before = _set_mode(self._mode)

    def __enter__(self) -> None:
        _set_mode(self._mode)

    def __exit__(self, *error: Any) -> None:
        _set_mode(self._before)

    def __call__(self, function: _F) -> _F:
        _set_mode(self._before)  # as a decorator it has no effect of its own
        return _decorate(lambda: _Mode(self._mode), function)

    def clone(self) -> Any:
        """Another object of the same mode, which it sets at once."""
        return set_grad_enabled(self.mode)


class inference_mode(_Mode):
    """As :class:`no_grad`, and results may never take part in recording afterwards.

    Args: mode (bool): ``False`` records again.

    >>> with rl.inference_mode(): x = rl.ones(2)
    >>> x.is_inference()
    True
    """

    __slots__ = ("mode",)

    def __new__(cls, mode: bool = True) -> Any:
        if not isinstance(mode, bool):
            return _decorate(inference_mode, mode)
        return object.__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self._mode = _INFERENCE if mode else _RECORD

    def clone(self) -> Any:
        return inference_mode(self.mode)


class enforce_grad_layout_policy:  # noqa: N801, RUF100
    """Whether a leaf's gradient takes the strides of the leaf, at once, and for a block if used with ``with``.

    Accepted for compatibility: a gradient is kept as it arrives, its strides with it, which is what ``False`` asks for.

    Args: enable (bool): or not. Default: ``True``

    >>> with rl.autograd.enforce_grad_layout_policy(False): pass
    """

    __slots__ = ("prev",)

    _enabled = True

    def __init__(self, enable: bool = True) -> None:
        if not isinstance(enable, bool):
            raise TypeError(
                f"enforce_grad_layout_policy(): argument 'enabled' (position 1) must be bool, not {type(enable).__name__}"
            )
        self.prev = enforce_grad_layout_policy._enabled
        enforce_grad_layout_policy._enabled = enable

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        enforce_grad_layout_policy._enabled = self.prev


class set_multithreading_enabled:  # noqa: N801, RUF100
    """Whether backward passes may use several threads, at once, and for a block if used with ``with``.

    Accepted for compatibility: a pass runs in the thread that asks for it, its operations on all cores.

    >>> with rl.autograd.set_multithreading_enabled(False): pass
    """

    __slots__ = ("mode",)

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                f"set_multithreading_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}"
            )
        self.mode = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        """Nothing was changed."""
