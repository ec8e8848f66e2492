"""Caltech 101 and 256: pictures in folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from .svhn import load_mat
from .utils import download_and_extract_archive, extract_archive, verify_str_arg
from .vision import VisionDataset


class Caltech101(VisionDataset):
    """Pictures of 101 things (Fei-Fei et al., 2004).

    Args:
        root (str or path): the folder with ``caltech101``.
        target_type (str or list): ``category``, ``annotation`` (an outline), or both.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.
    """

    # folders of outlines whose names are not those of the pictures
    _OUTLINES = {"Faces": "Faces_2", "Faces_easy": "Faces_3", "Motorbikes": "Motorbikes_16", "airplanes": "Airplanes_Side_2"}

    def __init__(
        self,
        root: Any,
        target_type: list[str] | str = "category",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(os.path.join(root, "caltech101"), transform=transform, target_transform=target_transform)
        os.makedirs(self.root, exist_ok=True)
        kinds = [target_type] if isinstance(target_type, str) else target_type
        self.target_type = [verify_str_arg(kind, "target_type", ("category", "annotation")) for kind in kinds]
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError(f"Dataset not found or corrupted in {self.root}. You can use download=True to download it")
        self.categories = sorted(os.listdir(os.path.join(self.root, "101_ObjectCategories")))
        self.categories.remove("BACKGROUND_Google")
        self.annotation_categories = [self._OUTLINES.get(name, name) for name in self.categories]
        self.index: list[int] = []
        self.y: list[int] = []
        for i, name in enumerate(self.categories):
            count = len(os.listdir(os.path.join(self.root, "101_ObjectCategories", name)))
            self.index.extend(range(1, count + 1))
            self.y.extend(count * [i])

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        category, number = self.y[index], self.index[index]
        path = os.path.join(self.root, "101_ObjectCategories", self.categories[category], f"image_{number:04d}.jpg")
        picture = Image.open(path)
        targets: list[Any] = []
        for kind in self.target_type:
            if kind == "category":
                targets.append(category)
            else:
                folder = os.path.join(self.root, "Annotations", self.annotation_categories[category])
                targets.append(load_mat(os.path.join(folder, f"annotation_{number:04d}.mat"))["obj_contour"])
        return self._transformed(picture, tuple(targets) if len(targets) > 1 else targets[0])

    def _check_integrity(self) -> bool:
        return os.path.exists(os.path.join(self.root, "101_ObjectCategories"))

    def __len__(self) -> int:
        return len(self.index)

    def download(self) -> None:
        """Downloads and unpacks the archives, unless their files are there."""
        if self._check_integrity():
            return
        url = "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip"
        download_and_extract_archive(url, self.root, filename="caltech-101.zip", md5="3138e1922a9193bfa496528edbbc45d0")
        extract_archive(os.path.join(self.root, "caltech-101", "101_ObjectCategories.tar.gz"), self.root)
        extract_archive(os.path.join(self.root, "caltech-101", "Annotations.tar"), self.root)

    def extra_repr(self) -> str:
        return f"Target type: {self.target_type}"


class Caltech256(VisionDataset):
    """Pictures of 256 things (Griffin et al., 2007).

    Args:
        root (str or path): the folder with ``caltech256``.
        transform, target_transform (callable, optional): of the picture, and of the class.
        download (bool): whether to download what is not there.
    """

    def __init__(self, root: Any, transform: Callable | None = None, target_transform: Callable | None = None, download: bool = False):
        super().__init__(os.path.join(root, "caltech256"), transform=transform, target_transform=target_transform)
        os.makedirs(self.root, exist_ok=True)
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError(f"Dataset not found or corrupted in {self.root}. You can use download=True to download it")
        folder = os.path.join(self.root, "256_ObjectCategories")
        self.categories = sorted(os.listdir(folder))
        self.index: list[int] = []
        self.y: list[int] = []
        for i, name in enumerate(self.categories):
            count = len([file for file in os.listdir(os.path.join(folder, name)) if file.endswith(".jpg")])
            self.index.extend(range(1, count + 1))
            self.y.extend(count * [i])

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        category, number = self.y[index], self.index[index]
        name = self.categories[category]
        path = os.path.join(self.root, "256_ObjectCategories", name, f"{category + 1:03d}_{number:04d}.jpg")
        return self._transformed(Image.open(path), category)

    def _check_integrity(self) -> bool:
        return os.path.exists(os.path.join(self.root, "256_ObjectCategories"))

    def __len__(self) -> int:
        return len(self.index)

    def download(self) -> None:
        """Downloads and unpacks the archive, unless its files are there."""
        if not self._check_integrity():
            url = "https://data.caltech.edu/records/nyy15-4j048/files/256_ObjectCategories.tar"
            download_and_extract_archive(url, self.root, filename="256_ObjectCategories.tar", md5="67b4f42ca05d46448c6bb8ecd2220f6d")
