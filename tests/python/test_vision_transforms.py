"""Transforms: what must hold of pictures, tensors, boxes and draws. Values follow from the definitions, not from another library."""

import numpy as np
import pytest
import rushlight as torch
from PIL import Image
from rushlight.vision import tv_tensors
from rushlight.vision.transforms import functional as F, transforms as T, v2


def picture(h=7, w=9, channels=3, seed=0):
    """Bytes (C, H, W) of noise."""
    values = np.random.default_rng(seed).integers(0, 256, (channels, h, w), dtype=np.uint8)
    return torch.from_numpy(values)


@pytest.mark.parametrize("name", ["hflip", "vflip", "invert", "equalize", "autocontrast"])
def test_tensors_and_pictures_agree(name):
    """Functions that are exact on bytes give the same for Pillow's pictures and for tensors."""
    img = picture()
    function = getattr(F, name)
    of_pil = F.pil_to_tensor(function(F.to_pil_image(img)))
    difference = (of_pil.int() - function(img).int()).abs().max()
    assert int(difference) <= (1 if name == "autocontrast" else 0)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(14, 15), (64, 80), (31, 20)])
def test_bytes_are_resized_as_pillow_resizes_them(mode, size):
    """The integer kernel is Pillow's: never more than one apart, and seldom that."""
    img = picture(31, 37)
    number = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}[mode]
    expected = np.asarray(F.to_pil_image(img).resize(size[::-1], number)).transpose(2, 0, 1).astype(int)
    out = v2.functional.resize(img, size, interpolation=mode).numpy().astype(int)
    assert np.abs(out - expected).max() <= 1
    assert (out != expected).mean() < 0.02


def test_resizing_a_constant_keeps_it():
    img = torch.full((3, 11, 13), 77, dtype=torch.uint8)
    for function in (F.resize, v2.functional.resize):
        for size in ([5, 6], [20, 31]):
            assert bool((function(img, size) == 77).all())


def test_a_short_side_is_resized_and_the_long_one_follows_truncated():
    assert tuple(F.resize(torch.zeros(3, 20, 31), 10).shape) == (3, 10, 15)
    assert tuple(F.resize(torch.zeros(3, 20, 31), 10, max_size=12).shape) == (3, 8, 12)


def test_crops_reach_outside_and_are_black_there():
    img = torch.ones(1, 4, 4)
    out = F.crop(img, -1, -2, 6, 8)
    assert tuple(out.shape) == (1, 6, 8)
    assert float(out.sum()) == 16


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_quarter_turns_are_exact(angle):
    img = picture(6, 6)
    turned = F.rotate(img, angle)
    assert torch.equal(turned, torch.rot90(img, angle // 90, [-2, -1]))
    assert torch.equal(v2.functional.rotate(img, angle), turned)


def test_hue_turned_a_whole_circle_is_what_it_was():
    img = torch.rand(3, 5, 6)
    half = F.adjust_hue(F.adjust_hue(img, 0.5), 0.5)
    assert torch.allclose(half, img, atol=1e-5)


def test_normalize_inverts():
    img = torch.rand(3, 4, 5)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    out = F.normalize(img, mean, std)
    back = out * torch.tensor(std)[:, None, None] + torch.tensor(mean)[:, None, None]
    assert torch.allclose(back, img, atol=1e-6)


def test_bytes_survive_floats():
    img = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16)
    assert torch.equal(F.convert_image_dtype(F.convert_image_dtype(img, torch.float32), torch.uint8), img)
    assert torch.equal(F.pil_to_tensor(F.to_pil_image(img)), img)


@pytest.mark.parametrize(
    ("transform", "draws"),
    [
        (T.RandomHorizontalFlip(), 1),
        (T.RandomCrop(3), 2),
        (T.RandomRotation(10), 1),
        (T.RandomErasing(p=0.0), 1),
    ],
)
def test_transforms_draw_no_more_than_they_say(transform, draws):
    """After a transform the stream stands where as many draws of one word leave it."""
    img = torch.rand(3, 7, 9)
    torch.manual_seed(3)
    transform(img)
    after = torch.rand(1)
    torch.manual_seed(3)
    for _ in range(draws):
        torch.rand(1)
    assert torch.equal(torch.rand(1), after)


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.RandomResizedCrop(5),
        lambda m: m.ColorJitter(0.4, 0.4, 0.4, 0.1),
        lambda m: m.RandomAffine(10, (0.1, 0.1)),
        lambda m: m.RandAugment(),
        lambda m: m.TrivialAugmentWide(),
        lambda m: m.AugMix(),
    ],
)
def test_one_seed_gives_one_picture(make):
    import rushlight.vision.transforms as old

    for module in (old, v2):
        transform, img = make(module), picture(12, 12)
        torch.manual_seed(5)
        first = transform(img)
        torch.manual_seed(5)
        assert torch.equal(transform(img), first)
        assert first.dtype == torch.uint8


