"""Convolutions on both sides of the kernels' choices, of small whole numbers: exact in every dtype, against the definition."""

import itertools

import numpy as np
import pytest
import rushlight as torch

F = torch.nn.functional


def windows(x, tap, spec, sizes):
    """What a tap reads of a padded image, for every output."""
    at = (slice(k * d, k * d + (n - 1) * s + 1, s) for k, d, s, n in zip(tap, spec["dilation"], spec["stride"], sizes, strict=True))
    return x[(slice(None), slice(None), *at)]


def by_definition(x, w, spec, g=None):
    """The result, or the gradients for image and weight, from sums over taps in float64."""
    groups, pad = spec["groups"], spec["padding"]
    padded = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in pad)])
    kernel = w.shape[2:]
    sizes = [
        (n - (k - 1) * d - 1) // s + 1
        for n, k, d, s in zip(padded.shape[2:], kernel, spec["dilation"], spec["stride"], strict=True)
    ]
    y = np.zeros([x.shape[0], w.shape[0], *sizes])
    dx, dw = np.zeros_like(padded), np.zeros_like(w)
    ci, co = x.shape[1] // groups, w.shape[0] // groups
    for tap in itertools.product(*map(range, kernel)):
        of = (slice(None), slice(None), *tap)
        for i in range(groups):
            read = windows(padded, tap, spec, sizes)[:, i * ci : (i + 1) * ci]
            made = slice(i * co, (i + 1) * co)
            if g is None:
                y[:, made] += np.einsum("nc...,oc->no...", read, w[of][made])
            else:
                to = windows(dx, tap, spec, sizes)[:, i * ci : (i + 1) * ci]
                to += np.einsum("no...,oc->nc...", g[:, made], w[of][made])
                flat = (a.reshape(*a.shape[:2], -1) for a in (read, g[:, made]))
                dw[of][made] = np.einsum("ncp,nop->oc", *flat)
    if g is None:
        return y
    inside = (slice(None), slice(None), *(slice(p, n - p) for p, n in zip(pad, padded.shape[2:], strict=True)))
    return dx[inside], dw


# images, channels in and out, groups, sizes, kernel, stride, padding, dilation
KINDS = {
    "narrow rows, strides in all axes": (2, 5, 3, 1, (7, 8, 5), (3, 3, 3), (3, 3, 3), (1, 1, 1), (1, 1, 1)),
    "slices that no tap reads": (3, 4, 2, 1, (11, 6, 70), (1, 1, 1), (3, 2, 2), (0, 0, 0), (1, 1, 1)),
    "windows with gaps": (1, 3, 4, 1, (9, 13, 9), (2, 2, 2), (3, 3, 3), (1, 1, 1), (2, 2, 2)),
    "phases without taps, the first among them": (2, 2, 3, 1, (6, 9, 9), (1, 1, 1), (1, 2, 3), (0, 1, 1), (1, 1, 1)),
    "an image smaller than the stride": (2, 3, 2, 1, (2, 2), (2, 1), (4, 3), (1, 1), (1, 1)),
    "phases of the width, four": (1, 3, 5, 1, (5, 19), (3, 5), (2, 4), (1, 2), (1, 1)),
    "phases of the width, five": (1, 3, 5, 1, (5, 23), (3, 7), (1, 5), (1, 3), (1, 1)),
    "rows of a vector and more, a step of two": (2, 3, 6, 3, (20, 75), (3, 3), (2, 2), (1, 1), (1, 1)),
    "rows of many elements, a step of three": (1, 2, 3, 1, (6, 211), (3, 3), (3, 3), (1, 1), (1, 1)),
    "one channel out": (9, 3, 1, 1, (9, 40), (3, 3), (1, 1), (1, 1), (1, 1)),
    "two channels out, in an odd number of terms": (1, 1, 2, 1, (12, 17), (3, 3), (1, 1), (0, 0), (1, 1)),
    "three channels out by single pixels": (8, 4, 3, 1, (9, 13, 5), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 1, 1)),
    "seven channels out": (8, 6, 7, 1, (33,), (5,), (1,), (2,), (1,)),
    "as many channels as a vector has lanes": (2, 9, 16, 1, (7, 6), (3, 3), (1, 1), (1, 1), (1, 1)),
    "one more than that": (2, 9, 17, 1, (7, 6), (3, 3), (1, 1), (1, 1), (1, 1)),
    "an image larger than the cache": (1, 260, 3, 1, (3, 33, 33), (1, 2, 2), (1, 1, 1), (0, 1, 1), (1, 1, 1)),
    "one channel in": (2, 1, 8, 1, (30, 8), (3, 3), (3, 3), (1, 1), (1, 1)),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_convolution_and_its_gradients_are_the_sums_of_the_definition(kind, last, dtype):
    n, cin, cout, groups, sizes, kernel, stride, padding, dilation = KINDS[kind]
    spec = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if last and len(sizes) != 2:
        pytest.skip("channels last is for images")
    random = np.random.default_rng(1)
    # sparse, so that sums of halves stay whole numbers that halves have
    some = lambda *shape: random.integers(-1, 2, shape) * (random.random(shape) < 0.3).astype(float)  # noqa: E731
    x, w = some(n, cin, *sizes), some(cout, cin // groups, *kernel)
    y = by_definition(x, w, spec)
    g = some(*y.shape)
    dx, dw = by_definition(x, w, spec, g)
    tx, tw = (torch.tensor(a).to(dtype).requires_grad_() for a in (x, w))
    image = tx.contiguous(memory_format=torch.channels_last) if last else tx
    conv = [F.conv1d, F.conv2d, F.conv3d][len(sizes) - 1]
    made = conv(image, tw, None, **spec)
    found = torch.autograd.grad(made, (tx, tw), torch.tensor(g).to(dtype))
    rounded = lambda a: torch.tensor(a).to(dtype).double().numpy()  # noqa: E731
    for mine, theirs in ((made, y), (found[0], dx), (found[1], dw)):
        assert np.array_equal(mine.detach().double().numpy(), rounded(theirs)), kind


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("channels", [1, 3, 9, 20])
def test_a_transposed_convolution_is_the_gradient_of_one(channels, kernel, stride):
    random = np.random.default_rng(2)
    whole = lambda *shape: random.integers(-3, 4, shape).astype(float)  # noqa: E731
    x, w, bias = whole(2, 3, 4, 6), whole(3, channels, kernel, kernel), whole(channels)
    sizes = [(n - 1) * stride + kernel for n in (4, 6)]
    spec = {"stride": (stride,) * 2, "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    expected = by_definition(np.zeros((2, channels, *sizes)), w, spec, x)[0] + bias[:, None, None]
    for last in (False, True):
        image = torch.tensor(x).float()
        image = image.contiguous(memory_format=torch.channels_last) if last else image
        made = F.conv_transpose2d(image, torch.tensor(w).float(), torch.tensor(bias).float(), stride=stride)
        assert np.array_equal(made.numpy(), expected)


def test_what_a_weight_does_not_read_does_not_reach_its_gradient():
    """An infinity behind the end of a row, and in a slice between those that are read."""
    x = torch.ones(8, 2, 5, 6, 9)
    x[..., 8] = float("inf")
    x[:, :, 1] = float("inf")
    w = torch.ones(1, 2, 1, 1, 1, requires_grad=True)
    y = F.conv3d(x, w, stride=(2, 1, 1))[..., :8]
    (dw,) = torch.autograd.grad(F.conv3d(x[..., :8], w, stride=(2, 1, 1)), w, torch.ones_like(y))
    assert dw.flatten().tolist() == [8 * 3 * 6 * 8.0] * 2
