"""Kernels that change colours, and those that blur, convert and fill."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from ..... import (
    _C,
    arange,
    as_tensor,
    cat,
    float32,
    float64,
    from_numpy,
    full,
    int16,
    int64,
    linspace,
    ones,
    randn_like,
    softmax,
    stack,
    tensor,
    uint8,
    where,
    zeros,
)
from ....._C import Tensor
from .....nn import functional as nnF
from .... import tv_tensors
from ... import _functional_pil as F_pil, _functional_tensor as F_t, functional as F1
from ..._functional_tensor import largest
from ._geometry import folded, unfolded


def _channels(image: Tensor) -> int:
    return image.shape[-3]


def _has_kernel(image: Tensor) -> bool:
    """Whether one pass of the engine computes colours: for bytes and single precision on the CPU that no gradient is asked of."""
    return image.dtype in (uint8, float32) and not image.is_cuda and not image.requires_grad and _channels(image) == 3


def fused(x: Tensor, y: Tensor, factor: float) -> Tensor:
    """``x + factor * y`` of single precision, rounded once, as PyTorch's vector instructions do it.

    A byte is cut from these numbers: where the sum is whole but for its last bit, rounding twice would make another byte.
    """
    once = float(tensor(factor, dtype=float32))
    return x.to(float64).add(y, alpha=once).to(x.dtype)


def grey_of(image: Tensor) -> Tensor:
    """The brightness of RGB in floats, (..., 1, H, W), by the weights of ITU-R 601-2.

    Raises:
        ValueError: unless there are three channels.
    """
    if _channels(image) != 3:
        raise ValueError(f"a picture of three channels has a grey one, but got {_channels(image)}")
    if _has_kernel(image):
        return _C._vision.grey(image, False)
    r, g, b = image.unbind(dim=-3)
    return fused(fused(r.mul(0.2989), g, 0.587), b, 0.114).unsqueeze(dim=-3)


def blended(image: Tensor, other: Tensor, ratio: float) -> Tensor:
    """``ratio`` of the picture and the rest of the other, within what the dtype shows."""
    ratio = float(ratio)
    return fused(image.mul(ratio), other, 1.0 - ratio).clamp(0, largest(image.dtype)).to(image.dtype)


def _grey_or_rgb(image: Tensor) -> int:
    c = _channels(image)
    if c not in (1, 3):
        raise TypeError(f"Input image tensor permitted channel values are 1 or 3, but found {c}")
    return c


def rgb_to_grayscale_image(image: Tensor, num_output_channels: int = 1) -> Tensor:
    """Pictures in grey."""
    if num_output_channels not in (1, 3):
        raise ValueError(f"num_output_channels must be 1 or 3, got {num_output_channels}.")
    if _channels(image) == 1:
        return image.clone() if num_output_channels == 1 else grayscale_to_rgb_image(image)
    grey = grey_of(image).to(image.dtype)
    return grey if num_output_channels == 1 else grey.expand(image.shape)


def rgb_to_grayscale_picture(image, num_output_channels: int = 1):
    """Pillow's pictures in grey."""
    if num_output_channels not in (1, 3):
        raise ValueError(f"num_output_channels must be 1 or 3, got {num_output_channels}.")
    return F_pil.to_grayscale(image, num_output_channels)


def grayscale_to_rgb_image(image: Tensor) -> Tensor:
    """Grey pictures with three channels."""
    if _channels(image) >= 3:
        return image
    if _channels(image) != 1:
        raise ValueError(f"grey has one channel, but got {_channels(image)}")
    return image.expand(*image.shape[:-3], 3, *image.shape[-2:]).contiguous()


def grayscale_to_rgb_picture(image):
    """Pillow's grey pictures with three channels."""
    return image.convert(mode="RGB")


