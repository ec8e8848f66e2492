"""Kernels that keep rows rows and columns columns: flips, sizes, borders, crops."""

from __future__ import annotations

import math
from typing import Any

from ..... import bool as bool_, float32, float64, full, stack, tensor, uint8, where
from ....._C import Tensor
from .....nn import functional as nnF
from ... import _functional_pil as F_pil, _functional_tensor as F_t
from ..._geometry import center_offsets, center_paddings, four_paddings, resized_size
from ...functional import InterpolationMode, _interpolation_modes_from_int, pil_modes_mapping
from ._boxes import Format, clamp, convert, is_rotated_bounding_format, rectangles


def mode_of(interpolation: Any) -> InterpolationMode:
    """An interpolation by its member, Pillow's number or its name.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(interpolation, int):
        return _interpolation_modes_from_int(interpolation)
    if isinstance(interpolation, str):
        return InterpolationMode(interpolation.lower())
    if not isinstance(interpolation, InterpolationMode):
        raise ValueError(f"Argument interpolation should be an `InterpolationMode` or a corresponding Pillow integer constant, but got {interpolation}.")
    return interpolation


def folded(image: Tensor) -> tuple[Tensor, tuple]:
    """(..., C, H, W) as one batch, and the axes that were folded.

    Raises:
        ValueError: for fewer than three axes.
    """
    if image.ndim < 3:
        raise ValueError(f"a picture has at least three axes, (..., C, H, W); got shape {tuple(image.shape)}")
    shape = image.shape
    return image.reshape(math.prod(shape[:-3]), *shape[-3:]), tuple(shape[:-3])


def unfolded(batch: Tensor, image: Tensor) -> Tensor:
    """The inverse of ``folded``."""
    return batch.reshape(*image.shape[:-3], *batch.shape[-3:])


def as_planes(kernel):
    """A kernel of masks: that of pictures, on (..., 1, H, W) of what may have no channels."""

    def call(mask: Tensor, *args, **kwargs):
        out = kernel(mask.unsqueeze(0) if mask.ndim < 3 else mask, *args, **kwargs)
        return out.squeeze(0) if mask.ndim < 3 else out

    return call


# ---- flips --------------------------------------------------------------------------------------------------------------
def _flipped(boxes: Tensor, format: Format, canvas_size, axis: int) -> Tensor:
    """Boxes mirrored along x (0) or y (1)."""
    size = canvas_size[1 - axis]
    if is_rotated_bounding_format(format):
        centre = list(convert(boxes, format, Format.CXCYWHR).unbind(-1))
        centre[axis], centre[4] = size - centre[axis], (180 - centre[4] if axis else -centre[4])
        return convert(stack(centre, -1), Format.CXCYWHR, format)
    parts = list(boxes.unbind(-1))
    if format == Format.XYXY:
        parts[axis], parts[axis + 2] = size - parts[axis + 2], size - parts[axis]
    elif format == Format.XYWH:
        parts[axis] = size - parts[axis] - parts[axis + 2]
    else:
        parts[axis] = size - parts[axis]
    return stack(parts, -1)


def _flipped_points(points: Tensor, canvas_size, axis: int) -> Tensor:
    """Points mirrored along x (0) or y (1)."""
    parts = list(points.unbind(-1))
    parts[axis] = canvas_size[1 - axis] - 1 - parts[axis]
    return stack(parts, -1)


def horizontal_flip_image(image: Tensor) -> Tensor:
    """Pictures with left and right exchanged."""
    return image.flip(-1)


def horizontal_flip_mask(mask: Tensor) -> Tensor:
    """Masks with left and right exchanged."""
    return mask.flip(-1)


def horizontal_flip_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size) -> Tensor:
    """Boxes with left and right exchanged."""
    return _flipped(bounding_boxes, format, canvas_size, 0)


def horizontal_flip_keypoints(keypoints: Tensor, canvas_size) -> Tensor:
    """Points with left and right exchanged."""
    return _flipped_points(keypoints, canvas_size, 0)


def vertical_flip_image(image: Tensor) -> Tensor:
    """Pictures with top and bottom exchanged."""
    return image.flip(-2)


def vertical_flip_mask(mask: Tensor) -> Tensor:
    """Masks with top and bottom exchanged."""
    return mask.flip(-2)


def vertical_flip_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size) -> Tensor:
    """Boxes with top and bottom exchanged."""
    return _flipped(bounding_boxes, format, canvas_size, 1)


def vertical_flip_keypoints(keypoints: Tensor, canvas_size) -> Tensor:
    """Points with top and bottom exchanged."""
    return _flipped_points(keypoints, canvas_size, 1)


# ---- sizes --------------------------------------------------------------------------------------------------------------
def _output(canvas, size, max_size) -> list[int]:
    if isinstance(size, int):
        size = [size]
    elif max_size is not None and size is not None and len(size) != 1:
        raise ValueError("max_size should only be passed if size is None or specifies the length of the smaller edge, i.e. size should be an int or a sequence of length 1 in torchscript mode.")
    return resized_size(canvas, size, max_size, allow_size_none=True)


def resize_image(image: Tensor, size, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None, antialias: bool | None = True) -> Tensor:
    """Pictures in another size; bytes by the integer kernels."""
    mode = mode_of(interpolation)
    smooth = mode in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    antialias = bool(antialias) and (smooth or mode == InterpolationMode.LANCZOS)
    batch, _ = folded(image)
    height, width = image.shape[-2:]
    new = _output((height, width), size, max_size)
    if new == [height, width]:
        return image
    if image.numel() == 0:
        return image.reshape(*image.shape[:-2], *new)
    if min(new) <= 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input (H: {height}, W: {width}) output (H: {new[0]}, W: {new[1]})")
    if mode in (InterpolationMode.BOX, InterpolationMode.HAMMING):
        raise NotImplementedError(f"Resizing of tensors by {mode.value} is not there")
    if mode == InterpolationMode.LANCZOS and not antialias:
        raise ValueError("LANCZOS interpolation of tensors needs antialias=True")
    dtype = batch.dtype
    # the engine resizes bytes by whole weights; graphics cards resize floats, which are rounded
    cast = dtype not in ((float32, float64) if batch.is_cuda else (float32, float64, uint8))
    if cast:
        batch = batch.to(float32)
    batch = nnF.interpolate(batch, size=new, mode=mode.value, align_corners=False if smooth else None, antialias=antialias)
    if cast and dtype == uint8:
        batch = batch.clamp(0, 255)
    if cast:
        batch = (batch if dtype.is_floating_point or dtype == bool_ else batch.round()).to(dtype)
    return unfolded(batch, image)


def resize_picture(image, size, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None, antialias: bool | None = True):
    """Pillow's pictures in another size."""
    new = _output((image.height, image.width), size, max_size)
    return image if new == [image.height, image.width] else F_pil.resize(image, new, pil_modes_mapping[mode_of(interpolation)])


