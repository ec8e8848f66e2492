"""Boxes (N, 4) of corners (x1, y1, x2, y2): areas, overlaps, and which of them to keep.

Without a gradient overlaps are one pass of the engine, else and on graphics cards tensor operations over whole lists.
"""

from __future__ import annotations

from ... import (
    _C,
    arctan,
    cos,
    deg2rad,
    empty,
    float32,
    float64,
    int32,
    int64,
    maximum,
    minimum,
    no_grad,
    nonzero,
    pi,
    rad2deg,
    sin,
    stack,
    zeros,
)
from ..._C import Tensor
from . import _composed

FORMATS = ("xyxy", "xywh", "cxcywh", "xywhr", "cxcywhr", "xyxyxyxy")


def _upcast(t: Tensor) -> Tensor:
    """A dtype in which areas do not overflow."""
    if t.is_floating_point():
        return t if t.dtype in (float32, float64) else t.float()
    return t if t.dtype in (int32, int64) else t.int()


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The boxes that no box of a higher score overlaps by more than ``iou_threshold``, the highest score first.

    Args:
        boxes (Tensor): of shape (N, 4).
        scores (Tensor): of shape (N,).
        iou_threshold (float): overlap, as intersection over union.

    Returns:
        Tensor: int64 indices.

    Example:

        >>> from rushlight.vision.ops import nms
        >>> nms(torch.tensor([[0., 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 6]]), torch.tensor([0.5, 0.9, 0.1]), 0.5)
        tensor([1, 2])

    Raises:
        RuntimeError: for other shapes.
    """
    if boxes.is_cuda:
        return _composed.keep(boxes, scores, box_iou, iou_threshold)
    return _C._vision.nms(boxes, scores, iou_threshold)


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """``nms`` within each group of boxes that have the same index.

    Args:
        boxes (Tensor): of shape (N, 4).
        scores (Tensor): of shape (N,).
        idxs (Tensor): the groups, of shape (N,).
        iou_threshold (float): overlap, as intersection over union.
    """
    if boxes.numel() > 4000:
        if boxes.is_cuda:
            return _composed.keep_by_group(boxes, scores, idxs, lambda b, s: nms(b, s, iou_threshold))
        return _C._vision.batched_nms(boxes, scores, idxs, iou_threshold)
    if boxes.numel() == 0:
        return empty((0,), dtype=int64, device=boxes.device)
    apart = idxs.to(boxes.dtype) * (boxes.max() + 1)  # each group in a place of its own
    return nms(boxes + apart[:, None], scores, iou_threshold)


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """The indices of boxes of which no side is below ``min_size``."""
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return nonzero((w >= min_size) & (h >= min_size)).flatten()


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes cut at the edges of a picture of ``size`` (height, width)."""
    height, width = size
    x, y = boxes[..., 0::2].clamp(min=0, max=width), boxes[..., 1::2].clamp(min=0, max=height)
    return stack((x, y), dim=boxes.ndim).reshape(boxes.shape)


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Boxes in another format.

    Args:
        boxes (Tensor): of shape (..., 4), of turned ones (..., 5) or (..., 8).
        in_fmt, out_fmt (str): ``xyxy``, ``xywh``, ``cxcywh``, or turned ``xywhr``, ``cxcywhr``, ``xyxyxyxy``.

    Example:

        >>> from rushlight.vision.ops import box_convert
        >>> box_convert(torch.tensor([[1., 2., 5., 8.]]), "xyxy", "cxcywh")
        tensor([[3., 5., 4., 6.]])

    Raises:
        ValueError: for other formats.
    """
    if in_fmt not in FORMATS or out_fmt not in FORMATS:
        raise ValueError(f"Unsupported Bounding Box Conversions for given in_fmt {in_fmt} and out_fmt {out_fmt}")
    if in_fmt == out_fmt:
        return boxes.clone()
    if (in_fmt in FORMATS[:3]) != (out_fmt in FORMATS[:3]):
        raise NotImplementedError(f"Unsupported Bounding Box Conversions for given in_fmt {in_fmt} and out_fmt {out_fmt}")
    parts = boxes.unbind(-1)
    if in_fmt in FORMATS[:3]:
        return stack(_from_corners(_to_corners(parts, in_fmt), out_fmt), dim=-1)
    return stack(_from_turned(_to_turned(parts, in_fmt), out_fmt), dim=-1)


def _to_corners(parts, fmt: str):
    a, b, c, d = parts
    if fmt == "xywh":
        return a, b, a + c, b + d
    if fmt == "cxcywh":
        return a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    return parts


def _from_corners(parts, fmt: str):
    x1, y1, x2, y2 = parts
    if fmt == "xywh":
        return x1, y1, x2 - x1, y2 - y1
    if fmt == "cxcywh":
        return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
    return parts


def _to_turned(parts, fmt: str):
    """As centre, size and angle."""
    if fmt == "cxcywhr":
        return parts
    if fmt == "xywhr":
        x, y, w, h, r = parts
        s, c = sin(deg2rad(r)), cos(deg2rad(r))
        return x + w / 2 * c + h / 2 * s, y - w / 2 * s + h / 2 * c, w, h, r
    x1, y1, x2, y2, x3, y3, _, _ = parts  # what is no rectangle is taken to be one with these three corners' sides
    w, h = ((x2 - x1) ** 2 + (y1 - y2) ** 2).sqrt(), ((x3 - x2) ** 2 + (y3 - y2) ** 2).sqrt()
    return _to_turned((x1, y1, w, h, rad2deg((y1 - y2).atan2(x2 - x1))), "xywhr")


def _from_turned(parts, fmt: str):
    if fmt == "cxcywhr":
        return parts
    x, y, w, h, r = parts
    s, c = sin(deg2rad(r)), cos(deg2rad(r))
    x1, y1 = x - w / 2 * c - h / 2 * s, y + w / 2 * s - h / 2 * c
    if fmt == "xywhr":
        return x1, y1, w, h, r
    return x1, y1, x1 + w * c, y1 - w * s, x1 + w * c + h * s, y1 - w * s + h * c, x1 + h * s, y1 + h * c


def _check_format(fmt: str) -> None:
    if fmt not in FORMATS[:3]:
        raise ValueError(f"Unsupported Box Area/IoU Calculation for given format {fmt}")


def box_area(boxes: Tensor, fmt: str = "xyxy") -> Tensor:
    """Areas of boxes (N, 4) of format ``xyxy``, ``xywh`` or ``cxcywh``."""
    _check_format(fmt)
    boxes = _upcast(boxes)
    if fmt == "xyxy":
        return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return boxes[..., 2] * boxes[..., 3]


def _has_kernel(*lists: Tensor) -> bool:
    """Whether one pass of the engine measures overlaps: of two lists on the CPU that no gradient is asked of."""
    dtype = lists[0].dtype
    return dtype in (float32, float64) and all(
        b.ndim == 2 and b.shape[1] == 4 and b.dtype == dtype and not b.is_cuda and not b.requires_grad for b in lists
    )


def _inter_union(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    low = maximum(boxes1[..., None, :2], boxes2[..., None, :, :2])
    high = minimum(boxes1[..., None, 2:], boxes2[..., None, :, 2:])
    side = _upcast(high - low).clamp(min=0)
    inter = side[..., 0] * side[..., 1]
    return inter, box_area(boxes1)[..., None] + box_area(boxes2)[..., None, :] - inter


def box_iou(boxes1: Tensor, boxes2: Tensor, fmt: str = "xyxy") -> Tensor:
    """Intersection over union of each box (N, 4) with each of (M, 4), (N, M)."""
    _check_format(fmt)
    if fmt != "xyxy":
        boxes1, boxes2 = box_convert(boxes1, fmt, "xyxy"), box_convert(boxes2, fmt, "xyxy")
    if _has_kernel(boxes1, boxes2):
        return _C._vision.box_overlaps(boxes1, boxes2, "iou", 0.0)
    inter, union = _inter_union(boxes1, boxes2)
    return inter / union


def _hull(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Width and height of the box around each two."""
    low, high = minimum(boxes1[:, None, :2], boxes2[:, :2]), maximum(boxes1[:, None, 2:], boxes2[:, 2:])
    return _upcast(high - low).clamp(min=0)


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """IoU less the share of the hull that neither covers (Rezatofighi et al., 2019), (N, M)."""
    if _has_kernel(boxes1, boxes2):
        return _C._vision.box_overlaps(boxes1, boxes2, "generalized", 0.0)
    inter, union = _inter_union(boxes1, boxes2)
    hull = _hull(boxes1, boxes2)
    area = hull[:, :, 0] * hull[:, :, 1]
    return inter / union - (area - union) / area


