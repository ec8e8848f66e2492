"""Shapes for which a kernel has a way of its own: narrow matrices, small products, small planes, borders, parts of a base.

Each is compared with NumPy or with the definition, in float64.
"""

import numpy as np
import pytest
import rushlight as rl
import rushlight.nn.functional as F
from rushlight.testing import assert_close


def exact(x):
    return x.detach().double().numpy()


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64])
@pytest.mark.parametrize("k", range(1, 11))
@pytest.mark.parametrize("rows", [1, 7, 16, 1000, 2500])
def test_products_of_a_vector_with_narrow_matrices(k, rows, dtype):
    rl.manual_seed(k)
    m, v, w = rl.randn(rows, k, dtype=dtype), rl.randn(k, dtype=dtype), rl.randn(rows, dtype=dtype)
    wide = rl.randn(rows, k + 3, dtype=dtype)[:, :k]  # rows apart in memory
    for got, want in [
        (m @ v, exact(m) @ exact(v)),
        (w @ m, exact(w) @ exact(m)),
        (rl.addmv(w, m, v, beta=0.5, alpha=2), 0.5 * exact(w) + 2 * (exact(m) @ exact(v))),
        (wide @ v, exact(wide) @ exact(v)),
    ]:
        assert np.allclose(exact(got), want, rtol=1e-4, atol=1e-4 if dtype == rl.float32 else 1e-10)


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 16, 17, 31, 33, 64, 65])
@pytest.mark.parametrize("m, k", [(2, 2), (4, 4), (9, 3), (16, 16), (3, 40)])
def test_batches_of_small_products(m, k, n, dtype):
    rl.manual_seed(n)
    a, b = rl.randn(3, m, k, dtype=dtype), rl.randn(3, k, n, dtype=dtype)
    for x, y in [(a, b), (a.mT.contiguous().mT, b), (a, b.mT.contiguous().mT), (a[:, ::2], b)]:
        assert np.allclose(exact(x @ y), exact(x) @ exact(y), rtol=1e-4, atol=1e-5 if dtype == rl.float32 else 1e-12)
    nan = a.clone()
    nan[1, 0, 0] = float("nan")
    assert (nan @ b).isnan().any(-1).sum() == 1


