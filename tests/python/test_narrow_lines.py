"""Lines that are short, or lie beside few others, go many at a time; they give what each gives alone."""

import itertools
import math

import pytest
import rushlight as torch

FLOATS = {"float32": 1e-5, "float64": 1e-12, "bfloat16": 3e-2, "float16": 4e-3}
SHAPES = [
    (1, 40, 6),
    (33, 7, 3),
    (70, 10, 1),
    (200, 2, 15),
    (64, 5, 6),
    (40, 31, 1),
    (40, 33, 1),
    (3, 1, 50),
    (300, 17, 2),
]
LAYOUTS = [
    lambda x: x,
    lambda x: x.transpose(0, 2).contiguous().transpose(0, 2),
    lambda x: torch.cat([x, x], 2)[:, :, : x.shape[2]],
]


def one_by_one(op, x):
    """The op on every line along the middle axis alone, in float64."""
    lines = x.double().movedim(1, -1).reshape(-1, x.shape[1])
    out = torch.stack([op(line) for line in lines.unbind(0)])
    return out.reshape(x.shape[0], x.shape[2], -1).movedim(-1, 1)


def running(add):
    def op(line):
        out, sum_ = [], 0.0 if add else 1.0
        for v in line.tolist():
            sum_ = sum_ + v if add else sum_ * v
            out.append(sum_)
        return torch.tensor(out, dtype=torch.float64)

    return op


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("add", [True, False])
def test_running_sums_and_products(dtype, add):
    torch.manual_seed(1)
    for shape, layout in itertools.product(SHAPES, LAYOUTS):
        x = layout((torch.rand(shape) + 0.5).to(getattr(torch, dtype)))
        got = x.cumsum(1) if add else x.cumprod(1)
        torch.testing.assert_close(
            got.double(), one_by_one(running(add), x), rtol=FLOATS[dtype] * 4, atol=FLOATS[dtype]
        )


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "int16"])
def test_running_sums_of_integers(dtype):
    for shape in SHAPES:
        x = torch.randint(0, 2, shape).to(getattr(torch, dtype))
        got = x.cumsum(1)
        assert got.dtype == torch.int64
        assert torch.equal(got.double(), one_by_one(running(True), x))


def test_gradients_of_running_sums_and_products():
    for shape, add in itertools.product(SHAPES, (True, False)):
        x = (torch.rand(shape, dtype=torch.float64) + 0.5).requires_grad_()
        g = torch.randn(shape, dtype=torch.float64)
        (got,) = torch.autograd.grad(x.cumsum(1) if add else x.cumprod(1), x, g)
        each, sums = x.detach().unbind(1), []
        for k in range(shape[1]):
            total = torch.zeros_like(g[:, 0])
            for i in range(k, shape[1]):
                factor = math.prod((each[j] for j in range(i + 1) if j != k), start=torch.ones_like(total))
                total = total + g[:, i] * (1.0 if add else factor)
            sums.append(total)
        torch.testing.assert_close(got, torch.stack(sums, 1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", FLOATS)
def test_exponentials_beside_few_others(dtype):
    torch.manual_seed(2)
    for shape, layout in itertools.product([*SHAPES, (16, 9, 130), (2, 600, 20)], LAYOUTS):
        x = layout((torch.randn(shape) * 3).to(getattr(torch, dtype)))
        wide, tolerance = x.double(), FLOATS[dtype]
        top = wide.amax(1, keepdim=True)
        sums = ((wide - top).exp().sum(1, keepdim=True)).log() + top
        for got, want in (
            (x.logsumexp(1, keepdim=True), sums),
            (x.log_softmax(1), wide - sums),
            (x.softmax(1), (wide - sums).exp()),
        ):
            torch.testing.assert_close(got.double(), want, rtol=tolerance, atol=tolerance * 4)
        x, wide = x.detach().requires_grad_(), wide.detach().requires_grad_()
        g = torch.randn(shape).to(x.dtype)
        for log in (False, True):
            (got,) = torch.autograd.grad(x.log_softmax(1) if log else x.softmax(1), x, g)
            p = (wide - sums).exp().detach()
            want = g.double() - p * g.double().sum(1, keepdim=True)
            want = want if log else p * (g.double() - (g.double() * p).sum(1, keepdim=True))
            torch.testing.assert_close(got.double(), want, rtol=tolerance * 4, atol=tolerance * 8)


def test_logsumexp_of_infinities_beside_few_others():
    x = torch.randn(40, 5, 3)
    x[3, :, 1], x[4, 2, 0], x[5, 1, 2] = -math.inf, math.inf, math.nan
    got = x.logsumexp(1)
    assert got[3, 1] == -math.inf and got[4, 0] == math.inf and got[5, 2].isnan()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "bfloat16"])