def resize_mask(mask: Tensor, size, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None) -> Tensor:
    """Masks in another size, by the nearest pixel whatever smooth ``interpolation`` is asked for."""
    mode = mode_of(interpolation)
    if mode not in (InterpolationMode.NEAREST, InterpolationMode.NEAREST_EXACT):
        mode = InterpolationMode.NEAREST
    return as_planes(resize_image)(mask, size, mode, max_size)


def resize_bounding_boxes(bounding_boxes: Tensor, canvas_size, size, max_size: int | None = None, format: Format = Format.XYXY, clamping_mode: str | None = "soft"):
    """Boxes of a picture in another size, and that size."""
    old_h, old_w = canvas_size
    new_h, new_w = _output(canvas_size, size, max_size)
    if (new_h, new_w) == (old_h, old_w):
        return bounding_boxes, canvas_size
    turned = is_rotated_bounding_format(format)
    factor = tensor([new_w / old_w, new_h / old_h] * (4 if turned else 2))
    if turned:
        corners = rectangles(convert(bounding_boxes, format, Format.XYXYXYXY).mul(factor))
        corners = clamp(corners, Format.XYXYXYXY, (new_h, new_w), clamping_mode)
        return convert(corners, Format.XYXYXYXY, format).to(bounding_boxes.dtype).reshape(bounding_boxes.shape), (new_h, new_w)
    return bounding_boxes.mul(factor).to(bounding_boxes.dtype), (new_h, new_w)


