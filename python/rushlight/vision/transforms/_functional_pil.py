"""The transforms of Pillow's pictures, done by Pillow."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from ._geometry import four_paddings


def is_pil_image(img: Any) -> bool:
    """Whether ``img`` is a picture of Pillow's."""
    return isinstance(img, Image.Image)


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width."""
    if not is_pil_image(img):
        raise TypeError(f"Unexpected type {type(img)}")
    width, height = img.size
    return [len(img.getbands()), height, width]


def get_image_size(img: Any) -> list[int]:
    """Width and height."""
    if not is_pil_image(img):
        raise TypeError(f"Unexpected type {type(img)}")
    return list(img.size)


def get_image_num_channels(img: Any) -> int:
    """Channels."""
    return get_dimensions(img)[0]


def _check(img: Any) -> None:
    if not is_pil_image(img):
        raise TypeError(f"img should be PIL Image. Got {type(img)}")


def hflip(img):
    """Left and right exchanged."""
    _check(img)
    return img.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def vflip(img):
    """Top and bottom exchanged."""
    _check(img)
    return img.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def _enhancer(kind):
    def enhance(img, factor: float):
        _check(img)
        return kind(img).enhance(factor)

    return enhance


adjust_brightness = _enhancer(ImageEnhance.Brightness)
adjust_contrast = _enhancer(ImageEnhance.Contrast)
adjust_saturation = _enhancer(ImageEnhance.Color)
adjust_sharpness = _enhancer(ImageEnhance.Sharpness)


def adjust_hue(img, hue_factor: float):
    """Hues turned by a part of the circle of colours; single channels have none."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    _check(img)
    if img.mode in {"L", "1", "I", "F"}:
        return img
    h, s, v = img.convert("HSV").split()
    turned = np.array(h, dtype=np.uint8) + np.int32(hue_factor * 255).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(turned, "L"), s, v)).convert(img.mode)


def adjust_gamma(img, gamma: float, gain: float = 1.0):
    """``255 gain (x / 255) ^ gamma`` of each channel, by a table."""
    _check(img)
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    table = [int((255 + 1 - 1e-3) * gain * pow(x / 255.0, gamma)) for x in range(256)] * 3
    return img.convert("RGB").point(table).convert(img.mode)


def _fill(fill, img, name: str = "fillcolor") -> dict:
    """The keyword argument of Pillow's that says what fills the place nothing came to.

    Raises:
        ValueError: if there are more or fewer numbers than channels.
    """
    channels = len(img.getbands())
    if fill is None:
        fill = 0
    if isinstance(fill, (int, float)) and channels > 1:
        fill = tuple([fill] * channels)
    if isinstance(fill, (list, tuple)):
        if len(fill) == 1:
            fill = tuple(fill) * channels
        elif len(fill) != channels:
            raise ValueError(f"The number of elements in 'fill' does not match the number of channels of the image ({len(fill)} != {channels})")
        fill = tuple(fill)
    if img.mode != "F":
        fill = tuple(int(x) for x in fill) if isinstance(fill, tuple) else int(fill)
    if isinstance(fill, tuple) and channels == 1:
        fill = fill[0]
    return {name: fill}


def pad(img, padding, fill: Any = 0, padding_mode: Any = "constant"):
    """Borders of one colour, or of what lies beside them."""
    _check(img)
    if not isinstance(padding, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    if fill is not None and not isinstance(fill, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate fill arg")
    if not isinstance(padding_mode, str):
        raise TypeError("Got inappropriate padding_mode arg")
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    left, top, right, bottom = four_paddings(padding)
    if padding_mode == "constant":
        colour = _fill(fill, img, name="fill")
        border: Any = tuple(padding) if isinstance(padding, list) else padding
        border = border[0] if isinstance(border, tuple) and len(border) == 1 else border
        out = ImageOps.expand(img, border=border, **colour)
        if img.mode == "P":
            out.putpalette(img.getpalette())
        return out
    if min(left, top, right, bottom) < 0:  # what a negative padding takes away
        cut = [max(-x, 0) for x in (left, top, right, bottom)]
        img = img.crop((cut[0], cut[1], img.width - cut[2], img.height - cut[3]))
        left, top, right, bottom = (max(x, 0) for x in (left, top, right, bottom))
    values = np.asarray(img)
    widths: Any = ((top, bottom), (left, right)) + ((0, 0),) * (values.ndim - 2)
    how: Any = padding_mode
    out = Image.fromarray(np.pad(values, widths, how))
    if img.mode == "P":
        out.putpalette(img.getpalette())
    return out


def crop(img, top: int, left: int, height: int, width: int):
    """A part; what lies outside is black."""
    _check(img)
    return img.crop((left, top, left + width, top + height))


def resize(img, size: Sequence[int], interpolation: int = Image.Resampling.BILINEAR):
    """The picture with ``size`` (height, width)."""
    _check(img)
    if not (isinstance(size, (list, tuple)) and len(size) == 2):
        raise TypeError(f"Got inappropriate size arg: {size}")
    return img.resize(tuple(size[::-1]), interpolation)


def affine(img, matrix: Sequence[float], interpolation: int = Image.Resampling.NEAREST, fill: Any = None):
    """The picture seen through an inverse matrix."""
    _check(img)
    return img.transform(img.size, Image.Transform.AFFINE, matrix, interpolation, **_fill(fill, img))


def rotate(img, angle: float, interpolation: int = Image.Resampling.NEAREST, expand: bool = False, center=None, fill: Any = None):
    """The picture turned against the clock."""
    _check(img)
    return img.rotate(angle, interpolation, expand, center, **_fill(fill, img))


def perspective(img, coefficients: Sequence[float], interpolation: int = Image.Resampling.BICUBIC, fill: Any = None):
    """The picture seen through a perspective."""
    _check(img)
    return img.transform(img.size, Image.Transform.PERSPECTIVE, coefficients, interpolation, **_fill(fill, img))


def to_grayscale(img, num_output_channels: int):
    """Grey, in one channel or in three that are alike."""
    _check(img)
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    grey = img.convert("L")
    return grey if num_output_channels == 1 else Image.merge("RGB", (grey, grey, grey))


def _ops(function):
    def apply(img, *args):
        _check(img)
        return function(img, *args)

    return apply


invert = _ops(ImageOps.invert)
posterize = _ops(ImageOps.posterize)
solarize = _ops(ImageOps.solarize)
autocontrast = _ops(ImageOps.autocontrast)
equalize = _ops(ImageOps.equalize)
