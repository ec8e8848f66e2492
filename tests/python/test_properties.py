"""What holds for all shapes, indices and dtypes, against NumPy on random cases."""

import numpy as np
import pytest
import rushlight as rl
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

settings.register_profile("suite", max_examples=120, deadline=None, derandomize=True)
settings.load_profile("suite")

shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
DTYPES = [
    rl.bool, rl.uint8, rl.int8, rl.int16, rl.int32, rl.int64,
    rl.float16, rl.bfloat16, rl.float32, rl.float64, rl.complex64, rl.complex128,
]  # fmt: skip


def counted(shape):
    """Every element different."""
    return np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)


def both(shape):
    a = counted(shape)
    return a, rl.from_numpy(a.copy())


def same(t, a):
    assert tuple(t.shape) == a.shape
    np.testing.assert_array_equal(t.numpy(), a)


# ---- broadcasting ----------------------------------------------------------------------------------------------------


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
def test_broadcasting(shapes):
    (sa, sb), result = shapes.input_shapes, shapes.result_shape
    (a, x), (b, y) = both(sa), both(sb)
    same(x + y, a + b)
    same(x * y, a * b)
    same(rl.maximum(x, y), np.maximum(a, b))
    assert tuple(rl.broadcast_shapes(sa, sb)) == result if hasattr(rl, "broadcast_shapes") else True
    for got, want in zip(rl.broadcast_tensors(x, y), np.broadcast_arrays(a, b), strict=True):
        same(got, want)


@given(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
def test_broadcasting_of_three(shapes):
    (a, x), (b, y), (c, z) = map(both, shapes.input_shapes)
    same(rl.where(x % 2 == 0, y, z), np.where(a % 2 == 0, b, c))
    same(rl.addcmul(x, y, z), a + b * c)


@given(shapes, shapes)
def test_shapes_that_do_not_broadcast_are_refused(sa, sb):
    (a, x), (b, y) = both(sa), both(sb)
    try:
        want = a + b
    except ValueError:
        with pytest.raises(RuntimeError):
            x + y
    else:
        same(x + y, want)


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
def test_gradients_are_summed_to_their_shapes(shapes):
    x, y = (rl.ones(s, dtype=rl.float64, requires_grad=True) for s in shapes.input_shapes)
    (x * y * 2).sum().backward()
    total = int(np.prod(shapes.result_shape))
    for t in (x, y):
        assert t.grad.shape == t.shape
        if t.numel():
            np.testing.assert_array_equal(t.grad.numpy(), np.full(tuple(t.shape), 2.0 * total / t.numel()))


# ---- indexing --------------------------------------------------------------------------------------------------------


@st.composite
def basic(draw):
    shape = draw(shapes)
    index = draw(hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))
    return shape, index


def positive_steps(index):
    items = index if isinstance(index, tuple) else (index,)
    return all(not isinstance(i, slice) or i.step is None or i.step > 0 for i in items)


@given(basic().filter(lambda case: positive_steps(case[1])))
def test_basic_indexing(case):
    shape, index = case
    a, x = both(shape)
    view = x[index]
    same(view, a[index])
    if view.numel():
        view.add_(1000)  # it is a view
        assert (x.numpy() >= 1000).sum() == view.numel()


@given(basic().filter(lambda case: positive_steps(case[1])))
def test_assignment_to_slices(case):
    shape, index = case
    a, x = both(shape)
    a[index] = -5
    x[index] = -5
    same(x, a)
    value = a[index] * 2
    a[index] = value
    x[index] = rl.from_numpy(np.array(value))
    same(x, a)


@given(basic().filter(lambda case: not positive_steps(case[1])))
def test_negative_steps_are_refused(case):
    shape, index = case
    with pytest.raises(ValueError):
        both(shape)[1][index]


