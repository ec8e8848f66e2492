"""Blocks of a feature map that are left out by chance (Ghiasi et al., 2018: DropBlock)."""

from __future__ import annotations

import math

from ... import empty, nn
from ..._C import Tensor
from ...nn import functional as F


def _drop(input: Tensor, p: float, block_size: int, inplace: bool, eps: float, training: bool, n: int) -> Tensor:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}.")
    if input.ndim != n + 2:
        raise ValueError(f"input should be {n + 2} dimensional. Got {input.ndim} dimensions.")
    if not training or p == 0.0:
        return input
    if block_size % 2 == 0:
        raise ValueError(f"block size should be odd. Got {block_size} which is even.")
    sizes = input.shape[2:]
    block = min(block_size, *sizes)
    centres = [size - block + 1 for size in sizes]
    gamma = (p * math.prod(sizes)) / ((block**n) * math.prod(centres))
    noise = empty((*input.shape[:2], *centres), dtype=input.dtype, device=input.device).bernoulli_(gamma)
    noise = F.pad(noise, [block // 2] * (2 * n), value=0)
    pool = F.max_pool2d if n == 2 else F.max_pool3d
    noise = 1 - pool(noise, stride=(1,) * n, kernel_size=(block,) * n, padding=block // 2)
    scale = noise.numel() / (eps + noise.sum())
    return input.mul_(noise).mul_(scale) if inplace else input * noise * scale


def drop_block2d(input: Tensor, p: float, block_size: int, inplace: bool = False, eps: float = 1e-06, training: bool = True) -> Tensor:
    """Blocks of (N, C, H, W) set to zero, about a share ``p`` of it, the rest scaled up.

    Args:
        input (Tensor): of shape (N, C, H, W).
        p (float): the share.
        block_size (int): a block's side.
        inplace (bool): whether to write over the input.
        eps (float): added to the count of what stays.
        training (bool): without it the input itself is returned.
    """
    return _drop(input, p, block_size, inplace, eps, training, 2)


def drop_block3d(input: Tensor, p: float, block_size: int, inplace: bool = False, eps: float = 1e-06, training: bool = True) -> Tensor:
    """As ``drop_block2d``, of (N, C, D, H, W)."""
    return _drop(input, p, block_size, inplace, eps, training, 3)


class DropBlock2d(nn.Module):
    """``drop_block2d`` as a layer."""

    _function = staticmethod(drop_block2d)

    def __init__(self, p: float, block_size: int, inplace: bool = False, eps: float = 1e-06) -> None:
        super().__init__()
        self.p = p
        self.block_size = block_size
        self.inplace = inplace
        self.eps = eps

    def forward(self, input: Tensor) -> Tensor:
        return self._function(input, self.p, self.block_size, self.inplace, self.eps, self.training)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p}, block_size={self.block_size}, inplace={self.inplace})"


class DropBlock3d(DropBlock2d):
    """``drop_block3d`` as a layer."""

    _function = staticmethod(drop_block3d)
