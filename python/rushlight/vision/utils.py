"""Pictures for people: grids, boxes, masks, points and flows drawn."""

from __future__ import annotations

import math
import pathlib
import warnings
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from .. import arange, bool as bool_, cat, int64, no_grad, pi, stack, tensor as tensor_of, uint8, zeros
from .._C import Tensor
from . import _pillow as _pillow
from .transforms.functional import convert_image_dtype, pil_to_tensor, to_pil_image

__all__ = ["draw_bounding_boxes", "draw_keypoints", "draw_segmentation_masks", "flow_to_image", "make_grid", "save_image"]


@no_grad()
def make_grid(
    tensor: Tensor | list[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[int, int] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Pictures (N, C, H, W), or a list of them, side by side in one (3, H', W').

    Args:
        tensor (Tensor or list of Tensor): the pictures, all of a size.
        nrow (int): how many in a row.
        padding (int): pixels between them.
        normalize (bool): whether to stretch them to [0, 1].
        value_range (tuple, optional): from these bounds; by default from the least and largest number.
        scale_each (bool): whether each picture has bounds of its own.
        pad_value (float): the colour between them.

    Example:

        >>> from rushlight.vision.utils import make_grid
        >>> tuple(make_grid(torch.zeros(5, 3, 4, 4), nrow=3).shape)
        (3, 14, 20)

    Raises:
        TypeError: for anything but tensors.
    """
    if not isinstance(tensor, Tensor):
        if not isinstance(tensor, list):
            raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
        for one in tensor:
            if not isinstance(one, Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list containing {type(one)}")
        tensor = stack(tensor, dim=0)
    if tensor.dim() == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 3:
        if tensor.size(0) == 1:
            tensor = cat((tensor, tensor, tensor), 0)
        tensor = tensor.unsqueeze(0)
    if tensor.dim() == 4 and tensor.size(1) == 1:
        tensor = cat((tensor, tensor, tensor), 1)
    if normalize:
        tensor = tensor.clone()
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
        for part in tensor if scale_each else [tensor]:
            low, high = value_range if value_range is not None else (float(part.min()), float(part.max()))
            part.clamp_(min=low, max=high)
            part.sub_(low).div_(max(high - low, 1e-5))
    if not isinstance(tensor, Tensor):
        raise TypeError("tensor should be of type torch.Tensor")
    if tensor.size(0) == 1:
        return tensor.squeeze(0)
    count = tensor.size(0)
    columns = min(nrow, count)
    rows = math.ceil(count / columns)
    height, width = tensor.size(2) + padding, tensor.size(3) + padding
    grid = tensor.new_full((tensor.size(1), height * rows + padding, width * columns + padding), pad_value)
    for k in range(count):
        y, x = k // columns * height + padding, k % columns * width + padding
        grid[:, y : y + height - padding, x : x + width - padding] = tensor[k]
    return grid


@no_grad()
def save_image(tensor: Tensor | list[Tensor], fp: str | pathlib.Path | BinaryIO, format: str | None = None, **kwargs: Any) -> None:
    """Writes pictures of floats in [0, 1] as one file.

    Args:
        tensor (Tensor or list of Tensor): as in ``make_grid``.
        fp (str, path or file): where to.
        format (str, optional): by default what the name ends with.
        **kwargs: for ``make_grid``.
    """
    grid = make_grid(tensor, **kwargs)
    values = grid.mul(255).add(0.5).clamp(0, 255).permute(1, 2, 0).to(uint8).numpy()
    Image.fromarray(np.ascontiguousarray(values)).save(fp, format=format)


def _check_image(image: Any, channels: tuple[int, ...] = (1, 3)) -> None:
    if not isinstance(image, Tensor):
        raise TypeError(f"Tensor expected, got {type(image)}")
    if not (image.dtype == uint8 or image.is_floating_point()):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.dim() != 3:
        raise ValueError("Pass individual images, not batches")
    if image.size(0) not in channels:
        raise ValueError("Only grayscale and RGB images are supported" if 1 in channels else "Pass an RGB image. Other Image formats are not supported")


def _palette(count: int) -> list[tuple[int, int, int]]:
    return [tuple((i * base) % 255 for base in (2**25 - 1, 2**15 - 1, 2**21 - 1)) for i in range(count)]  # type: ignore[misc]


def _colours(colors: Any, count: int, dtype: Any = uint8) -> list:
    """A tuple of three numbers for each of ``count`` things."""
    if colors is None:
        colors = _palette(count)
    elif isinstance(colors, list):
        if len(colors) < count:
            raise ValueError(f"Number of colors must be equal or larger than the number of objects, but got {len(colors)} < {count}.")
    elif not isinstance(colors, (tuple, str)):
        raise ValueError(f"`colors` must be a tuple or a string, or a list thereof, but got {colors}.")
    elif isinstance(colors, tuple) and len(colors) != 3:
        raise ValueError(f"If passed as tuple, colors should be an RGB triplet, but got {colors}.")
    else:
        colors = [colors] * count
    colors = [ImageColor.getrgb(colour) if isinstance(colour, str) else colour for colour in colors]
    if dtype.is_floating_point:
        colors = [tuple(part / 255 for part in colour) for colour in colors]
    return colors


@no_grad()
def draw_bounding_boxes(
    image: Tensor,
    boxes: Tensor,
    labels: list[str | None] | None = None,
    colors: Any = None,
    fill: bool | None = False,
    width: int = 1,
    font: str | None = None,
    font_size: int | None = None,
    label_colors: Any = None,
    label_background_colors: Any = None,
    fill_labels: bool = False,
) -> Tensor:
    """A picture (1 or 3, H, W) with boxes drawn on it, and labels beside them.

    Args:
        image (Tensor): bytes, or floats in [0, 1].
        boxes (Tensor): corners (N, 4), or the four corners (N, 8) of turned boxes.
        labels (list of str, optional): a text for each box.
        colors (str, tuple or list, optional): of all boxes, or of each.
        fill (bool): whether boxes are filled, see-through.
        width (int): of the lines.
        font (str, optional): a TrueType file; Pillow's own font by default.
        font_size (int, optional): of that font.
        label_colors, label_background_colors (optional): of the texts.
        fill_labels (bool): whether texts have a background.

    Raises:
        TypeError: for anything but tensors.
        ValueError: for other shapes, and boxes that end before they begin.
    """
    _check_image(image)
    turned = boxes.shape[-1] == 8 if boxes.ndim == 2 else False
    if not turned and ((boxes[:, 0] > boxes[:, 2]).any() or (boxes[:, 1] > boxes[:, 3]).any()):
        raise ValueError("Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them")
    count = boxes.shape[0]
    if count == 0:
        warnings.warn("boxes doesn't contain any box. No box was drawn", stacklevel=2)
        return image
    texts: list[str | None] = [None] * count if labels is None else labels
    if len(texts) != count:
        raise ValueError(f"Number of boxes ({count}) and labels ({len(texts)}) mismatch. Please specify labels for each box.")
    outlines = _colours(colors, count)
    unsaid = _colours("black", count) if fill_labels else outlines.copy()  # on paper of the box's own colour
    ink = _colours(label_colors, count) if label_colors else unsaid
    if fill_labels and label_background_colors:
        paper = _colours(label_background_colors, count)
    else:
        paper = outlines.copy()
    if font is None:
        if font_size is not None:
            warnings.warn("Argument 'font_size' will be ignored since 'font' is not set.", stacklevel=2)
        letters: Any = ImageFont.load_default()
    else:
        letters = ImageFont.truetype(font=font, size=font_size or 10)
    if image.size(0) == 1:
        image = image.expand(3, *image.shape[1:])
    dtype = image.dtype
    picture = to_pil_image(convert_image_dtype(image, uint8) if dtype.is_floating_point else image.contiguous())
    draw = ImageDraw.Draw(picture, "RGBA") if fill else ImageDraw.Draw(picture)
    whole = boxes.to(int64).tolist()
    for box, outline, text, text_ink, text_paper in zip(whole, outlines, texts, ink, paper):
        inside = (*outline, 100) if fill else None
        if turned:
            _draw_turned(draw, [(box[i], box[i + 1]) for i in range(0, 8, 2)], outline, width, inside)
        else:
            draw.rectangle(box, width=width, outline=outline, fill=inside)
        if text is not None:
            margin = width + 1
            at = (box[0] + margin, box[1] + margin)
            if fill_labels:
                left, top, right, bottom = draw.textbbox(at, text, font=letters)
                draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=text_paper)
            draw.text(at, text, fill=text_ink, font=letters)
    out = pil_to_tensor(picture).contiguous()
    return convert_image_dtype(out, dtype) if dtype.is_floating_point else out


DASH, GAP = 5, 5  # pixels


def _draw_turned(draw: Any, corners: list[tuple[int, int]], outline: Any, width: int, inside: Any) -> None:
    """A box of four corners, its first side dashed: by it one sees how the box is turned."""
    if inside is not None:
        draw.polygon(corners, fill=inside)
    (x1, y1), (x2, y2) = corners[:2]
    length = math.hypot(x2 - x1, y2 - y1)
    for k in range(math.ceil(length / (DASH + GAP))):
        ends = (k * (DASH + GAP), min(k * (DASH + GAP) + DASH, length))
        draw.line([(x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length) for at in ends], fill=outline, width=width)
    for side in zip(corners[1:], corners[2:] + corners[:1]):
        draw.line(list(side), fill=outline, width=width)


@no_grad()
def draw_segmentation_masks(image: Tensor, masks: Tensor, alpha: float = 0.8, colors: Any = None) -> Tensor:
    """A picture (3, H, W) with masks laid over it, black where they overlap.

    Args:
        image (Tensor): bytes, or floats in [0, 1].
        masks (Tensor): booleans (N, H, W) or (H, W).
        alpha (float): how much they cover.
        colors (str, tuple or list, optional): of all masks, or of each.
    """
    _check_image(image, (3,))
    if masks.ndim == 2:
        masks = masks[None, :, :]
    if masks.ndim != 3:
        raise ValueError("masks must be of shape (H, W) or (batch_size, H, W)")
    if masks.dtype != bool_:
        raise ValueError(f"The masks must be of dtype bool. Got {masks.dtype}")
    if masks.shape[-2:] != image.shape[-2:]:
        raise ValueError("The image and the masks must have the same height and width")
    count = masks.size(0)
    if count == 0:
        warnings.warn("masks doesn't contain any mask. No mask was drawn", stacklevel=2)
        return image
    dtype = image.dtype
    painted = image.detach().clone()
    for mask, colour in zip(masks, _colours(colors, count, dtype)):
        painted[:, mask] = tensor_of(colour, dtype=dtype)[:, None]
    painted[:, masks.sum(dim=0) > 1] = 0  # what several masks cover is black
    return (image * (1 - alpha) + painted * alpha).to(dtype)


@no_grad()
def draw_keypoints(
    image: Tensor,
    keypoints: Tensor,
    connectivity: list[tuple[int, int]] | None = None,
    colors: Any = None,
    radius: int = 2,
    width: int = 3,
    visibility: Tensor | None = None,
) -> Tensor:
    """A picture (3, H, W) with the points of things drawn on it, and lines between them.

    Args:
        image (Tensor): bytes, or floats in [0, 1].
        keypoints (Tensor): (things, points, 2).
        connectivity (list of tuple, optional): pairs of points to connect.
        colors (str or tuple, optional): of all points.
        radius (int): of a point.
        width (int): of a line.
        visibility (Tensor, optional): booleans (things, points), (points,) or (things, points, 1).
    """
    if not isinstance(image, Tensor):
        raise TypeError(f"The image must be a tensor, got {type(image)}")
    if not (image.dtype == uint8 or image.is_floating_point()):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.dim() != 3:
        raise ValueError("Pass individual images, not batches")
    if image.size(0) != 3:
        raise ValueError("Pass an RGB image. Other Image formats are not supported")
    if keypoints.ndim != 3:
        raise ValueError("keypoints must be of shape (num_instances, K, 2)")
    shape = keypoints.shape[:2]
    seen = zeros(shape, dtype=bool_).logical_not() if visibility is None else visibility
    if seen.ndim == 3:
        if seen.shape[2] != 1:
            raise ValueError(f"visibility must have its last dimension of size 1 if 3-dimensional. Got {tuple(seen.shape)}")
        seen = seen.squeeze(-1)
    if seen.ndim == 1:
        seen = seen.expand(shape)
    if seen.ndim != 2:
        raise ValueError(f"visibility must be of shape (num_instances, K) or (K,). Got ndim={seen.ndim}")
    if tuple(seen.shape) != tuple(shape):
        raise ValueError(f"keypoints and visibility must have the same dimensionality for num_instances and K. Got visibility.shape={tuple(seen.shape)} and keypoints.shape={tuple(keypoints.shape)}")
    dtype = image.dtype
    picture = to_pil_image(convert_image_dtype(image, uint8) if dtype.is_floating_point else image)
    draw = ImageDraw.Draw(picture)
    for points, visible in zip(keypoints.to(int64).tolist(), seen.tolist()):
        for (x, y), there in zip(points, visible):
            if there:
                draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colors, outline=None, width=0)
        for a, b in connectivity or ():
            if visible[a] and visible[b]:
                draw.line((tuple(points[a]), tuple(points[b])), width=width)
    out = pil_to_tensor(picture).contiguous()
    return convert_image_dtype(out, dtype) if dtype.is_floating_point else out


def _wheel() -> Tensor:
    """The colours of directions (55, 3), going round from red (Baker et al., 2007)."""
    wheel = zeros((55, 3))
    at = 0
    # how many, which channel is full, which rises, which falls
    for n, one, up, down in ((15, 0, 1, None), (6, 1, None, 0), (4, 1, 2, None), (11, 2, None, 1), (13, 2, 0, None), (6, 0, None, 2)):
        ramp = (255 * arange(0, n) / n).floor()
        wheel[at : at + n, one] = 255
        if up is not None:
            wheel[at : at + n, up] = ramp
        if down is not None:
            wheel[at : at + n, down] = 255 - ramp
        at += n
    return wheel


@no_grad()
def flow_to_image(flow: Tensor) -> Tensor:
    """A flow (2, H, W) or (N, 2, H, W) as colours: the direction as hue, the speed as saturation (Baker et al., 2007).

    Raises:
        ValueError: for other shapes and dtypes.
    """
    if str(flow.dtype) != "torch.float32":
        raise ValueError(f"Flow should be of dtype torch.float, got {flow.dtype}.")
    shape = flow.shape
    single = flow.ndim == 3
    if single:
        flow = flow[None]
    if flow.ndim != 4 or flow.shape[1] != 2:
        raise ValueError(f"Input flow should have shape (2, H, W) or (N, 2, H, W), got {tuple(shape)}.")
    largest = (flow**2).sum(dim=1).sqrt().max()
    flow = flow / (largest + 1.1920928955078125e-07)
    norm = (flow**2).sum(dim=1).sqrt()
    wheel = _wheel()
    count = wheel.shape[0]
    place = (-flow[:, 1]).atan2(-flow[:, 0]) / pi
    place = (place + 1) / 2 * (count - 1)
    low = place.floor().long()
    high = low + 1
    high[high == count] = 0
    part = place - low
    planes = []
    for channel in range(3):
        column = wheel[:, channel] / 255.0
        colour = (1 - part) * column[low] + part * column[high]
        planes.append((255 * (1 - norm * (1 - colour))).floor())
    out = stack(planes, dim=1).to(uint8)
    return out[0] if single else out