@st.composite
def masked(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    depth = draw(st.integers(1, len(shape)))
    return shape, draw(hnp.arrays(bool, shape[:depth]))


@given(masked())
def test_masks(case):
    shape, mask = case
    a, x = both(shape)
    m = rl.from_numpy(mask)
    same(x[m], a[mask])
    a[mask] = 7
    x[m] = 7
    same(x, a)
    same(m.nonzero(), np.argwhere(mask))


@st.composite
def lists(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    index = draw(
        hnp.integer_array_indices(
            shape[: draw(st.integers(1, len(shape)))],
            result_shape=hnp.array_shapes(min_dims=0, max_dims=2, max_side=3),
        )
    )
    return shape, index


@given(lists())
def test_lists_of_indices(case):
    shape, index = case
    a, x = both(shape)
    t = tuple(rl.from_numpy(np.array(i)) for i in index)
    same(x[t], a[index])
    np.add.at(a, index, 3)
    same(x.index_put(t, rl.tensor(3), accumulate=True), a)


@st.composite
def mixed(draw):
    """Slices, integers, lists and masks in one index."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=4))
    length = draw(st.integers(1, 3))
    index = []
    for side in shape[: draw(st.integers(1, len(shape)))]:
        kind = draw(st.sampled_from(["slice", "list", "integer", "new"]))
        if kind == "new":
            index.append(None)
        if kind in ("slice", "new"):
            index.append(slice(draw(st.integers(-side, side)), None, draw(st.integers(1, 2))))
        elif kind == "integer":
            index.append(draw(st.integers(-side, side - 1)))
        else:
            index.append(
                np.array(draw(st.lists(st.integers(-side, side - 1), min_size=length, max_size=length)))
            )
    return shape, tuple(index)


@given(mixed())
def test_mixed_indices(case):
    shape, index = case
    a, x = both(shape)
    same(x[tuple(rl.from_numpy(i) if isinstance(i, np.ndarray) else i for i in index)], a[index])


@given(shapes, st.integers(-6, 6))
def test_integers_out_of_range(shape, i):
    a, x = both(shape)
    if shape and -shape[0] <= i < shape[0]:
        same(x[i], a[i])
    else:
        with pytest.raises(IndexError):
            x[i]


# ---- views -----------------------------------------------------------------------------------------------------------


@st.composite
def permuted(draw):
    shape = draw(shapes)
    return shape, tuple(draw(st.permutations(range(len(shape)))))


@given(permuted())
def test_permute(case):
    shape, order = case
    a, x = both(shape)
    y = x.permute(order)
    same(y, a.transpose(order))
    same(y.contiguous(), a.transpose(order))
    assert y.is_contiguous() == (y.contiguous() is y)
    same(y.flatten(), a.transpose(order).ravel())
    if x.numel():
        assert y.data_ptr() == x.data_ptr()


@st.composite
def reshaped(draw):
    """A shape, an order of its axes, and another shape with as many elements."""
    factors = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    shape, order = draw(st.permutations(factors)), None
    order = tuple(draw(st.permutations(range(len(shape)))))
    target = list(draw(st.permutations(factors)))
    for _ in range(draw(st.integers(0, 2))):
        if len(target) > 1:
            i = draw(st.integers(0, len(target) - 2))
            target[i : i + 2] = [target[i] * target[i + 1]]
    if draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return tuple(shape), order, tuple(target)


@given(reshaped())
def test_reshape_and_view(case):
    shape, order, target = case
    a, x = both(shape)
    a, x = a.transpose(order), x.permute(order)
    want = a.reshape(target)
    same(x.reshape(target), want)
    try:
        y = x.view(target)
    except RuntimeError:
        # refused only if no strides can show it, which is when NumPy must copy
        assert not np.shares_memory(want, a) or a.size == 0
    else:
        same(y, want)
        assert y.data_ptr() == x.data_ptr()


@given(shapes.filter(len), st.data())
def test_writing_through_a_view(shape, data):
    a, x = both(shape)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    start = data.draw(st.integers(0, shape[axis]))
    view, part = x.transpose(0, axis).narrow(0, start, shape[axis] - start), np.swapaxes(a, 0, axis)[start:]
    view.add_(100)
    part += 100
    same(x, a)
    assert x._version == view._version


@given(shapes, st.data())
def test_reductions(shape, data):
    a, x = both(shape)
    if not shape:
        return
    axes = data.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    keep = data.draw(st.booleans())
    same(x.sum(tuple(axes), keepdim=keep), a.sum(tuple(axes), keepdims=keep))
    axis = axes.pop() - len(shape)
    same(x.cumsum(axis), a.cumsum(axis))
    same(x.flip(axis), np.flip(a, axis))
    same(x.roll(2, axis), np.roll(a, 2, axis))
    if shape[axis]:
        same(x.argmax(axis, keepdim=keep), a.argmax(axis, keepdims=keep))
        same((-x).sort(axis).values, np.sort(-a, axis))


@given(shapes.filter(len), st.data())
def test_joining_what_was_split(shape, data):
    a, x = both(shape)
    axis = data.draw(st.integers(0, len(shape) - 1))
    size = data.draw(st.integers(1, 4))
    same(rl.cat(x.split(size, axis), axis), a)
    if shape[axis]:
        same(rl.stack(x.unbind(axis), axis), a)


@given(
    hnp.arrays(
        np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6)
    ),
    st.sampled_from(["float32", "float64", "complex64", "int32"]),
)
def test_numpy_and_lists_round_trip(a, dtype):
    a = a.astype(dtype)
    x = rl.tensor(a)
    same(x, a)
    assert x.tolist() == a.tolist()
    same(rl.tensor(a.tolist(), dtype=x.dtype), a) if a.size else None


# ---- promotion -------------------------------------------------------------------------------------------------------

dtypes = st.sampled_from(DTYPES)


@given(dtypes, dtypes)
def test_promotion_is_symmetric(a, b):
    result = rl.promote_types(a, b)
    assert result is rl.promote_types(b, a)
    assert rl.can_cast(a, result) and rl.can_cast(b, result)
    x, y = rl.ones(2, dtype=a), rl.ones(2, dtype=b)
    assert (x + y).dtype is result and (y + x).dtype is result
    assert rl.result_type(x, y) is result


@given(dtypes, dtypes, dtypes)
def test_promotion_is_associative(a, b, c):
    assert rl.promote_types(rl.promote_types(a, b), c) is rl.promote_types(a, rl.promote_types(b, c))


def category(dtype):
    return 0 if dtype is rl.bool else 3 if dtype.is_complex else 2 if dtype.is_floating_point else 1


@given(dtypes, dtypes)
def test_a_0d_operand_counts_by_its_category_only(a, b):
    x, y = rl.ones(2, dtype=a), rl.ones((), dtype=b)
    result = (x * y).dtype
    assert result is (y * x).dtype
    if category(b) <= category(a):
        assert result is a
    else:
        assert category(result) == category(b)


@given(dtypes, st.sampled_from([True, 3, 2.5, 1j]))
def test_a_number_counts_by_its_category_only(a, number):
    result = (rl.ones(2, dtype=a) * number).dtype
    assert result is (number * rl.ones(2, dtype=a)).dtype
    kind = {bool: 0, int: 1, float: 2, complex: 3}[type(number)]
    assert result is a if kind <= category(a) else category(result) == kind


@pytest.mark.parametrize("n", [0, 1, 7, 300, 5000])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.bool_, np.float32, np.float64, np.float16])
@pytest.mark.parametrize("wide", [False, True])
def test_distinct_elements_their_places_and_counts(n, dtype, wide):
    rng = np.random.default_rng(n)
    x = rng.integers(-(1 << 50) if wide else -9, 1 << 50 if wide else 9, n).astype(dtype)
    for order in (lambda x: x, np.sort, lambda x: np.sort(x)[::-1].copy()):
        a = order(x)
        values, places, counts = np.unique(a, return_inverse=True, return_counts=True)
        found = rl.unique(rl.from_numpy(a), return_inverse=True, return_counts=True)
        for got, want in zip(found, (values, places, counts)):
            np.testing.assert_array_equal(got.numpy(), want)
        assert rl.unique(rl.from_numpy(a)).equal(found[0])
        assert rl.unique(rl.from_numpy(a), return_counts=True)[1].equal(found[2])
        if n % 5 == 0:
            square = rl.unique(rl.from_numpy(a).view(5, -1), return_inverse=True)[1]
            assert square.equal(found[1].view(5, -1))


def test_every_nan_is_distinct_and_zeros_are_one():
    x = rl.tensor([float("nan"), 0.0, -0.0, float("nan"), 1.0])
    values, places, counts = x.unique(return_inverse=True, return_counts=True)
    assert values[:2].tolist() == [0.0, 1.0] and values[2:].isnan().all() and counts.tolist() == [2, 1, 1, 1]
    assert places.tolist() == [2, 0, 0, 3, 1]
