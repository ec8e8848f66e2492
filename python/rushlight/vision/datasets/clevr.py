"""CLEVR: drawn scenes, to be counted."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import download_and_extract_archive, verify_str_arg
from .vision import ListedPictures


class CLEVRClassification(ListedPictures):
    """Scenes of simple bodies, and how many there are (Johnson et al., 2017).

    Args:
        root (str or path): the folder with ``clevr``.
        split (str): ``train``, ``val`` or ``test`` (whose targets are None).
        transform, target_transform (callable, optional): of the picture, and of the number.
        download (bool): whether to download what is not there.
        loader (callable): reads a path.

    Raises:
        RuntimeError: if the folder is not there.
    """

    _URL = "https://dl.fbaipublicfiles.com/clevr/CLEVR_v1.0.zip"
    _MD5 = "b11922020e72d0cd9154779b2d3d07d2"

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] = default_loader,
    ) -> None:
        self._split = verify_str_arg(split, "split", ("train", "val", "test"))
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = loader
        self._base_folder = pathlib.Path(self.root) / "clevr"
        self._data_folder = self._base_folder / "CLEVR_v1.0"
        if download and not self._data_folder.is_dir():
            download_and_extract_archive(self._URL, str(self._base_folder), md5=self._MD5)
        if not self._data_folder.is_dir():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self._image_files = sorted(self._data_folder.joinpath("images", self._split).glob("*"))
        if self._split == "test":
            self._labels = [None] * len(self._image_files)
        else:
            with open(self._data_folder / "scenes" / f"CLEVR_{self._split}_scenes.json") as file:
                counts = {scene["image_filename"]: len(scene["objects"]) for scene in json.load(file)["scenes"]}
            self._labels = [counts[path.name] for path in self._image_files]

    def extra_repr(self) -> str:
        return f"split={self._split}"
