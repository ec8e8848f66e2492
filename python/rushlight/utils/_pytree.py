"""Trees of Python's containers: their leaves as a list, their shape as a :class:`TreeSpec`, functions over leaves.

Nodes are tuples, lists, dicts, named tuples, ordered and default dicts, deques, sizes, results with named items, and
what is registered (:func:`register_pytree_node`); all else, ``None`` too, is a leaf.

Example::

    >>> from rushlight.utils._pytree import tree_flatten, tree_map, tree_unflatten
    >>> leaves, spec = tree_flatten({"a": [1, (2, 3)], "b": 4})
    >>> leaves
    [1, 2, 3, 4]
    >>> tree_unflatten([10 * x for x in leaves], spec)
    {'a': [10, (20, 30)], 'b': 40}
    >>> tree_map(lambda x, y: x + y, [1, (2,)], [3, (4,)])
    [4, (6,)]
"""

from __future__ import annotations

import importlib
import json
import textwrap
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._types import Size

__all__ = [
    "Context",
    "DumpableContext",
    "FlattenFn",
    "FromDumpableContextFn",
    "LeafSpec",
    "PyTree",
    "PyTreeSpec",
    "ToDumpableContextFn",
    "TreeSpec",
    "UnflattenFn",
    "is_namedtuple",
    "is_namedtuple_class",
    "is_namedtuple_instance",
    "is_structseq",
    "is_structseq_class",
    "is_structseq_instance",
    "key_get",
    "keystr",
    "register_pytree_node",
    "tree_all",
    "tree_all_only",
    "tree_any",
    "tree_any_only",
    "tree_flatten",
    "tree_flatten_with_path",
    "tree_is_leaf",
    "tree_iter",
    "tree_leaves",
    "tree_leaves_with_path",
    "tree_map",
    "tree_map_",
    "tree_map_only",
    "tree_map_only_",
    "tree_map_with_path",
    "tree_structure",
    "tree_unflatten",
    "treespec_dumps",
    "treespec_loads",
    "treespec_pprint",
]

PyTree = Any
Context = Any
DumpableContext = Any
FlattenFn = Callable[[PyTree], tuple[list[Any], Context]]
UnflattenFn = Callable[[Iterable[Any], Context], PyTree]
ToDumpableContextFn = Callable[[Context], DumpableContext]
FromDumpableContextFn = Callable[[DumpableContext], Context]
IsLeaf = Callable[[Any], bool]


# --- keys, which lead from a tree to what is in it


@dataclass(frozen=True)
class SequenceKey:
    """The place in a list or tuple."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        """What stands there."""
        return sequence[self.idx]


@dataclass(frozen=True)
class MappingKey:
    """The key in a mapping."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        """What stands there."""
        return mapping[self.key]


@dataclass(frozen=True)
class GetAttrKey:
    """The name of an attribute."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        """What stands there."""
        return getattr(obj, self.name)


KeyPath = tuple[Any, ...]


def keystr(kp: KeyPath) -> str:
    """A path as it would be written behind a tree: ``['a'][0].x``."""
    return "".join(str(key) for key in kp)


def key_get(obj: Any, kp: KeyPath) -> Any:
    """What a path leads to."""
    for key in kp:
        obj = key.get(obj)
    return obj


# --- kinds of nodes


class NodeDef(NamedTuple):
    """How one type of node is taken apart and put together."""

    type: Any
    flatten_fn: Any
    unflatten_fn: Any
    flatten_with_keys_fn: Any
    name: str | None = None  # in dumps
    to_dumpable: Any = None
    from_dumpable: Any = None


SUPPORTED_NODES: dict[Any, NodeDef] = {}


def register_pytree_node(
    cls: type[Any],
    flatten_fn: FlattenFn,
    unflatten_fn: UnflattenFn,
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: ToDumpableContextFn | None = None,
    from_dumpable_context: FromDumpableContextFn | None = None,
    flatten_with_keys_fn: Any = None,
) -> None:
    """Makes objects of a class nodes instead of leaves.

    Args:
        cls (type): the class itself; subclasses stay leaves.
        flatten_fn (callable): of an object, gives the list of its children and what else is needed to make it again.
        unflatten_fn (callable): of children and of that, makes the object.
        serialized_type_name (str, optional): its name in dumps.
        to_dumpable_context, from_dumpable_context (callable, optional): from that to what JSON can hold, and back.
        flatten_with_keys_fn (callable, optional): as ``flatten_fn``, but with pairs of keys and children.

    Errors: ValueError for a class that is registered already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    if (to_dumpable_context is None) != (from_dumpable_context is None):
        raise ValueError(
            f"Both to_dumpable_context and from_dumpable_context for {cls} must be None or registered."
        )
    SUPPORTED_NODES[cls] = NodeDef(
        cls,
        flatten_fn,
        unflatten_fn,
        flatten_with_keys_fn,
        serialized_type_name,
        to_dumpable_context,
        from_dumpable_context,
    )


