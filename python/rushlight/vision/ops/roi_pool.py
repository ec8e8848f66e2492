"""The largest value in each cell of a region (Girshick, 2015: Fast R-CNN)."""

from __future__ import annotations

from ... import arange, ceil, floor, inf, int64
from ..._C import Tensor
from ._regions import RoIModule, bins, checked, gather, in_parts, pair


def edges(start: Tensor, size: Tensor, cells: int, limit: int, offset_first: bool = False):
    """Whole places where the cells of each region begin and end, (K, cells)."""
    step = (size / cells)[:, None]
    at = arange(cells, dtype=step.dtype, device=step.device)[None, :]
    move = start[:, None]
    if offset_first:
        low, high = floor(at * step + move), ceil((at + 1) * step + move)
    else:
        low, high = floor(at * step) + move, ceil((at + 1) * step) + move
    return low.to(int64).clamp(0, limit), high.to(int64).clamp(0, limit)


def rounded(x: Tensor) -> Tensor:
    """To the next whole number, halves away from zero."""
    return (x.abs() + 0.5).floor() * x.sign()


def roi_pool(input: Tensor, boxes: Tensor | list[Tensor], output_size, spatial_scale: float = 1.0) -> Tensor:
    """Regions of feature maps as (K, C, *output_size), each cell the largest value in it, zero where it holds none.

    Args:
        input (Tensor): feature maps (N, C, H, W).
        boxes (Tensor or list of Tensor): (K, 5) with the map's index first, or boxes (L, 4) for each map.
        output_size (int or tuple): height and width of the result.
        spatial_scale (float): from boxes to the map.
    """
    rois = checked(input, boxes)
    ph, pw = pair(output_size)
    n, c, h, w = input.shape
    table = input.permute(0, 2, 3, 1).reshape(n * h * w, c)

    def pooled(part: Tensor) -> Tensor:
        k = part.shape[0]
        picture = part[:, 0].to(int64)[:, None, None, None, None]
        x1, y1, x2, y2 = (rounded(part[:, i] * spatial_scale) for i in (1, 2, 3, 4))
        top, bottom = edges(y1, (y2 - y1 + 1).clamp(min=1), ph, h)
        left, right = edges(x1, (x2 - x1 + 1).clamp(min=1), pw, w)
        y, iny = bins(top, bottom, int((bottom - top).max()) if k else 1, h)
        x, inx = bins(left, right, int((right - left).max()) if k else 1, w)
        there = iny[:, :, None, :, None] & inx[:, None, :, None, :]
        values = gather(table, picture, y[:, :, None, :, None], x[:, None, :, None, :], h, w)
        values = values.masked_fill(~there.unsqueeze(-1), -inf).flatten(3, 4).max(dim=3)[0]
        values = values.masked_fill(~there.flatten(3, 4).any(dim=3).unsqueeze(-1), 0)
        return values.permute(0, 3, 1, 2)

    if rois.shape[0] == 0:
        return input.new_zeros((0, c, ph, pw))
    return in_parts(pooled, rois, c * h * w).contiguous()


class RoIPool(RoIModule):
    """``roi_pool`` as a layer."""

    def __init__(self, output_size, spatial_scale: float):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input: Tensor, rois: Tensor | list[Tensor]) -> Tensor:
        return roi_pool(input, rois, self.output_size, self.spatial_scale)
