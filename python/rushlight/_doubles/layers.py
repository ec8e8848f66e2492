"""Layers of ``nn`` under the engine's names in PyTorch: bags, grids, pools, norms with their statistics."""

from __future__ import annotations

from typing import Any

from .. import _C
from ..nn import functional as F

Tensor = _C.Tensor

_MODES = ("sum", "mean", "max")
_SAMPLED = ("bilinear", "nearest", "bicubic")
_EDGES = ("zeros", "border", "reflection")


def embedding_bag(
    weight: Any,
    indices: Any,
    offsets: Any,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: Any = None,
) -> tuple[Any, Any, Any, Any]:
    """As in ``nn.functional``, with a number for `mode`: 0 is the sum, 1 the mean, 2 the maximum.

    Args:
        weight (Tensor): the table, a row for every index.
        indices (Tensor): of the rows, of all bags one after another.
        offsets (Tensor): where each bag begins.

    Returns:
        tuple: the bags; which bag an index is in; how many are in a bag; for the maximum, where it was found

    Errors: ValueError for another `mode`.

    >>> table = rl.arange(6.0).view(3, 2)
    >>> bags, bag, sizes, _ = rl.embedding_bag(table, rl.tensor([0, 1, 2]), rl.tensor([0, 1]), mode=1)
    >>> bags
    tensor([[0., 1.],
            [3., 4.]])
    >>> bag, sizes
    (tensor([0, 1, 1]), tensor([1, 2]))
    """
    if mode not in (0, 1, 2):
        raise ValueError(f"mode must be 0, 1 or 2, but got {mode}")
    out = F.embedding_bag(
        indices,
        weight,
        offsets,
        scale_grad_by_freq=scale_grad_by_freq,
        mode=_MODES[mode],
        sparse=sparse,
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )
    bags = out.size(0)
    if mode == 0:
        none = indices.new_zeros(bags)
        return out, indices.new_empty(0), none, none.clone()
    at = _C.arange(indices.numel(), dtype=offsets.dtype, device=offsets.device)
    bag = _C.searchsorted(offsets[:bags].contiguous(), at, right=True) - 1
    held = _C.ones_like(indices) if padding_idx is None else (indices != padding_idx).to(indices.dtype)
    sizes = indices.new_zeros(bags).scatter_add(0, bag, held)
    if mode == 1:
        return out, bag.to(indices.dtype), sizes, sizes.clone()
    rows = weight.detach()[indices]
    there = (rows == out.detach()[bag]) & held.bool().unsqueeze(1)
    first = _C.where(there, at.unsqueeze(1), indices.numel())
    places = first.new_full((bags, weight.size(1)), indices.numel())
    places = places.scatter_reduce(0, bag.unsqueeze(1).expand_as(first), first, "amin")
    padded = _C.cat([indices, indices.new_zeros(1)])
    return out, bag.to(indices.dtype), sizes, padded[places]


def embedding_renorm_(self: Any, indices: Any, max_norm: float, norm_type: float) -> Tensor:
    """Scales the rows that `indices` names down to a norm of `max_norm`, in place.

    >>> rl.embedding_renorm_(rl.tensor([[3.0, 4.0], [6.0, 8.0]]), rl.tensor([0]), 1.0, 2.0)
    tensor([[0.6000, 0.8000],
            [6.0000, 8.0000]])
    """
    F.embedding(indices, self, None, max_norm, norm_type)
    return self


def affine_grid_generator(theta: Any, size: Any, align_corners: bool) -> Tensor:
    """As ``nn.functional.affine_grid``.

    >>> rl.affine_grid_generator(rl.eye(2, 3)[None], [1, 1, 2, 2], True)
    tensor([[[[-1., -1.],
              [ 1., -1.]],
    <BLANKLINE>
             [[-1.,  1.],
              [ 1.,  1.]]]])
    """
    return F.affine_grid(theta, size, align_corners)


def grid_sampler(
    input: Any, grid: Any, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """As ``nn.functional.grid_sample``, with numbers for the modes.

    Args:
        interpolation_mode (int): 0 is bilinear, 1 nearest, 2 bicubic.
        padding_mode (int): what lies outside; 0 is zeros, 1 the border, 2 the reflection.

    >>> image = rl.arange(4.0).view(1, 1, 2, 2)
    >>> rl.grid_sampler(image, rl.tensor([[[[-1.0, -1.0], [0.0, 0.0]]]]), 0, 0, True)
    tensor([[[[0.0000, 1.5000]]]])
    """
    return F.grid_sample(input, grid, _SAMPLED[interpolation_mode], _EDGES[padding_mode], align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


def max_pool1d_with_indices(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> tuple[Any, Any]:
    """As ``nn.functional.max_pool1d`` with ``return_indices=True``.

    >>> rl.max_pool1d_with_indices(rl.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    (tensor([[3., 2.]]), tensor([[1, 2]]))
    """
    stride = kernel_size if stride is None or stride == () else stride
    return F.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True)


def native_layer_norm(
    input: Any, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.layer_norm``, with the means and the inverses of the deviations.

    >>> out, mean, rstd = rl.native_layer_norm(rl.tensor([[1.0, 3.0], [2.0, 6.0]]), [2], None, None, 0.0)
    >>> out
    tensor([[-1.,  1.],
            [-1.,  1.]])
    >>> mean.flatten(), rstd.flatten()
    (tensor([2., 4.]), tensor([1.0000, 0.5000]))
    """
    axes = tuple(range(-len(normalized_shape), 0))
    var, mean = _C.var_mean(input.detach(), axes, correction=0, keepdim=True)
    return F.layer_norm(input, normalized_shape, weight, bias, eps), mean, (var + eps).rsqrt()


def native_group_norm(
    input: Any, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.group_norm``, with the means and the inverses of the deviations.

    Args:
        N, C, HxW (int): the input's batch, its channels, and all its other axes in one.
        group (int): how many groups the channels are in.

    >>> out, mean, rstd = rl.native_group_norm(rl.tensor([[[1.0], [3.0]]]), None, None, 1, 2, 1, 1, 0.0)
    >>> out.flatten(), mean, rstd
    (tensor([-1.,  1.]), tensor([[2.]]), tensor([[1.]]))
    """
    var, mean = _C.var_mean(input.reshape(N, group, C // group * HxW), 2, correction=0)
    return F.group_norm(input, group, weight, bias, eps), mean, (var + eps).rsqrt()


def native_batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.batch_norm``, with the means and the inverses of the deviations; empty outside of training.

    >>> x = rl.tensor([[1.0, 2.0], [3.0, 6.0]])
    >>> out, mean, rstd = rl.native_batch_norm(x, None, None, None, None, True, 0.1, 0.0)
    >>> out
    tensor([[-1., -1.],
            [ 1.,  1.]])
    >>> mean, rstd
    (tensor([2., 4.]), tensor([1.0000, 0.5000]))
    """
    if training:
        axes = (0, *range(2, input.dim()))
        var, mean = _C.var_mean(input.detach(), axes, correction=0)
        kept = mean, (var + eps).rsqrt()
    else:
        kept = input.new_empty(0), input.new_empty(0)
    return F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps), *kept


def native_dropout(input: Any, p: float, train: Any) -> tuple[Any, Any]:
    """As ``nn.functional.dropout``, with the mask of what was kept.

    >>> out, kept = rl.native_dropout(rl.ones(8), 0.5, True)
    >>> rl.equal(out, 2.0 * kept)
    True
    >>> rl.native_dropout(rl.ones(2), 0.5, False)
    (tensor([1., 1.]), tensor([True, True]))
    """
    if not train or p == 0:
        return input, _C.ones_like(input, dtype=_C.bool)
    if not (input.is_floating_point() or input.is_complex()):
        name = input.type().rpartition(".")[2].removesuffix("Tensor")
        raise RuntimeError(f"result type Float can't be cast to the desired output type {name}")
    real = input.dtype.to_real() if input.is_complex() else input.dtype
    room = _C.empty_like(input.detach(), dtype=real)
    # within a map the mask may have samples where the input has none
    kept = (_C.bernoulli(room, 1 - p) if _C._transform.depth() else room.bernoulli_(1 - p)).bool()
    return input * kept * (0.0 if p == 1 else 1 / (1 - p)), kept
