"""The transforms of pictures that are tensors (..., C, H, W), in tensor operations.

They work on integers where that is exact, else in floats that are rounded at the end. Nothing here goes over pixels in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import (
    _C,
    arange,
    as_tensor,
    bfloat16,
    bincount,
    bool as bool_,
    cat,
    exp,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    linspace,
    meshgrid,
    ones,
    stack,
    tensor,
    uint8,
    uint16,
    where,
)
from ..._C import Tensor
from ...nn import functional as F
from ._geometry import four_paddings

_LARGEST = {uint8: 255, int8: 127, int16: 32767, uint16: 65535, int32: 2147483647, int64: 9223372036854775807}


def largest(dtype) -> int:
    """The number that stands for full brightness."""
    return _LARGEST.get(dtype, 1)


def is_tensor_a_torch_image(x: Tensor) -> bool:
    """Whether ``x`` has a height and a width."""
    return x.ndim >= 2


def _check(img: Any) -> None:
    if not isinstance(img, Tensor) or img.ndim < 2:
        raise TypeError("Tensor is not a torch image.")


def _check_channels(img: Tensor, permitted: Sequence[int]) -> None:
    if get_dimensions(img)[0] not in permitted:
        raise TypeError(f"Input image tensor permitted channel values are {list(permitted)}, but found {get_dimensions(img)[0]}")


def get_dimensions(img: Tensor) -> list[int]:
    """Channels, height and width."""
    _check(img)
    return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]


def get_image_size(img: Tensor) -> list[int]:
    """Width and height."""
    _check(img)
    return [img.shape[-1], img.shape[-2]]


def get_image_num_channels(img: Tensor) -> int:
    """Channels."""
    _check(img)
    if img.ndim == 2:
        return 1
    return img.shape[-3]


def convert_image_dtype(image: Tensor, dtype=float32) -> Tensor:
    """The picture in another dtype, full brightness staying what it is.

    Raises:
        RuntimeError: for floats into integers that they cannot hold.
    """
    if image.dtype == dtype:
        return image
    if image.is_floating_point():
        if dtype.is_floating_point:
            return image.to(dtype)
        if (image.dtype == float32 and dtype in (int32, int64)) or (image.dtype == float64 and dtype == int64):
            raise RuntimeError(f"The cast from {image.dtype} to {dtype} cannot be performed safely.")
        # just under one more than the largest: each integer gets the same share of [0, 1]
        return image.mul(float(largest(dtype)) + 1.0 - 1e-3).to(dtype)
    top = float(largest(image.dtype))
    if dtype.is_floating_point:
        return image.to(dtype) / top
    out = float(largest(dtype))
    if top > out:
        factor = int((top + 1) // (out + 1))
        return image.div(factor, rounding_mode="trunc").to(dtype)
    factor = int((out + 1) // (top + 1))
    return image.to(dtype) * factor


def vflip(img: Tensor) -> Tensor:
    """Top and bottom exchanged."""
    _check(img)
    return img.flip(-2)


def hflip(img: Tensor) -> Tensor:
    """Left and right exchanged."""
    _check(img)
    return img.flip(-1)


def crop(img: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """A part; what lies outside is black."""
    _check(img)
    _, h, w = get_dimensions(img)
    right, bottom = left + width, top + height
    inside = img[..., max(top, 0) : bottom, max(left, 0) : right]  # an edge below zero counts from the end, as torchvision's does
    if left < 0 or top < 0 or right > w or bottom > h:
        border = [
            max(min(right, 0) - left, 0),
            max(min(bottom, 0) - top, 0),
            max(right - max(w, left), 0),
            max(bottom - max(h, top), 0),
        ]
        return pad(inside, border, fill=0)
    return inside


def rgb_to_grayscale(img: Tensor, num_output_channels: int = 1) -> Tensor:
    """Grey by the weights of ITU-R 601-2, in one channel or in three that are alike."""
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    _check_channels(img, [1, 3])
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if img.shape[-3] == 3:
        r, g, b = img.unbind(dim=-3)
        grey = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(dim=-3)
    else:
        grey = img.clone()
    if num_output_channels == 3:
        return grey.expand(img.shape)  # of one channel it stays one, as in torchvision
    return grey


def blend(img: Tensor, other: Tensor, ratio: float) -> Tensor:
    """``ratio`` of the one and the rest of the other, within what the dtype shows."""
    ratio = float(ratio)
    return (ratio * img + (1.0 - ratio) * other).clamp(0, largest(img.dtype)).to(img.dtype)


def _not_negative(name: str, factor: float) -> None:
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")


def adjust_brightness(img: Tensor, brightness_factor: float) -> Tensor:
    """The picture blended with black."""
    _not_negative("brightness_factor", brightness_factor)
    _check(img)
    _check_channels(img, [1, 3])
    return blend(img, img.new_zeros(()).expand(img.shape), brightness_factor)


def adjust_contrast(img: Tensor, contrast_factor: float) -> Tensor:
    """The picture blended with its mean grey."""
    _not_negative("contrast_factor", contrast_factor)
    _check(img)
    _check_channels(img, [3, 1])
    dtype = img.dtype if img.is_floating_point() else float32
    grey = rgb_to_grayscale(img) if get_dimensions(img)[0] == 3 else img
    return blend(img, grey.to(dtype).mean(dim=(-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img: Tensor, saturation_factor: float) -> Tensor:
    """The picture blended with its grey self."""
    _not_negative("saturation_factor", saturation_factor)
    _check(img)
    _check_channels(img, [1, 3])
    if get_dimensions(img)[0] == 1:
        return img
    return blend(img, rgb_to_grayscale(img), saturation_factor)


def rgb_to_hsv(img: Tensor) -> Tensor:
    """Hue, saturation and value, all in [0, 1]."""
    r, g, b = img.unbind(dim=-3)
    high, low = img.amax(dim=-3), img.amin(dim=-3)
    flat = high == low
    spread = high - low
    one = ones((), dtype=img.dtype)
    s = spread / where(flat, one, high)
    divisor = where(flat, one, spread)
    rc, gc, bc = (high - r) / divisor, (high - g) / divisor, (high - b) / divisor
    red, green = high == r, (high == g) & (high != r)
    blue = (high != g) & (high != r)
    h = red * (bc - gc) + green * (2.0 + rc - bc) + blue * (4.0 + gc - rc)
    return stack((((h / 6.0) + 1.0).fmod(1.0), s, high), dim=-3)


def hsv_to_rgb(img: Tensor) -> Tensor:
    """Red, green and blue of hue, saturation and value."""
    h, s, v = img.unbind(dim=-3)
    sector = (h * 6.0).floor()
    f = h * 6.0 - sector
    sector = sector.to(int64) % 6
    p = (v * (1.0 - s)).clamp(0.0, 1.0)
    q = (v * (1.0 - s * f)).clamp(0.0, 1.0)
    t = (v * (1.0 - s * (1.0 - f))).clamp(0.0, 1.0)
    at = sector.unsqueeze(-3)
    channels = [stack(six, dim=-3).gather(-3, at) for six in ((v, q, p, p, t, v), (t, v, v, q, p, p), (p, p, t, v, v, q))]
    return cat(channels, dim=-3)


def adjust_hue(img: Tensor, hue_factor: float) -> Tensor:
    """Hues turned by a part of the circle of colours."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    _check(img)
    _check_channels(img, [1, 3])
    if get_dimensions(img)[0] == 1:
        return img
    h, s, v = rgb_to_hsv(convert_image_dtype(img, float32)).unbind(dim=-3)
    h = (h + hue_factor) % 1.0
    return convert_image_dtype(hsv_to_rgb(stack((h, s, v), dim=-3)), img.dtype)


