"""Classes of a program's own that take part in operations (``torch.overrides``).

Every operation of the engine asks the classes of its arguments, and the modes that are entered, whether they want to answer in
its place: their ``__torch_function__``. A function written in Python asks :func:`has_torch_function`, and then
:func:`handle_torch_function`.
"""

from __future__ import annotations

from functools import lru_cache
from threading import local
from types import FunctionType

from . import _C
from ._C import Tensor

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments has a ``__torch_function__`` of its own, or a mode is entered.

    Example::

        >>> class Mine:
        ...     @classmethod
        ...     def __torch_function__(cls, func, types, args=(), kwargs=None):
        ...         return "mine"
        >>> rl.overrides.has_torch_function((rl.ones(1), Mine()))
        True
    """
    return not _hop.over() and (_moded() or any(_C._answers(each) for each in relevant_args))


def has_torch_function_unary(value: Any) -> bool:
    """The same for one argument."""
    return not _hop.over() and (_moded() or _C._answers(value))


def has_torch_function_variadic(*values: Any) -> bool:
    """The same for arguments one by one."""
    return not _hop.over() and (_moded() or any(_C._answers(each) for each in values))


def _moded() -> bool:
    return _C._len_torch_function_stack() > 0 and not _C._is_torch_function_all_disabled()


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the innermost mode, or the first argument's class that can, answers in the place of ``public_api(*args, **kwargs)``.

    Errors: TypeError if each says ``NotImplemented``.

    Example::

        >>> class Mine:
        ...     @classmethod
        ...     def __torch_function__(cls, func, types, args=(), kwargs=None):
        ...         return f"{func.__name__} of mine"
        >>> rl.overrides.handle_torch_function(rl.relu, (Mine(),), Mine())
        'relu of mine'
    """
    answer = _C._answer(public_api, args, kwargs, tuple(relevant_args))
    if answer is None:
        raise TypeError(f"{public_api.__name__}(): none of the arguments has a __torch_function__ of its own")
    return answer[0]


def redispatch_function(func: Any, types: Iterable[Any], args: Any, kwargs: Any) -> Any:
    """Calls a function from a ``__torch_function__`` without asking again for the arguments that it was asked for: what the
    function does within itself is asked about as ever.

    Args:
        func (callable): as it was given.
        types, args, kwargs: as they were given.

    Example::

        >>> class Shouting(rl.Tensor):
        ...     @classmethod
        ...     def __torch_function__(cls, func, types, args, kwargs=None):
        ...         print(func.__name__)
        ...         return rl.overrides.redispatch_function(func, types, args, kwargs)
        >>> type(rl.ones(2).as_subclass(Shouting).add(1)).__name__
        add
        'Tensor'
    """
    if not isinstance(func, FunctionType):  # of the engine, which asks nothing within itself
        with _C.DisableTorchFunction():
            return func(*args, **(kwargs or {}))
    _hop.skip = True
    try:
        return func(*args, **(kwargs or {}))
    finally:
        _hop.skip = False  # it did not ask at all


class _Hop(local):
    """Whether the next function of this thread that asks is to be told that there is nobody to ask."""

    skip = False

    def over(self) -> bool:
        skip, self.skip = self.skip, False
        return skip


_hop = _Hop()


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[[Any], Any]:
    """A decorator for functions of a program's own, whose arguments' classes may answer in their place.

    Args:
        dispatcher (callable): takes what the function takes, and returns the arguments to be asked.
    """
    import functools

    def decorator(function: Any) -> Any:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return wrapped

    return decorator


def is_tensor_like(inp: Any) -> bool:
    """Whether ``inp`` is a tensor, or takes a tensor's place.

    Example::

        >>> rl.overrides.is_tensor_like(rl.ones(1)), rl.overrides.is_tensor_like([1])
        (True, False)
    """
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def is_tensor_method_or_property(func: Any) -> bool:
    """Whether ``func`` belongs to the class of tensors: a method, or what reads an attribute.

    Example::

        >>> rl.overrides.is_tensor_method_or_property(rl.Tensor.add), rl.overrides.is_tensor_method_or_property(rl.add)
        (True, False)
    """
    return getattr(func, "__name__", "") == "__get__" or _bare(func) in _table()[0][Tensor]


