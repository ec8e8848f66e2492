"""Products and poolings at the sizes where another kernel takes over, against float64."""

from functools import partial

import numpy as np
import pytest
import rushlight as torch
from rushlight.nn import functional as F

pytestmark = pytest.mark.cpu("the choice between kernels of the CPU")

LOOSE = {
    torch.float32: 2e-6,
    torch.float64: 1e-14,
    torch.bfloat16: 8e-3,
    torch.float16: 1e-3,
    torch.complex64: 3e-6,
    torch.complex128: 2e-14,
}
# rows, terms, columns: short sums and their end, few rows and columns, one of either, what is not a whole number of vectors
SIZES = [
    (1, 1, 1),
    (3, 1, 40),
    (40, 1, 3),
    (700, 1, 10),
    (130, 2, 100),
    (768, 5, 48),
    (50, 8, 33),
    (50, 9, 33),
    (200, 8, 600),
    (10, 100, 8),
    (5, 48, 5),
    (12, 30, 64),
    (12, 30, 65),
    (9, 63, 3),
    (9, 64, 8),
    (30, 200, 9),
    (33, 40, 32),
    (31, 17, 33),
    (1, 1000, 5),
    (5, 1000, 1),
    (9, 1000, 1),
    (500, 10, 1),
    (1, 500, 300),
    (4, 77, 100),
    (100, 77, 4),
    (8, 500, 96),
]


def wide(x):
    """The same numbers as NumPy's, in float64 or complex128."""
    return (x.to(torch.complex128) if x.dtype.is_complex else x.double()).numpy()


def made(shape, dtype, by_columns):
    shape = (*shape[:-2], shape[-1], shape[-2]) if by_columns else shape
    x = torch.randn(shape, dtype=torch.complex128 if dtype.is_complex else torch.float64).to(dtype)
    return x.transpose(-1, -2) if by_columns else x


def near(got, want, size, dtype):
    assert got.dtype == dtype
    assert (np.abs(wide(got) - want) <= LOOSE[dtype] * (size + 1e-30)).all()


@pytest.mark.parametrize("dtype", LOOSE, ids=str)
def test_products_of_every_size_and_layout(dtype):
    torch.manual_seed(0)
    for m, k, n in SIZES:
        for bits in range(4):
            x, y = made((m, k), dtype, bits & 1), made((k, n), dtype, bits & 2)
            a, b = wide(x), wide(y)
            want, size = a @ b, np.abs(a) @ np.abs(b)
            near(x @ y, want, size, dtype)
            row, all_ = torch.randn(n).to(dtype), made((m, n), dtype, bits == 3)
            near(torch.addmm(row, x, y), want + wide(row), size + np.abs(wide(row)), dtype)
            size_all = 2 * size + np.abs(wide(all_))
            near(torch.addmm(all_, x, y), want + wide(all_), size_all, dtype)
            near(torch.addmm(all_, x, y, beta=0.5, alpha=2), 2 * want + 0.5 * wide(all_), size_all, dtype)
            column = torch.randn(m, 1).to(dtype)
            near(torch.addmm(column, x, y), want + wide(column), size + np.abs(wide(column)), dtype)
            near((x @ y[:, 0]), want[:, 0], size[:, 0], dtype)
            out = torch.empty(n, m, dtype=dtype).t()
            near(torch.mm(x, y, out=out), want, size, dtype)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.bfloat16, torch.float32], ids=str)
def test_products_of_stacks_and_of_every_other_element(dtype):
    torch.manual_seed(1)
    for m, k, n in SIZES[:20]:
        x, y = made((3, m, 2 * k), dtype, False)[..., ::2], made((3, k, 2 * n), dtype, False)[..., 1::2]
        z = made((3, m, n), dtype, True)
        want, size = wide(x) @ wide(y), np.abs(wide(x)) @ np.abs(wide(y))
        near(x @ y, want, size, dtype)
        near(torch.baddbmm(z, x, y), want + wide(z), size + np.abs(wide(z)), dtype)


def test_complex_factors_and_what_is_not_a_number():
    torch.manual_seed(2)
    x, y, z = (made(s, torch.complex64, False) for s in ((20, 9), (9, 30), (20, 30)))
    want = (1 - 2j) * (wide(x) @ wide(y)) + 1j * wide(z)
    size = 3 * (np.abs(wide(x)) @ np.abs(wide(y))) + np.abs(wide(z))
    near(torch.addmm(z, x, y, beta=1j, alpha=1 - 2j), want, size, torch.complex64)
    # with a factor of zero what is added is not read
    z.fill_(float("nan"))
    near(torch.addmm(z, x, y, beta=0), wide(x) @ wide(y), size, torch.complex64)
    for dtype in (torch.bfloat16, torch.float32, torch.complex64):
        x, y = made((40, 7), dtype, False), made((7, 20), dtype, False)
        x[3, 6] = float("nan")
        bad = torch.isnan(x @ y)
        assert bad[3].all() and bad.sum() == 20


def pooled(x, sizes, windows):
    """Means over windows, each a slice of every axis, and the same spread back for a gradient of ones."""
    y = np.zeros([*x.shape[:2], *(len(w) for w in windows)])
    back = np.zeros(x.shape)
    for o in np.ndindex(*y.shape[2:]):
        at = (..., *(windows[a][o[a]][0] for a in range(len(sizes))))
        weight = np.prod([windows[a][o[a]][1] for a in range(len(sizes))])
        y[(..., *o)] = x[at].sum(tuple(range(2, x.ndim))) / weight
        back[at] += 1 / weight
    return y, back


