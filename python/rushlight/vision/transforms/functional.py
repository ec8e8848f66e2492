"""Transforms as functions, of Pillow's pictures and of tensors (..., C, H, W)."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
from PIL import Image

from ... import from_numpy, get_default_dtype, uint8
from ..._C import Tensor
from . import _functional_pil as F_pil, _functional_tensor as F_t
from ._geometry import (
    affine_matrix as _get_inverse_affine_matrix,
    center_offsets,
    center_paddings,
    perspective_coefficients as _get_perspective_coeffs,
    resized_size,
)


class InterpolationMode(Enum):
    """How pictures are read between their pixels."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


pil_modes_mapping = {
    InterpolationMode.NEAREST: 0,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.NEAREST_EXACT: 0,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
    InterpolationMode.LANCZOS: 1,
}
_is_pil_image = F_pil.is_pil_image


def _interpolation_modes_from_int(i: int) -> InterpolationMode:
    """The mode that Pillow numbers ``i``."""
    modes = (
        InterpolationMode.NEAREST,
        InterpolationMode.LANCZOS,
        InterpolationMode.BILINEAR,
        InterpolationMode.BICUBIC,
        InterpolationMode.BOX,
        InterpolationMode.HAMMING,
    )
    return modes[i]


def _mode(interpolation: Any) -> InterpolationMode:
    if isinstance(interpolation, int):
        interpolation = _interpolation_modes_from_int(interpolation)
    elif not isinstance(interpolation, InterpolationMode):
        raise TypeError("Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant")
    return interpolation


