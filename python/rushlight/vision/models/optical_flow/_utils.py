"""Flows as fields of coordinates: where they begin, how they are read, and how they become as large as the picture."""

from __future__ import annotations

from typing import Any

from .... import arange, meshgrid, softmax, stack
from ...._C import Tensor
from ....nn import functional as F


def grid_sample(img: Tensor, absolute_grid: Tensor, mode: str = "bilinear", align_corners: bool | None = None) -> Tensor:
    """``functional.grid_sample`` at places (N, H, W, 2) given in pixels, x first."""
    h, w = img.shape[-2:]
    x, y = absolute_grid.unbind(-1)
    x = 2 * x / (w - 1) - 1
    if h > 1:  # a single row lies in the middle already
        y = 2 * y / (h - 1) - 1
    return F.grid_sample(img, stack((x, y), dim=-1), mode=mode, align_corners=align_corners)


def make_coords_grid(batch_size: int, h: int, w: int, device: Any = "cpu") -> Tensor:
    """Of each pixel x and y: (N, 2, H, W)."""
    y, x = meshgrid(arange(h, device=device), arange(w, device=device), indexing="ij")
    return stack((x, y)).float()[None].repeat(batch_size, 1, 1, 1)


def upsample_flow(flow: Tensor, up_mask: Tensor | None = None, factor: int = 8) -> Tensor:
    """A flow ``factor`` times as large and as long: of nine neighbours weighted by ``up_mask``, or without one bilinearly."""
    n, two, h, w = flow.shape
    large = (factor * h, factor * w)
    if up_mask is None:
        return factor * F.interpolate(flow, size=large, mode="bilinear", align_corners=True)
    weights = softmax(up_mask.view(n, 1, 9, factor, factor, h, w), dim=2)
    near = F.unfold(factor * flow, kernel_size=3, padding=1).view(n, two, 9, 1, 1, h, w)
    return (weights * near).sum(dim=2).permute(0, 1, 4, 2, 5, 3).reshape(n, two, *large)
