"""Transforms as functions, of pictures, videos, masks, boxes and points: what the input is decides what is done."""

from __future__ import annotations

import warnings
from typing import Any

from ..... import float32
from ....._C import Tensor
from .... import tv_tensors
from ... import _functional_pil as F_pil, _functional_tensor as F_t, functional as F1
from ...functional import InterpolationMode, pil_to_tensor, to_pil_image
from . import _color as c, _geometry as g, _warps as w
from ._boxes import (
    clamp_bounding_boxes,
    clamp_keypoints,
    convert_bounding_box_format,
    sanitize_bounding_boxes,
    sanitize_keypoints,
)
from ._color import (
    adjust_brightness_image,
    adjust_contrast_image,
    adjust_gamma_image,
    adjust_hue_image,
    adjust_saturation_image,
    adjust_sharpness_image,
    autocontrast_image,
    equalize_image,
    gaussian_blur_image,
    gaussian_noise_image,
    grayscale_to_rgb_image,
    invert_image,
    jpeg_image,
    normalize_image,
    permute_channels_image,
    posterize_image,
    rgb_to_grayscale_image,
    solarize_image,
    to_dtype_image,
    to_image,
    uniform_temporal_subsample_video,
)
from ._dispatch import (
    BOXES,
    KERNELS,
    MASK,
    POINTS,
    VIDEO,
    dispatched,
    is_pure_tensor,
    kernel_of,
    kernels,
    of_class,
    register_kernel,
)
from ._geometry import (
    center_crop_bounding_boxes,
    center_crop_image,
    center_crop_keypoints,
    center_crop_mask,
    crop_bounding_boxes,
    crop_image,
    crop_keypoints,
    crop_mask,
    five_crop_image,
    horizontal_flip_bounding_boxes,
    horizontal_flip_image,
    horizontal_flip_keypoints,
    horizontal_flip_mask,
    pad_bounding_boxes,
    pad_image,
    pad_keypoints,
    pad_mask,
    resize_bounding_boxes,
    resize_image,
    resize_keypoints,
    resize_mask,
    resized_crop_bounding_boxes,
    resized_crop_image,
    resized_crop_keypoints,
    resized_crop_mask,
    ten_crop_image,
    vertical_flip_bounding_boxes,
    vertical_flip_image,
    vertical_flip_keypoints,
    vertical_flip_mask,
)
from ._warps import (
    affine_bounding_boxes,
    affine_image,
    affine_keypoints,
    affine_mask,
    elastic_bounding_boxes,
    elastic_image,
    elastic_keypoints,
    elastic_mask,
    perspective_bounding_boxes,
    perspective_image,
    perspective_keypoints,
    perspective_mask,
    rotate_bounding_boxes,
    rotate_image,
    rotate_keypoints,
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
def to_dtype(inpt: Any, dtype=float32, scale: bool = False) -> Any:
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
def jpeg(image: Any, quality: int) -> Any:
    """As it is after writing and reading it as JPEG."""


@dispatched
def uniform_temporal_subsample(inpt: Any, num_samples: int) -> Any:
    """As many frames, spread evenly."""


def convert_image_dtype(image: Tensor, dtype=float32) -> Tensor:
    """A picture in another dtype, full brightness staying what it is."""
    if image.dtype == dtype:
        return image
    if image.is_floating_point() and dtype.is_floating_point:
        return image.to(dtype)  # which keeps what kind of tensor it is
    return to_dtype_image(image.as_subclass(Tensor), dtype, scale=True)


def to_grayscale(inpt: Any, num_output_channels: int = 1) -> Any:
    """The old name of ``rgb_to_grayscale``."""
    warnings.warn("The function `to_grayscale(...)` is deprecated in will be removed in a future release. Instead, please use `rgb_to_grayscale(..., num_output_channels=...)`.", stacklevel=2)
    return rgb_to_grayscale(inpt, num_output_channels=num_output_channels)


def to_tensor(inpt: Any) -> Tensor:
    """A picture or an array as a tensor of floats, as the old function of this name."""
    warnings.warn("The function `to_tensor(...)` is deprecated and will be removed in a future release. Instead, please use `to_image(...)` followed by `to_dtype(..., dtype=torch.float32, scale=True)`.", stacklevel=2)
    return F1.to_tensor(inpt)


# ---- which kernel is whose ----------------------------------------------------------------------------------------------
def get_dimensions_image(image: Tensor) -> list[int]:
    """Channels, height and width of pictures; a plane has one channel."""
    return F_t.get_dimensions(image.as_subclass(Tensor))


def get_num_channels_image(image: Tensor) -> int:
    """Channels of pictures."""
    return F_t.get_image_num_channels(image.as_subclass(Tensor))


def get_size_image(image: Tensor) -> list[int]:
    """Height and width of pictures.

    Raises:
        TypeError: for fewer than two axes.
    """
    if image.ndim < 2:
        raise TypeError(f"Input tensor should have at least two dimensions, but got {image.ndim}")
    return list(image.shape[-2:])


def get_num_frames_video(video: Tensor) -> int:
    """Frames of videos."""
    return video.shape[-4]


def get_size_bounding_boxes(bounding_box: tv_tensors.BoundingBoxes) -> list[int]:
    """Height and width of the picture that the boxes are in."""
    return list(bounding_box.canvas_size)


def get_size_keypoints(keypoints: tv_tensors.KeyPoints) -> list[int]:
    """Height and width of the picture that the points are in."""
    return list(keypoints.canvas_size)


def erase_image(image: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """Pictures with ``v`` written over a part."""
    return F_t.erase(image, i, j, h, w, v, inplace)


# of a video each frame is a picture; only what counts or picks frames is its own
get_dimensions_video, get_num_channels_video, get_size_video, get_size_mask = get_dimensions_image, get_num_channels_image, get_size_image, get_size_image
horizontal_flip_video, vertical_flip_video, resize_video, pad_video = horizontal_flip_image, vertical_flip_image, resize_image, pad_image
crop_video, center_crop_video, resized_crop_video = crop_image, center_crop_image, resized_crop_image
five_crop_video, ten_crop_video = five_crop_image, ten_crop_image
affine_video, rotate_video, perspective_video, elastic_video = affine_image, rotate_image, perspective_image, elastic_image
adjust_brightness_video, adjust_contrast_video, adjust_saturation_video = adjust_brightness_image, adjust_contrast_image, adjust_saturation_image
adjust_hue_video, adjust_gamma_video, adjust_sharpness_video = adjust_hue_image, adjust_gamma_image, adjust_sharpness_image
posterize_video, solarize_video, invert_video = posterize_image, solarize_image, invert_image
autocontrast_video, equalize_video, permute_channels_video = autocontrast_image, equalize_image, permute_channels_image
to_dtype_video, normalize_video, erase_video, jpeg_video = to_dtype_image, normalize_image, erase_image, jpeg_image
gaussian_blur_video, gaussian_noise_video = gaussian_blur_image, gaussian_noise_image


def _spread(kernel):
    """Each of several results in the class of the input."""

    def call(inpt, *args, **kwargs):
        return tuple(tv_tensors.wrap(one, like=inpt) for one in kernel(inpt.as_subclass(Tensor), *args, **kwargs))

    return call


def _rows() -> None:
    from PIL import Image as pil

    # what an input is like, is not of its class
    for name, tensor_kernel, picture_kernel in (
        ("get_dimensions", get_dimensions_image, F_pil.get_dimensions),
        ("get_num_channels", get_num_channels_image, F_pil.get_image_num_channels),
        ("get_size", get_size_image, lambda x: [x.height, x.width]),
    ):
        KERNELS[name].update({Tensor: tensor_kernel, tv_tensors.Image: tensor_kernel, VIDEO: tensor_kernel, pil.Image: picture_kernel})
    KERNELS["get_size"].update({MASK: get_size_mask, BOXES: get_size_bounding_boxes, POINTS: get_size_keypoints})
    KERNELS["get_num_frames"].update({Tensor: get_num_frames_video, VIDEO: get_num_frames_video})

    kernels("horizontal_flip", horizontal_flip_image, F_pil.hflip, horizontal_flip_mask, horizontal_flip_bounding_boxes, horizontal_flip_keypoints)
    kernels("vertical_flip", vertical_flip_image, F_pil.vflip, vertical_flip_mask, vertical_flip_bounding_boxes, vertical_flip_keypoints)
    kernels("resize", resize_image, g.resize_picture, resize_mask, resize_bounding_boxes, resize_keypoints)
    kernels("affine", affine_image, w.affine_picture, affine_mask, affine_bounding_boxes, affine_keypoints)
    kernels("rotate", rotate_image, w.rotate_picture, rotate_mask, rotate_bounding_boxes, rotate_keypoints)
    kernels("pad", pad_image, g.pad_picture, pad_mask, pad_bounding_boxes, pad_keypoints)
    kernels("crop", crop_image, F_pil.crop, crop_mask, crop_bounding_boxes, crop_keypoints)
    kernels("center_crop", center_crop_image, F1.center_crop, center_crop_mask, center_crop_bounding_boxes, center_crop_keypoints)
    kernels("resized_crop", resized_crop_image, g.resized_crop_picture, resized_crop_mask, resized_crop_bounding_boxes, resized_crop_keypoints)
    kernels("perspective", perspective_image, w.perspective_picture, perspective_mask, perspective_bounding_boxes, perspective_keypoints)
    kernels("elastic", elastic_image, w.elastic_picture, elastic_mask, elastic_bounding_boxes, elastic_keypoints)
    for name, kernel, old in (("five_crop", five_crop_image, F1.five_crop), ("ten_crop", ten_crop_image, F1.ten_crop)):
        KERNELS[name].update({Tensor: kernel, tv_tensors.Image: _spread(kernel), VIDEO: _spread(kernel), pil.Image: old})

    for name, grey, picture in (  # a video stays as it is
        ("rgb_to_grayscale", rgb_to_grayscale_image, c.rgb_to_grayscale_picture),
        ("grayscale_to_rgb", grayscale_to_rgb_image, c.grayscale_to_rgb_picture),
    ):
        KERNELS[name].update({Tensor: grey, tv_tensors.Image: of_class(grey), pil.Image: picture})
    kernels("adjust_brightness", adjust_brightness_image, F_pil.adjust_brightness)
    kernels("adjust_contrast", adjust_contrast_image, F_pil.adjust_contrast)
    kernels("adjust_saturation", adjust_saturation_image, F_pil.adjust_saturation)
    kernels("adjust_hue", adjust_hue_image, F_pil.adjust_hue)
    kernels("adjust_gamma", adjust_gamma_image, F_pil.adjust_gamma)
    kernels("adjust_sharpness", adjust_sharpness_image, F_pil.adjust_sharpness)
    kernels("posterize", posterize_image, F_pil.posterize)
    kernels("solarize", solarize_image, F_pil.solarize)
    kernels("invert", invert_image, F_pil.invert)
    kernels("autocontrast", autocontrast_image, F_pil.autocontrast)
    kernels("equalize", equalize_image, F_pil.equalize)
    kernels("permute_channels", permute_channels_image, c.permute_channels_picture)

    kernels("to_dtype", to_dtype_image, None, c.to_dtype_plain, c.to_dtype_plain, c.to_dtype_plain)
    kernels("normalize", normalize_image)
    kernels("gaussian_blur", gaussian_blur_image, c.gaussian_blur_picture)
    kernels("gaussian_noise", gaussian_noise_image, c.gaussian_noise_picture)
    kernels("erase", erase_image, c.erase_picture)
    kernels("jpeg", jpeg_image, c.jpeg_picture)
    KERNELS["uniform_temporal_subsample"].update({Tensor: uniform_temporal_subsample_video, VIDEO: of_class(uniform_temporal_subsample_video)})


_rows()
