# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from .._C import Number, Tensor, _Named, _device, _dtype
from ._composed import *

def adaptive_avg_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None]) -> Tensor:
    """Averages over as many windows as `output_size` says.
    
    >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])
    >>> F.adaptive_avg_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def adaptive_avg_pool2d(input: Tensor, output_size: _int | None | Sequence[_int | None]) -> Tensor:
    """Averages over as many windows as `output_size` says.
    
    >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])
    >>> F.adaptive_avg_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def adaptive_avg_pool3d(input: Tensor, output_size: _int | None | Sequence[_int | None]) -> Tensor:
    """Averages over as many windows as `output_size` says.
    
    >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])
    >>> F.adaptive_avg_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def adaptive_max_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None], return_indices: _bool = False) -> Any:
    """The greatest elements of as many windows as `output_size` says.
    
    >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.adaptive_max_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def adaptive_max_pool2d(input: Tensor, output_size: _int | None | Sequence[_int | None], return_indices: _bool = False) -> Any:
    """The greatest elements of as many windows as `output_size` says.
    
    >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.adaptive_max_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def adaptive_max_pool3d(input: Tensor, output_size: _int | None | Sequence[_int | None], return_indices: _bool = False) -> Any:
    """The greatest elements of as many windows as `output_size` says.
    
    >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.adaptive_max_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    torch.Size([1, 3, 5, 9])
    >>> F.adaptive_max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 2, 2, 2])"""
def affine_grid(theta: Tensor, size: _int | Sequence[_int], align_corners: _bool | None = None) -> Tensor:
    """A grid for `grid_sample` from affine maps: (N, 2, 3) for images, (N, 3, 4) for volumes of a `size` (N, C, ...).
    
    >>> theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> F.affine_grid(theta, (1, 3, 4, 5), align_corners=False).shape
    torch.Size([1, 4, 5, 2])"""
def alpha_dropout(input: Tensor, p: _float = 0.5, training: _bool = False, inplace: _bool = False) -> Tensor:
    """Dropout that keeps mean 0 and variance 1, for use with SELU.
    
    >>> F.alpha_dropout(torch.ones(4), training=False)
    tensor([1., 1., 1., 1.])"""
def avg_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, ceil_mode: _bool = False, count_include_pad: _bool = True) -> Tensor:
    """Averages over windows of (N, C, L).
    
    >>> torch.avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])"""
def avg_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None) -> Tensor:
    """Averages over windows of (N, C, H, W); `divisor_override` replaces the size of the window.
    
    >>> F.avg_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])"""
def avg_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, ceil_mode: _bool = False, count_include_pad: _bool = True, divisor_override: _int | None = None) -> Tensor:
    """Averages over windows of (N, C, D, H, W); `divisor_override` replaces the size of the window.
    
    >>> F.avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def batch_norm(input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None, bias: Tensor | None = None, training: _bool = False, momentum: _float = 0.1, eps: _float = 1e-5) -> Tensor:
    """Normalises each channel by mean and variance of the batch (`training`) or by the running statistics.
    
    Args: input: float (N, C, ...); running_mean, running_var, weight, bias: C elements.
    Errors: ValueError for one value per channel while training.
    
    >>> F.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, training=True)
    tensor([[-1.0000],
            [ 1.0000]])"""
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`x1^T W x2 + b` for every output feature.
    
    Args: input1: (*, in1); input2: (*, in2); weight: (out, in1, in2); bias: (out).
    Errors: RuntimeError for sizes that do not fit.
    
    >>> torch.bilinear(torch.ones(5, 2), torch.ones(5, 3), torch.ones(4, 2, 3), torch.zeros(4)).shape
    torch.Size([5, 4])"""
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """The binary cross entropy of probabilities; logarithms are not less than -100.
    
    Args: input: probabilities. target: the same shape. weight: broadcast to it.
    **Errors**: ValueError if shapes differ; RuntimeError for probabilities outside [0, 1].
    
    >>> F.binary_cross_entropy(torch.tensor([0.9, 0.2]), torch.tensor([1.0, 0.0]))
    tensor(0.1643)"""
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean", pos_weight: Tensor | None = None) -> Tensor:
    """The binary cross entropy of logits, exact for large ones.
    
    Args: weight: a factor for every term. pos_weight: a factor for the positive class.
    **Errors**: ValueError if shapes differ.
    
    >>> F.binary_cross_entropy_with_logits(torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0]))
    tensor(0.2201)"""
def celu(input: Tensor, alpha: _float = 1.0, inplace: _bool = False) -> Tensor:
    """`x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    
    >>> F.celu(torch.tensor([-1.0, 1.0]), alpha=2.0)
    tensor([-0.7869,  1.0000])"""
def celu_(input: Tensor, alpha: _float = 1.0) -> Tensor:
    """`celu` in place.
    
    >>> torch.celu_(torch.tensor([-1.0, 1.0]), alpha=2.0)
    tensor([-0.7869,  1.0000])"""
def channel_shuffle(input: Tensor, groups: _int) -> Tensor:
    """Deals the channels of (N, C, ...) out of `groups` groups one by one.
    
    Errors: RuntimeError if the groups do not divide the channels.
    
    >>> torch.channel_shuffle(torch.arange(4.0).view(1, 4, 1, 1), 2).flatten()
    tensor([0., 2., 1., 3.])"""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: _int = 0) -> Tensor:
    """Convolution of (T, B, C) with a weight (kernel, C, O) along the first axis.
    
    >>> torch.conv_tbc(torch.ones(5, 2, 3), torch.ones(3, 3, 4), torch.zeros(4), pad=1).shape
    torch.Size([5, 2, 4])"""
def conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: _float = 0.0, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`1 - cos` of pairs with target 1, `max(0, cos - margin)` of pairs with target -1.
    
    **Shape**: inputs (N, D) with targets (N), or (D) with a 0-d target.
    
    >>> F.cosine_embedding_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]), torch.tensor([1]))
    tensor(0.2929)"""
def cosine_similarity(x1: Tensor, x2: Tensor, dim: _int = 1, eps: _float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along an axis.
    
    Args: eps: the least norm that counts.
    
    >>> torch.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    tensor([0.7071])"""
def cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: _bool | None = None, ignore_index: _int = -100, reduce: _bool | None = None, reduction: _str = "mean", label_smoothing: _float = 0.0) -> Tensor:
    """Cross entropy between logits (N, C, ...) or (C) and class targets, or distributions of the input's shape.
    
    Args: target: int64 classes or floating probabilities; weight: one factor per class; ignore_index: a target that
    does not count; label_smoothing: in [0, 1].
    Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    
    >>> F.cross_entropy(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1]))
    tensor(0.4100)"""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: _int = 0, reduction: _str = "mean", zero_infinity: _bool = False) -> Tensor:
    """The negative logarithm of the probability that frames spell a target, summed over all alignments.
    
    Args: log_probs: (T, N, C) or (T, C), float32 or float64; targets: (N, S), or all targets in one row;
    input_lengths, target_lengths: of each sample; zero_infinity: impossible targets count as zero, and so do their
    gradients, which are nan otherwise.
    
    >>> scores = torch.zeros(5, 2, 4).log_softmax(2)
    >>> F.ctc_loss(scores, torch.tensor([[1, 2], [3, 1]]), (5, 5), (2, 2))
    tensor(1.6881)"""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: _int | Sequence[_int], target_lengths: _int | Sequence[_int], blank: _int = 0, reduction: _str = "mean", zero_infinity: _bool = False) -> Tensor:
    """With lengths as lists."""
def dropout(input: Tensor, p: _float = 0.5, training: _bool = True, inplace: _bool = False) -> Tensor:
    """Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`.
    
    Errors: ValueError if `p` is not in [0, 1].
    
    >>> F.dropout(torch.ones(4), p=1.0)
    tensor([0., 0., 0., 0.])
    >>> F.dropout(torch.ones(4), training=False)
    tensor([1., 1., 1., 1.])"""
def dropout1d(input: Tensor, p: _float = 0.5, training: _bool = True, inplace: _bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, L).
    
    >>> F.dropout1d(torch.ones(2, 3, 4), p=1.0).sum()
    tensor(0.)"""
def dropout2d(input: Tensor, p: _float = 0.5, training: _bool = True, inplace: _bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, H, W).
    
    >>> F.dropout2d(torch.ones(2, 3, 4, 4), p=1.0).sum()
    tensor(0.)"""
def dropout3d(input: Tensor, p: _float = 0.5, training: _bool = True, inplace: _bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, D, H, W).
    
    >>> F.dropout3d(torch.ones(2, 3, 4, 4, 4), p=1.0).sum()
    tensor(0.)"""
def elu(input: Tensor, alpha: _float = 1.0, inplace: _bool = False) -> Tensor:
    """`x` above zero, `alpha * (e^x - 1)` below.
    
    >>> F.elu(torch.tensor([-1.0, 1.0]))
    tensor([-0.6321,  1.0000])"""
def elu_(input: Tensor, alpha: _float = 1.0) -> Tensor:
    """`elu` in place.
    
    >>> F.elu_(torch.tensor([-1.0, 1.0]))
    tensor([-0.6321,  1.0000])"""
def embedding(input: Tensor, weight: Tensor, padding_idx: _int | None = None, max_norm: _float | None = None, norm_type: _float = 2.0, scale_grad_by_freq: _bool = False, sparse: _bool = False) -> Tensor:
    """Rows of `weight` (rows, dim) by index.
    
    Args: input: int64 or int32 of any shape; padding_idx: a row without gradient; max_norm: rows that are used are
    first scaled down to this norm, in place; scale_grad_by_freq: divides gradients by the number of uses.
    Shape: (*, dim).
    Errors: IndexError for an index that is no row.
    
    >>> F.embedding(torch.tensor([2, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    tensor([[5., 6.],
            [1., 2.]])"""
