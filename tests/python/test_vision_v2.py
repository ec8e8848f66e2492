"""The second transforms: kernels by name, tensors that know what they are, turned boxes, exact bytes."""

import copy

import numpy as np
import pytest
import rushlight as torch
from PIL import Image
from rushlight.vision import tv_tensors
from rushlight.vision.transforms import InterpolationMode, v2
from rushlight.vision.transforms.v2 import functional as F

FORMATS = ("XYXY", "XYWH", "CXCYWH", "XYWHR", "CXCYWHR", "XYXYXYXY")


def boxes(values, format="XYXY", size=(20, 30), **words):
    return tv_tensors.BoundingBoxes(values, format=format, canvas_size=size, **words)


# ---- which kernel computes -----------------------------------------------------------------------------------------------
def test_kernels_have_torchvisions_names_and_take_what_boxes_know():
    plain = torch.tensor([[2.0, 3, 10, 12]])
    known = boxes(plain)
    for name, arguments in (
        ("horizontal_flip", ()),
        ("affine", (20.0, [1, 2], 1.1, [3.0, 4.0])),
        ("center_crop", ([11, 12],)),
        ("perspective", ([[0, 0], [29, 0], [29, 19], [0, 19]], [[2, 1], [27, 1], [25, 17], [1, 18]])),
    ):
        out = getattr(F, f"{name}_bounding_boxes")(plain, tv_tensors.BoundingBoxFormat.XYXY, (20, 30), *arguments)
        values = out[0] if isinstance(out, tuple) else out
        assert torch.equal(values, getattr(F, name)(known, *arguments).as_subclass(torch.Tensor))
    moved, size = F.pad_bounding_boxes(plain, tv_tensors.BoundingBoxFormat.XYXY, (20, 30), [1, 2, 3, 4])
    assert (moved.tolist(), size) == ([[3, 5, 11, 14]], (26, 34))
    assert F.pad(known, [1, 2, 3, 4]).canvas_size == (26, 34)


def test_arguments_a_function_has_not_are_refused():
    known = boxes([[2.0, 3, 10, 12]])
    for wrong in (lambda: F.resize(known, 5, interpolated=1), lambda: F.horizontal_flip(known, 1), lambda: F.resize(known, 5, size=6)):
        with pytest.raises(TypeError):
            wrong()


def test_classes_of_ones_own_get_their_kernels():
    class Depth(tv_tensors.TVTensor):
        pass

    depth = torch.ones(2, 3).as_subclass(Depth)
    with pytest.raises(TypeError, match="vertical_flip supports"):
        F.vertical_flip(depth)
    assert v2.RandomVerticalFlip(1.0)(depth) is depth  # passed by

    @F.register_kernel(F.vertical_flip, Depth)
    def flip(depth, *args, **kwargs):
        return tv_tensors.wrap(depth.as_subclass(torch.Tensor) * 5, like=depth)

    out = v2.RandomVerticalFlip(1.0)(depth)
    assert isinstance(out, Depth)
    assert out.sum() == 30
    for wrong in ((F.vertical_flip, Depth), ("nope", Depth), (len, Depth), (F.resize, tv_tensors.Image), (F.resize, torch.Tensor), (F.resize, 5)):
        with pytest.raises(ValueError, match="kernel"):
            F.register_kernel(*wrong)(flip)


def test_videos_have_no_grey():
    video = tv_tensors.Video(torch.zeros(2, 3, 4, 4, dtype=torch.uint8))
    with pytest.raises(TypeError):
        F.rgb_to_grayscale(video)
    assert v2.Grayscale()(video) is video


# ---- tensors that know what they are -------------------------------------------------------------------------------------
def test_operations_keep_the_class_where_that_is_asked_for():
    picture, things = tv_tensors.Image(torch.ones(3, 4, 5)), boxes([[1, 2, 3, 4], [2, 3, 4, 5]])
    assert type(picture + 1) is torch.Tensor
    assert type(things[0]) is torch.Tensor
    with tv_tensors.set_return_type("TVTensor"):
        assert type(1 + picture) is tv_tensors.Image
        shifted = things + 1
        assert (type(shifted), shifted.format, shifted.canvas_size) == (tv_tensors.BoundingBoxes, things.format, (20, 30))
        assert all(type(part) is tv_tensors.BoundingBoxes for part in things.unbind(0))
        assert type(F.horizontal_flip(picture)) is tv_tensors.Image
    assert type(picture + 1) is torch.Tensor
    for kept in (picture.clone(), picture.detach(), picture.to(torch.float64), copy.deepcopy(picture), picture.clone().requires_grad_()):
        assert type(kept) is tv_tensors.Image
    with pytest.raises(ValueError, match="return_type"):
        tv_tensors.set_return_type("other")


