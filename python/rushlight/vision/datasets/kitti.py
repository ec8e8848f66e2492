"""KITTI: streets seen from a car, and boxes of what is on them."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from .utils import download_and_extract_archive
from .vision import VisionDataset


class Kitti(VisionDataset):
    """Streets, and the cars, people and others on them (Geiger et al., 2012).

    Args:
        root (str or path): the folder with ``Kitti/raw``.
        train (bool): whether to take the pictures with boxes.
        transform, target_transform, transforms (callable, optional): as of ``VisionDataset``.
        download (bool): whether to download what is not there.

    A target is a list of dicts with ``type``, ``truncated``, ``occluded``, ``alpha``, ``bbox``, ``dimensions``, ``location`` and
    ``rotation_y``; None of the pictures to be tested on.

    Raises:
        RuntimeError: if the folders are not there.
    """

    data_url = "https://s3.eu-central-1.amazonaws.com/avg-kitti/"
    resources = ["data_object_image_2.zip", "data_object_label_2.zip"]
    image_dir_name = "image_2"
    labels_dir_name = "label_2"

    def __init__(
        self,
        root: Any,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        transforms: Callable | None = None,
        download: bool = False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform, transforms=transforms)
        self.train = train
        self._location = "training" if train else "testing"
        if download:
            self.download()
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You may use download=True to download it.")
        home = os.path.join(self._raw_folder, self._location)
        names = os.listdir(os.path.join(home, self.image_dir_name))
        self.images = [os.path.join(home, self.image_dir_name, name) for name in names]
        labels = os.path.join(home, self.labels_dir_name)
        self.targets = [os.path.join(labels, f"{name.split('.')[0]}.txt") for name in names] if train else []

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture = Image.open(self.images[index])
        target = self._parse_target(index) if self.train else None
        return self.transforms(picture, target) if self.transforms else (picture, target)

    def _parse_target(self, index: int) -> list[dict[str, Any]]:
        with open(self.targets[index]) as file:
            return [
                {
                    "type": row[0],
                    "truncated": float(row[1]),
                    "occluded": int(row[2]),
                    "alpha": float(row[3]),
                    "bbox": [float(x) for x in row[4:8]],
                    "dimensions": [float(x) for x in row[8:11]],
                    "location": [float(x) for x in row[11:14]],
                    "rotation_y": float(row[14]),
                }
                for row in csv.reader(file, delimiter=" ")
            ]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def _raw_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "raw")

    def _check_exists(self) -> bool:
        folders = [self.image_dir_name, *([self.labels_dir_name] if self.train else [])]
        return all(os.path.isdir(os.path.join(self._raw_folder, self._location, name)) for name in folders)

    def download(self) -> None:
        """Downloads and unpacks the archives, unless they are there."""
        if self._check_exists():
            return
        for name in self.resources:
            download_and_extract_archive(self.data_url + name, self._raw_folder, filename=name)
