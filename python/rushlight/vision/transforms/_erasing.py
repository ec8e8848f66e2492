"""A rectangle of a picture erased (Zhong et al., 2020)."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Sequence
from typing import Any

from ... import empty, log, nn, rand, tensor as tensor_of
from ..._C import Tensor
from . import functional as F
from ._arguments import _integer


class RandomErasing(nn.Module):
    """With probability ``p`` a part of a tensor written over (Zhong et al., 2020: Random erasing data augmentation).

    Args:
        p (float): the probability.
        scale (tuple of float): bounds of the part's share of the area.
        ratio (tuple of float): bounds of height over width.
        value (number, tuple or ``"random"``): what is written: a number, one for each channel, or noise.
        inplace (bool): whether to write over the tensor itself.
    """

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False):
        super().__init__()
        check_erasing(scale, ratio, value)
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(img: Tensor, scale, ratio, value: list[float] | None = None):
        """Draws the place, its size, and what is written there."""
        channels, height, width = img.shape[-3], img.shape[-2], img.shape[-1]
        drawn = erasing_place(channels, height, width, scale, ratio, value)
        return (0, 0, height, width, img) if drawn is None else drawn

    def forward(self, img):
        if rand(1) < self.p:
            if isinstance(self.value, (int, float)):
                value: Any = [float(self.value)]
            elif isinstance(self.value, str):
                value = None
            elif isinstance(self.value, (list, tuple)):
                value = [float(x) for x in self.value]
            else:
                value = self.value
            if value is not None and len(value) not in (1, img.shape[-3]):
                raise ValueError(f"If value is a sequence, it should have either a single value or {img.shape[-3]} (number of input channels)")
            x, y, h, w, v = self.get_params(img, scale=self.scale, ratio=self.ratio, value=value)
            return F.erase(img, x, y, h, w, v, self.inplace)
        return img

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, inplace={self.inplace})"
        )


def check_erasing(scale, ratio, value) -> None:
    """What ``RandomErasing`` refuses."""
    if not isinstance(value, (numbers.Number, str, tuple, list)):
        raise TypeError("Argument value should be either a number or str or a sequence")
    if isinstance(value, str) and value != "random":
        raise ValueError("If value is str, it should be 'random'")
    if not isinstance(scale, Sequence):
        raise TypeError("Scale should be a sequence")
    if not isinstance(ratio, Sequence):
        raise TypeError("Ratio should be a sequence")
    if scale[0] > scale[1] or ratio[0] > ratio[1]:
        warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=3)
    if scale[0] < 0 or scale[1] > 1:
        raise ValueError("Scale should be between 0 and 1")


def erasing_place(channels: int, height: int, width: int, scale, ratio, value):
    """Draws (top, left, height, width, what is written), or None if ten tries do not fit."""
    area = height * width
    log_ratio = log(tensor_of(ratio))
    for _ in range(10):
        erased = area * empty(1).uniform_(scale[0], scale[1]).item()
        aspect = empty(1).uniform_(float(log_ratio[0]), float(log_ratio[1])).exp().item()
        h = round(math.sqrt(erased * aspect))
        w = round(math.sqrt(erased / aspect))
        if not (h < height and w < width):
            continue
        v = empty([channels, h, w]).normal_() if value is None else tensor_of(value)[:, None, None]
        i = _integer(0, height - h + 1)
        return i, _integer(0, width - w + 1), h, w, v
    return None
