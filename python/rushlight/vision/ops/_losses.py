"""Losses of boxes and of rare classes."""

from __future__ import annotations

from ... import arctan, maximum, minimum, no_grad, pi, sigmoid
from ..._C import Tensor
from ...nn import functional as F


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The loss itself, its mean or its sum.

    Raises:
        ValueError: for another word.
    """
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean() if loss.numel() > 0 else 0.0 * loss.sum()
    if reduction == "sum":
        return loss.sum()
    raise ValueError(f"Invalid Value for arg 'reduction': '{reduction} \n Supported reduction modes: 'none', 'mean', 'sum'")


def sigmoid_focal_loss(inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2, reduction: str = "none") -> Tensor:
    """Cross entropy that counts what is settled less: ``-alpha_t (1 - p_t)^gamma log p_t`` (Lin et al., 2017).

    Args:
        inputs (Tensor): logits of any shape.
        targets (Tensor): 0 or 1 for each.
        alpha (float): weight of the ones, in [0, 1]; -1 for no weights.
        gamma (float): how much less.
        reduction (str): ``none``, ``mean`` or ``sum``.
    """
    if not 0 <= alpha <= 1 and alpha != -1:
        raise ValueError(f"Invalid alpha value: {alpha}. alpha must be in the range [0,1] or -1 for ignore.")
    p = sigmoid(inputs)
    entropy = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    loss = entropy * ((1 - p_t) ** gamma)
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    if reduction == "mean":
        return loss.mean()
    return reduced(loss, reduction)


def _floats(t: Tensor) -> Tensor:
    return t if str(t.dtype) in ("torch.float32", "torch.float64") else t.float()


def _parts(boxes1: Tensor, boxes2: Tensor, eps: float):
    """IoU, union and the corners of the hull of pairs of boxes."""
    a, b = boxes1.unbind(dim=-1), boxes2.unbind(dim=-1)
    w = minimum(a[2], b[2]) - maximum(a[0], b[0])
    h = minimum(a[3], b[3]) - maximum(a[1], b[1])
    inter = (w * h) * ((w > 0) & (h > 0)).to(w.dtype)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter
    hull = (minimum(a[0], b[0]), minimum(a[1], b[1]), maximum(a[2], b[2]), maximum(a[3], b[3]))
    return inter / (union + eps), union, hull, a, b


def generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - generalized_box_iou`` of pairs of boxes (N, 4) (Rezatofighi et al., 2019)."""
    iou, union, (x1, y1, x2, y2), _, _ = _parts(_floats(boxes1), _floats(boxes2), eps)
    area = (x2 - x1) * (y2 - y1)
    return reduced(1 - (iou - (area - union) / (area + eps)), reduction)


def _distance(boxes1: Tensor, boxes2: Tensor, eps: float):
    iou, _, (x1, y1, x2, y2), a, b = _parts(boxes1, boxes2, eps)
    diagonal = (x2 - x1) ** 2 + (y2 - y1) ** 2 + eps
    apart = ((a[2] + a[0]) / 2 - (b[0] + b[2]) / 2) ** 2 + ((a[3] + a[1]) / 2 - (b[1] + b[3]) / 2) ** 2
    return 1 - iou + apart / diagonal, iou, a, b


def distance_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - distance_box_iou`` of pairs of boxes (N, 4) (Zheng et al., 2020)."""
    return reduced(_distance(_floats(boxes1), _floats(boxes2), eps)[0], reduction)


def complete_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """``1 - complete_box_iou`` of pairs of boxes (N, 4) (Zheng et al., 2020)."""
    loss, iou, a, b = _distance(_floats(boxes1), _floats(boxes2), eps)
    v = (4 / pi**2) * (arctan((b[2] - b[0]) / (b[3] - b[1])) - arctan((a[2] - a[0]) / (a[3] - a[1]))) ** 2
    with no_grad():
        alpha = v / (1 - iou + v + eps)
    return reduced(loss + alpha * v, reduction)
