"""Boxes that a detector begins with: at each place of each map, of several sizes and shapes."""

from __future__ import annotations

import math
from typing import Any

from .... import arange, as_tensor, cat, float32, int32, meshgrid, nn, stack
from ...._C import Tensor
from .image_list import ImageList


def _places(rows: Tensor, columns: Tensor) -> Tensor:
    """All pairs (x, y), row by row."""
    y, x = meshgrid(rows, columns, indexing="ij")
    return stack((x.reshape(-1), y.reshape(-1)), dim=1)


def _is_nested(values: Any) -> bool:
    return isinstance(values[0], (list, tuple))


class AnchorGenerator(nn.Module):
    """Anchors in pixels: for each map sizes times ratios of height to width, at every place.

    Args:
        sizes (tuple): square roots of areas, of each map.
        aspect_ratios (tuple): height over width, of each map.

    Example:

        >>> from rushlight.vision.models.detection.anchor_utils import AnchorGenerator
        >>> AnchorGenerator(((32,),), ((0.5, 1.0),)).cell_anchors
        [tensor([[-23., -11.,  23.,  11.],
                [-16., -16.,  16.,  16.]])]
    """

    def __init__(self, sizes: Any = ((128, 256, 512),), aspect_ratios: Any = ((0.5, 1.0, 2.0),)):
        super().__init__()
        # numbers alone: one size for each map, the same ratios for all maps
        self.sizes = sizes if _is_nested(sizes) else tuple((size,) for size in sizes)
        self.aspect_ratios = aspect_ratios if _is_nested(aspect_ratios) else (aspect_ratios,) * len(self.sizes)
        self.cell_anchors = [self.generate_anchors(*both) for both in zip(self.sizes, self.aspect_ratios)]

    def generate_anchors(self, scales: Any, aspect_ratios: Any, dtype: Any = float32, device: Any = "cpu") -> Tensor:
        """Anchors (ratios x sizes, 4) around the origin, in whole pixels."""
        size = as_tensor(scales, dtype=dtype, device=device)
        tall = as_tensor(aspect_ratios, dtype=dtype, device=device).sqrt()
        h, w = (tall[:, None] * size).reshape(-1), ((1 / tall)[:, None] * size).reshape(-1)
        return (stack((-w, -h, w, h), dim=1) / 2).round()

    def set_cell_anchors(self, dtype: Any, device: Any) -> None:
        """Brings the anchors of a place to a dtype and device."""
        self.cell_anchors = [anchors.to(dtype=dtype, device=device) for anchors in self.cell_anchors]

    def num_anchors_per_location(self) -> list[int]:
        """How many anchors a place of each map has."""
        return [len(sizes) * len(ratios) for sizes, ratios in zip(self.sizes, self.aspect_ratios)]

    def grid_anchors(self, grid_sizes: list, strides: list) -> list[Tensor]:
        """Anchors of whole maps of ``grid_sizes`` whose places lie ``strides`` pixels apart.

        Raises:
            AssertionError: for another number of maps than of sizes.
        """
        if not len(grid_sizes) == len(strides) == len(self.cell_anchors):
            raise AssertionError(
                "Anchors should be Tuple[Tuple[int]] because each feature map could potentially have different sizes and aspect "
                f"ratios. There needs to be a match between the number of feature maps passed ({len(grid_sizes)}) and the number "
                f"of sizes / aspect ratios specified ({len(self.cell_anchors)})."
            )
        whole = []
        for (height, width), (down, across), cell in zip(grid_sizes, strides, self.cell_anchors):
            at = _places(*(arange(n, dtype=int32, device=cell.device) * step for n, step in ((height, down), (width, across))))
            whole.append((at.repeat(1, 2)[:, None, :] + cell[None, :, :]).reshape(-1, 4))
        return whole

    def forward(self, image_list: ImageList, feature_maps: list[Tensor]) -> list[Tensor]:
        grids = [tuple(one.shape[-2:]) for one in feature_maps]
        sides = image_list.tensors.shape[-2:]
        strides = [tuple(int(side) // int(n) for side, n in zip(sides, grid)) for grid in grids]
        self.set_cell_anchors(feature_maps[0].dtype, feature_maps[0].device)
        anchors = self.grid_anchors(grids, strides)
        return [cat(anchors) for _ in image_list.image_sizes]


class DefaultBoxGenerator(nn.Module):
    """The default boxes of SSD (Liu et al., 2016, section 2.2): two squares, and two of each ratio, at every place of every map.

    Args:
        aspect_ratios (list of list of int): of each map.
        min_ratio, max_ratio (float): scales of the first and the last map; those between lie evenly.
        scales (list of float, optional): of each map and one more, instead.
        steps (list of int, optional): pixels between places of each map; as the map's size has it, if None.
        clip (bool): whether widths and heights are kept within the picture.
    """

    def __init__(
        self,
        aspect_ratios: list[list[int]],
        min_ratio: float = 0.15,
        max_ratio: float = 0.9,
        scales: list[float] | None = None,
        steps: list[int] | None = None,
        clip: bool = True,
    ):
        super().__init__()
        if steps is not None and len(aspect_ratios) != len(steps):
            raise ValueError("aspect_ratios and steps should have the same length")
        maps = len(aspect_ratios)
        if scales is None:
            step = (max_ratio - min_ratio, maps - 1.0)
            scales = [min_ratio + step[0] * k / step[1] for k in range(maps)] + [1.0] if maps > 1 else [min_ratio, max_ratio]
        self.aspect_ratios = aspect_ratios
        self.steps = steps
        self.clip = clip
        self.scales = scales
        self._wh_pairs = self._generate_wh_pairs(maps)

    def _generate_wh_pairs(self, num_outputs: int, dtype: Any = float32, device: Any = "cpu") -> list[Tensor]:
        pairs = []
        for k in range(num_outputs):
            scale, between = self.scales[k], math.sqrt(self.scales[k] * self.scales[k + 1])
            shapes = [(scale, scale), (between, between)]
            for ratio in self.aspect_ratios[k]:
                long, short = scale * math.sqrt(ratio), scale / math.sqrt(ratio)
                shapes += [(long, short), (short, long)]
            pairs.append(as_tensor(shapes, dtype=dtype, device=device))
        return pairs

    def num_anchors_per_location(self) -> list[int]:
        """How many boxes a place of each map has."""
        return [2 + 2 * len(ratios) for ratios in self.aspect_ratios]

    def _grid_default_boxes(self, grid_sizes: list, image_size: Any, dtype: Any = float32) -> Tensor:
        """Centres and sizes of all boxes, in parts of the picture."""
        boxes = []
        for k, grid in enumerate(grid_sizes):
            over = grid if self.steps is None else [side / self.steps[k] for side in image_size]
            at = _places(*(((arange(0, n) + 0.5) / whole).to(dtype=dtype) for n, whole in zip(grid, over)))
            shapes = self._wh_pairs[k].to(dtype)
            if self.clip:
                shapes = shapes.clamp(min=0, max=1)
            n, kinds = at.shape[0], shapes.shape[0]
            boxes.append(cat((at[:, None].expand(n, kinds, 2), shapes[None].expand(n, kinds, 2)), dim=2).reshape(-1, 4))
        return cat(boxes)

    def forward(self, image_list: ImageList, feature_maps: list[Tensor]) -> list[Tensor]:
        sides = [int(side) for side in image_list.tensors.shape[-2:]]
        boxes = self._grid_default_boxes([tuple(one.shape[-2:]) for one in feature_maps], sides, dtype=feature_maps[0].dtype)
        boxes = boxes.to(feature_maps[0].device)
        size = as_tensor([sides[1], sides[0]], device=boxes.device)
        half = 0.5 * boxes[:, 2:]
        boxes = cat(((boxes[:, :2] - half) * size, (boxes[:, :2] + half) * size), -1)
        return [boxes for _ in image_list.image_sizes]

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)}" for name in ("aspect_ratios", "clip", "scales", "steps"))
        return f"{type(self).__name__}({said})"