def test_samples_are_changed_together():
    """A picture, its mask and its boxes stay in step, in any nest."""
    mask = torch.zeros(8, 10, dtype=torch.uint8)
    mask[2:5, 3:7] = 1
    sample = {
        "image": tv_tensors.Image(torch.rand(3, 8, 10)),
        "rest": [tv_tensors.Mask(mask), (tv_tensors.BoundingBoxes([[3, 2, 7, 5]], format="XYXY", canvas_size=(8, 10)), "name")],
    }
    out = v2.Compose([v2.RandomHorizontalFlip(1.0), v2.Pad(2), v2.CenterCrop((10, 12))])(sample)
    boxes = out["rest"][1][0]
    assert isinstance(boxes, tv_tensors.BoundingBoxes)
    assert boxes.canvas_size == (10, 12)
    x1, y1, x2, y2 = (int(v) for v in boxes[0])
    inside = out["rest"][0].as_subclass(torch.Tensor)
    assert int(inside[y1:y2, x1:x2].sum()) == int(inside.sum()) == (x2 - x1) * (y2 - y1)
    assert out["rest"][1][1] == "name"


@pytest.mark.parametrize("old", ["XYXY", "XYWH", "CXCYWH"])
@pytest.mark.parametrize("new", ["XYXY", "XYWH", "CXCYWH"])
def test_formats_of_boxes_lead_back(old, new):
    boxes = tv_tensors.BoundingBoxes(torch.tensor([[3.0, 2, 7, 5], [1, 1, 4, 8]]), format=old, canvas_size=(20, 20))
    there = v2.ConvertBoundingBoxFormat(new)(boxes)
    assert torch.allclose(v2.ConvertBoundingBoxFormat(old)(there), boxes.as_plain())


def test_mixing_keeps_labels_shares():
    images, labels = torch.rand(4, 3, 8, 8), torch.arange(4)
    for kind in (v2.MixUp, v2.CutMix):
        mixed, shares = kind(num_classes=5)(images, labels)
        assert mixed.shape == images.shape
        assert torch.allclose(shares.sum(1), torch.ones(4))


def test_printed_forms():
    assert repr(T.Resize(8)) == "Resize(size=8, interpolation=bilinear, max_size=None, antialias=True)"
    assert repr(v2.Resize(8)) == "Resize(size=[8], interpolation=bilinear, antialias=True)"
    assert repr(T.Compose([T.CenterCrop(3)])) == "Compose(\n    CenterCrop(size=(3, 3))\n)"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: F.to_tensor(3), TypeError),
        (lambda: F.to_pil_image(torch.zeros(5, 2, 2)), ValueError),
        (lambda: F.normalize(torch.zeros(3, 2, 2, dtype=torch.uint8), [0], [1]), TypeError),
        (lambda: F.normalize(torch.zeros(3, 2, 2), [0.0], [0.0]), ValueError),
        (lambda: F.resize(torch.zeros(3, 4, 4), [1, 2, 3]), ValueError),
        (lambda: F.posterize(picture(), 9), ValueError),
        (lambda: F.adjust_hue(picture(), 0.6), ValueError),
        (lambda: T.RandomCrop(20)(picture()), ValueError),
        (lambda: T.ColorJitter(hue=1), ValueError),
        (lambda: v2.Compose([]), ValueError),
        (lambda: v2.Normalize([0.0], [1.0])(F.to_pil_image(picture())), TypeError),
        (lambda: v2.functional.adjust_hue("no picture", 0.1), TypeError),
        (lambda: v2.RandomCrop(3)("no picture"), TypeError),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(error):
        call()


