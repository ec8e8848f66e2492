"""Recording a program: it runs once, on stand-ins."""

from __future__ import annotations

import builtins
import functools
import inspect
import operator
import sys
import types
from typing import Any

from .. import _C
from ..nn.modules.module import Module
from ..nn.parameter import Parameter
from ..overrides import resolve_name
from ..profiler._calls import watching
from ._forms import recorded
from .graph import Graph
from .graph_module import GraphModule
from .proxy import ParameterProxy, Proxy, TracerBase, _tracer_of

_OPERATORS = {
    **{
        f"__{name}__": name
        for name in "add sub mul truediv floordiv mod pow matmul eq ne lt gt le ge getitem neg invert abs".split()
    },
    "__and__": "and_",
    "__or__": "or_",
    "__xor__": "xor",
    **{f"__i{name}__": f"i{name}" for name in "add sub mul truediv pow".split()},
    "__setitem__": "setitem",
}
_REFLECTED = {f"__r{name}__": name for name in "add sub mul truediv pow matmul".split()}

_wrapped: dict[tuple[int, str], dict[str, Any]] = {}


def wrap(fn_or_name: Any) -> Any:
    """Marks a function, or a name in the module that calls this, whose calls are recorded and not looked into.

    Errors: RuntimeError for what is neither.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame: Any = sys._getframe(1)
    if frame.f_code.co_name != "<module>" and isinstance(fn_or_name, str):
        raise NotImplementedError("wrap must be called at the top level of a module")
    _wrapped[id(frame.f_globals), name] = frame.f_globals
    return fn_or_name


class _Recording:
    """The places that are changed while a program is traced, put back at the end."""

    def __init__(self, tracer: Tracer, programs: list[dict[str, Any]]) -> None:
        self.tracer, self.programs = tracer, programs
        self.undo: list[tuple[Any, str, Any]] = []

    def leaf(self, function: Any, wrapped: bool = False) -> Any:
        """What stands for a function whose calls are recorded; the nodes say if that was asked for by :func:`wrap`."""

        @functools.wraps(function, updated=())
        def leaf(*args: Any, **kwargs: Any) -> Any:
            tracer = _tracer_of(args, kwargs)
            if tracer is None:
                return function(*args, **kwargs)
            made = tracer.create_proxy("call_function", function, *recorded(function, args, kwargs))
            if wrapped:
                made.node.meta["is_wrapped"] = True
            return made

        return leaf

    def call(self, name: str, function: Any, args: Any, kwargs: Any) -> Any:
        tracer = _tracer_of(args, kwargs)
        if tracer is None:
            return function(*args, **kwargs)
        if isinstance(function, types.BuiltinFunctionType):
            return tracer.create_proxy("call_function", function, *recorded(function, args, kwargs))
        short = function.__name__  # a method of tensors
        if short in _OPERATORS:
            return tracer.create_proxy("call_function", getattr(operator, _OPERATORS[short]), args, kwargs)
        if short in _REFLECTED:
            return tracer.create_proxy(
                "call_function", getattr(operator, _REFLECTED[short]), args[::-1], kwargs
            )
        return tracer.create_proxy("call_method", short, args, kwargs)

    def put(self, space: dict[str, Any], name: str, value: Any) -> None:
        self.undo.append((space, name, space.get(name, _ABSENT)))
        space[name] = value

    def __enter__(self) -> None:
        import rushlight

        from .. import nn

        resolve_name(None)  # it learns the names of functions before others stand in their place
        tracer, call = self.tracer, Module.__call__
        parts = {*tracer.root.modules()}

        def call_module(module: Any, *args: Any, **kwargs: Any) -> Any:
            if module not in parts and _tracer_of(args, kwargs) is None:
                return call(module, *args, **kwargs)
            return tracer.call_module(module, lambda *a, **k: call(module, *a, **k), args, kwargs)

        def read(module: Any, name: str) -> Any:
            value = object.__getattribute__(module, name)
            return tracer.getattr(name, value, tracer._read) if isinstance(value, Parameter) else value

        self.module_call: Any = call
        Module.__call__ = call_module  # type: ignore[assignment, method-assign]
        Module.__getattribute__ = read  # type: ignore[method-assign]
        # functions written in Python are leaves too, as PyTorch's are
        leaves: dict[Any, Any] = {}
        for space in (vars(nn.functional), vars(rushlight)) if tracer.python_leaves else ():
            for name, value in list(space.items()):
                if (
                    isinstance(value, types.FunctionType)
                    and (name == "_assert" or name[0] != "_")
                    and value.__module__.startswith(("rushlight", "torch"))
                ):
                    leaves[value] = leaves.get(value) or self.leaf(value)
                    self.put(space, name, leaves[value])
        for space in self.programs:
            for name, value in list(space.items()):
                if isinstance(value, types.FunctionType) and value in leaves:
                    self.put(space, name, leaves[value])
        for space in (*self.programs, *(module.__dict__ for module in tracer.autowrap_modules)):
            for name, value in list(space.items()):
                if name[0] != "_" and isinstance(value, _FUNCTIONS) and value in tracer.autowrap_functions:
                    self.put(space, name, self.leaf(value))
        for (_, name), space in _wrapped.items():
            function = space.get(name, getattr(builtins, name, None))
            if function is not None:
                self.put(space, name, self.leaf(function, wrapped=True))
        self.watching = watching(self.call)
        self.watching.__enter__()
        known = {value.__wrapped__: value for value in vars(_C).values() if hasattr(value, "__wrapped__")}
        for place in ("_nn", "_linalg", "_fft", "_special"):
            known |= {
                value.__wrapped__: value
                for value in vars(getattr(_C, place)).values()
                if hasattr(value, "__wrapped__")
            }
        # held by a program's modules, and by layers, as their activation
        for space in (*self.programs, *(vars(module) for module in tracer.root.modules())):
            for name, value in list(space.items()):
                if isinstance(value, types.BuiltinFunctionType) and value in known:
                    self.put(space, name, known[value])

    def __exit__(self, *error: object) -> None:
        self.watching.__exit__()
        Module.__call__ = self.module_call  # type: ignore[method-assign]
        del Module.__getattribute__
        while self.undo:
            space, name, value = self.undo.pop()
            if value is _ABSENT:
                del space[name]
            else:
                space[name] = value


_ABSENT: Any = object()
_OWN = ("rushlight", "torch", "torchvision")
_STARS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)


class Tracer(TracerBase):
    """Records modules; subclasses say which are looked into.

    Args:
        autowrap_modules (tuple of module): whose functions are leaves.
        autowrap_functions (tuple of callable): functions that are leaves, where the program calls them by a global name.
        param_shapes_constant (bool): whether shapes of parameters are numbers, not nodes.
    """

    python_leaves = True  # whether functions written in Python are nodes, or looked into

    def __init__(
        self, autowrap_modules: Any = (), autowrap_functions: Any = (), param_shapes_constant: bool = False
    ) -> None:
        self.param_shapes_constant = param_shapes_constant
        self.autowrap_modules = tuple(autowrap_modules)
        functions = (
            value for space in autowrap_modules for name, value in vars(space).items() if name[0] != "_"
        )
        self.autowrap_functions = {value for value in functions if isinstance(value, _FUNCTIONS)} | {
            *autowrap_functions
        }
        self.root: Any = None
        self.tensor_attrs: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._read: dict[str, Any] = {}

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Whether a module becomes one node: those of ``nn`` do, but for ``Sequential``."""
        from ..nn import Sequential

        return m.__module__.startswith(("rushlight.nn", "torch.nn")) and not isinstance(m, Sequential)

    def path_of_module(self, mod: Module) -> str:
        """The name of a part of the root.

        Errors: NameError if it is none.
        """
        for name, each in self.root.named_modules():
            if each is mod:
                return name
        raise NameError("module is not installed as a submodule")

    def call_module(self, m: Module, forward: Any, args: Any, kwargs: Any) -> Any:
        """What a call of a part of the root becomes."""
        path = self.path_of_module(m)
        if self.is_leaf_module(m, path):
            return self.create_proxy("call_module", path, args, kwargs)
        return forward(*args, **kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: Any) -> Any:
        """What reading an attribute gives: of a parameter of the root a stand-in, whose node is made when it is first read."""
        name = self._names.get(id(attr_val)) if isinstance(attr_val, Parameter) else None
        if name is None:
            return attr_val
        if name not in parameter_proxy_cache:
            made = self.create_proxy("get_attr", name, (), {})
            parameter_proxy_cache[name] = (
                ParameterProxy(self, made.node, name, attr_val) if self.param_shapes_constant else made
            )
        return parameter_proxy_cache[name]

    def create_arg(self, a: Any) -> Any:
        """As its base, and parameters, buffers and other tensors become attributes of the root."""
        if isinstance(a, _C.Tensor):
            name = self._names.get(id(a)) or self.tensor_attrs.get(id(a))
            if name is None and isinstance(a, Parameter):
                raise NameError("parameter is not a member of this module")
            if name is None:
                count = 0
                while hasattr(self.root, f"_tensor_constant{count}"):
                    count += 1
                name = f"_tensor_constant{count}"
                self.tensor_attrs[id(a)] = name
                setattr(self.root, name, a)
            if name not in self._read:  # once is enough
                self._read[name] = self.proxy(self.create_node("get_attr", name, (), {}))
            return self._read[name].node
        if isinstance(a, Module):
            return self.create_node("get_attr", self.path_of_module(a), (), {})
        return super().create_arg(a)

    def create_args_for_root(
        self, root_fn: Any, is_module: bool, concrete_args: Any = None
    ) -> tuple[Any, list[Any]]:
        """Stand-ins for the arguments of a function."""
        values: list[Any] = [self.root] if is_module else []
        keywords: dict[str, Any] = {}
        starred: list[Any] = []
        parameters = list(inspect.signature(root_fn).parameters.values())[1 if is_module else 0 :]
        # as the code of a function has them: what may be given by name, then `*args`, then `**kwargs`
        parameters.sort(key=_is_starred)
        for each in parameters:
            if concrete_args and each.name in concrete_args:
                value: Any = concrete_args[each.name]
                self._specialise(each, value)
            else:
                star = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
                default = () if each.default is each.empty else (each.default,)
                kind = None if each.annotation is each.empty else _annotation(each.annotation, root_fn)
                value = self.create_proxy("placeholder", star + each.name, default, {}, type_expr=kind)
            if _is_starred(each):
                starred.append(value)
            elif each.kind is each.KEYWORD_ONLY:
                keywords[each.name] = value
            else:
                values.append(value)
        if starred:
            return _unpacked(root_fn, len(values) + len(keywords) + len(starred)), [
                *values,
                *keywords.values(),
                *starred,
            ]
        return functools.partial(root_fn, **keywords), values

    def _specialise(self, parameter: Any, value: Any) -> None:
        """An argument that has a value now stays one, and is checked for it."""
        from .._settings import _assert

        default = () if parameter.default is parameter.empty else (parameter.default,)
        given = self.create_proxy("placeholder", f"{parameter.name}_1", default, {})
        said = f"{parameter.name} has been specialized to have value {value} but got another value"
        if isinstance(value, (bool, int, float, str)):
            self.create_proxy("call_function", _assert, (given == value, said), {})
        elif value is None:
            self.create_proxy("call_function", _assert_is_none, (given, said), {})
        else:
            from .._warn import warn

            warn(
                f"Was not able to add assertion to guarantee correct input {parameter.name} to specialized function. It is up "
                "to the user to make sure that your inputs match the inputs you specialized the function with."
            )

    def trace(self, root: Any, concrete_args: Any = None) -> Graph:
        """The graph of a module or function.

        Args:
            root (Module or callable): what to record.
            concrete_args (dict, optional): arguments that have values now, and are none of the graph's.

        Errors: TraceError where the program asks for a value.
        """
        if isinstance(root, Module):
            self.root, function = root, type(root).forward
            returns = function
            if "forward" in vars(root):
                function = lambda self, *args, **kwargs: vars(root)["forward"](*args, **kwargs)  # noqa: E731
                function.__signature__ = inspect.signature(type(root).forward)  # type: ignore[attr-defined]
        else:
            if not callable(root):
                raise AssertionError(f"Expected FunctionType, got {type(root)}")
            self.root, function = Module(), root
            returns = root
        self.graph = Graph(tracer_cls=type(self))
        self.tensor_attrs = {  # tensors that modules hold without having registered them
            id(value): f"{path}.{name}".lstrip(".")
            for path, module in self.root.named_modules()
            for name, value in vars(module).items()
            if isinstance(value, _C.Tensor)
        }
        self._read = {}
        self._names = {
            id(value): name for name, value in (*self.root.named_buffers(), *self.root.named_parameters())
        }
        programs = {id(space): space for space in self._programs(function)}
        call, args = self.create_args_for_root(function, isinstance(root, Module), concrete_args)
        with _Recording(self, list(programs.values())):
            result = call(*args)
        code = getattr(returns, "__code__", None)
        starred = code is not None and code.co_flags & _STARS
        kind = None if starred else _annotation(getattr(returns, "__annotations__", {}).get("return"), returns)
        self.create_node("output", "output", (self.create_arg(result),), {}, type_expr=kind)
        return self.graph

    def _programs(self, function: Any) -> list[dict[str, Any]]:
        """Names of the modules that the program is written in."""
        spaces = [getattr(inspect.unwrap(function), "__globals__", {})]
        for module in self.root.modules():
            home = sys.modules.get(type(module).__module__)
            if home is not None and not _of_engine(vars(home)):
                spaces.append(vars(home))
        return [space for space in spaces if not _of_engine(space)]


