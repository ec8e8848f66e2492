"""Kernels that move places: flips, sizes, crops, turns, perspectives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..... import cat, float32, float64, full, int64, ones, stack, tensor, uint8, where
from ....._C import Tensor
from .....nn import functional as nnF
from ... import _functional_pil as F_pil, _functional_tensor as F_t, functional as F1
from ..._geometry import (
    affine_matrix,
    center_offsets,
    center_paddings,
    four_paddings,
    perspective_coefficients,
    resized_size,
)
from ..._resize import resize_whole
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
    """(..., C, H, W) as one batch, and the axes that were folded; a plane (H, W) is a channel."""
    shape = image.shape
    if image.ndim == 2:
        return image.reshape(1, 1, *shape), ()
    return image.reshape(-1, *shape[-3:]) if image.numel() or image.ndim <= 4 else image.reshape(math.prod(shape[:-3]), *shape[-3:]), tuple(shape[:-3])


def unfolded(batch: Tensor, image: Tensor) -> Tensor:
    """The inverse of ``folded``."""
    if image.ndim == 2:
        return batch.reshape(batch.shape[-2:])
    return batch.reshape(*image.shape[:-3], *batch.shape[-3:])


def as_planes(kernel):
    """A kernel of masks: that of pictures, on (..., 1, H, W) of what may have no channels."""

    def call(mask: Tensor, *args, **kwargs):
        out = kernel(mask.unsqueeze(0) if mask.ndim < 3 else mask, *args, **kwargs)
        return out.squeeze(0) if mask.ndim < 3 else out

    return call


# ---- flips --------------------------------------------------------------------------------------------------------------
def flip_boxes(axis: int):
    """Boxes mirrored along x (0) or y (1)."""

    def kernel(boxes: Tensor, format: Format, canvas_size, clamping_mode=None) -> Tensor:
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

    return kernel


def flip_points(axis: int):
    """Points mirrored along x (0) or y (1)."""

    def kernel(points: Tensor, canvas_size) -> Tensor:
        parts = list(points.unbind(-1))
        parts[axis] = canvas_size[1 - axis] - 1 - parts[axis]
        return stack(parts, -1)

    return kernel


# ---- sizes --------------------------------------------------------------------------------------------------------------
def _output(canvas, size, max_size) -> list[int]:
    if isinstance(size, int):
        size = [size]
    elif max_size is not None and size is not None and len(size) != 1:
        raise ValueError("max_size should only be passed if size is None or specifies the length of the smaller edge, i.e. size should be an int or a sequence of length 1 in torchscript mode.")
    return resized_size(canvas, size, max_size, allow_size_none=True)


def resize_image(image: Tensor, size, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None, antialias: bool | None = True) -> Tensor:
    """Pictures in another size; bytes by the integer kernels."""
    if image.ndim < 3:
        raise ValueError(f"a picture has at least three axes (..., C, H, W); got shape {tuple(image.shape)}")
    mode = mode_of(interpolation)
    smooth = mode in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    antialias = bool(antialias) and (smooth or mode == InterpolationMode.LANCZOS)
    height, width = image.shape[-2:]
    new = _output((height, width), size, max_size)
    if new == [height, width]:
        return image
    if min(new) <= 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input (H: {height}, W: {width}) output (H: {new[0]}, W: {new[1]})")
    if mode in (InterpolationMode.BOX, InterpolationMode.HAMMING):
        raise NotImplementedError(f"Resizing of tensors by {mode.value} is not there")
    if mode == InterpolationMode.LANCZOS and not antialias:
        raise ValueError("LANCZOS interpolation of tensors needs antialias=True")
    if image.numel() == 0:
        return image.reshape(*image.shape[:-2], *new)
    batch, _ = folded(image)
    dtype = batch.dtype
    native = (float32, float64, uint8)
    cast = dtype not in native
    if cast:
        batch = batch.to(float32)
    if dtype == uint8 and smooth:
        return unfolded(resize_whole(batch, new, mode.value, antialias), image)
    batch = nnF.interpolate(batch, size=new, mode=mode.value, align_corners=False if smooth else None, antialias=antialias)
    if cast:
        batch = (batch if dtype.is_floating_point else batch.round()).to(dtype)
    return unfolded(batch, image)


def resize_picture(image, size, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None, antialias: bool | None = True):
    """Pillow's pictures in another size."""
    new = _output((image.height, image.width), size, max_size)
    return image if new == [image.height, image.width] else F_pil.resize(image, new, pil_modes_mapping[mode_of(interpolation)])