def test_what_is_printed_breaks_lines_by_the_class():
    text = repr(boxes(torch.full((1, 4), 0.001, dtype=torch.float64), clamping_mode=None))
    assert text == (
        "BoundingBoxes([[0.0010, 0.0010, 0.0010, 0.0010]], dtype=torch.float64, format=BoundingBoxFormat.XYXY, "
        "canvas_size=(20, 30), clamping_mode=None)"
    )
    assert repr(tv_tensors.Image(torch.zeros(1, 1, 1))) == "Image([[[0.]]], )"


@pytest.mark.parametrize(("values", "words", "said"), [(torch.zeros(2, 2, 2), {}, "1D or 2D"), ([1, 2, 3, 4], {"format": 5}, "format"), ([1, 2, 3, 4], {"clamping_mode": "x"}, "clamping_mode"), ([1, 2, 3, 4, 5], {"format": "XYWHR"}, "floating")])
def test_boxes_that_make_no_sense_are_refused(values, words, said):
    with pytest.raises(ValueError, match=said):
        boxes(values, **words)


# ---- boxes and points ----------------------------------------------------------------------------------------------------
def test_turned_boxes_are_cut_without_turning_them():
    inside = boxes([[15.0, 10, 6, 4, 30]], "CXCYWHR")
    for mode in ("soft", "hard"):
        assert torch.allclose(F.clamp_bounding_boxes(inside, clamping_mode=mode), inside.as_subclass(torch.Tensor), atol=1e-4)
    over = boxes([[2.0, 10, 12, 6, 30]], "CXCYWHR")
    for mode in ("soft", "hard"):
        cut = F.clamp_bounding_boxes(over, clamping_mode=mode)
        assert abs(float(cut[0, 4]) - 30) < 1e-3
        assert cut[0, 2] * cut[0, 3] < 12 * 6
        corners = F.convert_bounding_box_format(cut, new_format="XYXYXYXY").as_subclass(torch.Tensor)
        if mode == "hard":  # within the picture whole
            assert corners[0, 0::2].min() > -1e-4
    gone = F.clamp_bounding_boxes(boxes([[-20.0, 10, 4, 4, 10]], "CXCYWHR"))
    assert gone[0, 2:4].tolist() == [0, 0]


@pytest.mark.parametrize("format", FORMATS)
def test_empty_boxes_go_through_everything(format):
    width = {"XYWHR": 5, "CXCYWHR": 5, "XYXYXYXY": 8}.get(format, 4)
    none = boxes(torch.zeros(0, width), format)
    for change in (
        v2.RandomHorizontalFlip(1.0),
        v2.Resize(7),
        v2.RandomRotation(30, expand=True),
        v2.RandomAffine(20, shear=5),
        v2.RandomPerspective(p=1.0),
        v2.CenterCrop(9),
    ):
        assert tuple(change(none).shape) == (0, width)


def test_points_outside_are_removed_with_their_labels():
    points = tv_tensors.KeyPoints([[[1.0, 2], [3, 4]], [[1, 2], [40, 4]]], canvas_size=(20, 30))
    labels = torch.tensor([7, 8])
    out = v2.SanitizeKeyPoints("default")((torch.zeros(3, 20, 30), {"points": points, "labels": labels}))[1]
    assert out["labels"].tolist() == [7]
    assert isinstance(out["points"], tv_tensors.KeyPoints)
    assert F.sanitize_keypoints(torch.tensor([[1, 2], [30, 2]]), canvas_size=(20, 30))[1].tolist() == [True, False]
    assert F.clamp_keypoints(torch.tensor([[-1, 40]]), (20, 30)).tolist() == [[0, 19]]
    for wrong in (lambda: F.clamp_keypoints(torch.zeros(1, 2)), lambda: F.sanitize_keypoints(points, (2, 2))):
        with pytest.raises(ValueError, match="canvas_size"):
            wrong()
    with pytest.raises(ValueError, match="No keypoints"):
        v2.SanitizeKeyPoints()(torch.zeros(3, 4, 4))
    with pytest.raises(ValueError, match="2 KeyPoints but 3 labels"):
        v2.SanitizeKeyPoints("default")({"points": points, "labels": torch.zeros(3)})