# What a class of a program's own may answer in the place of, by the name that PyTorch has for it: (module, its name)
_PLACES = "torch functional nn.functional nn.init Tensor linalg fft special"

_ALIASES = {("nn.functional", "sigmoid"), ("nn.functional", "tanh")}  # known by their names in `torch`


@lru_cache(None)
def _table() -> tuple[dict[Any, list[Any]], dict[Any, str]]:
    """Functions by the module or class that has them, and their names."""
    from importlib import import_module

    by_owner: dict[Any, list[Any]] = {}
    names: dict[Any, str] = {}
    ignored = get_ignored_functions()
    for place in _PLACES.split():
        owner: Any = (
            Tensor if place == "Tensor" else import_module(f"rushlight.{place}".removesuffix(".torch"))
        )
        shown = place if place == "torch" else f"torch.{place}"
        for name in sorted(getattr(owner, "__all__", None) or dir(owner)):
            value = _bare(getattr(owner, name, None))
            if owner is Tensor and (
                type(value).__name__ == "getset_descriptor" or isinstance(value, property)
            ):
                by_owner.setdefault(owner, []).append(value.__get__)
                names[value.__get__] = f"{shown}.{name}.__get__"
            elif _is_function(owner, name, value) and (place, name) not in _ALIASES:
                names[value] = f"{shown}.{name}"
                # what writes into its first argument, and what begins with a line, no class is asked about
                asked = owner is Tensor or (name[-1] != "_" or place == "nn.init")
                if asked and value not in ignored:
                    by_owner.setdefault(owner, []).append(value)
    return by_owner, names


def _bare(function: Any) -> Any:
    """A function of the engine itself, where one that watches it stands in its place at the moment."""
    inner = getattr(function, "__wrapped__", None)
    return inner if type(inner) in (type(len), type(str.lower)) else function


def _is_function(owner: Any, name: str, value: Any) -> bool:
    """Whether what stands under a name is a function of PyTorch's."""
    if owner is Tensor:
        return callable(value) and not isinstance(value, type) and name not in vars(object)
    home = getattr(value, "__module__", None) or ""
    public = name[0] != "_" and name[0].islower() and callable(value) and not isinstance(value, type)
    return public and home.partition(".")[0] in ("", "rushlight", "torch") and not home.endswith("._lazy")


def get_overridable_functions() -> dict[Any, list[Any]]:
    """Functions and methods that ask ``__torch_function__``, by the module or class that has them.

    Example::

        >>> rl.add in rl.overrides.get_overridable_functions()[rl]
        True
    """
    return {owner: list(functions) for owner, functions in _table()[0].items()}


def get_testing_overrides() -> dict[Any, Any]:
    """For each function that may be answered for, one that takes the same arguments and answers ``-1``.

    Example::

        >>> rl.overrides.get_testing_overrides()[rl.add](1, 2)
        -1
    """
    return {function: _dummy(function) for functions in _table()[0].values() for function in functions}


def _dummy(function: Any) -> Any:
    from inspect import signature

    try:
        form = signature(function)
    except (TypeError, ValueError):  # what reads an attribute
        return lambda self, *others: -1

    def answer(*args: Any, **kwargs: Any) -> int:
        form.bind(*args, **kwargs)
        return -1

    answer.__signature__ = form  # type: ignore[attr-defined]
    return answer


def get_ignored_functions() -> set[Any]:
    """Functions that no class is asked about: those that make tensors of nothing, and settings."""
    import rushlight

    names = (
        "arange as_tensor asarray autocast_decrement_nesting autocast_increment_nesting bartlett_window blackman_window "
        "can_cast clear_autocast_cache compile complex empty empty_strided eye fork frombuffer from_dlpack from_file "
        "from_numpy full get_default_dtype get_num_interop_threads get_num_threads get_rng_state hamming_window "
        "hann_window initial_seed is_anomaly_enabled is_autocast_enabled is_grad_enabled is_inference_mode_enabled "
        "is_storage is_tensor kaiser_window linspace load logspace manual_seed matrix_power_ normal ones promote_types rand "
        "randint randn random randperm range result_type save seed set_anomaly_enabled set_default_dtype "
        "set_default_device get_default_device set_float32_matmul_precision get_float32_matmul_precision "
        "set_flush_denormal set_grad_enabled set_num_interop_threads set_num_threads set_printoptions set_rng_state "
        "set_warn_always sparse_coo_tensor sparse_csr_tensor tensor tril_indices triu_indices typename "
        "use_deterministic_algorithms vmap wait zeros scalar_tensor"
    )
    return {getattr(rushlight, name) for name in names.split() if hasattr(rushlight, name)}


