"""Functions of shapes and choices, and views as copies."""

import itertools

import numpy as np
import pytest
import rushlight as rl


@pytest.mark.parametrize(
    "n, r, again",
    [
        (4, 2, False),
        (4, 2, True),
        (5, 3, False),
        (3, 4, True),
        (3, 4, False),
        (0, 2, True),
        (3, 1, False),
        (2, 0, False),
    ],
)
def test_combinations_are_those_of_itertools(n, r, again):
    x = rl.arange(10, 10 + n)
    pick = itertools.combinations_with_replacement if again else itertools.combinations
    want = [list(c) for c in pick(x.tolist(), r)] if r else []
    assert rl.combinations(x, r, again).tolist() == want


def test_unravel_index_is_numpys():
    i = rl.tensor([[0, 5], [11, 23]])
    for ours, theirs in zip(rl.unravel_index(i, (2, 3, 4)), np.unravel_index(i.numpy(), (2, 3, 4))):
        assert ours.tolist() == theirs.tolist()
    assert rl.unravel_index(rl.tensor(3), ()) == () and rl.unravel_index(rl.tensor([3]), 4)[0].tolist() == [3]
    with pytest.raises(TypeError, match="integer dtype"):
        rl.unravel_index(rl.ones(2), (2,))
    with pytest.raises(ValueError, match="negative"):
        rl.unravel_index(i, (2, -3))


def test_broadcast_shapes_are_numpys():
    for shapes in [((2, 1), (3,)), ((), (4, 1)), (3, (2, 1)), ((0, 1), (5,)), ()]:
        assert rl.broadcast_shapes(*shapes) == np.broadcast_shapes(*shapes)
    with pytest.raises(RuntimeError, match="broadcast a dimension of length 4 at -1"):
        rl.broadcast_shapes((2, 3), (4,))


@pytest.mark.parametrize("density", [False, True])
def test_histogramdd_is_numpys(density):
    x, w = rl.rand(50, 3, dtype=rl.float64), rl.rand(50, dtype=rl.float64)
    for bins, bounds in [([2, 3, 4], None), ([2, 2, 2], [0.1, 0.9, 0.0, 1.0, 0.2, 0.7])]:
        pairs = None if bounds is None else list(zip(bounds[::2], bounds[1::2]))
        hist, edges = rl.histogramdd(x, bins, range=bounds, weight=w, density=density)
        want, at = np.histogramdd(x.numpy(), bins, range=pairs, weights=w.numpy(), density=density)
        assert np.allclose(hist.numpy(), want) and all(np.allclose(a.numpy(), b) for a, b in zip(edges, at))
    edges = [rl.tensor([0.0, 0.5, 1.0], dtype=rl.float64), rl.tensor([0.2, 0.9], dtype=rl.float64)]
    hist = rl.histogramdd(x[:, :2], edges).hist
    assert np.allclose(hist.numpy(), np.histogramdd(x[:, :2].numpy(), [e.numpy() for e in edges])[0])


def test_nonzero_static_has_a_known_size():
    x = rl.tensor([[0, 1], [2, 0]])
    assert rl.nonzero_static(x, size=1).tolist() == [[0, 1]]
    assert x.nonzero_static(size=3, fill_value=7).tolist() == [[0, 1], [1, 0], [7, 7]]
    assert rl.nonzero_static(rl.tensor(1), size=2).shape == (2, 0)


def test_sum_to_size_undoes_expand():
    x = rl.arange(6.0).reshape(2, 3).requires_grad_()
    assert x.sum_to_size(1, 3).tolist() == [[3, 5, 7]] and x.sum_to_size((3,)).tolist() == [3, 5, 7]
    x.sum_to_size(2, 1).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1], [1, 1, 1]]
    with pytest.raises(RuntimeError, match=r"size \{\[4\]\} is not expandable to size \{\[2, 3\]\}"):
        x.sum_to_size(4)


def test_resize_as():
    x = rl.arange(6)
    assert x.resize_as_(rl.ones(2, 2)) is x and x.tolist() == [[0, 1], [2, 3]]


VIEWS = {
    "alias": (), "diagonal": (1,), "expand": ((2, 3, 4),), "narrow": (1, 1, 2), "permute": ((2, 0, 1),), "select": (1, 0),
    "squeeze": (), "transpose": (0, 2), "unfold": (2, 2, 1), "unsqueeze": (1,), "view": ((4, 6),), "detach": (),
    "as_strided": ((2, 2), (1, 3), 1), "split_with_sizes": ([1, 2], 1), "unbind": (1,),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_copies_are_views_with_memory_of_their_own(name):
    x = rl.arange(24.0).reshape(2, 3, 4)
    copy = getattr(rl, f"{name}_copy")(x, *VIEWS[name])
    view = x if name == "alias" else getattr(x, name)(*VIEWS[name])
    for c, v in zip(copy, view) if isinstance(view, tuple) else [(copy, view)]:
        assert rl.equal(c, v) and c.untyped_storage().data_ptr() != x.untyped_storage().data_ptr()


def test_unsafe_pieces_may_be_changed():
    x = rl.ones(4, requires_grad=True)
    a, b = rl.unsafe_chunk(x * 2, 2)
    a.mul_(3)
    (a.sum() + b.sum()).backward()
    assert x.grad.tolist() == [6, 6, 2, 2]
    assert [p.tolist() for p in rl.unsafe_split(rl.arange(5), 2)] == [[0, 1], [2, 3], [4]]