def embedding_bag(input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: _float | None = None, norm_type: _float = 2.0, scale_grad_by_freq: _bool = False, mode: _str = "mean", sparse: _bool = False, per_sample_weights: Tensor | None = None, include_last_offset: _bool = False, padding_idx: _int | None = None) -> Tensor:
    """Sums, means or maxima of embedding rows over bags of indices.
    
    Args: input: (B, L), or (N) with `offsets` where each bag begins; mode: sum, mean or max; per_sample_weights: factors
    of a sum; include_last_offset: the last offset is the end; padding_idx: a row that does not count.
    Shape: (B, dim).
    
    >>> F.embedding_bag(torch.tensor([[0, 2], [1, 1]]), torch.tensor([[1.0], [2.0], [3.0]]), mode="sum")
    tensor([[4.],
            [4.]])"""
def feature_alpha_dropout(input: Tensor, p: _float = 0.5, training: _bool = False, inplace: _bool = False) -> Tensor:
    """`alpha_dropout` of whole channels.
    
    >>> F.feature_alpha_dropout(torch.ones(2, 3, 4), training=False).sum()
    tensor(24.)"""
def fold(input: Tensor, output_size: _int | Sequence[_int], kernel_size: _int | Sequence[_int], dilation: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, stride: _int | Sequence[_int] = 1) -> Tensor:
    """Columns of sliding blocks summed into images of `output_size`: the reverse of `unfold`.
    
    Errors: RuntimeError if the columns do not fit the image.
    
    >>> F.fold(torch.ones(1, 2, 2), (2, 2), (1, 2)).shape
    torch.Size([1, 1, 2, 2])"""
def fractional_max_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], output_size: _int | Sequence[_int] | None = None, output_ratio: Sequence[Number] | None = None, return_indices: _bool = False, _random_samples: Tensor | None = None) -> Any:
    """The greatest elements of windows at random places.
    
    Args: kernel_size, output_size: one int or one per axis; output_ratio: sizes as parts of the input's.
    
    >>> F.fractional_max_pool2d(torch.ones(1, 1, 8, 8), 2, output_size=5).shape
    torch.Size([1, 1, 5, 5])
    >>> F.fractional_max_pool3d(torch.ones(1, 1, 8, 8, 8), 2, output_size=5).shape
    torch.Size([1, 1, 5, 5, 5])"""