def _of(img: Any):
    """The functions for what ``img`` is."""
    return F_t if isinstance(img, Tensor) else F_pil


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width of a picture.

    >>> from rushlight.vision.transforms.functional import get_dimensions
    >>> get_dimensions(torch.zeros(3, 4, 5))
    [3, 4, 5]
    """
    return _of(img).get_dimensions(img)


def get_image_size(img: Any) -> list[int]:
    """Width and height of a picture."""
    return _of(img).get_image_size(img)


def get_image_num_channels(img: Any) -> int:
    """Channels of a picture."""
    return _of(img).get_image_num_channels(img)


_NUMPY_OF_MODE = {"I": np.int32, "I;16": np.int16, "F": np.float32}


def to_tensor(pic: Any) -> Tensor:
    """A picture or an array (H, W, C) as a tensor (C, H, W); bytes become floats in [0, 1].

    Args:
        pic (PIL Image or ndarray): the picture.

    Raises:
        TypeError: for anything else.
        ValueError: if an array has not two or three axes.
    """
    if not (_is_pil_image(pic) or isinstance(pic, np.ndarray)):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    default = get_default_dtype()
    if isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        if pic.ndim == 2:
            pic = pic[:, :, None]
        img = from_numpy(np.ascontiguousarray(pic.transpose((2, 0, 1))))
        return img.to(default).div(255) if img.dtype == uint8 else img
    img = from_numpy(np.array(pic, _NUMPY_OF_MODE.get(pic.mode, np.uint8), copy=True))
    if pic.mode == "1":
        img = 255 * img
    img = img.view(pic.size[1], pic.size[0], len(pic.getbands())).permute((2, 0, 1)).contiguous()
    return img.to(default).div(255) if img.dtype == uint8 else img


def pil_to_tensor(pic: Any) -> Tensor:
    """A picture as a tensor (C, H, W) of its own numbers.

    Raises:
        TypeError: if ``pic`` is no picture of Pillow's.
    """
    if not _is_pil_image(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    img = from_numpy(np.array(pic, copy=True))
    return img.view(pic.size[1], pic.size[0], len(pic.getbands())).permute((2, 0, 1))


def convert_image_dtype(image: Tensor, dtype=None) -> Tensor:
    """The picture in another dtype, full brightness staying what it is.

    Args:
        image (Tensor): the picture.
        dtype (dtype, optional): float32 by default.

    Raises:
        TypeError: if it is no tensor.
        RuntimeError: for floats into integers that they cannot hold.
    """
    if not isinstance(image, Tensor):
        raise TypeError("Input img should be Tensor Image")
    return F_t.convert_image_dtype(image, F_t.float32 if dtype is None else dtype)


_MODES = {1: (), 2: ("LA",), 3: ("RGB", "YCbCr", "HSV"), 4: ("RGBA", "CMYK", "RGBX")}


def to_pil_image(pic: Any, mode: str | None = None):
    """A tensor (C, H, W) or an array (H, W, C) as a picture of Pillow's.

    Args:
        pic (Tensor or ndarray): floats of a tensor are taken to be in [0, 1].
        mode (str, optional): Pillow's word for what the channels are; by default read from their number and dtype.

    Raises:
        TypeError: for anything else, and for dtypes without a mode.
        ValueError: for other shapes, and modes that do not fit.
    """
    if isinstance(pic, Tensor):
        if pic.ndim == 3:
            pic = pic.permute((1, 2, 0))
        pic = pic.detach()
        if pic.is_floating_point() and mode != "F":
            if pic.ndim in (2, 3):
                pic = pic.mul(255).to(uint8)
        elif str(pic.dtype) == "torch.bfloat16":
            pic = pic.float()
        pic = pic.cpu().numpy()
    elif not isinstance(pic, np.ndarray):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    elif np.issubdtype(pic.dtype, np.floating) and mode != "F" and pic.ndim in (2, 3):
        pic = (pic * 255).astype(np.uint8)
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    if pic.ndim == 2:
        pic = pic[:, :, None]
    channels = pic.shape[2]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    if channels == 1:
        pic = pic[:, :, 0]
        expected = {"uint8": "L", "int16": "I;16", "int32": "I", "float32": "F"}.get(str(pic.dtype))
        if mode is not None and mode != expected:
            raise ValueError(f"Incorrect mode ({mode}) supplied for input type {np.dtype(pic.dtype)}. Should be {expected}")
        mode = expected
    else:
        permitted = _MODES[channels]
        if mode is not None and mode not in permitted:
            raise ValueError(f"Only modes {list(permitted)} are supported for {channels}D inputs")
        if mode is None and pic.dtype == np.uint8:
            mode = permitted[0]
    if mode is None:
        raise TypeError(f"Input type {pic.dtype} is not supported")
    if mode == "I;16":
        return Image.fromarray(np.ascontiguousarray(pic.astype(np.uint16, copy=False)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a version of Pillow thought of taking `mode` away
        return Image.fromarray(np.ascontiguousarray(pic), mode)


def normalize(tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """``(x - mean) / std`` of each channel of floats.

    Args:
        tensor (Tensor): of shape (..., C, H, W).
        mean, std (sequence of float): a number for each channel.
        inplace (bool): whether to write over the tensor.

    Example:

        >>> from rushlight.vision.transforms.functional import normalize
        >>> normalize(torch.ones(1, 1, 2), [0.5], [0.25])
        tensor([[[2., 2.]]])

    Raises:
        TypeError: for anything but tensors of floats.
        ValueError: without channels, or if a deviation is zero.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    return F_t.normalize(tensor, mean=mean, std=std, inplace=inplace)


_compute_resized_output_size = resized_size


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
):
    """The picture in another size.

    Args:
        img (PIL Image or Tensor): the picture.
        size (int or sequence): of the short side, or height and width.
        interpolation (InterpolationMode or int): how to read between pixels.
        max_size (int, optional): the long side is made to fit, for a size of one number.
        antialias (bool): whether tensors are smoothed when they shrink; Pillow always does it.

    Example:

        >>> from rushlight.vision.transforms.functional import resize
        >>> tuple(resize(torch.zeros(3, 20, 30), 10).shape)
        (3, 10, 15)
    """
    interpolation = _mode(interpolation)
    if isinstance(size, (list, tuple)):
        if len(size) not in (1, 2):
            raise ValueError(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(size)} element tuple/list")
        if max_size is not None and len(size) != 1:
            raise ValueError("max_size should only be passed if size specifies the length of the smaller edge, i.e. size should be an int or a sequence of length 1 in torchscript mode.")
    _, h, w = get_dimensions(img)
    output = resized_size((h, w), [size] if isinstance(size, int) else size, max_size)
    if [h, w] == output:
        return img
    if isinstance(img, Tensor):
        return F_t.resize(img, output, interpolation.value, antialias=antialias)
    if antialias is False:
        warnings.warn("Anti-alias option is always applied for PIL Image input. Argument antialias is ignored.", stacklevel=2)
    return F_pil.resize(img, output, pil_modes_mapping[interpolation])


