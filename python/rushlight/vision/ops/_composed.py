"""Regions, boxes and moved convolutions in tensor operations over whole lists: the way of graphics cards, whose kernels these have none of.

Everything is gathered from the map by one index for all points of all regions, and summed or compared: no loop over regions.
Long lists are taken in parts, so that what is gathered stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import arange, bool as bool_, cat, ceil, floor, inf, int32, int64, nonzero, where, zeros
from ..._C import Tensor

GATHERED = 1 << 24  # elements gathered at once


def in_parts(function: Callable[[Tensor], Tensor], rois: Tensor, elements: int) -> Tensor:
    """``function`` of as many rows of ``rois`` at a time as gather no more than ``GATHERED``; ``elements`` is what one gathers."""
    rows = max(1, GATHERED // max(elements, 1))
    if rois.shape[0] <= rows:
        return function(rois)
    return cat([function(part) for part in rois.split(rows)], 0)


def gather(table: Tensor, picture: Tensor, y: Tensor, x: Tensor, h: int, w: int) -> Tensor:
    """Rows of ``table`` (N H W, C) at places of pictures; whole numbers within the map."""
    return table[(picture * h + y) * w + x]


def own_channels(out: Tensor, ph: int, pw: int) -> Tensor:
    """Of (K, C ph pw, ph, pw) for each place the channels that are its own, (K, C, ph, pw)."""
    k = out.shape[0]
    out = out.reshape(k, -1, ph, pw, ph, pw).diagonal(dim1=2, dim2=4)  # (K, C, pw, pw, ph)
    return out.diagonal(dim1=2, dim2=3)


def bins(start: Tensor, end: Tensor, longest: int, limit: int) -> tuple[Tensor, Tensor]:
    """Whole places of bins [start, end) as (..., longest), and which of them there are."""
    at = start.unsqueeze(-1) + arange(max(longest, 1), device=start.device)
    return at.clamp(0, max(limit - 1, 0)), at < end.unsqueeze(-1)


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


def align(input: Tensor, rois: Tensor, size: tuple[int, int], spatial_scale: float, sampling_ratio: int, aligned: bool, bare: bool = False) -> Tensor:
    """``roi_align``; if ``bare`` a region without points is no number, as ``ps_roi_align`` has it."""
    ph, pw = size
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

    extent = float(((rois[:, 3:] - rois[:, 1:3]) * spatial_scale).abs().max()) if rois.numel() else 0.0
    per_side = sampling_ratio if sampling_ratio > 0 else int(extent / min(ph, pw)) + 1
    return in_parts(pooled, rois, c * ph * pw * per_side * per_side).contiguous()


def ps_align(input: Tensor, rois: Tensor, size: tuple[int, int], spatial_scale: float, sampling_ratio: int) -> Tensor:
    """``ps_roi_align``."""
    return own_channels(align(input, rois, size, spatial_scale, sampling_ratio, True, bare=True), *size).contiguous()


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


def places_of_largest(input: Tensor, rois: Tensor, size: tuple[int, int], spatial_scale: float) -> Tensor:
    """Where in the map ``roi_pool`` found each value, as row times width plus column; -1 for cells that hold none."""
    return pool(input, rois, size, spatial_scale, places=True)


def pool(input: Tensor, rois: Tensor, size: tuple[int, int], spatial_scale: float, places: bool = False) -> Tensor:
    """``roi_pool``."""
    ph, pw = size
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
        values, largest = values.masked_fill(~there.unsqueeze(-1), -inf).flatten(3, 4).max(dim=3)
        if places:
            columns = x.shape[-1]
            row = top[:, :, None, None] + largest // columns
            place = row * w + left[:, None, :, None] + largest % columns
            place = place.masked_fill(~there.flatten(3, 4).any(dim=3).unsqueeze(-1), -1)
            return place.to(int32).permute(0, 3, 1, 2)
        values = values.masked_fill(~there.flatten(3, 4).any(dim=3).unsqueeze(-1), 0)
        return values.permute(0, 3, 1, 2)

    if rois.shape[0] == 0:
        return input.new_zeros((0, c, ph, pw), dtype=int32 if places else input.dtype)
    return in_parts(pooled, rois, c * h * w).contiguous()


def ps_pool(input: Tensor, rois: Tensor, size: tuple[int, int], spatial_scale: float) -> Tensor:
    """``ps_roi_pool``."""
    ph, pw = size
    n, c, h, w = input.shape
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


def keep(boxes: Tensor, scores: Tensor, overlaps: Callable[[Tensor, Tensor], Tensor], threshold: float) -> Tensor:
    """``nms``.

    A box goes if one that stays suppresses it. Beginning with all that stay, this rule is applied to all at once until nothing
    changes: after n rounds the n best are settled, and mostly a few rounds settle all.
    """
    order = scores.detach().sort(stable=True, descending=True)[1]
    n = order.shape[0]
    if n == 0:
        return order
    ranked = boxes.detach()[order]
    rank = arange(n, device=boxes.device)
    before = rank[:, None] < rank[None, :]
    suppresses = (overlaps(ranked, ranked) > threshold) & before
    keep = ~zeros(n, dtype=bool_, device=boxes.device)
    while True:
        again = ~(suppresses & keep[:, None]).any(0)
        if bool((again == keep).all()):
            return order[keep]
        keep = again


def keep_by_group(boxes: Tensor, scores: Tensor, idxs: Tensor, nms: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """``batched_nms``, one group after another."""
    keep = zeros(scores.shape[0], dtype=bool_, device=scores.device)
    for group in idxs.unique():
        members = nonzero(idxs == group).flatten()
        keep[members[nms(boxes[members], scores[members])]] = True
    kept = nonzero(keep).flatten()
    return kept[scores[kept].sort(descending=True)[1]]


def deform(input: Tensor, offset: Tensor, weight: Tensor, bias: Tensor | None, stride, padding, dilation, mask: Tensor | None) -> Tensor:
    """``deform_conv2d``: what the taps read between pixels is gathered for all places at once, then multiplied with the weights."""
    (sh, sw), (top, left), (dh, dw) = stride, padding, dilation
    n, c, h, w = input.shape
    out_channels, per_group, kh, kw = weight.shape
    taps = kh * kw
    groups = offset.shape[1] // (2 * taps)
    if groups == 0:
        raise RuntimeError(
            "the shape of the offset tensor at dimension 1 is not valid. It should be a multiple of 2 * weight.size[2] * "
            f"weight.size[3].\nGot offset.shape[1]={offset.shape[1]}, while 2 * weight.size[2] * weight.size[3]={2 * taps}"
        )
    oh = (h + 2 * top - (dh * (kh - 1) + 1)) // sh + 1
    ow = (w + 2 * left - (dw * (kw - 1) + 1)) // sw + 1
    if c % groups or c % per_group or offset.shape[1] != 2 * taps * groups:
        raise RuntimeError(f"channels {c} do not fit {groups} groups of offsets and weights of {per_group} channels")
    if oh <= 0 or ow <= 0:
        raise RuntimeError(f"Calculated output size too small - out_h: {oh} out_w: {ow}")
    if tuple(offset.shape) != (n, 2 * taps * groups, oh, ow):
        raise RuntimeError(f"offset of shape {tuple(offset.shape)} where ({n}, {2 * taps * groups}, {oh}, {ow}) was expected")
    if mask is not None and tuple(mask.shape) != (n, taps * groups, oh, ow):
        raise RuntimeError(f"mask of shape {tuple(mask.shape)} where ({n}, {taps * groups}, {oh}, {ow}) was expected")

    moves = offset.reshape(n, groups, taps, 2, oh, ow)
    down, across, by_row, by_column = (arange(size, device=input.device) for size in (oh, ow, kh, kw))
    row = (down * sh - top)[None, :, None] + (by_row * dh).repeat_interleave(kw)[:, None, None]
    column = (across * sw - left)[None, None, :] + (by_column * dw).repeat(kh)[:, None, None]
    y, x = moves[:, :, :, 0] + row.to(input.dtype), moves[:, :, :, 1] + column.to(input.dtype)  # (N, G, taps, OH, OW)
    y0, x0 = y.detach().floor(), x.detach().floor()
    ly, lx = y - y0, x - x0
    inside = (y > -1) & (y < h) & (x > -1) & (x < w)
    maps = input.reshape(n, groups, c // groups, h * w)
    total: Any = 0
    for dy, wy in ((0, 1 - ly), (1, ly)):
        for dx, wx in ((0, 1 - lx), (1, lx)):
            yy, xx = y0 + dy, x0 + dx
            there = inside & (yy >= 0) & (yy < h) & (xx >= 0) & (xx < w)
            at = yy.clamp(0, h - 1).to(int64) * w + xx.clamp(0, w - 1).to(int64)
            at = at.reshape(n, groups, 1, -1).expand(n, groups, c // groups, -1)
            total = total + maps.gather(3, at) * (wy * wx * there.to(input.dtype)).reshape(n, groups, 1, -1)
    if mask is not None:
        total = total * mask.reshape(n, groups, 1, -1)
    parts = c // per_group
    columns = total.reshape(n, parts, per_group * taps, oh * ow)
    kernel = weight.reshape(1, parts, out_channels // parts, per_group * taps)
    out = (kernel @ columns).reshape(n, out_channels, oh, ow)
    return out if bias is None else out + bias.view(1, -1, 1, 1)