def fractional_max_pool2d_with_indices(input: Tensor, kernel_size: _int | Sequence[_int], output_size: _int | Sequence[_int] | None = None, output_ratio: Sequence[Number] | None = None, return_indices: _bool = False, _random_samples: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The greatest elements of windows at random places, and their positions in the plane.
    
    >>> F.fractional_max_pool2d_with_indices(torch.ones(1, 1, 8, 8), 2, output_size=5)[1].shape
    torch.Size([1, 1, 5, 5])
    >>> F.fractional_max_pool3d_with_indices(torch.ones(1, 1, 8, 8, 8), 2, output_size=5)[1].shape
    torch.Size([1, 1, 5, 5, 5])"""
def fractional_max_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], output_size: _int | Sequence[_int] | None = None, output_ratio: Sequence[Number] | None = None, return_indices: _bool = False, _random_samples: Tensor | None = None) -> Any:
    """The greatest elements of windows at random places.
    
    Args: kernel_size, output_size: one int or one per axis; output_ratio: sizes as parts of the input's.
    
    >>> F.fractional_max_pool2d(torch.ones(1, 1, 8, 8), 2, output_size=5).shape
    torch.Size([1, 1, 5, 5])
    >>> F.fractional_max_pool3d(torch.ones(1, 1, 8, 8, 8), 2, output_size=5).shape
    torch.Size([1, 1, 5, 5, 5])"""
def fractional_max_pool3d_with_indices(input: Tensor, kernel_size: _int | Sequence[_int], output_size: _int | Sequence[_int] | None = None, output_ratio: Sequence[Number] | None = None, return_indices: _bool = False, _random_samples: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The greatest elements of windows at random places, and their positions in the plane.
    
    >>> F.fractional_max_pool2d_with_indices(torch.ones(1, 1, 8, 8), 2, output_size=5)[1].shape
    torch.Size([1, 1, 5, 5])
    >>> F.fractional_max_pool3d_with_indices(torch.ones(1, 1, 8, 8, 8), 2, output_size=5)[1].shape
    torch.Size([1, 1, 5, 5, 5])"""
def gaussian_nll_loss(input: Tensor, target: Tensor, var: Tensor | Number, full: _bool = False, eps: _float = 1e-6, reduction: _str = "mean") -> Tensor:
    """The negative log-likelihood of targets under normal distributions with given means and variances.
    
    Args: var: a tensor of the input's size (the last axis may be 1 or missing) or a number. eps: least variance.
    **Errors**: ValueError for other sizes and negative variances.
    
    >>> F.gaussian_nll_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    tensor(0.5000)"""
def gelu(input: Tensor, approximate: _str = "none") -> Tensor:
    """`x` times the normal distribution function of `x`.
    
    Args: approximate: "none", or "tanh" for the approximation by a hyperbolic tangent.
    **Errors**: RuntimeError for integers and for another `approximate`.
    
    >>> F.gelu(torch.tensor([-1.0, 1.0]))
    tensor([-0.1587,  0.8413])
    >>> F.gelu(torch.tensor([-1.0, 1.0]), approximate="tanh")
    tensor([-0.1588,  0.8412])"""
def glu(input: Tensor, dim: _int = -1) -> Tensor:
    """The first half along an axis times the logistic function of the second.
    
    **Errors**: RuntimeError if the axis has an odd size.
    
    >>> F.glu(torch.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5000, 1.0000])"""
def grid_sample(input: Tensor, grid: Tensor, mode: _str = "bilinear", padding_mode: _str = "zeros", align_corners: _bool | None = None) -> Tensor:
    """Values of images (N, C, ...) at the places of a grid (N, ..., axes) with coordinates in [-1, 1], last axis first.
    
    Args: mode: bilinear, nearest or bicubic; padding_mode: zeros, border or reflection; align_corners: whether -1 and 1
    are the centres of the corner pixels or their edges.
    
    >>> theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> grid = F.affine_grid(theta, (1, 1, 2, 2), align_corners=False)
    >>> F.grid_sample(torch.arange(4.0).view(1, 1, 2, 2), grid, align_corners=False)
    tensor([[[[0., 1.],
              [2., 3.]]]])"""
def group_norm(input: Tensor, num_groups: _int, weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5) -> Tensor:
    """Normalises each of `num_groups` groups of channels of each sample.
    
    Errors: RuntimeError if the groups do not divide the channels.
    
    >>> F.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])"""
def hardshrink(input: Tensor, lambd: _float = 0.5) -> Tensor:
    """Zero where `|x| <= lambd`.
    
    >>> torch.hardshrink(torch.tensor([-2.0, 0.3, 3.0]))
    tensor([-2.,  0.,  3.])"""
def hardsigmoid(input: Tensor, inplace: _bool = False) -> Tensor:
    """`relu6(x + 3) / 6`.
    
    >>> F.hardsigmoid(torch.tensor([-4.0, 0.0, 4.0]))
    tensor([0.0000, 0.5000, 1.0000])"""
def hardswish(input: Tensor, inplace: _bool = False) -> Tensor:
    """`x relu6(x + 3) / 6`.
    
    >>> F.hardswish(torch.tensor([-4.0, 1.0, 4.0]))
    tensor([-0.0000, 0.6667, 4.0000])"""
def hardtanh(input: Tensor, min_val: _float = -1.0, max_val: _float = 1.0, inplace: _bool = False) -> Tensor:
    """Clamped to `[min_val, max_val]`.
    
    >>> F.hardtanh(torch.tensor([-2.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])"""
def hardtanh_(input: Tensor, min_val: _float = -1.0, max_val: _float = 1.0) -> Tensor:
    """`hardtanh` in place.
    
    >>> F.hardtanh_(torch.tensor([-2.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])"""
def hinge_embedding_loss(input: Tensor, target: Tensor, margin: _float = 1.0, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`input` where the target is 1, `max(0, margin - input)` where it is -1.
    
    >>> F.hinge_embedding_loss(torch.tensor([0.2, 0.4]), torch.tensor([1, -1]))
    tensor(0.4000)"""
def huber_loss(input: Tensor, target: Tensor, reduction: _str = "mean", delta: _float = 1.0, weight: Tensor | None = None) -> Tensor:
    """Half the squared error below `delta`, `delta` times the absolute error above.
    
    **Errors**: RuntimeError unless `delta` is positive.
    
    >>> F.huber_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 5.0]), delta=2.0)
    tensor(2.0625)"""
def instance_norm(input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: _bool = True, momentum: _float = 0.1, eps: _float = 1e-5) -> Tensor:
    """Normalises each channel of each sample.
    
    Errors: ValueError for one element per channel.
    
    >>> F.instance_norm(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])"""
@overload
def interpolate(input: Tensor, size: _int | Sequence[_int] | None = None, scale_factor: _float | None = None, mode: _str = "nearest", align_corners: _bool | None = None, recompute_scale_factor: _bool | None = None, antialias: _bool = False) -> Tensor:
    """Resizes (N, C, ...) to `size`, or by `scale_factor`.
    
    Args: mode: nearest, nearest-exact, linear, bilinear, bicubic, trilinear, lanczos or area; align_corners: whether the
    centres of the corner pixels coincide; antialias: widens the filter when shrinking.
    Errors: ValueError for sizes that contradict each other, NotImplementedError for a mode that does not fit.
    
    >>> F.interpolate(torch.tensor([[[1.0, 3.0]]]), scale_factor=2)
    tensor([[[1., 1., 3., 3.]]])
    >>> F.interpolate(torch.tensor([[[1.0, 3.0]]]), size=3, mode="linear", align_corners=True)
    tensor([[[1., 2., 3.]]])"""
@overload
def interpolate(input: Tensor, size: _int | Sequence[_int] | None = None, scale_factor: Sequence[Number] | None = None, mode: _str = "nearest", align_corners: _bool | None = None, recompute_scale_factor: _bool | None = None, antialias: _bool = False) -> Tensor:
    """Resizes (N, C, ...) by a factor for each axis."""
def kl_div(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean", log_target: _bool = False) -> Tensor:
    """Kullback and Leibler's divergence of log-probabilities from a target distribution, term by term.
    
    Args: reduction: also "batchmean", the sum over the first axis' size. log_target: the target is logarithmic too.
    
    >>> F.kl_div(torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.9, 0.1]]), reduction="batchmean")
    tensor(0.3681)"""
def l1_loss(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean", weight: Tensor | None = None) -> Tensor:
    """The absolute error of each pair of elements, averaged, summed or as it is.
    
    >>> F.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    tensor(1.5000)"""
def layer_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5) -> Tensor:
    """Normalises over the last axes, which have the shape `normalized_shape`, then scales and shifts.
    
    >>> F.layer_norm(torch.tensor([[1.0, 3.0]]), (2,))
    tensor([[-1.0000,  1.0000]])"""
def leaky_relu(input: Tensor, negative_slope: _float = 0.01, inplace: _bool = False) -> Tensor:
    """`x` above zero, `negative_slope * x` below.
    
    >>> F.leaky_relu(torch.tensor([-2.0, 3.0]), 0.1)
    tensor([-0.2000,  3.0000])"""
def leaky_relu_(input: Tensor, negative_slope: _float = 0.01) -> Tensor:
    """`leaky_relu` in place.
    
    >>> F.leaky_relu_(torch.tensor([-2.0, 3.0]), 0.1)
    tensor([-0.2000,  3.0000])"""
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`input @ weight.T + bias` over the last axis.
    
    Args: input: (*, in); weight: (out, in) or (in); bias: (out).
    Shape: (*, out).
    Errors: RuntimeError for sizes or dtypes that do not fit.
    
    >>> F.linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([0.5]))
    tensor([[11.5000]])"""
