"""Kernels that turn, shear and bend: affine maps, perspectives, displacements."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin, tan
from typing import Any

from ..... import cat, float32, int64, ones, stack, tensor, where
from ....._C import Tensor
from .....nn import functional as nnF
from ... import _functional_pil as F_pil, _functional_tensor as F_t, functional as F1
from ..._geometry import perspective_coefficients
from ...functional import InterpolationMode, pil_modes_mapping
from ._boxes import Format, clamp, convert, is_rotated_bounding_format, rectangles
from ._geometry import as_planes, folded, mode_of, unfolded


# ---- turns, shears ------------------------------------------------------------------------------------------------------
def affine_matrix(center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: Sequence[float], inverted: bool = True) -> list[float]:
    """The matrix of the old functions, with sums in another order: a last bit decides which pixel is the nearest."""
    rot, sx, sy = radians(angle), radians(shear[0]), radians(shear[1])
    (cx, cy), (tx, ty) = center, translate
    a, c = cos(rot - sy) / cos(sy), sin(rot - sy) / cos(sy)
    b, d = -(a * tan(sx) + sin(rot)), cos(rot) - c * tan(sx)
    if inverted:  # the determinant of the turn and the shear is 1
        m = [d / scale, -b / scale, -c / scale, a / scale]
        x, y = cx - m[0] * (cx + tx) - m[1] * (cy + ty), cy - m[2] * (cx + tx) - m[3] * (cy + ty)
    else:
        m = [a * scale, b * scale, c * scale, d * scale]
        x, y = (cx + tx) - m[0] * cx - m[1] * cy, (cy + ty) - m[2] * cx - m[3] * cy
    return [m[0], m[1], x, m[2], m[3], y]


def seen_through(image: Tensor, grid: Tensor, mode: str, fill: Any) -> Tensor:
    """Pictures sampled where ``grid`` says; ``fill`` where that lies outside."""
    batch, _ = folded(image)
    if image.numel() == 0:
        return batch.reshape(*image.shape[:-2], *grid.shape[1:3])
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


def affine_mask(mask: Tensor, angle, translate, scale, shear, fill: Any = None, center=None) -> Tensor:
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
        known, boxes = Format.XYXYXYXY, rectangles(corners.reshape(-1, 8))
    else:
        known, boxes = Format.XYXY, boxes_of(corners)
    boxes = clamp(boxes, known, canvas_size, clamping_mode)
    return convert(boxes, known, format).reshape(like.shape).to(like.dtype)


def boxes_of(corners: Tensor) -> Tensor:
    """The straight boxes (N, 4) around corners (4 N, 2)."""
    four = corners.reshape(-1, 4, 2)
    return cat([four.amin(dim=1), four.amax(dim=1)], dim=1)


def _moved_boxes(boxes: Tensor, format, canvas_size, angle, translate, scale, shear, center, expand: bool, clamping_mode):
    if boxes.numel() == 0:
        return boxes, canvas_size
    angle, translate, shear, _, center = _affine_words(angle, translate, scale, shear, InterpolationMode.NEAREST, center)
    corners, canvas_size = _move(box_corners(boxes, format), canvas_size, angle, translate, scale, shear, center, expand)
    return around(corners, boxes, format, canvas_size, clamping_mode), canvas_size


def affine_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, angle, translate, scale, shear, center=None, clamping_mode: str | None = "soft") -> Tensor:
    """Boxes around what was turned, moved, scaled and sheared."""
    return _moved_boxes(bounding_boxes, format, canvas_size, angle, translate, scale, shear, center, False, clamping_mode)[0]


def _moved_points(points: Tensor, canvas_size, angle, translate, scale, shear, center, expand: bool):
    if points.numel() == 0:
        return points, canvas_size
    angle, translate, shear, _, center = _affine_words(angle, translate, scale, shear, InterpolationMode.NEAREST, center)
    moved, canvas_size = _move(_floats(points).reshape(-1, 2), canvas_size, angle, translate, scale, shear, center, expand)
    return moved.reshape(points.shape).to(points.dtype), canvas_size


def affine_keypoints(keypoints: Tensor, canvas_size, angle, translate, scale, shear, center=None):
    """Points turned, moved, scaled and sheared, and the size of the canvas."""
    return _moved_points(keypoints, canvas_size, angle, translate, scale, shear, center, False)


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


def rotate_mask(mask: Tensor, angle, expand: bool = False, center=None, fill: Any = None) -> Tensor:
    """Masks turned, by the nearest pixel."""
    return as_planes(rotate_image)(mask, angle, InterpolationMode.NEAREST, expand, center, fill)


def rotate_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, angle, expand: bool = False, center=None, clamping_mode: str | None = "soft"):
    """Boxes around what was turned, and the size of the canvas."""
    return _moved_boxes(bounding_boxes, format, canvas_size, -float(angle), [0.0, 0.0], 1.0, [0.0, 0.0], center, expand, clamping_mode)


def rotate_keypoints(keypoints: Tensor, canvas_size, angle, expand: bool = False, center=None):
    """Points turned, and the size of the canvas."""
    return _moved_points(keypoints, canvas_size, -float(angle), [0.0, 0.0], 1.0, [0.0, 0.0], center, expand)


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


def perspective_image(image: Tensor, startpoints, endpoints, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None, coefficients=None) -> Tensor:
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


def perspective_mask(mask: Tensor, startpoints, endpoints, fill: Any = None, coefficients=None) -> Tensor:
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


def perspective_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, startpoints, endpoints, coefficients=None, clamping_mode: str | None = "soft"):
    """Boxes around what was seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    if bounding_boxes.numel() == 0:
        return bounding_boxes
    known = format if is_rotated_bounding_format(format) else Format.XYXY
    corners = box_corners(convert(bounding_boxes, format, known), known)  # whole numbers are so until they are corners
    return around(_projected(corners, c), bounding_boxes, format, canvas_size, clamping_mode)