def adjust_brightness_image(image: Tensor, brightness_factor: float) -> Tensor:
    """Pictures brighter or darker."""
    if brightness_factor < 0:
        raise ValueError(f"brightness_factor ({brightness_factor}) is not non-negative.")
    _grey_or_rgb(image)
    if _has_kernel(image):
        return _C._vision.blend(image, float(brightness_factor), zeros(image.shape[:-3]))
    return image.mul(brightness_factor).clamp_(0, largest(image.dtype)).to(image.dtype)


def adjust_saturation_image(image: Tensor, saturation_factor: float) -> Tensor:
    """Pictures with more or less colour."""
    if saturation_factor < 0:
        raise ValueError(f"saturation_factor ({saturation_factor}) is not non-negative.")
    if _grey_or_rgb(image) == 1:
        return image
    if _has_kernel(image):
        return _C._vision.blend(image, float(saturation_factor), None)
    return blended(image, _whole_grey(image), saturation_factor)


def _whole_grey(image: Tensor) -> Tensor:
    """``grey_of``, of integers whole too."""
    if _has_kernel(image):
        return _C._vision.grey(image, image.dtype == uint8)
    return grey_of(image) if image.is_floating_point() else grey_of(image).floor()


def _work(image: Tensor):
    """The dtype to compute in."""
    return image.dtype if image.is_floating_point() else float32


def adjust_contrast_image(image: Tensor, contrast_factor: float) -> Tensor:
    """Pictures with more or less contrast."""
    if contrast_factor < 0:
        raise ValueError(f"contrast_factor ({contrast_factor}) is not non-negative.")
    grey = _whole_grey(image) if _grey_or_rgb(image) == 3 else image.to(_work(image))
    mean = grey.mean(dim=(-3, -2, -1), keepdim=True)
    if _has_kernel(image):
        return _C._vision.blend(image, float(contrast_factor), mean)
    return blended(image, mean, contrast_factor)


def adjust_sharpness_image(image: Tensor, sharpness_factor: float) -> Tensor:
    """Pictures sharper or smoother."""
    _grey_or_rgb(image)
    if sharpness_factor < 0:
        raise ValueError(f"sharpness_factor ({sharpness_factor}) is not non-negative.")
    if image.numel() == 0 or min(image.shape[-2:]) <= 2:
        return image
    batch, _ = folded(image)
    out = batch.to(_work(image), copy=True).contiguous()
    kernel = full((3, 3), 1.0 / 13.0, dtype=out.dtype)
    kernel[1, 1] = 5.0 / 13.0
    smooth = nnF.conv2d(out, kernel.expand(_channels(image), 1, 3, 3), groups=_channels(image))
    inner = out[..., 1:-1, 1:-1]
    inner.copy_(fused(inner, (smooth if image.is_floating_point() else smooth.round()) - inner, 1.0 - sharpness_factor))
    return unfolded(out.clamp(0, largest(image.dtype)).to(image.dtype), image)


