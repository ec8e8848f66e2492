"""Convolutions whose kernels reach where the input says (Dai et al., 2017; Zhu et al., 2019)."""

from __future__ import annotations

import math

from ... import _C, empty, nn
from ..._C import Tensor
from . import _composed
from ._regions import pair


def deform_conv2d(
    input: Tensor,
    offset: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = (1, 1),
    padding: int | tuple[int, int] = (0, 0),
    dilation: int | tuple[int, int] = (1, 1),
    mask: Tensor | None = None,
) -> Tensor:
    """A convolution each of whose taps is moved by ``offset``, and scaled by ``mask``.

    Args:
        input (Tensor): of shape (N, C, H, W).
        offset (Tensor): (N, 2 groups kh kw, OH, OW): for each tap how far down, then how far to the right.
        weight (Tensor): (O, C / weight groups, kh, kw).
        bias (Tensor, optional): (O,).
        stride, padding, dilation (int or tuple): of the convolution.
        mask (Tensor, optional): (N, groups kh kw, OH, OW).

    Raises:
        RuntimeError: for shapes that do not fit.
    """
    step, border, spread = (list(pair(x)) for x in (stride, padding, dilation))
    if input.is_cuda:
        return _composed.deform(input, offset, weight, bias, step, border, spread, mask)
    return _C._vision.deform_conv2d(input, weight, offset, mask, bias, step, border, spread)


class DeformConv2d(nn.Module):
    """``deform_conv2d`` as a layer with weights of its own.

    >>> from rushlight.vision.ops import DeformConv2d
    >>> DeformConv2d(3, 8, 3)
    DeformConv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
    ):
        super().__init__()
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        self.dilation = pair(dilation)
        self.groups = groups
        self.weight = nn.Parameter(empty(out_channels, in_channels // groups, *self.kernel_size))
        if bias:
            self.bias = nn.Parameter(empty(out_channels))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the weights as a convolution's."""
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.weight.shape[1] * self.weight.shape[2] * self.weight.shape[3]
            bound = 1 / math.sqrt(fan_in)
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor, offset: Tensor, mask: Tensor | None = None) -> Tensor:
        return deform_conv2d(input, offset, self.weight, self.bias, self.stride, self.padding, self.dilation, mask)

    def __repr__(self) -> str:
        said = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        for name, plain in (("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1)):
            if getattr(self, name) != plain:
                said += f", {name}={getattr(self, name)}"
        return f"{type(self).__name__}({said}{', bias=False' if self.bias is None else ''})"
