"""The largest value in each cell of a region (Girshick, 2015: Fast R-CNN)."""

from __future__ import annotations

from ... import _C
from ..._C import Tensor
from . import _composed
from ._regions import RoIModule, cells, checked


def roi_pool(input: Tensor, boxes: Tensor | list[Tensor], output_size, spatial_scale: float = 1.0) -> Tensor:
    """Regions of feature maps as (K, C, *output_size), each cell the largest value in it, zero where it holds none.

    Args:
        input (Tensor): feature maps (N, C, H, W).
        boxes (Tensor or list of Tensor): (K, 5) with the map's index first, or boxes (L, 4) for each map.
        output_size (int or tuple): height and width of the result.
        spatial_scale (float): from boxes to the map.
    """
    rois, (ph, pw) = checked(input, boxes), cells(input, output_size)
    if input.is_cuda:
        return _composed.pool(input, rois, (ph, pw), spatial_scale)
    return _C._vision.roi_pool(input, rois, spatial_scale, ph, pw)


class RoIPool(RoIModule):
    """``roi_pool`` as a layer."""

    def __init__(self, output_size, spatial_scale: float):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input: Tensor, rois: Tensor | list[Tensor]) -> Tensor:
        return roi_pool(input, rois, self.output_size, self.spatial_scale)