def adjust_gamma(img: Tensor, gamma: float, gain: float = 1) -> Tensor:
    """``gain x ^ gamma`` of brightness in [0, 1]."""
    _check(img)
    _check_channels(img, [1, 3])
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    result = img if img.is_floating_point() else convert_image_dtype(img, float32)
    return convert_image_dtype((gain * result**gamma).clamp(0, 1), img.dtype)


# ---- what needs floats, and batches -------------------------------------------------------------------------------------
def enter(img: Tensor, dtypes: Sequence) -> tuple[Tensor, bool, bool, Any]:
    """The picture as a batch of one of ``dtypes``, and how to undo it."""
    squeeze, cast, dtype = False, False, img.dtype
    if img.ndim < 4:
        img, squeeze = img.unsqueeze(0), True
    if dtype not in dtypes:
        img, cast = img.to(dtypes[0]), True
    return img, squeeze, cast, dtype


def leave(img: Tensor, squeeze: bool, cast: bool, dtype) -> Tensor:
    """The inverse of ``enter``; integers are rounded."""
    if squeeze:
        img = img.squeeze(0)
    if cast:
        if not dtype.is_floating_point and dtype != bool_:
            img = img.round()
        img = img.to(dtype)
    return img


def symmetric(img: Tensor, padding: Sequence[int]) -> Tensor:
    """Borders that mirror what lies beside them, the edge included; ``padding`` is left, right, top, bottom."""
    if min(padding) < 0:
        cut = [max(-x, 0) for x in padding]
        img = img[..., cut[2] : img.shape[-2] - cut[3], cut[0] : img.shape[-1] - cut[1]]
        padding = [max(x, 0) for x in padding]
    h, w = img.shape[-2:]
    left, right, top, bottom = padding
    if max(left, right) > w or max(top, bottom) > h:
        raise IndexError(f"borders {padding} (left, right, top, bottom) are wider than the picture of {h} x {w} that they mirror")
    x = cat([arange(left - 1, -1, -1), arange(w), w - 1 - arange(right)])
    y = cat([arange(top - 1, -1, -1), arange(h), h - 1 - arange(bottom)])
    return img[..., y[:, None], x[None, :]]


