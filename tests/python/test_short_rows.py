"""Elementwise ops over memory whose rows are short, repeated, or lie across each other: what several rows at a time must leave as it is."""

import itertools

import numpy as np
import pytest
import rushlight as rl

SHAPES = [(7, 3), (300, 2), (5, 64), (3, 257), (40, 40), (2, 3, 5, 7), (4, 1, 300), (33, 17, 3), (1, 1), (20, 1)]


def made(shape, seed, dtype=np.float32):
    return np.random.default_rng(seed).integers(-8, 9, shape).astype(dtype)


def operands(shape):
    """The shapes that broadcast to this one: each axis there or one long."""
    return [tuple(n if keep else 1 for n, keep in zip(shape, kept, strict=True)) for kept in itertools.product((True, False), repeat=len(shape))]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_way_to_broadcast(shape):
    x = made(shape, 1)
    for other in operands(shape):
        y = made(other, 2)
        for a, b in ((x, y), (y, x)):
            assert np.array_equal((rl.tensor(a) * 3 - rl.tensor(b)).numpy(), a * 3 - b), other
            assert np.array_equal((rl.tensor(a) - rl.tensor(b).int()).numpy(), a - b), other
        assert np.array_equal(rl.where(rl.tensor(y) > 0, rl.tensor(x), rl.tensor(y)).numpy(), np.where(y > 0, x, y)), other


@pytest.mark.parametrize("shape", SHAPES)
def test_every_order_of_axes(shape):
    x, y = made(shape, 3), made(shape, 4)
    for order in itertools.permutations(range(len(shape))):
        back = np.argsort(order)
        across = np.ascontiguousarray(y.transpose(order))
        got = rl.tensor(x) - rl.tensor(across).permute(*back.tolist())
        assert np.array_equal(got.numpy(), x - y), order
        into = rl.zeros(across.shape).permute(*back.tolist())
        rl.sub(rl.tensor(x), rl.tensor(y), out=into)
        assert np.array_equal(into.numpy(), x - y), order


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16, rl.float64, rl.int64, rl.uint8, rl.complex64])
def test_mixed_dtypes_and_steps(dtype):
    for shape in SHAPES:
        x = made(tuple(2 * n for n in shape), 5, np.int64) % 5
        cut = tuple(slice(None, None, 2) for _ in shape)
        a = rl.tensor(x).to(dtype)[cut]
        b = rl.tensor(made(shape, 6, np.int64) % 4)
        want = x[cut] + b.numpy()
        assert np.array_equal((a + b).to(rl.complex64).real.numpy(), want.astype(np.float32)), shape


@pytest.mark.parametrize("inner", [1, 5, 8, 15, 16, 17, 32, 48, 63, 64, 80, 100, 130, 256, 300])
@pytest.mark.parametrize("dtype", [rl.float32, rl.float64, rl.bfloat16, rl.uint8, rl.int64, rl.complex128])
def test_a_number_for_each_row(inner, dtype):
    for rows in (3, 40, 700):
        column, row, whole, wide = made((rows, 1), 10), made((1, inner), 11), made((rows, inner), 12), made((rows, inner + 3), 13)
        of = [rl.tensor(np.abs(x)).to(dtype) for x in (column, row, whole, wide)]
        a, b, c, d = (np.abs(x) for x in (column, row, whole, wide))
        cut, step = of[3][:, 3:], rl.stack([of[2], of[2]], -1)[..., 0]
        for got, want in ((of[0] * of[1], a * b), (of[2] + of[0], c + a), (of[1] * of[2], b * c), (cut + of[0], d[:, 3:] + a), (of[0] + step, a + c), (cut * step, d[:, 3:] * c)):
            assert np.array_equal(got.to(rl.complex128).real.numpy(), want), rows
        into = of[3].clone()
        into[:, 3:] *= of[0]
        assert np.array_equal(into.to(rl.complex128).real.numpy(), np.concatenate([d[:, :3], d[:, 3:] * a], 1))


