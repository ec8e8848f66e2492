"""Boxes, regions and losses against plain definitions, written out in loops."""

import math

import numpy as np
import pytest
import rushlight as torch
from rushlight import vision
from rushlight.autograd import gradcheck
from rushlight.vision import ops


def boxes(n, seed=0, size=20.0):
    corners = np.random.default_rng(seed).uniform(0, size, (n, 2, 2))
    return torch.from_numpy(np.concatenate([corners.min(1), corners.max(1)], 1).astype(np.float32))


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inter = max(w, 0) * max(h, 0)
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7])
def test_nms_is_the_greedy_rule(threshold):
    b = boxes(60)
    scores = torch.from_numpy(np.random.default_rng(1).permutation(60).astype(np.float32))
    kept = []
    for i in sorted(range(60), key=lambda i: -float(scores[i])):
        if all(iou(b[i].tolist(), b[j].tolist()) <= threshold for j in kept):
            kept.append(i)
    assert ops.nms(b, scores, threshold).tolist() == kept


def test_batched_nms_keeps_groups_apart():
    b = boxes(1).expand(3, 4)
    assert sorted(ops.batched_nms(b, torch.tensor([0.1, 0.9, 0.5]), torch.tensor([0, 1, 1]), 0.5).tolist()) == [0, 1]


def test_overlaps():
    a, b = boxes(5, 1), boxes(7, 2)
    expected = [[iou(x, y) for y in b.tolist()] for x in a.tolist()]
    assert torch.allclose(ops.box_iou(a, b), torch.tensor(expected), atol=1e-6)
    same = torch.ones(5)
    for function in (ops.box_iou, ops.generalized_box_iou, ops.distance_box_iou, ops.complete_box_iou):
        assert torch.allclose(function(a, a).diagonal(), same, atol=1e-5)


def bilinear(plane, y, x):
    """The value of a plane (H, W) at a place, as the definition of region alignment has it."""
    h, w = plane.shape
    if y < -1 or y > h or x < -1 or x > w:
        return 0.0
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), h - 1), min(int(x), w - 1)
    y1, x1 = min(y0 + 1, h - 1), min(x0 + 1, w - 1)
    ly, lx = (0.0 if y0 == h - 1 else y - y0), (0.0 if x0 == w - 1 else x - x0)
    return (
        (1 - ly) * (1 - lx) * plane[y0, x0]
        + (1 - ly) * lx * plane[y0, x1]
        + ly * (1 - lx) * plane[y1, x0]
        + ly * lx * plane[y1, x1]
    )


@pytest.mark.parametrize("ratio", [2, -1])
@pytest.mark.parametrize("aligned", [False, True])
def test_roi_align_is_the_mean_of_points(ratio, aligned):
    maps = np.random.default_rng(3).normal(size=(2, 2, 6, 7))
    rois = np.array([[0, 1.2, 0.5, 10.0, 9.0], [1, -2.0, -3.0, 5.0, 13.0]])
    ph, pw, scale, shift = 2, 3, 0.5, 0.5 if aligned else 0.0
    out = ops.roi_align(torch.from_numpy(maps), torch.from_numpy(rois), (ph, pw), scale, ratio, aligned)
    for k, (image, *corners) in enumerate(rois):
        x1, y1, x2, y2 = (c * scale - shift for c in corners)
        rw, rh = (x2 - x1, y2 - y1) if aligned else (max(x2 - x1, 1), max(y2 - y1, 1))
        ny, nx = (ratio, ratio) if ratio > 0 else (math.ceil(rh / ph), math.ceil(rw / pw))
        for c in range(2):
            for i in range(ph):
                for j in range(pw):
                    points = [
                        bilinear(maps[int(image), c], y1 + (i + (a + 0.5) / ny) * rh / ph, x1 + (j + (b + 0.5) / nx) * rw / pw)
                        for a in range(ny)
                        for b in range(nx)
                    ]
                    assert abs(float(out[k, c, i, j]) - np.mean(points)) < 1e-9


def test_roi_pool_is_the_largest_value():
    maps = torch.arange(16.0).reshape(1, 1, 4, 4)
    out = ops.roi_pool(maps, torch.tensor([[0.0, 0, 0, 3, 3]]), 2)
    assert out.flatten().tolist() == [5, 7, 13, 15]


def test_deform_conv_without_moves_is_a_convolution():
    x, w = torch.randn(2, 4, 6, 7), torch.randn(6, 2, 3, 3)
    offset = torch.zeros(2, 18, 6, 7)
    expected = torch.nn.functional.conv2d(x, w, padding=1, groups=2)
    assert torch.allclose(ops.deform_conv2d(x, offset, w, padding=1), expected, atol=1e-5)
    shifted = offset.clone()
    shifted[:, 1::2] = 1.0  # every tap one place to the right
    moved = torch.nn.functional.pad(x, (0, 1))[..., 1:]
    expected = torch.nn.functional.conv2d(moved, w, padding=1, groups=2)
    out = ops.deform_conv2d(x, shifted, w, padding=1)
    assert torch.allclose(out[..., 1:-1], expected[..., 1:-1], atol=1e-5)