@pytest.mark.parametrize("width", [3, 7, 11, 12, 14, 16, 25, 28, 31, 47, 56, 64, 65])
@pytest.mark.parametrize("kernel, padding", [(3, 1), (5, 2), (3, 0), (7, 3)])
def test_depthwise_planes_of_every_width(width, kernel, padding):
    if width + 2 * padding < kernel:
        pytest.skip("no output")
    rl.manual_seed(width)
    height = kernel + 2
    x = rl.randn(2, 5, height, width)
    w, b = rl.randn(5, 1, kernel, kernel), rl.randn(5)
    seed, both = None, []
    for d in (rl.float32, rl.float64):
        leaves = [t.detach().clone().to(d).requires_grad_() for t in (x, w, b)]
        out = F.conv2d(*leaves, padding=padding, groups=5)
        seed = rl.randn(out.shape) if seed is None else seed
        both.append([out, *rl.autograd.grad(out, leaves, seed.to(d))])
    for ours, wide in zip(*both, strict=True):
        assert_close(ours, wide.float(), rtol=1e-3, atol=1e-3)
    around = np.pad(exact(x), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(around, (kernel, kernel), (2, 3))
    want = np.einsum("nchwij,cij->nchw", windows, exact(w)[:, 0]) + exact(b)[:, None, None]
    assert np.allclose(exact(both[0][0]), want, rtol=1e-3, atol=1e-3)
    # the gradient for the weight is what each tap has seen
    want = np.einsum("nchwij,nchw->cij", windows, exact(seed))
    assert np.allclose(exact(both[0][2])[:, 0], want, rtol=1e-3, atol=1e-3)
    # what lies beside a plane never reaches it
    x[0, 1] = float("inf")
    clean = F.conv2d(x, w, b, padding=padding, groups=5)
    assert clean[:, [0, 2, 3, 4]].isfinite().all() and clean[1].isfinite().all()


@pytest.mark.parametrize("height, width", [(1, 4), (2, 5), (3, 17), (7, 7), (11, 9), (14, 14), (20, 70)])
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (4, 4), (6, 2), (9, 1), (3, 3), (11, 5)])
@pytest.mark.parametrize("stride, dilation, padding", [(1, 1, 0), (1, 2, 2), (2, 1, 1), (3, 1, 4), (2, 3, 6)])
def test_depthwise_planes_of_every_kernel_and_stride(height, width, kernel, stride, dilation, padding):
    reach = [(k - 1) * dilation + 1 for k in kernel]
    if height + 2 * padding < reach[0] or width + 2 * padding < reach[1] or padding > 9:
        pytest.skip("no output")
    rl.manual_seed(width)
    x, w = rl.randn(2, 3, height, width, dtype=rl.float64), rl.randn(3, 1, *kernel, dtype=rl.float64)
    around = np.pad(exact(x), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(around, reach, (2, 3))
    windows = windows[:, :, ::stride, ::stride, ::dilation, ::dilation]
    seed = rl.randn(2, 3, *windows.shape[2:4], dtype=rl.float64)
    spread = np.zeros_like(around)
    for i, j in np.ndindex(*kernel):
        y, z = i * dilation, j * dilation
        to = spread[:, :, y : y + stride * (seed.shape[2] - 1) + 1 : stride, z : z + stride * (seed.shape[3] - 1) + 1 : stride]
        to += exact(seed) * exact(w)[:, 0, i, j][:, None, None]
    inside = slice(padding, padding + height), slice(padding, padding + width)
    want = [np.einsum("nchwij,cij->nchw", windows, exact(w)[:, 0]), spread[:, :, inside[0], inside[1]], np.einsum("nchwij,nchw->cij", windows, exact(seed))[:, None]]
    for d, close in ((rl.float32, 1e-4), (rl.float64, 1e-12)):
        leaves = [t.detach().clone().to(d).requires_grad_() for t in (x, w)]
        out = F.conv2d(*leaves, stride=stride, padding=padding, dilation=dilation, groups=3)
        for ours, theirs in zip((out, *rl.autograd.grad(out, leaves, seed.to(d))), want, strict=True):
            assert np.allclose(exact(ours), theirs, rtol=close, atol=close * 10)


@pytest.mark.parametrize("n, channels, size", [(1, 3, (4, 4)), (5, 7, (3, 1)), (16, 20, (4, 4))])
def test_a_window_that_is_the_whole_image(n, channels, size):
    rl.manual_seed(n)
    x, w, b = (rl.randn(*s, dtype=rl.float64) for s in ((n, channels, *size), (9, channels, *size), (9,)))
    want = np.einsum("nchw,mchw->nm", exact(x), exact(w)) + exact(b)
    back = np.einsum("nm,mchw->nchw", want, exact(w))
    for form in (rl.contiguous_format, rl.channels_last):
        got = F.conv2d(x.contiguous(memory_format=form), w.contiguous(memory_format=form), b)
        assert got.shape == (n, 9, 1, 1) and np.allclose(exact(got)[..., 0, 0], want)
        shift = rl.arange(channels, dtype=rl.float64)
        there = F.conv_transpose2d(got.contiguous(memory_format=form), w.contiguous(memory_format=form), shift)
        assert np.allclose(exact(there), back + exact(shift)[:, None, None])


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 10, 15, 16, 17, 31, 32])
@pytest.mark.parametrize("rows", [1, 15, 16, 100])
def test_layer_norm_of_short_rows(n, rows, dtype):
    rl.manual_seed(n)
    x, w, b, g = (rl.randn(*s, dtype=dtype) for s in ((rows, n), (n,), (n,), (rows, n)))
    for affine in (True, False):
        leaves = [t.clone().requires_grad_() for t in ((x, w, b) if affine else (x,))]
        got = F.layer_norm(leaves[0], (n,), *leaves[1:])
        xs, gs = exact(x), exact(g)
        d = xs - xs.mean(1, keepdims=True)
        r = 1 / np.sqrt((d**2).mean(1, keepdims=True) + 1e-5)
        h, gw = d * r, gs * (exact(w) if affine else 1)
        want = [h * exact(w) + exact(b) if affine else h]
        want.append(r * (gw - gw.mean(1, keepdims=True) - h * (gw * h).mean(1, keepdims=True)))
        want += [(gs * h).sum(0), gs.sum(0)] if affine else []
        close = 2e-4 if dtype == rl.float32 else 1e-9
        for ours, theirs in zip((got, *rl.autograd.grad(got, leaves, g)), want, strict=True):
            assert np.allclose(exact(ours), theirs, rtol=close, atol=close * r.max())
    # a row's bits do not depend on the rows beside it
    assert rl.equal(F.layer_norm(x, (n,), w, b)[-15:], F.layer_norm(x[-15:], (n,), w, b))


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16])
@pytest.mark.parametrize("n", [1, 10, 33, 768])
@pytest.mark.parametrize("affine", [True, False])
def test_layer_norm_of_halves_is_computed_in_float32(dtype, n, affine):
    rl.manual_seed(n)
    x = rl.randn(40, n, dtype=dtype).requires_grad_()
    w, b = (rl.randn(n, dtype=dtype).requires_grad_() if affine else None for _ in range(2))
    wide = [t.detach().float().requires_grad_() if t is not None else None for t in (x, w, b)]
    got, want = F.layer_norm(x, (n,), w, b), F.layer_norm(wide[0], (n,), wide[1], wide[2])
    eps = rl.finfo(dtype).eps
    assert_close(got.float(), want, rtol=eps, atol=eps)
    seed = rl.randn(40, n, dtype=dtype)
    got.backward(seed)
    want.backward(seed.float())
    for half, full in zip((x, w, b), wide, strict=True):
        if half is not None:
            assert_close(half.grad.float(), full.grad, rtol=4 * eps, atol=4 * eps)


