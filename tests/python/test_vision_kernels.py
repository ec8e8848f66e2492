"""The kernels of pictures: against exact whole numbers, against compositions of tensor operations, for any number of threads."""

import math

import numpy as np
import pytest
import rushlight as torch
from rushlight.autograd import gradcheck
from rushlight.nn import functional as nnF
from rushlight.vision import ops
from rushlight.vision.ops import _composed
from rushlight.vision.transforms import _functional_tensor as F1
from rushlight.vision.transforms.v2 import functional as F2

pytestmark = pytest.mark.cpu("kernels of the processor")


def picture(*shape, seed=0, last=False):
    x = torch.from_numpy(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))
    return x.movedim(-3, -1).contiguous().movedim(-1, -3) if last else x


# ---- bytes resized ------------------------------------------------------------------------------------------------------
def weights(size, new, mode, antialias):
    """For each output its first input and weights in float64, as Pillow and PyTorch have them."""
    half = {"bilinear": 1, "bicubic": 2, "lanczos": 3}[mode]
    a = -0.5 if antialias else -0.75

    def kernel(x):
        x = abs(x)
        if mode == "bilinear":
            return max(0.0, 1 - x)
        if mode == "lanczos":
            return float(np.sinc(x) * np.sinc(x / 3)) if x < 3 else 0.0
        near, far = ((a + 2) * x - (a + 3)) * x * x + 1, (((x - 5) * x + 8) * x - 4) * a
        return near if x < 1 else far if x < 2 else 0.0

    rows, scale = [], size / new
    for i in range(new):
        if antialias:
            stretch, centre = max(scale, 1), scale * (i + 0.5)
            low, high = max(int(centre - half * stretch + 0.5), 0), min(int(centre + half * stretch + 0.5), size)
            w = [kernel((j + 0.5 - centre) / stretch) for j in range(low, high)]
            rows.append((low, [v / sum(w) for v in w]))
            continue
        at = scale * (i + 0.5) - 0.5
        at = max(at, 0.0) if mode == "bilinear" else at
        taps = {}
        for j in range(math.floor(at) - half + 1, math.floor(at) + half + 1):
            place = min(max(j, 0), size - 1)
            taps[place] = taps.get(place, 0.0) + kernel(at - j)
        rows.append((min(taps), [taps[k] for k in sorted(taps)]))
    return rows


def whole(rows):
    largest, precision = max(max(w) for _, w in rows), 0
    while precision < 22 and int(0.5 + largest * (1 << (precision + 1))) < 1 << 15:
        precision += 1
    return [(low, [int(v * (1 << precision) + (-0.5 if v < 0 else 0.5)) for v in w]) for low, w in rows], precision


def resized(x, new, axis, mode, antialias):
    if x.shape[axis] == new:
        return x
    rows, precision = whole(weights(x.shape[axis], new, mode, antialias))
    x = np.moveaxis(x.astype(np.int64), axis, -1)
    sums = [sum(w * x[..., low + k] for k, w in enumerate(row)) + (1 << (precision - 1)) >> precision for low, row in rows]
    return np.moveaxis(np.clip(np.stack(sums, -1), 0, 255).astype(np.uint8), -1, axis)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(("mode", "antialias"), [("bilinear", True), ("bilinear", False), ("bicubic", True), ("bicubic", False), ("lanczos", True)])
def test_bytes_are_resized_by_whole_weights(mode, antialias, last):
    for shape, size in [((1, 3, 37, 53), (20, 31)), ((2, 1, 16, 64), (33, 70)), ((2, 4, 50, 9), (7, 9)), ((1, 2, 5, 130), (5, 17)), ((1, 5, 19, 23), (40, 8))]:
        x = picture(*shape, seed=shape[2], last=last)
        got = nnF.interpolate(x, size=size, mode=mode, antialias=antialias, align_corners=False)
        expected = resized(resized(x.numpy(), size[1], 3, mode, antialias), size[0], 2, mode, antialias)
        assert np.array_equal(got.numpy(), expected), (shape, size)
        assert got.is_contiguous(memory_format=torch.channels_last) == x.is_contiguous(memory_format=torch.channels_last)


