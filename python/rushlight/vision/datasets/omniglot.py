"""Omniglot: letters of fifty alphabets, each drawn by twenty people."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from .utils import check_integrity, download_and_extract_archive, list_dir, list_files
from .vision import VisionDataset


class Omniglot(VisionDataset):
    """Letters (Lake et al., 2015).

    Args:
        root (str or path): the folder with ``omniglot-py``.
        background (bool): whether to take the alphabets to learn from, not those to be tested on.
        transform, target_transform (callable, optional): of the picture, and of the letter's number.
        download (bool): whether to download what is not there.
        loader (callable, optional): reads a path; by default in grey.

    Raises:
        RuntimeError: if the archive is not there, or not the one that was published.
    """

    folder = "omniglot-py"
    download_url_prefix = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python"
    zips_md5 = {
        "images_background": "68d2efa1b9178cc56df9314c21c6e718",
        "images_evaluation": "6b91aef0f799c5bb55b94e3f2daec811",
    }

    def __init__(
        self,
        root: Any,
        background: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(os.path.join(root, self.folder), transform=transform, target_transform=target_transform)
        self.background = background
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self.target_folder = os.path.join(self.root, self._get_target_folder())
        self._alphabets = list_dir(self.target_folder)
        self._characters = [os.path.join(a, c) for a in self._alphabets for c in list_dir(os.path.join(self.target_folder, a))]
        self._character_images = [
            [(name, i) for name in list_files(os.path.join(self.target_folder, character), ".png")]
            for i, character in enumerate(self._characters)
        ]
        self._flat_character_images = [row for rows in self._character_images for row in rows]
        self.loader = loader

    def __len__(self) -> int:
        return len(self._flat_character_images)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        name, letter = self._flat_character_images[index]
        path = os.path.join(self.target_folder, self._characters[letter], name)
        return self._transformed(Image.open(path).convert("L") if self.loader is None else self.loader(path), letter)

    def _check_integrity(self) -> bool:
        name = self._get_target_folder()
        return check_integrity(os.path.join(self.root, name + ".zip"), self.zips_md5[name])

    def download(self) -> None:
        """Downloads and unpacks the archive, unless it is there."""
        if self._check_integrity():
            return
        name = self._get_target_folder()
        url = f"{self.download_url_prefix}/{name}.zip"
        download_and_extract_archive(url, self.root, filename=name + ".zip", md5=self.zips_md5[name])

    def _get_target_folder(self) -> str:
        return "images_background" if self.background else "images_evaluation"