def test_gradients():
    torch.manual_seed(0)
    x = torch.randn(1, 2, 5, 5, dtype=torch.float64, requires_grad=True)
    rois = torch.tensor([[0, 0.3, 0.4, 3.6, 3.1]], dtype=torch.float64)
    assert gradcheck(lambda x: ops.roi_align(x, rois, 2, 1.0, 2), (x,))
    assert gradcheck(lambda x: ops.roi_pool(x, rois, 2), (x,))
    offset = torch.rand(1, 8, 4, 4, dtype=torch.float64) * 0.6 + 0.2
    weight = torch.randn(3, 2, 2, 2, dtype=torch.float64)
    leaves = (x, offset.requires_grad_(), weight.requires_grad_())
    assert gradcheck(lambda x, o, w: ops.deform_conv2d(x, o, w), leaves)
    a, b = boxes(3, 1).double().requires_grad_(), boxes(3, 2).double()
    for loss in (ops.generalized_box_iou_loss, ops.distance_box_iou_loss):
        assert gradcheck(lambda a, loss=loss: loss(a, b, reduction="sum"), (a,))


def test_focal_loss_without_focus_is_cross_entropy():
    logits, targets = torch.randn(5, 3), (torch.rand(5, 3) > 0.5).float()
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)
    assert torch.allclose(ops.sigmoid_focal_loss(logits, targets, alpha=-1, gamma=0, reduction="mean"), expected)


def test_stochastic_depth_keeps_the_mean_and_whole_rows():
    torch.manual_seed(0)
    out = ops.stochastic_depth(torch.ones(4000, 3), 0.25, "row")
    assert abs(float(out.mean()) - 1) < 0.05
    assert bool((out == out[:, :1]).all())


def test_masks_to_boxes():
    masks = torch.zeros(2, 5, 6)
    masks[0, 1:3, 2:5] = 1
    assert ops.masks_to_boxes(masks).tolist() == [[2, 1, 4, 2], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: ops.nms(torch.zeros(3, 5), torch.zeros(3), 0.5), RuntimeError),
        (lambda: ops.box_convert(torch.zeros(1, 4), "xyxy", "abc"), ValueError),
        (lambda: ops.stochastic_depth(torch.zeros(2, 2), 1.5, "row"), ValueError),
        (lambda: ops.roi_align(torch.zeros(1, 1, 4, 4), torch.zeros(1, 4), 2), AssertionError),
        (lambda: ops.deform_conv2d(torch.zeros(1, 2, 4, 4), torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 3, 3)), RuntimeError),
        (lambda: ops.sigmoid_focal_loss(torch.zeros(2), torch.zeros(2), alpha=2), ValueError),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(error):
        call()


def test_names_of_the_operations_registered():
    named, x = torch.ops.torchvision, torch.arange(36.0).reshape(1, 1, 6, 6)
    x[0, 0, 3] = 99
    rois = torch.tensor([[0.0, 1, 2, 4, 5], [0, 3, 3, 3, 3], [0, 30, 30, 40, 40]])
    values, places = named.roi_pool(x, rois, 1.0, 2, 2)
    assert values.flatten().tolist() == [99, 99, 32, 34, 99, 99, 99, 99, 0, 0, 0, 0]
    assert places.flatten().tolist() == [19, 21, 32, 34, 21, 21, 21, 21, -1, -1, -1, -1] and places.dtype == torch.int32
    assert named.roi_pool(x, rois[:0], 1.0, 2, 2)[1].shape == (0, 1, 2, 2)
    wide = torch.arange(288.0).reshape(1, 8, 6, 6)
    for name, more in (("ps_roi_pool", ()), ("ps_roi_align", (1,))):
        out, channels = getattr(named, name)(wide, rois, 1.0, 2, 2, *more)
        assert torch.equal(out, getattr(vision.ops, name)(wide, rois, (2, 2), 1.0, *more))
        assert channels[2].flatten().tolist() == list(range(8))
    assert torch.equal(named.roi_align(x, rois, 1.0, 2, 2, -1, True), ops.roi_align(x, rois, 2, aligned=True))
    boxes, scores = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 3], [5, 5, 9, 9]]), torch.tensor([0.3, 0.9, 0.1])
    assert named.nms.default(boxes, scores, 0.5).tolist() == [1, 2]
    weight, move = torch.ones(1, 1, 3, 3), torch.zeros(1, 18, 4, 4)
    plain = named.deform_conv2d(x, weight, move, torch.zeros(0), torch.zeros(1), 1, 1, 0, 0, 1, 1, 1, 1, False)
    assert torch.equal(plain, torch.nn.functional.conv2d(x, weight))
    assert str(named.nms.default) == "torchvision.nms.default" and not hasattr(named, "nonsense")


def test_losses_and_models_are_where_torchvision_has_them():
    from rushlight.vision.models import mobilenet
    from rushlight.vision.ops import ciou_loss, diou_loss, focal_loss, giou_loss

    assert focal_loss.sigmoid_focal_loss is ops.sigmoid_focal_loss
    assert giou_loss.generalized_box_iou_loss is ops.generalized_box_iou_loss
    assert diou_loss.distance_box_iou_loss is ops.distance_box_iou_loss
    assert ciou_loss.complete_box_iou_loss is ops.complete_box_iou_loss
    assert mobilenet.MobileNetV2 is vision.models.MobileNetV2
    assert vision.extension._has_ops() and vision.version.cuda is None
