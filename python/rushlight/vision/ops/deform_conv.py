"""Convolutions whose kernels reach where the input says (Dai et al., 2017; Zhu et al., 2019)."""

from __future__ import annotations

import math
from typing import Any

from ... import arange, empty, int64, nn
from ..._C import Tensor
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

    What the taps read between pixels is gathered for all places at once, then multiplied with the weights as one matrix product.

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
    (sh, sw), (top, left), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    n, c, h, w = input.shape
    out_channels, per_group, kh, kw = weight.shape
    taps = kh * kw
    groups = offset.shape[1] // (2 * taps)
    if groups == 0:
        raise RuntimeError(
            "the shape of the offset tensor at dimension 1 is not valid. It should be a multiple of 2 * weight.size[2] * "
            f"weight.size[3].\nGot offset.shape[1]={offset.shape[1]}, while 2 * weight.size[2] * weight.size[3]={2 * taps}"
        )
    oh = (h + 2 * top - (dh * (kh - 1) + 1)) // sh + 1
    ow = (w + 2 * left - (dw * (kw - 1) + 1)) // sw + 1
    if c % groups or c % per_group or offset.shape[1] != 2 * taps * groups:
        raise RuntimeError(f"channels {c} do not fit {groups} groups of offsets and weights of {per_group} channels")
    if oh <= 0 or ow <= 0:
        raise RuntimeError(f"Calculated output size too small - out_h: {oh} out_w: {ow}")
    if tuple(offset.shape) != (n, 2 * taps * groups, oh, ow):
        raise RuntimeError(f"offset of shape {tuple(offset.shape)} where ({n}, {2 * taps * groups}, {oh}, {ow}) was expected")
    if mask is not None and tuple(mask.shape) != (n, taps * groups, oh, ow):
        raise RuntimeError(f"mask of shape {tuple(mask.shape)} where ({n}, {taps * groups}, {oh}, {ow}) was expected")

    moves = offset.reshape(n, groups, taps, 2, oh, ow)
    down, across, by_row, by_column = (arange(size, device=input.device) for size in (oh, ow, kh, kw))
    row = (down * sh - top)[None, :, None] + (by_row * dh).repeat_interleave(kw)[:, None, None]
    column = (across * sw - left)[None, None, :] + (by_column * dw).repeat(kh)[:, None, None]
    y, x = moves[:, :, :, 0] + row.to(input.dtype), moves[:, :, :, 1] + column.to(input.dtype)  # (N, G, taps, OH, OW)
    y0, x0 = y.detach().floor(), x.detach().floor()
    ly, lx = y - y0, x - x0
    inside = (y > -1) & (y < h) & (x > -1) & (x < w)
    maps = input.reshape(n, groups, c // groups, h * w)
    total: Any = 0
    for dy, wy in ((0, 1 - ly), (1, ly)):
        for dx, wx in ((0, 1 - lx), (1, lx)):
            yy, xx = y0 + dy, x0 + dx
            there = inside & (yy >= 0) & (yy < h) & (xx >= 0) & (xx < w)
            at = yy.clamp(0, h - 1).to(int64) * w + xx.clamp(0, w - 1).to(int64)
            at = at.reshape(n, groups, 1, -1).expand(n, groups, c // groups, -1)
            total = total + maps.gather(3, at) * (wy * wx * there.to(input.dtype)).reshape(n, groups, 1, -1)
    if mask is not None:
        total = total * mask.reshape(n, groups, 1, -1)
    parts = c // per_group
    columns = total.reshape(n, parts, per_group * taps, oh * ow)
    kernel = weight.reshape(1, parts, out_channels // parts, per_group * taps)
    out = (kernel @ columns).reshape(n, out_channels, oh, ow)
    return out if bias is None else out + bias.view(1, -1, 1, 1)


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
