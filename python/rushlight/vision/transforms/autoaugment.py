"""Augmentations that were searched for, or drawn: AutoAugment, RandAugment, TrivialAugment and AugMix.

Each draws operations from a space, of which a row is ``name: (magnitudes, whether a sign is drawn)``.
"""

from __future__ import annotations

import functools
import math
from enum import Enum
from typing import Any

from ... import _C, arange, int64, linspace, nn, rand, randint, tensor
from ..._C import Tensor
from . import functional as F
from .functional import InterpolationMode

__all__ = ["AutoAugment", "AutoAugmentPolicy", "RandAugment", "TrivialAugmentWide", "AugMix"]


def apply_op(img: Any, name: str, magnitude: float, interpolation: InterpolationMode, fill: Any, functions=F):
    """One operation of the spaces.

    Raises:
        ValueError: for a name that is none of them.
    """
    how = {"interpolation": interpolation, "fill": fill}
    if name in ("ShearX", "ShearY"):  # about the corner, as the papers do it
        angle = math.degrees(math.atan(magnitude))
        shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
        return functions.affine(img, angle=0.0, translate=[0, 0], scale=1.0, shear=shear, center=[0, 0], **how)
    if name in ("TranslateX", "TranslateY"):
        move = [int(magnitude), 0] if name == "TranslateX" else [0, int(magnitude)]
        return functions.affine(img, angle=0.0, translate=move, scale=1.0, shear=[0.0, 0.0], **how)
    if name == "Rotate":
        return functions.rotate(img, angle=magnitude, **how)
    if name == "Brightness":
        return functions.adjust_brightness(img, 1.0 + magnitude)
    if name == "Color":
        return functions.adjust_saturation(img, 1.0 + magnitude)
    if name == "Contrast":
        return functions.adjust_contrast(img, 1.0 + magnitude)
    if name == "Sharpness":
        return functions.adjust_sharpness(img, 1.0 + magnitude)
    if name == "Posterize":
        return functions.posterize(img, int(magnitude))
    if name == "Solarize":
        return functions.solarize(img, magnitude)
    if name == "AutoContrast":
        return functions.autocontrast(img)
    if name == "Equalize":
        return functions.equalize(img)
    if name == "Invert":
        return functions.invert(img)
    if name == "Identity":
        return img
    raise ValueError(f"The provided operator {name} is not recognized.")


def _bits(first: int, num_bins: int, steps: int) -> Tensor:
    return first - (arange(num_bins) / ((num_bins - 1) / steps)).round().int()


def _space(
    num_bins: int, shear: float, x: float, y: float, angle: float, colour: float, bits: tuple[int, int], white: float
) -> dict:
    signed = {
        "ShearX": shear,
        "ShearY": shear,
        "TranslateX": x,
        "TranslateY": y,
        "Rotate": angle,
        "Brightness": colour,
        "Color": colour,
        "Contrast": colour,
        "Sharpness": colour,
    }
    space: dict[str, tuple[Tensor, bool]] = {name: (linspace(0.0, top, num_bins), True) for name, top in signed.items()}
    space["Posterize"] = (_bits(bits[0], num_bins, bits[1]), False)
    space["Solarize"] = (linspace(white, 0.0, num_bins), False)
    space["AutoContrast"] = space["Equalize"] = (tensor(0.0), False)
    return space


def auto_space(num_bins: int, size: tuple[int, int], white: float = 255.0) -> dict:
    """The space of AutoAugment; ``white`` is full brightness."""
    space = _space(num_bins, 0.3, 150.0 / 331.0 * size[1], 150.0 / 331.0 * size[0], 30.0, 0.9, (8, 4), white)
    return {**space, "Invert": (tensor(0.0), False)}


def rand_space(num_bins: int, size: tuple[int, int], white: float = 255.0) -> dict:
    """The space of RandAugment."""
    space = _space(num_bins, 0.3, 150.0 / 331.0 * size[1], 150.0 / 331.0 * size[0], 30.0, 0.9, (8, 4), white)
    return {"Identity": (tensor(0.0), False), **space}


def trivial_space(num_bins: int, white: float = 255.0) -> dict:
    """The space of TrivialAugment, wide."""
    return {"Identity": (tensor(0.0), False), **_space(num_bins, 0.99, 32.0, 32.0, 135.0, 0.99, (8, 6), white)}


