"""Trees of containers: what is taken apart is put together again; functions over leaves; paths; dumps."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest
import rushlight as rl
from rushlight.utils import _pytree as pytree

Point = namedtuple("Point", "x y")

TREES = [
    ({"b": [1, (2, 3)], "a": None}, [1, 2, 3, None]),
    (Point(1, [2]), [1, 2]),
    (OrderedDict(b=1, a=[2]), [1, 2]),
    (defaultdict(list, {"a": [1, 2]}), [1, 2]),
    (deque([1, (2,)], maxlen=3), [1, 2]),
    (rl.Size([2, 3]), [2, 3]),
    ([], []),
    ((), []),
    (5, [5]),
    ({1, 2}, [{1, 2}]),
]


@pytest.mark.parametrize(("tree", "leaves"), TREES, ids=lambda x: type(x).__name__)
def test_trees_come_back(tree, leaves):
    found, spec = pytree.tree_flatten(tree)
    assert found == leaves == pytree.tree_leaves(tree)
    again = pytree.tree_unflatten(found, spec)
    assert again == tree
    assert type(again) is type(tree)
    assert spec.num_leaves == len(leaves)
    assert spec == pytree.tree_structure(tree)
    assert hash(spec) == hash(pytree.tree_structure(tree))
    if not isinstance(tree, (set, Point)):  # a class of the test has no address to load from
        assert pytree.treespec_loads(pytree.treespec_dumps(spec)) == spec
    assert [leaf for _, leaf in pytree.tree_leaves_with_path(tree)] == leaves
    for path, leaf in pytree.tree_leaves_with_path(tree):
        assert pytree.key_get(tree, path) == leaf


def test_results_with_named_items_are_nodes():
    found = rl.tensor([[1.0, 3.0]]).max(dim=1)
    doubled = pytree.tree_map(lambda x: 2 * x, found)
    assert type(doubled) is type(found)
    assert doubled.values.item() == 6


def test_printed_forms():
    spec = pytree.tree_structure({"b": [1, (2, 3)], "a": None})
    assert repr(spec) == (
        "TreeSpec(dict, ['b', 'a'], [TreeSpec(list, None, [*,\n    TreeSpec(tuple, None, [*,\n      *])]),\n  *])"
    )
    assert pytree.treespec_pprint(spec) == "{'b': [*, (*, *)], 'a': *}"
    assert repr(pytree.LeafSpec()) == "*"


def test_maps_over_several_trees():
    assert pytree.tree_map(lambda x, y: x + y, [1, (2,)], [3, (4,)]) == [4, (6,)]
    # dicts of any order, and of any kind
    assert pytree.tree_map(lambda x, y: (x, y), {"b": 1, "a": 2}, OrderedDict(a=3, b=4)) == {
        "b": (1, 4),
        "a": (2, 3),
    }
    # a leaf may have a whole tree in its place
    assert pytree.tree_map(lambda x, y: y, [1, 2], [[3, 4], 5]) == [[3, 4], 5]
    seen = []
    tree = [1, [2]]
    assert pytree.tree_map_(seen.append, tree) is tree
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("tree", "other", "words"),
    [
        ([1, 2], [1], "Node arity mismatch; expected 2, but got 1."),
        ([1, 2], (1, 2), "Node type mismatch; expected <class 'list'>, but got <class 'tuple'>."),
        ({"a": 1}, {"b": 1}, "Node keys mismatch; missing key(s): {'a'}; extra key(s): {'b'}."),
    ],
)
def test_trees_of_other_shapes(tree, other, words):
    with pytest.raises(ValueError) as caught:
        pytree.tree_map(lambda x, y: x, tree, other)
    assert str(caught.value) == words


def test_leaves_must_be_as_many():
    with pytest.raises(
        ValueError, match="`leaves` has length 1 but the spec refers to a pytree that holds 2 items"
    ):
        pytree.tree_unflatten([1], pytree.tree_structure([1, 2]))
    with pytest.raises(TypeError, match="an instance of PyTreeSpec"):
        pytree.tree_unflatten([1], 3)


def test_some_leaves_only():
    tree = {"a": 1, "b": 2.5, "c": "x"}
    assert pytree.tree_map_only(int, lambda x: -x, tree) == {"a": -1, "b": 2.5, "c": "x"}
    assert pytree.tree_map_only((int, float), lambda x: -x, tree) == {"a": -1, "b": -2.5, "c": "x"}
    assert pytree.tree_map_only(lambda x: x == "x", str.upper, tree)["c"] == "X"
    assert pytree.tree_all_only(int, lambda x: x > 0, tree)
    assert not pytree.tree_any_only(str, lambda x: x == "y", tree)
    assert pytree.tree_all(bool, []) and not pytree.tree_any(bool, [])
    assert pytree.tree_leaves([1, [2, 3]], is_leaf=lambda x: x == [2, 3]) == [1, [2, 3]]


def test_paths():
    tree = {"a": [1, Point(2, 3)]}
    assert pytree.tree_map_with_path(lambda path, x: pytree.keystr(path), tree) == {
        "a": ["['a'][0]", Point("['a'][1].x", "['a'][1].y")]
    }


def test_registered_classes():
    class Pair:
        def __init__(self, a, b):
            self.a, self.b = a, b

    class Other(Pair):
        pass

    pytree.register_pytree_node(Pair, lambda p: ([p.a, p.b], None), lambda children, _: Pair(*children))
    try:
        doubled = pytree.tree_map(lambda x: 2 * x, Pair(1, [2]))
        assert (doubled.a, doubled.b) == (2, [4])
        assert pytree.tree_is_leaf(Other(1, 2))
        with pytest.raises(ValueError, match="already registered"):
            pytree.register_pytree_node(Pair, None, None)
        with pytest.raises(ValueError, match="Did not find a flatten_with_keys_fn"):
            pytree.tree_flatten_with_path(Pair(1, 2))
        with pytest.raises(NotImplementedError, match="No registered serialization name"):
            pytree.treespec_dumps(pytree.tree_structure(Pair(1, 2)))
    finally:
        del pytree.SUPPORTED_NODES[Pair]


def test_leaves_broadcast_over_a_shape():
    spec = pytree.tree_structure([1, (2, 3)])
    assert pytree._broadcast_to_and_flatten(7, spec) == [7, 7, 7]
    assert pytree._broadcast_to_and_flatten([7, 8], spec) == [7, 8, 8]
    assert pytree._broadcast_to_and_flatten([7, 8, 9], spec) is None


def test_constants_are_structure():
    class Config:
        def __init__(self, n):
            self.n = n

        def __eq__(self, other):
            return self.n == other.n

        def __hash__(self):
            return hash(self.n)

    pytree.register_constant(Config)
    leaves, spec = pytree.tree_flatten([1, Config(3)])
    assert leaves == [1] and spec == pytree.tree_flatten([7, Config(3)])[1] != pytree.tree_flatten([7, Config(4)])[1]
    assert pytree.tree_unflatten([5], spec) == [5, Config(3)]
    with pytest.raises(TypeError, match="non-default `__eq__`"):
        pytree.register_constant(type("Plain", (), {}))


def test_sets_in_the_order_of_arrival():
    import pickle

    from rushlight.utils._ordered_set import OrderedSet

    s = OrderedSet([3, 1, 3, 2])
    assert list(s) == [3, 1, 2] and list(reversed(s)) == [2, 1, 3] and repr(s) == "OrderedSet([3, 1, 2])"
    assert list(s | {9}) == [3, 1, 2, 9] and list(s & {2, 3}) == [3, 2] and list(s - {1}) == [3, 2]
    assert list(s ^ {1, 7}) == [3, 2, 7] and s == {1, 2, 3} and s == OrderedSet([1, 2, 3]) and s != OrderedSet([1])
    assert list(s.union([5], [6])) == [3, 1, 2, 5, 6] and list(s.difference([3], [2])) == [1]
    assert s.issuperset([1]) and s.issubset([1, 2, 3, 4]) and not s.issubset([1])
    assert list(pickle.loads(pickle.dumps(s))) == [3, 1, 2]
    s.symmetric_difference_update([3, 8])
    s.intersection_update([8, 2])
    assert list(s) == [2, 8] and s.pop() == 8 and s.pop() == 2
    with pytest.raises(KeyError):
        s.pop()
    with pytest.raises(TypeError):
        s | [1]
    with pytest.raises(TypeError):
        hash(s)
