"""Recording a model for export: it runs on its example inputs, and every value carries what it was.

A stand-in of :mod:`rushlight.fx` that knows its value can be asked for sizes, counted, compared and unpacked, so that a
program's own branches and loops run as they do; what they lead to is what is exported.

Where axes of the inputs may have any size, everything is computed a second time, with those axes twice as long. A size
that stays the same is a constant, and one that does not is recorded.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable
from typing import Any

from .. import _C
from .._types import Size
from ..fx._symbolic_trace import Tracer, _Recording
from ..fx.graph import Graph
from ..fx.node import Node
from ..fx.proxy import Proxy
from ..nn.modules.module import Module
from ..nn.modules.rnn import RNNBase, RNNCellBase

# attributes of tensors that are no tensors, and methods that only look
_LOOKS = frozenset(
    "dtype device layout ndim itemsize requires_grad is_cuda is_leaf is_sparse is_meta grad grad_fn names "
    "dim ndimension nelement stride is_contiguous is_floating_point is_complex is_signed element_size get_device "
    "storage_offset data_ptr is_cpu is_quantized is_nested requires_grad_ retain_grad register_hook".split()
)


class Traced(Proxy):
    """A stand-in with the value that the example inputs gave.

    Args:
        node (Node): that makes it.
        tracer (ExportTracer): what records.
        value (Any): a tensor, a number, or a tuple of such.
        other (Any): the same for inputs of other sizes, or ``UNKNOWN``.
    """

    tracer: Any

    def __init__(self, node: Node, tracer: ExportTracer, value: Any, other: Any) -> None:
        super().__init__(node, tracer)
        self._value, self._other = value, other
        node.meta["value"], node.meta["other"] = value, other

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # programs ask `isinstance(x, Tensor)`
        return type(self._value) if isinstance(self._value, (_C.Tensor, tuple)) else Traced

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__["_value"]
        if not isinstance(value, _C.Tensor):
            return self.tracer.create_proxy("call_function", getattr, (self, name), {})
        if name in _LOOKS:
            return getattr(value, name)
        if name == "shape":
            return self.size()
        if name in ("data", "detach"):
            return self if name == "data" else lambda: self
        if callable(getattr(value, name)):  # AttributeError is said by the tensor
            return lambda *args, **kwargs: self.tracer.create_proxy(
                "call_method", name, (self, *args), kwargs
            )
        return self.tracer.create_proxy("call_function", getattr, (self, name), {})

    def size(self, dim: Any = None) -> Any:
        """Sizes: numbers, or stand-ins for them where some axes of the inputs may have any size."""
        if dim is not None:
            return self.tracer.size_of(self, int(dim))
        return Size(tuple(self.tracer.size_of(self, i) for i in range(self._value.dim())))

    def numel(self) -> Any:
        """The number of elements."""
        return self.size().numel()

    def item(self) -> Any:
        """The number in it, which is a constant from here on."""
        self.tracer.fixes("item", self)
        return self._value.item()

    def tolist(self) -> Any:
        """The numbers in it, which are constants from here on."""
        self.tracer.fixes("tolist", self)
        return self._value.tolist()

    def __bool__(self) -> bool:
        if isinstance(self._value, _C.Tensor):
            self.tracer.fixes("a condition", self)
        return bool(self._value)

    def __index__(self) -> int:
        return operator.index(self._value)

    def __int__(self) -> int:
        return int(self._value)

    def __float__(self) -> float:
        return float(self._value)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        import numpy

        self.tracer.fixes("an array", self)
        return numpy.asarray(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __iter__(self) -> Any:
        return (operator.getitem(self, i) for i in range(len(self._value)))

    def __setitem__(self, index: Any, value: Any) -> None:
        self.tracer.create_proxy("call_function", operator.setitem, (self, index, value), {})

    __hash__ = Proxy.__hash__


UNKNOWN: Any = object()


class ExportTracer(Tracer):
    """Records a model on example inputs.

    Args:
        free (callable): from the number and the name of an input to its axes that may have any size.
    """

    python_leaves = False

    def __init__(self, free: Callable[[int, str], Iterable[int]]) -> None:
        super().__init__()
        self.free, self._inputs = free, 0
        self.constants: dict[str, Any] = {}
        self.fixed: list[str] = []
        self._names: dict[int, str] = {}
        self._read: dict[str, Any] = {}
        self._sizes: dict[tuple[Node, int], Any] = {}

    def record(self, model: Any, args: Any, kwargs: Any) -> Graph:
        """The graph of ``model(*args, **kwargs)``; its placeholders are the tensors among the arguments."""
        self.root = model if isinstance(model, Module) else Module()
        self.graph = Graph()
        tensors = [*self.root.named_parameters(), *self.root.named_buffers()]
        self._names = {id(value): name for name, value in reversed(tensors)}
        self._kept = [value for _, value in tensors]
        function = type(model).forward if isinstance(model, Module) else model
        programs = {id(space): space for space in self._programs(function)}
        names = _argument_names(function, isinstance(model, Module), len(args))
        given = [self._given(value, name) for value, name in zip(args, names, strict=True)]
        named = {name: self._given(value, name) for name, value in kwargs.items()}
        with _Recording(self, list(programs.values())):
            result = model(*given, **named)
        self.create_node("output", "output", (self.create_arg(result),), {})
        return self.graph

    def _given(self, value: Any, name: str) -> Any:
        """An argument with stand-ins in the places of its tensors."""
        if isinstance(value, _C.Tensor):
            node = self.create_node("placeholder", name, (), {})
            example = value.detach().clone()
            other = example
            for axis in self.free(self._inputs, node.name):
                other = _C.cat([other, other], axis)
            self._inputs += 1
            return Traced(node, self, example, example.clone() if other is example else other)
        if isinstance(value, (list, tuple)) and not isinstance(value, Size):
            parts = [self._given(each, f"{name}_{i}") for i, each in enumerate(value)]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, dict):
            return {key: self._given(each, f"{name}_{key}") for key, each in value.items()}
        return value

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Only recurrent layers, which are one operation of ONNX's each."""
        return isinstance(m, (RNNBase, RNNCellBase))

    def call_module(self, m: Module, forward: Any, args: Any, kwargs: Any) -> Any:
        """As its base; what is looked into may be any module, such as one that a function holds."""
        if not self.is_leaf_module(m, ""):
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def create_arg(self, a: Any) -> Any:
        """As its base; tensors get names by which they are stored."""
        if isinstance(a, Proxy):
            return a.node
        if isinstance(a, _C.Tensor):
            name = self._names.get(id(a))
            if name is None:
                name = self._names[id(a)] = f"constant_{len(self.constants)}"
                self._kept.append(a)
            if name not in self._read:
                self.constants[name] = a
                node = self._read[name] = self.create_node("get_attr", name, (), {})
                node.meta["value"] = node.meta["other"] = a
            return self._read[name]
        return super().create_arg(a)

    def create_proxy(
        self,
        kind: str,
        target: Any,
        args: Any,
        kwargs: Any,
        name: str | None = None,
        type_expr: Any = None,
        proxy_factory_fn: Any = None,
    ) -> Any:
        """A node and the stand-in for its result, or the result itself where it is nothing that is exported."""
        value = self._run(kind, target, _values(tuple(args)), _values(dict(kwargs)))
        if not _is_exported(value) and target is not operator.setitem:
            return value
        try:
            other = self._run(kind, target, _others(tuple(args)), _others(dict(kwargs)))
        except _Unknown:
            other = UNKNOWN
        except Exception:  # too long for a table, perhaps: then nothing is known of what depends on it
            other = UNKNOWN
        node = self.create_node(kind, target, self.create_arg(tuple(args)), self.create_arg(dict(kwargs)))
        return Traced(node, self, value, other)

    def _run(self, kind: str, target: Any, args: Any, kwargs: Any) -> Any:
        if kind == "call_method":
            return getattr(args[0], target)(*args[1:], **kwargs)
        if kind == "call_module":
            return self.root.get_submodule(target).forward(*args, **kwargs)
        return target(*args, **kwargs)

    def size_of(self, proxy: Traced, dim: int) -> Any:
        """One size of a stand-in."""
        value, other = proxy._value.size(dim), proxy._other
        other = other if other is UNKNOWN else other.size(dim)
        if value == other:
            return value
        key = proxy.node, dim % proxy._value.dim()
        if key not in self._sizes:
            node = self.create_node("call_method", "size", (proxy.node, key[1]), {})
            self._sizes[key] = Traced(node, self, value, other)
        return self._sizes[key]

    def fixes(self, what: str, proxy: Traced) -> None:
        """Notes that the program took a value for granted."""
        self.fixed.append(f"{what} of {proxy.node.name}")