def adjust_hue_image(image: Tensor, hue_factor: float) -> Tensor:
    """Pictures with their hues turned."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if _grey_or_rgb(image) == 1 or image.numel() == 0:
        return image
    h, s, v = _hsv_of(to_dtype_image(image, float32, True)).unbind(dim=-3)
    return to_dtype_image(_rgb_of(h.add(hue_factor).remainder(1.0), s, v), image.dtype, True)


def _hsv_of(image: Tensor) -> Tensor:
    """Hue, saturation and value, all in [0, 1]."""
    r, g, _ = image.unbind(dim=-3)
    low, high = image.amin(dim=-3), image.amax(dim=-3)
    flat, spread = high == low, high - low
    s = spread / high.masked_fill(flat, 1.0)
    rc, gc, bc = ((high.unsqueeze(-3) - image) / spread.masked_fill(flat, 1.0).unsqueeze(-3)).unbind(dim=-3)
    red, green = high == r, high == g
    h = (bc - gc) * red + (rc + 2.0 - bc) * (green & ~red) + (gc + 4.0 - rc) * ~(green | red)
    return stack((h.mul(1.0 / 6.0).add(1.0).fmod(1.0), s, high), dim=-3)


def _rgb_of(h: Tensor, s: Tensor, v: Tensor) -> Tensor:
    """Red, green and blue of hue, saturation and value."""
    h6 = h.mul(6)
    sector = h6.floor()
    part, white = s * (h6 - sector), 1.0 - s
    q, t, p = ((share * v).clamp(0.0, 1.0) for share in (1.0 - part, part + white, white))
    at = sector.to(int64).remainder(6).unsqueeze(-3)
    channels = [stack(six, dim=-3).gather(-3, at) for six in ((v, q, p, p, t, v), (t, v, v, q, p, p), (p, p, t, v, v, q))]
    return cat(channels, dim=-3)


def adjust_gamma_image(image: Tensor, gamma: float, gain: float = 1.0) -> Tensor:
    """``gain x ^ gamma`` of brightness in [0, 1]."""
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    if image.dtype == uint8 and not image.is_cuda and image.numel() > 1024:  # of 256 values rather than of every pixel
        return _C._vision.look_up(image, adjust_gamma_image(arange(256, dtype=uint8), gamma, gain)[None])
    out = (image if image.is_floating_point() else to_dtype_image(image, float32, True)).pow(gamma)
    if gain != 1.0:
        out = out.mul(gain).clamp(0.0, 1.0)
    return out if image.is_floating_point() else to_dtype_image(out, image.dtype, True)


_BITS = {uint8: 8, F_t.int8: 7, int16: 15, F_t.uint16: 16, F_t.int32: 31, int64: 63}


def _bits(dtype) -> int:
    """How many bits of a dtype say brightness.

    Raises:
        TypeError: for all but integers.
    """
    if dtype not in _BITS:
        raise TypeError(f"only integers have bits of brightness, but got {dtype}")
    return _BITS[dtype]


def posterize_image(image: Tensor, bits: int) -> Tensor:
    """The highest ``bits`` of each channel."""
    if image.is_floating_point():
        levels = 1 << bits
        return image.mul(levels).floor().clamp(0, levels - 1).mul(1.0 / levels)
    count = _bits(image.dtype)
    return image if bits >= count else image & (((1 << bits) - 1) << (count - bits))


def invert_image(image: Tensor) -> Tensor:
    """Pictures with bright and dark exchanged."""
    if image.is_floating_point():
        return 1.0 - image
    return image.bitwise_not() if image.dtype == uint8 else image.bitwise_xor((1 << _bits(image.dtype)) - 1)


def solarize_image(image: Tensor, threshold: float) -> Tensor:
    """What is as bright as ``threshold`` or brighter, inverted."""
    if threshold > largest(image.dtype):
        raise TypeError(f"Threshold should be less or equal the maximum value of the dtype, but got {threshold}")
    return where(image >= threshold, invert_image(image), image)


def autocontrast_image(image: Tensor) -> Tensor:
    """Each channel stretched from black to full brightness."""
    _grey_or_rgb(image)
    if image.numel() == 0:
        return image
    top = largest(image.dtype)
    if image.dtype == uint8 and not image.is_cuda:  # of 256 values for each channel rather than of every pixel
        values = arange(256, dtype=float32)
        low, high = image.amin(dim=(-2, -1)).flatten()[:, None].to(float32), image.amax(dim=(-2, -1)).flatten()[:, None].to(float32)
        return _C._vision.look_up(image, _stretched(values, low, high, top).to(uint8))
    values = image if image.is_floating_point() else image.to(float32)
    low, high = values.amin(dim=(-2, -1), keepdim=True), values.amax(dim=(-2, -1), keepdim=True)
    return _stretched(values, low, high, top).to(image.dtype)


def _stretched(values: Tensor, low: Tensor, high: Tensor, top: int) -> Tensor:
    """``values`` with ``low`` at zero and ``high`` at ``top``."""
    flat = low == high
    scale = where(flat, ones((), dtype=values.dtype), (high - low) * (1.0 / top))
    return values.sub(low.masked_fill(flat, 0.0)).div_(scale).clamp_(0, top)


def equalize_image(image: Tensor) -> Tensor:
    """Each channel with its brightness spread evenly."""
    if image.numel() == 0:
        return image
    return to_dtype_image(F_t.equalize_bytes(to_dtype_image(image, uint8, True)), image.dtype, True)


def permute_channels_image(image: Tensor, permutation: Sequence[int]) -> Tensor:
    """Channels in another order."""
    if len(permutation) != _channels(image):
        raise ValueError(f"Length of permutation does not match number of channels: {len(permutation)} != {_channels(image)}")
    return image[..., list(permutation), :, :]


def permute_channels_picture(image, permutation: Sequence[int]):
    """Channels of Pillow's pictures in another order."""
    return F1.to_pil_image(permute_channels_image(F1.pil_to_tensor(image), permutation))


