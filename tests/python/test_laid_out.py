"""What an op answers does not depend on how its input lies in memory: strided, turned, expanded, narrow."""

import pytest
import rushlight as rl


def layouts(shape, make):
    """Tensors of a shape, each laid out in another way."""
    x = make(*shape)
    yield x
    yield make(*shape[:-1], 2 * shape[-1])[..., ::2]
    yield make(*(n + 2 for n in shape))[tuple(slice(1, 1 + n) for n in shape)]
    yield make(*reversed(shape)).permute(*reversed(range(len(shape))))
    if len(shape) > 1:
        yield make(*shape[:-2], shape[-1], shape[-2]).transpose(-1, -2)
        yield make(2 * shape[0], *shape[1:])[::2]
    for axis in range(len(shape)):
        yield make(*(1 if i == axis else n for i, n in enumerate(shape))).expand(*shape)


def floats(*shape):
    return rl.randn(*shape, dtype=rl.float64)


def ties(*shape):
    x = rl.randint(0, 4, shape).to(rl.float32)
    return rl.where(rl.rand(*shape) < 0.03, float("nan"), x)


def shorts(*shape):
    return rl.randint(-5, 5, shape).to(rl.int16)


SHAPES = [(7,), (5, 1), (1, 9), (3, 40), (70, 6), (130, 33), (2, 3, 17), (4, 66, 20), (3, 2, 1, 5), (600, 4), (4, 600)]


def same(a, b):
    rl.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("make", [floats, ties, shorts])
@pytest.mark.parametrize("shape", SHAPES)
def test_extremes_and_their_places(shape, make):
    for x in layouts(shape, make):
        for axis in range(len(shape)):
            lines = x.movedim(axis, -1).contiguous().reshape(-1, shape[axis])
            rest = [n for i, n in enumerate(shape) if i != axis]
            for name in ("max", "min"):
                got = getattr(x, name)(axis)
                want = [getattr(line, name)(0) for line in lines]
                same(got.values, rl.stack([w.values for w in want]).reshape(rest))
                same(got.indices, rl.stack([w.indices for w in want]).reshape(rest))
                same(getattr(x, "arg" + name)(axis), got.indices)


@pytest.mark.parametrize("make", [floats, ties, shorts])
@pytest.mark.parametrize("shape", [(5, 1), (1, 9), (2, 30), (3, 40), (70, 6), (130, 33), (4, 66, 20), (600, 4)])
def test_selections(shape, make):
    for x in layouts(shape, make):
        for axis in range(len(shape)):
            n = shape[axis]
            lines = x.movedim(axis, -1).contiguous()
            for k in {1, min(n, 5), n}:
                for largest in (True, False):
                    got, want = x.topk(k, axis, largest), lines.topk(k, -1, largest)
                    same(got.values.movedim(axis, -1), want.values)
                    # equal elements: any of their places
                    same(x.gather(axis, got.indices), got.values)
                    if make is floats and not any(s == 0 for s in x.stride()):
                        same(got.indices.movedim(axis, -1), want.indices)
                got = x.kthvalue(k, axis)
                same(got.values, lines.sort(-1).values[..., k - 1])
                same(x.gather(axis, got.indices.unsqueeze(axis)).squeeze(axis), got.values)
            for name in ("median", "mode"):
                got, want = getattr(x, name)(axis), getattr(lines, name)(-1)
                same(got.values, want.values)
                same(got.indices, want.indices)


@pytest.mark.parametrize("shape", [(5, 1), (1, 9), (3, 40), (40, 3), (2, 70, 2), (3, 2, 70), (0, 4), (4, 0), (2, 3, 4, 1)])
@pytest.mark.parametrize("diagonal", [-100, -3, -1, 0, 1, 2, 100])
def test_triangles(shape, diagonal):
    rows, columns = rl.arange(shape[-2])[:, None], rl.arange(shape[-1])[None, :]
    for upper in (False, True):
        kept = columns - rows >= diagonal if upper else columns - rows <= diagonal
        name = "triu" if upper else "tril"
        for x in layouts(shape, floats):
            want = rl.where(kept, x, 0.0)
            same(getattr(x, name)(diagonal), want)
            if 0 not in x.stride():
                assert getattr(x, name + "_")(diagonal) is x
                same(x, want)


def test_a_triangle_is_written_beside_what_it_is_of():
    x = rl.randn(2, 4, 5)
    want = x[0].tril()
    rl.tril(x[0], out=x[1])
    same(x[1], want)
    rl.triu(x[1], out=x[1])
    same(x[1], want.triu())
    y = rl.randn(3, 4, 5)
    want = y.tril(1)
    assert rl.func.vmap(lambda t: t.clone().tril_(1))(y).equal(want)


def test_a_triangle_in_place_has_its_history():
    x = rl.randn(4, 4, dtype=rl.float64, requires_grad=True)
    assert rl.autograd.gradcheck(lambda x: (x * 1).tril_(1), (x,))
    assert rl.autograd.gradgradcheck(lambda x: (x * x).triu_(), (x,))
    y = x * 2
    z = y[1:, 1:]
    z.tril_()
    y.sum().backward()
    want = rl.full((4, 4), 2.0, dtype=rl.float64)
    want[1, 2:] = 0
    want[2, 3] = 0
    same(x.grad, want)


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64, rl.bfloat16])
@pytest.mark.parametrize("rows", [1, 3, 4, 9])
def test_gradients_of_long_running_sums(rows, dtype):
    x = rl.randn(rows, 300).to(dtype).requires_grad_()
    g = rl.randn(rows, 300).to(dtype)
    (got,) = rl.autograd.grad(x.cumsum(1), x, g)
    want = g.double().flip(1).cumsum(1).flip(1)
    rl.testing.assert_close(got.double(), want, rtol=2e-2 if dtype == rl.bfloat16 else 1e-5, atol=1e-4)


