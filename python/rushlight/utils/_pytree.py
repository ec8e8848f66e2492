"""Nested containers as trees: flattened into leaves and a structure, mapped, and put together again.

Lists, tuples, named tuples, dicts, ``OrderedDict``, ``defaultdict``, ``deque`` and the tuples that ops return are nodes,
and so is every class given to :func:`register_pytree_node`; everything else, ``None`` too, is a leaf.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

__all__ = [
    "GetAttrKey", "LeafSpec", "MappingKey", "PyTree", "SequenceKey", "TreeSpec", "keystr", "register_pytree_node",
    "tree_all", "tree_all_only", "tree_any", "tree_any_only", "tree_flatten", "tree_flatten_with_path", "tree_is_leaf",
    "tree_iter", "tree_leaves", "tree_leaves_with_path", "tree_map", "tree_map_", "tree_map_only", "tree_map_only_",
    "tree_map_with_path", "tree_structure", "tree_unflatten",
]  # fmt: skip

PyTree = Any
Context = Any


@dataclass(frozen=True)
class SequenceKey:
    """The way into a sequence."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence):
        """What lies there."""
        return sequence[self.idx]


@dataclass(frozen=True)
class MappingKey:
    """The way into a mapping."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping):
        """What lies there."""
        return mapping[self.key]


@dataclass(frozen=True)
class GetAttrKey:
    """The way to an attribute."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj):
        """What lies there."""
        return attrgetter(self.name)(obj)


class NodeDef(NamedTuple):
    """How one class of containers is taken apart and made anew."""

    type: type
    flatten_fn: Callable[[Any], tuple[list[Any], Context]]
    unflatten_fn: Callable[[Iterable[Any], Context], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]] | None


SUPPORTED_NODES: dict[Any, NodeDef] = {}


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[list[Any], Context]],
    unflatten_fn: Callable[[Iterable[Any], Context], Any],
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable[[Context], Any] | None = None,
    from_dumpable_context: Callable[[Any], Context] | None = None,
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]] | None = None,
) -> None:
    """Makes a class a kind of node.

    Args:
        cls (type): the class; subclasses are not nodes by it.
        flatten_fn (callable): ``obj -> (children, context)``.
        unflatten_fn (callable): ``(children, context) -> obj``.
        serialized_type_name (str, optional): accepted; trees are not written to files here.
        to_dumpable_context, from_dumpable_context (callable, optional): likewise.
        flatten_with_keys_fn (callable, optional): as ``flatten_fn`` with a key beside each child.

    Raises:
        ValueError: the class is a node already.

    Example::

        >>> from rushlight.utils import _pytree
        >>> class Pair:
        ...     def __init__(self, a, b):
        ...         self.a, self.b = a, b
        >>> _pytree.register_pytree_node(Pair, lambda p: ([p.a, p.b], None), lambda c, _: Pair(*c))
        >>> _pytree.tree_map(lambda x: x * 2, Pair(1, [2, 3])).b
        [4, 6]
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)


_register_pytree_node = register_pytree_node


def _of_sequence(cls, key=lambda s: None, make=None):
    """A node whose children are its items."""
    SUPPORTED_NODES[cls] = NodeDef(
        cls,
        lambda s: (list(s), key(s)),
        make or (lambda children, _: cls(children)),
        lambda s: ([(SequenceKey(i), v) for i, v in enumerate(s)], key(s)),
    )


def _of_mapping(cls, context, keys, make):
    """A node whose children are its values."""
    SUPPORTED_NODES[cls] = NodeDef(
        cls,
        lambda d: (list(d.values()), context(d)),
        lambda children, c: make(zip(keys(c), children, strict=True), c),
        lambda d: ([(MappingKey(k), v) for k, v in d.items()], context(d)),
    )


_of_sequence(tuple)
_of_sequence(list)
_of_sequence(deque, lambda d: d.maxlen, deque)
_of_mapping(dict, list, lambda c: c, lambda items, _: dict(items))
_of_mapping(OrderedDict, list, lambda c: c, lambda items, _: OrderedDict(items))
_of_mapping(defaultdict, lambda d: [d.default_factory, list(d)], itemgetter(1), lambda items, c: defaultdict(c[0], items))
SUPPORTED_NODES[NamedTuple] = NodeDef(
    NamedTuple,
    lambda t: (list(t), type(t)),
    lambda children, cls: cls(*children),
    lambda t: ([(GetAttrKey(f), v) for f, v in zip(t._fields, t, strict=True)], type(t)),
)


def _kind(tree: PyTree) -> Any:
    """The key of a node's class among the nodes; None for a leaf."""
    cls = type(tree)
    if cls in SUPPORTED_NODES:
        return cls
    if isinstance(tree, tuple):
        if hasattr(cls, "_fields") and hasattr(cls, "_make"):
            return NamedTuple
        _of_sequence(cls)  # what ops return, sizes
        return cls
    return None