# ---- numbers ------------------------------------------------------------------------------------------------------------
def to_dtype_image(image: Tensor, dtype=float32, scale: bool = False) -> Tensor:
    """Pictures in another dtype; with ``scale`` full brightness stays what it is."""
    if image.dtype == dtype or not scale:
        return image.to(dtype) if image.dtype != dtype else image
    floats = image.is_floating_point()
    if floats and dtype.is_floating_point:
        return image.to(dtype)
    if floats:
        if (image.dtype == float32 and dtype in (F_t.int32, int64)) or (image.dtype == F_t.float64 and dtype == int64):
            raise RuntimeError(f"The conversion from {image.dtype} to {dtype} cannot be performed safely.")
        return image.mul(float(largest(dtype)) + 1.0 - 1e-3).to(dtype)
    if dtype.is_floating_point:
        return image.to(dtype).mul_(1.0 / largest(image.dtype))
    before, after = _bits(image.dtype), _bits(dtype)
    if before > after:
        return image.to(int64 if image.dtype == int64 else F_t.int32).bitwise_right_shift(before - after).to(dtype)
    wide = int64 if dtype == int64 else F_t.int32
    return image.to(wide).bitwise_left_shift(after - before).to(dtype)


def to_dtype_plain(x: Tensor, dtype=float32, scale: bool = False) -> Tensor:
    """Masks and boxes in another dtype: numbers that are not brightness stay what they are."""
    return x.to(dtype)