def test_extremes_and_their_positions(dtype):
    for shape, layout in itertools.product(SHAPES, LAYOUTS):
        x = layout(torch.randint(-9, 9, shape).to(getattr(torch, dtype)))
        lines = x.double().movedim(1, -1).reshape(-1, shape[1]).tolist()
        for largest, (values, at) in ((True, x.max(1)), (False, x.min(1))):
            best = [max(line) if largest else min(line) for line in lines]
            assert values.double().flatten().tolist() == best
            assert at.flatten().tolist() == [line.index(v) for line, v in zip(lines, best, strict=True)]


@pytest.mark.parametrize(
    "n, k", [(1, 1), (5, 5), (10, 3), (17, 4), (31, 16), (32, 16), (33, 16), (40, 17), (40, 2)]
)
def test_the_first_few_of_short_lines(n, k):
    for dtype, largest in itertools.product((torch.float32, torch.int16, torch.bfloat16), (True, False)):
        x = torch.randint(0, 12, (50, n, 3)).to(dtype)
        values, at = x.topk(k, 1, largest)
        want = x.double().sort(1, descending=largest)[0][:, :k]
        assert torch.equal(values.double(), want)
        assert torch.equal(x.gather(1, at), values)
        assert all(len(set(row)) == k for row in at.movedim(1, -1).reshape(-1, k).tolist())


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.uint8, torch.complex64, torch.float64]
)
def test_few_elements_of_many_rows(dtype):
    x = torch.randint(0, 40, (40, 30, 5)).to(dtype)
    i = torch.tensor([3, 0, -1])
    for y in (x, x.transpose(0, 1), x.transpose(0, 2).contiguous().transpose(0, 2), x[::3, 1:]):
        rows = y.tolist()
        assert y[..., i].tolist() == [[[v[3], v[0], v[4]] for v in r] for r in rows]
        assert y.index_select(2, torch.tensor([2])).tolist() == [[[v[2]] for v in r] for r in rows]
        assert y[:, i].tolist() == [[r[3], r[0], r[-1]] for r in rows]
        places = torch.randint(0, 5, y.shape)
        got, added = y.scatter(2, places, y.flip(2)), y.scatter_add(2, places, y.flip(2))
        put, kept = y.clone(), y.index_add(2, torch.tensor([1, 1, 4]), y[..., :3])
        put[..., i] = y[..., :3]
        for a, b in itertools.product(range(0, len(rows), 7), range(0, len(rows[0]), 5)):
            row, at = rows[a][b], places[a, b].tolist()
            set_, sums, two = list(row), list(row), list(row)
            for k, place in enumerate(at):
                set_[place] = row[4 - k]
                sums[place] = sums[place] + row[4 - k]
            two[1], two[4] = two[1] + row[0] + row[1], two[4] + row[2]
            as_dtype = torch.tensor([sums, two]).to(dtype)
            assert got[a, b].tolist() == set_
            assert put[a, b].tolist() == [row[1], *row[1:3], row[0], row[2]]
            if dtype is not torch.bfloat16:
                assert [added[a, b].tolist(), kept[a, b].tolist()] == as_dtype.tolist()


def test_triangles_of_any_layout():
    for shape in ((3, 70), (70, 3), (5, 5), (2, 4, 6), (0, 4), (4, 0)):
        x = torch.randn(shape)
        for y, d in itertools.product(
            (x, x.mT.contiguous().mT, torch.cat([x, x], -1)[..., : shape[-1]]), (-80, -2, 0, 1, 80)
        ):
            rows, columns = torch.arange(shape[-2])[:, None], torch.arange(shape[-1])[None]
            assert torch.equal(y.tril(d), torch.where(columns <= rows + d, y, 0))
            assert torch.equal(y.triu(d), torch.where(columns >= rows + d, y, 0))


def test_interpolation_from_the_nearer_end():
    a, b = torch.randn(40, 53), torch.randn(40, 53)
    for w in (0.0, 0.25, 0.5, 0.75, 1.0, -3.0, 7.0):
        want = a + w * (b - a) if abs(w) < 0.5 else b - (b - a) * (1 - w)
        assert torch.equal(torch.lerp(a, b, w), want)
        assert torch.equal(
            torch.lerp(a[:, 1:51], b[:1, 1:51], torch.tensor(w)),
            torch.lerp(a, b[:1].expand_as(a), w)[:, 1:51],
        )
    assert torch.equal(torch.lerp(a, b, 1.0), b)


def test_copies_of_short_rows_over_several_axes():
    for k, n, m in itertools.product((2, 3, 5, 7), (20, 130), (3, 300)):
        x = torch.arange(m * n * (k + 3)).reshape(m, n, k + 3)[..., 1 : k + 1]
        got = torch.cat([x, x], 1)
        assert got.tolist() == [r + r for r in x.tolist()]
        out = torch.zeros(m, n, k + 2, dtype=torch.int64)
        out[..., 1 : k + 1] = x
        assert torch.equal(out[..., 1 : k + 1], x) and not out[..., 0].any() and not out[..., k + 1].any()