class TreeSpec:
    """The structure of a tree: the class of its root, what that needs beside its children, their structures.

    Args:
        type (type): the class of the root, None for a leaf.
        context: what its ``unflatten`` takes beside the children.
        children_specs (list of TreeSpec): the structures below.
    """

    __slots__ = ("_children", "_context", "_type", "num_children", "num_leaves", "num_nodes")

    def __init__(self, type: Any, context: Context, children_specs: list[TreeSpec]) -> None:
        self._type, self._context, self._children = type, context, children_specs
        self.num_children = len(children_specs)
        self.num_leaves = 1 if type is None else sum(c.num_leaves for c in children_specs)
        self.num_nodes = 1 + sum(c.num_nodes for c in children_specs)

    @property
    def type(self) -> Any:
        """The class of the root."""
        return self._context if self._type is NamedTuple else self._type

    @property
    def context(self) -> Context:
        """What the root needs beside its children."""
        return self._context

    @property
    def children_specs(self) -> list[TreeSpec]:
        """The structures below the root."""
        return self._children

    def children(self) -> list[TreeSpec]:
        """The structures below the root."""
        return list(self._children)

    def child(self, index: int) -> TreeSpec:
        """One of them."""
        return self._children[index]

    def is_leaf(self) -> bool:
        """Whether this is a single leaf."""
        return self._type is None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (self._type, self._context, self._children) == (other._type, other._context, other._children)

    def __hash__(self) -> int:
        return hash((self._type, self.num_leaves, self.num_children))

    def __repr__(self, indent: int = 0) -> str:
        if self._type is None:
            return "*"
        name = "namedtuple" if self._type is NamedTuple else self._type.__name__
        inner = (",\n" + " " * (indent + 2)).join(c.__repr__(indent + 2) for c in self._children)
        return f"TreeSpec({name}, {self._context}, [{inner}])"

    def flatten_up_to(self, tree: PyTree) -> list[PyTree]:
        """The parts of another tree where this one has leaves.

        Raises:
            ValueError: it has another structure above them.
        """
        if self._type is None:
            return [tree]
        kind = _kind(tree)
        if kind is not self._type:
            raise ValueError(f"Node type mismatch; expected {self.type!r}, but got {type(tree)!r}.")
        children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        if len(children) != self.num_children:
            raise ValueError(f"Node arity mismatch; expected {self.num_children}, but got {len(children)}.")
        if kind in (dict, OrderedDict, defaultdict):
            keys = self._context[1] if kind is defaultdict else self._context
            if set(keys) != set(tree):
                raise ValueError(f"Node keys mismatch; expected {keys!r}, but got {list(tree)!r}.")
            children = [tree[k] for k in keys]
        elif context != self._context:
            raise ValueError(f"Node context mismatch for custom node type {self.type!r}.")
        return [leaf for spec, child in zip(self._children, children, strict=True) for leaf in spec.flatten_up_to(child)]

    def unflatten(self, leaves: Iterable[Any]) -> PyTree:
        """The tree with these leaves."""
        leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(
                f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec refers to a pytree that "
                f"holds {self.num_leaves} items ({self})."
            )
        return self._made(iter(leaves))

    def _made(self, leaves: Iterator[Any]) -> PyTree:
        if self._type is None:
            return next(leaves)
        children = [spec._made(leaves) for spec in self._children]
        return SUPPORTED_NODES[self._type].unflatten_fn(children, self._context)


class LeafSpec(TreeSpec):
    """The structure of a leaf."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None, None, [])


_LEAF = LeafSpec()


def _flatten(tree: PyTree, leaves: list[Any], is_leaf) -> TreeSpec:
    kind = None if is_leaf is not None and is_leaf(tree) else _kind(tree)
    if kind is None:
        leaves.append(tree)
        return _LEAF
    children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    return TreeSpec(kind, context, [_flatten(c, leaves, is_leaf) for c in children])


def tree_flatten(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of a tree, in order, and its structure.

    Args:
        tree: any nesting of containers.
        is_leaf (callable, optional): what it answers True for is not looked into.

    Example::

        >>> from rushlight.utils import _pytree
        >>> _pytree.tree_flatten([1, {"a": 2}])
        ([1, 2], TreeSpec(list, None, [*,
          TreeSpec(dict, ['a'], [*])]))
    """
    leaves: list[Any] = []
    spec = _flatten(tree, leaves, is_leaf)
    return leaves, spec


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree of a structure with the given leaves."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(
            "tree_unflatten(leaves, treespec): Expected `treespec` to be instance of TreeSpec but got item of type "
            f"{type(treespec)}."
        )
    return treespec.unflatten(leaves)