def resize_mask(mask: Tensor, size, max_size: int | None = None, **_: Any) -> Tensor:
    """Masks in another size, by the nearest pixel."""
    return as_planes(resize_image)(mask, size, InterpolationMode.NEAREST, max_size)


def resize_boxes(boxes: Tensor, size, interpolation: Any = None, max_size: int | None = None, antialias: Any = True, format=None, canvas_size=None, clamping_mode=None):
    """Boxes of a picture in another size."""
    old_h, old_w = canvas_size
    new_h, new_w = _output(canvas_size, size, max_size)
    if (new_h, new_w) == (old_h, old_w):
        return boxes, canvas_size
    turned = is_rotated_bounding_format(format)
    factor = tensor([new_w / old_w, new_h / old_h] * (4 if turned else 2))
    if turned:
        corners = rectangles(convert(boxes, format, Format.XYXYXYXY).mul(factor))
        return convert(corners, Format.XYXYXYXY, format).to(boxes.dtype), (new_h, new_w)
    return boxes.mul(factor).to(boxes.dtype), (new_h, new_w)


def resize_points(points: Tensor, size, interpolation: Any = None, max_size: int | None = None, antialias: Any = True, canvas_size=None):
    """Points of a picture in another size."""
    old_h, old_w = canvas_size
    new_h, new_w = _output(canvas_size, size, max_size)
    return points.mul(tensor([new_w / old_w, new_h / old_h])).to(points.dtype), (new_h, new_w)


# ---- turns, shears ------------------------------------------------------------------------------------------------------
def seen_through(image: Tensor, grid: Tensor, mode: str, fill: Any) -> Tensor:
    """Pictures sampled where ``grid`` says; ``fill`` where that lies outside."""
    if image.numel() == 0:
        return image
    batch, _ = folded(image)
    dtype = batch.dtype
    values = batch.to(grid.dtype)
    n = values.shape[0]
    if fill is not None:
        values = cat((values, values.new_ones((n, 1, *values.shape[-2:]))), dim=1)
    values = nnF.grid_sample(values, grid.expand(n, *grid.shape[1:]), mode=mode, padding_mode="zeros", align_corners=False)
    if fill is not None:
        values, share = values[:, :-1], values[:, -1:]
        colour = list(fill) if isinstance(fill, (tuple, list)) else [float(fill)]
        background = tensor(colour, dtype=values.dtype).reshape(1, -1, 1, 1)
        if mode == "nearest":
            values = where(share < 0.5, background, values)
        else:
            values = (values - background) * share + background
    if not dtype.is_floating_point:
        values = values.round()
    return unfolded(values.to(dtype), image)


def _affine_words(angle, translate, scale, shear, interpolation, center):
    if not isinstance(angle, (int, float)):
        raise TypeError("Argument angle should be int or float")
    if not isinstance(translate, (list, tuple)):
        raise TypeError("Argument translate should be a sequence")
    if len(translate) != 2:
        raise ValueError("Argument translate should be a sequence of length 2")
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    if not isinstance(shear, (int, float, list, tuple)):
        raise TypeError("Shear should be either a single value or a sequence of two values")
    shear = F1._shears(shear)
    if center is not None:
        if not isinstance(center, (list, tuple)):
            raise TypeError("Argument center should be a sequence")
        center = [float(c) for c in center]
    return float(angle), [float(t) for t in translate], shear, mode_of(interpolation), center


def affine_image(image: Tensor, angle, translate, scale, shear, interpolation: Any = InterpolationMode.NEAREST, fill: Any = None, center=None) -> Tensor:
    """Pictures turned, moved, scaled and sheared."""
    angle, translate, shear, mode, center = _affine_words(angle, translate, scale, shear, interpolation, center)
    h, w = image.shape[-2:]
    middle = [0.0, 0.0] if center is None else [c - s * 0.5 for c, s in zip(center, [w, h])]
    matrix = affine_matrix(middle, angle, translate, scale, shear)
    F_t.check_grid(image, mode.value, fill, matrix=matrix)
    return seen_through(image, F_t.affine_grid(F_t._theta(image, matrix), w, h, w, h), mode.value, fill)


