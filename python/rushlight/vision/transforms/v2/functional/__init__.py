"""Transforms as functions, of pictures, videos, masks, boxes and points: what the input is decides what is done."""

from __future__ import annotations

import warnings
from typing import Any

from ....._C import Tensor
from .... import tv_tensors
from ... import _functional_pil as F_pil, _functional_tensor as F_t, functional as F1
from ...functional import InterpolationMode, pil_to_tensor, to_pil_image
from . import _color as c, _geometry as g
from ._boxes import clamp_bounding_boxes, convert_bounding_box_format, sanitize_bounding_boxes
from ._color import to_image
from ._dispatch import BOXES, KERNELS, MASK, POINTS, VIDEO, dispatched, kernel_of, kernels
from ._geometry import (
    affine_boxes as affine_bounding_boxes,
    affine_image,
    affine_mask,
    center_crop_boxes as center_crop_bounding_boxes,
    center_crop_image,
    crop_boxes as crop_bounding_boxes,
    elastic_boxes as elastic_bounding_boxes,
    elastic_image,
    elastic_mask,
    pad_boxes as pad_bounding_boxes,
    pad_image,
    pad_mask,
    perspective_boxes as perspective_bounding_boxes,
    perspective_image,
    perspective_mask,
    resize_boxes as resize_bounding_boxes,
    resize_image,
    resize_mask,
    resized_crop_image,
    resized_crop_mask,
    rotate_boxes as rotate_bounding_boxes,
    rotate_image,
    rotate_mask,
)

BILINEAR, NEAREST = InterpolationMode.BILINEAR, InterpolationMode.NEAREST


# ---- what an input is like ----------------------------------------------------------------------------------------------
@dispatched
def get_dimensions(inpt: Any) -> Any:
    """Channels, height and width."""


@dispatched
def get_num_channels(inpt: Any) -> Any:
    """Channels."""


@dispatched
def get_size(inpt: Any) -> Any:
    """Height and width."""


@dispatched
def get_num_frames(inpt: Any) -> Any:
    """Frames of a video."""


def get_image_size(inpt: Any) -> list[int]:
    """Width and height, as the old function of this name says them."""
    warnings.warn("The function `get_image_size(...)` is deprecated and will be removed in a future release. Instead, please use `get_size(...)` which returns `[h, w]` instead of `[w, h]`.", stacklevel=2)
    return get_size(inpt)[::-1]


get_image_num_channels = get_num_channels


# ---- places -------------------------------------------------------------------------------------------------------------
@dispatched
def horizontal_flip(inpt: Any) -> Any:
    """Left and right exchanged."""


@dispatched
def vertical_flip(inpt: Any) -> Any:
    """Top and bottom exchanged."""


@dispatched
def resize(inpt: Any, size, interpolation: Any = BILINEAR, max_size: int | None = None, antialias: bool | None = True) -> Any:
    """Another size: of the short side, or height and width."""


@dispatched
def affine(inpt: Any, angle, translate, scale, shear, interpolation: Any = NEAREST, fill: Any = None, center=None) -> Any:
    """Turned, moved, scaled and sheared."""


@dispatched
def rotate(inpt: Any, angle, interpolation: Any = NEAREST, expand: bool = False, center=None, fill: Any = None) -> Any:
    """Turned against the clock."""


@dispatched
def pad(inpt: Any, padding, fill: Any = None, padding_mode: str = "constant") -> Any:
    """With borders."""


@dispatched
def crop(inpt: Any, top: int, left: int, height: int, width: int) -> Any:
    """A part."""


@dispatched
def center_crop(inpt: Any, output_size) -> Any:
    """The middle."""


@dispatched
def resized_crop(inpt: Any, top, left, height, width, size, interpolation: Any = BILINEAR, antialias: bool | None = True) -> Any:
    """A part in another size."""


@dispatched
def perspective(inpt: Any, startpoints, endpoints, interpolation: Any = BILINEAR, fill: Any = None, coefficients=None) -> Any:
    """Seen through a perspective."""


@dispatched
def elastic(inpt: Any, displacement: Tensor, interpolation: Any = BILINEAR, fill: Any = None) -> Any:
    """With every place moved."""


@dispatched
def five_crop(inpt: Any, size) -> Any:
    """The four corners and the middle."""


@dispatched
def ten_crop(inpt: Any, size, vertical_flip: bool = False) -> Any:
    """``five_crop`` of the input and of its mirror image."""


hflip, vflip, elastic_transform = horizontal_flip, vertical_flip, elastic


# ---- colours ------------------------------------------------------------------------------------------------------------
@dispatched
def rgb_to_grayscale(inpt: Any, num_output_channels: int = 1) -> Any:
    """In grey, of one channel or of three that are alike."""


@dispatched
def grayscale_to_rgb(inpt: Any) -> Any:
    """Grey with three channels."""


@dispatched
def adjust_brightness(inpt: Any, brightness_factor: float) -> Any:
    """Brighter or darker."""


@dispatched
def adjust_contrast(inpt: Any, contrast_factor: float) -> Any:
    """With more or less contrast."""