def tree_is_leaf(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether an object is a leaf."""
    return (is_leaf is not None and is_leaf(tree)) or _kind(tree) is None


def tree_iter(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> Iterator[Any]:
    """The leaves one by one."""
    yield from tree_leaves(tree, is_leaf)


def tree_leaves(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> list[Any]:
    """The leaves of a tree."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> TreeSpec:
    """The structure of a tree."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf=None) -> PyTree:
    """A tree of ``func(leaf, *leaves of the others at the same place)``.

    Example::

        >>> from rushlight.utils import _pytree
        >>> _pytree.tree_map(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]})
        {'x': [11, 22]}
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    return spec.unflatten(map(func, leaves, *(spec.flatten_up_to(r) for r in rests)))


def tree_map_(func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf=None) -> PyTree:
    """Calls ``func`` for the leaves and answers with the tree itself."""
    leaves, spec = tree_flatten(tree, is_leaf)
    for arguments in zip(leaves, *(spec.flatten_up_to(r) for r in rests), strict=True):
        func(*arguments)
    return tree


def map_only(type_or_types_or_pred, /):
    """A decorator: the function for leaves of some types (or for which a predicate holds), nothing for the rest."""
    chosen = type_or_types_or_pred
    if not isinstance(chosen, (type, tuple)) and callable(chosen):
        asked = chosen
    else:
        asked = lambda leaf: isinstance(leaf, chosen)  # noqa: E731
    return lambda func: lambda leaf: func(leaf) if asked(leaf) else leaf


def tree_map_only(type_or_types_or_pred, /, func: Callable[[Any], Any], tree: PyTree, is_leaf=None) -> PyTree:
    """As :func:`tree_map` for the leaves of some types; the others stay."""
    return tree_map(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_map_only_(type_or_types_or_pred, /, func: Callable[[Any], Any], tree: PyTree, is_leaf=None) -> PyTree:
    """As :func:`tree_map_` for the leaves of some types."""
    return tree_map_(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_all(pred: Callable[[Any], bool], tree: PyTree, is_leaf=None) -> bool:
    """Whether something holds for all leaves."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree, is_leaf=None) -> bool:
    """Whether something holds for any leaf."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(type_or_types, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf=None) -> bool:
    """Whether something holds for all leaves of some types."""
    return all(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, type_or_types))


def tree_any_only(type_or_types, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf=None) -> bool:
    """Whether something holds for any leaf of some types."""
    return any(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, type_or_types))


def _with_path(tree: PyTree, path: tuple, out: list, is_leaf) -> None:
    kind = None if is_leaf is not None and is_leaf(tree) else _kind(tree)
    if kind is None:
        out.append((path, tree))
        return
    node = SUPPORTED_NODES[kind]
    if node.flatten_with_keys_fn is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {kind}. Please pass a flatten_with_keys_fn argument to "
            "register_pytree_node."
        )
    for key, child in node.flatten_with_keys_fn(tree)[0]:
        _with_path(child, (*path, key), out, is_leaf)


def tree_leaves_with_path(tree: PyTree, is_leaf=None) -> list[tuple[tuple, Any]]:
    """The leaves, each with the way to it."""
    out: list[tuple[tuple, Any]] = []
    _with_path(tree, (), out, is_leaf)
    return out


def tree_flatten_with_path(tree: PyTree, is_leaf=None) -> tuple[list[tuple[tuple, Any]], TreeSpec]:
    """As :func:`tree_flatten`, with the way to each leaf."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf=None) -> PyTree:
    """As :func:`tree_map` of a function that takes the way to the leaf first."""
    leaves, spec = tree_flatten_with_path(tree, is_leaf)
    ways = [path for path, _ in leaves]
    return spec.unflatten(map(func, ways, [leaf for _, leaf in leaves], *(spec.flatten_up_to(r) for r in rests)))


def keystr(kp: tuple) -> str:
    """The way to a leaf as one writes it."""
    return "".join(str(k) for k in kp)


def _broadcast_to_and_flatten(tree: PyTree, treespec: TreeSpec, is_leaf=None) -> list[Any] | None:
    """The leaves of a tree for those of a structure that may go deeper; None if they do not fit."""
    kind = None if is_leaf is not None and is_leaf(tree) else _kind(tree)
    if kind is None:
        return [tree] * treespec.num_leaves
    if treespec._type is not kind:
        return None
    children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    if len(children) != treespec.num_children or context != treespec._context:
        return None
    out: list[Any] = []
    for child, spec in zip(children, treespec._children, strict=True):
        flat = _broadcast_to_and_flatten(child, spec, is_leaf)
        if flat is None:
            return None
        out += flat
    return out