@pytest.mark.parametrize("shape", [(2, 3, 40, 41), (3, 16, 20, 20), (2, 130, 9, 7), (16, 5, 70), (9, 40000), (40000, 9), (1, 8, 300, 300)])
@pytest.mark.parametrize("dtype", [rl.bool, rl.uint8, rl.bfloat16, rl.float32, rl.float64, rl.complex128])
def test_operands_that_lie_across(shape, dtype):
    x, y = made(shape, 14), made(shape, 15)
    for order in itertools.permutations(range(len(shape))):
        back = np.argsort(order).tolist()
        a, b = rl.tensor(x).to(dtype), rl.tensor(np.ascontiguousarray(y.transpose(order))).to(dtype).permute(*back)
        want = rl.where(a == b.contiguous(), a, b.contiguous())
        assert rl.equal(rl.where(a == b, a, b), want), order
        assert rl.equal((a != b).double(), rl.tensor(a.to(rl.complex128).numpy() != b.to(rl.complex128).numpy()).double())
        into = rl.empty_like(b)
        rl.maximum(a.real.float(), b.real.float(), out=into) if dtype == rl.float32 else into.copy_(a)
        assert rl.equal(into, rl.maximum(a, b.contiguous()) if dtype == rl.float32 else a), order
        assert rl.equal(b.contiguous().permute(*order), rl.tensor(np.ascontiguousarray(y.transpose(order))).to(dtype)), order


def test_in_place_over_short_rows():
    for shape in SHAPES:
        x, y = made(shape, 7), made(shape[-1:], 8)
        t = rl.tensor(x)
        t *= rl.tensor(y)
        assert np.array_equal(t.numpy(), x * y)
        step = rl.tensor(np.repeat(x, 2, axis=-1))
        step[..., ::2] += rl.tensor(y)
        want = np.repeat(x, 2, axis=-1)
        want[..., ::2] += y
        assert np.array_equal(step.numpy(), want)


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16])
def test_halves_are_the_float32_result_rounded(dtype):
    rng = np.random.default_rng(9)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 65504.0, 6e-8, -6e-8, 1e-5, 3e38]
    for n in (1, 3, 63, 64, 65, 200, 1111):
        a = rl.tensor(np.concatenate([special, rng.normal(size=n) * 10]).astype(np.float32)).to(dtype)
        b = a.flip(0).contiguous()
        for op in (rl.add, rl.mul, rl.sub, rl.div, rl.maximum, rl.atan2, rl.hypot, rl.copysign, lambda x, y: rl.addcmul(x, x, y), lambda x, y: x.clamp(-1, 1)):
            want = op(a.float(), b.float()).to(dtype)
            assert same(op(a, b), want)
            # the same element has the same bits wherever it stands
            wide = rl.stack([a, a], 1)[:, 0]
            assert same(op(wide, b), want)
        for op in (rl.neg, rl.abs, rl.relu, rl.sqrt, rl.exp, rl.sigmoid, rl.floor, rl.sign, lambda x: x * 0.5, lambda x: x > 0.1):
            got = op(a)
            assert same(got, op(a.float()).to(got.dtype))


def same(a, b):
    if a.dtype == rl.bool:
        return bool((a == b).all())
    x, y = a.float().numpy(), b.float().numpy()
    return a.dtype == b.dtype and np.array_equal(x, y, equal_nan=True) and np.array_equal(np.signbit(x[~np.isnan(x)]), np.signbit(y[~np.isnan(y)]))


def test_conversions_of_what_does_not_fit_follow_the_rest():
    """A block with one element out of range goes another way than its neighbours: the answers are the same."""
    x = np.linspace(-1000, 1000, 640).astype(np.float32)
    for bad in (3e9, -3e9, 1e19, np.nan, np.inf):
        y = x.copy()
        y[70] = bad
        for dtype in (rl.int8, rl.uint8, rl.int16, rl.int32, rl.int64):
            got = rl.tensor(y).to(dtype).numpy()
            alone = np.array([rl.tensor(y[i : i + 1]).to(dtype).item() for i in range(60, 80)])
            assert np.array_equal(got[60:80], alone)
            keep = np.arange(640) != 70
            assert np.array_equal(got[keep], rl.tensor(x).to(dtype).numpy()[keep])