def mix_space(num_bins: int, size: tuple[int, int], all_ops: bool, white: float = 255.0) -> dict:
    """The space of AugMix."""
    space = _space(num_bins, 0.3, size[1] / 3.0, size[0] / 3.0, 30.0, 0.9, (4, 4), white)
    colours = ("Brightness", "Color", "Contrast", "Sharpness")
    out = {name: row for name, row in space.items() if name not in colours}
    return {**out, **{name: space[name] for name in colours}} if all_ops else out


class AutoAugmentPolicy(Enum):
    """The data sets that policies were searched on."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


# pairs of (operation, probability, magnitude) that the search found (Cubuk et al., 2019, appendix)
_POLICIES = {
    "IMAGENET": """
Posterize 0.4 8; Rotate 0.6 9
Solarize 0.6 5; AutoContrast 0.6 -
Equalize 0.8 -; Equalize 0.6 -
Posterize 0.6 7; Posterize 0.6 6
Equalize 0.4 -; Solarize 0.2 4
Equalize 0.4 -; Rotate 0.8 8
Solarize 0.6 3; Equalize 0.6 -
Posterize 0.8 5; Equalize 1.0 -
Rotate 0.2 3; Solarize 0.6 8
Equalize 0.6 -; Posterize 0.4 6
Rotate 0.8 8; Color 0.4 0
Rotate 0.4 9; Equalize 0.6 -
Equalize 0.0 -; Equalize 0.8 -
Invert 0.6 -; Equalize 1.0 -
Color 0.6 4; Contrast 1.0 8
Rotate 0.8 8; Color 1.0 2
Color 0.8 8; Solarize 0.8 7
Sharpness 0.4 7; Invert 0.6 -
ShearX 0.6 5; Equalize 1.0 -
Color 0.4 0; Equalize 0.6 -
Equalize 0.4 -; Solarize 0.2 4
Solarize 0.6 5; AutoContrast 0.6 -
Invert 0.6 -; Equalize 1.0 -
Color 0.6 4; Contrast 1.0 8
Equalize 0.8 -; Equalize 0.6 -
""",
    "CIFAR10": """
Invert 0.1 -; Contrast 0.2 6
Rotate 0.7 2; TranslateX 0.3 9
Sharpness 0.8 1; Sharpness 0.9 3
ShearY 0.5 8; TranslateY 0.7 9
AutoContrast 0.5 -; Equalize 0.9 -
ShearY 0.2 7; Posterize 0.3 7
Color 0.4 3; Brightness 0.6 7
Sharpness 0.3 9; Brightness 0.7 9
Equalize 0.6 -; Equalize 0.5 -
Contrast 0.6 7; Sharpness 0.6 5
Color 0.7 7; TranslateX 0.5 8
Equalize 0.3 -; AutoContrast 0.4 -
TranslateY 0.4 3; Sharpness 0.2 6
Brightness 0.9 6; Color 0.2 8
Solarize 0.5 2; Invert 0.0 -
Equalize 0.2 -; AutoContrast 0.6 -
Equalize 0.2 -; Equalize 0.6 -
Color 0.9 9; Equalize 0.6 -
AutoContrast 0.8 -; Solarize 0.2 8
Brightness 0.1 3; Color 0.7 0
Solarize 0.4 5; AutoContrast 0.9 -
TranslateY 0.9 9; TranslateY 0.7 9
AutoContrast 0.9 -; Solarize 0.8 3
Equalize 0.8 -; Invert 0.1 -
TranslateY 0.7 9; AutoContrast 0.9 -
""",
    "SVHN": """
