"""Batch normalisation, once it is done with learning, as part of the layer before it."""

from __future__ import annotations

from copy import deepcopy

from ... import _C
from ..parameter import Parameter

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """One convolution that does what `conv` and then `bn` do in evaluation.

    Args:
        conv (Module): a convolution, in evaluation.
        bn (Module): the normalisation of its output, in evaluation.
        transpose (bool): the convolution is a transposed one. Default: ``False``

    Errors: AssertionError if one of them is in training, or ``bn`` has no running statistics.

    >>> conv, bn = nn.Conv2d(3, 8, 3).eval(), nn.BatchNorm2d(8).eval()
    >>> x = rl.randn(1, 3, 5, 5)
    >>> fused = nn.utils.fuse_conv_bn_eval(conv, bn)
    >>> rl.allclose(fused(x), bn(conv(x)), atol=1e-5)
    True
    """
    if conv.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = deepcopy(conv)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("Expected bn.running_mean and bn.running_var to not be None")
    statistics = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, *statistics, transpose)
    return fused


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the convolution that :func:`fuse_conv_bn_eval` makes.

    Args:
        conv_w, conv_b (Tensor): of the convolution; the bias may be ``None``.
        bn_rm, bn_rv (Tensor): running mean and variance.
        bn_eps (float): of the normalisation.
        bn_w, bn_b (Tensor): of the normalisation; ``None`` for one and zero.
        transpose (bool): the convolution is a transposed one. Default: ``False``

    >>> conv, bn = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
    >>> norm = bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    >>> w, b = nn.utils.fuse_conv_bn_weights(conv.weight, conv.bias, *norm)
    >>> w.shape, b.shape
    (torch.Size([8, 3, 3, 3]), torch.Size([8]))
    """
    axis = 1 if transpose else 0
    shape = [1] * conv_w.dim()
    shape[axis] = -1
    weight, bias = _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, shape)
    learns = conv_w.requires_grad
    return Parameter(weight, learns), Parameter(bias, conv_b.requires_grad if conv_b is not None else learns)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """One linear layer that does what `linear` and then `bn` do in evaluation.

    Errors: AssertionError if one of them is in training, or their sizes differ.

    >>> linear, bn = nn.Linear(3, 8).eval(), nn.BatchNorm1d(8).eval()
    >>> x = rl.randn(2, 3)
    >>> rl.allclose(nn.utils.fuse_linear_bn_eval(linear, bn)(x), bn(linear(x)), atol=1e-5)
    True
    """
    if linear.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = deepcopy(linear)
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("Expected bn.running_mean and bn.running_var to not be None")
    statistics = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = fuse_linear_bn_weights(fused.weight, fused.bias, *statistics)
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor,
    bn_b: Tensor,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the layer that :func:`fuse_linear_bn_eval` makes; arguments as in :func:`fuse_conv_bn_weights`.

    >>> linear, bn = nn.Linear(3, 8), nn.BatchNorm1d(8)
    >>> norm = bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    >>> w, b = nn.utils.fuse_linear_bn_weights(linear.weight, linear.bias, *norm)
    >>> w.shape, b.shape
    (torch.Size([8, 3]), torch.Size([8]))
    """
    weight, bias = _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, (-1, 1))
    learns = linear_w.requires_grad
    return Parameter(weight, learns), Parameter(
        bias, linear_b.requires_grad if linear_b is not None else learns
    )


def _fused(w, b, mean, var, eps, scale, shift, shape):
    b = _C.zeros_like(mean) if b is None else b
    scale = _C.ones_like(mean) if scale is None else scale
    shift = _C.zeros_like(mean) if shift is None else shift
    factor = scale * _C.rsqrt(var + eps)
    return (w * factor.reshape(shape)).to(w.dtype), ((b - mean) * factor + shift).to(b.dtype)
