"""Losses as layers: each calls the function of the same name with its options."""

from __future__ import annotations

import math

from .. import functional as F
from .._reduction import legacy_get_string
from .distance import PairwiseDistance
from .linear import Linear
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _Loss(Module):
    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = legacy_get_string(size_average, reduce)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    r"""Mean of :math:`|x - y|`.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    Examples::

        >>> rl.nn.L1Loss()(rl.tensor([1.0, 2.0]), rl.tensor([0.0, 4.0]))
        tensor(1.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    r"""Mean of :math:`(x - y)^2`.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    Examples::

        >>> rl.nn.MSELoss()(rl.tensor([1.0, 2.0]), rl.tensor([0.0, 4.0]))
        tensor(2.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    r"""Mean of :math:`d^2 / 2\beta` where :math:`d = |x - y| < \beta`, of :math:`d - \beta / 2` elsewhere.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        beta (float): where the parabola ends. Default: 1

    >>> nn.SmoothL1Loss()(rl.tensor([1.0, 2.0]), rl.tensor([0.5, 4.0]))
    tensor(0.8125)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    r"""Mean of :math:`d^2 / 2` where :math:`d = |x - y| < \delta`, of :math:`\delta (d - \delta / 2)` elsewhere.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        delta (float): where the parabola ends. Default: 1

    >>> nn.HuberLoss(delta=2.0)(rl.tensor([1.0, 2.0]), rl.tensor([0.5, 5.0]))
    tensor(2.0625)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not isinstance(delta, int | float):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class CrossEntropyLoss(_WeightedLoss):
    r"""Mean of :math:`-\log \text{softmax}(x)_y`, from unnormalised scores and class indices or probabilities.

    Args:
        weight (Tensor, optional): a weight for every class.
        ignore_index (int, optional): targets with this index do not count. Default: -100
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        label_smoothing (float, optional): the share of the target spread over all classes. Default: 0

    Shape:
        - Input: :math:`(C)`, :math:`(N, C)` or :math:`(N, C, d_1, ...)`; target: the same without :math:`C`,
          or with it for probabilities

    Examples::

        >>> rl.nn.CrossEntropyLoss()(rl.zeros(1, 2), rl.tensor([0]))
        tensor(0.6931)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    r"""Mean of :math:`-x_y`, from log probabilities and class indices.

    Args:
        weight (Tensor, optional): a weight for every class.
        ignore_index (int, optional): targets with this index do not count. Default: -100
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    Shape:
        - Input: :math:`(C)`, :math:`(N, C)` or :math:`(N, C, d_1, ...)`; target: the same without :math:`C`

    >>> nn.NLLLoss()(rl.tensor([[-0.1, -2.0], [-1.0, -0.5]]), rl.tensor([0, 1]))
    tensor(0.3000)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class NLLLoss2d(NLLLoss):
    """The former name of :class:`NLLLoss` for images.

    Args:
        weight (Tensor, optional): a weight for each class.
        ignore_index (int): a class that does not count. Default: -100
        reduction (str): ``"none"``, ``"mean"`` or ``"sum"``. Default: ``"mean"``

    >>> nn.NLLLoss2d()(rl.zeros(1, 3, 2, 2).log_softmax(1), rl.zeros(1, 2, 2, dtype=rl.int64))
    tensor(1.0986)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        from ..._warn import warn

        warn(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
            "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
            FutureWarning,
        )
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class BCELoss(_WeightedLoss):
    r"""Mean of :math:`-y \log x - (1 - y) \log(1 - x)`, from probabilities.

    Args:
        weight (Tensor, optional): rescales the loss of every element.
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.BCELoss()(rl.tensor([0.9, 0.2]), rl.tensor([1.0, 0.0]))
    tensor(0.1643)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    r""":class:`BCELoss` after a sigmoid, in one stable step.

    Args:
        weight (Tensor, optional): rescales the loss of every element.
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        pos_weight (Tensor, optional): a weight for the positive examples of every class.

    >>> nn.BCEWithLogitsLoss()(rl.tensor([2.0, -1.0]), rl.tensor([1.0, 0.0]))
    tensor(0.2201)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    r"""Mean of :math:`y (\log y - x)`, from log probabilities.

    Args:
        reduction (str): ``'none'``, ``'mean'``, ``'batchmean'`` or ``'sum'``. Default: ``'mean'``
        log_target (bool): the target is given as logarithms too. Default: ``False``

    >>> nn.KLDivLoss(reduction="batchmean")(rl.tensor([[0.5, 0.5]]).log(), rl.tensor([[0.9, 0.1]]))
    tensor(0.3681)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    r"""Mean of :math:`e^x - y x` (+ Stirling's term), from logarithms of the rate.

    Args:
        log_input (bool): the input is a logarithm. Default: ``True``
        full (bool): add Stirling's term. Default: ``False``
        eps (float): keeps the logarithm finite. Default: 1e-8
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.PoissonNLLLoss()(rl.tensor([0.0, 1.0]), rl.tensor([1.0, 2.0]))
    tensor(0.8591)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Any, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    r"""Mean of :math:`\frac12 (\log \max(v, \epsilon) + (x - y)^2 / \max(v, \epsilon))`.

    Args:
        full (bool): add the constant term. Default: ``False``
        eps (float): the smallest variance. Default: 1e-6
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.GaussianNLLLoss()(rl.tensor([0.0, 1.0]), rl.tensor([1.0, 2.0]), rl.ones(2))
    tensor(0.5000)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class HingeEmbeddingLoss(_Loss):
    r"""Mean of :math:`x` where the label is 1, of :math:`\max(0, \text{margin} - x)` where it is -1.

    Args:
        margin (float): Default: 1
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.HingeEmbeddingLoss()(rl.tensor([0.2, 0.4]), rl.tensor([1, -1]))
    tensor(0.4000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    r"""Mean of :math:`1 - \cos(x_1, x_2)` for label 1, of :math:`\max(0, \cos(x_1, x_2) - \text{margin})` for -1.

    Args:
        margin (float): Default: 0
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.CosineEmbeddingLoss()(rl.tensor([[1.0, 0.0]]), rl.tensor([[1.0, 1.0]]), rl.tensor([1]))
    tensor(0.2929)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    r"""Mean of :math:`\max(0, -y (x_1 - x_2) + \text{margin})`.

    Args:
        margin (float): Default: 0
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.MarginRankingLoss()(rl.tensor([0.2, 0.4]), rl.tensor([0.1, 0.9]), rl.tensor([1, 1]))
    tensor(0.2500)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    r"""Mean of :math:`\log(1 + e^{-y x})`.

    Args:
        reduction (str): ``"none"``, ``"mean"`` or ``"sum"``. Default: ``"mean"``

    >>> nn.SoftMarginLoss()(rl.tensor([2.0, -1.0]), rl.tensor([1.0, -1.0]))
    tensor(0.2201)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    r"""Hinge loss between the labels of a sample, listed first in the target and ended by -1, and all other classes.

    Args:
        reduction (str): ``"none"``, ``"mean"`` or ``"sum"``. Default: ``"mean"``

    >>> nn.MultiLabelMarginLoss()(rl.tensor([[0.1, 0.2, 0.4]]), rl.tensor([[2, -1, 0]]))
    tensor(0.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """Logistic loss of several labels at once, meant over the classes.

    Args:
        weight (Tensor, optional): a weight for every class.
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.MultiLabelSoftMarginLoss()(rl.tensor([[2.0, -1.0]]), rl.tensor([[1.0, 0.0]]))
    tensor(0.2201)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    r"""Mean over the classes of :math:`\max(0, \text{margin} - x_y + x_i)^p`.

    Args:
        p (int): 1 or 2. Default: 1
        margin (float): Default: 1
        weight (Tensor, optional): a weight for every class.
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    >>> nn.MultiMarginLoss()(rl.tensor([[0.1, 0.7, 0.2]]), rl.tensor([1]))
    tensor(0.3000)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(
                f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead"
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
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

    >>> nn.TripletMarginLoss()(rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]), rl.tensor([[0.0, 5.0]]))
    tensor(1.0000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
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

    >>> nn.TripletMarginWithDistanceLoss(margin=2.0)(rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]), rl.tensor([[0.0, 5.0]]))
    tensor(2.0000)
    """

    def __init__(
        self,
        *,
        distance_function: Any = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(None, None, reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        if distance_function is None:
            distance_function = PairwiseDistance()
        self.distance_function = distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
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

    >>> scores = rl.zeros(5, 2, 4).log_softmax(2)
    >>> nn.CTCLoss()(scores, rl.tensor([[1, 2], [3, 1]]), (5, 5), (2, 2))
    tensor(1.6881)
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any) -> Tensor:
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
        options (optional): how the product is cut into parts.

    >>> m = nn.LinearCrossEntropyLoss(8, 3)
    >>> m(rl.ones(4, 8), rl.tensor([0, 1, 2, 0])).shape
    torch.Size([])
    """

    def __init__(
        self,
        in_features: int,
        num_classes: Any,
        *,
        out_features: Any = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: Any = None,
        label_smoothing: float = 0.0,
        options: Any = None,
    ) -> None:
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

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
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

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )
