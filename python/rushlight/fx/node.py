"""One operation of a graph."""

from __future__ import annotations

from types import FunctionType, GenericAlias
from typing import Any

from .._settings import _assert
from .immutable_collections import immutable_dict, immutable_list

_IMPURE: set[Any] = {_assert}
_side_effectful_functions = _IMPURE


# what stands among the arguments of a node, and what a node calls or reads
Argument = Any
Target = Any


def has_side_effect(fn: Any) -> Any:
    """Marks a function whose calls stay in a graph even if nothing uses their result."""
    _IMPURE.add(fn)
    return fn


def map_aggregate(a: Any, fn: Any) -> Any:
    """A structure of tuples, lists, tables and slices with ``fn`` of each leaf."""
    if isinstance(a, tuple):
        made = tuple(map_aggregate(each, fn) for each in a)
        return type(a)(*made) if hasattr(a, "_fields") else made
    if isinstance(a, list):
        return immutable_list(map_aggregate(each, fn) for each in a)
    if isinstance(a, dict):
        return immutable_dict((key, map_aggregate(each, fn)) for key, each in a.items())
    if isinstance(a, slice):
        return slice(*(map_aggregate(each, fn) for each in (a.start, a.stop, a.step)))
    return fn(a)


def map_arg(a: Any, fn: Any) -> Any:
    """A structure with ``fn`` of each node in it."""
    return map_aggregate(a, lambda each: fn(each) if isinstance(each, Node) else each)


