"""Functions of ``nn.functional`` that PyTorch warns of: they look at their arguments, then call the engine's."""

from __future__ import annotations

from .. import _C
from .._warn import warn

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor, dtype as _dtype

F = _C._nn

__all__ = [
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "kl_div",
    "nll_loss",
    "cross_entropy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "poisson_nll_loss",
    "hinge_embedding_loss",
    "cosine_embedding_loss",
    "margin_ranking_loss",
    "soft_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "multi_margin_loss",
    "triplet_margin_loss",
    "softmax",
    "softmin",
    "log_softmax",
    "dropout2d",
    "dropout3d",
    "grid_sample",
    "affine_grid",
]

_CORNERS = (
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
    "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details."
)


def old_reduction(size_average: bool | None, reduce: bool | None) -> str:
    """The name for the two switches that ``reduction`` replaced."""
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    name = "mean" if size_average and reduce else "sum" if reduce else "none"
    warn(f"size_average and reduce args will be deprecated, please use reduction='{name}' instead.")
    return name


def _sizes_differ(input, target):
    warn(
        f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). This will "
        "likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
    )


def _check_weights(input, weight):
    if weight is not None and weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def _no_axis(name):
    warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument."
    )


def _plain_dropout(name, axes, spatial, shapes):
    warn(
        f"{name}: Received a {axes}-D input to {name}, which is deprecated and will result in an error in a future "
        "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel "
        f"dimension, and an optional batch dimension (i.e. {shapes} inputs)."
    )


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared error of each pair of elements, averaged, summed or as it is.

    Args: reduction: "mean", "sum" or "none". weight: a factor for every term.
    **Shape**: input and target broadcast; the result is 0-d unless `reduction="none"`.
    **Errors**: ValueError for another reduction, or a weight of another size."""
    if not input.is_same_size(target):
        _sizes_differ(input, target)
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    _check_weights(input, weight)
    return F.mse_loss(input, target, None, None, reduction, weight)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute error of each pair of elements, averaged, summed or as it is."""
    if not input.is_same_size(target):
        _sizes_differ(input, target)
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    _check_weights(input, weight)
    return F.l1_loss(input, target, None, None, reduction, weight)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Squared error below `beta`, absolute error above.

    **Errors**: RuntimeError for a negative `beta`."""
    if not input.is_same_size(target):
        _sizes_differ(input, target)
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.smooth_l1_loss(input, target, None, None, reduction, beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squared error below `delta`, `delta` times the absolute error above.

    **Errors**: RuntimeError unless `delta` is positive."""
    if not input.is_same_size(target):
        _sizes_differ(input, target)
    _check_weights(input, weight)
    return F.huber_loss(input, target, reduction, delta, weight)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Kullback and Leibler's divergence of log-probabilities from a target distribution, term by term.

    Args: reduction: also "batchmean", the sum over the first axis' size. log_target: the target is logarithmic too."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    if reduction == "mean":
        warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release."
        )
    return F.kl_div(input, target, None, None, reduction, log_target)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of class targets under log-probabilities (N, C, ...) or (C).

    Args: target: int64 (N, ...) or 0-d; weight: one factor per class; ignore_index: a target that does not count;
    reduction: none, mean (weighted) or sum.
    Errors: IndexError for a target that is no class, ValueError for batch sizes that differ."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.nll_loss(input, target, weight, None, ignore_index, None, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross entropy between logits (N, C, ...) or (C) and class targets, or distributions of the input's shape.

    Args: target: int64 classes or floating probabilities; weight: one factor per class; ignore_index: a target that
    does not count; label_smoothing: in [0, 1].
    Errors: IndexError for a target that is no class, ValueError for batch sizes that differ."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.cross_entropy(input, target, weight, None, ignore_index, None, reduction, label_smoothing)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The binary cross entropy of probabilities; logarithms are not less than -100.

    Args: input: probabilities. target: the same shape. weight: broadcast to it.
    **Errors**: ValueError if shapes differ; RuntimeError for probabilities outside [0, 1]."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.binary_cross_entropy(input, target, weight, None, None, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """The binary cross entropy of logits, exact for large ones.

    Args: weight: a factor for every term. pos_weight: a factor for the positive class.
    **Errors**: ValueError if shapes differ."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.binary_cross_entropy_with_logits(input, target, weight, None, None, reduction, pos_weight)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of counts under a Poisson distribution.

    Args: log_input: the input is the logarithm of the rate. full: with Stirling's term. eps: keeps ln(0) away."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.poisson_nll_loss(input, target, log_input, full, None, eps, None, reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`input` where the target is 1, `max(0, margin - input)` where it is -1."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.hinge_embedding_loss(input, target, margin, None, None, reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`1 - cos` of pairs with target 1, `max(0, cos - margin)` of pairs with target -1.

    **Shape**: inputs (N, D) with targets (N), or (D) with a 0-d target."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.cosine_embedding_loss(input1, input2, target, margin, None, None, reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`max(0, -target * (input1 - input2) + margin)`."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.margin_ranking_loss(input1, input2, target, margin, None, None, reduction)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`ln(1 + e^(-target * input))`."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.soft_margin_loss(input, target, None, None, reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`sum max(0, 1 - x[y] + x[i]) / C` over targets y and classes i that are none.

    Args: input: (N, C) or (C); target: int64 of the same shape, classes up to the first -1."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.multilabel_margin_loss(input, target, None, None, reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross entropy of logits, averaged over the classes of the last axis."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.multilabel_soft_margin_loss(input, target, weight, None, None, reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`sum max(0, margin - x[y] + x[i])^p / C` over the classes that are not the target.

    Args: input: (N, C) or (C); target: int64 (N) or 0-d; p: 1 or 2; weight: one factor per class."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.multi_margin_loss(input, target, p, margin, weight, None, None, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)` with distances of norm `p`.

    Args: swap: take the nearer of anchor and positive to the negative."""
    if size_average is not None or reduce is not None:
        reduction = old_reduction(size_average, reduce)
    return F.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, None, None, reduction)


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _dtype | None = None
) -> Tensor:
    """`e^x / sum(e^x)` along an axis; without `dim` along axis 0 of 0-, 1- and 3-d tensors, else along axis 1."""
    if dim is None:
        _no_axis("softmax")
    return F.softmax(input, dim, _stacklevel, dtype)


def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _dtype | None = None
) -> Tensor:
    """`softmax(-x)`."""
    if dim is None:
        _no_axis("softmin")
    return F.softmin(input, dim, _stacklevel, dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: _dtype | None = None
) -> Tensor:
    """The logarithm of `softmax`, computed in one."""
    if dim is None:
        _no_axis("log_softmax")
    return F.log_softmax(input, dim, _stacklevel, dtype)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, H, W)."""
    axes = input.dim()
    if axes not in (3, 4):
        _plain_dropout("dropout2d", axes, 2, "3D or 4D")
    elif axes == 3:
        warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
            "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future "
            "release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead."
        )
    return F.dropout2d(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, D, H, W)."""
    axes = input.dim()
    if axes not in (4, 5):
        _plain_dropout("dropout3d", axes, 3, "4D or 5D")
    return F.dropout3d(input, p, training, inplace)


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Values of images (N, C, ...) at the places of a grid (N, ..., axes) with coordinates in [-1, 1], last axis first.

    Args: mode: bilinear, nearest or bicubic; padding_mode: zeros, border or reflection; align_corners: whether -1 and 1
    are the centres of the corner pixels or their edges."""
    if align_corners is None:
        warn(_CORNERS)
    return F.grid_sample(input, grid, mode, padding_mode, align_corners)


def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """A grid for `grid_sample` from affine maps: (N, 2, 3) for images, (N, 3, 4) for volumes of a `size` (N, C, ...)."""
    if align_corners is None:
        warn(_CORNERS)
    elif align_corners and min(size[2:]) == 1:
        warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is "
            "not an intended use case of affine_grid. See the documentation of affine_grid for details."
        )
    return F.affine_grid(theta, size, align_corners)
