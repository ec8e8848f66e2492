"""Operations of a program's own, written in Python (``torch.library``).

:func:`custom_op` makes one; :func:`register_autograd` gives it a gradient. They are then ``torch.ops.namespace.name``.
"""

from __future__ import annotations

import inspect

from ._C import Tensor
from ._ops import OpOverloadPacket, ops
from .autograd.function import Function

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


def _split(qualname: str) -> tuple[str, str]:
    space, mark, name = qualname.partition("::")
    if not mark or not space or not name or "." in name:
        raise ValueError(
            f"Expected qualname to be of the form 'namespace::name' (without an overload name), got {qualname}"
        )
    return space, name


class CustomOpDef:
    """An operation of a program's own, which is called like a function.

    Its kernels may differ by the kind of device of the first tensor; ``meta`` tensors take the one for shapes alone.
    """

    def __init__(
        self, namespace: str, name: str, function: Any, device_types: Any, mutates_args: Any
    ) -> None:
        self._namespace, self._name, self._qualname = namespace, name, f"{namespace}::{name}"
        self._kernels: dict[str | None, Any] = {}
        self._fake: Any = None
        self._gradient: Any = None
        self._init_fn = function
        self.mutates_args = mutates_args
        self.__name__, self.__doc__ = name, getattr(function, "__doc__", None)
        if function is not None:
            self.register_kernel(device_types)(function)
        getattr(ops, namespace)._found[name] = OpOverloadPacket(namespace, name, self)

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"

    def register_kernel(self, device_types: Any, fn: Any = None, /) -> Any:
        """Sets the function for some kinds of devices, or for all with ``None``; without ``fn`` a decorator."""

        def decorator(fn: Any) -> Any:
            kinds = (
                (device_types,)
                if device_types is None or isinstance(device_types, str)
                else tuple(device_types)
            )
            self._kernels.update(dict.fromkeys(kinds, fn))
            return fn

        return decorator if fn is None else decorator(fn)

    def register_fake(self, fn: Any, /) -> Any:
        """Sets the function that tells shapes and dtypes, for tensors without data."""
        self._fake = fn
        return fn

    register_meta = register_fake

    def register_autograd(self, backward: Any, /, *, setup_context: Any = None) -> None:
        """Sets the gradient: ``backward(ctx, *grads)``, of what ``setup_context(ctx, inputs, output)`` kept."""
        own = self

        class Gradient(Function):
            @staticmethod
            def forward(ctx: Any, *args: Any) -> Any:
                values, kwargs = args[:-1], args[-1]
                output = own._compute(values, kwargs)
                if setup_context is not None:
                    more = {"keyword_only_inputs": kwargs} if kwargs else {}
                    setup_context(ctx=ctx, inputs=values, output=output, **more)
                return output

            @staticmethod
            def backward(ctx: Any, *grads: Any) -> Any:
                found = backward(ctx, *grads)
                return (*(found if isinstance(found, tuple) else (found,)), None)

        Gradient.__name__ = f"GeneratedBackwardFor_{self._namespace}_{self._name}_default"
        self._gradient = Gradient

    def _compute(self, args: Any, kwargs: Any) -> Any:
        tensors = [each for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        kind = tensors[0].device.type if tensors else "cpu"
        kernel = (
            self._fake
            if kind == "meta" and self._fake is not None
            else self._kernels.get(kind, self._kernels.get(None))
        )
        if kernel is None:
            raise NotImplementedError(
                f"There was no kernel registered for {self._qualname} on device '{kind}'"
            )
        return kernel(*args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._init_fn is not None:
            bound = inspect.signature(self._init_fn).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        if self._gradient is None:
            return self._compute(args, kwargs)
        return self._gradient.apply(*args, kwargs)


_made: dict[str, CustomOpDef] = {}


def custom_op(
    name: str,
    fn: Any = None,
    /,
    *,
    mutates_args: Any,
    device_types: Any = None,
    schema: str | None = None,
    tags: Any = None,
) -> Any:
    """An operation from a function on tensors; without ``fn`` a decorator.

    Args:
        name (str): ``namespace::name``, under which it is in ``torch.ops`` too.
        fn (callable): computes it.
        mutates_args (list of str or 'unknown'): arguments that it writes to.
        device_types (str or list, optional): kinds of devices it is for. Default: all
        schema (str, optional), tags: accepted.

    Errors: ValueError for a name of another form.

    Example::

        >>> @rl.library.custom_op("mylib::double", mutates_args=())
        ... def double(x: rl.Tensor) -> rl.Tensor:
        ...     return x * 2
        >>> def backward(ctx, grad):
        ...     return grad * 2
        >>> double.register_autograd(backward)
        >>> x = rl.ones(2, requires_grad=True)
        >>> rl.ops.mylib.double(x).sum().backward()
        >>> x.grad
        tensor([2., 2.])
    """
    space, short = _split(name)

    def decorator(fn: Any) -> CustomOpDef:
        _made[name] = CustomOpDef(space, short, fn, device_types, mutates_args)
        return _made[name]

    return decorator if fn is None else decorator(fn)


triton_op = custom_op


def _found(op: Any) -> CustomOpDef:
    if isinstance(op, CustomOpDef):
        return op
    name = op if isinstance(op, str) else op.name() if hasattr(op, "name") else str(op).replace(".", "::", 1)
    if name not in _made:
        raise RuntimeError(f"operator {name} does not exist")
    return _made[name]


def register_kernel(op: Any, device_types: Any, func: Any = None, /, *, lib: Any = None) -> Any:
    """Sets an operation's function for kinds of devices; without ``func`` a decorator."""
    return _found(op).register_kernel(device_types, func)


impl_device_types = register_kernel


def register_fake(op: Any, func: Any = None, /, *, lib: Any = None, allow_override: bool = False) -> Any:
    """Sets an operation's function for shapes and dtypes; without ``func`` a decorator."""
    own = _found(op)
    return own.register_fake if func is None else own.register_fake(func)


impl_abstract = register_fake


def register_autograd(op: Any, backward: Any, /, *, setup_context: Any = None, lib: Any = None) -> None:
    """Sets an operation's gradient."""
    _found(op).register_autograd(backward, setup_context=setup_context)


def register_vmap(op: Any, func: Any = None, /, *, lib: Any = None) -> Any:
    """Accepted for compatibility."""
    return (lambda func: func) if func is None else func


def define(qualname: str, schema: str, *, lib: Any = None, tags: Any = ()) -> None:
    """Declares an operation whose functions come later.

    Args:
        qualname (str): ``namespace::name``.
        schema (str): its arguments, such as ``"(Tensor x) -> Tensor"``.
    """
    space, name = _split(qualname)
    _made[qualname] = CustomOpDef(space, name, None, None, "unknown")


def impl(qualname: Any, types: Any, func: Any = None, *, lib: Any = None) -> Any:
    """Sets the function of a declared operation for kinds of devices, or dispatch keys of PyTorch's."""

    def decorator(func: Any) -> Any:
        kinds = (types,) if isinstance(types, str) else types
        for kind in kinds:
            key = kind.lower()
            if key in ("meta", "fake"):
                _found(qualname).register_fake(func)
            elif key in ("default", "compositeexplicitautograd", "compositeimplicitautograd"):
                _found(qualname).register_kernel(None, func)
            elif key in ("cpu", "cuda", "xpu", "mps"):
                _found(qualname).register_kernel(key, func)
            else:
                raise ValueError(
                    f"impl: there is no dispatch key {kind} here; register_autograd sets gradients"
                )
        return func

    return decorator if func is None else decorator(func)


class Library:
    """Declares and implements operations of one namespace.

    Args:
        ns (str): the namespace.
        kind (str): ``DEF``, ``FRAGMENT`` or ``IMPL``.
        dispatch_key (str): the kind of device that :meth:`impl` is for. Default: all

    Errors: ValueError for another kind; NotImplementedError for ``aten``, whose operations are the engine's.
    """

    def __init__(self, ns: str, kind: str, dispatch_key: str = "") -> None:
        if kind not in ("IMPL", "DEF", "FRAGMENT"):
            raise ValueError("Unsupported kind: ", kind)
        if ns in ("aten", "prim", "prims"):
            raise NotImplementedError(f"Library({ns!r}): operations of the engine cannot be replaced")
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key

    def define(self, schema: str, alias_analysis: str = "", *, tags: Any = ()) -> str:
        """Declares ``name(arguments) -> results``; returns the name."""
        name = schema.partition("(")[0].strip()
        define(f"{self.ns}::{name}", schema)
        return name

    def impl(
        self,
        op_name: Any,
        fn: Any,
        dispatch_key: str = "",
        *,
        with_keyset: bool = False,
        allow_override: bool = False,
    ) -> None:
        """Sets the function of an operation."""
        name = op_name if isinstance(op_name, str) else op_name.__name__.partition(".")[0]
        impl(f"{self.ns}::{name.rpartition('::')[2]}", dispatch_key or self.dispatch_key or "default", fn)

    def _register_fake(self, op_name: str, fn: Any, _stacklevel: int = 1, *, allow_override: bool = True) -> None:
        _found(f"{self.ns}::{op_name}").register_fake(fn)


def get_ctx() -> Any:
    """What a function for shapes may ask: sizes that depend on data are not known here.

    Errors: NotImplementedError.
    """
    raise NotImplementedError("get_ctx: sizes are numbers here, so functions for shapes need none")


def infer_schema(prototype_function: Any, /, *, mutates_args: Any, op_name: str | None = None) -> str:
    """The declaration of a function, from its annotations.

    Errors: ValueError for a parameter without one.

    Example::

        >>> def scale(x: rl.Tensor, by: float) -> rl.Tensor: ...
        >>> rl.library.infer_schema(scale, mutates_args=())
        '(Tensor x, float by) -> Tensor'
    """
    import typing

    words = {Tensor: "Tensor", int: "SymInt", float: "float", bool: "bool", str: "str"}
    hints = typing.get_type_hints(prototype_function)

    def word(kind: Any) -> str:
        if kind in words:
            return words[kind]
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if type(None) in inner:
            return word(next(each for each in inner if each is not type(None))) + "?"
        if origin in (list, tuple) or getattr(origin, "__name__", "") == "Sequence":
            return word(inner[0]) + "[]"
        raise ValueError(
            f"infer_schema(func): Unsupported type annotation {kind}. It is not an instance of: {list(words)}"
        )

    parts, star = [], False
    for name, parameter in inspect.signature(prototype_function).parameters.items():
        if name not in hints:
            raise ValueError(f"infer_schema(func): Parameter {name} must have a type annotation.")
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        text = word(hints[name])
        if mutates_args == "unknown" or name in mutates_args:
            text = text.replace("Tensor", f"Tensor(a{len(parts)}!)") if "Tensor" in text else text
        default = parameter.default
        shown = (
            ""
            if default is parameter.empty
            else f"={default!r}"
            if not isinstance(default, str)
            else f'="{default}"'
        )
        parts.append(f"{text} {name}{shown}")
    result = hints.get("return", type(None))
    if result is type(None):
        returned = "()"
    elif typing.get_origin(result) is tuple:
        returned = "(" + ", ".join(word(each) for each in typing.get_args(result)) + ")"
    else:
        returned = word(result)
    return f"{op_name or ''}({', '.join(parts)}) -> {returned}"


_CHECKS = ("test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_dynamic")


def opcheck(
    op: Any,
    args: Any,
    kwargs: Any = None,
    *,
    test_utils: Any = _CHECKS,
    raise_exception: bool = True,
    atol: float | None = None,
    rtol: float | None = None,
) -> dict[str, str]:
    """Checks an operation on examples: it runs, and its gradient agrees with finite differences where it has one.

    Args:
        op: the operation.
        args (tuple), kwargs (dict, optional): an example of what it is called with.
        test_utils (str or sequence of str): which of PyTorch's tests are asked for; the two about compilers have nothing to
            do here. Default: all
        raise_exception (bool): raise what a test raises, or put it among the results. Default: ``True``
        atol, rtol (float, optional): of the comparison of gradients.

    Returns:
        dict: of each test ``'SUCCESS'``, or what it raised.

    Errors: whatever the operation raises; GradcheckError where gradients disagree; ValueError for an unknown test.
    """
    asked = (test_utils,) if isinstance(test_utils, str) else tuple(test_utils)
    if not set(asked) <= set(_CHECKS):
        raise ValueError(f"opcheck(op, ..., test_utils={test_utils}), expected test_utils to be a subset of {_CHECKS}")
    done: dict[str, Any] = {}
    for name in asked:
        try:
            _check_op(op, tuple(args), kwargs or {}, name, atol, rtol)
            done[name] = "SUCCESS"
        except Exception as error:
            if raise_exception:
                raise
            done[name] = error
    return done


def _check_op(op, args, kwargs, name, atol, rtol):
    from .autograd import gradcheck

    own = _found(op)
    if name == "test_schema":
        own(*args, **kwargs)
    if name != "test_autograd_registration" or own._gradient is None:
        return
    inputs = [each for each in args if isinstance(each, Tensor) and each.requires_grad]
    if inputs and all(str(each.dtype) in ("torch.float64", "torch.complex128") for each in inputs):
        limits = {key: value for key, value in (("atol", atol), ("rtol", rtol)) if value is not None}
        gradcheck(lambda *given: own(*given, **kwargs), args, **limits)


__all__ = [
    "CustomOpDef",
    "Library",
    "custom_op",
    "define",
    "get_ctx",
    "impl",
    "impl_abstract",
    "infer_schema",
    "opcheck",
    "register_autograd",
    "register_fake",
    "register_kernel",
    "register_vmap",
    "triton_op",
]