# ---- exact bytes ---------------------------------------------------------------------------------------------------------
def fused(x, y, factor):
    """``x + factor * y`` of single precision, rounded once."""
    return (x.astype(np.float64) + np.float64(np.float32(factor)) * y.astype(np.float64)).astype(np.float32)


def test_bytes_are_blended_with_one_rounding():
    values = np.random.default_rng(0).integers(0, 256, (3, 64, 64), dtype=np.uint8)
    single = values.astype(np.float32)
    grey = np.floor(fused(fused(single[0] * np.float32(0.2989), single[1], 0.587), single[2], 0.114))
    picture = torch.from_numpy(values)
    assert np.array_equal(F.rgb_to_grayscale(picture)[0].numpy(), grey.astype(np.uint8))
    for factor in (0.3, 1.7):
        wanted = fused(single * np.float32(factor), np.broadcast_to(grey, values.shape), 1 - factor).clip(0, 255).astype(np.uint8)
        assert np.array_equal(F.adjust_saturation(picture, factor).numpy(), wanted)


def test_magnitudes_of_solarize_are_shares_of_full_brightness():
    class Only(v2.TrivialAugmentWide):
        def _draw(self, space):
            return ("Solarize", *space["Solarize"])

    torch.manual_seed(0)
    floats = torch.rand(3, 8, 8)
    torch.manual_seed(0)
    out = Only()(floats)  # thresholds up to 1, not to 255
    changed = out != floats
    assert changed.any()
    assert torch.allclose(out[changed], 1 - floats[changed])


def test_lanczos_of_bytes_is_rounded_between_the_axes():
    values = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 23, 31), dtype=np.uint8))
    rows_first = F.resize(F.resize(values, [23, 40], interpolation="lanczos"), [9, 40], interpolation="lanczos")
    out = F.resize(values, [9, 40], interpolation="lanczos")
    assert torch.equal(out, rows_first)
    exact = F.resize(values.double(), [9, 40], interpolation="lanczos")
    assert (out.double() - exact.clamp(0, 255)).abs().mean() < 1.5


def test_sixteen_bits_without_sign():
    values = torch.tensor([[[0, 1, 255]]], dtype=torch.uint8)
    wide = F.to_dtype(values, torch.uint16, scale=True)
    assert wide.tolist() == [[[0, 256, 65280]]]
    assert F.to_dtype(wide, torch.uint8, scale=True).tolist() == values.tolist()
    with pytest.raises(TypeError, match="integers"):
        F.to_dtype(values, torch.bool, scale=True)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: F.rgb_to_grayscale(x, 2), ValueError),
        (lambda x: F.rgb_to_grayscale(x[:2]), ValueError),
        (lambda x: F.pad(x[:1], 1, fill=[1, 2, 3]), RuntimeError),
        (lambda x: F.pad(x, 40, padding_mode="symmetric"), IndexError),
        (lambda x: F.resize(x[0], [4, 4]), ValueError),
        (lambda x: F.resize(x, [0, 4]), RuntimeError),
        (lambda x: F.gaussian_noise(Image.new("RGB", (4, 4))), ValueError),
        (lambda x: F.perspective(x, [[0, 0]] * 4, [[1, 1]] * 4), RuntimeError),
        (lambda x: F.jpeg(Image.new("RGBA", (4, 4)), 50), OSError),
    ],
)
def test_bad_input_gets_torchvisions_class(call, error):
    with pytest.raises(error):
        call(torch.zeros(3, 8, 8, dtype=torch.uint8))


