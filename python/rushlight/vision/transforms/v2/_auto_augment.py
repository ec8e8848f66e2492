"""AutoAugment, RandAugment, TrivialAugment and AugMix of a picture or video in any sample."""

from __future__ import annotations

from typing import Any

from PIL import Image as pil

from .... import rand, randint, tensor
from ...._C import Tensor
from ... import tv_tensors
from .._functional_tensor import largest
from ..autoaugment import (
    AutoAugment as _Old,
    AutoAugmentPolicy,
    apply_op,
    auto_space,
    mix_space,
    policies,
    rand_space,
    sample_dirichlet,
    trivial_space,
)
from . import functional as F
from ._geometry import check_fill, fill_for
from ._transform import Transform, flatten
from ._utils import is_pure_tensor


class _AutoAugmentBase(Transform):
    def __init__(self, *, interpolation: Any = "nearest", fill: Any = None) -> None:
        super().__init__()
        self.interpolation = interpolation
        self.fill = check_fill(fill)

    def _draw(self, space: dict) -> tuple[str, Any, bool]:
        name = list(space)[int(randint(len(space), ()))]
        return (name, *space[name])

    @staticmethod
    def _sign(magnitude: float, signed: bool) -> float:
        return -magnitude if signed and rand(()) <= 0.5 else magnitude

    def _change(self, image: Any, name: str, magnitude: float) -> Any:
        return self._done(image, name, magnitude, fill_for(self.fill, image))

    def _done(self, image: Any, name: str, magnitude: float, fill: Any) -> Any:
        if name == "Solarize":  # its magnitudes are shares of full brightness
            magnitude *= largest(image.dtype) if isinstance(image, Tensor) else 255.0
        return apply_op(image, name, magnitude, self.interpolation, fill, F)

    def _augment(self, image: Any, height: int, width: int) -> Any:
        raise NotImplementedError

    def forward(self, *inputs: Any) -> Any:
        leaves: list[Any] = []
        build = flatten(inputs if len(inputs) > 1 else inputs[0], leaves)
        found = []
        for i, (x, needed) in enumerate(zip(leaves, self._needs(leaves))):
            if needed and (is_pure_tensor(x) or isinstance(x, (tv_tensors.Image, tv_tensors.Video, pil.Image))):
                found.append(i)
            elif isinstance(x, (tv_tensors.BoundingBoxes, tv_tensors.Mask)):
                raise TypeError(f"Inputs of type {type(x).__name__} are not supported by {type(self).__name__}()")
        if not found:
            raise TypeError("Found no image in the sample.")
        if len(found) > 1:
            raise TypeError(f"Auto augment transformations are only properly defined for a single image or video, but found {len(found)}.")
        height, width = F.get_size(leaves[found[0]])
        leaves[found[0]] = self._augment(leaves[found[0]], height, width)
        return build(leaves)


class AutoAugment(_AutoAugmentBase):
    """One of the pairs of operations that a search found."""

    get_params = staticmethod(_Old.get_params)

    def __init__(self, policy: AutoAugmentPolicy = AutoAugmentPolicy.IMAGENET, interpolation: Any = "nearest", fill: Any = None):
        super().__init__(interpolation=interpolation, fill=fill)
        self.policy = policy
        if not isinstance(policy, AutoAugmentPolicy):
            raise ValueError(f"The provided policy {policy} is not recognized.")
        self._policies = policies(policy)

    def _augment(self, image: Any, height: int, width: int) -> Any:
        space = auto_space(10, (height, width), white=1.0)
        for name, p, level in self._policies[int(randint(len(self._policies), ()))]:
            if not rand(()) <= p:
                continue
            magnitudes, signed = space[name]
            magnitude = float(magnitudes[level]) if level is not None else 0.0
            image = self._change(image, name, self._sign(magnitude, signed))
        return image