def pad(img: Tensor, padding: int | Sequence[int], fill: float | None = 0, padding_mode: str = "constant") -> Tensor:
    """Borders of one number, or of what lies beside them."""
    _check(img)
    if fill is None:
        fill = 0
    if not isinstance(padding, (int, tuple, list)):
        raise TypeError("Got inappropriate padding arg")
    if not isinstance(fill, (int, float)):
        raise TypeError("Got inappropriate fill arg")
    if not isinstance(padding_mode, str):
        raise TypeError("Got inappropriate padding_mode arg")
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    left, top, right, bottom = four_paddings(padding)
    border = [left, right, top, bottom]
    if padding_mode == "symmetric":
        if not 3 <= img.ndim <= 4:
            raise RuntimeError(f"symmetric padding takes pictures (C, H, W) and batches of them, but got {img.ndim} axes")
        return symmetric(img, border)
    if padding_mode == "constant":
        return F.pad(img, border, mode="constant", value=float(fill))
    batch, squeeze, cast, dtype = enter(img, (float32, float64) if not img.is_floating_point() else (img.dtype,))
    batch = F.pad(batch, border, mode={"edge": "replicate"}.get(padding_mode, padding_mode))
    return leave(batch, squeeze, cast, dtype)


def resize(img: Tensor, size: Sequence[int], interpolation: str = "bilinear", antialias: bool | None = True) -> Tensor:
    """The picture with ``size`` (height, width), computed in floats."""
    _check(img)
    if interpolation not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        if interpolation == "lanczos":
            raise ValueError("This interpolation mode is unsupported with Tensor input")
        raise NotImplementedError(f"Resizing of tensors by {interpolation} is not there")
    smooth = interpolation in ("bilinear", "bicubic")
    direct = img.dtype == uint8 and smooth and not img.is_cuda
    batch, squeeze, cast, dtype = enter(img, (uint8,) if direct else (float32, float64))
    if batch.ndim != 4:
        raise ValueError(f"a picture (C, H, W) or a batch of them is resized, but got shape {tuple(img.shape)}")
    if min(size) <= 0:
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input (H: {img.shape[-2]}, W: {img.shape[-1]}) output (H: {size[0]}, W: {size[1]})")
    if direct:
        batch = batch.clone() if list(size) == list(batch.shape[-2:]) else _C._vision.resize_in_single(batch, list(size), interpolation, bool(antialias))
    else:
        batch = F.interpolate(
            batch,
            size=list(size),
            mode=interpolation,
            align_corners=False if smooth else None,
            antialias=bool(antialias) and smooth,
        )
    if interpolation == "bicubic" and dtype == uint8 and not direct:
        batch = batch.clamp(min=0, max=255)
    return leave(batch, squeeze, cast, dtype)


# ---- seen through a grid ------------------------------------------------------------------------------------------------
def check_grid(img: Tensor, interpolation: str, fill, allowed: Sequence[str] = ("nearest", "bilinear"), matrix=None) -> None:
    """What transforms through a grid refuse."""
    _check(img)
    if matrix is not None and not isinstance(matrix, list):
        raise TypeError("Argument matrix should be a list")
    if matrix is not None and len(matrix) != 6:
        raise ValueError("Argument matrix should have 6 float values")
    if fill is not None and not isinstance(fill, (int, float, tuple, list)):
        raise TypeError("Argument fill should be a number or a sequence of numbers")
    channels = get_dimensions(img)[0]
    if isinstance(fill, (tuple, list)) and len(fill) > 1 and len(fill) != channels:
        raise ValueError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of the image "
            f"({len(fill)} != {channels})"
        )
    if interpolation not in allowed:
        raise ValueError(f"Interpolation mode '{interpolation}' is unsupported with Tensor input")