def log_softmax(input: Tensor, dim: _int | None = None, _stacklevel: _int = 3, dtype: _dtype | None = None) -> Tensor:
    """The logarithm of `softmax`, computed in one.
    
    >>> F.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([-2.4076, -1.4076, -0.4076])"""
def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of the logistic function.
    
    >>> F.logsigmoid(torch.tensor([-1.0, 1.0]))
    tensor([-1.3133, -0.3133])"""
def margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: _float = 0.0, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`max(0, -target * (input1 - input2) + margin)`.
    
    >>> F.margin_ranking_loss(torch.tensor([0.2, 0.4]), torch.tensor([0.1, 0.9]), torch.tensor([1, 1]))
    tensor(0.2500)"""
def max_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window; with `return_indices` also its position in the plane.
    
    Args: input: real (N, C, ...) or (C, ...); kernel_size, stride, padding, dilation: one int or one per axis.
    
    >>> F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool1d_with_indices(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window and its position in the plane.
    
    >>> F.max_pool1d_with_indices(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    (tensor([[4., 3.]]), tensor([[1, 3]]))
    >>> F.max_pool2d_with_indices(torch.ones(1, 3, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d_with_indices(torch.ones(1, 3, 8, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window; with `return_indices` also its position in the plane.
    
    Args: input: real (N, C, ...) or (C, ...); kernel_size, stride, padding, dilation: one int or one per axis.
    
    >>> F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool2d_with_indices(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window and its position in the plane.
    
    >>> F.max_pool1d_with_indices(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    (tensor([[4., 3.]]), tensor([[1, 3]]))
    >>> F.max_pool2d_with_indices(torch.ones(1, 3, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d_with_indices(torch.ones(1, 3, 8, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window; with `return_indices` also its position in the plane.
    
    Args: input: real (N, C, ...) or (C, ...); kernel_size, stride, padding, dilation: one int or one per axis.
    
    >>> F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> F.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool3d_with_indices(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, return_indices: _bool = False) -> Any:
    """The greatest element of every window and its position in the plane.
    
    >>> F.max_pool1d_with_indices(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    (tensor([[4., 3.]]), tensor([[1, 3]]))
    >>> F.max_pool2d_with_indices(torch.ones(1, 3, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4])
    >>> F.max_pool3d_with_indices(torch.ones(1, 3, 8, 8, 8), 2)[1].shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_unpool1d(input: Tensor, indices: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, output_size: _int | Sequence[_int] | None = None) -> Tensor:
    """Puts values back where a maximum pooling found them; zero elsewhere.
    
    >>> y, at = F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(y, at, 2)
    tensor([[0., 4., 0., 3.]])
    >>> y, at = F.max_pool2d(torch.ones(1, 3, 8, 8), 2, return_indices=True)
    >>> F.max_unpool2d(y, at, 2).sum()
    tensor(48.)
    >>> y, at = F.max_pool3d(torch.ones(1, 3, 4, 4, 4), 2, return_indices=True)
    >>> F.max_unpool3d(y, at, 2).sum()
    tensor(24.)"""
def max_unpool2d(input: Tensor, indices: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, output_size: _int | Sequence[_int] | None = None) -> Tensor:
    """Puts values back where a maximum pooling found them; zero elsewhere.
    
    >>> y, at = F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(y, at, 2)
    tensor([[0., 4., 0., 3.]])
    >>> y, at = F.max_pool2d(torch.ones(1, 3, 8, 8), 2, return_indices=True)
    >>> F.max_unpool2d(y, at, 2).sum()
    tensor(48.)
    >>> y, at = F.max_pool3d(torch.ones(1, 3, 4, 4, 4), 2, return_indices=True)
    >>> F.max_unpool3d(y, at, 2).sum()
    tensor(24.)"""
def max_unpool3d(input: Tensor, indices: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, output_size: _int | Sequence[_int] | None = None) -> Tensor:
    """Puts values back where a maximum pooling found them; zero elsewhere.
    
    >>> y, at = F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(y, at, 2)
    tensor([[0., 4., 0., 3.]])
    >>> y, at = F.max_pool2d(torch.ones(1, 3, 8, 8), 2, return_indices=True)
    >>> F.max_unpool2d(y, at, 2).sum()
    tensor(48.)
    >>> y, at = F.max_pool3d(torch.ones(1, 3, 4, 4, 4), 2, return_indices=True)
    >>> F.max_unpool3d(y, at, 2).sum()
    tensor(24.)"""
def mish(input: Tensor, inplace: _bool = False) -> Tensor:
    """`x tanh(softplus(x))`.
    
    >>> F.mish(torch.tensor([-1.0, 1.0]))
    tensor([-0.3034,  0.8651])"""
def mse_loss(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean", weight: Tensor | None = None) -> Tensor:
    """The squared error of each pair of elements, averaged, summed or as it is.
    
    Args: reduction: "mean", "sum" or "none". weight: a factor for every term.
    **Shape**: input and target broadcast; the result is 0-d unless `reduction="none"`.
    **Errors**: ValueError for another reduction.
    
    >>> F.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    tensor(2.5000)"""
def multi_margin_loss(input: Tensor, target: Tensor, p: _int = 1, margin: _float = 1.0, weight: Tensor | None = None, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`sum max(0, margin - x[y] + x[i])^p / C` over the classes that are not the target.
    
    Args: input: (N, C) or (C); target: int64 (N) or 0-d; p: 1 or 2; weight: one factor per class.
    
    >>> F.multi_margin_loss(torch.tensor([[0.1, 0.7, 0.2]]), torch.tensor([1]))
    tensor(0.3000)"""
def multilabel_margin_loss(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`sum max(0, 1 - x[y] + x[i]) / C` over targets y and classes i that are none.
    
    Args: input: (N, C) or (C); target: int64 of the same shape, classes up to the first -1.
    
    >>> F.multilabel_margin_loss(torch.tensor([[0.1, 0.2, 0.4]]), torch.tensor([[2, -1, 0]]))
    tensor(0.5000)"""
def multilabel_soft_margin_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """Binary cross entropy of logits, averaged over the classes of the last axis.
    
    >>> F.multilabel_soft_margin_loss(torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]]))
    tensor(0.2201)"""
def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: _bool | None = None, ignore_index: _int = -100, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """The negative log-likelihood of class targets under log-probabilities (N, C, ...) or (C).
    
    Args: target: int64 (N, ...) or 0-d; weight: one factor per class; ignore_index: a target that does not count;
    reduction: none, mean (weighted) or sum.
    Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    
    >>> F.nll_loss(torch.tensor([[-0.1, -2.0], [-1.0, -0.5]]), torch.tensor([0, 1]))
    tensor(0.3000)"""
def normalize(input: Tensor, p: _float = 2.0, dim: _int | Sequence[_int] = 1, eps: _float = 1e-12) -> Tensor:
    """`x / max(|x|_p, eps)` over axes.
    
    >>> F.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])"""
def one_hot(tensor: Tensor, num_classes: _int = -1) -> Tensor:
    """Vectors with a one at the index: (*, num_classes) int64; -1 classes means as many as needed.
    
    Errors: RuntimeError for negative indices or ones beyond the classes.
    
    >>> F.one_hot(torch.tensor([2, 0]), num_classes=3)
    tensor([[0, 0, 1],
            [1, 0, 0]])"""
def pad(input: Tensor, pad: _int | Sequence[_int], mode: _str = "constant", value: _float | None = None) -> Tensor:
    """Puts elements around the last axes: a constant, or the input reflected, replicated or continued in a circle.
    
    Args: pad: numbers (before, after) for the last axis, then the one in front of it, and so on; negative ones cut.
    Errors: NotImplementedError for combinations of mode and axes that PyTorch does not have.
    
    >>> F.pad(torch.tensor([[1, 2]]), (1, 1, 0, 1))
    tensor([[0, 1, 2, 0],
            [0, 0, 0, 0]])
    >>> F.pad(torch.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])"""
def pairwise_distance(x1: Tensor, x2: Tensor, p: _float = 2.0, eps: _float = 1e-6, keepdim: _bool = False) -> Tensor:
    """The p-norm of `x1 - x2 + eps` along the last axis.
    
    >>> torch.pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])"""
def pdist(input: Tensor, p: _float = 2.0) -> Tensor:
    """The p-distances of every row to the later ones, as one axis.
    
    >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]))
    tensor([ 5., 10.,  5.])"""
def pixel_shuffle(input: Tensor, upscale_factor: _int) -> Tensor:
    """Moves channels into pixels: (*, C r r, H, W) to (*, C, H r, W r).
    
    Errors: RuntimeError if r r does not divide the channels.
    
    >>> torch.pixel_shuffle(torch.ones(1, 12, 4, 4), 2).shape
    torch.Size([1, 3, 8, 8])"""
def pixel_unshuffle(input: Tensor, downscale_factor: _int) -> Tensor:
    """Moves pixels into channels: (*, C, H r, W r) to (*, C r r, H, W).
    
    Errors: RuntimeError if r does not divide height and width.
    
    >>> torch.pixel_unshuffle(torch.ones(1, 3, 8, 8), 2).shape
    torch.Size([1, 12, 4, 4])"""
def poisson_nll_loss(input: Tensor, target: Tensor, log_input: _bool = True, full: _bool = False, size_average: _bool | None = None, eps: _float = 1e-8, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """The negative log-likelihood of counts under a Poisson distribution.
    
    Args: log_input: the input is the logarithm of the rate. full: with Stirling's term. eps: keeps ln(0) away.
    
    >>> F.poisson_nll_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
    tensor(0.8591)"""
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
    
    >>> torch.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.5]))
    tensor([-1.,  3.])"""
def relu(input: Tensor, inplace: _bool = False) -> Tensor:
    """The larger of zero and each element.
    
    >>> F.relu(torch.tensor([-2.0, 3.0]))
    tensor([0., 3.])"""
def relu6(input: Tensor, inplace: _bool = False) -> Tensor:
    """Clamped to [0, 6].
    
    >>> F.relu6(torch.tensor([-2.0, 3.0, 8.0]))
    tensor([0., 3., 6.])"""
def relu_(input: Tensor) -> Tensor:
    """`relu` in place.
    
    >>> F.relu_(torch.tensor([-2.0, 3.0]))
    tensor([0., 3.])"""
def rms_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, eps: _float | None = None) -> Tensor:
    """Divides by the root mean square over the last axes, then scales.
    
    >>> torch.rms_norm(torch.tensor([[3.0, 4.0]]), (2,))
    tensor([[0.8485, 1.1314]])"""
def rrelu(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False, inplace: _bool = False) -> Tensor:
    """`leaky_relu` with the mean of the bounds as slope (in training: random slopes between them).
    
    >>> F.rrelu(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    tensor([-1.,  3.])"""
def rrelu_(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False) -> Tensor:
    """`rrelu` in place.
    
    >>> torch.rrelu_(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    tensor([-1.,  3.])"""
def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: _float = 0.0, is_causal: _bool = False, *, scale: _float | None = None, enable_gqa: _bool = False) -> Tensor:
    """`softmax(query @ key.T * scale + mask) @ value`.
    
    Args: query: (..., heads, L, E); key: (..., heads, S, E); value: (..., heads, S, V); attn_mask: bool (true keys are
    seen) or added to the scores; dropout_p: dropped from the weights; is_causal: query i sees keys up to i;
    scale: default `1 / sqrt(E)`; enable_gqa: repeats the heads of key and value.
    
    >>> q, k, v = torch.ones(2, 8, 5, 16), torch.ones(2, 8, 7, 16), torch.ones(2, 8, 7, 32)
    >>> F.scaled_dot_product_attention(q, k, v).shape
    torch.Size([2, 8, 5, 32])"""
