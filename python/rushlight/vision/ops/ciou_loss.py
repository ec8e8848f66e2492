"""How far boxes are from one another, by their centres and their shapes."""

from __future__ import annotations

from ... import arctan, no_grad, pi
from ..._C import Tensor
from ._losses import floats, reduced
from .diou_loss import _distance


def complete_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - complete_box_iou`` of pairs of boxes (N, 4) (Zheng et al., 2020)."""
    loss, iou, a, b = _distance(floats(boxes1), floats(boxes2), eps)
    v = (4 / pi**2) * (arctan((b[2] - b[0]) / (b[3] - b[1])) - arctan((a[2] - a[0]) / (a[3] - a[1]))) ** 2
    with no_grad():
        alpha = v / (1 - iou + v + eps)
    return reduced(loss + alpha * v, reduction)