def through_grid(img: Tensor, grid: Tensor, mode: str, fill) -> Tensor:
    """The picture sampled where ``grid`` (1, H, W, 2) says; ``fill`` where that lies outside."""
    batch, squeeze, cast, dtype = enter(img, (grid.dtype,))
    if batch.shape[0] > 1:
        grid = grid.expand(batch.shape[0], *grid.shape[1:])
    if fill is not None:  # what came from inside, and how much of it
        batch = cat((batch, batch.new_ones((batch.shape[0], 1, *batch.shape[-2:]))), dim=1)
    batch = F.grid_sample(batch, grid, mode=mode, padding_mode="zeros", align_corners=False)
    if fill is not None:
        batch, mask = batch[:, :-1], batch[:, -1:]
        colour = [float(x) for x in fill] if isinstance(fill, (tuple, list)) else [float(fill)]
        background = tensor(colour, dtype=batch.dtype).view(1, -1, 1, 1)
        if mode == "nearest":
            batch = where(mask < 0.5, background, batch)
        else:
            batch = batch * mask + (1.0 - mask) * background
    return leave(batch, squeeze, cast, dtype)


def affine_grid(theta: Tensor, w: int, h: int, ow: int, oh: int) -> Tensor:
    """The grid of an inverse matrix (1, 2, 3) over pixels counted from the centre."""
    x = linspace(-ow * 0.5 + 0.5, ow * 0.5 + 0.5 - 1, steps=ow).to(theta.dtype)
    y = linspace(-oh * 0.5 + 0.5, oh * 0.5 + 0.5 - 1, steps=oh).to(theta.dtype)
    scaled = theta.transpose(1, 2) / tensor([0.5 * w, 0.5 * h], dtype=theta.dtype)
    return _mapped(x, y, scaled[0]).unsqueeze(0)


def _mapped(x: Tensor, y: Tensor, matrix: Tensor) -> Tensor:
    """``x a + y b + c`` of each place for the columns (a, b, c) of a matrix (3, 2), (H, W, 2), rounded after every step.

    In half precision it is a product of matrices, which rounds once.
    """
    if x.dtype in (float16, bfloat16):
        return _mapped(x.float(), y.float(), matrix.float()).to(x.dtype)
    return x[None, :, None] * matrix[0] + y[:, None, None] * matrix[1] + matrix[2]


def _theta(img: Tensor, matrix: Sequence[float]) -> Tensor:
    return tensor(list(matrix), dtype=img.dtype if img.is_floating_point() else float32).reshape(1, 2, 3)


def affine(img: Tensor, matrix: list[float], interpolation: str = "nearest", fill=None) -> Tensor:
    """The picture seen through an inverse matrix."""
    check_grid(img, interpolation, fill, matrix=matrix)
    h, w = img.shape[-2:]
    return through_grid(img, affine_grid(_theta(img, matrix), w, h, w, h), interpolation, fill)


def affine_size(matrix: Sequence[float], w: int, h: int) -> tuple[int, int]:
    """Width and height of what holds all of a picture that was turned."""
    corners = tensor([[-0.5 * w, -0.5 * h, 1.0], [-0.5 * w, 0.5 * h, 1.0], [0.5 * w, 0.5 * h, 1.0], [0.5 * w, -0.5 * h, 1.0]])
    moved = corners @ tensor(list(matrix)).view(2, 3).T
    half = tensor((w * 0.5, h * 0.5))
    low, high = moved.amin(dim=0) + half, moved.amax(dim=0) + half
    tol = 1e-4  # what lies within it of a whole number is one
    size = ((high / tol).trunc() * tol).ceil() - ((low / tol).trunc() * tol).floor()
    return int(size[0]), int(size[1])


def rotate(img: Tensor, matrix: list[float], interpolation: str = "nearest", expand: bool = False, fill=None) -> Tensor:
    """The picture seen through the inverse of a turn, whole if ``expand``."""
    check_grid(img, interpolation, fill, matrix=matrix)
    w, h = img.shape[-1], img.shape[-2]
    ow, oh = affine_size(matrix, w, h) if expand else (w, h)
    return through_grid(img, affine_grid(_theta(img, matrix), w, h, ow, oh), interpolation, fill)


