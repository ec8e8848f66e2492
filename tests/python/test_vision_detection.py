"""Detectors: what anchors, coders and matchers do by themselves, and that whole models learn and answer."""

import math

import numpy as np
import pytest
import rushlight as torch
from rushlight.vision.models import detection
from rushlight.vision.models.detection import _utils
from rushlight.vision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from rushlight.vision.models.detection.image_list import ImageList
from rushlight.vision.models.detection.roi_heads import (
    heatmaps_to_keypoints,
    keypoints_to_heatmap,
    paste_masks_in_image,
    project_masks_on_boxes,
)
from rushlight.vision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes
from rushlight.vision.models.optical_flow._utils import make_coords_grid, upsample_flow

RNG = np.random.default_rng(7)


def boxes(n, side=64.0):
    corners = RNG.uniform(0, side * 0.6, (n, 4)).astype(np.float32)
    corners[:, 2:] += corners[:, :2] + 4
    return torch.from_numpy(corners)


def target(n, side=64, classes=2):
    known = boxes(n, side)
    masks = torch.zeros(n, side, side, dtype=torch.uint8)
    for mask, (x1, y1, x2, y2) in zip(masks, known.long().tolist()):
        mask[y1:y2, x1:x2] = 1
    points = torch.cat(((known[:, :2] + known[:, 2:])[:, None] / 2, torch.ones(n, 1, 1)), 2)
    return {"boxes": known, "labels": torch.arange(n) % (classes - 1) + 1, "masks": masks, "keypoints": points}


def test_anchors_stand_at_every_place_of_every_map():
    images = ImageList(torch.zeros(2, 3, 64, 96), [(64, 96), (60, 90)])
    maps = [torch.zeros(2, 1, 8, 12), torch.zeros(2, 1, 4, 6)]
    found = AnchorGenerator(((8,), (16,)), ((0.5, 1.0, 2.0),) * 2)(images, maps)
    assert [tuple(one.shape) for one in found] == [(3 * (96 + 24), 4)] * 2
    middle = (found[0][:, :2] + found[0][:, 2:]) / 2
    assert middle[3].tolist() == [8.0, 0.0] and middle[36].tolist() == [0.0, 8.0]  # a place is 8 pixels from the next
    square = found[0][1]
    assert (square[2] - square[0]).item() == (square[3] - square[1]).item() == 8.0
    with pytest.raises(AssertionError, match="match between the number of"):
        AnchorGenerator(((8,),), ((1.0,),))(images, maps)


def test_default_boxes_are_parts_of_the_picture():
    images = ImageList(torch.zeros(1, 3, 100, 200), [(100, 200)])
    made = DefaultBoxGenerator([[2], [2, 3]], scales=[0.1, 0.3, 0.5])
    assert made.num_anchors_per_location() == [4, 6]
    found = made(images, [torch.zeros(1, 1, 2, 4), torch.zeros(1, 1, 1, 2)])[0]
    assert found.shape == (4 * 8 + 6 * 2, 4)
    first = found[0].tolist()
    np.testing.assert_allclose(first, [25 - 10, 25 - 5, 25 + 10, 25 + 5], atol=1e-4)
    with pytest.raises(ValueError, match="same length"):
        DefaultBoxGenerator([[2]], steps=[8, 16])


@pytest.mark.parametrize("coder", [_utils.BoxCoder((10.0, 10.0, 5.0, 5.0)), _utils.BoxLinearCoder(True), _utils.BoxLinearCoder(False)])
def test_what_is_encoded_is_decoded(coder):
    known, anchors = boxes(9), boxes(9)
    if isinstance(coder, _utils.BoxCoder):
        back = coder.decode(coder.encode([known[:4], known[4:]], [anchors[:4], anchors[4:]])[0], [anchors[:4]])
        torch.testing.assert_close(back[:, 0], known[:4], rtol=1e-4, atol=1e-3)
    else:
        torch.testing.assert_close(coder.decode(coder.encode(anchors, known), anchors), known, rtol=1e-4, atol=1e-3)