ShearX 0.9 4; Invert 0.2 -
ShearY 0.9 8; Invert 0.7 -
Equalize 0.6 -; Solarize 0.6 6
Invert 0.9 -; Equalize 0.6 -
Equalize 0.6 -; Rotate 0.9 3
ShearX 0.9 4; AutoContrast 0.8 -
ShearY 0.9 8; Invert 0.4 -
ShearY 0.9 5; Solarize 0.2 6
Invert 0.9 -; AutoContrast 0.8 -
Equalize 0.6 -; Rotate 0.9 3
ShearX 0.9 4; Solarize 0.3 3
ShearY 0.8 8; Invert 0.7 -
Equalize 0.9 -; TranslateY 0.6 6
Invert 0.9 -; Equalize 0.6 -
Contrast 0.3 3; Rotate 0.8 4
Invert 0.8 -; TranslateY 0.0 2
ShearY 0.7 6; Solarize 0.4 8
Invert 0.6 -; Rotate 0.8 4
ShearY 0.3 7; TranslateX 0.9 3
ShearX 0.1 6; Invert 0.6 -
Solarize 0.7 2; TranslateY 0.6 7
ShearY 0.8 4; Invert 0.8 -
ShearX 0.7 9; TranslateY 0.8 3
ShearY 0.8 5; AutoContrast 0.7 -
ShearX 0.7 2; Invert 0.1 -
""",
}


@functools.cache
def policies(policy: AutoAugmentPolicy) -> list:
    """The pairs of a policy as (name, probability, magnitude or None)."""
    rows = [[half.split() for half in row.split(";")] for row in _POLICIES[policy.name].split("\n") if row]
    return [tuple((n, float(p), None if m == "-" else int(m)) for n, p, m in row) for row in rows]


def tensor_fill(img: Any, fill: Any):
    """``fill`` for tensors: a float for each channel."""
    if isinstance(img, Tensor) and fill is not None:
        channels = F.get_dimensions(img)[0]
        return [float(fill)] * channels if isinstance(fill, (int, float)) else [float(x) for x in fill]
    return fill


class AutoAugment(nn.Module):
    """One of the pairs of operations that a search found (Cubuk et al., 2019: AutoAugment).

    Args:
        policy (AutoAugmentPolicy): the data set it was searched on.
        interpolation (InterpolationMode): of turns and shears.
        fill (number or sequence, optional): the colour of what nothing came to.
    """

    def __init__(
        self,
        policy: AutoAugmentPolicy = AutoAugmentPolicy.IMAGENET,
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        fill: list[float] | None = None,
    ) -> None:
        super().__init__()
        self.policy = policy
        self.interpolation = interpolation
        self.fill = fill
        self.policies = self._get_policies(policy)

    def _get_policies(self, policy: AutoAugmentPolicy):
        if not isinstance(policy, AutoAugmentPolicy):
            raise ValueError(f"The provided policy {policy} is not recognized.")
        return policies(policy)

    def _augmentation_space(self, num_bins: int, image_size: tuple[int, int]) -> dict:
        return auto_space(num_bins, image_size)

    @staticmethod
    def get_params(transform_num: int) -> tuple[int, Tensor, Tensor]:
        """Draws the pair, a number for each probability, and two signs."""
        return int(randint(transform_num, (1,)).item()), rand((2,)), randint(2, (2,))

    def forward(self, img):
        fill = tensor_fill(img, self.fill)
        _, height, width = F.get_dimensions(img)
        index, probs, signs = self.get_params(len(self.policies))
        for i, (name, p, level) in enumerate(self.policies[index]):
            if probs[i] <= p:
                magnitudes, signed = self._augmentation_space(10, (height, width))[name]
                magnitude = float(magnitudes[level].item()) if level is not None else 0.0
                if signed and signs[i] == 0:
                    magnitude *= -1.0
                img = apply_op(img, name, magnitude, self.interpolation, fill)
        return img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(policy={self.policy}, fill={self.fill})"


def _draw_sign(magnitude: float, signed: bool) -> float:
    return -magnitude if signed and randint(2, (1,)) else magnitude


class RandAugment(nn.Module):
    """A few operations drawn, all of one magnitude (Cubuk et al., 2020: RandAugment).

    Args:
        num_ops (int): how many.
        magnitude (int): which of the bins.
        num_magnitude_bins (int): how many there are.
        interpolation (InterpolationMode): of turns and shears.
        fill (number or sequence, optional): the colour of what nothing came to.
    """

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        fill: list[float] | None = None,
    ) -> None:
        super().__init__()
        self.num_ops = num_ops
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins
        self.interpolation = interpolation
        self.fill = fill

    def _augmentation_space(self, num_bins: int, image_size: tuple[int, int]) -> dict:
        return rand_space(num_bins, image_size)

    def forward(self, img):
        fill = tensor_fill(img, self.fill)
        _, height, width = F.get_dimensions(img)
        for _ in range(self.num_ops):
            space = self._augmentation_space(self.num_magnitude_bins, (height, width))
            name = list(space)[int(randint(len(space), (1,)).item())]
            magnitudes, signed = space[name]
            magnitude = float(magnitudes[self.magnitude].item()) if magnitudes.ndim > 0 else 0.0
            img = apply_op(img, name, _draw_sign(magnitude, signed), self.interpolation, fill)
        return img

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(num_ops={self.num_ops}, magnitude={self.magnitude}, "
            f"num_magnitude_bins={self.num_magnitude_bins}, interpolation={self.interpolation}, fill={self.fill})"
        )


class TrivialAugmentWide(nn.Module):
    """One operation and its magnitude drawn (Mueller and Hutter, 2021: TrivialAugment).

    Args:
        num_magnitude_bins (int): how many magnitudes there are.
        interpolation (InterpolationMode): of turns and shears.
        fill (number or sequence, optional): the colour of what nothing came to.
    """

    def __init__(
        self,
        num_magnitude_bins: int = 31,
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        fill: list[float] | None = None,
    ) -> None:
        super().__init__()
        self.num_magnitude_bins = num_magnitude_bins
        self.interpolation = interpolation
        self.fill = fill

    def _augmentation_space(self, num_bins: int) -> dict:
        return trivial_space(num_bins)

    def forward(self, img):
        fill = tensor_fill(img, self.fill)
        space = self._augmentation_space(self.num_magnitude_bins)
        name = list(space)[int(randint(len(space), (1,)).item())]
        magnitudes, signed = space[name]
        magnitude = 0.0
        if magnitudes.ndim > 0:
            magnitude = float(magnitudes[randint(len(magnitudes), (1,), dtype=int64)].item())
        return apply_op(img, name, _draw_sign(magnitude, signed), self.interpolation, fill)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(num_magnitude_bins={self.num_magnitude_bins}, "
            f"interpolation={self.interpolation}, fill={self.fill})"
        )


def sample_dirichlet(alpha: Tensor) -> Tensor:
    """Shares that sum to one, a row for each row of ``alpha`` (N, K): gammas over their sum."""
    return _C._sample_dirichlet(alpha)


class AugMix(nn.Module):
    """Chains of operations, mixed with the picture they began with (Hendrycks et al., 2020: AugMix).

    Args:
        severity (int): the largest magnitude, of 1 to 10.
        mixture_width (int): how many chains.
        chain_depth (int): their length; from 1 to 3 by chance, if not positive.
        alpha (float): of the distributions that shares are drawn from.
        all_ops (bool): whether colours are changed as well.
        interpolation (InterpolationMode): of turns and shears.
        fill (number or sequence, optional): the colour of what nothing came to.
    """

    def __init__(
        self,
        severity: int = 3,
        mixture_width: int = 3,
        chain_depth: int = -1,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        fill: list[float] | None = None,
    ) -> None:
        super().__init__()
        self._PARAMETER_MAX = 10
        if not 1 <= severity <= self._PARAMETER_MAX:
            raise ValueError(f"The severity must be between [1, {self._PARAMETER_MAX}]. Got {severity} instead.")
        self.severity = severity
        self.mixture_width = mixture_width
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self.fill = fill

    def _augmentation_space(self, num_bins: int, image_size: tuple[int, int]) -> dict:
        return mix_space(num_bins, image_size, self.all_ops)

    def _sample_dirichlet(self, params: Tensor) -> Tensor:
        return sample_dirichlet(params)

    def forward(self, orig_img):
        _, height, width = F.get_dimensions(orig_img)
        img = orig_img if isinstance(orig_img, Tensor) else F.pil_to_tensor(orig_img)
        fill = tensor_fill(img, self.fill)
        space = self._augmentation_space(self._PARAMETER_MAX, (height, width))
        dims = list(img.shape)
        batch = img.reshape([1] * max(4 - img.ndim, 0) + dims)
        rows = [batch.size(0)] + [1] * (batch.ndim - 1)
        m = self._sample_dirichlet(tensor([self.alpha, self.alpha]).expand(rows[0], -1))
        weights = self._sample_dirichlet(tensor([self.alpha] * self.mixture_width).expand(rows[0], -1)) * m[:, 1].reshape([rows[0], -1])
        mix = m[:, 0].reshape(rows) * batch
        for i in range(self.mixture_width):
            chain = batch
            depth = self.chain_depth if self.chain_depth > 0 else int(randint(low=1, high=4, size=(1,)).item())
            for _ in range(depth):
                name = list(space)[int(randint(len(space), (1,)).item())]
                magnitudes, signed = space[name]
                magnitude = 0.0
                if magnitudes.ndim > 0:
                    magnitude = float(magnitudes[randint(self.severity, (1,), dtype=int64)].item())
                chain = apply_op(chain, name, _draw_sign(magnitude, signed), self.interpolation, fill)
            mix.add_(weights[:, i].reshape(rows) * chain)
        mix = mix.view(dims).to(dtype=img.dtype)
        return mix if isinstance(orig_img, Tensor) else F.to_pil_image(mix)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(severity={self.severity}, mixture_width={self.mixture_width}, chain_depth={self.chain_depth}, "
            f"alpha={self.alpha}, all_ops={self.all_ops}, interpolation={self.interpolation}, fill={self.fill})"
        )