def resize_keypoints(keypoints: Tensor, size, canvas_size, max_size: int | None = None):
    """Points of a picture in another size, and that size."""
    old_h, old_w = canvas_size
    new_h, new_w = _output(canvas_size, size, max_size)
    if (new_h, new_w) == (old_h, old_w):
        return keypoints, canvas_size
    return keypoints.mul(tensor([new_w / old_w, new_h / old_h])).to(keypoints.dtype), (new_h, new_w)


# ---- borders and crops --------------------------------------------------------------------------------------------------
def pad_image(image: Tensor, padding, fill: Any = None, padding_mode: str = "constant") -> Tensor:
    """Pictures with borders; of a constant colour for each channel, if there are several numbers."""
    left, top, right, bottom = paddings(padding)
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError(f"`padding_mode` should be either `'constant'`, `'edge'`, `'reflect'` or `'symmetric'`, but got `'{padding_mode}'`.")
    if isinstance(fill, (list, tuple)) and len(fill) == 1:
        fill = fill[0]
    if fill is None:
        fill = 0
    if isinstance(fill, (int, float)):
        batch, _ = folded(image)
        return unfolded(F_t.pad(batch, [left, top, right, bottom], fill, padding_mode), image)
    if padding_mode != "constant":
        raise ValueError(f"Padding mode '{padding_mode}' is not supported if fill is not scalar")
    if max(left, top, right, bottom) <= 0:  # nothing is filled
        return pad_image(image, padding)
    if len(fill) != image.shape[-3]:
        raise RuntimeError(f"fill has {len(fill)} numbers, but the picture {image.shape[-3]} channels")
    out = F_t.pad(image, [left, top, right, bottom], 0)
    inside = F_t.pad(full(image.shape[-2:], 1.0), [left, top, right, bottom], 0)
    colour = tensor(list(fill), dtype=image.dtype).reshape(-1, 1, 1)
    return where(inside > 0, out, colour)


def pad_picture(image, padding, fill: Any = 0, padding_mode: str = "constant"):
    """Pillow's pictures with borders."""
    return F_pil.pad(image, padding, fill, padding_mode)


def paddings(padding) -> tuple[int, int, int, int]:
    """left, top, right, bottom."""
    if not isinstance(padding, (int, tuple, list)):
        raise ValueError(f"`padding` should be an integer or tuple or list of integers, but got {padding}")
    return four_paddings(padding)


def pad_mask(mask: Tensor, padding, fill: Any = None, padding_mode: str = "constant") -> Tensor:
    """Masks with borders."""
    if isinstance(fill, (tuple, list)):
        raise ValueError("Non-scalar fill value is not supported")
    return as_planes(pad_image)(mask, padding, 0 if fill is None else fill, padding_mode)


def _shift(boxes: Tensor, x: int, y: int, format: Format) -> Tensor:
    if format == Format.XYXYXYXY:
        move = [x, y] * 4
    else:
        move = [x, y, x, y] if format == Format.XYXY else [x, y] + [0] * (boxes.shape[-1] - 2)
    return boxes + tensor(move, dtype=boxes.dtype)


def pad_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, padding, padding_mode: str = "constant", clamping_mode: str | None = "soft"):
    """Boxes of a picture with borders, and its size."""
    if padding_mode not in ("constant",):
        raise ValueError(f"Padding mode '{padding_mode}' is not supported with bounding boxes")
    left, top, right, bottom = paddings(padding)
    canvas = (canvas_size[0] + top + bottom, canvas_size[1] + left + right)
    return clamp(_shift(bounding_boxes, left, top, format), format, canvas, clamping_mode), canvas


def pad_keypoints(keypoints: Tensor, canvas_size, padding, padding_mode: str = "constant"):
    """Points of a picture with borders, and its size."""
    if padding_mode not in ("constant",):
        raise ValueError(f"Padding mode '{padding_mode}' is not supported with KeyPoints")
    left, top, right, bottom = paddings(padding)
    canvas = (canvas_size[0] + top + bottom, canvas_size[1] + left + right)
    return keypoints + tensor([left, top], dtype=keypoints.dtype), canvas