class RandAugment(_AutoAugmentBase):
    """A few operations drawn, all of one magnitude."""

    def __init__(self, num_ops: int = 2, magnitude: int = 9, num_magnitude_bins: int = 31, interpolation: Any = "nearest", fill: Any = None):
        super().__init__(interpolation=interpolation, fill=fill)
        self.num_ops = num_ops
        if not 0 <= magnitude < num_magnitude_bins:
            raise ValueError(f"The provided magnitude {magnitude} is outside the range [0, {num_magnitude_bins}).")
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins

    def _augment(self, image: Any, height: int, width: int) -> Any:
        space = rand_space(self.num_magnitude_bins, (height, width), white=1.0)
        for _ in range(self.num_ops):
            name, magnitudes, signed = self._draw(space)
            magnitude = float(magnitudes[self.magnitude]) if magnitudes.ndim > 0 else 0.0
            image = self._change(image, name, self._sign(magnitude, signed))
        return image


class TrivialAugmentWide(_AutoAugmentBase):
    """One operation and its magnitude drawn."""

    def __init__(self, num_magnitude_bins: int = 31, interpolation: Any = "nearest", fill: Any = None):
        super().__init__(interpolation=interpolation, fill=fill)
        self.num_magnitude_bins = num_magnitude_bins

    def _augment(self, image: Any, height: int, width: int) -> Any:
        name, magnitudes, signed = self._draw(trivial_space(self.num_magnitude_bins, white=1.0))
        magnitude = 0.0
        if magnitudes.ndim > 0:
            magnitude = self._sign(float(magnitudes[int(randint(self.num_magnitude_bins, ()))]), signed)
        return self._change(image, name, magnitude)


class AugMix(_AutoAugmentBase):
    """Chains of operations, mixed with the picture they began with."""

    def __init__(
        self,
        severity: int = 3,
        mixture_width: int = 3,
        chain_depth: int = -1,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: Any = "bilinear",
        fill: Any = None,
    ) -> None:
        super().__init__(interpolation=interpolation, fill=fill)
        self._PARAMETER_MAX = 10
        if not 1 <= severity <= self._PARAMETER_MAX:
            raise ValueError(f"The severity must be between [1, {self._PARAMETER_MAX}].")
        self.severity = severity
        self.mixture_width = mixture_width
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops

    def _augment(self, image: Any, height: int, width: int) -> Any:
        values = F.pil_to_tensor(image) if isinstance(image, pil.Image) else image.as_subclass(Tensor)
        space = mix_space(self._PARAMETER_MAX, (height, width), self.all_ops, white=1.0)
        dims = list(values.shape)
        n = 5 if isinstance(image, tv_tensors.Video) else 4
        batch = values.reshape([1] * max(n - values.ndim, 0) + dims)
        rows = [batch.shape[0]] + [1] * (batch.ndim - 1)
        m = sample_dirichlet(tensor([self.alpha, self.alpha]).expand(rows[0], -1))
        shares = sample_dirichlet(tensor([self.alpha] * self.mixture_width).expand(rows[0], -1)) * m[:, 1].reshape([rows[0], -1])
        mix = m[:, 0].reshape(rows) * batch
        for i in range(self.mixture_width):
            chain: Any = batch
            depth = self.chain_depth if self.chain_depth > 0 else int(randint(low=1, high=4, size=()))
            for _ in range(depth):
                name, magnitudes, signed = self._draw(space)
                magnitude = 0.0
                if magnitudes.ndim > 0:
                    magnitude = self._sign(float(magnitudes[int(randint(self.severity, ()))]), signed)
                chain = self._done(chain, name, magnitude, fill_for(self.fill, image))
            mix = mix + shares[:, i].reshape(rows) * chain
        mix = mix.reshape(dims).to(values.dtype)
        if isinstance(image, tv_tensors.TVTensor):
            return tv_tensors.wrap(mix, like=image)
        return F.to_pil_image(mix) if isinstance(image, pil.Image) else mix
