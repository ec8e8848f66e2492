"""How far boxes are from one another, by the hull of both."""

from __future__ import annotations

from ..._C import Tensor
from ._losses import floats, parts, reduced


def generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - generalized_box_iou`` of pairs of boxes (N, 4) (Rezatofighi et al., 2019)."""
    iou, union, (x1, y1, x2, y2), _, _ = parts(floats(boxes1), floats(boxes2), eps)
    area = (x2 - x1) * (y2 - y1)
    return reduced(1 - (iou - (area - union) / (area + eps)), reduction)