@pytest.mark.parametrize("dtype", [rl.uint8, rl.float16, rl.float32, rl.float64, rl.complex128])
@pytest.mark.parametrize("pad", [(1, 2), (0, 0, 3, 1), (2, 2, 2, 2), (-1, 3, 2, -1), (0, 40, 1, 0), (-3, -3)])
@pytest.mark.parametrize("value", [0, 3])
def test_borders(dtype, pad, value):
    x = rl.arange(2 * 3 * 8 * 9).reshape(2, 3, 8, 9).to(dtype)
    around = [(0, 0)] * 4
    for i in range(len(pad) // 2):
        around[3 - i] = pad[2 * i : 2 * i + 2]
    cut = x.numpy()[
        tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(around, x.shape, strict=True))
    ]
    want = np.pad(cut, [(max(a, 0), max(b, 0)) for a, b in around], constant_values=value)
    for y in (x, x.contiguous(memory_format=rl.channels_last), x.mT.contiguous().mT, x.flip(3).flip(3)):
        got = F.pad(y, pad, value=value)
        assert np.array_equal(got.numpy(), want)


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_joining_channels_last(channels):
    parts = [rl.randn(2, c, 5, 7).contiguous(memory_format=rl.channels_last) for c in (channels, 2, channels)]
    for axis in range(4):
        same = [p[:, :1] for p in parts] if axis != 1 else parts
        same = [p.contiguous(memory_format=rl.channels_last) for p in same]
        joined = rl.cat(same, axis)
        assert np.array_equal(joined.numpy(), np.concatenate([p.numpy() for p in same], axis))
    assert channels == 1 or rl.cat(parts, 1).is_contiguous(memory_format=rl.channels_last)


