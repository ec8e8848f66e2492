"""Boxes: their formats, and what keeps them within the picture."""

from __future__ import annotations

from math import pi
from typing import Any

from ..... import bool as bool_, cat, cos, deg2rad, float32, rad2deg, sin, stack, tensor, where
from ....._C import Tensor
from .... import tv_tensors
from ....tv_tensors import BoundingBoxFormat as Format, is_rotated_bounding_format
from ._clamping import clamped_corners
from ._dispatch import is_pure_tensor


def _halved(x: Tensor) -> Tensor:
    return x / 2 if x.is_floating_point() else x.div(2, rounding_mode="floor")


def _corners(boxes: Tensor, format: Format) -> Tensor:
    """Straight boxes as XYXY."""
    a, b = boxes[..., :2], boxes[..., 2:]
    if format == Format.XYWH:
        return cat([a, a + b], -1)
    if format == Format.CXCYWH:
        return cat([a - b / 2, a + b / 2], -1).to(boxes.dtype)  # whole corners are those next to zero
    return boxes


def _turned(boxes: Tensor, format: Format) -> Tensor:
    """Turned boxes as centre, size and angle in degrees, against the clock."""
    if format == Format.XYWHR:
        x, y, w, h, r = boxes.unbind(-1)
        s, c = sin(deg2rad(r)), cos(deg2rad(r))
        return stack([x + w / 2 * c + h / 2 * s, y - w / 2 * s + h / 2 * c, w, h, r], -1)
    if format == Format.XYXYXYXY:
        x1, y1, x2, y2, x3, y3, _, _ = boxes.unbind(-1)
        r = rad2deg((y1 - y2).atan2(x2 - x1))
        w = ((x2 - x1) ** 2 + (y1 - y2) ** 2).sqrt()
        h = ((x3 - x2) ** 2 + (y3 - y2) ** 2).sqrt()
        return _turned(stack([x1, y1, w, h, r], -1), Format.XYWHR)
    return boxes


def _from_turned(boxes: Tensor, format: Format) -> Tensor:
    if format == Format.CXCYWHR:
        return boxes
    x, y, w, h, r = boxes.unbind(-1)
    s, c = sin(deg2rad(r)), cos(deg2rad(r))
    x1, y1 = x - w / 2 * c - h / 2 * s, y + w / 2 * s - h / 2 * c
    if format == Format.XYWHR:
        return stack([x1, y1, w, h, r], -1)
    return stack([x1, y1, x1 + w * c, y1 - w * s, x1 + w * c + h * s, y1 - w * s + h * c, x1 + h * s, y1 + h * c], -1)


def convert(boxes: Tensor, old: Format, new: Format) -> Tensor:
    """The numbers of boxes in another format.

    Raises:
        ValueError: between straight and turned formats.
    """
    if old == new:
        return boxes
    if is_rotated_bounding_format(old) != is_rotated_bounding_format(new):
        raise ValueError("Cannot convert between rotated and unrotated bounding boxes.")
    if is_rotated_bounding_format(old):
        return _from_turned(_turned(boxes, old), new)
    xyxy = _corners(boxes, old)
    a, b = xyxy[..., :2], xyxy[..., 2:]
    if new == Format.XYWH:
        return cat([a, b - a], -1)
    if new == Format.CXCYWH:
        return cat([_halved(a * 2 + (b - a)), b - a], -1)
    return xyxy


def rectangles(corners: Tensor) -> Tensor:
    """Parallelograms (N, 8), corner after corner, made right-angled: their longer diagonal stays, and the direction of their longer side.

    A turned box that is sheared or squeezed becomes a parallelogram; only right angles have a width, a height and an angle.
    """
    x1, y1, x2, y2, x3, y3, x4, y4 = corners.unbind(-1)
    along, down = (y1 - y2).atan2(x2 - x1), (y1 - y4).atan2(x4 - x1)
    w, h = ((x2 - x1) ** 2 + (y2 - y1) ** 2).sqrt(), ((x4 - x1) ** 2 + (y4 - y1) ** 2).sqrt()
    between = along - down
    sign = where(between > pi / 2, -1, 1)
    wide = where(w < h, w * sin(between), w + h * cos(between) * sign)
    high = where(w > h, h * sin(between), h + w * cos(between) * sign)
    angle = where(h > w, down + pi / 2, along)
    middle_x, middle_y = (x1 + x3) / 2, (y1 + y3) / 2
    ax, ay = wide / 2 * cos(angle), -(wide / 2 * sin(angle))  # half of the side from corner 1 to 2
    bx, by = high / 2 * sin(angle), high / 2 * cos(angle)  # and of that from 2 to 3
    places = [(-ax - bx, -ay - by), (ax - bx, ay - by), (ax + bx, ay + by), (bx - ax, by - ay)]
    return stack([part for x, y in places for part in (middle_x + x, middle_y + y)], -1)