def test_sizes_are_bounded():
    wild = _utils.BoxCoder((1.0, 1.0, 1.0, 1.0)).decode_single(torch.tensor([[0.0, 0, 99, 99]]), torch.tensor([[0.0, 0, 2, 2]]))
    assert (wild[0, 2] - wild[0, 0]).item() == pytest.approx(2 * math.exp(math.log(1000 / 16)), rel=1e-5)


def test_matches():
    quality = torch.tensor([[0.9, 0.45, 0.1, 0.3], [0.2, 0.4, 0.2, 0.35]])
    assert _utils.Matcher(0.5, 0.4)(quality).tolist() == [0, -2, -1, -1]
    assert _utils.Matcher(0.5, 0.4, allow_low_quality_matches=True)(quality).tolist() == [0, 0, -1, -1]
    assert _utils.SSDMatcher(0.5)(quality).tolist() == [0, 1, -1, -1]
    with pytest.raises(ValueError, match="No ground-truth boxes"):
        _utils.Matcher(0.5, 0.4)(torch.zeros(0, 3))
    with pytest.raises(ValueError, match="No proposal boxes"):
        _utils.Matcher(0.5, 0.4)(torch.zeros(3, 0))


def test_samples_are_balanced():
    labels = torch.tensor([1.0] * 10 + [0.0] * 50 + [-1.0] * 5)
    (positive,), (negative,) = _utils.BalancedPositiveNegativeSampler(16, 0.25)([labels])
    assert positive.sum().item() == 4 and negative.sum().item() == 12
    assert not positive[10:].any() and not negative[:10].any() and not negative[60:].any()
    (positive,), (negative,) = _utils.BalancedPositiveNegativeSampler(16, 0.5)([torch.tensor([1.0, 0.0, 0.0])])
    assert positive.tolist() == [True, False, False] and negative.tolist() == [False, True, True]


def test_pictures_are_scaled_within_bounds_and_boxes_with_them():
    ready = GeneralizedRCNNTransform(40, 64, [0.5] * 3, [0.25] * 3).eval()
    pictures = [torch.rand(3, 20, 30), torch.rand(3, 10, 40)]
    batch, moved = ready(pictures, [{"boxes": torch.tensor([[3.0, 4, 9, 16]])}, {"boxes": torch.tensor([[0.0, 0, 40, 10]])}])
    assert batch.image_sizes == [(40, 60), (16, 64)] and batch.tensors.shape == (2, 3, 64, 64)
    assert moved[0]["boxes"].tolist() == [[6, 8, 18, 32]]
    np.testing.assert_allclose(moved[1]["boxes"].tolist(), [[0, 0, 64, 16]], rtol=1e-6)
    assert not batch.tensors[1, :, 16:].any()
    back = ready.postprocess([{"boxes": moved[0]["boxes"]}], [(40, 60)], [(20, 30)])
    assert back[0]["boxes"].tolist() == [[3, 4, 9, 16]]
    with pytest.raises(ValueError, match="list of 3d tensors"):
        ready([torch.rand(20, 30)])
    with pytest.raises(TypeError, match="floating type"):
        ready([torch.zeros(3, 4, 4, dtype=torch.uint8)])


def test_masks_are_stretched_over_their_boxes():
    laid = paste_masks_in_image(torch.ones(1, 1, 28, 28), torch.tensor([[10.0, 5, 38, 33]]), (40, 50))
    assert laid.shape == (1, 1, 40, 50)
    assert laid[0, 0, 7:31, 12:36].min().item() > 0.99
    assert not laid[0, 0, :3].any() and not laid[0, 0, :, 42:].any()
    alone = torch.nn.functional.interpolate(torch.ones(1, 1, 30, 30), size=(31, 31), mode="bilinear")
    assert alone.min().item() == 1.0
    random = torch.rand(1, 1, 6, 6)  # a box of the very size of the padded mask shows it as it is, padding around
    same = paste_masks_in_image(random, torch.tensor([[1.0, 1, 6.3, 6.3]]), (8, 8))
    assert same.shape == (1, 1, 8, 8) and same.max() <= random.max() + 1e-6
    assert paste_masks_in_image(torch.zeros(0, 1, 4, 4), torch.zeros(0, 4), (5, 6)).shape == (0, 1, 5, 6)