def resolve_name(f: Any) -> str | None:
    """Where PyTorch has a function: ``torch.add``, ``torch.Tensor.add``; ``None`` for what it has not.

    Example::

        >>> rl.overrides.resolve_name(rl.add), rl.overrides.resolve_name(rl.linalg.norm)
        ('torch.add', 'torch.linalg.norm')
    """
    try:
        return _table()[1].get(_bare(f))
    except TypeError:  # not hashable
        return None


# Functions of `nn.functional` that are compiled in PyTorch, by the module that its errors name; all others there, and all of
# `torch.functional`, are Python, whose refusals have other words.
_COMPILED = {
    "torch.nn": "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear logsigmoid one_hot "
    "scaled_dot_product_attention softplus softshrink",
    "torch": "adaptive_avg_pool1d avg_pool1d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d "
    "conv_transpose2d conv_transpose3d cosine_similarity hardshrink native_channel_shuffle pairwise_distance pdist "
    "pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ selu_ threshold_",
}


def _refusal(func: Any, relevant: tuple[Any, ...]) -> str:
    """What is said where all who were asked about a call answered ``NotImplemented``."""
    flat = [each for one in relevant for each in (one if type(one) in (tuple, list) else (one,))]
    types: list[Any] = []
    for kind in map(type, flat):  # a subclass before the class it comes from
        if (kind is Tensor or _C._answers(flat[list(map(type, flat)).index(kind)])) and kind not in types:
            place = next((i for i, other in enumerate(types) if issubclass(kind, other)), len(types))
            types.insert(place, kind)
    name, written = resolve_name(func), isinstance(func, FunctionType)
    owner, _, last = (name or "").rpartition(".")
    if owner == "torch.nn.functional":
        homes = [home for home, names in _COMPILED.items() if last in names.split()]
        name, written = (f"{homes[0]}.{last}", False) if homes else (name, True)
    elif owner in ("torch.linalg", "torch.fft", "torch.special"):
        name = f"{owner}.{owner.rpartition('.')[2]}_{last}"
    elif owner == "torch.functional":
        written = True
    if written or name is None:
        address = name or f"{getattr(func, '__module__', 'torch.Tensor')}.{func.__name__}"
        if address.startswith("rushlight."):
            address = "torch" + address.removeprefix("rushlight")
        return f"no implementation found for '{address}' on types that implement __torch_function__: {types}"
    asked = "".join(f"  - tensor subclass {kind}\n" for kind in types if kind is not Tensor)
    return (
        f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:\n\n{asked}"
        "\nFor more information, try re-running with TORCH_LOGS=not_implemented"
    )


def enable_reentrant_dispatch() -> Any:
    """Accepted for compatibility."""
    from contextlib import nullcontext

    return nullcontext()


class TorchFunctionMode:
    """A block in which every operation is handed to ``__torch_function__`` of this object.

    Inside that method the mode is not asked, so that it may run the function it was handed. Modes nest, the innermost is
    asked first. Creation functions are asked about too, since a mode needs no argument that knows it.

    Example::

        >>> class Names(rl.overrides.TorchFunctionMode):
        ...     def __torch_function__(self, func, types, args=(), kwargs=None):
        ...         print(func.__name__)
        ...         return func(*args, **(kwargs or {}))
        >>> with Names():
        ...     x = rl.ones(2) * 3
        ones
        mul
    """

    inner: TorchFunctionMode

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What the call gives; to be written by a class of a program's own."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        _C._push_on_torch_function_stack(self)
        return self

    def __exit__(self, *error: object) -> None:
        """Ends the block."""
        _C._pop_torch_function_stack()

    @classmethod
    def push(cls, *args: Any, **kwargs: Any) -> Any:
        """An older spelling of making a mode."""
        from ._warn import warn

        warn("`Mode.push()` is no longer necessary and can be replaced with just `with Mode()`")
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that changes nothing."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """The function's own result."""
        return func(*args, **(kwargs or {}))


