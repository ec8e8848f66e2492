"""Images coded and decoded."""

from __future__ import annotations

import io
import os
import zlib
from enum import Enum
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from ... import cat, from_numpy, full, int64, stack, uint8, uint16
from ..._C import Tensor
from ..._warn import warn


class ImageReadMode(Enum):
    """Which channels an image is read with."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


def _mode(mode: ImageReadMode | str) -> ImageReadMode:
    return ImageReadMode[mode.upper()] if isinstance(mode, str) else mode


def read_file(path: str) -> Tensor:
    """The bytes of a file, as a tensor of one axis.

    Raises:
        RuntimeError: if it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise RuntimeError(f"[Errno {error.errno}] {error.strerror}: '{os.fspath(path)}'") from None
    if not data:
        raise RuntimeError(f"Expected a non empty file: '{os.fspath(path)}'")
    return from_numpy(np.frombuffer(data, np.uint8).copy())


def write_file(filename: str, data: Tensor) -> None:
    """Writes a tensor of bytes, of one axis.

    Raises:
        RuntimeError: for other tensors, and if the file cannot be written.
    """
    _check_bytes(data)
    try:
        with open(filename, "wb") as file:
            file.write(data.numpy().tobytes())
    except OSError as error:
        raise RuntimeError(f"Error opening output file '{filename}': {error.strerror}") from None


def _check_bytes(data: Any) -> None:
    if not isinstance(data, Tensor) or data.dtype != uint8:
        raise RuntimeError(f"Expected a torch.uint8 tensor, got {getattr(data, 'dtype', type(data))}")
    if data.ndim != 1 or data.numel() == 0:
        raise RuntimeError(f"Expected a non empty 1-dimensional tensor, got shape {tuple(data.shape)}")


_MAGIC = (
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG"),
    ("GIF", b"GIF87a"),
    ("GIF", b"GIF89a"),
)


def _format(data: bytes) -> str | None:
    for name, magic in _MAGIC:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "AVIF" if data[4:12] in (b"ftypavif", b"ftypavis") else "HEIC" if data[4:8] == b"ftyp" else None


def _opened(data: Tensor, expected: str) -> Image.Image:
    _check_bytes(data)
    raw = data.numpy().tobytes()
    found = _format(raw)
    if found != expected:
        raise RuntimeError(f"The data are no {expected} image: they begin with {raw[:8]!r}")
    try:
        return Image.open(io.BytesIO(raw), formats=[expected])
    except Exception as error:
        raise RuntimeError(f"The {expected} image cannot be decoded: {error}") from None


def _loaded(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except Exception as error:
        raise RuntimeError(f"The {image.format} image cannot be decoded: {error}") from None
    return image


def _planes(image: Image.Image) -> Tensor:
    values = np.array(image)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * 255
    if values.dtype not in (np.uint8, np.uint16):
        raise RuntimeError(f"Images of mode {image.mode} have no channels of 8 or 16 bits")
    values = values[:, :, None] if values.ndim == 2 else values
    return from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))


def _upright(image: Image.Image, apply: bool) -> Image.Image:
    return ImageOps.exif_transpose(image) if apply else image


def decode_jpeg(
    input: Any, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, device: Any = "cpu", apply_exif_orientation: bool = False
) -> Any:
    """A JPEG image, or a list of them, as (C, H, W).

    Args:
        input (Tensor or list of Tensor): the file's bytes.
        mode (ImageReadMode or str): ``UNCHANGED``, ``GRAY`` or ``RGB``.
        device: the CPU.
        apply_exif_orientation (bool): whether to turn the image as its camera says.

    Raises:
        RuntimeError: if it is no JPEG image, or broken, or for another mode.
    """
    if isinstance(input, list):
        if not input:
            raise ValueError("Input list must contain at least one element")
        return [decode_jpeg(one, mode, device, apply_exif_orientation) for one in input]
    mode = _mode(mode)
    image = _opened(input, "JPEG")
    if mode == ImageReadMode.UNCHANGED:
        planes = _planes(_upright(_loaded(image), apply_exif_orientation))
        return 255 - planes if image.mode == "CMYK" else planes  # Pillow turns the inks that the file holds upside down
    if mode not in (ImageReadMode.GRAY, ImageReadMode.RGB):
        raise RuntimeError("The provided mode is not supported for JPEG decoding on CPU")
    if mode == ImageReadMode.GRAY and image.mode in ("RGB", "YCbCr"):
        image.draft("L", image.size)  # the luma as it is stored
    loaded = _upright(_loaded(image), apply_exif_orientation)
    target = "L" if mode == ImageReadMode.GRAY else "RGB"
    if loaded.mode == target:
        return _planes(loaded)
    if loaded.mode == "CMYK" and target == "L":
        return _grey(_planes(loaded.convert("RGB")), (19595, 38470, 7471), 16, 1 << 15)
    return _planes(loaded.convert(target))