@pytest.mark.parametrize("shape", [(3, 64), (5, 300), (2, 3, 1000)])
def test_copies_of_what_is_repeated(shape):
    for dtype in (np.float32, np.int8, np.complex128):
        x = made((*shape[:-1], 1), 10, dtype)
        got = rl.tensor(x).expand(*shape)
        assert np.array_equal(got.contiguous().numpy(), np.broadcast_to(x, shape))
        if dtype == np.float32:
            assert float(got.sum()) == float(np.broadcast_to(x, shape).sum())
            assert np.array_equal(got.sum(-1).numpy(), np.broadcast_to(x, shape).sum(-1))


REPEATED = {
    "columns": lambda x: x[:, :1].expand(-1, 37),
    "rows": lambda x: x[:1].expand(41, -1),
    "middle": lambda x: x[:, None].expand(-1, 5, -1),
    "one": lambda x: x[0, 0].expand(6, 7),
    "none": lambda x: x[:0, :1].expand(-1, 9),
}


@pytest.mark.parametrize(
    "dtype",
    [rl.float32, rl.float64, rl.float16, rl.bfloat16, rl.int8, rl.int32, rl.int64, rl.bool, rl.complex64],
    ids=str,
)
@pytest.mark.parametrize("view", REPEATED)
def test_reductions_of_what_is_repeated(view, dtype):
    """Elements of no steps, added up or compared, are as if each lay there."""
    rl.manual_seed(0)
    x = REPEATED[view]((rl.randn(6, 7) * 3).to(dtype))
    dense = x.contiguous()
    for axes in [(0,), (1,), (x.ndim - 1,), (0, 1), tuple(range(x.ndim))]:
        names = [
            "sum",
            *(["mean"] if dtype.is_floating_point or dtype.is_complex else []),
            "prod",
            "count_nonzero",
            "all",
            "any",
        ]
        names += ["nansum"] if dtype.is_floating_point else []
        names += [] if dtype.is_complex or not x.numel() else ["amax", "amin", "aminmax"]
        for name in names:
            keep = {} if name in ("count_nonzero", "aminmax") else {"keepdim": True}
            if name in ("prod", "aminmax"):
                got, want = (getattr(t, name)(dim=axes[0], **keep) for t in (x, dense))
            else:
                got, want = (getattr(t, name)(axes, **keep) for t in (x, dense))
            several = name == "aminmax"
            for one, other in zip(got if several else [got], want if several else [want], strict=True):
                rl.testing.assert_close(one.cpu(), other.cpu(), equal_nan=True)
    if x.numel() and not dtype.is_complex and dtype is not rl.bool:
        for axis in range(x.ndim):
            for name in ("max", "min", "argmax", "argmin"):
                got, want = getattr(x, name)(axis), getattr(dense, name)(axis)
                assert all(map(rl.equal, got, want)) if isinstance(got, tuple) else rl.equal(got, want)
        assert x.max() == dense.max() and x.argmin() == dense.argmin()


def test_sums_of_repeated_halves_round_once():
    x = rl.tensor(0.1, dtype=rl.float16).expand(1000)
    assert x.sum() == rl.tensor(1000 * x[0].double().item(), dtype=rl.float16)
    assert x.mean() == x[0]
    special = rl.tensor([rl.inf, -rl.inf, rl.nan, -0.0])[:, None].expand(-1, 3)
    assert (
        special.sum(1).tolist()[:2] == [rl.inf, -rl.inf]
        and special.sum(1)[2].isnan()
        and special.sum(1)[3] == 0
    )


KINDS = [(rl.float32, 3e-6), (rl.float64, 1e-13), (rl.bfloat16, 1e-2), (rl.float16, 2e-3)]


def near(got, want, tol):
    return bool(((got.cpu().double() - want).abs() <= tol * (want.abs() + 1)).all())


def distribution(x, axis):
    """Softmax, its logarithm and the logarithm of the sum, as they are written."""
    z = x.cpu().double()
    e = (z - z.amax(axis, keepdim=True)).exp()
    total = e.sum(axis, keepdim=True)
    return e / total, z - z.amax(axis, keepdim=True) - total.log(), (z.amax(axis, keepdim=True) + total.log()).squeeze(axis)


