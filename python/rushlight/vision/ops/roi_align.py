"""Regions read between pixels and averaged (He et al., 2017: Mask R-CNN)."""

from __future__ import annotations

from typing import Any

from ... import arange, ceil, int64, where
from ..._C import Tensor
from ._regions import RoIModule, checked, gather, in_parts, pair


def _axis(start: Tensor, size: Tensor, cells: int, sampling_ratio: int, limit: int):
    """Along one axis: the lower and upper places (K, cells, s), their weights, which samples count, and how many there are."""
    step = size / cells
    count = ceil(step) if sampling_ratio <= 0 else step * 0 + sampling_ratio
    most = sampling_ratio if sampling_ratio > 0 else max(int(count.max()), 1) if count.numel() else 1
    inner = arange(most, dtype=start.dtype, device=start.device) + 0.5
    at = start[:, None, None] + arange(cells, dtype=start.dtype, device=start.device)[None, :, None] * step[:, None, None]
    at = at + inner * (step / count.clamp(min=1))[:, None, None]
    counts = (arange(most, device=start.device) < count[:, None, None]) & (at >= -1.0) & (at <= limit)
    at = at.clamp(min=0)
    low = at.to(int64).clamp(max=limit - 1)
    high = (low + 1).clamp(max=limit - 1)
    part = where(low >= limit - 1, at * 0, at - low.to(at.dtype))
    return low, high, part, counts, count


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
    return align(input, boxes, output_size, spatial_scale, sampling_ratio, aligned)


def align(input: Tensor, boxes, output_size, spatial_scale: float, sampling_ratio: int, aligned: bool, bare: bool = False) -> Tensor:
    """``roi_align``; if ``bare`` a region without points is no number, as ``ps_roi_align`` has it."""
    rois = checked(input, boxes)
    ph, pw = pair(output_size)
    n, c, h, w = input.shape
    table = input.permute(0, 2, 3, 1).reshape(n * h * w, c)
    shift = 0.5 if aligned else 0.0

    def pooled(part: Tensor) -> Tensor:
        k = part.shape[0]
        picture = part[:, 0].to(int64)[:, None, None, None, None]
        x1, y1, x2, y2 = (part[:, i] * spatial_scale - shift for i in (1, 2, 3, 4))
        width, height = x2 - x1, y2 - y1
        if not aligned:
            width, height = width.clamp(min=1.0), height.clamp(min=1.0)
        ylo, yhi, ly, iny, ny = _axis(y1, height, ph, sampling_ratio, h)
        xlo, xhi, lx, inx, nx = _axis(x1, width, pw, sampling_ratio, w)
        rows = [t[:, :, :, None, None] for t in (ylo, yhi, ly, iny)]
        columns = [t[:, None, None, :, :] for t in (xlo, xhi, lx, inx)]
        there = (rows[3] & columns[3]).to(input.dtype)
        total: Any = 0
        for y, wy in ((rows[0], 1.0 - rows[2]), (rows[1], rows[2])):
            for x, wx in ((columns[0], 1.0 - columns[2]), (columns[1], columns[2])):
                weight = wy * wx * there
                total = total + gather(table, picture, y, x, h, w) * weight.unsqueeze(-1)
        samples = (ny * nx).clamp(min=0 if bare else 1).reshape(k, 1, 1, 1)
        return (total.sum(dim=(2, 4)) / samples).permute(0, 3, 1, 2)

    size = float(((rois[:, 3:] - rois[:, 1:3]) * spatial_scale).abs().max()) if rois.numel() else 0.0
    per_side = sampling_ratio if sampling_ratio > 0 else int(size / min(ph, pw)) + 1
    return in_parts(pooled, rois, c * ph * pw * per_side * per_side).contiguous()


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
