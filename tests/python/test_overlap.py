"""Memory that is read and written at once, and halves that are added up in place."""

import pytest
import rushlight as rl

WORDS = "some elements of the input tensor and the written-to tensor refer to a single memory location"

IN_PLACE = {
    "add": lambda a, b: a.add_(b),
    "sub": lambda a, b: a.sub_(b),
    "mul": lambda a, b: a.mul_(b),
    "div": lambda a, b: a.div_(b),
    "atan2": lambda a, b: a.atan2_(b),
    "fmod": lambda a, b: a.fmod_(b),
    "lerp": lambda a, b: a.lerp_(b, 0.5),
    "addcmul": lambda a, b: a.addcmul_(b, b),
    "copy": lambda a, b: a.copy_(b),
    "set": lambda a, b: a.__setitem__(slice(None), b),
    "lt": lambda a, b: a.lt_(b),
    "masked_fill": lambda a, b: a.masked_fill_(b > 2, b[0]),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_partial_overlap_is_refused(name):
    base = rl.arange(1.0, 8.0)
    before = base.clone()
    if name == "masked_fill":  # the mask is a tensor of its own: nothing overlaps
        IN_PLACE[name](base[1:].clone(), base[:-1])
        return
    with pytest.raises(RuntimeError, match=WORDS):
        IN_PLACE[name](base[1:], base[:-1])
    assert rl.equal(base, before)
    with pytest.raises(RuntimeError, match=WORDS):
        square = rl.arange(9.0).view(3, 3)
        IN_PLACE[name](square, square.t())


def test_what_does_not_overlap_in_part_is_computed():
    base = rl.arange(8.0)
    base[:4].add_(base[4:])
    assert base.tolist() == [4.0, 6.0, 8.0, 10.0, 4.0, 5.0, 6.0, 7.0]
    base.mul_(base)
    assert base[0] == 16
    # neither part fills a stretch of memory: computed as if copied first
    grid = rl.arange(12.0).view(3, 4)
    right = grid[:, 1:] + grid[:, :-1]
    grid[:, 1:].add_(grid[:, :-1])
    assert rl.equal(grid[:, 1:], right)


def test_partial_overlap_of_a_given_result():
    x = rl.arange(6.0)
    for call in (
        lambda: rl.add(x[:-1], 1, out=x[1:]),
        lambda: rl.exp(x[:-1], out=x[1:]),
        lambda: rl.maximum(x[:-1], x[:-1], out=x[1:]),
        lambda: rl.clamp(x[:-1], 0, 1, out=x[1:]),
    ):
        with pytest.raises(RuntimeError, match=WORDS):
            call()
    assert x.tolist() == [0, 1, 2, 3, 4, 5]
    rl.add(x, 1, out=x)
    assert x.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16])
def test_halves_are_added_up_in_float32(dtype):
    n = 5000
    near = 5000 if dtype == rl.float16 else 4992
    ones, zeros = rl.ones(n, dtype=dtype), rl.zeros(2, dtype=dtype)
    index = rl.zeros(n, dtype=rl.int64)
    results = [
        zeros.scatter_add(0, index, ones),
        zeros.scatter_reduce(0, index, ones, "sum"),
        zeros.index_add(0, index, ones),
        zeros.index_put((index,), ones, accumulate=True),
        zeros.put(index, ones, accumulate=True),
        zeros.clone().scatter_add_(0, index, ones),
        zeros.clone().index_add_(0, index, ones),
        zeros.scatter(0, index, ones, reduce="add"),
    ]
    for result in results:
        assert result.tolist() == [near, 0] and result.dtype == dtype
    assert zeros.scatter_reduce(0, index, ones, "mean", include_self=False).tolist() == [1, 0]
    for read in (
        lambda x: x.gather(0, index),
        lambda x: x[index],
        lambda x: x.index_select(0, index),
        lambda x: x.take(index),
        lambda x: x.expand(n, 2),
    ):
        x = rl.ones(2, dtype=dtype, requires_grad=True)
        read(x).sum(dtype=rl.float32).backward()
        assert x.grad[0].item() == near