def turned(format="CXCYWHR", mode=None):
    boxes = tv_tensors.BoundingBoxes(
        torch.tensor([[5.0, 6, 4, 3, 30], [8, 7, 5, 2, -75]]), format="CXCYWHR", canvas_size=(13, 17), clamping_mode=mode
    )
    return v2.functional.convert_bounding_box_format(boxes, new_format=format)


@pytest.mark.parametrize("format", ["CXCYWHR", "XYWHR", "XYXYXYXY"])
def test_turned_boxes_move_as_their_corners_do(format):
    def corners(boxes):
        return v2.functional.convert_bounding_box_format(boxes, new_format="XYXYXYXY").as_subclass(torch.Tensor).reshape(-1, 4, 2)

    before = corners(turned())
    for name, moved, expected in (
        ("horizontal", v2.functional.horizontal_flip(turned(format)), torch.tensor([17.0, 0]) + before[:, [1, 0, 3, 2]] * torch.tensor([-1.0, 1])),
        ("vertical", v2.functional.vertical_flip(turned(format)), torch.tensor([0, 13.0]) + before[:, [1, 0, 3, 2]] * torch.tensor([1.0, -1])),
        ("pad", v2.functional.pad(turned(format), [2, 3, 4, 5]), before + torch.tensor([2.0, 3])),
        ("crop", v2.functional.crop(turned(format), 2, 1, 9, 9), before - torch.tensor([1.0, 2])),
        ("larger", v2.functional.resize(turned(format), [26, 34]), before * 2),
    ):
        assert moved.format.value == format, name
        torch.testing.assert_close(corners(moved), expected, rtol=1e-4, atol=1e-4)
    turn = v2.functional.convert_bounding_box_format(v2.functional.rotate(turned(format), 30.0), new_format="CXCYWHR")
    torch.testing.assert_close(turn[:, 2:].as_subclass(torch.Tensor), torch.tensor([[4.0, 3, 60], [5, 2, -45]]), rtol=1e-3, atol=1e-3)


def test_turned_boxes_stay_right_angled_when_squeezed():
    squeezed = v2.functional.resize(turned("XYXYXYXY"), [26, 10]).as_subclass(torch.Tensor).reshape(-1, 4, 2)
    side, next_side = squeezed[:, 1] - squeezed[:, 0], squeezed[:, 2] - squeezed[:, 1]
    assert (side * next_side).sum(-1).abs().max().item() < 1e-3
    before = turned("XYXYXYXY").as_subclass(torch.Tensor).reshape(-1, 4, 2) * torch.tensor([10 / 17, 2.0])
    torch.testing.assert_close(squeezed[0, [1, 3]], before[0, [1, 3]], rtol=1e-4, atol=1e-4)  # the longer diagonal
    torch.testing.assert_close(squeezed[1, [0, 2]], before[1, [0, 2]], rtol=1e-4, atol=1e-4)
    cut = v2.functional.crop(turned(mode="hard"), 0, 4, 9, 9)
    assert cut.canvas_size == (9, 9)
    assert cut.as_subclass(torch.Tensor).isfinite().all()
    inside = tv_tensors.BoundingBoxes([[5.0, 6, 4, 3, 30], [0, 0, 4, 3, 30]], format="CXCYWHR", canvas_size=(13, 17))
    assert v2.functional.sanitize_bounding_boxes(inside)[1].tolist() == [True, False]