def perspective_grid(coefficients: Sequence[float], ow: int, oh: int, dtype) -> Tensor:
    """The grid of a perspective."""
    c = list(coefficients)
    theta = tensor([c[0:3], c[3:6]], dtype=dtype).unsqueeze(0)
    below = tensor([[c[6], c[7], 1.0], [c[6], c[7], 1.0]], dtype=dtype).unsqueeze(0)
    x = linspace(0.5, ow + 0.5 - 1.0, steps=ow, dtype=dtype)
    y = linspace(0.5, oh + 0.5 - 1.0, steps=oh, dtype=dtype)
    scaled = theta.transpose(1, 2) / tensor([0.5 * ow, 0.5 * oh], dtype=dtype)
    return (_mapped(x, y, scaled[0]) / _mapped(x, y, below[0].T) - 1.0).unsqueeze(0)


def perspective(img: Tensor, coefficients: Sequence[float], interpolation: str = "bilinear", fill=None) -> Tensor:
    """The picture seen through a perspective."""
    _check(img)
    check_grid(img, interpolation, fill)
    dtype = img.dtype if img.is_floating_point() else float32
    return through_grid(img, perspective_grid(coefficients, img.shape[-1], img.shape[-2], dtype), interpolation, fill)


def identity_grid(size: Sequence[int], dtype=float32) -> Tensor:
    """The grid that changes nothing."""
    y, x = (linspace((-s + 1) / s, (s - 1) / s, s, dtype=dtype) for s in size)
    rows, columns = meshgrid(y, x, indexing="ij")
    return stack([columns, rows], -1).unsqueeze(0)


def elastic_transform(img: Tensor, displacement: Tensor, interpolation: str = "bilinear", fill=None) -> Tensor:
    """The picture with every place moved by ``displacement`` (1, H, W, 2)."""
    _check(img)
    grid = identity_grid(img.shape[-2:]) + displacement
    return through_grid(img, grid.to(img.dtype if img.is_floating_point() else float32), interpolation, fill)


# ---- filters and histograms ---------------------------------------------------------------------------------------------
def gaussian_kernel(size: int, sigma: float, dtype) -> Tensor:
    """A normal density at ``size`` places about 0, of sum 1."""
    half = (size - 1) * 0.5
    density = exp(-0.5 * (linspace(-half, half, steps=size, dtype=dtype) / sigma).pow(2))
    return density / density.sum()


