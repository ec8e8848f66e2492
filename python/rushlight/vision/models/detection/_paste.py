"""Masks of boxes laid into pictures."""

from __future__ import annotations

from .... import arange, int64, maximum, minimum, stack, zeros_like
from ...._C import Tensor
from ....nn import functional as F


def expand_boxes(boxes: Tensor, scale: float) -> Tensor:
    """Boxes (N, 4) around the same centres, ``scale`` times as large."""
    x1, y1, x2, y2 = boxes.unbind(1)
    w, h = (x2 - x1) * 0.5 * scale, (y2 - y1) * 0.5 * scale
    x, y = (x2 + x1) * 0.5, (y2 + y1) * 0.5
    return stack((x - w, y - h, x + w, y + h), dim=1)


def expand_masks(mask: Tensor, padding: int) -> tuple[Tensor, float]:
    """Masks (N, 1, M, M) with zeros around them, and how much larger they are."""
    side = mask.shape[-1]
    return F.pad(mask, (padding,) * 4), float(side + 2 * padding) / side


def _weights(start: Tensor, end: Tensor, side: int, length: int) -> Tensor:
    """How much of each of ``side`` cells between ``start`` and ``end`` (N,) is seen in each of ``length`` pixels: (N, length, side).

    Cells are read bilinearly, their centres at halves; pixels outside see nothing.
    """
    at = arange(length, device=start.device)[None, :] - start[:, None]
    sides = (end - start + 1).clamp(min=1)[:, None]
    source = ((at + 0.5) * (side / sides.to(end.device).float()) - 0.5).clamp(min=0)
    low = source.floor().clamp(max=side - 1)
    part = (source - low).unsqueeze(-1)
    cells = arange(side, device=start.device)
    low = low.to(int64).unsqueeze(-1)
    high = minimum(low + 1, zeros_like(low) + (side - 1))
    seen = ((at >= 0) & (at < sides)).unsqueeze(-1)
    return ((cells == low) * (1 - part) + (cells == high) * part) * seen


def paste_masks_in_image(masks: Tensor, boxes: Tensor, img_shape: tuple[int, int], padding: int = 1) -> Tensor:
    """Masks (N, 1, M, M), each stretched over its box in a picture of zeros: (N, 1, *img_shape).

    Stretching is linear along both axes, so that it is a product with a matrix for each: all masks are laid at once.
    """
    height, width = (int(side) for side in img_shape)
    masks, scale = expand_masks(masks, padding)
    if masks.shape[0] == 0:
        return masks.new_empty((0, 1, height, width))
    x1, y1, x2, y2 = expand_boxes(boxes, scale).to(int64).unbind(1)
    side = masks.shape[-1]
    rows, columns = _weights(y1, maximum(y1, y2), side, height), _weights(x1, maximum(x1, x2), side, width)
    return (rows @ masks[:, 0] @ columns.transpose(1, 2))[:, None]
