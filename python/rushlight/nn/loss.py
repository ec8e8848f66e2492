"""Losses as layers: each calls the function of the same name with its options."""

from __future__ import annotations

from . import functional as F
from .module import Module


def _old_reduction(size_average, reduce):
    """The name for the two switches that `reduction` replaced."""
    from warnings import warn

    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    name = "mean" if size_average and reduce else "sum" if reduce else "none"
    warn(
        f"size_average and reduce args will be deprecated, please use reduction='{name}' instead.",
        stacklevel=4,
    )
    return name


class _Loss(Module):
    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = _old_reduction(size_average, reduce)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
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

    def forward(self, input, target):
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    r"""Mean of :math:`(x - y)^2`.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``

    Examples::

        >>> rl.nn.MSELoss()(rl.tensor([1.0, 2.0]), rl.tensor([0.0, 4.0]))
        tensor(2.5000)
    """

    def forward(self, input, target):
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    r"""Mean of :math:`d^2 / 2\beta` where :math:`d = |x - y| < \beta`, of :math:`d - \beta / 2` elsewhere.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        beta (float): where the parabola ends. Default: 1
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    r"""Mean of :math:`d^2 / 2` where :math:`d = |x - y| < \delta`, of :math:`\delta (d - \delta / 2)` elsewhere.

    Args:
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        delta (float): where the parabola ends. Default: 1
    """

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        if not isinstance(delta, int | float):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        self.delta = delta

    def forward(self, input, target):
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
        weight=None,
        size_average=None,
        ignore_index=-100,
        reduce=None,
        reduction="mean",
        label_smoothing=0.0,
    ):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
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
    """

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return F.nll_loss(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class NLLLoss2d(NLLLoss):
    """The former name of :class:`NLLLoss` for images."""


class BCELoss(_WeightedLoss):
    r"""Mean of :math:`-y \log x - (1 - y) \log(1 - x)`, from probabilities.

    Args:
        weight (Tensor, optional): rescales the loss of every element.
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def forward(self, input, target):
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    r""":class:`BCELoss` after a sigmoid, in one stable step.

    Args:
        weight (Tensor, optional): rescales the loss of every element.
        reduction (str, optional): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
        pos_weight (Tensor, optional): a weight for the positive examples of every class.
    """

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    r"""Mean of :math:`y (\log y - x)`, from log probabilities.

    Args:
        reduction (str): ``'none'``, ``'mean'``, ``'batchmean'`` or ``'sum'``. Default: ``'mean'``
        log_target (bool): the target is given as logarithms too. Default: ``False``
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    r"""Mean of :math:`e^x - y x` (+ Stirling's term), from logarithms of the rate.

    Args:
        log_input (bool): the input is a logarithm. Default: ``True``
        full (bool): add Stirling's term. Default: ``False``
        eps (float): keeps the logarithm finite. Default: 1e-8
        reduction (str): ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``
    """

    def __init__(
        self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
    ):
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input, target):
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
    """

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)