def _format(format: Any) -> Any:
    return Format[format.upper()] if isinstance(format, str) else format


def convert_bounding_box_format(inpt: Tensor, old_format: Any = None, new_format: Any = None, inplace: bool = False):
    """Boxes in another format.

    Args:
        inpt (BoundingBoxes or Tensor): boxes; of a plain tensor ``old_format`` must be said.
        old_format, new_format (BoundingBoxFormat or str): of what, to what.
        inplace (bool): whether to write over them.

    Raises:
        TypeError: without ``new_format``.
        ValueError: if ``old_format`` is missing, or said of boxes that know it.
    """
    if new_format is None:
        raise TypeError("convert_bounding_box_format() missing 1 required argument: 'new_format'")
    old_format, new_format = _format(old_format), _format(new_format)
    known = isinstance(inpt, tv_tensors.BoundingBoxes)
    if not known and not is_pure_tensor(inpt):
        raise TypeError(f"Input can either be a plain tensor or a bounding box tv_tensor, but got {type(inpt)} instead.")
    if not known and old_format is None:
        raise ValueError("For pure tensor inputs, `old_format` has to be passed.")
    if known and old_format is not None:
        raise ValueError("For bounding box tv_tensor inputs, `old_format` must not be passed.")
    values = inpt.as_subclass(Tensor)
    out = convert(values, inpt.format if known else old_format, new_format)  # type: ignore[attr-defined]
    if inplace:
        if out.shape == values.shape:
            out = values.copy_(out)
    elif out is values:
        out = values.clone()
    return tv_tensors.wrap(out, like=inpt, format=new_format) if known else out


def inside(corners: Tensor, canvas_size) -> Tensor:
    """Which boxes have all their corners (N, 2 k) within the picture."""
    high = tensor([canvas_size[1], canvas_size[0]] * (corners.shape[-1] // 2))
    return (corners >= 0).all(-1) & (corners <= high).all(-1)


def clamp(boxes: Tensor, format: Format, canvas_size, clamping_mode: Any = "soft") -> Tensor:
    """Boxes cut at the picture's edges, unless ``clamping_mode`` is None; turned ones keep their angle."""
    if clamping_mode is None:
        return boxes.clone()
    if is_rotated_bounding_format(format):
        corners = convert(boxes, format, Format.XYXYXYXY).reshape(-1, 8)
        return convert(clamped_corners(corners, canvas_size, clamping_mode == "hard"), Format.XYXYXYXY, format).reshape(boxes.shape)
    floats = boxes if boxes.is_floating_point() else boxes.to(float32)
    xyxy = convert(floats, format, Format.XYXY)
    h, w = canvas_size
    x, y = xyxy[..., 0::2].clamp(min=0, max=w), xyxy[..., 1::2].clamp(min=0, max=h)
    xyxy = stack([x[..., 0], y[..., 0], x[..., 1], y[..., 1]], -1)
    return convert(xyxy, Format.XYXY, format).to(boxes.dtype)


def clamp_bounding_boxes(inpt: Tensor, format: Any = None, canvas_size=None, clamping_mode: Any = "auto"):
    """Boxes cut at the picture's edges.

    Args:
        inpt (BoundingBoxes or Tensor): boxes; of a plain tensor ``format`` and ``canvas_size`` must be said.
        clamping_mode (str, optional): ``"auto"`` for what the boxes know.
    """
    if clamping_mode is not None and clamping_mode not in ("soft", "hard", "auto"):
        raise ValueError(f"clamping_mode must be soft, hard, auto or None, got {clamping_mode}")
    if isinstance(inpt, tv_tensors.BoundingBoxes):
        if format is not None or canvas_size is not None:
            raise ValueError("For bounding box tv_tensor inputs, `format` and `canvas_size` must not be passed.")
        mode = inpt.clamping_mode if clamping_mode == "auto" else clamping_mode
        return tv_tensors.wrap(clamp(inpt.as_subclass(Tensor), inpt.format, inpt.canvas_size, mode), like=inpt)
    if not is_pure_tensor(inpt):
        raise TypeError(f"Input can either be a plain tensor or a bounding box tv_tensor, but got {type(inpt)} instead.")
    if format is None or canvas_size is None or clamping_mode == "auto":
        raise ValueError("For pure tensor inputs, `format`, `canvas_size` and `clamping_mode` have to be passed.")
    return clamp(inpt, _format(format), canvas_size, clamping_mode)


def clamp_keypoints(inpt: Tensor, canvas_size=None) -> Tensor:
    """Points moved to the picture's edges where they lie outside.

    Args:
        inpt (KeyPoints or Tensor): points; of a plain tensor ``canvas_size`` must be said.

    Raises:
        ValueError: if ``canvas_size`` is missing, or said of points that know it.
        TypeError: for anything but points.
    """
    size = _canvas(inpt, canvas_size)
    points = inpt.as_subclass(Tensor)
    h, w = size
    out = stack([points[..., 0].clamp(0, w - 1), points[..., 1].clamp(0, h - 1)], -1).to(points.dtype)
    return tv_tensors.wrap(out, like=inpt) if isinstance(inpt, tv_tensors.KeyPoints) else out


def _canvas(points: Any, canvas_size) -> Any:
    """The size of the picture that the points are in."""
    if isinstance(points, tv_tensors.KeyPoints):
        if canvas_size is not None:
            raise ValueError("For keypoints tv_tensor inputs, `canvas_size` must not be passed.")
        return points.canvas_size
    if not is_pure_tensor(points):
        raise TypeError(f"Input can either be a plain tensor or a keypoints tv_tensor, but got {type(points)} instead.")
    if canvas_size is None:
        raise ValueError("For pure tensor inputs, `canvas_size` has to be passed.")
    return canvas_size


def sanitize_keypoints(key_points: Tensor, canvas_size=None):
    """The points that lie within the picture, and which they are; of groups (N, ..., 2) those that do so whole.

    Args:
        key_points (KeyPoints or Tensor): points; of a plain tensor ``canvas_size`` must be said.

    Raises:
        ValueError: if ``canvas_size`` is missing, or said of points that know it, and for anything but points.
    """
    known = isinstance(key_points, tv_tensors.KeyPoints)
    if isinstance(key_points, tv_tensors.TVTensor) and not known:
        raise ValueError("key_points must be a tv_tensors.KeyPoints instance or a pure tensor.")
    valid = valid_points(key_points.as_subclass(Tensor), _canvas(key_points, canvas_size))
    kept = key_points.as_subclass(Tensor)[valid]
    return (tv_tensors.wrap(kept, like=key_points) if known else kept), valid


def valid_points(points: Tensor, canvas_size) -> Tensor:
    """Which points, or groups of points, are within the picture."""
    h, w = canvas_size
    x, y = points[..., 0], points[..., 1]
    valid = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    return valid.flatten(start_dim=1).all(dim=1) if valid.ndim > 1 else valid


def sanitize_bounding_boxes(bounding_boxes: Tensor, format: Any = None, canvas_size=None, min_size: float = 1.0, min_area: float = 1.0):
    """The boxes that are not too small and lie within the picture, and which they are.

    Args:
        bounding_boxes (BoundingBoxes or Tensor): boxes; of a plain tensor ``format`` and ``canvas_size`` must be said.
        min_size, min_area (float): of a box that stays.
    """
    if isinstance(bounding_boxes, tv_tensors.BoundingBoxes):
        if format is not None or canvas_size is not None:
            raise ValueError("format and canvas_size must be None when bounding_boxes is a tv_tensors.BoundingBoxes instance.")
        valid = valid_boxes(bounding_boxes.as_subclass(Tensor), bounding_boxes.format, bounding_boxes.canvas_size, min_size, min_area)
        return tv_tensors.wrap(bounding_boxes.as_subclass(Tensor)[valid], like=bounding_boxes), valid
    if format is None or canvas_size is None:
        raise ValueError("format and canvas_size cannot be None when bounding_boxes is a pure tensor.")
    valid = valid_boxes(bounding_boxes, _format(format), canvas_size, min_size, min_area)
    return bounding_boxes[valid], valid


def valid_boxes(boxes: Tensor, format: Format, canvas_size, min_size: float, min_area: float) -> Tensor:
    """Which boxes are large enough and within the picture."""
    if is_rotated_bounding_format(format):
        corners = convert(boxes, format, Format.XYXYXYXY)
        x1, y1, x2, y2, x3, y3, x4, _ = corners.unbind(-1)
        w = ((x1 - x2).pow(2) + (y1 - y2).pow(2)).sqrt()
        h = ((y2 - y3).pow(2) + (x3 - x4).pow(2)).sqrt()  # torchvision 0.28 pairs them so; of a rectangle x3 - x4 is x2 - x1
    else:
        corners = convert(boxes, format, Format.XYXY)
        w, h = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    return ((w >= min_size) & (h >= min_size) & (w * h >= min_area) & inside(corners, canvas_size)).to(bool_)