def affine_picture(image, angle, translate, scale, shear, interpolation: Any = InterpolationMode.NEAREST, fill: Any = None, center=None):
    """Pillow's pictures turned, moved, scaled and sheared."""
    angle, translate, shear, mode, center = _affine_words(angle, translate, scale, shear, interpolation, center)
    middle = [image.width * 0.5, image.height * 0.5] if center is None else center
    matrix = affine_matrix(middle, angle, translate, scale, shear)
    return F_pil.affine(image, matrix, pil_modes_mapping[mode], fill)


def affine_mask(mask: Tensor, angle, translate, scale, shear, interpolation: Any = None, fill: Any = None, center=None) -> Tensor:
    """Masks turned, moved, scaled and sheared, by the nearest pixel."""
    return as_planes(affine_image)(mask, angle, translate, scale, shear, InterpolationMode.NEAREST, fill, center)


def _move(points: Tensor, canvas_size, angle, translate, scale, shear, center, expand: bool):
    """Points (N, 2) moved by an affine map, and the new size of the canvas."""
    h, w = canvas_size
    center = [w * 0.5, h * 0.5] if center is None else center
    matrix = affine_matrix(center, angle, translate, scale, shear, inverted=False)
    turned = tensor(matrix, dtype=points.dtype).reshape(2, 3).T
    out = cat([points, ones((points.shape[0], 1), dtype=points.dtype)], -1) @ turned
    if not expand:
        return out, canvas_size
    corners = tensor([[0.0, 0.0, 1.0], [0.0, float(h), 1.0], [float(w), float(h), 1.0], [float(w), 0.0, 1.0]], dtype=points.dtype)
    out = out - (corners @ turned).amin(dim=0, keepdim=True)
    back = affine_matrix(center, angle, translate, scale, shear)  # a canvas is measured by what it comes from
    new_w, new_h = F_t.affine_size(back, w, h)
    return out, (new_h, new_w)


def _floats(x: Tensor) -> Tensor:
    return x if x.is_floating_point() else x.to(float32)


def box_corners(boxes: Tensor, format: Format) -> Tensor:
    """The four corners of boxes, (4 N, 2)."""
    if is_rotated_bounding_format(format):
        return convert(_floats(boxes), format, Format.XYXYXYXY).reshape(-1, 2)
    xyxy = convert(_floats(boxes), format, Format.XYXY).reshape(-1, 4)
    return stack([xyxy[:, i] for i in (0, 1, 2, 1, 2, 3, 0, 3)], -1).reshape(-1, 2)


def around(corners: Tensor, like: Tensor, format: Format, canvas_size, clamping_mode) -> Tensor:
    """The boxes around corners (4 N, 2), or turned as they are, cut at the edges, in the format and dtype they had."""
    if is_rotated_bounding_format(format):
        boxes = clamp(rectangles(corners.reshape(-1, 8)), Format.XYXYXYXY, canvas_size, clamping_mode)
        return convert(boxes, Format.XYXYXYXY, format).reshape(like.shape).to(like.dtype)
    four = corners.reshape(-1, 4, 2)
    xyxy = cat([four.amin(dim=1), four.amax(dim=1)], dim=1)
    xyxy = clamp(xyxy, Format.XYXY, canvas_size, clamping_mode)
    return convert(xyxy, Format.XYXY, format).reshape(like.shape).to(like.dtype)