class Node:
    """One operation.

    Attributes:
        op (str): ``placeholder`` (an argument), ``get_attr``, ``call_function``, ``call_method``, ``call_module`` or ``output``
        target: the name of what is read or called, or the function itself
        args, kwargs: what it is called with; nodes among them stand for their results
        users (dict): nodes that use this one's result, as keys
        meta (dict): whatever passes keep here
    """

    def __init__(
        self, graph: Any, name: str, op: str, target: Any, args: Any, kwargs: Any, return_type: Any = None
    ) -> None:
        self.graph, self.name, self.op, self.target, self.type = graph, name, op, target, return_type
        self._args: Any = ()
        self._kwargs: Any = {}
        self._input_nodes: dict[Node, None] = {}
        self.users: dict[Node, None] = {}
        self.meta: dict[str, Any] = {}
        self._prev: Node = self
        self._next: Node = self
        self._erased = False
        self._update(args, kwargs)

    def _update(self, args: Any, kwargs: Any) -> None:
        for each in self._input_nodes:
            each.users.pop(self, None)
        self._input_nodes = {}

        def keep(node: Node) -> Node:
            self._input_nodes[node] = None
            node.users[self] = None
            return node

        self._args, self._kwargs = map_arg(tuple(args), keep), map_arg(dict(kwargs), keep)

    @property
    def args(self) -> tuple[Any, ...]:
        """Positional arguments."""
        return self._args

    @args.setter
    def args(self, value: Any) -> None:
        self._update(value, self._kwargs)

    @property
    def kwargs(self) -> dict[str, Any]:
        """Keyword arguments."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, value: Any) -> None:
        self._update(self._args, value)

    @property
    def all_input_nodes(self) -> list[Node]:
        """Nodes among the arguments, each once."""
        return list(self._input_nodes)

    @property
    def next(self) -> Node:
        """The node after this one."""
        return self._next

    @property
    def prev(self) -> Node:
        """The node before it."""
        return self._prev

    @property
    def stack_trace(self) -> str | None:
        """Where in the program the operation was, if that was recorded."""
        return self.meta.get("stack_trace")

    def _unlink(self) -> None:
        self._prev._next, self._next._prev = self._next, self._prev

    def prepend(self, x: Node) -> None:
        """Moves ``x`` before this node."""
        if x is self:
            return
        x._unlink()
        x._prev, x._next = self._prev, self
        self._prev._next = x
        self._prev = x

    def append(self, x: Node) -> None:
        """Moves ``x`` behind this node."""
        self._next.prepend(x)

    def update_arg(self, idx: int, arg: Any) -> None:
        """Another positional argument."""
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx: int, arg: Any) -> None:
        """One more positional argument."""
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def update_kwarg(self, key: str, arg: Any) -> None:
        """Another keyword argument."""
        self.kwargs = {**self.kwargs, key: arg}

    def replace_input_with(self, old_input: Node, new_input: Node) -> None:
        """Another node in the place of one of the arguments."""
        swap = lambda node: new_input if node is old_input else node  # noqa: E731
        self._update(map_arg(self.args, swap), map_arg(self.kwargs, swap))

    def replace_all_uses_with(
        self, replace_with: Node, delete_user_cb: Any = lambda user: True, *, propagate_meta: bool = False
    ) -> list[Node]:
        """Another node in the place of this one wherever its result is used; returns the nodes that were changed."""
        if propagate_meta:
            replace_with.meta.update(self.meta)
        changed = [user for user in self.users if delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    def is_impure(self, impure_random: bool = True) -> bool:
        """Whether the node does more than give a result."""
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_function":
            return self.target in _IMPURE or self.kwargs.get("out") is not None
        if self.op == "call_method":
            return self.target.endswith("_") and not self.target.endswith("__")
        return False

    def format_node(
        self, placeholder_names: Any = None, maybe_return_typename: Any = None, *, include_tensor_metadata: bool = False
    ) -> str | None:
        """The node as a line of text."""
        kind = f"{type_name(self.type)} " if self.type is not None else ""
        if self.op == "placeholder":
            default = f"(default={self.args[0]})" if self.args else ""
            return f"%{self.name} : {kind}[num_users={len(self.users)}] = placeholder[target={self.target}]{default}"
        if self.op == "get_attr":
            return f"%{self.name} : {kind}[num_users={len(self.users)}] = get_attr[target={self.target}]"
        if self.op == "output":
            return f"return {self.args[0]}"
        return (
            f"%{self.name} : {kind}[num_users={len(self.users)}] = {self.op}[target={target_name(self.target)}]"
            f"(args = {_shown(self.args)}, kwargs = {_shown(dict(self.kwargs))})"
        )

    def __repr__(self) -> str:
        return self.name

    def __lt__(self, other: Node) -> bool:
        return list(self.graph.nodes).index(self) < list(self.graph.nodes).index(other)


def _shown(value: Any) -> str:
    if isinstance(value, Node):
        return f"%{value.name}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(each) for each in value) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    return str(value)


# Functions of layers that PyTorch's code calls where the engine has them
_OF_THE_ENGINE = "avg_pool2d avg_pool3d elu_ gelu hardtanh_ leaky_relu_ linear one_hot scaled_dot_product_attention softplus softshrink"


def type_name(kind: Any) -> str:
    """What an annotation is called: ``int``, ``torch.Tensor``, ``typing.List[int]``."""
    if isinstance(kind, type) and not isinstance(kind, GenericAlias):
        module = kind.__module__
        if module == "builtins":
            return kind.__qualname__
        if module.partition(".")[0] == "rushlight":
            module = ".".join(["torch", *module.split(".")[1:]])
        return f"{module}.{kind.__qualname__}"
    if kind is ...:
        return "..."
    return str(getattr(kind, "__name__", kind)) if isinstance(kind, FunctionType) else repr(kind)


def target_name(target: Any) -> str:
    """What a target is called in code: ``torch.relu``, ``operator.add``."""
    if isinstance(target, str):
        return target
    from ..overrides import resolve_name

    found = resolve_name(target)
    if found is not None:
        place, _, name = found.rpartition(".")
        if place != "torch.nn.functional":
            return found
        from .. import _C

        if getattr(vars(_C).get(name), "__wrapped__", vars(_C).get(name)) is target:
            return f"torch.{name}"  # one function at two places: conv2d
        return f"torch._C._nn.{name}" if name in _OF_THE_ENGINE.split() else found
    module, name = getattr(target, "__module__", None) or "", getattr(target, "__qualname__", repr(target))
    module = {"_operator": "operator"}.get(module, module)
    if module.partition(".")[0] in ("rushlight", "torch"):
        from .. import nn

        if getattr(nn.functional, name, None) is target:
            return f"torch.nn.functional.{name}"
        private = name.startswith("_")  # is at the file it stands in; what is public, at the package
        files = (part for part in module.split(".")[1:] if private or not part.startswith("_"))
        return ".".join(["torch", *files, name])
    return f"{module}.{name}" if module else name


__all__ = ["Node", "has_side_effect", "map_aggregate", "map_arg"]