def test_masks_are_cut_at_boxes():
    mask = torch.zeros(2, 16, 16, dtype=torch.uint8)
    mask[1, 4:8, 4:12] = 1
    cut = project_masks_on_boxes(mask, torch.tensor([[4.0, 4, 12, 12], [4, 4, 12, 12]]), torch.tensor([1, 0]), 8)
    assert cut.shape == (2, 8, 8) and not cut[1].any()
    assert cut[0, :3, :7].min().item() == 1.0 and not cut[0, 5:].any()  # the last column is read between two pixels


def test_points_go_to_cells_and_back():
    rois = torch.tensor([[10.0, 20, 66, 76], [0, 0, 28, 56]])
    points = torch.tensor([[[10.0, 20, 1], [66, 76, 1], [5, 30, 1]], [[14, 14, 1], [27, 55, 0], [27.5, 55.5, 2]]])
    cells, seen = keypoints_to_heatmap(points, rois, 56)
    assert seen.tolist() == [[1, 1, 0], [1, 0, 1]]
    assert cells[0, :2].tolist() == [0, 56 * 56 - 1] and cells[1, 0].item() == 14 * 56 + 28
    maps = torch.zeros(2, 1, 56, 56)
    maps[0, 0, 10, 30] = 5.0
    maps[1, 0, 28, 14] = 5.0
    found, scores = heatmaps_to_keypoints(maps, rois)
    assert found[0, 0].tolist() == [40.5, 30.5, 1.0] and scores[0, 0].item() == pytest.approx(5.0)
    np.testing.assert_allclose(found[1, 0, :2].tolist(), [14 / 2, 28.5], atol=1.0)
    assert heatmaps_to_keypoints(maps[:0], rois[:0])[0].shape == (0, 1, 3)


def test_resized_boxes():
    assert resize_boxes(torch.tensor([[1.0, 2, 3, 4]]), (10, 20), (20, 60)).tolist() == [[3, 4, 9, 8]]


class Tiny(torch.nn.Module):
    """A backbone of two small maps."""

    out_channels = 8

    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Conv2d(3, 8, 3, 4, 1), torch.nn.Conv2d(8, 8, 3, 2, 1)

    def forward(self, x):
        low = self.first(x).relu()
        return {"0": low, "1": self.second(low).relu()}


def anchors():
    return AnchorGenerator(((16,), (32,)), ((1.0,),) * 2)


def faster(**how):
    from rushlight.vision.ops import MultiScaleRoIAlign

    pool = MultiScaleRoIAlign(["0", "1"], 7, 2)
    return {"rpn_anchor_generator": anchors(), "box_roi_pool": pool, "box_score_thresh": 0.0, "min_size": 64, "max_size": 64, **how}


def models():
    from rushlight.vision.models.detection import fcos, keypoint_rcnn, mask_rcnn, retinanet, ssd

    sizes = {"min_size": 64, "max_size": 64}
    yield "faster", lambda: detection.FasterRCNN(Tiny(), 2, **faster())
    yield "mask", lambda: mask_rcnn.MaskRCNN(Tiny(), 2, **faster(mask_head=mask_rcnn.MaskRCNNHeads(8, (256,), 1)))
    yield "keypoint", lambda: keypoint_rcnn.KeypointRCNN(
        Tiny(), 2, num_keypoints=1, **faster(keypoint_head=keypoint_rcnn.KeypointRCNNHeads(8, (512,)))
    )
    yield "retina", lambda: retinanet.RetinaNet(Tiny(), 2, anchor_generator=anchors(), score_thresh=0.0, **sizes)
    head = {"head": None}
    yield "fcos", lambda: fcos.FCOS(Wide(), 2, anchor_generator=anchors(), score_thresh=0.0, **sizes, **head)
    yield "ssd", lambda: ssd.SSD(Listed(), DefaultBoxGenerator([[2], [2]]), (64, 64), 2)


class Wide(torch.nn.Module):
    """``Tiny`` with as many channels as 32 groups need."""

    out_channels = 32

    def __init__(self):
        super().__init__()
        self.tiny, self.wider = Tiny(), torch.nn.Conv2d(8, 32, 1)

    def forward(self, x):
        return {name: self.wider(one) for name, one in self.tiny(x).items()}