def affine_boxes(boxes: Tensor, angle, translate, scale, shear, interpolation: Any = None, fill: Any = None, center=None, expand: bool = False, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes around what was turned, moved, scaled and sheared."""
    angle, translate, shear, _, center = _affine_words(angle, translate, scale, shear, InterpolationMode.NEAREST, center)
    if boxes.numel() == 0:
        return boxes, canvas_size
    corners, canvas_size = _move(box_corners(boxes, format), canvas_size, angle, translate, scale, shear, center, expand)
    return around(corners, boxes, format, canvas_size, clamping_mode), canvas_size


def affine_points(points: Tensor, angle, translate, scale, shear, interpolation: Any = None, fill: Any = None, center=None, expand: bool = False, canvas_size=None):
    """Points turned, moved, scaled and sheared."""
    angle, translate, shear, _, center = _affine_words(angle, translate, scale, shear, InterpolationMode.NEAREST, center)
    moved, canvas_size = _move(_floats(points).reshape(-1, 2), canvas_size, angle, translate, scale, shear, center, expand)
    return moved.reshape(points.shape).to(points.dtype), canvas_size


def _rotation(angle, center, size):
    middle = [0.0, 0.0]
    if center is not None:
        if not isinstance(center, (list, tuple)):
            raise TypeError("Argument center should be a sequence")
        middle = [(c - s * 0.5) for c, s in zip(center, size)]
    return affine_matrix(middle, -angle, [0.0, 0.0], 1.0, [0.0, 0.0])


def rotate_image(image: Tensor, angle, interpolation: Any = InterpolationMode.NEAREST, expand: bool = False, center=None, fill: Any = None) -> Tensor:
    """Pictures turned against the clock."""
    mode = mode_of(interpolation)
    angle = angle % 360
    h, w = image.shape[-2:]
    if center is None and (angle in (0, 180) or (angle in (90, 270) and (expand or w == h))):
        if angle == 0:
            return image.clone()
        if angle == 180:
            return image.flip((-2, -1))
        return image.transpose(-1, -2).flip(-2 if angle == 90 else -1)
    matrix = _rotation(angle, center, (w, h))
    F_t.check_grid(image, mode.value, fill, matrix=matrix)
    ow, oh = F_t.affine_size(matrix, w, h) if expand else (w, h)
    return seen_through(image, F_t.affine_grid(F_t._theta(image, matrix), w, h, ow, oh), mode.value, fill)


def rotate_picture(image, angle, interpolation: Any = InterpolationMode.NEAREST, expand: bool = False, center=None, fill: Any = None):
    """Pillow's pictures turned against the clock."""
    return F_pil.rotate(image, angle, pil_modes_mapping[mode_of(interpolation)], expand, center, fill)


def rotate_mask(mask: Tensor, angle, interpolation: Any = None, expand: bool = False, center=None, fill: Any = None) -> Tensor:
    """Masks turned, by the nearest pixel."""
    return as_planes(rotate_image)(mask, angle, InterpolationMode.NEAREST, expand, center, fill)


def rotate_boxes(boxes: Tensor, angle, interpolation: Any = None, expand: bool = False, center=None, fill: Any = None, **known):
    """Boxes around what was turned."""
    return affine_boxes(boxes, -float(angle), [0.0, 0.0], 1.0, [0.0, 0.0], center=center, expand=expand, **known)


def rotate_points(points: Tensor, angle, interpolation: Any = None, expand: bool = False, center=None, fill: Any = None, **known):
    """Points turned."""
    return affine_points(points, -float(angle), [0.0, 0.0], 1.0, [0.0, 0.0], center=center, expand=expand, **known)


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
    out = F_t.pad(image, [left, top, right, bottom], 0)
    inside = F_t.pad(full(image.shape[-2:], 1.0), [left, top, right, bottom], 0)
    colour = tensor(list(fill), dtype=image.dtype).reshape(-1, 1, 1)
    return where(inside > 0, out, colour)


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


def pad_boxes(boxes: Tensor, padding, fill: Any = None, padding_mode: str = "constant", format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes of a picture with borders."""
    if padding_mode not in ("constant",):
        raise ValueError(f"Padding mode '{padding_mode}' is not supported with bounding boxes")
    left, top, right, bottom = paddings(padding)
    canvas = (canvas_size[0] + top + bottom, canvas_size[1] + left + right)
    return clamp(_shift(boxes, left, top, format), format, canvas, clamping_mode), canvas


def pad_points(points: Tensor, padding, fill: Any = None, padding_mode: str = "constant", canvas_size=None):
    """Points of a picture with borders."""
    if padding_mode not in ("constant",):
        raise ValueError(f"Padding mode '{padding_mode}' is not supported with KeyPoints")
    left, top, right, bottom = paddings(padding)
    canvas = (canvas_size[0] + top + bottom, canvas_size[1] + left + right)
    return points + tensor([left, top], dtype=points.dtype), canvas


def crop_boxes(boxes: Tensor, top, left, height, width, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes of a part."""
    return clamp(_shift(boxes, -left, -top, format), format, (height, width), clamping_mode), (height, width)


def crop_points(points: Tensor, top, left, height, width, canvas_size=None):
    """Points of a part."""
    return points - tensor([left, top], dtype=points.dtype), (height, width)


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


def center_crop_boxes(boxes: Tensor, output_size, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes of the middle."""
    height, width = _crop_size(output_size)
    h, w = canvas_size
    top, left = center_offsets(h, w, height, width)
    return crop_boxes(boxes, top, left, height, width, format, canvas_size, clamping_mode)


def center_crop_points(points: Tensor, output_size, canvas_size=None):
    """Points of the middle."""
    height, width = _crop_size(output_size)
    h, w = canvas_size
    top, left = center_offsets(h, w, height, width)
    return crop_points(points, top, left, height, width)


def resized_crop_image(image: Tensor, top, left, height, width, size, interpolation: Any = InterpolationMode.BILINEAR, antialias: bool | None = True) -> Tensor:
    """A part of pictures in another size."""
    return resize_image(F_t.crop(image, top, left, height, width), size, interpolation, antialias=antialias)


def resized_crop_picture(image, top, left, height, width, size, interpolation: Any = InterpolationMode.BILINEAR, antialias: bool | None = True):
    """A part of Pillow's pictures in another size."""
    return resize_picture(F_pil.crop(image, top, left, height, width), size, interpolation)


def resized_crop_mask(mask: Tensor, top, left, height, width, size, interpolation: Any = None, antialias: Any = None) -> Tensor:
    """A part of masks in another size."""
    return resize_mask(as_planes(F_t.crop)(mask, top, left, height, width), size)


def resized_crop_boxes(boxes: Tensor, top, left, height, width, size, interpolation: Any = None, antialias: Any = None, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes of a part in another size."""
    boxes, canvas = crop_boxes(boxes, top, left, height, width, format, canvas_size, clamping_mode)
    return resize_boxes(boxes, size, format=format, canvas_size=canvas)


def resized_crop_points(points: Tensor, top, left, height, width, size, interpolation: Any = None, antialias: Any = None, canvas_size=None):
    """Points of a part in another size."""
    points, canvas = crop_points(points, top, left, height, width)
    return resize_points(points, size, canvas_size=canvas)


# ---- perspective and elastic --------------------------------------------------------------------------------------------
def _coefficients(startpoints, endpoints, coefficients) -> list[float]:
    if coefficients is not None:
        if startpoints is not None and endpoints is not None:
            raise ValueError("The startpoints/endpoints and the coefficients shouldn't be defined concurrently.")
        if len(coefficients) != 8:
            raise ValueError("Argument coefficients should have 8 float values")
        return list(coefficients)
    if startpoints is None or endpoints is None:
        raise ValueError("Either the startpoints/endpoints or the coefficients must have non `None` values.")
    return perspective_coefficients(startpoints, endpoints)


def perspective_image(image: Tensor, startpoints=None, endpoints=None, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None, coefficients=None) -> Tensor:
    """Pictures seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    mode = mode_of(interpolation)
    F_t.check_grid(image, mode.value, fill)
    dtype = image.dtype if image.is_floating_point() else float32
    return seen_through(image, F_t.perspective_grid(c, image.shape[-1], image.shape[-2], dtype), mode.value, fill)


def perspective_picture(image, startpoints=None, endpoints=None, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None, coefficients=None):
    """Pillow's pictures seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    return F_pil.perspective(image, c, pil_modes_mapping[mode_of(interpolation)], fill)


def perspective_mask(mask: Tensor, startpoints=None, endpoints=None, interpolation: Any = None, fill: Any = None, coefficients=None) -> Tensor:
    """Masks seen through a perspective, by the nearest pixel."""
    return as_planes(perspective_image)(mask, startpoints, endpoints, InterpolationMode.NEAREST, fill, coefficients)


def _projected(points: Tensor, c: Sequence[float]) -> Tensor:
    """Points under the inverse of the map that ``c`` describes, which goes from the result to the picture."""
    scale = c[0] * c[4] - c[1] * c[3]
    if scale == 0:
        raise RuntimeError(f"Provided perspective_coeffs {list(c)} can not be inverted to transform bounding boxes. Denominator is zero, denom={scale}")
    rows = [
        [(c[4] - c[5] * c[7]) / scale, (-c[1] + c[2] * c[7]) / scale, (c[1] * c[5] - c[2] * c[4]) / scale],
        [(-c[3] + c[5] * c[6]) / scale, (c[0] - c[2] * c[6]) / scale, (-c[0] * c[5] + c[2] * c[3]) / scale],
    ]
    below = [(-c[4] * c[6] + c[3] * c[7]) / scale, (-c[0] * c[7] + c[1] * c[6]) / scale, 1.0]
    at = cat([points, ones((points.shape[0], 1), dtype=points.dtype)], -1)
    return (at @ tensor(rows, dtype=points.dtype).T) / (at @ tensor([below, below], dtype=points.dtype).T)


def perspective_boxes(boxes: Tensor, startpoints=None, endpoints=None, interpolation: Any = None, fill: Any = None, coefficients=None, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes around what was seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    return around(_projected(box_corners(boxes, format), c), boxes, format, canvas_size, clamping_mode)


def perspective_points(points: Tensor, startpoints=None, endpoints=None, interpolation: Any = None, fill: Any = None, coefficients=None, canvas_size=None):
    """Points seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    moved = _projected(_floats(points).reshape(-1, 2), c).reshape(points.shape)
    return moved.to(points.dtype)


def elastic_image(image: Tensor, displacement: Tensor, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None) -> Tensor:
    """Pictures with every place moved."""
    _check_displacement(displacement, image.shape[-2:])
    dtype = image.dtype if image.is_floating_point() else float32
    grid = F_t.identity_grid(image.shape[-2:], dtype) + displacement.to(dtype)
    return seen_through(image, grid, mode_of(interpolation).value, fill)


def _check_displacement(displacement, size) -> None:
    if not isinstance(displacement, Tensor):
        raise TypeError("Argument displacement should be a Tensor")
    expected = (1, *size, 2)
    if tuple(displacement.shape) != expected:
        raise ValueError(f"Argument displacement shape should be {expected}, but given {tuple(displacement.shape)}")


def elastic_picture(image, displacement: Tensor, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None):
    """Pillow's pictures with every place moved."""
    return F1.to_pil_image(elastic_image(F1.pil_to_tensor(image), displacement, interpolation, fill), mode=image.mode)


def elastic_mask(mask: Tensor, displacement: Tensor, interpolation: Any = None, fill: Any = None) -> Tensor:
    """Masks with every place moved, by the nearest pixel."""
    return as_planes(elastic_image)(mask, displacement, InterpolationMode.NEAREST, fill)


def _displaced(points: Tensor, displacement: Tensor, canvas_size) -> Tensor:
    grid = F_t.identity_grid(canvas_size) - displacement.to(float32)
    h, w = canvas_size
    x = points[:, 0].to(int64).clamp(0, w - 1)
    y = points[:, 1].to(int64).clamp(0, h - 1)
    return (grid[0, y, x] + 1) * tensor([0.5 * w, 0.5 * h]) - 0.5


def elastic_boxes(boxes: Tensor, displacement: Tensor, interpolation: Any = None, fill: Any = None, format=None, canvas_size=None, clamping_mode="soft"):
    """Boxes around what was moved."""
    return around(_displaced(box_corners(boxes, format), displacement, canvas_size), boxes, format, canvas_size, clamping_mode)


def elastic_points(points: Tensor, displacement: Tensor, interpolation: Any = None, fill: Any = None, canvas_size=None):
    """Points moved."""
    moved = _displaced(_floats(points).reshape(-1, 2), displacement, canvas_size).reshape(points.shape)
    return moved.to(points.dtype)
