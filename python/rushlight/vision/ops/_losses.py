"""What losses of pairs of boxes share, and how a loss is reduced."""

from __future__ import annotations

from ... import maximum, minimum
from ..._C import Tensor


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


def floats(t: Tensor) -> Tensor:
    """Boxes in single or double precision."""
    return t if str(t.dtype) in ("torch.float32", "torch.float64") else t.float()


def parts(boxes1: Tensor, boxes2: Tensor, eps: float):
    """IoU, union and the corners of the hull of pairs of boxes."""
    a, b = boxes1.unbind(dim=-1), boxes2.unbind(dim=-1)
    w = minimum(a[2], b[2]) - maximum(a[0], b[0])
    h = minimum(a[3], b[3]) - maximum(a[1], b[1])
    inter = (w * h) * ((w > 0) & (h > 0)).to(w.dtype)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter
    hull = (minimum(a[0], b[0]), minimum(a[1], b[1]), maximum(a[2], b[2]), maximum(a[3], b[3]))
    return inter / (union + eps), union, hull, a, b