def gaussian_blur(img: Tensor, kernel_size: Sequence[int], sigma: Sequence[float]) -> Tensor:
    """The picture under a normal density, mirrored at its edges."""
    _check(img)
    dtype = img.dtype if img.is_floating_point() else float32
    x, y = (gaussian_kernel(size, s, dtype) for size, s in zip(kernel_size, sigma))
    kernel = (y[:, None] * x[None, :]).expand(img.shape[-3], 1, len(y), len(x))
    batch, squeeze, cast, before = enter(img, (kernel.dtype,))
    border = [len(x) // 2, len(x) // 2, len(y) // 2, len(y) // 2]
    batch = F.conv2d(F.pad(batch.contiguous(), border, mode="reflect"), kernel, groups=batch.shape[-3])
    return leave(batch, squeeze, cast, before)


def invert(img: Tensor) -> Tensor:
    """Bright and dark exchanged."""
    _check(img)
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    _check_channels(img, [1, 3])
    return largest(img.dtype) - img


def posterize(img: Tensor, bits: int) -> Tensor:
    """The highest ``bits`` of each byte."""
    _check(img)
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    if img.dtype != uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    _check_channels(img, [1, 3])
    return img & (-int(2 ** (8 - bits)) & 255 if bits <= 8 else 0)


def solarize(img: Tensor, threshold: float) -> Tensor:
    """What is as bright as ``threshold`` or brighter, inverted."""
    _check(img)
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    _check_channels(img, [1, 3])
    if threshold > largest(img.dtype):
        raise TypeError("Threshold should be less than bound of img.")
    return where(img >= threshold, invert(img), img)


def smoothed(img: Tensor) -> Tensor:
    """Each pixel blended with its eight neighbours, but for those at the edge."""
    dtype = img.dtype if img.is_floating_point() else float32
    kernel = ones((3, 3), dtype=dtype)
    kernel[1, 1] = 5.0
    kernel = (kernel / kernel.sum()).expand(img.shape[-3], 1, 3, 3)
    batch, squeeze, cast, before = enter(img, (dtype,))
    inner = leave(F.conv2d(batch.contiguous(), kernel, groups=batch.shape[-3]), squeeze, cast, before)
    out = img.clone()
    out[..., 1:-1, 1:-1] = inner
    return out


def adjust_sharpness(img: Tensor, sharpness_factor: float) -> Tensor:
    """The picture blended with its smooth self."""
    _not_negative("sharpness_factor", sharpness_factor)
    _check(img)
    _check_channels(img, [1, 3])
    if img.shape[-1] <= 2 or img.shape[-2] <= 2:
        return img
    return blend(img, smoothed(img), sharpness_factor)


def autocontrast(img: Tensor) -> Tensor:
    """Each channel stretched from black to full brightness."""
    _check(img)
    if img.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {img.ndim}")
    _check_channels(img, [1, 3])
    top = largest(img.dtype)
    dtype = img.dtype if img.is_floating_point() else float32
    low = img.amin(dim=(-2, -1), keepdim=True).to(dtype)
    high = img.amax(dim=(-2, -1), keepdim=True).to(dtype)
    flat = low == high
    scale = where(flat, ones((), dtype=dtype), top / (high - low))
    low = low.masked_fill(flat, 0)
    return ((img - low) * scale).clamp(0, top).to(img.dtype)


def equalize_bytes(img: Tensor) -> Tensor:
    """Each channel of bytes with its brightness spread evenly, as Pillow does it."""
    h, w = img.shape[-2:]
    planes = img.reshape(-1, h * w)
    n = planes.shape[0]
    if n == 0 or h * w == 0:
        return img
    values = arange(256, device=img.device)
    if img.is_cuda:
        counts = bincount((planes.to(int64) + 256 * arange(n, device=img.device)[:, None]).flatten(), minlength=256 * n).view(n, 256)
    else:
        counts = _C._vision.counts_of_bytes(planes)
    last = counts.gather(1, ((counts > 0) * values).amax(dim=1, keepdim=True))  # of the brightest value there is
    step = (h * w - last) // 255
    safe = step.clamp(min=1)
    table = (counts.cumsum(1) + step // 2) // safe
    table = where(step == 0, values, F.pad(table, [1, 0])[:, :-1].clamp(0, 255))
    if img.is_cuda:
        return table.gather(1, planes.to(int64)).to(uint8).view(img.shape)
    return _C._vision.look_up(planes, table.to(uint8)).view(img.shape)


def equalize(img: Tensor) -> Tensor:
    """Each channel with its brightness spread evenly."""
    _check(img)
    if not 3 <= img.ndim <= 4:
        raise TypeError(f"Input image tensor should have 3 or 4 dimensions, but found {img.ndim}")
    if img.dtype != uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    _check_channels(img, [1, 3])
    return equalize_bytes(img)


def is_one_pass(image: Tensor, mean: Sequence[float], std: Sequence[float]) -> bool:
    """Whether the op for pictures normalises it: a pass over memory instead of two."""
    numbers = isinstance(mean, (list, tuple)) and isinstance(std, (list, tuple)) and len(mean) == len(std) == image.shape[-3]
    return numbers and image.dtype in (float32, float64) and image.device.type == "cpu" and type(image) is Tensor


def normalize(tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """``(x - mean) / std`` of each channel.

    Raises:
        TypeError: if the tensor is not one of floats.
        ValueError: if it has no channels, or if a deviation is zero.
    """
    _check(tensor)
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.ndim < 3:
        raise ValueError(f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {tensor.shape}")
    s = as_tensor(std, dtype=tensor.dtype)
    if bool((s == 0).any()):
        raise ValueError(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.")
    if not inplace:
        if is_one_pass(tensor, mean, std):
            return _C._vision.normalize_channels(tensor, mean, std)
        tensor = tensor.clone()
    m = as_tensor(mean, dtype=tensor.dtype)
    m = m.view(-1, 1, 1) if m.ndim == 1 else m
    s = s.view(-1, 1, 1) if s.ndim == 1 else s
    return tensor.sub_(m).div_(s)


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Tensor, inplace: bool = False) -> Tensor:
    """The picture with ``v`` written over a part."""
    _check(img)
    if not inplace:
        img = img.clone()
    img[..., i : i + h, j : j + w] = v
    return img


