"""Pictures of several sizes in one tensor."""

from __future__ import annotations

from typing import Any

from ...._C import Tensor


class ImageList:
    """A padded batch, and what size each picture has within it.

    Args:
        tensors (Tensor): of shape (N, C, H, W).
        image_sizes (list of tuple): height and width of each picture without its padding.
    """

    def __init__(self, tensors: Tensor, image_sizes: list[tuple[int, int]]) -> None:
        self.tensors = tensors
        self.image_sizes = image_sizes

    def to(self, device: Any) -> ImageList:
        """The same pictures on another device."""
        return ImageList(self.tensors.to(device), self.image_sizes)
