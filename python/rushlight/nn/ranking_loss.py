"""Losses that compare: margins, similarities, sequences."""

from __future__ import annotations

import math

from . import functional as F
from .linear import Linear
from .loss import _Loss, _WeightedLoss


class _MarginLoss(_Loss):
    _margin = 1.0

    def __init__(self, margin=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = self._margin if margin is None else margin


class HingeEmbeddingLoss(_MarginLoss):
    r"""Mean of :math:`x` where the label is 1, of :math:`\max(0, \text{margin} - x)` where it is -1.

    Args:
        margin (float): Default: 1
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def forward(self, input, target):
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_MarginLoss):
    r"""Mean of :math:`1 - \cos(x_1, x_2)` for label 1, of :math:`\max(0, \cos(x_1, x_2) - \text{margin})` for -1.

    Args:
        margin (float): Default: 0
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    _margin = 0.0

    def forward(self, input1, input2, target):
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_MarginLoss):
    r"""Mean of :math:`\max(0, -y (x_1 - x_2) + \text{margin})`.

    Args:
        margin (float): Default: 0
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    _margin = 0.0

    def forward(self, input1, input2, target):
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    r"""Mean of :math:`\log(1 + e^{-y x})`."""

    def forward(self, input, target):
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    r"""Hinge loss between the labels of a sample, listed first in the target and ended by -1, and all other classes."""

    def forward(self, input, target):
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """Logistic loss of several labels at once, meant over the classes.

    Args:
        weight (Tensor, optional): a weight for every class.
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def forward(self, input, target):
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    r"""Mean over the classes of :math:`\max(0, \text{margin} - x_y + x_i)^p`.

    Args:
        p (int): 1 or 2. Default: 1
        margin (float): Default: 1
        weight (Tensor, optional): a weight for every class.
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def __init__(self, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise AssertionError(f"weight must be None or 1-dimensional, got {weight.dim()}-dimensional")
        self.p = p
        self.margin = margin

    def forward(self, input, target):
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class TripletMarginLoss(_Loss):
    r"""Mean of :math:`\max(d(a, p) - d(a, n) + \text{margin}, 0)`.

    Args:
        margin (float): Default: 1
        p (float): of the distance. Default: 2
        eps (float): keeps the distance away from 0. Default: 1e-6
        swap (bool): use the distance from positive to negative if it is smaller. Default: ``False``
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def __init__(
        self, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
    ):
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """:class:`TripletMarginLoss` with a distance of one's own.

    Args:
        distance_function (Callable, optional): of two tensors. Default: ``PairwiseDistance``
        margin, swap, reduction: as there.
    """

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(None, None, reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        if distance_function is None:
            from .misc import PairwiseDistance

            distance_function = PairwiseDistance()
        self.distance_function = distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


class CTCLoss(_Loss):
    """Negative log likelihood of a label sequence over all its alignments with the input.

    Args:
        blank (int, optional): index of the blank label. Default: 0
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        zero_infinity (bool, optional): infinite losses, and their gradients, become zero. Default: ``False``

    Shape:
        - log_probs :math:`(T, N, C)`; targets :math:`(N, S)` or concatenated; lengths :math:`(N)`

    Source: Graves et al. (2006), Connectionist temporal classification.
    """

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


class LinearCrossEntropyLoss(_WeightedLoss):
    """A linear layer and the cross entropy of its output in one.

    Args:
        in_features (int): size of each input sample.
        num_classes (int): number of classes.
        out_features (tuple of int): further dimensions of the output.
        bias (bool): of the linear layer. Default: ``False``
        weight, reduction, ignore_index, label_smoothing: as in :class:`CrossEntropyLoss`.
    """

    def __init__(
        self,
        in_features,
        num_classes,
        *,
        out_features=(),
        bias=False,
        device=None,
        dtype=None,
        reduction="mean",
        weight=None,
        ignore_index=None,
        label_smoothing=0.0,
        options=None,
    ):
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1.0:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight=weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        width = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, width, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input, target):
        linear = self.linear
        shape = (self.num_classes, *self.out_features)
        return F.linear_cross_entropy(
            input,
            linear.weight.reshape((*shape, linear.in_features)),
            target,
            linear_bias=None if linear.bias is None else linear.bias.reshape(shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self):
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