class Listed(Tiny):
    """``Tiny`` with the channels of each map."""

    out_channels = (8, 8)


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in models()])
def test_a_detector_learns_and_answers(make):
    torch.manual_seed(0)
    model = make()
    pictures = [torch.rand(3, 64, 64), torch.rand(3, 64, 64)]
    known = [target(2), target(3)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    course = []
    for _ in range(8):
        torch.manual_seed(1)  # the same anchors are drawn each time
        losses = model(pictures, known)
        total = sum(losses.values())
        course.append(total.item())
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert all(math.isfinite(x) for x in course) and course[-1] < course[0]
    assert all(p.grad is not None for p in model.parameters())
    nothing = {
        "boxes": torch.zeros(0, 4),
        "labels": torch.zeros(0, dtype=torch.int64),
        "masks": torch.zeros(0, 64, 64, dtype=torch.uint8),
        "keypoints": torch.zeros(0, 1, 3),
    }
    assert all(torch.isfinite(loss) for loss in model(pictures, [known[0], nothing]).values())
    model.eval()
    with torch.no_grad():
        answers = model([torch.rand(3, 64, 64), torch.rand(3, 48, 64)])
    assert len(answers) == 2
    for answer, (height, width) in zip(answers, ((64, 64), (48, 64))):
        n = len(answer["boxes"])
        assert n > 0 and answer["labels"].shape == answer["scores"].shape == (n,)
        assert answer["boxes"].min() >= 0 and answer["boxes"][:, 2].max() <= width + 1e-3
        assert answer["boxes"][:, 3].max() <= height + 1e-3
        assert (answer["scores"].diff() <= 1e-6).all()
        if "masks" in answer:
            assert answer["masks"].shape == (n, 1, height, width)
        if "keypoints" in answer:
            assert answer["keypoints"].shape == (n, 1, 3) and answer["keypoints_scores"].shape == (n, 1)


def test_targets_that_are_wrong():
    model = detection.FasterRCNN(Tiny(), 2, **faster())
    pictures = [torch.rand(3, 64, 64)]
    with pytest.raises(AssertionError, match="targets should not be none"):
        model(pictures)
    with pytest.raises(AssertionError, match=r"shape \[N, 4\]"):
        model(pictures, [{"boxes": torch.zeros(3), "labels": torch.ones(1)}])
    with pytest.raises(AssertionError, match="positive height and width"):
        model(pictures, [{"boxes": torch.tensor([[5.0, 5, 5, 9]]), "labels": torch.ones(1, dtype=torch.int64)}])
    with pytest.raises(TypeError, match="int64"):
        model(pictures, [{"boxes": torch.tensor([[5.0, 5, 15, 19]]), "labels": torch.ones(1)}])
    with pytest.raises(ValueError, match="out_channels"):
        detection.FasterRCNN(torch.nn.Identity(), 2)
    with pytest.raises(ValueError, match="num_classes should not be None"):
        detection.FasterRCNN(Tiny())


def test_older_weights_are_renamed():
    from rushlight.vision.models.detection.rpn import RPNHead

    head = RPNHead(4, 3)
    older = {key.replace("conv.0.0.", "conv."): value for key, value in head.state_dict().items()}
    assert "conv.weight" in older
    RPNHead(4, 3).load_state_dict(older)


def test_a_flow_grows_with_its_picture():
    still = make_coords_grid(1, 4, 5)
    assert still[0, :, 2, 3].tolist() == [3.0, 2.0]
    even = torch.ones(1, 2, 4, 5)
    assert torch.allclose(upsample_flow(even), torch.full((1, 2, 32, 40), 8.0))
    mask = torch.zeros(1, 9, 8, 8, 4, 5)
    mask[:, 4] = 99.0  # each pixel takes its own place
    assert torch.allclose(upsample_flow(even, mask.view(1, 576, 4, 5)), torch.full((1, 2, 32, 40), 8.0))


def test_quantized_models_say_what_to_use():
    from rushlight.vision.models import list_models, quantization

    assert "quantized_resnet18" in list_models(module=quantization)
    with pytest.raises(NotImplementedError, match=r"models\.resnet18 is the same network in floats"):
        quantization.resnet18()
