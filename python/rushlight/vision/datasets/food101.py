"""Food-101: pictures, and JSON lists of parts."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import download_and_extract_archive, verify_str_arg
from .vision import ListedPictures


class Food101(ListedPictures):
    """Dishes of 101 kinds (Bossard et al., 2014).

    Args:
        root (str or path): the folder with ``food-101``.
        split (str): ``train`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the dish.
        download (bool): whether to download what is not there.
    """

    _URL = "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz"
    _MD5 = "85eeb15f3717b99a5da872d97d918f87"

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._split = verify_str_arg(split, "split", ("train", "test"))
        self._base_folder = pathlib.Path(self.root) / "food-101"
        self._meta_folder, self._images_folder = self._base_folder / "meta", self._base_folder / "images"
        if download and not self._check_exists():
            download_and_extract_archive(self._URL, download_root=self.root, md5=self._MD5)
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        with open(self._meta_folder / f"{split}.json") as file:
            parts = json.load(file)
        self.classes = sorted(parts)
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self._labels, self._image_files = [], []
        for name, places in parts.items():
            self._labels += [self.class_to_idx[name]] * len(places)
            self._image_files += [self._images_folder.joinpath(*f"{place}.jpg".split("/")) for place in places]
        self.loader = loader

    def extra_repr(self) -> str:
        return f"split={self._split}"

    def _check_exists(self) -> bool:
        return all(folder.exists() and folder.is_dir() for folder in (self._meta_folder, self._images_folder))