def test_a_sorter_outlives_the_search():
    """The positions of a sorter whose memory NumPy shares, or that lies apart, are copied: the copy lives until the end."""
    np = pytest.importorskip("numpy")
    values = rl.rand(4000)
    order = values.argsort()
    strided = rl.stack((order, order)).t()[:, 0]
    shared = rl.from_numpy(order.numpy())
    for sorter in (strided, shared):
        got = rl.searchsorted(values, values, sorter=sorter)
        assert rl.equal(got, rl.searchsorted(values[order], values))
    assert np.shares_memory(shared.numpy(), order.numpy())


BY_POSITION = {
    "index_copy": lambda x, i: x.index_copy_(0, i, x),
    "index_add": lambda x, i: x.index_add_(0, i, x),
    "index_put": lambda x, i: x.index_put_((i,), x),
    "set": lambda x, i: x.__setitem__(i, x),
    "put": lambda x, i: x.put_(i, x),
    "scatter": lambda x, i: x.scatter_(0, i, x),
    "scatter_add": lambda x, i: x.scatter_add_(0, i, x),
    "scatter_reduce": lambda x, i: x.scatter_reduce_(0, i, x, "amax"),
    "index as target": lambda x, i: i.scatter_(0, i, 3),
    "gather out": lambda x, i: rl.gather(x, 0, i, out=x),
    "index_select out": lambda x, i: rl.index_select(x, 0, i, out=x),
    "masked_select out": lambda x, i: rl.masked_select(x, x > 1, out=x),
    "nonzero out": lambda x, i: rl.nonzero(i, out=i),
    "sort out": lambda x, i: rl.sort(x[:3], out=(x[1:], rl.empty(3, dtype=rl.int64))),
    "topk out": lambda x, i: rl.topk(x, 2, out=(x[:2], rl.empty(2, dtype=rl.int64))),
    "max out": lambda x, i: rl.max(x, 0, out=(x[0], rl.empty((), dtype=rl.int64))),
}


@pytest.mark.parametrize("name", BY_POSITION)
def test_writes_by_position_read_from_elsewhere(name):
    x, i = rl.arange(4.0), rl.tensor([3, 2, 1, 0])
    with pytest.raises(RuntimeError, match=WORDS):
        BY_POSITION[name](x, i)
    assert x.tolist() == [0, 1, 2, 3] and i.tolist() == [3, 2, 1, 0]


def test_values_read_before_anything_is_written_may_lie_there():
    x = rl.arange(4.0)
    assert x.masked_fill_(rl.ones(4, dtype=rl.bool), x[1]).tolist() == [1, 1, 1, 1]
    x = rl.arange(4.0)
    assert x.index_fill_(0, rl.tensor([1]), x[0]).tolist() == [0, 0, 2, 3]
    x = rl.arange(4.0)
    assert rl.sort(x, descending=True, out=(x, rl.empty(4, dtype=rl.int64))).values.tolist() == [3, 2, 1, 0]


def test_probabilities_may_lie_where_the_draws_go_or_apart_from_them():
    x = rl.tensor([1.0, 0.0, 1.0, 1.0, 0.0])
    assert x.bernoulli_(x).tolist() == [1, 0, 1, 1, 0]
    with pytest.raises(RuntimeError, match="refer to a single memory location"):
        x[1:].bernoulli_(x[:-1])


def test_shared_elements_are_not_assigned():
    for index in (slice(None), slice(1, None)):
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            rl.zeros(1).expand(3)[index] = 2.0


def test_masked_writes_reach_shared_elements():
    eye = rl.eye(3, dtype=rl.bool)
    for write in (
        lambda x: x.masked_fill_(eye, 9.0),
        lambda x: x.masked_fill_(eye, rl.tensor(9.0)),
        lambda x: x.__setitem__(eye, 9.0),
        lambda x: x.index_put_((eye,), rl.tensor(9.0)),
    ):
        base = rl.arange(3.0)
        write(base.expand(3, -1))
        assert base.tolist() == [9, 9, 9]
    base = rl.arange(3.0)
    base.expand(3, -1).masked_fill_(eye & rl.tensor([True, False, False]), 9.0)
    assert base.tolist() == [9, 1, 2]
