"""Pictures made ready for a detector, and its answers brought back to their sizes."""

from __future__ import annotations

import math
from typing import Any

from .... import as_tensor, empty, float32, nn, stack
from ...._C import Tensor
from ....nn import functional as F
from ._paste import paste_masks_in_image
from .image_list import ImageList

Target = dict[str, Tensor]


class GeneralizedRCNNTransform(nn.Module):
    """Normalises pictures, scales them within bounds, and lays them side by side in one padded batch.

    Args:
        min_size (int or sequence of int): of the shorter side; in training one of them is drawn, otherwise the last is taken.
        max_size (int): bound of the longer side.
        image_mean, image_std (list of float): of each channel.
        size_divisible (int): sides of the batch are multiples of it.
        fixed_size (tuple of int, optional): width and height that every picture is brought to instead.
        _skip_resize (bool): whether pictures keep their size in training. Default: False.

    Example:

        >>> from rushlight.vision.models.detection.transform import GeneralizedRCNNTransform
        >>> batch, _ = GeneralizedRCNNTransform(40, 64, [0.5] * 3, [0.5] * 3).eval()([torch.rand(3, 20, 30)])
        >>> tuple(batch.tensors.shape), batch.image_sizes
        ((1, 3, 64, 64), [(40, 60)])
    """

    def __init__(
        self,
        min_size: int | list[int] | tuple[int, ...],
        max_size: int,
        image_mean: list[float],
        image_std: list[float],
        size_divisible: int = 32,
        fixed_size: tuple[int, int] | None = None,
        **kwargs: Any,
    ):
        super().__init__()
        self.min_size = tuple(min_size) if isinstance(min_size, (list, tuple)) else (min_size,)
        self.max_size = max_size
        self.image_mean = image_mean
        self.image_std = image_std
        self.size_divisible = size_divisible
        self.fixed_size = fixed_size
        self._skip_resize = kwargs.pop("_skip_resize", False)

    def forward(self, images: list[Tensor], targets: list[Target] | None = None) -> tuple[ImageList, list[Target] | None]:
        ready, moved = [], None if targets is None else [dict(target) for target in targets]
        for i, image in enumerate(images):
            if image.dim() != 3:
                raise ValueError(f"images is expected to be a list of 3d tensors of shape [C, H, W], got {image.shape}")
            image, target = self.resize(self.normalize(image), moved[i] if moved is not None else None)
            ready.append(image)
            if moved is not None and target is not None:
                moved[i] = target
        sizes = [(int(image.shape[-2]), int(image.shape[-1])) for image in ready]
        return ImageList(self.batch_images(ready, self.size_divisible), sizes), moved

    def normalize(self, image: Tensor) -> Tensor:
        """``(image - mean) / std``.

        Raises:
            TypeError: for integers.
        """
        if not image.is_floating_point():
            raise TypeError(f"Expected input images to be of floating type (in range [0, 1]), but found type {image.dtype} instead")
        mean, std = (
            as_tensor(values, dtype=image.dtype, device=image.device)[:, None, None] for values in (self.image_mean, self.image_std)
        )
        return (image - mean) / std

    def torch_choice(self, k: tuple[int, ...] | list[int]) -> int:
        """One of ``k``, drawn as a uniform number."""
        return k[int(empty(1).uniform_(0.0, float(len(k))).item())]

    def resize(self, image: Tensor, target: Target | None = None) -> tuple[Tensor, Target | None]:
        """The picture within the bounds, and with it boxes, masks and key points."""
        before = image.shape[-2:]
        if not self.training:
            side = self.min_size[-1]
        elif self._skip_resize:
            return image, target
        else:
            side = self.torch_choice(self.min_size)
        image, target = _resize_image_and_masks(image, side, self.max_size, target, self.fixed_size)
        if target is not None:
            target["boxes"] = resize_boxes(target["boxes"], before, image.shape[-2:])
            if "keypoints" in target:
                target["keypoints"] = resize_keypoints(target["keypoints"], before, image.shape[-2:])
        return image, target

    def batch_images(self, images: list[Tensor], size_divisible: int = 32) -> Tensor:
        """Pictures in the upper left corners of one batch of zeros."""
        channels, *sides = (max(image.shape[axis] for image in images) for axis in range(3))
        height, width = (int(math.ceil(side / size_divisible) * size_divisible) for side in sides)
        batch = images[0].new_full((len(images), channels, height, width), 0)
        for place, image in zip(batch, images):
            place[: image.shape[0], : image.shape[1], : image.shape[2]].copy_(image)
        return batch

    def postprocess(
        self, result: list[Target], image_shapes: list[tuple[int, int]], original_image_sizes: list[tuple[int, int]]
    ) -> list[Target]:
        """Answers in the pixels of the pictures as they came; masks are laid into them."""
        if self.training:
            return result
        for answer, inside, outside in zip(result, image_shapes, original_image_sizes):
            boxes = answer["boxes"] = resize_boxes(answer["boxes"], inside, outside)
            if "masks" in answer:
                answer["masks"] = paste_masks_in_image(answer["masks"], boxes, outside)
            if "keypoints" in answer:
                answer["keypoints"] = resize_keypoints(answer["keypoints"], inside, outside)
        return result

    def __repr__(self) -> str:
        row = "\n    "
        return (
            f"{type(self).__name__}({row}Normalize(mean={self.image_mean}, std={self.image_std})"
            f"{row}Resize(min_size={self.min_size}, max_size={self.max_size}, mode='bilinear')\n)"
        )


def _resize_image_and_masks(
    image: Tensor, self_min_size: int, self_max_size: int, target: Target | None = None, fixed_size: tuple[int, int] | None = None
) -> tuple[Tensor, Target | None]:
    how: dict[str, Any] = {"size": None, "scale_factor": None, "recompute_scale_factor": None}
    if fixed_size is not None:
        how["size"] = [fixed_size[1], fixed_size[0]]
    else:
        sides = [int(side) for side in image.shape[-2:]]
        how["scale_factor"] = min(self_min_size / min(sides), self_max_size / max(sides))
        how["recompute_scale_factor"] = True
    image = F.interpolate(image[None], mode="bilinear", align_corners=False, **how)[0]
    if target is not None and "masks" in target:
        target["masks"] = F.interpolate(target["masks"][:, None].float(), **how)[:, 0].byte()
    return image, target


def _ratios(like: Tensor, original_size, new_size) -> list[Tensor]:
    """Of height and width, in float32 as the sizes are few."""
    new, old = (as_tensor([float(s) for s in size], dtype=float32, device=like.device) for size in (new_size, original_size))
    return list((new / old).unbind())


def resize_boxes(boxes: Tensor, original_size, new_size) -> Tensor:
    """Boxes (N, 4) of a picture of ``original_size`` (height, width) in one of ``new_size``."""
    down, across = _ratios(boxes, original_size, new_size)
    x1, y1, x2, y2 = boxes.unbind(1)
    return stack((x1 * across, y1 * down, x2 * across, y2 * down), dim=1)


def resize_keypoints(keypoints: Tensor, original_size, new_size) -> Tensor:
    """Key points (N, K, 3), of which the last is visibility, moved as ``resize_boxes`` moves boxes."""
    down, across = _ratios(keypoints, original_size, new_size)
    x, y, seen = keypoints.unbind(2)
    return stack((x * across, y * down, seen), dim=2)