def single_taps(size, new, mode, antialias):
    """For each output its inputs and weights, every step rounded to single precision, and how many inputs count."""
    one, scale = np.float32(1), np.float32(size) / np.float32(new)

    def kernel(x, a):
        x = np.abs(x)
        if mode == "bilinear":
            return np.maximum(one - x, np.float32(0))
        near = ((a + np.float32(2)) * x - (a + np.float32(3))) * x * x + one
        far = (((x - np.float32(5)) * x + np.float32(8)) * x - np.float32(4)) * a
        return near if x < 1 else far if x < 2 else np.float32(0)

    for i in range(new):
        if antialias:
            stretch = max(scale, one)
            support, centre = np.float32({"bilinear": 1, "bicubic": 2}[mode]) * stretch, scale * np.float32(i + 0.5)
            low = max(int(centre - support + np.float32(0.5)), 0)
            high = min(int(centre + support + np.float32(0.5)), size)
            w = [kernel((np.float32(k) + (np.float32(low) - centre) + np.float32(0.5)) * (one / stretch), np.float32(-0.5)) for k in range(high - low)]
            total = w[0]
            for v in w[1:]:
                total = total + v
            yield [(low + k, v / total) for k, v in enumerate(w)]
            continue
        at = np.float32(float(scale) * (i + 0.5) - 0.5)
        if mode == "bilinear":
            at = max(at, np.float32(0))
            low, part = int(at), at - np.floor(at)
            yield [(low, one - part), (min(low + 1, size - 1), part)]
        else:
            low, part = int(np.floor(at)), at - np.floor(at)
            yield [(min(max(low + k, 0), size - 1), kernel(part - np.float32(k), np.float32(-0.75))) for k in range(-1, 3)]


def fused(total, x, w):
    return (total.astype(np.float64) + x.astype(np.float64) * np.float64(w)).astype(np.float32)


def single(x, new, mode, antialias):
    """Bytes (..., H, W) as PyTorch's compiled loops resize the floats that they are made into."""
    x = x.astype(np.float32)
    if mode == "bilinear" and not antialias:
        rows, columns = (list(single_taps(x.shape[axis], new[axis], mode, False)) for axis in (-2, -1))
        out = np.zeros((*x.shape[:-2], *new), np.float32)
        for i, down in enumerate(rows):
            for j, across in enumerate(columns):
                total = None
                for a, b in ((0, 1), (0, 0), (1, 0), (1, 1)):
                    value, w = x[..., down[a][0], across[b][0]], down[a][1] * across[b][1]
                    total = value * w if total is None else fused(total, value, w)
                out[..., i, j] = total
        return out
    for axis in (-1, -2):
        if x.shape[axis] == new[axis] and antialias:
            continue
        x = np.moveaxis(x, axis, -1)
        places = []
        for entries in single_taps(x.shape[-1], new[axis], mode, antialias):
            total = x[..., entries[0][0]] * entries[0][1]
            for k, (at, w) in enumerate(entries[1:], 1):
                together = not antialias or k <= (len(entries) - 1) // 4 * 4  # fours are multiplied, then added
                total = total + x[..., at] * w if together else fused(total, x[..., at], w)
            places.append(total)
        x = np.moveaxis(np.stack(places, -1), -1, axis)
    return x


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(("mode", "antialias"), [("bilinear", True), ("bilinear", False), ("bicubic", True), ("bicubic", False)])
def test_bytes_resized_in_single_precision(mode, antialias, last):
    for shape, size in [((1, 3, 37, 53), [20, 31]), ((2, 1, 16, 64), [33, 70]), ((1, 4, 40, 33), [40, 5])]:
        x = picture(*shape, seed=shape[3], last=last)
        expected = np.clip(np.rint(single(x.numpy(), size, mode, antialias)), 0, 255).astype(np.uint8)
        got = torch._C._vision.resize_in_single(x, size, mode, antialias)
        assert np.array_equal(got.numpy(), expected), (shape, size)


