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
