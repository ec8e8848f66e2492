"""``roi_align`` from the map of a pyramid that suits a region's size."""

from __future__ import annotations

import math

from ... import cat, int64, log2, nn, zeros
from ..._C import Tensor
from .._utils import repeated
from ._regions import with_index
from .boxes import box_area
from .roi_align import roi_align


class LevelMapper:
    """Which map suits a box: ``floor(lvl0 + log2(sqrt(area) / s0))`` (Lin et al., 2017, eq. 1)."""

    def __init__(self, k_min: int, k_max: int, canonical_scale: int = 224, canonical_level: int = 4, eps: float = 1e-6):
        self.k_min, self.k_max, self.s0, self.lvl0, self.eps = k_min, k_max, canonical_scale, canonical_level, eps

    def __call__(self, boxlists: list[Tensor]) -> Tensor:
        s = cat([box_area(boxlist) for boxlist in boxlists]).sqrt()
        level = (self.lvl0 + log2(s / self.s0) + self.eps).floor().clamp(self.k_min, self.k_max)
        return (level.to(int64) - self.k_min).to(int64)


class MultiScaleRoIAlign(nn.Module):
    """Regions pooled from the map that suits their size.

    Args:
        featmap_names (list of str): the maps to read.
        output_size (int or tuple): of the result.
        sampling_ratio (int): as in ``roi_align``.
        canonical_scale, canonical_level (int): a box of this size is read from this level.
    """

    def __init__(self, featmap_names: list[str], output_size, sampling_ratio: int, *, canonical_scale: int = 224, canonical_level: int = 4):
        super().__init__()
        self.featmap_names = featmap_names
        self.sampling_ratio = sampling_ratio
        self.output_size = repeated(output_size, 2)
        self.scales: list[float] | None = None
        self.map_levels: LevelMapper | None = None
        self.canonical_scale = canonical_scale
        self.canonical_level = canonical_level

    def _setup(self, maps: list[Tensor], image_shapes: list[tuple[int, int]]) -> None:
        if not image_shapes:
            raise ValueError("images list should not be empty")
        largest = [max(shape[i] for shape in image_shapes) for i in (0, 1)]
        self.scales = []
        for one in maps:
            exact = [float(size) / float(whole) for size, whole in zip(one.shape[-2:], largest)]
            self.scales.append(2.0 ** round(math.log2(exact[0])))
        low, high = -math.log2(self.scales[0]), -math.log2(self.scales[-1])
        self.map_levels = LevelMapper(int(low), int(high), self.canonical_scale, self.canonical_level)

    def forward(self, x: dict[str, Tensor], boxes: list[Tensor], image_shapes: list[tuple[int, int]]) -> Tensor:
        maps = [value for name, value in x.items() if name in self.featmap_names]
        if self.scales is None or self.map_levels is None:
            self._setup(maps, image_shapes)
        assert self.scales is not None and self.map_levels is not None
        rois = with_index(boxes)
        if len(maps) == 1:
            return roi_align(maps[0], rois, self.output_size, self.scales[0], self.sampling_ratio)
        levels = self.map_levels(boxes)
        out = zeros((rois.shape[0], maps[0].shape[1], *self.output_size), dtype=maps[0].dtype, device=maps[0].device)
        for level, (one, scale) in enumerate(zip(maps, self.scales)):
            at = (levels == level).nonzero().flatten()
            out = out.index_put((at,), roi_align(one, rois[at], self.output_size, scale, self.sampling_ratio).to(out.dtype))
        return out

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(featmap_names={self.featmap_names}, "
            f"output_size={self.output_size}, sampling_ratio={self.sampling_ratio})"
        )