def test_sizes_that_are_none():
    x = picture(1, 3, 8, 8)
    for function in (lambda: nnF.interpolate(x, size=(0, 4), mode="bilinear"), lambda: torch._C._vision.resize_in_single(x, [4, -1], "bilinear", True)):
        with pytest.raises(RuntimeError, match="greater than 0"):
            function()
    with pytest.raises(ValueError, match="bilinear or bicubic"):
        torch._C._vision.resize_in_single(x, [4, 4], "nearest", True)
    with pytest.raises(RuntimeError, match="bytes"):
        torch._C._vision.resize_in_single(x.float(), [4, 4], "bilinear", True)


# ---- colours ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("function", [
    lambda x: F2.rgb_to_grayscale(x, 1),
    lambda x: F2.adjust_saturation(x, 1.7),
    lambda x: F2.adjust_saturation(x, 0.3),
    lambda x: F2.adjust_brightness(x, 1.6),
    lambda x: F2.adjust_contrast(x, 1.4),
    lambda x: F2.adjust_contrast(x, 0.0),
])  # fmt: skip
def test_colours_in_one_pass_are_those_in_many(function, dtype, last, monkeypatch):
    for shape in [(3, 17, 70), (2, 3, 64, 65), (3, 1, 1)]:
        x = picture(*shape, last=last)
        x = x if dtype == torch.uint8 else x.to(dtype) / 255
        got = function(x)
        with monkeypatch.context() as without:
            without.setattr("rushlight.vision.transforms.v2.functional._color._has_kernel", lambda image: False)
            assert torch.equal(got, function(x))


def test_colours_have_gradients_where_they_are_asked_for():
    x = (picture(3, 4, 5).to(torch.float32) / 255).requires_grad_()
    F2.adjust_saturation(x, 0.5).sum().backward()
    assert x.grad is not None and x.grad.abs().sum() > 0