def _grey(rgb: Tensor, weights: tuple[int, int, int], shift: int, more: int = 0) -> Tensor:
    """Grey of (3, H, W) by whole weights, with ``more`` added before the shift."""
    r, g, b = rgb.to(int64).unbind(0)
    return ((r * weights[0] + g * weights[1] + b * weights[2] + more) >> shift).to(rgb.dtype).unsqueeze(0)


# libpng's weights for 0.2989 and 0.587, in 32768ths
_PNG_GREY = (29890 * 32768 // 100000, 58700 * 32768 // 100000, 32768 - 29890 * 32768 // 100000 - 58700 * 32768 // 100000)


def _converted(planes: Tensor, mode: ImageReadMode, opaque: int = 255) -> Tensor:
    """(C, H, W) of 1 to 4 channels with those that ``mode`` asks for."""
    if mode == ImageReadMode.UNCHANGED:
        return planes
    colours, alpha = (planes[:-1], planes[-1:]) if planes.shape[0] in (2, 4) else (planes, None)
    if mode in (ImageReadMode.GRAY, ImageReadMode.GRAY_ALPHA):
        if colours.shape[0] == 3:
            colours = _grey(colours, _PNG_GREY, 15, 1 << 14 if colours.dtype == uint16 else 0)  # libpng rounds wide ones alone
    elif colours.shape[0] == 1:
        colours = colours.expand(3, *colours.shape[1:])
    if mode in (ImageReadMode.GRAY, ImageReadMode.RGB):
        return colours.contiguous()
    if alpha is None:
        alpha = full((1, *colours.shape[1:]), opaque, dtype=colours.dtype)
    return cat([colours, alpha], 0)


def _wide(opened: Image.Image, input: Tensor, mode: ImageReadMode, turn: bool) -> Tensor:
    """A PNG of 16 bits a channel, of which Pillow keeps the high byte: so the low ones are read again as if they were the high ones."""
    if opened.mode.startswith("I"):
        planes, key = _planes(_upright(_loaded(opened), turn)), opened.info.get("transparency")
        key = None if key is None else (key,)
    elif int(input[25]) == 4:  # grey and alpha: laid out as four channels of 8 bits are
        raw = bytearray(input.numpy().tobytes())
        raw[24:26] = b"\x08\x06"
        raw[29:33] = zlib.crc32(raw[12:29]).to_bytes(4, "big")
        narrow = _opened(from_numpy(np.frombuffer(raw, np.uint8).copy()), "PNG")
        bytes_of = _planes(_upright(_loaded(narrow), turn)).to(int64)
        planes, key = ((bytes_of[0::2] << 8) | bytes_of[1::2]).to(uint16), None
    else:
        halves = []
        for order in ("16B", "16L"):
            image: Any = _opened(input, "PNG")
            tile = image.tile[0]
            image.tile = [tile._replace(args=f"{image.mode};{order}")]
            halves.append(_planes(_upright(_loaded(image), turn)).to(int64))
        planes, key = ((halves[0] << 8) | halves[1]).to(uint16), opened.info.get("transparency")
    if isinstance(key, tuple) and mode in (ImageReadMode.GRAY_ALPHA, ImageReadMode.RGB_ALPHA):
        whole = planes.to(int64)
        seen = cat([whole[i : i + 1] != int(part) for i, part in enumerate(key)]).any(0, keepdim=True)
        planes = cat([whole, seen.to(int64) * 65535]).to(uint16)
    return planes


def decode_png(input: Tensor, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False) -> Tensor:
    """A PNG image as (C, H, W).

    Args:
        input (Tensor): the file's bytes.
        mode (ImageReadMode or str): which channels.
        apply_exif_orientation (bool): whether to turn the image as its camera says.

    Raises:
        RuntimeError: if it is no PNG image, or broken.
    """
    mode = _mode(mode)
    opened = _opened(input, "PNG")
    if input.numel() > 24 and int(input[24]) == 16:
        return _converted(_wide(opened, input, mode, apply_exif_orientation), mode, 65535)
    image = _upright(_loaded(opened), apply_exif_orientation)
    top = 1 if image.mode == "1" else 255  # libpng fills alpha with the largest number of the file's depth
    if image.mode == "P" and mode != ImageReadMode.UNCHANGED:  # unchanged are the places in the palette
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info and image.mode in ("1", "L", "RGB") and mode in (ImageReadMode.GRAY_ALPHA, ImageReadMode.RGB_ALPHA):
        image = image.convert("RGBA" if image.mode == "RGB" else "LA")
    return _converted(_planes(image), mode, top)


def decode_gif(input: Tensor) -> Tensor:
    """A GIF as (3, H, W), or (frames, 3, H, W) if it has several.

    Raises:
        RuntimeError: if it is no GIF, or broken.
    """
    image = _opened(input, "GIF")
    frames = []
    try:
        for i in range(getattr(image, "n_frames", 1)):
            image.seek(i)
            frames.append(_planes(image.convert("RGB")))
    except Exception as error:
        raise RuntimeError(f"The GIF cannot be decoded: {error}") from None
    return frames[0] if len(frames) == 1 else stack(frames)


def decode_webp(input: Tensor, mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> Tensor:
    """A WebP image as (3, H, W), or (4, H, W) if it has an alpha channel; in grey it is not read, but as it is, with a warning."""
    mode = _mode(mode)
    if mode in (ImageReadMode.GRAY, ImageReadMode.GRAY_ALPHA):
        warn("Webp does not support grayscale conversions. The returned tensor will be in the colorspace of the original image.")
        mode = ImageReadMode.UNCHANGED
    return _converted(_planes(_loaded(_opened(input, "WEBP"))), mode)


def decode_avif(input: Tensor, mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> Tensor:
    """An AVIF image as (3, H, W) or (4, H, W), if this Pillow reads AVIF."""
    return _converted(_planes(_loaded(_opened(input, "AVIF"))), _mode(mode))


def decode_heic(input: Tensor, mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> Tensor:
    """HEIC images are not read.

    Raises:
        RuntimeError: always; Pillow has no reader for them.
    """
    raise RuntimeError("HEIC images cannot be read: Pillow has no decoder for them")


def decode_image(input: Any, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False) -> Tensor:
    """An image of a format that is seen from its first bytes, as (C, H, W).

    Args:
        input (Tensor, str or path): the file's bytes, or where it lies.
        mode (ImageReadMode or str): which channels.
        apply_exif_orientation (bool): whether to turn the image as its camera says.

    Raises:
        RuntimeError: if the format is not known, or the image broken.
    """
    data = input if isinstance(input, Tensor) else read_file(os.fspath(input))
    _check_bytes(data)
    found = _format(data.numpy()[:16].tobytes())
    if found == "JPEG":
        return decode_jpeg(data, mode, apply_exif_orientation=apply_exif_orientation)
    if found == "PNG":
        return decode_png(data, mode, apply_exif_orientation)
    if found == "GIF":
        return decode_gif(data)
    if found == "WEBP":
        return decode_webp(data, mode)
    if found == "AVIF":
        return decode_avif(data, mode)
    if found == "HEIC":
        return decode_heic(data, mode)
    raise RuntimeError("Unsupported image file. Only jpeg, png, webp and gif, and avif where Pillow reads it, are currently supported.")


def read_image(path: str, mode: ImageReadMode | str = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False) -> Tensor:
    """The image in a file as (C, H, W) of bytes.

    Args:
        path (str or path): where it lies.
        mode (ImageReadMode or str): which channels.
        apply_exif_orientation (bool): whether to turn the image as its camera says.
    """
    return decode_image(read_file(os.fspath(path)), mode, apply_exif_orientation)


def _picture(input: Any, kind: str) -> Image.Image:
    if not isinstance(input, Tensor) or input.dtype != uint8:
        raise RuntimeError("Input tensor dtype should be uint8")
    if input.ndim != 3:
        raise RuntimeError("Input data should be a 3-dimensional tensor")
    if input.shape[0] not in (1, 3):
        raise RuntimeError(f"The number of channels should be 1 or 3, got: {input.shape[0]}")
    if input.numel() == 0:
        raise RuntimeError(f"An empty tensor is no {kind} image")
    values = np.ascontiguousarray(input.permute(1, 2, 0).numpy())
    return Image.fromarray(values[:, :, 0] if input.shape[0] == 1 else values)


def _coded(image: Image.Image, format: str, **how: Any) -> Tensor:
    out = io.BytesIO()
    image.save(out, format, **how)
    return from_numpy(np.frombuffer(out.getvalue(), np.uint8).copy())


def encode_jpeg(input: Any, quality: int = 75) -> Any:
    """(C, H, W) of bytes as a JPEG file's bytes; a list of them as a list.

    Args:
        input (Tensor or list of Tensor): of 1 or 3 channels.
        quality (int): from 1 to 100.

    Raises:
        ValueError: for another quality.
        RuntimeError: for other tensors.
    """
    if quality < 1 or quality > 100:
        raise ValueError("Image quality should be a positive number between 1 and 100")
    if isinstance(input, list):
        if not input:
            raise ValueError("encode_jpeg requires at least one input tensor when a list is passed")
        return [encode_jpeg(one, quality) for one in input]
    return _coded(_picture(input, "JPEG"), "JPEG", quality=quality)


def write_jpeg(input: Tensor, filename: str, quality: int = 75) -> None:
    """Writes (C, H, W) of bytes as a JPEG file."""
    write_file(filename, encode_jpeg(input, quality))


def encode_png(input: Tensor, compression_level: int = 6) -> Tensor:
    """(C, H, W) of bytes as a PNG file's bytes.

    Args:
        input (Tensor): of 1 or 3 channels.
        compression_level (int): from 0 to 9.

    Raises:
        RuntimeError: for another level, and other tensors.
    """
    if compression_level < 0 or compression_level > 9:
        raise RuntimeError("Compression level should be between 0 and 9")
    return _coded(_picture(input, "PNG"), "PNG", compress_level=compression_level)


def write_png(input: Tensor, filename: str, compression_level: int = 6) -> None:
    """Writes (C, H, W) of bytes as a PNG file."""
    write_file(filename, encode_png(input, compression_level))
