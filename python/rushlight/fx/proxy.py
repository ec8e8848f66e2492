"""Stand-ins for values while a program is traced."""

from __future__ import annotations

import dis
import operator
import sys
from typing import Any

from .. import _C
from . import traceback
from ._forms import recorded
from .graph import Graph
from .node import Node, map_aggregate


class TraceError(ValueError):
    """The program asks for a value that a stand-in has not."""


class TracerBase:
    """What makes nodes of operations on stand-ins."""

    graph: Graph
    record_stack_traces = False
    trace_asserts = False
    proxy_buffer_attributes = False
    root: Any = None

    def create_node(
        self, kind: str, target: Any, args: Any, kwargs: Any, name: str | None = None, type_expr: Any = None
    ) -> Node:
        """A node in the graph."""
        node = self.graph.create_node(kind, target, args, kwargs, name, type_expr)
        if traceback.has_preserved_node_meta() and kind not in ("placeholder", "output"):
            traceback.note(node)
        return node

    def proxy(self, node: Node) -> Proxy:
        """The stand-in for a node's result."""
        return Proxy(node, self)

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
        """A node, and the stand-in for its result."""
        node = self.create_node(
            kind, target, self.create_arg(tuple(args)), self.create_arg(dict(kwargs)), name, type_expr
        )
        return self.proxy(node) if proxy_factory_fn is None else proxy_factory_fn(node)

    def create_arg(self, a: Any) -> Any:
        """What stands in a node for an argument.

        Errors: NotImplementedError for objects that no code could name.
        """
        if isinstance(a, Proxy):
            return a.node
        if isinstance(a, tuple):
            made = [self.create_arg(each) for each in a]
            return (
                type(a)(*made)
                if hasattr(a, "_fields")
                else type(a)(made)
                if type(a) is not tuple
                else tuple(made)
            )
        if isinstance(a, list):
            return [self.create_arg(each) for each in a]
        if isinstance(a, dict):
            return {key: self.create_arg(each) for key, each in a.items()}
        if isinstance(a, slice):
            return slice(*(self.create_arg(each) for each in (a.start, a.stop, a.step)))
        if isinstance(a, range):
            return range(*(self.create_arg(each) for each in (a.start, a.stop, a.step)))
        plain = (
            Node,
            str,
            int,
            float,
            bool,
            complex,
            bytes,
            type(None),
            type(...),
            _C.dtype,
            _C.device,
            _C.layout,
            _C.memory_format,
        )
        if isinstance(a, plain) or callable(a) or isinstance(a, _C.Tensor):
            return a
        raise NotImplementedError(f"argument of type: {type(a)}")

    def to_bool(self, obj: Proxy) -> bool:
        """What a condition on a stand-in is."""
        raise TraceError("symbolically traced variables cannot be used as inputs to control flow")

    def iter(self, obj: Any) -> Any:
        """What a loop over a stand-in runs over: as many parts as an assignment unpacks."""
        frame = sys._getframe(2)
        code = list(dis.get_instructions(frame.f_code))
        at = next((i for i, step in enumerate(code) if step.offset == frame.f_lasti), None)
        if at is not None and code[at].opname == "UNPACK_SEQUENCE":
            return (obj[i] for i in range(code[at].arg or 0))
        raise TraceError(
            "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args or **kwargs "
            "function argument. See the torch.fx docs on pytorch.org for a more detailed explanation of what types of control "
            "flow can be traced, and check out the Proxy docstring for help troubleshooting Proxy iteration errors"
        )

    def keys(self, obj: Proxy) -> Any:
        """The names in a stand-in for a table."""
        return Attribute(obj, "keys")()


class GraphAppendingTracer(TracerBase):
    """Adds to a graph that is there."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph


class Proxy:
    """Stands for the result of a node: what is done with it becomes nodes.

    Args:
        node (Node): whose result.
        tracer (TracerBase, optional): what makes nodes. Default: one that adds to the node's graph
    """

    def __init__(self, node: Node, tracer: TracerBase | None = None) -> None:
        self.tracer = tracer if tracer is not None else GraphAppendingTracer(node.graph)
        self.node = node

    def __repr__(self) -> str:
        return f"Proxy({self.node.name})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in ("__len__",):
            raise AttributeError(name)
        return Attribute(self, name)

    def __getstate__(self) -> Any:
        return self.__dict__

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state)

    def __deepcopy__(self, memo: Any) -> Any:
        return Proxy(self.node, self.tracer)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self) -> Any:
        return self.tracer.iter(self)

    def __bool__(self) -> bool:
        return self.tracer.to_bool(self)

    def __len__(self) -> int:
        raise RuntimeError(
            "'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please call "
            "torch.fx.wrap('len') at module scope"
        )

    def __hash__(self) -> int:
        return id(self)

    def keys(self) -> Any:
        """The names in it, if it stands for a table."""
        return self.tracer.keys(self)

    @classmethod
    def __torch_function__(cls, orig_method: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = recorded(orig_method, tuple(args), kwargs or {})
        return _tracer_of(args, kwargs).create_proxy("call_function", orig_method, args, kwargs)


class ParameterProxy(Proxy):
    """Stands for a parameter whose shape is known: questions about it are answered.

    Args:
        tracer (TracerBase): what makes nodes.
        node (Node): the one that reads the parameter.
        name (str): the parameter's.
        param (Parameter): it.
    """

    def __init__(self, tracer: TracerBase, node: Node, name: str, param: Any) -> None:
        super().__init__(node, tracer)
        self.param, self.name = param, name

    def __repr__(self) -> str:
        return f"ParameterProxy({self.name})"

    @property
    def shape(self) -> Any:
        """Sizes."""
        return self.param.shape

    def size(self, dim: int | None = None) -> Any:
        """Sizes, or one of them."""
        return self.param.size() if dim is None else self.param.size(dim)

    def dim(self) -> int:
        """The number of axes."""
        return self.param.dim()

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.param.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self.param.numel()

    def nelement(self) -> int:
        """The number of elements."""
        return self.param.nelement()


class Attribute(Proxy):
    """An attribute of a stand-in: a node if it is read, a call of a method if it is called."""

    def __init__(self, root: Proxy, attr: str) -> None:
        self.root, self.attr, self.tracer = root, attr, root.tracer
        self._node: Node | None = None

    @property
    def node(self) -> Node:  # type: ignore[override]
        """The node that reads it."""
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


def _tracer_of(*values: Any) -> Any:
    """The tracer of the first stand-in among arguments; ``None`` if there is none."""
    found: list[Any] = []
    map_aggregate(values, lambda each: found.append(each.tracer) if isinstance(each, Proxy) else None)
    return found[0] if found else None


def _forward(name: str) -> Any:
    function = getattr(operator, name)

    def method(self: Any, *args: Any) -> Any:
        return self.tracer.create_proxy("call_function", function, (self, *args), {})

    return method


def _backward(name: str) -> Any:
    function = getattr(operator, name)

    def method(self: Any, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", function, (other, self), {})

    return method


for _name in "add sub mul truediv floordiv mod pow matmul lshift rshift and_ or_ xor eq ne lt gt le ge getitem neg invert pos abs".split():
    setattr(Proxy, f"__{_name.strip('_')}__", _forward(_name))
for _name in "add sub mul truediv floordiv mod pow matmul lshift rshift and_ or_ xor".split():
    setattr(Proxy, f"__r{_name.strip('_')}__", _backward(_name))

__all__ = ["Attribute", "GraphAppendingTracer", "ParameterProxy", "Proxy", "TraceError", "TracerBase"]
