"""The operations as ``torch.ops.torchvision`` names them: plain lists of numbers, and what the backward pass would read."""

from __future__ import annotations

from ... import arange, int32
from ..._C import Tensor
from . import _composed
from .boxes import nms
from .deform_conv import deform_conv2d as _deform_conv2d
from .ps_roi_align import ps_roi_align as _ps_roi_align
from .ps_roi_pool import ps_roi_pool as _ps_roi_pool
from .roi_align import roi_align as _roi_align
from .roi_pool import roi_pool as _roi_pool


def roi_align(
    input: Tensor,
    rois: Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """See :func:`rushlight.vision.ops.roi_align`."""
    return _roi_align(input, rois, (pooled_height, pooled_width), spatial_scale, sampling_ratio, aligned)


def roi_pool(
    input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int
) -> tuple[Tensor, Tensor]:
    """See :func:`rushlight.vision.ops.roi_pool`; the places of the values come with them."""
    size = pooled_height, pooled_width
    places = _composed.places_of_largest(input.detach(), rois, size, spatial_scale)
    return _roi_pool(input, rois, size, spatial_scale), places


def _channels(out: Tensor) -> Tensor:
    """Which channel each value was read from: one for each cell."""
    cells = arange(out.shape[1] * out.shape[2] * out.shape[3], dtype=int32, device=out.device)
    return cells.reshape(out.shape[1:]).expand(out.shape).contiguous()


def ps_roi_align(
    input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int, sampling_ratio: int
) -> tuple[Tensor, Tensor]:
    """See :func:`rushlight.vision.ops.ps_roi_align`; the channels that were read come with it."""
    out = _ps_roi_align(input, rois, (pooled_height, pooled_width), spatial_scale, sampling_ratio)
    return out, _channels(out)


def ps_roi_pool(
    input: Tensor, rois: Tensor, spatial_scale: float, pooled_height: int, pooled_width: int
) -> tuple[Tensor, Tensor]:
    """See :func:`rushlight.vision.ops.ps_roi_pool`; the channels that were read come with it."""
    out = _ps_roi_pool(input, rois, (pooled_height, pooled_width), spatial_scale)
    return out, _channels(out)


def deform_conv2d(
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor,
    bias: Tensor,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
    offset_groups: int,
    use_mask: bool,
) -> Tensor:
    """See :func:`rushlight.vision.ops.deform_conv2d`, which reads both numbers of groups from the shapes."""
    return _deform_conv2d(
        input,
        offset,
        weight,
        bias,
        (stride_h, stride_w),
        (pad_h, pad_w),
        (dilation_h, dilation_w),
        mask if use_mask else None,
    )


__all__ = ["deform_conv2d", "nms", "ps_roi_align", "ps_roi_pool", "roi_align", "roi_pool"]
