"""The mean of each cell of a region, where each cell reads channels of its own (Dai et al., 2016: R-FCN)."""

from __future__ import annotations

from ... import _C
from ..._C import Tensor
from . import _composed
from ._regions import RoIModule, cells, checked


def ps_roi_pool(input: Tensor, boxes: Tensor | list[Tensor], output_size, spatial_scale: float = 1.0) -> Tensor:
    """Regions of feature maps (N, C ph pw, H, W) as (K, C, ph, pw), the cell (i, j) of channel c from channel (c ph + i) pw + j.

    Raises:
        RuntimeError: if the cells do not divide the channels.
    """
    rois, (ph, pw) = checked(input, boxes), cells(input, output_size, own=True)
    if input.is_cuda:
        return _composed.ps_pool(input, rois, (ph, pw), spatial_scale)
    return _C._vision.ps_roi_pool(input, rois, spatial_scale, ph, pw)


class PSRoIPool(RoIModule):
    """``ps_roi_pool`` as a layer."""

    def __init__(self, output_size, spatial_scale: float):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input: Tensor, rois: Tensor) -> Tensor:
        return ps_roi_pool(input, rois, self.output_size, self.spatial_scale)
