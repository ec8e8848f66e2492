"""The mean of each cell of a region, where each cell reads channels of its own (Dai et al., 2016: R-FCN)."""

from __future__ import annotations

from ... import int64
from ..._C import Tensor
from ._regions import RoIModule, bins, checked, gather, in_parts, own_channels, pair
from .roi_pool import edges, rounded


def ps_roi_pool(input: Tensor, boxes: Tensor | list[Tensor], output_size, spatial_scale: float = 1.0) -> Tensor:
    """Regions of feature maps (N, C ph pw, H, W) as (K, C, ph, pw), the cell (i, j) of channel c from channel (c ph + i) pw + j.

    Raises:
        RuntimeError: if the cells do not divide the channels.
    """
    rois = checked(input, boxes)
    ph, pw = pair(output_size)
    n, c, h, w = input.shape
    if c % (ph * pw):
        raise RuntimeError("input channels must be a multiple of pooling height * pooling width")
    table = input.permute(0, 2, 3, 1).reshape(n * h * w, c)

    def pooled(part: Tensor) -> Tensor:
        picture = part[:, 0].to(int64)[:, None, None, None, None]
        x1, y1, x2, y2 = (rounded(part[:, i] * spatial_scale) for i in (1, 2, 3, 4))
        top, bottom = edges(y1, (y2 - y1).clamp(min=1), ph, h - 1, True)
        left, right = edges(x1, (x2 - x1).clamp(min=1), pw, w - 1, True)
        y, iny = bins(top, bottom, int((bottom - top).max()), h)
        x, inx = bins(left, right, int((right - left).max()), w)
        there = (iny[:, :, None, :, None] & inx[:, None, :, None, :]).to(input.dtype).unsqueeze(-1)
        values = gather(table, picture, y[:, :, None, :, None], x[:, None, :, None, :], h, w)
        mean = (values * there).sum(dim=(3, 4)) / there.sum(dim=(3, 4)).clamp(min=1)
        return own_channels(mean.permute(0, 3, 1, 2), ph, pw)

    if rois.shape[0] == 0:
        return input.new_zeros((0, c // (ph * pw), ph, pw))
    return in_parts(pooled, rois, c * h * w).contiguous()


class PSRoIPool(RoIModule):
    """``ps_roi_pool`` as a layer."""

    def __init__(self, output_size, spatial_scale: float):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input: Tensor, rois: Tensor) -> Tensor:
        return ps_roi_pool(input, rois, self.output_size, self.spatial_scale)