@pytest.mark.parametrize("last", [False, True])
def test_tables_of_bytes(last):
    x = picture(2, 3, 40, 50, last=last)
    floats = F2.to_dtype(x, torch.float32, scale=True)
    assert torch.equal(F2.adjust_gamma(x, 0.7), F2.to_dtype(floats.pow(0.7), torch.uint8, scale=True))
    planes = x.numpy().reshape(-1, 2000).astype(np.int64)
    counts = torch._C._vision.counts_of_bytes(x.reshape(-1, 2000)).numpy()
    assert np.array_equal(counts, np.stack([np.bincount(p, minlength=256) for p in planes]))
    dark = (x // 2 + 30).to(torch.uint8)
    stretched = F2.autocontrast(dark)
    assert stretched.amin().item() == 0 and stretched.amax().item() >= 254
    assert torch.equal(F2.equalize(x.new_full((3, 8, 8), 9)), x.new_full((3, 8, 8), 9))


def test_tables_that_do_not_fit():
    x = picture(3, 4, 5)
    for tables in (torch.zeros(2, 255, dtype=torch.uint8), torch.zeros(7, 256, dtype=torch.uint8), torch.zeros(1, 256)):
        with pytest.raises(RuntimeError, match="look_up"):
            torch._C._vision.look_up(x, tables)
    with pytest.raises(RuntimeError, match="rows of bytes"):
        torch._C._vision.counts_of_bytes(x)
    with pytest.raises(RuntimeError, match="3, H, W"):
        torch._C._vision.grey(picture(4, 4, 5), False)
    with pytest.raises(RuntimeError, match="brightness"):
        torch._C._vision.blend(x, 0.5, torch.ones(2))
    with pytest.raises(NotImplementedError):
        torch._C._vision.blend(x.double(), 0.5, None)


# ---- boxes --------------------------------------------------------------------------------------------------------------
def boxes(n, seed=0, size=40.0):
    corners = np.random.default_rng(seed).uniform(0, size, (n, 2, 2))
    return torch.from_numpy(np.concatenate([corners.min(1), corners.max(1)], 1).astype(np.float32))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nms_is_the_composed_rule_and_keeps_ties_in_order(dtype):
    b = boxes(300).to(dtype)
    scores = torch.arange(300).remainder(7).to(dtype)
    for threshold in (0.0, 0.3, 1.0):
        assert torch.equal(ops.nms(b, scores, threshold), _composed.keep(b, scores, ops.box_iou, threshold))
    assert ops.nms(b[:1].expand(5, 4), scores.new_ones(5), 0.5).tolist() == [0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("function", [ops.box_iou, ops.generalized_box_iou, ops.distance_box_iou, ops.complete_box_iou])
def test_overlaps_in_one_pass_are_those_in_many(function, dtype):
    a, b = boxes(70, 1).to(dtype), boxes(33, 2).to(dtype)
    a[3, 2] = float("nan")
    a[4], b[5] = 0.0, 0.0
    many = function(a.clone().requires_grad_(), b).detach()
    assert torch.allclose(function(a, b), many, rtol=1e-6, atol=1e-6, equal_nan=True)
    assert torch.equal(function(a, b).isnan(), many.isnan())
    assert function(a[:0], b).shape == (0, 33) and function(a, b[:0]).shape == (70, 0)


def test_overlaps_of_what_is_no_box():
    b = boxes(3)
    for one, other in [(b[:, :3], b), (b, b.double()), (b[0], b), (b.half(), b.half())]:
        with pytest.raises(RuntimeError, match="box_overlaps"):
            torch._C._vision.box_overlaps(one, other, "iou", 0.0)
    with pytest.raises(ValueError, match="complete"):
        torch._C._vision.box_overlaps(b, b, "other", 0.0)


def test_nms_asks_for_the_dtype_of_boxes_first():
    b, scores = boxes(3), torch.arange(3.0)
    for dtype in (torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool, torch.float16, torch.complex64):
        for other in (scores, scores.to(dtype)):
            with pytest.raises(NotImplementedError, match=r"\"nms_kernel\" not implemented for"):
                torch._C._vision.nms(b.to(dtype), other, 0.5)
        with pytest.raises(RuntimeError, match="dets should have the same type as scores"):
            torch._C._vision.nms(b, scores.to(dtype), 0.5)


def test_nms_of_what_is_no_box():
    b, scores = boxes(6), torch.arange(6.0)
    nan = b.clone()
    nan[2] = float("nan")
    assert 2 in ops.nms(nan, scores, 0.5).tolist()
    assert ops.nms(b, torch.full((6,), float("nan")), 2.0).tolist() == [0, 1, 2, 3, 4, 5]
    assert ops.nms(b[:0], scores[:0], 0.5).tolist() == []
    assert ops.nms(b[:, [2, 3, 0, 1]], scores, 0.5).tolist() == [5, 4, 3, 2, 1, 0]  # sides below zero meet nothing
    with pytest.raises(NotImplementedError):
        ops.nms(b.half(), scores.half(), 0.5)


def test_groups_of_many_boxes():
    b, scores = boxes(1500), torch.from_numpy(np.random.default_rng(5).permutation(1500).astype(np.float32))
    groups = torch.arange(1500).remainder(6) - 2
    expected = _composed.keep_by_group(b, scores, groups, lambda b, s: ops.nms(b, s, 0.4))
    assert torch.equal(ops.batched_nms(b, scores, groups, 0.4), expected)
    with pytest.raises(RuntimeError, match="idxs"):
        ops.batched_nms(b, scores, groups[:-1], 0.4)


# ---- regions ------------------------------------------------------------------------------------------------------------
ROIS = [[0, 1.2, 0.5, 10.0, 9.0], [1, -2.0, -3.0, 5.0, 13.0], [1, 3.0, 4.0, 3.0, 4.0], [0, 6.5, 2.25, 30.0, 3.0]]
INSIDE = [[0, 1.2, 0.5, 8.0, 7.0], [1, 0.0, 1.0, 5.0, 9.5], [1, 3.0, 4.0, 3.0, 4.0], [0, 2.5, 2.25, 11.0, 3.0]]
WAYS = {
    "roi_align": (lambda x, r: ops.roi_align(x, r, (3, 2), 0.5, 2), lambda x, r: _composed.align(x, r, (3, 2), 0.5, 2, False)),
    "adaptive": (lambda x, r: ops.roi_align(x, r, (3, 2), 0.5, -1, True), lambda x, r: _composed.align(x, r, (3, 2), 0.5, -1, True)),
    "ps_roi_align": (lambda x, r: ops.ps_roi_align(x, r, (3, 2), 0.5, 2), lambda x, r: _composed.ps_align(x, r, (3, 2), 0.5, 2)),
    "roi_pool": (lambda x, r: ops.roi_pool(x, r, (3, 2), 0.5), lambda x, r: _composed.pool(x, r, (3, 2), 0.5)),
    "ps_roi_pool": (lambda x, r: ops.ps_roi_pool(x, r, (3, 2), 0.5), lambda x, r: _composed.ps_pool(x, r, (3, 2), 0.5)),
}


def regions(way, dtype):
    """``ps_roi_pool`` has torchvision's gradient, which is the derivative only before the last row and column."""
    return torch.tensor(INSIDE if way == "ps_roi_pool" else ROIS, dtype=dtype)


def maps(*shape, dtype=torch.float64, seed=3):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).to(dtype)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("way", WAYS)
def test_regions_are_those_composed(way, dtype, last):
    """Few regions of a large map and many of a small one are read in other orders of memory."""
    kernel, composed = WAYS[way]
    for shape, times in [((2, 42, 6, 7), 1), ((2, 42, 6, 7), 40), ((2, 6, 40, 50), 1)]:
        x = maps(*shape, dtype=dtype)
        x = x.contiguous(memory_format=torch.channels_last) if last else x
        rois = regions(way, dtype).repeat(times, 1)
        leaf, other = x.clone().requires_grad_(), x.clone().requires_grad_()
        got, expected = kernel(leaf, rois), composed(other, rois)
        assert torch.allclose(got, expected, rtol=1e-5, atol=1e-6), shape
        g = maps(*got.shape, dtype=dtype, seed=4)
        got.backward(g)
        expected.backward(g)
        assert torch.allclose(leaf.grad, other.grad, rtol=1e-4, atol=1e-5), shape


@pytest.mark.parametrize("way", WAYS)
def test_regions_have_one_derivative(way):
    kernel = WAYS[way][0]
    rois = regions(way, torch.float64)
    x = maps(2, 12, 6, 7).requires_grad_()
    assert gradcheck(lambda x: kernel(x, rois), (x,))
    (g,) = torch.autograd.grad(kernel(x, rois).pow(2).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match=r"double backwards on (ps_)?roi_(align|pool) not supported"):
        g.sum().backward()


@pytest.mark.parametrize("way", WAYS)
def test_regions_that_are_none(way):
    kernel = WAYS[way][0]
    x, rois = maps(2, 12, 6, 7, dtype=torch.float32), torch.tensor(ROIS)
    assert kernel(x, rois[:0]).shape[0] == 0
    assert kernel(x[:, :0], rois).numel() == 0
    for index in (2.0, -1.0, float("nan"), 1e30):
        wrong = rois.clone()
        wrong[1, 0] = index
        with pytest.raises(IndexError, match="picture"):
            kernel(x, wrong)
    strange = rois.clone()
    strange[:, 1:] = torch.tensor([[float("nan")] * 4, [float("inf"), -5.0, 1e30, 1e38], [9.0, 9.0, -9.0, -9.0], [-1e9, -1e9, 1e9, 1e9]])
    assert kernel(x, strange).shape[0] == 4
    assert kernel(x[:, :, :0], rois).shape[0] == 4
    with pytest.raises(RuntimeError, match="same type"):
        kernel(x, rois.double())
    with pytest.raises(IndexError):
        kernel(x[0], rois)
    with pytest.raises(RuntimeError, match=r"Tensor\[K, 5\]"):
        torch._C._vision.roi_pool(x, rois[:, :4], 1.0, 2, 2)
    for size in (0, -1):
        with pytest.raises(RuntimeError, match="positive"):
            torch._C._vision.roi_align(x, rois, 1.0, size, 2, 2, False)
    for dtype in (torch.int32, torch.bfloat16):
        with pytest.raises(NotImplementedError):
            kernel(x.to(dtype), rois.to(dtype))
    meta = kernel(x.to("meta"), rois.to("meta"))
    assert meta.device.type == "meta" and meta.shape == kernel(x, rois).shape


def test_regions_of_halves():
    x, rois = maps(2, 12, 6, 7, dtype=torch.float32), torch.tensor(ROIS)
    for kernel, _ in WAYS.values():
        half = kernel(x.half(), rois.half())
        assert half.dtype == torch.float16 and torch.allclose(half.float(), kernel(x, rois), atol=0.05, equal_nan=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert ops.roi_align(x.bfloat16(), rois, 2).dtype == torch.bfloat16


# ---- moved taps ---------------------------------------------------------------------------------------------------------
def moved(dtype=torch.float64, groups=1, moving=1, masked=True, n=2, c=4, size=(6, 7)):
    weight = maps(6, c // groups, 3, 2, dtype=dtype, seed=1)
    oh, ow = (size[0] + 2 - 5) // 2 + 1, size[1] + 2 - 2 + 1
    offset = 2 * maps(n, 2 * 6 * moving, oh, ow, dtype=dtype, seed=2)
    mask = maps(n, 6 * moving, oh, ow, dtype=dtype, seed=5).sigmoid() if masked else None
    return maps(n, c, *size, dtype=dtype), offset, weight, maps(6, dtype=dtype), (2, 1), (1, 1), (2, 1), mask


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("groups", "moving"), [(1, 1), (2, 1), (1, 2), (2, 4)])
def test_moved_taps_are_those_composed(groups, moving, masked):
    given = moved(groups=groups, moving=moving, masked=masked)
    leaves = [[t.clone().requires_grad_() if isinstance(t, torch.Tensor) else t for t in given] for _ in range(2)]
    got, expected = ops.deform_conv2d(*leaves[0]), _composed.deform(*leaves[1])
    assert torch.allclose(got, expected, atol=1e-12)
    g = maps(*got.shape, seed=9)
    got.backward(g)
    expected.backward(g)
    for a, b in zip(*leaves):
        if isinstance(a, torch.Tensor):
            assert torch.allclose(a.grad, b.grad, atol=1e-11)


def test_moved_taps_have_one_derivative():
    x, offset, weight, bias, *steps, mask = moved(n=1, size=(5, 4))
    leaves = [t.requires_grad_() for t in (x, offset, weight, bias, mask)]
    assert gradcheck(lambda x, o, w, b, m: ops.deform_conv2d(x, o, w, b, *steps, m), leaves)
    (g,) = torch.autograd.grad(ops.deform_conv2d(x, offset, weight, bias, *steps, mask).pow(2).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="double backwards on deform_conv2d not supported"):
        g.sum().backward()


def test_moved_taps_that_do_not_fit():
    x, offset, weight, bias, *steps, mask = moved(dtype=torch.float32)
    call = ops.deform_conv2d
    for wrong, text in [
        (lambda: call(x[:1], offset, weight, bias, *steps), "batch size of offset"),
        (lambda: call(x[:, :3], offset, weight, bias, *steps), "size"),
        (lambda: call(x, offset[:, :10], weight, bias, *steps), "multiple of"),
        (lambda: call(x, offset[:, :, :1], weight, bias, *steps), "offset output dims"),
        (lambda: call(x, offset, weight, bias, 0), "stride_h: 0"),
        (lambda: call(x, offset, weight, bias, 1, -1), "pad_h: -1"),
        (lambda: call(x, offset, weight, bias, 1, 0, 0), "dil_h: 0"),
        (lambda: call(x, offset, weight, bias, *steps, mask[:, :3]), "mask.shape"),
        (lambda: call(x, offset, weight, bias[:2], *steps), "is invalid for input of size 2"),
        (lambda: call(x, offset.double(), weight, bias, *steps), "expected scalar type Float but found Double"),
        (lambda: call(x[0], offset, weight, bias, *steps), "four axes"),
    ]:
        with pytest.raises(RuntimeError, match=text):
            wrong()
    with pytest.raises(NotImplementedError):
        call(x.int(), offset.int(), weight.int(), bias.int(), *steps)
    assert call(x[:0], offset[:0], weight, bias, *steps).shape[0] == 0
    assert call(x.to("meta"), offset.to("meta"), weight.to("meta"), bias.to("meta"), *steps).device.type == "meta"
    far = offset.clone()
    far[:] = torch.tensor([float("nan"), float("inf"), -1e30, 1e30]).repeat(far.numel() // 4 + 1)[: far.numel()].view(far.shape)
    assert torch.equal(call(x, far, weight, None, *steps), torch.zeros_like(call(x, offset, weight, None, *steps)))


# ---- threads ------------------------------------------------------------------------------------------------------------
def test_the_same_bits_for_any_number_of_threads():
    big, floats = picture(2, 3, 400, 500), picture(3, 300, 400).to(torch.float32) / 255
    rois = torch.tensor(ROIS, dtype=torch.float32).repeat(30, 1)
    given = moved(dtype=torch.float32, groups=2, moving=2, c=8, size=(40, 41))

    def gradient(function, *leaves):
        leaves = [x.clone().requires_grad_() for x in leaves]
        y = function(*leaves)
        return torch.autograd.grad(y, leaves, torch.linspace(-1, 1, y.numel()).view(y.shape))

    def all_of_it():
        yield nnF.interpolate(big, size=(170, 333), mode="bicubic", antialias=True)
        yield torch._C._vision.resize_in_single(big, [170, 333], "bilinear", True)
        yield torch._C._vision.resize_in_single(big, [170, 333], "bilinear", False)
        yield F2.adjust_saturation(floats, 1.5)
        yield F2.adjust_contrast(big, 1.5)
        yield F1.equalize(big)
        yield F2.autocontrast(big)
        for kernel, _ in WAYS.values():
            x = maps(2, 60, 30, 40, dtype=torch.float32)
            yield kernel(x, rois)
            yield from gradient(lambda x, kernel=kernel: kernel(x, rois), x)
        yield ops.deform_conv2d(*given)
        yield from gradient(lambda x, o, w, m: ops.deform_conv2d(x, o, w, None, *given[4:7], m), *given[:3], given[7])

    before = torch.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            results.append([y.numpy().tobytes() for y in all_of_it()])
    finally:
        torch.set_num_threads(before)
    assert results[0] == results[1] == results[2]


# ---- normalised ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(3, 5, 7), (2, 3, 40, 41), (2, 2, 1, 6, 3), (4, 3, 224, 224), (3, 0, 4), (1, 1, 1)])
def test_normalized_as_by_two_operations(shape, dtype):
    x = torch.rand(shape, dtype=dtype)
    c = shape[-3]
    mean, std = [0.1 * i - 0.2 for i in range(c)], [0.3 + 0.1 * i for i in range(c)]
    m, s = (torch.tensor(v, dtype=dtype).view(-1, 1, 1) for v in (mean, std))
    last = x.movedim(-3, -1).contiguous().movedim(-1, -3)
    wide = torch.rand((*shape[:-1], 2 * shape[-1]), dtype=dtype)[..., ::2]
    for image in (x, last, wide, x.transpose(-1, -2)):
        expected = (image - m) / s
        for found in (F1.normalize(image, mean, std), F2.normalize(image, mean, std)):
            assert torch.equal(found, expected) and found.dtype is dtype
            assert found.stride() == expected.stride() or found.numel() < 2


def test_normalized_with_gradients_and_by_vmap():
    x = torch.rand(2, 3, 2, 4, dtype=torch.float64, requires_grad=True)
    mean, std = [0.1, 0.2, 0.3], (0.5, 0.6, 2)
    assert gradcheck(lambda x: F2.normalize(x, mean, std), (x,), check_forward_ad=True)
    assert torch.equal(torch.vmap(lambda x: F2.normalize(x, mean, std))(x), F2.normalize(x, mean, std))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("shape", [(3, 4, 5), (3, 33, 70), (2, 3, 9, 64), (3, 300, 257), (4, 20, 50)])
def test_pixels_are_turned_whole(shape, dtype):
    x = picture(*shape, seed=3).to(dtype)
    for image in (x, x.movedim(-3, -1).contiguous().movedim(-1, -3)):
        for axes in ([-1], [-2], [-1, -2]):
            assert np.array_equal(torch.flip(image, axes).numpy(), np.flip(image.numpy(), axes))
