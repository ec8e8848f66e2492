"""Transforms that move what is seen: mirrors, turns, shears, perspectives, waves."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence

from ... import cat, nn, rand
from ..._C import Tensor
from . import functional as F
from ._arguments import (
    _check_sequence_input,
    _integer,
    _number_mode,
    _pair,
    _setup_angle,
    _tensor_fill,
    _uniform,
)
from .functional import InterpolationMode


class RandomHorizontalFlip(nn.Module):
    """Left and right exchanged, with probability ``p``."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return F.hflip(img) if rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(nn.Module):
    """Top and bottom exchanged, with probability ``p``."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        return F.vflip(img) if rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomPerspective(nn.Module):
    """With probability ``p`` seen from aside: each corner moved inwards by up to ``distortion_scale``."""

    def __init__(self, distortion_scale=0.5, p=0.5, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.p = p
        self.interpolation = _number_mode(interpolation)
        self.distortion_scale = distortion_scale
        if fill is None:
            fill = 0
        elif not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = fill

    def forward(self, img):
        channels, height, width = F.get_dimensions(img)
        fill = _tensor_fill(img, self.fill, channels)
        if rand(1) < self.p:
            start, end = self.get_params(width, height, self.distortion_scale)
            return F.perspective(img, start, end, self.interpolation, fill)
        return img

    @staticmethod
    def get_params(width: int, height: int, distortion_scale: float) -> tuple[list[list[int]], list[list[int]]]:
        """The corners, and where they are moved."""
        dx, dy = int(distortion_scale * (width // 2)), int(distortion_scale * (height // 2))
        left, right = (0, dx + 1), (width - dx - 1, width)
        top, bottom = (0, dy + 1), (height - dy - 1, height)
        end = [[_integer(*x), _integer(*y)] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return start, end

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomRotation(nn.Module):
    """The picture turned by an angle that is drawn.

    Args:
        degrees (number or sequence): bounds; a number stands for ``(-degrees, degrees)``.
        interpolation, expand, center, fill: as in ``functional.rotate``.
    """

    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=0):
        super().__init__()
        self.interpolation = _number_mode(interpolation)
        self.degrees = _setup_angle(degrees, name="degrees", req_sizes=(2,))
        if center is not None:
            _check_sequence_input(center, "center", req_sizes=(2,))
        self.center = center
        self.expand = expand
        if fill is None:
            fill = 0
        elif not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = fill

    @staticmethod
    def get_params(degrees: list[float]) -> float:
        """Draws the angle."""
        return _uniform(degrees[0], degrees[1])

    def forward(self, img):
        channels, _, _ = F.get_dimensions(img)
        fill = _tensor_fill(img, self.fill, channels)
        return F.rotate(img, self.get_params(self.degrees), self.interpolation, self.expand, self.center, fill)

    def __repr__(self) -> str:
        parts = f"degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}"
        if self.center is not None:
            parts += f", center={self.center}"
        if self.fill is not None:
            parts += f", fill={self.fill}"
        return f"{type(self).__name__}({parts})"


class RandomAffine(nn.Module):
    """The picture turned, moved, scaled and sheared by chance.

    Args:
        degrees (number or sequence): bounds of the angle.
        translate (tuple, optional): the largest moves, as parts of width and height.
        scale (tuple, optional): bounds of the scale.
        shear (number or sequence, optional): bounds along x, or along both axes.
        interpolation, fill, center: as in ``functional.affine``.
    """

    def __init__(
        self, degrees, translate=None, scale=None, shear=None, interpolation=InterpolationMode.NEAREST, fill=0, center=None
    ):
        super().__init__()
        self.interpolation = _number_mode(interpolation)
        self.degrees = _setup_angle(degrees, name="degrees", req_sizes=(2,))
        if translate is not None:
            _check_sequence_input(translate, "translate", req_sizes=(2,))
            for t in translate:
                if not 0.0 <= t <= 1.0:
                    raise ValueError("translation values should be between 0 and 1")
        self.translate = translate
        if scale is not None:
            _check_sequence_input(scale, "scale", req_sizes=(2,))
            for s in scale:
                if s <= 0:
                    raise ValueError("scale values should be positive")
        self.scale = scale
        self.shear = shear if shear is None else _setup_angle(shear, name="shear", req_sizes=(2, 4))
        if fill is None:
            fill = 0
        elif not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = fill
        if center is not None:
            _check_sequence_input(center, "center", req_sizes=(2,))
        self.center = center

    @staticmethod
    def get_params(degrees, translate, scale_ranges, shears, img_size):
        """Draws the angle, the move, the scale and the shears, those that are asked for."""
        angle = _uniform(degrees[0], degrees[1])
        moves = (0, 0)
        if translate is not None:
            x, y = float(translate[0] * img_size[0]), float(translate[1] * img_size[1])
            tx = round(_uniform(-x, x))
            moves = (tx, round(_uniform(-y, y)))
        scale = _uniform(*scale_ranges) if scale_ranges is not None else 1.0
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = _uniform(shears[0], shears[1])
            if len(shears) == 4:
                shear_y = _uniform(shears[2], shears[3])
        return angle, moves, scale, (shear_x, shear_y)

    def forward(self, img):
        channels, height, width = F.get_dimensions(img)
        fill = _tensor_fill(img, self.fill, channels)
        drawn = self.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height])
        return F.affine(img, *drawn, interpolation=self.interpolation, fill=fill, center=self.center)

    def __repr__(self) -> str:
        parts = f"degrees={self.degrees}"
        for name in ("translate", "scale", "shear"):
            if getattr(self, name) is not None:
                parts += f", {name}={getattr(self, name)}"
        if self.interpolation != InterpolationMode.NEAREST:
            parts += f", interpolation={self.interpolation.value}"
        if self.fill != 0:
            parts += f", fill={self.fill}"
        if self.center is not None:
            parts += f", center={self.center}"
        return f"{type(self).__name__}({parts})"


def elastic_field(alpha, sigma, size, blur: Callable) -> Tensor:
    """Draws the moves (1, H, W, 2): noise from -1 to 1, blurred by ``sigma`` and scaled by ``alpha``, along x, then along y."""
    fields = []
    for deviation, factor, extent in zip(sigma, alpha, reversed(size)):
        d = rand([1, 1, *size]) * 2 - 1
        if deviation > 0.0:
            k = int(8 * deviation + 1)
            k += k % 2 == 0  # odd
            d = blur(d, [k, k], list(sigma))
        fields.append(d * factor / extent)
    return cat(fields, 1).permute([0, 2, 3, 1])


class ElasticTransform(nn.Module):
    """Every place moved a little, smoothly, as if the picture lay on rubber (Simard et al., 2003).

    Args:
        alpha (float or sequence): how far, along x and y.
        sigma (float or sequence): how smoothly.
        interpolation, fill: as in ``functional.elastic_transform``.
    """

    def __init__(self, alpha=50.0, sigma=5.0, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.alpha = _pair(alpha, "alpha")
        self.sigma = _pair(sigma, "sigma")
        self.interpolation = _number_mode(interpolation)
        if isinstance(fill, (int, float)):
            fill = [float(fill)]
        elif isinstance(fill, (list, tuple)):
            fill = [float(f) for f in fill]
        else:
            raise TypeError(f"fill should be int or float or a list or tuple of them. Got {type(fill)}")
        self.fill = fill

    @staticmethod
    def get_params(alpha: list[float], sigma: list[float], size: list[int]) -> Tensor:
        """Draws the moves."""
        return elastic_field(alpha, sigma, size, F.gaussian_blur)

    def forward(self, tensor):
        _, height, width = F.get_dimensions(tensor)
        displacement = self.get_params(self.alpha, self.sigma, [height, width])
        return F.elastic_transform(tensor, displacement, self.interpolation, self.fill)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(alpha={self.alpha}, sigma={self.sigma}, interpolation={self.interpolation}, fill={self.fill})"