@dispatched
def adjust_saturation(inpt: Any, saturation_factor: float) -> Any:
    """With more or less colour."""


@dispatched
def adjust_hue(inpt: Any, hue_factor: float) -> Any:
    """With hues turned."""


@dispatched
def adjust_gamma(inpt: Any, gamma: float, gain: float = 1) -> Any:
    """``gain x ^ gamma`` of brightness in [0, 1]."""


@dispatched
def adjust_sharpness(inpt: Any, sharpness_factor: float) -> Any:
    """Sharper or smoother."""


@dispatched
def posterize(inpt: Any, bits: int) -> Any:
    """The highest ``bits`` of each channel."""


@dispatched
def solarize(inpt: Any, threshold: float) -> Any:
    """What is as bright as ``threshold`` or brighter, inverted."""


@dispatched
def invert(inpt: Any) -> Any:
    """Bright and dark exchanged."""


@dispatched
def autocontrast(inpt: Any) -> Any:
    """Each channel stretched from black to full brightness."""


@dispatched
def equalize(inpt: Any) -> Any:
    """Each channel with its brightness spread evenly."""


@dispatched
def permute_channels(inpt: Any, permutation: list[int]) -> Any:
    """Channels in another order."""


# ---- numbers ------------------------------------------------------------------------------------------------------------
@dispatched
def to_dtype(inpt: Any, dtype=None, scale: bool = False) -> Any:
    """Another dtype; with ``scale`` full brightness stays what it is."""


@dispatched
def normalize(inpt: Any, mean, std, inplace: bool = False) -> Any:
    """``(x - mean) / std`` of each channel."""


@dispatched
def gaussian_blur(inpt: Any, kernel_size, sigma=None) -> Any:
    """Blurred by a normal density."""


@dispatched
def gaussian_noise(inpt: Any, mean: float = 0.0, sigma: float = 0.1, clip: bool = True) -> Any:
    """With noise added."""