_register_pytree_node = register_pytree_node


def register_constant(cls: type[Any]) -> None:
    """Makes objects of a class part of the structure: they have no leaves, and two trees are alike where they are equal.

    Args:
        cls (type): the class, whose objects can be compared and hashed.

    Errors: TypeError for a class that compares by identity.
    """
    if cls.__eq__ is object.__eq__:
        raise TypeError(f"register_constant(cls) expects `cls` to have a non-default `__eq__` implementation: {cls}")
    if cls.__hash__ is None:
        raise TypeError(f"register_constant(cls) expects `cls` to have a non-default `__hash__` implementation: {cls}")
    register_pytree_node(
        cls, lambda constant: ([], constant), lambda _, constant: constant, flatten_with_keys_fn=lambda constant: ([], constant)
    )


def _dict_flatten(d: dict[Any, Any]) -> tuple[list[Any], list[Any]]:
    """The values of a table, and its keys: what a class that is one registers."""
    return list(d.values()), list(d.keys())


def _dict_flatten_with_keys(d: dict[Any, Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """The same with the places of the values."""
    return [(MappingKey(key), value) for key, value in d.items()], list(d.keys())


def _dict_unflatten(values: Iterable[Any], context: list[Any]) -> dict[Any, Any]:
    """The table of both."""
    return dict(zip(context, values))


def is_namedtuple(obj: object | type) -> bool:
    """Whether it is a named tuple, or a class of them."""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


def is_namedtuple_class(cls: type) -> bool:
    """Whether it is a class of named tuples."""
    if not (isinstance(cls, type) and issubclass(cls, tuple)):
        return False
    fields = getattr(cls, "_fields", None)
    return isinstance(fields, tuple) and all(type(name) is str for name in fields) and hasattr(cls, "_make")


def is_namedtuple_instance(obj: object) -> bool:
    """Whether it is a named tuple."""
    return is_namedtuple_class(type(obj))


def is_structseq(obj: object | type) -> bool:
    """Whether it is a result with named items, such as that of ``max``, or a class of them."""
    return is_structseq_class(obj if isinstance(obj, type) else type(obj))


def is_structseq_class(cls: type) -> bool:
    """Whether it is a class of results with named items."""
    return (
        isinstance(cls, type) and issubclass(cls, tuple) and isinstance(getattr(cls, "n_fields", None), int)
    )


def is_structseq_instance(obj: object) -> bool:
    """Whether it is a result with named items."""
    return is_structseq_class(type(obj))


def _get_node_type(tree: Any) -> Any:
    """The class that a node is registered as."""
    return _node_type(tree)


def _node_type(tree: Any) -> Any:
    if is_namedtuple_instance(tree) and type(tree) not in SUPPORTED_NODES:
        return namedtuple
    kind = type(tree)
    if kind not in SUPPORTED_NODES and is_structseq_class(kind):
        _register_sequence(kind)
    return kind


def _register_sequence(cls: Any) -> None:
    SUPPORTED_NODES[cls] = NodeDef(
        cls,
        lambda x: (list(x), None),
        lambda children, _: cls(children),
        lambda x: ([(SequenceKey(i), child) for i, child in enumerate(x)], None),
        f"{cls.__module__}.{cls.__qualname__}",
    )


def _mapping(cls: Any, make: Any) -> NodeDef:
    def flatten(mapping: Any) -> Any:
        return list(mapping.values()), list(mapping.keys())

    def with_keys(mapping: Any) -> Any:
        return [(MappingKey(key), value) for key, value in mapping.items()], list(mapping.keys())

    return NodeDef(cls, flatten, make, with_keys, f"{cls.__module__}.{cls.__qualname__}")


def _name_of(cls: Any) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _by_name(name: str) -> Any:
    module, _, qualified = name.rpartition(".")
    return getattr(importlib.import_module(module), qualified)


for _cls in (tuple, list, Size):
    _register_sequence(_cls)
SUPPORTED_NODES[dict] = _mapping(dict, lambda values, keys: dict(zip(keys, values)))
SUPPORTED_NODES[OrderedDict] = _mapping(OrderedDict, lambda values, keys: OrderedDict(zip(keys, values)))
SUPPORTED_NODES[namedtuple] = NodeDef(
    namedtuple,
    lambda x: (list(x), type(x)),
    lambda children, cls: cls(*children),
    lambda x: ([(GetAttrKey(name), getattr(x, name)) for name in x._fields], type(x)),
    "collections.namedtuple",
    _name_of,
    _by_name,
)
SUPPORTED_NODES[defaultdict] = NodeDef(
    defaultdict,
    lambda x: (list(x.values()), [x.default_factory, list(x.keys())]),
    lambda values, context: defaultdict(context[0], dict(zip(context[1], values))),
    lambda x: ([(MappingKey(key), value) for key, value in x.items()], [x.default_factory, list(x.keys())]),
    "collections.defaultdict",
    lambda context: {
        "default_factory_module": context[0] and context[0].__module__,
        "default_factory_name": context[0] and context[0].__qualname__,
        "dict_context": context[1],
    },
    lambda held: [
        held["default_factory_name"]
        and _by_name(f"{held['default_factory_module']}.{held['default_factory_name']}"),
        held["dict_context"],
    ],
)
SUPPORTED_NODES[deque] = NodeDef(
    deque,
    lambda x: (list(x), x.maxlen),
    lambda children, maxlen: deque(children, maxlen=maxlen),
    lambda x: ([(SequenceKey(i), child) for i, child in enumerate(x)], x.maxlen),
    "collections.deque",
)
BUILTIN_TYPES = frozenset({tuple, list, dict, namedtuple, OrderedDict, defaultdict, deque})
_DICTS = (dict, OrderedDict, defaultdict)


# --- shapes of trees


@dataclass(frozen=True)
class TreeSpec:
    """The shape of a tree: the type of a node, what else it needs to be made again, and the shapes of its children.

    Attributes:
        type (type): of the node; ``None`` for a leaf.
        context: what ``flatten_fn`` gave, such as the keys of a dict.
        num_nodes, num_leaves, num_children (int): how many there are.
    """

    type: Any
    context: Any
    _children: list[TreeSpec]
    num_nodes: int = field(init=False)
    num_leaves: int = field(init=False)
    num_children: int = field(init=False)

    def __post_init__(self) -> None:
        leaf = self.type is None
        hold = object.__setattr__
        hold(self, "num_children", len(self._children))
        hold(self, "num_nodes", 1 + sum(child.num_nodes for child in self._children))
        hold(self, "num_leaves", 1 if leaf else sum(child.num_leaves for child in self._children))

    def __repr__(self, indent: int = 0) -> str:
        if self.is_leaf():
            return "*"
        children = [child.__repr__(indent + 2) for child in self._children]
        text = (",\n" + " " * (indent + 2)).join(children)
        return f"TreeSpec({self.type.__name__}, {self.context}, [{text}])"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (self.type, self._children) == (other.type, other._children) and self.context == other.context

    def __hash__(self) -> int:
        kind = self.type
        context = (
            tuple(self.context)
            if kind in (dict, OrderedDict)
            else None
            if kind is defaultdict
            else self.context
        )
        return hash((kind, context, tuple(self._children)))

    def is_leaf(self) -> bool:
        """Whether it is the shape of a leaf."""
        return self.type is None

    def children(self) -> list[TreeSpec]:
        """The shapes of the children."""
        return self._children.copy()

    @property
    def children_specs(self) -> list[TreeSpec]:
        """The shapes of the children."""
        return self._children

    def child(self, index: int) -> TreeSpec:
        """The shape of one child."""
        return self._children[index]

    def flatten_up_to(self, tree: PyTree) -> list[PyTree]:
        """The parts of ``tree`` that stand where this has its leaves; ValueError if it has another shape above these."""
        parts: list[PyTree] = []
        self._flatten_up_to(tree, parts)
        return parts

    def _flatten_up_to(self, tree: PyTree, parts: list[PyTree]) -> None:
        if self.is_leaf():
            parts.append(tree)
            return
        kind = _node_type(tree)
        mappings = kind in _DICTS and self.type in _DICTS
        if kind is not self.type and not mappings:
            raise ValueError(f"Node type mismatch; expected {self.type!r}, but got {kind!r}.")
        children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        if len(children) != self.num_children:
            raise ValueError(f"Node arity mismatch; expected {self.num_children}, but got {len(children)}.")
        if mappings:
            keys = self.context[1] if self.type is defaultdict else self.context
            missing, more = set(keys) - set(tree), set(tree) - set(keys)
            if missing or more:
                text = "".join(
                    f"; {what} key(s): {some}"
                    for what, some in (("missing", missing), ("extra", more))
                    if some
                )
                raise ValueError(f"Node keys mismatch{text}.")
            children = [tree[key] for key in keys]  # in the order of this one
        elif kind is not deque and context != self.context:  # a deque's bound is no part of its shape
            text = f"; expected {self.context!r}, but got {context!r}" if kind is namedtuple else ""
            raise ValueError(f"Node context mismatch for node type {self.type!r}{text}.")
        for child, subtree in zip(self._children, children):
            child._flatten_up_to(subtree, parts)

    def unflatten(self, leaves: Iterable[Any]) -> PyTree:
        """The tree of this shape with the given leaves; ValueError for another number of them."""
        leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(
                f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} "
                f"but the spec refers to a pytree that holds {self.num_leaves} items ({self})."
            )
        return self._unflatten(iter(leaves))

    def _unflatten(self, leaves: Iterator[Any]) -> PyTree:
        if self.is_leaf():
            return next(leaves)
        children = [child._unflatten(leaves) for child in self._children]
        return SUPPORTED_NODES[self.type].unflatten_fn(children, self.context)


class LeafSpec(TreeSpec):
    """The shape of a leaf."""

    def __init__(self) -> None:
        super().__init__(None, None, [])


PyTreeSpec = TreeSpec
_LEAF = LeafSpec()


def _check_spec(treespec: Any) -> None:
    if not isinstance(treespec, TreeSpec):
        raise TypeError(
            f"Expected `treespec` to be an instance of PyTreeSpec but got item of type {type(treespec)}."
        )


# --- leaves


def tree_is_leaf(tree: PyTree, is_leaf: IsLeaf | None = None) -> bool:
    """Whether a value is a leaf: by ``is_leaf``, or because it is no node."""
    return (is_leaf is not None and is_leaf(tree)) or _node_type(tree) not in SUPPORTED_NODES


def tree_iter(tree: PyTree, is_leaf: IsLeaf | None = None) -> Iterator[Any]:
    """The leaves, one after the other."""
    if tree_is_leaf(tree, is_leaf):
        yield tree
    else:
        for child in SUPPORTED_NODES[_node_type(tree)].flatten_fn(tree)[0]:
            yield from tree_iter(child, is_leaf)


def tree_leaves(tree: PyTree, is_leaf: IsLeaf | None = None) -> list[Any]:
    """The list of leaves."""
    return list(tree_iter(tree, is_leaf))


def _flatten(node: PyTree, is_leaf: IsLeaf | None, leaves: list[Any]) -> TreeSpec:
    """The shape; the leaves go to the end of the list. (As a function within :func:`tree_flatten` that calls itself it would be a
    circle, which keeps the leaves until the next garbage collection.)"""
    if tree_is_leaf(node, is_leaf):
        leaves.append(node)
        return _LEAF
    kind = _node_type(node)
    children, context = SUPPORTED_NODES[kind].flatten_fn(node)
    return TreeSpec(kind, context, [_flatten(child, is_leaf, leaves) for child in children])


def tree_flatten(tree: PyTree, is_leaf: IsLeaf | None = None) -> tuple[list[Any], TreeSpec]:
    """The list of leaves, and the shape."""
    leaves: list[Any] = []
    spec = _flatten(tree, is_leaf, leaves)
    return leaves, spec


def tree_structure(tree: PyTree, is_leaf: IsLeaf | None = None) -> TreeSpec:
    """The shape."""
    return tree_flatten(tree, is_leaf)[1]


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree of a shape with the given leaves.

    Errors: TypeError for what is no shape, ValueError for another number of leaves.
    """
    _check_spec(treespec)
    return treespec.unflatten(leaves)


def tree_map(func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf | None = None) -> PyTree:
    """The tree of what ``func`` makes of every leaf, and of what stands in its place in the other trees.

    Errors: ValueError for other trees of another shape.
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    return spec.unflatten(map(func, leaves, *(spec.flatten_up_to(rest) for rest in rests)))


def tree_map_(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf | None = None
) -> PyTree:
    """Calls ``func`` as :func:`tree_map` does, for what it does to the leaves; gives the tree itself."""
    leaves, spec = tree_flatten(tree, is_leaf)
    deque(map(func, leaves, *(spec.flatten_up_to(rest) for rest in rests)), maxlen=0)
    return tree


def _only(kinds: Any, func: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if not isinstance(kinds, type) and callable(kinds):
        return lambda x: func(x) if kinds(x) else x
    return lambda x: func(x) if isinstance(x, kinds) else x


def _curried(mapper: Any, kinds: Any, func: Any, tree: Any, is_leaf: Any) -> Any:
    if func is None:  # map_only(kinds)(func)
        return lambda f: _only(kinds, f)
    return mapper(_only(kinds, func), tree, is_leaf=is_leaf)


def tree_map_only(
    type_or_types_or_pred: Any, /, func: Any, tree: PyTree, is_leaf: IsLeaf | None = None
) -> PyTree:
    """:func:`tree_map` for leaves of a type, of types, or that a function chooses; the others stay."""
    return _curried(tree_map, type_or_types_or_pred, func, tree, is_leaf)


def tree_map_only_(
    type_or_types_or_pred: Any, /, func: Any, tree: PyTree, is_leaf: IsLeaf | None = None
) -> PyTree:
    """:func:`tree_map_` for leaves of a type, of types, or that a function chooses."""
    return _curried(tree_map_, type_or_types_or_pred, func, tree, is_leaf)


def map_only(type_or_types_or_pred: Any, /) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Decorates a function of leaves of some types; it gives back leaves of others as they are."""
    return lambda func: _only(type_or_types_or_pred, func)


def tree_all(pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf | None = None) -> bool:
    """Whether ``pred`` holds for all leaves."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf | None = None) -> bool:
    """Whether ``pred`` holds for a leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    type_or_types: Any, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf | None = None
) -> bool:
    """Whether ``pred`` holds for all leaves of some types."""
    return all(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


def tree_any_only(
    type_or_types: Any, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf: IsLeaf | None = None
) -> bool:
    """Whether ``pred`` holds for a leaf of some types."""
    return any(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


def arg_tree_leaves(*args: PyTree, **kwargs: PyTree) -> list[Any]:
    """The leaves of all arguments."""
    return [leaf for tree in (*args, *kwargs.values()) for leaf in tree_iter(tree)]


def _broadcast_to_and_flatten(
    tree: PyTree, treespec: TreeSpec, is_leaf: IsLeaf | None = None
) -> list[Any] | None:
    """The leaves of a tree as those of a shape, a leaf above several taking the place of each; ``None`` if it cannot."""
    if tree_is_leaf(tree, is_leaf):
        return [tree] * treespec.num_leaves
    kind = _node_type(tree)
    if treespec.is_leaf() or kind is not treespec.type:
        return None
    children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    if len(children) != treespec.num_children or context != treespec.context:
        return None
    leaves: list[Any] = []
    for child, spec in zip(children, treespec.children_specs):
        found = _broadcast_to_and_flatten(child, spec, is_leaf)
        if found is None:
            return None
        leaves += found
    return leaves


# --- paths


def _walk_paths(tree: PyTree, is_leaf: IsLeaf | None, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if tree_is_leaf(tree, is_leaf):
        yield path, tree
        return
    kind = _node_type(tree)
    with_keys = SUPPORTED_NODES[kind].flatten_with_keys_fn
    if with_keys is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {kind}. "
            "Please pass a flatten_with_keys_fn argument to register_pytree_node."
        )
    for key, child in with_keys(tree)[0]:
        yield from _walk_paths(child, is_leaf, (*path, key))


def tree_leaves_with_path(tree: PyTree, is_leaf: IsLeaf | None = None) -> list[tuple[KeyPath, Any]]:
    """The list of leaves, each with the path that leads to it."""
    return list(_walk_paths(tree, is_leaf))


def tree_flatten_with_path(
    tree: PyTree, is_leaf: IsLeaf | None = None
) -> tuple[list[tuple[KeyPath, Any]], TreeSpec]:
    """The list of leaves, each with the path that leads to it, and the shape."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: IsLeaf | None = None
) -> PyTree:
    """:func:`tree_map` whose function takes the path first."""
    found, spec = tree_flatten_with_path(tree, is_leaf)
    paths, leaves = zip(*found) if found else ((), ())
    return spec.unflatten(map(func, paths, leaves, *(spec.flatten_up_to(rest) for rest in rests)))


# --- dumps

_PROTOCOL = 1


def _dump(spec: TreeSpec) -> dict[str, Any]:
    if spec.is_leaf():
        return {"type": None, "context": None, "children_spec": []}
    node = SUPPORTED_NODES[spec.type]
    if node.name is None:
        raise NotImplementedError(
            f"No registered serialization name for {spec.type} found. "
            "Please update your _register_pytree_node call with a `serialized_type_name` kwarg."
        )
    return {
        "type": node.name,
        "context": json.dumps(spec.context) if node.to_dumpable is None else node.to_dumpable(spec.context),
        "children_spec": [_dump(child) for child in spec.children_specs],
    }


def _load(held: dict[str, Any]) -> TreeSpec:
    if held["type"] is None:
        return _LEAF
    for kind, node in SUPPORTED_NODES.items():
        if node.name == held["type"]:
            load = json.loads if node.from_dumpable is None else node.from_dumpable
            context = load(held["context"])
            return TreeSpec(kind, context, [_load(child) for child in held["children_spec"]])
    raise NotImplementedError(f"No registered node type of the name {held['type']} found.")


def treespec_dumps(treespec: TreeSpec, protocol: int | None = None) -> str:
    """A shape as JSON.

    Errors: ValueError for a protocol other than 1, NotImplementedError for nodes registered without a name.
    """
    _check_spec(treespec)
    if protocol not in (None, _PROTOCOL):
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: {[_PROTOCOL]}")
    return json.dumps([_PROTOCOL, _dump(treespec)])


def treespec_loads(serialized: str) -> TreeSpec:
    """The inverse of :func:`treespec_dumps`."""
    protocol, held = json.loads(serialized)
    if protocol != _PROTOCOL:
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: {[_PROTOCOL]}")
    return _load(held)


def treespec_pprint(treespec: TreeSpec) -> str:
    """A shape as it reads best: the tree with ``*`` for leaves."""

    class _Star:
        def __repr__(self) -> str:
            return "*"

    return textwrap.dedent(repr(tree_unflatten([_Star()] * treespec.num_leaves, treespec)))