def selu(input: Tensor, inplace: _bool = False) -> Tensor:
    """The self-normalising `elu`.
    
    >>> F.selu(torch.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])"""
def selu_(input: Tensor) -> Tensor:
    """`selu` in place.
    
    >>> torch.selu_(torch.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])"""
def sigmoid(input: Tensor) -> Tensor:
    """The logistic function `1 / (1 + e^-x)`.
    
    >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])"""
def silu(input: Tensor, inplace: _bool = False) -> Tensor:
    """`x sigmoid(x)`, also known as swish.
    
    >>> F.silu(torch.tensor([-1.0, 1.0]))
    tensor([-0.2689,  0.7311])"""
def smooth_l1_loss(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean", beta: _float = 1.0) -> Tensor:
    """Squared error below `beta`, absolute error above.
    
    **Errors**: RuntimeError for a negative `beta`.
    
    >>> F.smooth_l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 4.0]))
    tensor(0.8125)"""
def soft_margin_loss(input: Tensor, target: Tensor, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`ln(1 + e^(-target * input))`.
    
    >>> F.soft_margin_loss(torch.tensor([2.0, -1.0]), torch.tensor([1.0, -1.0]))
    tensor(0.2201)"""
def softmax(input: Tensor, dim: _int | None = None, _stacklevel: _int = 3, dtype: _dtype | None = None) -> Tensor:
    """`e^x / sum(e^x)` along an axis; without `dim` along axis 0 of 0-, 1- and 3-d tensors, else along axis 1.
    
    >>> F.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([0.0900, 0.2447, 0.6652])"""
def softmin(input: Tensor, dim: _int | None = None, _stacklevel: _int = 3, dtype: _dtype | None = None) -> Tensor:
    """`softmax(-x)`.
    
    >>> F.softmin(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([0.6652, 0.2447, 0.0900])"""
def softplus(input: Tensor, beta: _float = 1.0, threshold: _float = 20.0) -> Tensor:
    """`ln(1 + e^(beta x)) / beta`, the identity where `beta x > threshold`.
    
    >>> F.softplus(torch.tensor([-1.0, 1.0]))
    tensor([0.3133, 1.3133])"""
def softshrink(input: Tensor, lambd: _float = 0.5) -> Tensor:
    """Brought towards zero by `lambd`.
    
    **Errors**: RuntimeError for a negative `lambd`.
    
    >>> F.softshrink(torch.tensor([-2.0, 0.3, 3.0]))
    tensor([-1.5000,  0.0000,  2.5000])"""
def softsign(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`.
    
    >>> F.softsign(torch.tensor([-1.0, 1.0]))
    tensor([-0.5000,  0.5000])"""
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent.
    
    >>> torch.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])"""
def tanhshrink(input: Tensor) -> Tensor:
    """`x - tanh(x)`.
    
    >>> F.tanhshrink(torch.tensor([-1.0, 1.0]))
    tensor([-0.2384,  0.2384])"""
def threshold(input: Tensor, threshold: _float, value: _float, inplace: _bool = False) -> Tensor:
    """`x` above the threshold, `value` at it and below.
    
    >>> F.threshold(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    tensor([9., 3.])"""
def threshold_(input: Tensor, threshold: _float, value: _float) -> Tensor:
    """`threshold` in place.
    
    >>> torch.threshold_(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    tensor([9., 3.])"""
def triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: _float = 1.0, p: _float = 2.0, eps: _float = 1e-6, swap: _bool = False, size_average: _bool | None = None, reduce: _bool | None = None, reduction: _str = "mean") -> Tensor:
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)` with distances of norm `p`.
    
    Args: swap: take the nearer of anchor and positive to the negative.
    
    >>> F.triplet_margin_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 5.0]]))
    tensor(1.0000)"""
def unfold(input: Tensor, kernel_size: _int | Sequence[_int], dilation: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, stride: _int | Sequence[_int] = 1) -> Tensor:
    """Sliding blocks of (N, C, H, W) or (C, H, W) as columns: (N, C * kernel, blocks).
    
    Errors: RuntimeError if no block fits.
    
    >>> F.unfold(torch.arange(4.0).view(1, 1, 2, 2), (1, 2))
    tensor([[[0., 2.],
             [1., 3.]]])"""