def pad(img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"):
    """The picture with borders.

    Args:
        img (PIL Image or Tensor): the picture.
        padding (int or sequence): for all sides; left and right, top and bottom; or left, top, right, bottom.
        fill (number or tuple): their colour.
        padding_mode (str): ``constant``, ``edge``, ``reflect`` or ``symmetric``.
    """
    return _of(img).pad(img, padding, fill, padding_mode)


def crop(img: Any, top: int, left: int, height: int, width: int):
    """The part of the picture that begins at (top, left); black where it lies outside."""
    return _of(img).crop(img, top, left, height, width)


def _two(size: Any) -> tuple[int, int]:
    if isinstance(size, numbers.Number):
        return (int(size), int(size))  # type: ignore[call-overload]
    if isinstance(size, (tuple, list)) and len(size) == 1:
        return (size[0], size[0])
    return tuple(size)


def center_crop(img: Any, output_size: int | Sequence[int]):
    """The middle of the picture; black around it where it is too small."""
    height, width = _two(output_size)
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        img = pad(img, center_paddings(h, w, height, width), fill=0)
        _, h, w = get_dimensions(img)
        if width == w and height == h:
            return img
    top, left = center_offsets(h, w, height, width)
    return crop(img, top, left, height, width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
):
    """A part of the picture in another size."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any):
    """Left and right exchanged."""
    return _of(img).hflip(img)


def vflip(img: Any):
    """Top and bottom exchanged."""
    return _of(img).vflip(img)


def perspective(
    img: Any,
    startpoints: Sequence[Sequence[int]],
    endpoints: Sequence[Sequence[int]],
    interpolation: Any = InterpolationMode.BILINEAR,
    fill: Any = None,
):
    """The picture so that four ``startpoints`` (x, y) come to lie at ``endpoints``."""
    coefficients = _get_perspective_coeffs(startpoints, endpoints)
    interpolation = _mode(interpolation)
    if isinstance(img, Tensor):
        return F_t.perspective(img, coefficients, interpolation.value, fill=fill)
    return F_pil.perspective(img, coefficients, pil_modes_mapping[interpolation], fill=fill)


def five_crop(img: Any, size: int | Sequence[int]) -> tuple:
    """The four corners and the middle.

    Raises:
        ValueError: if the picture is smaller than ``size``.
    """
    if isinstance(size, (tuple, list)) and len(size) not in (1, 2):
        raise ValueError("Please provide only two dimensions (h, w) for size.")
    height, width = _two(size)
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        raise ValueError(f"Requested crop size {(height, width)} is bigger than input size {(h, w)}")
    corners = [(0, 0), (0, w - width), (h - height, 0), (h - height, w - width)]
    return (*(crop(img, top, left, height, width) for top, left in corners), center_crop(img, [height, width]))


def ten_crop(img: Any, size: int | Sequence[int], vertical_flip: bool = False) -> tuple:
    """``five_crop`` of the picture and of its mirror image."""
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)


def adjust_brightness(img: Any, brightness_factor: float):
    """Brighter or darker: 0 is black, 1 changes nothing."""
    return _of(img).adjust_brightness(img, brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float):
    """More or less contrast: 0 is grey all over, 1 changes nothing."""
    return _of(img).adjust_contrast(img, contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float):
    """More or less colour: 0 is black and white, 1 changes nothing."""
    return _of(img).adjust_saturation(img, saturation_factor)


def adjust_hue(img: Any, hue_factor: float):
    """Hues turned by ``hue_factor`` of the circle of colours, from -0.5 to 0.5."""
    return _of(img).adjust_hue(img, hue_factor)


def adjust_gamma(img: Any, gamma: float, gain: float = 1):
    """``gain x ^ gamma`` of brightness in [0, 1]."""
    return _of(img).adjust_gamma(img, gamma, gain)


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[int] | None = None,
    fill: Any = None,
):
    """The picture turned against the clock.

    Args:
        img (PIL Image or Tensor): the picture.
        angle (number): in degrees.
        interpolation (InterpolationMode or int): how to read between pixels.
        expand (bool): whether the result holds all of it.
        center (sequence, optional): the place (x, y) to turn about; the middle by default.
        fill (number or tuple, optional): the colour of what nothing came to.
    """
    interpolation = _mode(interpolation)
    if not isinstance(angle, (int, float)):
        raise TypeError("Argument angle should be int or float")
    if center is not None and not isinstance(center, (list, tuple)):
        raise TypeError("Argument center should be a sequence")
    if not isinstance(img, Tensor):
        return F_pil.rotate(img, angle, pil_modes_mapping[interpolation], expand, center, fill)
    middle = [0.0, 0.0]
    if center is not None:
        _, h, w = get_dimensions(img)
        middle = [1.0 * (c - s * 0.5) for c, s in zip(center, [w, h])]
    matrix = _get_inverse_affine_matrix(middle, -angle, [0.0, 0.0], 1.0, [0.0, 0.0])
    return F_t.rotate(img, matrix, interpolation.value, expand, fill)


def _shears(shear: Any) -> list[float]:
    if not isinstance(shear, (numbers.Number, list, tuple)):
        raise TypeError("Shear should be either a single value or a sequence of two values")
    values: list[Any] = [shear, 0.0] if isinstance(shear, numbers.Number) else list(shear)
    if len(values) == 1:
        values = [values[0], values[0]]
    if len(values) != 2:
        raise ValueError(f"Shear should be a sequence containing two values. Got {shear}")
    return values


def affine(
    img: Any,
    angle: float,
    translate: Sequence[int],
    scale: float,
    shear: Any,
    interpolation: Any = InterpolationMode.NEAREST,
    fill: Any = None,
    center: Sequence[int] | None = None,
):
    """The picture turned, moved, scaled and sheared, its middle staying where it is.

    Args:
        img (PIL Image or Tensor): the picture.
        angle (number): in degrees, with the clock.
        translate (sequence of int): to the right and down.
        scale (float): above 0.
        shear (number or sequence): in degrees, along x, or along both axes.
        interpolation (InterpolationMode or int): how to read between pixels.
        fill (number or tuple, optional): the colour of what nothing came to.
        center (sequence, optional): the place (x, y) that stays.
    """
    interpolation = _mode(interpolation)
    if not isinstance(angle, (int, float)):
        raise TypeError("Argument angle should be int or float")
    if not isinstance(translate, (list, tuple)):
        raise TypeError("Argument translate should be a sequence")
    if len(translate) != 2:
        raise ValueError("Argument translate should be a sequence of length 2")
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    shear = _shears(shear)
    if center is not None and not isinstance(center, (list, tuple)):
        raise TypeError("Argument center should be a sequence")
    _, h, w = get_dimensions(img)
    if not isinstance(img, Tensor):
        middle = [w * 0.5, h * 0.5] if center is None else list(center)
        matrix = _get_inverse_affine_matrix(middle, float(angle), list(translate), scale, shear)
        return F_pil.affine(img, matrix, pil_modes_mapping[interpolation], fill)
    middle = [0.0, 0.0] if center is None else [1.0 * (c - s * 0.5) for c, s in zip(center, [w, h])]
    matrix = _get_inverse_affine_matrix(middle, float(angle), [1.0 * t for t in translate], scale, shear)
    return F_t.affine(img, matrix, interpolation.value, fill)


def to_grayscale(img: Any, num_output_channels: int = 1):
    """A picture of Pillow's in grey, of one channel or of three that are alike."""
    if _is_pil_image(img):
        return F_pil.to_grayscale(img, num_output_channels)
    raise TypeError("Input should be PIL Image")


def rgb_to_grayscale(img: Any, num_output_channels: int = 1):
    """A picture in grey, of one channel or of three that are alike."""
    if isinstance(img, Tensor):
        return F_t.rgb_to_grayscale(img, num_output_channels)
    return F_pil.to_grayscale(img, num_output_channels)


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """The picture with ``v`` written over the part that begins at (i, j).

    Raises:
        TypeError: if it is no tensor.
    """
    if not isinstance(img, Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(img)}")
    return F_t.erase(img, i, j, h, w, v, inplace)


def blur_arguments(kernel_size: Any, sigma: Any) -> tuple[list[int], list[float]]:
    """Sizes and deviations of a blur along x and y, checked; a deviation that is None follows from the size."""
    if not isinstance(kernel_size, (int, list, tuple)):
        raise TypeError(f"kernel_size should be int or a sequence of integers. Got {type(kernel_size)}")
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    if len(sizes) != 2:
        raise ValueError(f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}")
    for size in sizes:
        if size % 2 == 0 or size < 0:
            raise ValueError(f"kernel_size should have odd and positive integers. Got {sizes}")
    if sigma is None:
        deviations = [size * 0.15 + 0.35 for size in sizes]
    else:
        if not isinstance(sigma, (int, float, list, tuple)):
            raise TypeError(f"sigma should be either float or sequence of floats. Got {type(sigma)}")
        deviations = [float(sigma)] * 2 if isinstance(sigma, (int, float)) else list(sigma)
        if len(deviations) == 1:
            deviations = deviations * 2
        if len(deviations) != 2:
            raise ValueError(f"If sigma is a sequence, its length should be 2. Got {len(deviations)}")
    for deviation in deviations:
        if deviation <= 0.0:
            raise ValueError(f"sigma should have positive values. Got {deviations}")
    return sizes, deviations


def gaussian_blur(img: Any, kernel_size: int | Sequence[int], sigma: float | Sequence[float] | None = None):
    """The picture blurred by a normal density.

    Args:
        img (PIL Image or Tensor): the picture.
        kernel_size (int or sequence): odd, along x and y.
        sigma (float or sequence, optional): deviations; by default ``0.15 size + 0.35``.
    """
    sizes, deviations = blur_arguments(kernel_size, sigma)
    if isinstance(img, Tensor):
        return F_t.gaussian_blur(img, sizes, deviations)
    if not _is_pil_image(img):
        raise TypeError(f"img should be PIL Image or Tensor. Got {type(img)}")
    return to_pil_image(F_t.gaussian_blur(pil_to_tensor(img), sizes, deviations), mode=img.mode)


def invert(img: Any):
    """Bright and dark exchanged."""
    return _of(img).invert(img)


def posterize(img: Any, bits: int):
    """The highest ``bits`` of each channel, of 0 to 8."""
    if not 0 <= bits <= 8:
        raise ValueError(f"The number if bits should be between 0 and 8. Got {bits}")
    return _of(img).posterize(img, bits)


def solarize(img: Any, threshold: float):
    """What is as bright as ``threshold`` or brighter, inverted."""
    return _of(img).solarize(img, threshold)


def adjust_sharpness(img: Any, sharpness_factor: float):
    """Sharper or smoother: 0 is smooth, 1 changes nothing."""
    return _of(img).adjust_sharpness(img, sharpness_factor)


def autocontrast(img: Any):
    """Each channel stretched from black to full brightness."""
    return _of(img).autocontrast(img)


def equalize(img: Any):
    """Each channel with its brightness spread evenly."""
    return _of(img).equalize(img)


def elastic_transform(img: Any, displacement: Tensor, interpolation: Any = InterpolationMode.BILINEAR, fill: Any = None):
    """The picture with every place moved.

    Args:
        img (PIL Image or Tensor): the picture.
        displacement (Tensor): of shape (1, H, W, 2), in units of half the size.
        interpolation (InterpolationMode or int): how to read between pixels.
        fill (number or tuple, optional): the colour of what nothing came to.
    """
    interpolation = _mode(interpolation)
    if not isinstance(displacement, Tensor):
        raise TypeError("Argument displacement should be a Tensor")
    picture = not isinstance(img, Tensor)
    if picture and not _is_pil_image(img):
        raise TypeError(f"img should be PIL Image or Tensor. Got {type(img)}")
    values = pil_to_tensor(img) if picture else img
    expected = (1, *values.shape[-2:], 2)
    if tuple(displacement.shape) != expected:
        raise ValueError(f"Argument displacement shape should be {expected}, but given {tuple(displacement.shape)}")
    out = F_t.elastic_transform(values, displacement, interpolation.value, fill)
    return to_pil_image(out, mode=img.mode) if picture else out