@pytest.mark.parametrize("n", [2, 3, 10, 15, 16, 20, 31, 32, 50, 63, 64, 200, 201])
@pytest.mark.parametrize(("dtype", "tol"), KINDS)
def test_sums_of_exponentials_of_rows_and_columns(n, dtype, tol):
    """Short rows are turned, full sides of them and not; rows beside each other, and rows that lie apart."""
    for shape, axis in (((31, n), 1), ((32, n), 1), ((100, n), 1), ((2, n, 70), 1), ((n, 17), 0), ((n, 9), 0)):
        x = (rl.randn(shape) * 4).to(dtype)
        cut = (rl.randn(shape[0], shape[1] + 3, *shape[2:]) * 4).to(dtype)[:, 2 : 2 + shape[1]]
        for of in (x, cut):
            soft, log, total = distribution(of, axis)
            assert near(of.softmax(axis), soft, tol) and near(of.log_softmax(axis), log, 3 * tol) and near(of.logsumexp(axis), total, tol)


@pytest.mark.parametrize("n", [3, 10, 15, 16, 33])
@pytest.mark.parametrize("log", [False, True])
def test_gradients_of_softmax_of_short_rows(n, log):
    for rows in (31, 32, 77):
        x = rl.randn(rows, n, requires_grad=True)
        g = rl.randn(rows, n)
        (x.log_softmax(1) if log else x.softmax(1)).backward(g)
        p = distribution(x.detach(), 1)[0]
        g = g.cpu().double()
        want = g - p * g.sum(1, keepdim=True) if log else p * (g - (p * g).sum(1, keepdim=True))
        assert near(x.grad, want, 3e-6), rows


def test_what_is_infinite_or_not_a_number_stays_in_its_row():
    x = rl.randn(40, 10)
    x[3], x[5, 2], x[7, 1], x[9] = -float("inf"), float("nan"), float("inf"), float("inf")
    rest = [i for i in range(40) if i not in (3, 5, 7, 9)]
    for y in (x, x.t().contiguous().t()):
        total, soft = y.logsumexp(1).cpu(), y.softmax(1).cpu()
        assert total[3] == -float("inf") and total[5].isnan() and total[7] == float("inf") and total[9] == float("inf")
        assert soft[[3, 5, 7, 9]].isnan().any(1).all()
        want = distribution(x.cpu()[rest], 1)
        assert near(total[rest], want[2], 3e-6) and near(soft[rest], want[0], 3e-6)


@pytest.mark.parametrize("n", [2, 10, 64, 200, 201])
@pytest.mark.parametrize(("dtype", "tol"), KINDS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_short_rows(n, dtype, tol, smoothing):
    f = rl.nn.functional.cross_entropy
    for rows in (31, 33, 64, 100):
        x, target, weight = rl.randn(rows, n).to(dtype), rl.randint(0, n, (rows,)), rl.rand(n).to(dtype)
        target[4] = -100
        log, counts, w = distribution(x, 1)[1], target.cpu() != -100, weight.cpu().double()
        hit = target.cpu().clamp(min=0)
        own = w[hit] * counts
        each = -log.gather(1, hit[:, None])[:, 0] * own * (1 - smoothing) - (log * w).sum(1) * counts * (smoothing / n)
        args = {"weight": weight, "label_smoothing": smoothing}
        assert near(f(x, target, reduction="none", **args), each, 4 * tol)
        assert near(f(x, target, **args), each.sum() / own.sum(), 4 * tol)
        assert near(f(x, target, reduction="sum", **args) / rows, each.sum() / rows, 4 * tol)


@pytest.mark.parametrize("dtype", [rl.float16, rl.float32, rl.float64, rl.complex128, rl.int32, rl.uint8])
@pytest.mark.parametrize("first", [0, 1, 3, 7, 15])
def test_long_rows_that_begin_anywhere(dtype, first):
    """What is written begins within a line of the caches."""
    for shape in ((20000,), (5, 5000)):
        x = rl.tensor(made((*shape[:-1], shape[-1] + 16), 20)).abs().to(dtype)
        want, cut = x.clone(), x[..., first : first + shape[-1]]
        plain = cut.clone()
        cut.add_(1)
        want[..., first : first + shape[-1]] = plain + 1
        assert rl.equal(x, want)
        cut.mul_(plain)
        want[..., first : first + shape[-1]] = (plain + 1) * plain
        assert rl.equal(x, want)
        rl.sub(plain, 1, out=cut)
        want[..., first : first + shape[-1]] = plain - 1
        assert rl.equal(x, want)