VIEWS = [
    lambda x: x[::2],
    lambda x: x[:, 1:-1],
    lambda x: x[2],
    lambda x: x[:, 3],
    lambda x: x[1:4, ::3],
    lambda x: x.diagonal(1),
    lambda x: x.unfold(1, 4, 2),
    lambda x: x.unfold(0, 3, 1),
    lambda x: x.as_strided((3, 2), (1, 1), 4),
    lambda x: x.t()[1:3],
    lambda x: x[5:5],
    lambda x: x.unbind(1)[2],
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dtype", [rl.float64, rl.bfloat16, rl.complex64])
def test_the_gradient_of_a_view_counts_how_often_it_shows_each_element(view, dtype):
    x = rl.zeros(6, 8, dtype=dtype, requires_grad=True)
    place = view(rl.arange(48).reshape(6, 8)).reshape(-1)
    out = view(x)
    seed = (rl.arange(out.numel()) % 5).to(dtype).reshape(out.shape)
    want = np.zeros(48)
    np.add.at(want, place.numpy(), (np.arange(out.numel()) % 5).astype(float))
    (grad,) = rl.autograd.grad(out, x, seed)
    assert np.array_equal(grad.to(rl.complex128).numpy().real.reshape(-1), want)
    # through a seed that is no block of memory
    (grad,) = rl.autograd.grad(view(x), x, rl.ones((), dtype=dtype).expand(out.shape))
    want = np.bincount(place.numpy(), minlength=48)
    assert np.array_equal(grad.to(rl.complex128).numpy().real.reshape(-1), want)


@pytest.mark.parametrize("axes", [2, 3])
def test_fractional_windows_lie_where_the_samples_say(axes):
    sizes, kernel, output = (9, 8, 7)[:axes], (2, 3, 2)[:axes], (4, 3, 3)[:axes]
    rl.manual_seed(0)
    x, samples = rl.randn(2, 3, *sizes, dtype=rl.float64), rl.rand(2, 3, axes, dtype=rl.float64)
    f = F.fractional_max_pool2d if axes == 2 else F.fractional_max_pool3d
    got, places = f(x, kernel, output, return_indices=True, _random_samples=samples)
    for n in range(2):
        for c in range(3):
            u = samples[n, c].tolist()
            u = u[::-1] if axes == 2 else u
            starts = []
            for a in range(axes):
                alpha = (sizes[a] - kernel[a]) / (output[a] - 1)
                s = [int((i + u[a]) * alpha) - int(u[a] * alpha) for i in range(output[a])]
                s[-1] = sizes[a] - kernel[a]
                starts.append(s)
            for o in np.ndindex(*output):
                part = x[n, c][
                    tuple(slice(starts[a][o[a]], starts[a][o[a]] + kernel[a]) for a in range(axes))
                ]
                assert got[n, c][o] == part.max()
                assert x[n, c].reshape(-1)[places[n, c][o]] == part.max()


def test_neighbours_and_reflections_of_every_width():
    for n in (1, 2, 5, 16, 33, 100):
        x = rl.arange(3 * 2 * n, dtype=rl.float32).reshape(1, 3, 2, n)
        up = F.interpolate(x, scale_factor=(2, 3))
        assert rl.equal(up, x.repeat_interleave(2, 2).repeat_interleave(3, 3))
        if n > 4:
            for mode, numpy in (("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")):
                want = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 1), (2, 4)), mode=numpy)
                assert np.array_equal(F.pad(x, (2, 4, 1, 1), mode=mode).numpy(), want)


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16])
@pytest.mark.parametrize("m, k", [(31, 64), (32, 2), (45, 1), (100, 257), (1001, 32)])
@pytest.mark.parametrize("n", [1, 2, 8, 15, 16, 17, 31, 32, 33])
def test_products_of_halves_with_few_columns(dtype, m, k, n):
    rl.manual_seed(m + n)
    a, b, bias = rl.randn(m, k).to(dtype), rl.randn(k, n).to(dtype), rl.randn(n).to(dtype)
    want = a.double() @ b.double()
    # one rounding of the result, and of the sums in float32
    tolerance = {"rtol": rl.finfo(dtype).eps, "atol": 1e-4 * k**0.5}
    ways = [a @ b, a @ b.t().contiguous().t(), (b.t() @ a.t()).t(), (b.t().contiguous() @ a.t()).t(), a.t().contiguous().t() @ b]
    for got in ways:
        assert got.dtype is dtype
        assert_close(got.double(), want, **tolerance)
    assert_close(F.linear(a, b.t(), bias).double(), want + bias.double(), **tolerance)
    assert_close(rl.addmm(rl.ones(m, n, dtype=dtype), a, b, beta=2, alpha=0.5).double(), want * 0.5 + 2, **tolerance)
    wide = rl.zeros(m, 2 * n, dtype=dtype)
    wide[:, ::2] = rl.mm(a, b)
    rl.mm(a, b, out=wide[:, n:])
    assert_close(wide[:, n:].double(), want, **tolerance)
