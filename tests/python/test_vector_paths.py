"""Short ways that kernels take where values or layouts allow it: the results are those of the long ones."""

import itertools

import numpy as np
import pytest
import rushlight as torch

INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]


def integers(n, low, high, dtype, seed=0):
    torch.manual_seed(seed)
    return torch.randint(low, high, (n,)).to(dtype)


# ---- quotients ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8])
def test_quotients_of_all_bytes(dtype):
    every = range(256) if dtype == torch.uint8 else range(-128, 128)
    pairs = [(a, b) for a, b in itertools.product(every, every) if b]
    a, b = (torch.tensor(list(x), dtype=dtype) for x in zip(*pairs, strict=True))

    def wrap(x):
        return (x + 128) % 256 - 128 if dtype == torch.int8 else x % 256

    assert (a // b).tolist() == [wrap(x // y) for x, y in pairs]
    assert (a % b).tolist() == [wrap(x % y) for x, y in pairs]
    trunc = [abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1) for x, y in pairs]
    assert torch.div(a, b, rounding_mode="trunc").tolist() == [wrap(q) for q in trunc]
    assert torch.fmod(a, b).tolist() == [wrap(x - q * y) for (x, y), q in zip(pairs, trunc, strict=True)]


@pytest.mark.parametrize("dtype", [torch.int16, torch.int32, torch.int64])
def test_quotients_near_multiples_and_bounds(dtype):
    info = torch.iinfo(dtype)
    edge = [info.min, info.min + 1, info.max, info.max - 1, *(s * v for v in (1, 2, 3, 7, 180, 181, 255, 32767) for s in (1, -1))]
    pairs = [(a + d, b) for a in edge for b in edge for d in (-1, 0, 1) if info.min <= a + d <= info.max]
    pairs += [(k * b + d, b) for b in edge[4:] for k in (1, -5, 127) for d in (-1, 0, 1) if abs(k * b) < info.max]
    a, b = (torch.tensor(list(x), dtype=dtype) for x in zip(*pairs, strict=True))

    def wrap(x):
        return (x - info.min) % (info.max - info.min + 1) + info.min

    assert (a // b).tolist() == [wrap(x // y) for x, y in pairs]
    assert (a % b).tolist() == [x % y for x, y in pairs]
    number = pairs[3][1]
    assert (a // number).tolist() == [wrap(x // number) for x, _ in pairs]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_shifts_by_any_number(dtype):
    info = torch.iinfo(dtype)
    values = [v for v in (info.min, info.min + 1, -77, -1, 0, 1, 2, 100, info.max) if v >= info.min]
    by = [b for b in (-100, -1, 0, 1, 3, 7, 8, 15, 16, 31, 32, 63, 64, 100) if b >= info.min]
    pairs = list(itertools.product(values, by)) * 3
    a, b = (torch.tensor(list(x), dtype=dtype) for x in zip(*pairs, strict=True))

    def wrap(x):
        return (x - info.min) % (info.max - info.min + 1) + info.min

    inside = [0 <= y < info.bits for _, y in pairs]
    assert (a << b).tolist() == [wrap(x << y) if ok else 0 for (x, y), ok in zip(pairs, inside, strict=True)]
    assert (a >> b).tolist() == [x >> y if ok else (-1 if x < 0 else 0) for (x, y), ok in zip(pairs, inside, strict=True)]


# ---- counting instead of sorting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.bool, *INTEGERS, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("n", [255, 256, 1499, 1500, 4000])
def test_sorts_of_few_kinds(dtype, n):
    low = 0 if dtype in (torch.bool, torch.uint8) else -50
    x = integers(n, low, 2 if dtype == torch.bool else 60, dtype)
    for descending in (False, True):
        values, places = torch.sort(x, stable=True, descending=descending)
        want = sorted(range(n), key=lambda i: -x[i].item() if descending else x[i].item())
        assert places.tolist() == want
        assert torch.equal(values, x[places])


@pytest.mark.parametrize("width", [1499, 1500, 1501, 65535, 65536, 65537, 1 << 40])
def test_sorts_where_counting_ends(width):
    n = 70000 if 60000 < width < 70000 else 1500
    x = integers(n, 0, width, torch.int64)
    x[0], x[1] = 0, width - 1
    values, places = x.sort(stable=True)
    want = np.argsort(x.numpy(), kind="stable")
    assert np.array_equal(places.numpy(), want) and np.array_equal(values.numpy(), x.numpy()[want])
    y = (x - 12345).view(-1, 50)
    assert np.array_equal(y.sort(0)[0].numpy(), np.sort(y.numpy(), 0))


@pytest.mark.parametrize("dtype", [torch.bool, *INTEGERS])
@pytest.mark.parametrize("n", [1, 255, 256, 1000, 70000])
def test_unique_of_few_kinds(dtype, n):
    low = 0 if dtype in (torch.bool, torch.uint8) else -100
    x = integers(n, low, 2 if dtype == torch.bool else 100, dtype)
    values, inverse, counts = torch.unique(x, return_inverse=True, return_counts=True)
    want = np.unique(x.numpy(), return_inverse=True, return_counts=True)
    assert values.dtype == dtype
    for ours, theirs in zip((values, inverse, counts), want, strict=True):
        assert np.array_equal(ours.numpy(), theirs)


@pytest.mark.parametrize("spread", [1, 255, 256, 999, 1000, 1001, 1 << 62])
def test_unique_at_the_bounds_of_int64(spread):
    info = torch.iinfo(torch.int64)
    for base in (info.min, info.max - spread):
        x = torch.tensor([base, base + spread, base] * 334, dtype=torch.int64)
        values, counts = torch.unique(x, return_counts=True)
        assert values.tolist() == [base, base + spread] and counts.tolist() == [668, 334]


@pytest.mark.parametrize("dtype", [*INTEGERS, torch.uint16])
@pytest.mark.parametrize("n", [1, 31, 33, 700])
def test_occurrences(dtype, n):
    x = integers(n, 0, 100, dtype)
    assert np.array_equal(torch.bincount(x).numpy(), np.bincount(x.numpy()))
    assert np.array_equal(torch.bincount(x[::2], minlength=120).numpy(), np.bincount(x.numpy()[::2], minlength=120))
    weights = torch.rand(n)
    assert np.allclose(torch.bincount(x, weights).numpy(), np.bincount(x.numpy(), weights.numpy()))
    if dtype in (torch.int8, torch.int32, torch.int64):
        with pytest.raises(RuntimeError, match="non-negative"):
            torch.bincount(torch.cat([x, torch.tensor([-1], dtype=dtype)]))


# ---- places among boundaries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 50, 64])
def test_searches(dtype, n):
    torch.manual_seed(n)
    bounds = (torch.rand(n) * 40).to(dtype).sort()[0]
    values = (torch.rand(3, 29) * 50).to(dtype)
    for right in (False, True):
        want = np.searchsorted(bounds.numpy(), values.numpy(), side="right" if right else "left")
        assert np.array_equal(torch.bucketize(values, bounds, right=right).numpy(), want)
        rows = torch.stack([bounds, bounds, bounds])
        assert np.array_equal(torch.searchsorted(rows, values, right=right).numpy(), want)
    assert np.array_equal(torch.isin(values, bounds).numpy(), np.isin(values.numpy(), bounds.numpy()))


def test_searches_with_nan():
    bounds = torch.tensor([0.0, 1.0, float("nan")])
    values = torch.tensor([float("nan")] * 20 + [0.5] * 20)
    # nan on either side counts as passed
    assert torch.bucketize(values, bounds).tolist() == [3] * 20 + [1] * 20
    one_by_one = [torch.bucketize(v, bounds).item() for v in values]
    assert torch.bucketize(values, bounds).tolist() == one_by_one


# ---- dots ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [*INTEGERS, torch.complex64, torch.complex128, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("n", [1, 31, 32, 33, 64, 100, 700, 5000])
def test_dots(dtype, n):
    torch.manual_seed(n)
    if dtype.is_complex:
        a, b = (torch.randn(n, dtype=dtype) for _ in range(2))
    else:
        a, b = (integers(n, -3 if dtype != torch.uint8 else 0, 4, dtype, seed) for seed in (1, 2))
    wide = torch.complex128 if dtype.is_complex else torch.float64
    want = (a.to(wide) * b.to(wide)).sum()
    if not (dtype.is_complex or dtype.is_floating_point):
        want = want.to(torch.int64).to(dtype)
    close = {torch.float16: 2e-3, torch.bfloat16: 1e-2}.get(dtype, 1e-4 if dtype == torch.complex64 else 1e-12)
    got = torch.dot(a, b)
    assert got.dtype == dtype
    torch.testing.assert_close(got.to(wide), want.to(wide), rtol=close, atol=close)
    # a matrix of several rows, and the same with vectors that have gaps
    m = torch.stack([a, b, a])
    torch.testing.assert_close((m @ b)[0].to(wide), want.to(wide), rtol=close, atol=close)
    torch.testing.assert_close((b @ m.t())[2].to(wide), want.to(wide), rtol=close, atol=close)
    apart = torch.stack([b, a], 1)[:, 0]
    torch.testing.assert_close(torch.dot(a, apart).to(wide), want.to(wide), rtol=close, atol=close)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_products_with_transposed_integers(dtype):
    a, b = integers(37 * 90, 0, 9, dtype).view(37, 90), integers(300 * 90, 0, 9, dtype, 1).view(300, 90)
    want = (a.numpy().astype(np.int64) @ b.numpy().T.astype(np.int64)).astype(a.numpy().dtype)
    assert np.array_equal((a @ b.t()).numpy(), want)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sums_of_halves_added_to_a_matrix(dtype):
    torch.manual_seed(0)
    for m, n in ((5, 3), (40, 48), (33, 65)):
        a, b, c, row = (torch.randn(s).to(dtype) for s in ((m, 70), (70, n), (m, n), (n,)))
        product = a.double() @ b.double()
        for got, want in (
            (torch.addmm(c, a, b), product + c.double()),
            (torch.addmm(c, a, b, beta=0.5, alpha=-2), -2 * product + 0.5 * c.double()),
            (torch.addmm(row, a, b), product + row.double()),
            (torch.addmm(c.t().contiguous().t(), a, b), product + c.double()),
        ):
            torch.testing.assert_close(got.double(), want, rtol=2**-7, atol=0.1)


# ---- running sums of halves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1,), (7,), (255,), (257,), (1000,), (3, 300), (5, 1), (9, 256), (0, 4), (4, 0)])
def test_running_sums_of_halves(dtype, shape):
    torch.manual_seed(1)
    x = torch.randn(shape).to(dtype)
    other_way = x.movedim(-1, 0).contiguous() if len(shape) > 1 else x[:, None].repeat(1, 2)
    for name in ("cumsum", "cumprod"):
        want = getattr(other_way, name)(0)
        want = want.movedim(0, -1) if len(shape) > 1 else want[:, 0]
        assert torch.equal(getattr(x, name)(-1), want)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_running_sums_of_integers(dtype):
    x = integers(5 * 300, 0, 5, dtype).view(5, 300)
    assert np.array_equal(x.cumsum(1).numpy(), x.numpy().astype(np.int64).cumsum(1))
    assert np.array_equal(x[:, ::3].cumsum(1).numpy(), x.numpy()[:, ::3].astype(np.int64).cumsum(1))
    assert np.array_equal(x.cumprod(1).numpy(), x.numpy().astype(np.int64).cumprod(1))


@pytest.mark.parametrize("dtype", [*INTEGERS, torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("n", [1, 15, 63, 64, 100, 256, 1000, 5000])
def test_extremes_of_rows_with_and_without_nan(dtype, n):
    x = integers(7 * n, 0, 100, dtype, n).view(7, n)
    assert np.array_equal(x.amax(1).double().numpy(), x.double().numpy().max(1))
    assert np.array_equal(x.amin(1).double().numpy(), x.double().numpy().min(1))
    if dtype.is_floating_point:
        for at in (0, n // 2, n - 1):
            y = x.clone()
            y[3, at] = float("nan")
            for got in (y.amax(1), y.amin(1)):
                assert got.isnan().tolist() == [i == 3 for i in range(7)]


# ---- picking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.bool, torch.int16, torch.float32, torch.float64, torch.complex128])
def test_picks_from_vectors(dtype):
    x = torch.arange(1000).remainder(7).to(dtype) if dtype != torch.bool else torch.arange(1000) % 3 == 0
    torch.manual_seed(0)
    for count in (0, 1, 255, 256, 257, 3000):
        i = torch.randint(-1000, 1000, (count,))
        assert x[i].tolist() == [x[k].item() for k in i.tolist()]
        assert torch.equal(x.take(i), x[i]) and torch.equal(x.view(10, 100).take(i), x[i])
        assert torch.equal(x[::2][i // 2], x[::2].clone()[i // 2])
        assert torch.equal(x.index_select(0, i % 1000), x[i])
    for bad in (1000, -1001):
        i = torch.zeros(600, dtype=torch.int64)
        i[555] = bad
        with pytest.raises(IndexError, match=str(bad)):
            x[i]
        with pytest.raises(IndexError, match="index out of range in self"):
            x.index_select(0, i)
    with pytest.raises(IndexError):
        x.index_select(0, torch.tensor([-1]))


# ---- complex numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
@pytest.mark.parametrize("exponent", [1, 2, 3, -1, -2, 0.5, 2 + 0j, -1 + 0j, 1.5, 1 + 1j])
def test_powers_of_complex_numbers(dtype, exponent):
    torch.manual_seed(0)
    x = torch.randn(200, dtype=dtype)
    want = np.power(x.numpy().astype(np.complex128), exponent)
    close = 1e-4 if dtype == torch.complex64 else 1e-11
    got = x**exponent
    assert got.dtype == dtype
    assert np.allclose(got.numpy(), want, rtol=close, atol=close)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_quotients_angles_and_parts_of_complex_numbers(dtype):
    parts = [0.0, -0.0, 1.0, -2.5, 1e30, -1e-30, float("inf"), float("nan")]
    z = torch.tensor([complex(a, b) for a in parts for b in parts] * 5, dtype=dtype)
    with np.errstate(all="ignore"):
        assert np.allclose(z.angle().numpy(), np.angle(z.numpy()), rtol=1e-6, equal_nan=True)
        finite = z[torch.isfinite(z) & (z != 0)]
        ours, theirs = (1 / finite).numpy(), 1 / finite.numpy().astype(np.complex128)
        assert np.allclose(ours, theirs, rtol=1e-5)
    small = torch.tensor([complex(a, 7 * b) for a in (-3.7, 0.0, 100.2) for b in (0, 1)] * 300, dtype=dtype)
    for to in (torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64, torch.float16):
        assert torch.equal(small.to(to), small.real.to(to))
    assert torch.equal(small.to(torch.bool), small != 0)


def test_equal_of_the_same_elements():
    x = torch.arange(10)
    assert torch.equal(x, x) and torch.equal(x, x.view(10)) and not torch.equal(x, x.flip(0))
    assert not torch.equal(x[:5], x[5:]) and not torch.equal(x[:4], x[:5])
    nan = torch.tensor([float("nan")])
    assert not torch.equal(nan, nan)


def test_lists_of_other_numbers():
    for values in ([True, False] * 50, [1j, 2 + 3j] * 50, [1.5, True, 2], [1, 2j]):
        assert torch.tensor(values).tolist() == torch.tensor(np.array(values)).tolist()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.float16, torch.bfloat16])
def test_replaced_nan_and_infinities(dtype):
    inf, nan = float("inf"), float("nan")
    x = torch.tensor([nan, inf, -inf, 1.0] * 30).to(dtype)
    most = torch.finfo(dtype).max
    real = torch.nan_to_num(x).real if dtype.is_complex else torch.nan_to_num(x)
    assert real[:4].tolist() == [0.0, most, -most, 1.0]
    told = torch.nan_to_num(x, nan=2.0, posinf=3.0, neginf=-4.0)
    assert (told.real if dtype.is_complex else told)[:4].tolist() == [2.0, 3.0, -4.0, 1.0]


def test_integers_from_one_value_and_wide_ranges():
    torch.manual_seed(0)
    assert torch.randint(5, 6, (100,)).unique().tolist() == [5]
    assert torch.randint(-(2**31), 2**31, (1000,)).abs().max() > 2**30
    x = torch.randint(0, 3, (10000,), dtype=torch.uint8)
    assert x.unique().tolist() == [0, 1, 2]
