"""Classes of a program's own that take part in operations (``torch.overrides``).

A function written in Python asks :func:`has_torch_function` whether one of its arguments wants to answer itself, and then
:func:`handle_torch_function`. The engine's own operations do not ask.
"""

from __future__ import annotations

from . import _C
from ._C import Tensor

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def _answers(value: Any) -> bool:
    kind = type(value)
    own = getattr(kind, "__torch_function__", None)
    return own is not None and kind is not Tensor and own is not getattr(Tensor, "__torch_function__", None)


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments has a ``__torch_function__`` of its own.

    Example::

        >>> class Mine:
        ...     @classmethod
        ...     def __torch_function__(cls, func, types, args=(), kwargs=None):
        ...         return "mine"
        >>> rl.overrides.has_torch_function((rl.ones(1), Mine()))
        True
    """
    return any(_answers(each) for each in relevant_args)


def has_torch_function_unary(value: Any) -> bool:
    """The same for one argument."""
    return _answers(value)


def has_torch_function_variadic(*values: Any) -> bool:
    """The same for arguments one by one."""
    return any(_answers(each) for each in values)


def _overloaded(relevant_args: Iterable[Any]) -> list[Any]:
    """Arguments to be asked, of each class the first; subclasses before the classes they come from."""
    found: list[Any] = []
    for each in relevant_args:
        if not _answers(each) or any(type(each) is type(known) for known in found):
            continue
        place = next((i for i, known in enumerate(found) if issubclass(type(each), type(known))), len(found))
        found.insert(place, each)
    return found


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the first argument's class that can answers in the place of ``public_api(*args, **kwargs)``.

    Errors: TypeError if each says ``NotImplemented``.
    """
    asked = _overloaded(relevant_args)
    types = tuple(type(each) for each in asked)
    for each in asked:
        result = each.__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    name = f"{public_api.__module__}.{public_api.__name__}"
    raise TypeError(
        f"no implementation found for '{name}' on types that implement __torch_function__: {[type(each) for each in asked]}"
    )


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
    """Whether ``func`` belongs to the class of tensors."""
    name = getattr(func, "__name__", "")
    return func in _methods() or name == "__get__"


def _methods() -> set[Any]:
    found: set[Any] = set()
    for value in vars(Tensor).values():
        try:
            found.add(value)
        except TypeError:  # what cannot be hashed is no method
            continue
    return found


def get_overridable_functions() -> dict[Any, list[Any]]:
    """Functions and methods by the module or class that has them."""
    import rushlight

    from . import nn

    return {
        owner: [getattr(owner, name) for name in names if callable(getattr(owner, name, None))]
        for owner, names in (
            (rushlight, [name for name in vars(_C) if not name.startswith("_")]),
            (nn.functional, [name for name in dir(nn.functional) if not name.startswith("_")]),
            (Tensor, [name for name in vars(Tensor) if not name.startswith("__")]),
        )
    }


def get_ignored_functions() -> set[Any]:
    """Functions that no class is asked about: those that make tensors of nothing, and settings."""
    import rushlight

    names = (
        "arange as_tensor empty eye from_numpy full get_default_dtype get_rng_state initial_seed is_grad_enabled is_storage "
        "is_tensor linspace load logspace manual_seed ones promote_types rand randint randn randperm result_type save seed "
        "set_default_dtype set_num_threads set_printoptions set_rng_state tensor tril_indices triu_indices zeros"
    )
    return {getattr(rushlight, name) for name in names.split() if hasattr(rushlight, name)}


def resolve_name(f: Any) -> str | None:
    """Where PyTorch has a function: ``torch.add``, ``torch.Tensor.add``.

    Example::

        >>> rl.overrides.resolve_name(rl.add)
        'torch.add'
    """
    name = getattr(f, "__name__", None)
    if name is None:
        return None
    for owner, place in ((_C, "torch"), (_C._nn, "torch.nn.functional"), (Tensor, "torch.Tensor")):
        if vars(owner).get(name) is f:
            return f"{place}.{name}"
    return None


def enable_reentrant_dispatch() -> Any:
    """Accepted for compatibility."""
    from contextlib import nullcontext

    return nullcontext()


class TorchFunctionMode:
    """A block in which all operations would be handed to ``__torch_function__`` of this object.

    Errors: NotImplementedError on entry: the engine's operations ask nobody.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> Any:
        raise NotImplementedError("TorchFunctionMode: operations of the engine cannot be intercepted")

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


__all__ = [
    "TorchFunctionMode",
    "enable_reentrant_dispatch",
    "get_ignored_functions",
    "get_overridable_functions",
    "handle_torch_function",
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "resolve_name",
    "wrap_torch_function",
]