def perspective_keypoints(keypoints: Tensor, canvas_size, startpoints, endpoints, coefficients=None):
    """Points seen through a perspective."""
    c = _coefficients(startpoints, endpoints, coefficients)
    if keypoints.numel() == 0:
        return keypoints
    return _projected(_floats(keypoints).reshape(-1, 2), c).reshape(keypoints.shape).to(keypoints.dtype)


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


def elastic_mask(mask: Tensor, displacement: Tensor, fill: Any = None) -> Tensor:
    """Masks with every place moved, by the nearest pixel."""
    return as_planes(elastic_image)(mask, displacement, InterpolationMode.NEAREST, fill)


def _displaced(points: Tensor, displacement: Tensor, canvas_size) -> Tensor:
    """Points of whole numbers moved by what undoes the displacement, roughly: its negative."""
    dtype = points.dtype if points.is_floating_point() else float32
    grid = F_t.identity_grid(canvas_size, dtype) - displacement.to(dtype)
    h, w = canvas_size
    x = points[:, 0].to(int64).clamp(0, w - 1)
    y = points[:, 1].to(int64).clamp(0, h - 1)
    return (grid[0, y, x] + 1) * tensor([0.5 * w, 0.5 * h], dtype=dtype) - 0.5


def elastic_bounding_boxes(bounding_boxes: Tensor, format: Format, canvas_size, displacement: Tensor, clamping_mode: str | None = "soft"):
    """Boxes around what was moved; turned ones follow their centre."""
    _check_displacement(displacement, canvas_size)
    if bounding_boxes.numel() == 0:
        return bounding_boxes
    turned = is_rotated_bounding_format(format)
    known = Format.CXCYWHR if turned else Format.XYXY
    boxes = convert(bounding_boxes, format, known)
    points = boxes[:, :2] if turned else boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    points = _displaced(points.ceil() if points.is_floating_point() else points, displacement, canvas_size)
    moved = cat([points, boxes[:, 2:]], 1) if turned else boxes_of(points)
    moved = clamp(moved.to(boxes.dtype), known, canvas_size, clamping_mode)
    return convert(moved, known, format).reshape(bounding_boxes.shape)


def elastic_keypoints(keypoints: Tensor, canvas_size, displacement: Tensor):
    """Points moved."""
    _check_displacement(displacement, canvas_size)
    if keypoints.numel() == 0:
        return keypoints
    return _displaced(keypoints.reshape(-1, 2), displacement, canvas_size).reshape(keypoints.shape).to(keypoints.dtype)