def fixed(n, k, s, p, counts):
    out = (n + 2 * p - k) // s + 1
    ends = [(max(o * s - p, 0), min(o * s - p + k, n)) for o in range(out)]
    return [(slice(a, b), k if counts else b - a) for a, b in ends]


def adaptive(n, out):
    ends = [(o * n // out, -(-(o + 1) * n // out)) for o in range(out)]
    return [(slice(a, b), b - a) for a, b in ends]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("last", [False, True])
def test_averages_and_their_gradients(dtype, last):
    torch.manual_seed(3)
    cases = [((9, 7), k, s, p) for k, s, p in ((2, 2, 0), (2, 2, 1), (3, 1, 1), (3, 2, 1), (3, 3, 0), (4, 4, 2), (5, 2, 0))]
    cases += [((40, 70), 3, 1, 0), ((300, 8), 2, 2, 1), ((6, 5, 7), 3, 1, 1), ((4, 50, 3), 2, 2, 0), ((5, 4, 40), 3, 2, 1)]
    for sizes, k, s, p in cases:
        if last and len(sizes) == 3:
            continue
        x = torch.randn(2, 3, *sizes).to(dtype)
        x = x.contiguous(memory_format=torch.channels_last) if last else x
        for counts in (True, False):
            windows = [fixed(n, k, s, p, counts) for n in sizes]
            op = F.avg_pool2d if len(sizes) == 2 else F.avg_pool3d
            compare(partial(op, kernel_size=k, stride=s, padding=p, count_include_pad=counts), x, sizes, windows)
    for sizes, outs in (((1000, 8), 2), ((64, 8), 3), ((5, 7), 7), ((13, 30, 4), 3), ((8, 112, 14), 2), ((3, 4, 5), 6)):
        if last and len(sizes) == 3:
            continue
        x = torch.randn(2, 3, *sizes).to(dtype)
        x = x.contiguous(memory_format=torch.channels_last) if last else x
        op = F.adaptive_avg_pool2d if len(sizes) == 2 else F.adaptive_avg_pool3d
        compare(partial(op, output_size=outs), x, sizes, [adaptive(n, outs) for n in sizes])


def compare(op, x, sizes, windows):
    x = x.detach().requires_grad_()
    y = op(x)
    want, back = pooled(wide(x.detach()), sizes, windows)
    loose = LOOSE[x.dtype] * 4
    assert np.abs(wide(y.detach()) - want).max() <= loose * (1 + np.abs(want).max())
    (g,) = torch.autograd.grad(y, x, torch.ones_like(y))
    assert np.abs(wide(g) - back).max() <= loose * (1 + np.abs(back).max())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("channels", [1, 3, 16, 21, 40])
def test_greatest_elements_with_channels_last(dtype, channels):
    torch.manual_seed(4)
    for sizes, op in (
        ((9, 7), lambda t: F.max_pool2d(t, 2, return_indices=True)),
        ((9, 8), lambda t: F.max_pool2d(t, 3, 2, 1, return_indices=True)),
        ((6, 9), lambda t: F.max_pool2d(t, 3, 1, dilation=2, return_indices=True)),
        ((30, 12), lambda t: F.adaptive_max_pool2d(t, 1, return_indices=True)),
        ((12, 9), lambda t: F.adaptive_max_pool2d(t, 3, return_indices=True)),
        ((7, 10), lambda t: F.adaptive_max_pool2d(t, 4, return_indices=True)),
    ):
        plain = torch.randn(2, channels, *sizes).to(dtype)
        plain[0, 0, 2, 3] = float("-inf")
        results = []
        for x in (plain.clone(), plain.contiguous(memory_format=torch.channels_last)):
            y, at = op(x.requires_grad_())
            (g,) = torch.autograd.grad(y, x, torch.arange(y.numel()).reshape(y.shape).to(dtype) / 8)
            results.append((y.detach(), at, g))
        for one, other in zip(*results, strict=True):
            assert torch.equal(one, other)
        # sums of what several windows send are rounded once
        y, at, g = results[0]
        sums = np.zeros((2, channels, sizes[0] * sizes[1]))
        sent = wide(torch.arange(y.numel()).reshape(y.shape).to(dtype) / 8)
        for i in np.ndindex(*y.shape):
            sums[i[0], i[1], at[i].item()] += sent[i]
        assert torch.equal(g, torch.tensor(sums.reshape(g.shape)).to(torch.float32).to(dtype))


def test_nothing_but_infinity_or_no_number_has_a_place():
    for channels in (3, 16, 40):
        x = torch.full((1, channels, 4, 4), float("-inf")).contiguous(memory_format=torch.channels_last)
        y, at = F.max_pool2d(x, 2, return_indices=True)
        assert y.eq(float("-inf")).all() and at[0, channels - 1].tolist() == [[0, 2], [8, 10]]
        x[0, :, 1, 1] = float("nan")
        x[0, :, 0, 1] = float("nan")
        y, at = F.max_pool2d(x, 2, return_indices=True)
        assert torch.isnan(y[0, :, 0, 0]).all() and at[0, :, 0, 0].eq(5).all()
