"""DTD: textures, with lists of parts."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import download_and_extract_archive, verify_str_arg
from .vision import ListedPictures


class DTD(ListedPictures):
    """Textures, described in words (Cimpoi et al., 2014).

    Args:
        root (str or path): the folder with ``dtd/dtd``.
        split (str): ``train``, ``val`` or ``test``.
        partition (int): one of ten ways to split, from 1.
        transform, target_transform (callable, optional): of the picture, and of the class.
        download (bool): whether to download what is not there.
    """

    _URL = "https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz"
    _MD5 = "fff73e5086ae6bdbea199a49dfb8a4c1"

    def __init__(
        self,
        root: Any,
        split: str = "train",
        partition: int = 1,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] = default_loader,
    ) -> None:
        self._split = verify_str_arg(split, "split", ("train", "val", "test"))
        if not isinstance(partition, int) and not 1 <= partition <= 10:
            raise ValueError(f"Parameter 'partition' should be an integer with `1 <= partition <= 10`, but got {partition} instead")
        self._partition = partition
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._base_folder = pathlib.Path(self.root) / "dtd"
        data = self._base_folder / "dtd"
        if download and not os.path.isdir(data):
            download_and_extract_archive(self._URL, download_root=str(self._base_folder), md5=self._MD5)
        if not os.path.isdir(data):
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        with open(data / "labels" / f"{split}{partition}.txt") as file:
            places = [line.strip().split("/") for line in file]
        self._image_files = [data / "images" / pathlib.Path(*parts) for parts in places]
        names = [parts[0] for parts in places]
        self.classes = sorted(set(names))
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self._labels = [self.class_to_idx[name] for name in names]
        self.loader = loader

    def extra_repr(self) -> str:
        return f"split={self._split}, partition={self._partition}"
