"""Cats and dogs of 37 breeds."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from .utils import download_and_extract_archive, verify_str_arg
from .vision import VisionDataset


class OxfordIIITPet(VisionDataset):
    """Cats and dogs of 37 breeds (Parkhi et al., 2012).

    Args:
        root (str or path): the folder with ``oxford-iiit-pet``.
        split (str): ``trainval`` or ``test``.
        target_types (str or sequence): ``category``, ``binary-category`` (cat or dog), ``segmentation``, or several.
        transforms, transform, target_transform (callable, optional): as of ``VisionDataset``.
        download (bool): whether to download what is not there.
    """

    _RESOURCES = (
        ("https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz", "5c4f3ee8e5d25df40f4fd59a7f44e54c"),
        ("https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz", "95a8c909bbe2e81eed6a22bccdf3f68f"),
    )
    _VALID_TARGET_TYPES = ("category", "binary-category", "segmentation")

    def __init__(
        self,
        root: Any,
        split: str = "trainval",
        target_types: Sequence[str] | str = "category",
        transforms: Callable | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] | None = None,
    ):
        self._split = verify_str_arg(split, "split", ("trainval", "test"))
        kinds = [target_types] if isinstance(target_types, str) else target_types
        self._target_types = [verify_str_arg(kind, "target_types", self._VALID_TARGET_TYPES) for kind in kinds]
        super().__init__(root, transforms=transforms, transform=transform, target_transform=target_transform)
        self._base_folder = pathlib.Path(self.root) / "oxford-iiit-pet"
        self._images_folder = self._base_folder / "images"
        self._anns_folder = self._base_folder / "annotations"
        self._segs_folder = self._anns_folder / "trimaps"
        if download and not self._check_exists():
            for url, md5 in self._RESOURCES:
                download_and_extract_archive(url, download_root=str(self._base_folder), md5=md5)
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        with open(self._anns_folder / f"{self._split}.txt") as file:
            rows = [line.strip().split() for line in file]
        ids = [row[0] for row in rows]
        self._labels = [int(row[1]) - 1 for row in rows]
        self._bin_labels = [int(row[2]) - 1 for row in rows]
        self.bin_classes = ["Cat", "Dog"]
        self.bin_class_to_idx = {"Cat": 0, "Dog": 1}
        found = {(name.rsplit("_", 1)[0], label) for name, label in zip(ids, self._labels)}
        self.classes = [" ".join(part.title() for part in name.split("_")) for name, _ in sorted(found, key=lambda x: x[1])]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self._images = [self._images_folder / f"{name}.jpg" for name in ids]
        self._segs = [self._segs_folder / f"{name}.png" for name in ids]
        self.loader = loader or (lambda path: Image.open(path).convert("RGB"))

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, idx: int) -> tuple[Any, Any]:
        picture = self.loader(self._images[idx])
        targets: list[Any] = []
        for kind in self._target_types:
            if kind == "category":
                targets.append(self._labels[idx])
            elif kind == "binary-category":
                targets.append(self._bin_labels[idx])
            else:
                targets.append(Image.open(self._segs[idx]))
        target: Any = targets[0] if len(targets) == 1 else tuple(targets) or None
        return self.transforms(picture, target) if self.transforms else (picture, target)

    def _check_exists(self) -> bool:
        return all(os.path.isdir(folder) for folder in (self._images_folder, self._anns_folder))
