"""Regions read between pixels and averaged (He et al., 2017: Mask R-CNN)."""

from __future__ import annotations

from ... import _C
from ..._C import Tensor
from . import _composed
from ._regions import RoIModule, cells, checked


def roi_align(
    input: Tensor,
    boxes: Tensor | list[Tensor],
    output_size: int | tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Tensor:
    """Regions of feature maps as (K, C, *output_size), each cell the mean of points read between pixels.

    Args:
        input (Tensor): feature maps (N, C, H, W).
        boxes (Tensor or list of Tensor): (K, 5) with the map's index first, or boxes (L, 4) for each map.
        output_size (int or tuple): height and width of the result.
        spatial_scale (float): from boxes to the map.
        sampling_ratio (int): points along each side of a cell; as many as pixels, if not positive.
        aligned (bool): whether pixels are centred at halves.
    """
    rois, (ph, pw) = checked(input, boxes), cells(input, output_size)
    if input.is_cuda:
        return _composed.align(input, rois, (ph, pw), spatial_scale, sampling_ratio, aligned)
    # mixed precision computes in float32, and answers in what came
    return _C._vision.roi_align(input, rois, spatial_scale, ph, pw, sampling_ratio, aligned).to(input.dtype)


class RoIAlign(RoIModule):
    """``roi_align`` as a layer."""

    _said = ("output_size", "spatial_scale", "sampling_ratio", "aligned")

    def __init__(self, output_size, spatial_scale: float, sampling_ratio: int, aligned: bool = False):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio
        self.aligned = aligned

    def forward(self, input: Tensor, rois: Tensor | list[Tensor]) -> Tensor:
        return roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)