def _is_starred(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def _unpacked(function: Any, count: int) -> Any:
    """A function that takes the tuple of its ``*args`` and the dict of its ``**kwargs`` as two arguments more, so that
    stand-ins may be given for them; what is keyword-only stands before them.

    Errors: RuntimeError for what is no function written in Python.
    """
    if not isinstance(function, types.FunctionType) or hasattr(function, "__signature__"):
        raise RuntimeError(
            f"{function!r}: *args and **kwargs can be traced of functions written in Python only"
        )
    code = function.__code__
    plain = code.replace(
        co_flags=code.co_flags & ~_STARS, co_argcount=count, co_posonlyargcount=0, co_kwonlyargcount=0
    )
    return types.FunctionType(plain, function.__globals__, function.__name__, None, function.__closure__)


def _annotation(kind: Any, function: Any) -> Any:
    """An annotation as the program has it; those of the library's own layers are texts, of which one is a class."""
    if isinstance(kind, str) and getattr(function, "__module__", "").partition(".")[0] in _OWN:
        return _C.Tensor if kind == "Tensor" else None
    return kind


def _assert_is_none(value: Any, msg: str) -> None:
    """Raises AssertionError with ``msg`` for anything but ``None``: the check of an argument that was ``None`` in the trace.
    It is recorded again where its own code is traced, which loading does."""
    tracer = _tracer_of((value,), {})
    if tracer is not None:
        tracer.create_proxy("call_function", _assert_is_none, (value, msg), {})
    elif value is not None:
        raise AssertionError(msg)


def _of_engine(space: dict[str, Any]) -> bool:
    """Whether a module is the library's own: the models of ``vision`` are programs like any other."""
    name = str(space.get("__package__") or "")
    return name.startswith("rushlight") and not name.startswith("rushlight.vision")


def symbolic_trace(root: Any, concrete_args: Any = None) -> GraphModule:
    """Records a module or function, and returns a module that does the same.

    Args:
        root (Module or callable): what to record.
        concrete_args (dict, optional): arguments that have values now.

    Errors: TraceError where the program asks for a value, such as in ``if x.sum() > 0``.

    Example::

        >>> print(rl.fx.symbolic_trace(lambda x: rl.relu(x + 1)).code)
        <BLANKLINE>
        <BLANKLINE>
        <BLANKLINE>
        def forward(self, x):
            add = x + 1;  x = None
            relu = torch.relu(add);  add = None
            return relu
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else root.__name__
    return GraphModule(tracer.root, graph, name)


__all__ = ["Proxy", "Tracer", "symbolic_trace", "wrap"]