class _Unknown(Exception):
    """An argument of which nothing is known for inputs of other sizes."""


def _values(a: Any) -> Any:
    """Arguments with values in the places of stand-ins."""
    return _replaced(a, lambda proxy: proxy._value)


def _others(a: Any) -> Any:
    """Arguments with the values for inputs of other sizes."""

    def other(proxy: Any) -> Any:
        if proxy._other is UNKNOWN:
            raise _Unknown
        return proxy._other

    return _replaced(a, other)


def _replaced(a: Any, found: Any) -> Any:
    kind = type(a)
    if issubclass(kind, Proxy):
        return found(a)
    if kind in (list, tuple, Size):
        return kind(_replaced(each, found) for each in a)
    if kind is dict:
        return {key: _replaced(each, found) for key, each in a.items()}
    if kind is slice:
        return slice(*(_replaced(each, found) for each in (a.start, a.stop, a.step)))
    return a


def _is_exported(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_is_exported, value))
    return isinstance(value, (_C.Tensor, int, float)) and not isinstance(value, bool)


def _argument_names(function: Any, is_method: bool, count: int) -> list[str]:
    """What the positional arguments are called."""
    names: list[str] = []
    for each in list(inspect.signature(function).parameters.values())[1 if is_method else 0 :]:
        if each.kind is each.VAR_POSITIONAL:
            names += [f"{each.name}_{i}" for i in range(count - len(names))]
        elif each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            names.append(each.name)
    if len(names) < count:
        raise TypeError(f"the model takes {len(names)} arguments, but {count} were given")
    return names[:count]
