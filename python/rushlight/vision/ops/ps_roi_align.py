"""``roi_align`` where each cell reads channels of its own (Li et al., 2018: Light-Head R-CNN)."""

from __future__ import annotations

from ... import _C
from ..._C import Tensor
from . import _composed
from ._regions import RoIModule, cells, checked


def ps_roi_align(input: Tensor, boxes: Tensor | list[Tensor], output_size, spatial_scale: float = 1.0, sampling_ratio: int = -1) -> Tensor:
    """Regions of feature maps (N, C ph pw, H, W) as (K, C, ph, pw), the cell (i, j) of channel c from channel (c ph + i) pw + j.

    Raises:
        RuntimeError: if the cells do not divide the channels.
    """
    rois, (ph, pw) = checked(input, boxes), cells(input, output_size, own=True)
    if input.is_cuda:
        return _composed.ps_align(input, rois, (ph, pw), spatial_scale, sampling_ratio)
    return _C._vision.ps_roi_align(input, rois, spatial_scale, ph, pw, sampling_ratio)


class PSRoIAlign(RoIModule):
    """``ps_roi_align`` as a layer."""

    _said = ("output_size", "spatial_scale", "sampling_ratio")

    def __init__(self, output_size, spatial_scale: float, sampling_ratio: int):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio

    def forward(self, input: Tensor, rois: Tensor) -> Tensor:
        return ps_roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio)