def _get_current_function_mode() -> Any:
    count = _C._len_torch_function_stack()
    return _C._get_function_stack_at(count - 1) if count else None


def _get_current_function_mode_stack() -> list[Any]:
    return [_C._get_function_stack_at(i) for i in range(_C._len_torch_function_stack())]


def get_default_nowrap_functions() -> set[Any]:
    """What gives no object of the class that was asked: a tensor's base and its gradient stay what they are."""
    return {vars(Tensor)[name].__get__ for name in ("_base", "grad")}


def _convert(result: Any, cls: type[Any]) -> Any:
    """A result with its tensors as objects of `cls`."""
    if isinstance(result, Tensor):
        return result if isinstance(result, cls) else _C._as_subclass(result, cls)
    if isinstance(result, (tuple, list)) and any(isinstance(each, (Tensor, tuple, list)) for each in result):
        return type(result)(_convert(each, cls) for each in result)
    return result


def _torch_function(cls: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What a subclass of ``Tensor`` does that says nothing else: the operation, its results in the subclass."""
    if not all(issubclass(cls, each) for each in types):
        return NotImplemented
    with _C.DisableTorchFunctionSubclass():
        result = func(*args, **(kwargs or {}))
    # compared, not looked up: a bound `__get__` is a new object each time
    if any(func == each for each in get_default_nowrap_functions()):
        return result
    return _convert(result, cls)


# Members of `Tensor` that answer for themselves whatever the class: construction, pickling, identity.
_OWN = frozenset(
    "__new__ __init__ __class__ __dict__ __doc__ __module__ __weakref__ __dir__ __hash__ __reduce_ex__ __torch_function__ "
    "__init_subclass__ __array_priority__ __getitem__ __setitem__ __iter__ __copy__ as_subclass _make_subclass data_ptr".split()
)


class _Attribute:
    """An attribute of `Tensor` in a class that is asked about reading and writing it."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.__doc__ = inner, inner.__doc__

    def __get__(self, obj: Any, kind: Any = None) -> Any:
        if obj is None:
            return self._inner
        answer = _C._answer(self._inner.__get__, (obj,))
        return self._inner.__get__(obj, kind) if answer is None else answer[0]

    def __set__(self, obj: Any, value: Any) -> None:
        if _C._answer(self._inner.__set__, (obj, value)) is None:
            self._inner.__set__(obj, value)

    def __delete__(self, obj: Any) -> None:
        if _C._answer(self._inner.__delete__, (obj,)) is None:
            self._inner.__delete__(obj)


def _method(inner: Any) -> Any:
    def method(*args: Any, **kwargs: Any) -> Any:
        answer = _C._answer(inner, args, kwargs)
        return inner(*args, **kwargs) if answer is None else answer[0]

    method.__name__, method.__doc__ = inner.__name__, inner.__doc__
    method.__qualname__ = f"Tensor.{inner.__name__}"
    return method


def _take_part(cls: type[Any]) -> None:
    """Lets a new subclass be asked: about operations by the engine, about what `Tensor` has by hand through members of its own.

    They stand in the subclass, so that plain tensors stay as fast as they are.
    """
    _C._watch()
    known: set[str] = set()
    for kind in cls.__mro__:
        if kind is Tensor:
            break
        known.update(vars(kind))
    by_row = type(vars(Tensor)["add"])
    slot = type(vars(Tensor)["__add__"])
    rows = frozenset(_C._row_names())
    for name, inner in vars(Tensor).items():
        if name in known or name in _OWN:
            continue
        if isinstance(inner, (slot, staticmethod, classmethod)) and name not in _SLOTS:
            continue
        if isinstance(inner, by_row) and (name in rows or name.removesuffix("_") in rows):
            continue
        if hasattr(inner, "__set__"):
            setattr(cls, name, _Attribute(inner))
        elif callable(inner):
            setattr(cls, name, _method(inner))


# Operators that are no operation by name: what they give is made here.
_SLOTS = frozenset("__len__ __repr__ __bool__ __int__ __float__ __index__ __complex__".split())


__all__ = [
    "enable_reentrant_dispatch",
    "get_ignored_functions",
    "get_overridable_functions",
    "get_testing_overrides",
    "handle_torch_function",
    "has_torch_function",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "redispatch_function",
    "resolve_name",
    "wrap_torch_function",
]
