"""Losses of ``nn.functional`` whose reduction is a number: 0 is none, 1 the mean, 2 the sum."""

from __future__ import annotations

from typing import Any

from .. import _C
from ..nn import functional as F

Tensor = _C.Tensor

_REDUCTIONS = ("none", "mean", "sum")


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.binary_cross_entropy_with_logits(rl.zeros(2), rl.tensor([0.0, 1.0]), reduction=0)
    tensor([0.6931, 0.6931])
    """
    return F.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight
    )


def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> a, b = rl.eye(2), rl.tensor([[0.0, 1.0], [0.0, 1.0]])
    >>> rl.cosine_embedding_loss(a, b, rl.tensor([1, -1]), 0.5, 0)
    tensor([1.0000, 0.5000])
    """
    return F.cosine_embedding_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.hinge_embedding_loss(rl.tensor([0.5, 0.25]), rl.tensor([1.0, -1.0]), reduction=0)
    tensor([0.5000, 0.7500])
    """
    return F.hinge_embedding_loss(input, target, margin, reduction=_REDUCTIONS[reduction])


def margin_ranking_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.margin_ranking_loss(rl.tensor([1.0, 2.0]), rl.tensor([3.0, 1.0]), rl.ones(2), reduction=2)
    tensor(2.)
    """
    return F.margin_ranking_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> anchor, near, far = rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]), rl.tensor([[0.0, 2.0]])
    >>> rl.triplet_margin_loss(anchor, near, far, reduction=2)
    tensor(4.0000)
    """
    return F.triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=_REDUCTIONS[reduction]
    )


def kl_div(input: Any, target: Any, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, as without it, 1 the mean, 2 the sum.

    Args:
        input (Tensor): logarithms of probabilities.
        target (Tensor): probabilities, or with `log_target` their logarithms.

    >>> target = rl.tensor([0.5, 0.5])
    >>> log = rl.tensor([0.25, 0.75]).log()
    >>> rl.kl_div(log, target)
    tensor([ 0.3466, -0.2027])
    >>> rl.kl_div(log, target, 2)
    tensor(0.1438)
    """
    terms = F.kl_div(input, target, reduction="none", log_target=log_target)
    return terms if reduction == 0 else terms.mean() if reduction == 1 else terms.sum()


def poisson_nll_loss(
    input: Any, target: Any, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    Args:
        input (Tensor): the rates, or with `log_input` their logarithms.
        target (Tensor): the counts.
        full (bool): adds Stirling's formula for the logarithm of the factorial of the counts.
        eps (float): added to the rates before their logarithm is taken.

    >>> rl.poisson_nll_loss(rl.tensor([1.0, 2.0]), rl.tensor([1.0, 3.0]), False, False, 1e-8, 0)
    tensor([ 1.0000, -0.0794])
    """
    return F.poisson_nll_loss(
        input, target, log_input=log_input, full=full, eps=eps, reduction=_REDUCTIONS[reduction]
    )