def normalize_image(image: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """``(x - mean) / std`` of each channel."""
    if not image.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {image.dtype}.")
    if image.ndim < 3:
        raise ValueError(f"Expected tensor to be a tensor image of size (..., C, H, W). Got {tuple(image.shape)}.")
    if not all(std) if isinstance(std, (tuple, list)) else std == 0:
        raise ValueError("std evaluated to zero, leading to division by zero.")
    if not inplace and F_t.is_one_pass(image, mean, std):
        return _C._vision.normalize_channels(image, mean, std)
    m, s = (as_tensor(x, dtype=image.dtype) for x in (mean, std))
    m, s = (x.view(-1, 1, 1) if x.ndim == 1 else x for x in (m, s))
    return (image.sub_(m) if inplace else image.sub(m)).div_(s)


def gaussian_blur_image(image: Tensor, kernel_size, sigma=None) -> Tensor:
    """Pictures under a normal density."""
    sizes, deviations = F1.blur_arguments(kernel_size, sigma)
    if image.numel() == 0:
        return image
    dtype = image.dtype if image.is_floating_point() else float32
    x, y = (_density(size, deviation, dtype) for size, deviation in zip(sizes, deviations))
    kernel = (y.unsqueeze(-1) * x).expand(_channels(image) if image.ndim > 2 else 1, 1, len(y), len(x))
    batch, _ = folded(image)
    border = [len(x) // 2, len(x) // 2, len(y) // 2, len(y) // 2]
    out = nnF.conv2d(nnF.pad(batch.to(dtype).contiguous(), border, mode="reflect"), kernel, groups=batch.shape[-3])
    return unfolded(out if image.is_floating_point() else out.round().to(image.dtype), image)


def _density(size: int, sigma: float, dtype) -> Tensor:
    limit = (size - 1) / (2.0 * 2.0**0.5)
    return softmax(linspace(-limit, limit, steps=size, dtype=dtype).div(sigma).pow(2).neg(), 0)


def gaussian_blur_picture(image, kernel_size, sigma=None):
    """Pillow's pictures under a normal density."""
    return F1.to_pil_image(gaussian_blur_image(F1.pil_to_tensor(image), kernel_size, sigma), mode=image.mode)


def gaussian_noise_image(image: Tensor, mean: float = 0.0, sigma: float = 0.1, clip: bool = True) -> Tensor:
    """Pictures with noise added, of floats in [0, 1] or of bytes."""
    if sigma < 0:
        raise ValueError(f"sigma shouldn't be negative. Got {sigma}")
    if image.is_floating_point():
        noisy = image + (mean + randn_like(image) * sigma)
        return noisy.clamp(0, 1) if clip else noisy
    if image.dtype != uint8:
        raise ValueError(f"Input tensor is expected to be in uint8 or float dtype, got dtype={image.dtype}")
    noise = ((mean * 255) + randn_like(image, dtype=float32) * (sigma * 255)).to(int16)
    noisy = image.to(int16) + noise
    return (noisy.clamp(0, 255) if clip else noisy).to(uint8)


def gaussian_noise_picture(image, mean: float = 0.0, sigma: float = 0.1, clip: bool = True):
    """Pillow's pictures get no noise.

    Raises:
        ValueError: always.
    """
    raise ValueError("Gaussian Noise is not implemented for PIL images.")


def erase_picture(image, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False):
    """Pillow's pictures with ``v`` written over a part."""
    return F1.to_pil_image(F_t.erase(F1.pil_to_tensor(image), i, j, h, w, v, inplace=True), mode=image.mode)


def jpeg_image(image: Tensor, quality: int) -> Tensor:
    """Pictures after they were written as JPEG and read again."""
    from ....io import decode_jpeg, encode_jpeg

    if image.numel() == 0:
        return image
    batch, _ = folded(image)
    frames = [decode_jpeg(encode_jpeg(frame, quality=quality)) for frame in batch]
    return unfolded(stack(frames), image)


def jpeg_picture(image, quality: int):
    """Pillow's pictures after they were written as JPEG and read again."""
    written = BytesIO()
    image.save(written, format="JPEG", quality=quality)
    return Image.open(written)


def uniform_temporal_subsample_video(video: Tensor, num_samples: int) -> Tensor:
    """As many frames of a video, spread evenly."""
    if num_samples <= 0:
        raise ValueError("num_samples must be positive")
    at = linspace(0, video.shape[-4] - 1, num_samples).clamp(0, video.shape[-4] - 1).long()
    return video.index_select(-4, at)


def to_image(inpt: Any) -> tv_tensors.Image:
    """A picture, an array (H, W, C) or a tensor as ``tv_tensors.Image``.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(inpt, np.ndarray):
        values = from_numpy(np.ascontiguousarray(np.atleast_3d(inpt).transpose((2, 0, 1))))
    elif F_pil.is_pil_image(inpt):
        values = F1.pil_to_tensor(inpt)
    elif isinstance(inpt, Tensor):
        values = inpt.as_subclass(Tensor)
    else:
        raise TypeError(f"Input can either be a pure Tensor, a numpy array, or a PIL image, but got {type(inpt)} instead.")
    return tv_tensors.Image(values)

