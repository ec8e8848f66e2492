"""Pictures of noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import get_rng_state, manual_seed, randint, randn, set_rng_state
from ..transforms.functional import to_pil_image
from .vision import VisionDataset


class FakeData(VisionDataset):
    """Pictures of noise with labels of noise, the same ones each time.

    Args:
        size (int): how many.
        image_size (tuple): channels, height and width.
        num_classes (int): of the labels.
        transform, target_transform (callable, optional): of the picture, and of the label.
        random_offset (int): added to the seeds.

    >>> from rushlight.vision.datasets import FakeData
    >>> FakeData(3, num_classes=2)[0][0].size
    (224, 224)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        state = get_rng_state()
        manual_seed(index + self.random_offset)
        img = randn(*self.image_size)
        target = randint(0, self.num_classes, size=(1,))[0]
        set_rng_state(state)
        picture, label = self._transformed(to_pil_image(img), target)
        return picture, label.item() if hasattr(label, "item") else label

    def __len__(self) -> int:
        return self.size
