"""Cross entropy of rare classes."""

from __future__ import annotations

from ... import sigmoid
from ..._C import Tensor
from ...nn import functional as F
from ._losses import reduced


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