def _distance(boxes1: Tensor, boxes2: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    hull = _hull(boxes1, boxes2)
    diagonal = hull[:, :, 0] ** 2 + hull[:, :, 1] ** 2 + eps
    c1, c2 = (boxes1[:, :2] + boxes1[:, 2:]) / 2, (boxes2[:, :2] + boxes2[:, 2:]) / 2
    apart = _upcast(c1[:, None, :] - c2[None, :, :])
    iou = box_iou(boxes1, boxes2)
    return iou - (apart[:, :, 0] ** 2 + apart[:, :, 1] ** 2) / diagonal, iou


def distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """IoU less the distance of the centres over the hull's diagonal, squared (Zheng et al., 2020), (N, M)."""
    if _has_kernel(boxes1, boxes2):
        return _C._vision.box_overlaps(boxes1, boxes2, "distance", eps)
    return _distance(_upcast(boxes1), _upcast(boxes2), eps)[0]


def complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """``distance_box_iou`` less a term for different ratios of the sides (Zheng et al., 2020), (N, M)."""
    if _has_kernel(boxes1, boxes2):
        return _C._vision.box_overlaps(boxes1, boxes2, "complete", eps)
    boxes1, boxes2 = _upcast(boxes1), _upcast(boxes2)
    diou, iou = _distance(boxes1, boxes2, eps)
    ratio1 = arctan((boxes1[:, 2] - boxes1[:, 0]) / (boxes1[:, 3] - boxes1[:, 1]))
    ratio2 = arctan((boxes2[:, 2] - boxes2[:, 0]) / (boxes2[:, 3] - boxes2[:, 1]))
    v = (4 / pi**2) * (ratio1[:, None] - ratio2[None, :]) ** 2
    with no_grad():
        alpha = v / (1 - iou + v + eps)
    return diou - alpha * v


def masks_to_boxes(masks: Tensor) -> Tensor:
    """The boxes around masks (N, H, W), of the first and last row and column that are not zero; zeros for empty masks."""
    if masks.numel() == 0:
        return zeros((0, 4), dtype=float32, device=masks.device)
    _, h, w = masks.shape
    there = masks != 0
    rows, columns = there.any(2).to(int64), there.any(1).to(int64)
    x1, y1 = columns.argmax(1), rows.argmax(1)
    x2, y2 = w - 1 - columns.flip(1).argmax(1), h - 1 - rows.flip(1).argmax(1)
    return stack([x1, y1, x2, y2], 1).to(float32) * there.flatten(1).any(1)[:, None]
