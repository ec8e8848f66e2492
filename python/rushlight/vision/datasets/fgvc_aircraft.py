"""FGVC Aircraft: aeroplanes, with lists by variant, family and maker."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import download_and_extract_archive, verify_str_arg
from .vision import ListedPictures


class FGVCAircraft(ListedPictures):
    """Aeroplanes (Maji et al., 2013).

    Args:
        root (str or path): the folder with ``fgvc-aircraft-2013b``.
        split (str): ``train``, ``val``, ``trainval`` or ``test``.
        annotation_level (str): ``variant``, ``family`` or ``manufacturer``.
        transform, target_transform (callable, optional): of the picture, and of the kind.
        download (bool): whether to download what is not there.
        loader (callable): reads a path.

    Raises:
        RuntimeError: if the folder is not there.
    """

    _URL = "https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz"
    _LISTS = {"variant": "variants.txt", "family": "families.txt", "manufacturer": "manufacturers.txt"}

    def __init__(
        self,
        root: Any,
        split: str = "trainval",
        annotation_level: str = "variant",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._split = verify_str_arg(split, "split", ("train", "val", "trainval", "test"))
        self._annotation_level = verify_str_arg(annotation_level, "annotation_level", tuple(self._LISTS))
        self._data_path = os.path.join(self.root, "fgvc-aircraft-2013b")
        if download and not os.path.isdir(self._data_path):
            download_and_extract_archive(self._URL, self.root)
        if not os.path.isdir(self._data_path):
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        data = os.path.join(self._data_path, "data")
        with open(os.path.join(data, self._LISTS[self._annotation_level])) as file:
            self.classes = [line.strip() for line in file]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        with open(os.path.join(data, f"images_{self._annotation_level}_{self._split}.txt")) as file:
            rows = [line.strip().split(" ", 1) for line in file]
        self._image_files = [os.path.join(data, "images", f"{name}.jpg") for name, _ in rows]
        self._labels = [self.class_to_idx[kind] for _, kind in rows]
        self.loader = loader