@dispatched
def erase(inpt: Any, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Any:
    """With ``v`` written over a part."""


@dispatched
def jpeg(inpt: Any, quality: int) -> Any:
    """As it is after writing and reading it as JPEG."""


@dispatched
def uniform_temporal_subsample(inpt: Any, num_samples: int) -> Any:
    """As many frames, spread evenly."""


def convert_image_dtype(image: Tensor, dtype=F_t.float32) -> Tensor:
    """A picture in another dtype, full brightness staying what it is."""
    return to_dtype(image, dtype, scale=True) if isinstance(image, Tensor) else c.to_dtype_image(image, dtype, scale=True)


def to_grayscale(inpt: Any, num_output_channels: int = 1) -> Any:
    """The old name of ``rgb_to_grayscale``."""
    warnings.warn("The function `to_grayscale(...)` is deprecated in will be removed in a future release. Instead, please use `rgb_to_grayscale(..., num_output_channels=...)`.", stacklevel=2)
    return rgb_to_grayscale(inpt, num_output_channels=num_output_channels)


def to_tensor(inpt: Any) -> Tensor:
    """A picture or an array as a tensor of floats, as the old function of this name."""
    warnings.warn("The function `to_tensor(...)` is deprecated and will be removed in a future release. Instead, please use `to_image(...)` followed by `to_dtype(..., dtype=torch.float32, scale=True)`.", stacklevel=2)
    return F1.to_tensor(inpt)


def to_pure_tensor(inpt: Tensor) -> Tensor:
    """A plain tensor."""
    return inpt.as_subclass(Tensor)


# ---- which kernel is whose ----------------------------------------------------------------------------------------------
def _asks(kernel):
    """Answers about an input are not wrapped in its class."""
    return lambda inpt: kernel(inpt.as_subclass(Tensor) if isinstance(inpt, Tensor) else inpt)


def _five(crop_one, center_one):
    def kernel(image, size):
        if isinstance(size, (tuple, list)) and len(size) not in (1, 2):
            raise ValueError("Please provide only two dimensions (h, w) for size.")
        height, width = g._crop_size(size)
        h, w = (image.shape[-2:]) if isinstance(image, Tensor) else (image.height, image.width)
        if width > w or height > h:
            raise ValueError(f"Requested crop size {(height, width)} is bigger than input size {(h, w)}")
        places = ((0, 0), (0, w - width), (h - height, 0), (h - height, w - width))
        return (*(crop_one(image, top, left, height, width) for top, left in places), center_one(image, [height, width]))

    return kernel


def _ten(five, horizontal, vertical):
    def kernel(image, size, vertical_flip=False):
        return five(image, size) + five((vertical if vertical_flip else horizontal)(image), size)

    return kernel


def _spread(kernel):
    """Each of several results in the class of the input."""

    def call(inpt, *args, **kwargs):
        out = kernel(inpt.as_subclass(Tensor), *args, **kwargs)
        return tuple(tv_tensors.wrap(one, like=inpt) for one in out) if isinstance(inpt, tv_tensors.TVTensor) else out

    return call


def _rows() -> None:
    from PIL import Image as pil

    for name, tensor_kernel, picture_kernel in (
        ("get_dimensions", F_t.get_dimensions, F_pil.get_dimensions),
        ("get_num_channels", F_t.get_image_num_channels, F_pil.get_image_num_channels),
        ("get_size", lambda x: list(x.shape[-2:]), lambda x: [x.height, x.width]),
    ):
        KERNELS[name].update({Tensor: tensor_kernel, tv_tensors.Image: _asks(tensor_kernel), VIDEO: _asks(tensor_kernel), pil.Image: picture_kernel})
    KERNELS["get_dimensions"].pop(MASK, None)
    KERNELS["get_size"].update({MASK: _asks(lambda x: list(x.shape[-2:])), BOXES: lambda x: list(x.canvas_size), POINTS: lambda x: list(x.canvas_size)})
    KERNELS["get_num_frames"].update({Tensor: lambda x: x.shape[-4], VIDEO: lambda x: x.shape[-4]})

    kernels("horizontal_flip", lambda x: x.flip(-1), F_pil.hflip, lambda x: x.flip(-1), g.flip_boxes(0), g.flip_points(0))
    kernels("vertical_flip", lambda x: x.flip(-2), F_pil.vflip, lambda x: x.flip(-2), g.flip_boxes(1), g.flip_points(1))
    kernels("resize", g.resize_image, g.resize_picture, g.resize_mask, g.resize_boxes, g.resize_points)
    kernels("affine", g.affine_image, g.affine_picture, g.affine_mask, g.affine_boxes, g.affine_points)
    kernels("rotate", g.rotate_image, g.rotate_picture, g.rotate_mask, g.rotate_boxes, g.rotate_points)
    kernels("pad", g.pad_image, lambda x, padding, fill=0, padding_mode="constant": F_pil.pad(x, padding, fill, padding_mode), g.pad_mask, g.pad_boxes, g.pad_points)
    kernels("crop", F_t.crop, F_pil.crop, g.as_planes(F_t.crop), g.crop_boxes, g.crop_points)
    kernels("center_crop", g.center_crop_image, F1.center_crop, g.as_planes(g.center_crop_image), g.center_crop_boxes, g.center_crop_points)
    kernels("resized_crop", g.resized_crop_image, g.resized_crop_picture, g.resized_crop_mask, g.resized_crop_boxes, g.resized_crop_points)
    kernels("perspective", g.perspective_image, g.perspective_picture, g.perspective_mask, g.perspective_boxes, g.perspective_points)
    kernels("elastic", g.elastic_image, g.elastic_picture, g.elastic_mask, g.elastic_boxes, g.elastic_points)
    five = _five(F_t.crop, g.center_crop_image)
    ten = _ten(five, lambda x: x.flip(-1), lambda x: x.flip(-2))
    for name, kernel, old in (("five_crop", five, F1.five_crop), ("ten_crop", ten, F1.ten_crop)):
        KERNELS[name].update({Tensor: kernel, tv_tensors.Image: _spread(kernel), VIDEO: _spread(kernel), pil.Image: old})

    kernels("rgb_to_grayscale", c.grayscale_image, c.grayscale_picture)
    kernels("grayscale_to_rgb", c.grayscale_to_rgb_image, c.grayscale_to_rgb_picture)
    kernels("adjust_brightness", c.brightness_image, F_pil.adjust_brightness)
    kernels("adjust_contrast", c.contrast_image, F_pil.adjust_contrast)
    kernels("adjust_saturation", c.saturation_image, F_pil.adjust_saturation)
    kernels("adjust_hue", c.hue_image, F_pil.adjust_hue)
    kernels("adjust_gamma", c.gamma_image, F_pil.adjust_gamma)
    kernels("adjust_sharpness", c.sharpness_image, F_pil.adjust_sharpness)
    kernels("posterize", c.posterize_image, F_pil.posterize)
    kernels("solarize", c.solarize_image, F_pil.solarize)
    kernels("invert", c.invert_image, F_pil.invert)
    kernels("autocontrast", c.autocontrast_image, F_pil.autocontrast)
    kernels("equalize", c.equalize_image, F_pil.equalize)
    kernels("permute_channels", c.permute_channels_image, c.permute_channels_picture)

    kernels("to_dtype", lambda x, dtype=None, scale=False: c.to_dtype_image(x, dtype or F_t.float32, scale))
    KERNELS["to_dtype"].update({kind: lambda x, dtype=None, scale=False: tv_tensors.wrap(x.as_subclass(Tensor).to(dtype or F_t.float32), like=x) for kind in (MASK, BOXES, POINTS)})
    kernels("normalize", c.normalize_image)
    kernels("gaussian_blur", c.gaussian_blur_image, c.gaussian_blur_picture)
    kernels("gaussian_noise", c.gaussian_noise_image)
    kernels("erase", F_t.erase, c.erase_picture)
    kernels("jpeg", c.jpeg_image, c.jpeg_picture)
    kernels("uniform_temporal_subsample", c.subsample_video)
    KERNELS["uniform_temporal_subsample"].pop(tv_tensors.Image)


_rows()
