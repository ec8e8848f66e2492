"""How far boxes are from one another, by their centres."""

from __future__ import annotations

from ..._C import Tensor
from ._losses import floats, parts, reduced


def _distance(boxes1: Tensor, boxes2: Tensor, eps: float):
    iou, _, (x1, y1, x2, y2), a, b = parts(boxes1, boxes2, eps)
    diagonal = (x2 - x1) ** 2 + (y2 - y1) ** 2 + eps
    apart = ((a[2] + a[0]) / 2 - (b[0] + b[2]) / 2) ** 2 + ((a[3] + a[1]) / 2 - (b[1] + b[3]) / 2) ** 2
    return 1 - iou + apart / diagonal, iou, a, b


def distance_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - distance_box_iou`` of pairs of boxes (N, 4) (Zheng et al., 2020)."""
    return reduced(_distance(floats(boxes1), floats(boxes2), eps)[0], reduction)