def test_what_a_crop_keeps_of_its_padding():
    crop = v2.RandomCrop(4, padding=(1, 2, 3, 4))
    assert crop.padding == [1, 3, 2, 4] and "padding=[1, 3, 2, 4]" in repr(crop)  # left, right, top, bottom
    picture = torch.ones(1, 2, 2)
    torch.manual_seed(0)
    whole = v2.RandomCrop((8, 6), padding=(1, 2, 3, 4))(picture)
    assert whole[0, 2:4, 1:3].sum() == whole.sum() == 4


def test_boxes_and_points_of_nothing_are_not_looked_at():
    boxes = tv_tensors.BoundingBoxes(torch.zeros(0, 4), format="XYXY", canvas_size=(4, 4))
    assert F.affine(boxes, 0.0, [0, 0], 0, [0.0]).shape == (0, 4)
    with pytest.raises(ValueError, match="scale should be positive"):
        F.affine(torch.ones(1, 3, 3), 0.0, [0, 0], 0, [0.0])


def test_turned_boxes_become_whole_numbers_only_by_a_dtype():
    boxes = tv_tensors.BoundingBoxes(torch.tensor([[5.0, 5.0, 4.0, 2.0, 30.0]]), format="CXCYWHR", canvas_size=(9, 9))
    assert F.to_dtype(boxes, torch.int64).tolist() == [[5, 5, 4, 2, 30]]
    with pytest.raises(ValueError, match="should be floating point"):
        tv_tensors.BoundingBoxes(boxes.to(torch.int64).as_subclass(torch.Tensor), format="CXCYWHR", canvas_size=(9, 9))


def test_a_picture_of_floats_stays_one():
    picture = tv_tensors.Image(torch.ones(3, 2, 2))
    assert type(F.convert_image_dtype(picture, torch.float64)) is tv_tensors.Image
    assert type(F.convert_image_dtype(picture, torch.uint8)) is torch.Tensor


def test_corners_on_a_line_have_an_answer_if_rounding_leaves_one():
    from rushlight.vision.transforms._geometry import perspective_coefficients, solve

    exact = perspective_coefficients([[0, 0], [9, 0], [9, 9], [0, 9]], [[1, 1], [8, 0], [9, 9], [0, 7]])
    for (x, y), (u, v) in zip([[1, 1], [8, 0], [9, 9], [0, 7]], [[0, 0], [9, 0], [9, 9], [0, 9]], strict=True):
        below = exact[6] * x + exact[7] * y + 1
        assert (exact[0] * x + exact[1] * y + exact[2]) / below == pytest.approx(u, abs=1e-5)
        assert (exact[3] * x + exact[4] * y + exact[5]) / below == pytest.approx(v, abs=1e-5)
    with pytest.raises(torch.linalg.LinAlgError, match="on one line"):
        solve([[1.0, 2.0], [0.0, 0.0]], [1.0, 1.0])


def test_half_precision_sees_the_same_through_a_grid():
    picture = torch.arange(64.0).reshape(1, 8, 8) / 64
    whole = F.affine(picture, 0.0, [0, 0], 2.0, [0.0], interpolation=InterpolationMode.BILINEAR)
    half = F.affine(picture.half(), 0.0, [0, 0], 2.0, [0.0], interpolation=InterpolationMode.BILINEAR)
    assert (half.float() - whole).abs().max() < 2e-3


def test_a_border_of_nothing_needs_no_colour():
    picture = torch.arange(16.0).reshape(1, 4, 4)
    assert torch.equal(F.pad(picture, 0, fill=(1, 2, 3)), picture)
    assert torch.equal(F.pad(picture, -1, fill=(1, 2)), picture[:, 1:3, 1:3])
    with pytest.raises(RuntimeError, match="fill has 2 numbers"):
        F.pad(picture, 1, fill=(1, 2))


def test_classes_are_where_pickles_of_torchvision_look_for_them():
    from rushlight.vision.tv_tensors import _bounding_boxes, _image, _keypoints, _mask, _tv_tensor, _video

    assert _image.Image is tv_tensors.Image and _bounding_boxes.BoundingBoxes is tv_tensors.BoundingBoxes
    assert _mask.Mask is tv_tensors.Mask and _video.Video is tv_tensors.Video
    assert _keypoints.KeyPoints is tv_tensors.KeyPoints and _tv_tensor.TVTensor is tv_tensors.TVTensor