@pytest.mark.parametrize("dtype", [rl.bfloat16, rl.float16])
def test_halves_that_meet_nowhere_add_up_as_those_that_do(dtype):
    x = rl.randn(4000).to(dtype).requires_grad_()
    for index in ([5, 17, 3], [5, 5, 5, 5, 17], list(range(10))):
        i = rl.tensor(index)
        g = rl.randn(len(index)).to(dtype)
        (got,) = rl.autograd.grad(x[i], x, g)
        want = rl.zeros(4000).index_add(0, i, g.float()).to(dtype)
        same(got, want)
        same(rl.ones(4000, dtype=dtype).index_add(0, i, g), rl.ones(4000).index_add(0, i, g.float()).to(dtype))


@pytest.mark.parametrize("inner", [(), (3,), (2, 3), (11,), (13,), (4, 5)])
def test_narrow_rows_are_written_in_the_order_of_the_index(inner):
    for outer in [(), (20,), (700,)]:
        axis = len(outer)
        x = rl.randn(*outer, 9, *inner, dtype=rl.float64)
        i = rl.randint(0, 9, (5,))
        v = rl.randn(*outer, 5, *inner, dtype=rl.float64)
        got, want = x.index_copy(axis, i, v), x.clone()
        added, sums = x.index_add(axis, i, v), x.clone()
        for k, at in enumerate(i.tolist()):
            want.select(axis, at).copy_(v.select(axis, k))
            sums.select(axis, at).add_(v.select(axis, k))
        same(got, want)
        same(added, sums)
        spread = i.reshape([1] * axis + [5] + [1] * len(inner)).expand_as(v)
        same(x.scatter_add(axis, spread, v), sums)
        same(x.scatter_add(axis, spread.contiguous(), v), sums)


FOLDS = {
    "sum": lambda x, d: x.sum(d),
    "mean": lambda x, d: x.mean(d),
    "prod": lambda x, d: x.prod(d),
    "amax": lambda x, d: x.amax(d),
    "all": lambda x, d: (x > -1).all(d),
    "any": lambda x, d: x.any(d),
    "nonzero": lambda x, d: x.count_nonzero(d),
    "logsumexp": lambda x, d: x.logsumexp(d),
    "norm": lambda x, d: rl.linalg.vector_norm(x, 2, d),
    "var": lambda x, d: x.var(d, correction=0),
    "cumsum": lambda x, d: x.cumsum(d),
    "cummax": lambda x, d: x.cummax(d).values,
}
CLOSE = {rl.float64: 1e-12, rl.float32: 1e-5, rl.float16: 1e-2, rl.bfloat16: 6e-2}


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("fold", FOLDS)
def test_folds(fold, dtype):
    def make(*shape):
        return rl.randn(*shape).to(dtype)

    for shape in [(40, 10, 3), (20, 70, 3), (9, 127, 2), (9, 5, 2), (2, 20, 7, 15), (100, 4, 1), (70, 33, 4), (64, 16), (33, 1, 5), (300, 2, 2)]:
        for x in layouts(shape, make):
            for axis in range(len(shape)):
                want = FOLDS[fold](x.double().contiguous().movedim(axis, -1).contiguous(), -1)
                if fold.startswith("cum"):
                    want = want.movedim(-1, axis)
                got = FOLDS[fold](x, axis)
                at = CLOSE[dtype] * (4 if fold in ("cumsum", "prod") else 1)
                rl.testing.assert_close(got, want.to(got.dtype), rtol=at, atol=at)


def test_nothing_of_an_axis_of_one_leaves_zeros():
    for shape in [(3, 1, 3), (1, 4), (1,), (2, 1, 1)]:
        for axis, size in enumerate(shape):
            if size == 1:
                for _ in range(20):
                    rl.full(shape, 7e30)
                    x = rl.randn(*shape, requires_grad=True)
                    x.narrow(axis, 0, 0).sum().backward()
                    same(x.grad, rl.zeros(shape))
    x = rl.randn(3, 3, 3, requires_grad=True)
    rl.diff(x, 6, 1).sum().backward()
    same(x.grad, rl.zeros(3, 3, 3))


GRADIENTS = [
    lambda x: (x * 2).sum(),
    lambda x: x[1:].sum(),
    lambda x: x.exp().sum(),
    lambda x: x.cumsum(0).sum(),
    lambda x: x.contiguous().reshape(-1).sum(),
    lambda x: x.index_select(0, rl.tensor([0])).sum(),
    lambda x: (x @ rl.ones(x.shape[-1], 2)).sum(),
]


@pytest.mark.parametrize("of", GRADIENTS)
def test_a_gradient_lies_as_its_leaf(of):
    for make in [
        lambda: rl.randn(3, 4, 5),
        lambda: rl.randn(3, 4, 5).permute(2, 0, 1),
        lambda: rl.randn(2, 3, 4, 5).contiguous(memory_format=rl.channels_last),
    ]:
        x = make().detach().requires_grad_()
        of(x).backward()
        assert x.grad.stride() == x.stride()
        before = x.grad.clone()
        of(x).backward()
        assert x.grad.stride() == x.stride()
        same(x.grad, before * 2)
        x.grad = None
        of(x**1).backward(create_graph=True)
        assert x.grad.stride() == x.stride()
        assert type(x.grad.grad_fn).__name__ == "CopyBackwards"
        same(x.grad.detach(), before)
    x = rl.randn(3, 8)[:, ::2].detach().requires_grad_()
    of(x.expand(3, 4)).backward()
    assert x.grad.is_contiguous()