def crop_image(image: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """A part of pictures; what lies outside them is zero."""
    return F_t.crop(image, top, left, height, width)


def crop_mask(mask: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """A part of masks."""
    return as_planes(crop_image)(mask, top, left, height, width)


def crop_bounding_boxes(bounding_boxes: Tensor, format: Format, top, left, height, width, clamping_mode: str | None = "soft"):
    """Boxes of a part."""
    return clamp(_shift(bounding_boxes, -left, -top, format), format, (height, width), clamping_mode), (height, width)


def crop_keypoints(keypoints: Tensor, top, left, height, width):
    """Points of a part."""
    return keypoints - tensor([left, top], dtype=keypoints.dtype), (height, width)


def _crop_size(size) -> tuple[int, int]:
    if isinstance(size, (int, float)):
        return int(size), int(size)
    if isinstance(size, (tuple, list)) and len(size) == 1:
        return size[0], size[0]
    return tuple(size)


def center_crop_image(image: Tensor, output_size) -> Tensor:
    """The middle of pictures."""
    height, width = _crop_size(output_size)
    h, w = image.shape[-2:]
    if height > h or width > w:
        image = pad_image(image, center_paddings(h, w, height, width), fill=0)
        h, w = image.shape[-2:]
        if (h, w) == (height, width):
            return image
    top, left = center_offsets(h, w, height, width)
    return image[..., top : top + height, left : left + width]


def center_crop_mask(mask: Tensor, output_size) -> Tensor:
    """The middle of masks."""
    return as_planes(center_crop_image)(mask, output_size)


def center_crop_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, output_size, clamping_mode: str | None = "soft"):
    """Boxes of the middle."""
    height, width = _crop_size(output_size)
    h, w = canvas_size
    top, left = center_offsets(h, w, height, width)
    return crop_bounding_boxes(bounding_boxes, format, top, left, height, width, clamping_mode)


def center_crop_keypoints(inpt: Tensor, canvas_size, output_size):
    """Points of the middle."""
    height, width = _crop_size(output_size)
    h, w = canvas_size
    top, left = center_offsets(h, w, height, width)
    return crop_keypoints(inpt, top, left, height, width)


def resized_crop_image(image: Tensor, top, left, height, width, size, interpolation: Any = InterpolationMode.BILINEAR, antialias: bool | None = True) -> Tensor:
    """A part of pictures in another size."""
    return resize_image(crop_image(image, top, left, height, width), size, interpolation, antialias=antialias)


def resized_crop_picture(image, top, left, height, width, size, interpolation: Any = InterpolationMode.BILINEAR, antialias: bool | None = True):
    """A part of Pillow's pictures in another size."""
    return resize_picture(F_pil.crop(image, top, left, height, width), size, interpolation)


def resized_crop_mask(mask: Tensor, top, left, height, width, size) -> Tensor:
    """A part of masks in another size."""
    return resize_mask(crop_mask(mask, top, left, height, width), size)


def resized_crop_bounding_boxes(bounding_boxes: Tensor, format: Format, top, left, height, width, size, clamping_mode: str | None = "soft"):
    """Boxes of a part in another size."""
    boxes, canvas = crop_bounding_boxes(bounding_boxes, format, top, left, height, width, clamping_mode)
    return resize_bounding_boxes(boxes, canvas, size, format=format, clamping_mode=clamping_mode)


def resized_crop_keypoints(keypoints: Tensor, top, left, height, width, size):
    """Points of a part in another size, and that size."""
    points, canvas = crop_keypoints(keypoints, top, left, height, width)
    return resize_keypoints(points, size, canvas)


def five_crop_image(image: Tensor, size):
    """The four corners and the middle of pictures."""
    if isinstance(size, (tuple, list)) and len(size) not in (1, 2):
        raise ValueError("Please provide only two dimensions (h, w) for size.")
    height, width = _crop_size(size)
    h, w = image.shape[-2:]
    if width > w or height > h:
        raise ValueError(f"Requested crop size {(height, width)} is bigger than input size {(h, w)}")
    places = ((0, 0), (0, w - width), (h - height, 0), (h - height, w - width))
    return (*(crop_image(image, top, left, height, width) for top, left in places), center_crop_image(image, [height, width]))


def ten_crop_image(image: Tensor, size, vertical_flip: bool = False):
    """``five_crop_image`` of pictures and of their mirror images."""
    return five_crop_image(image, size) + five_crop_image(image.flip(-2 if vertical_flip else -1), size)
