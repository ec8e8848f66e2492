"""SBU: a million photographs with what their owners wrote under them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ..._warn import warn
from .folder import default_loader
from .utils import check_integrity, download_and_extract_archive, download_url
from .vision import VisionDataset


class SBU(VisionDataset):
    """Photographs and their captions (Ordonez et al., 2011).

    Args:
        root (str or path): the folder with the archive of lists and, in ``dataset``, the lists and photographs.
        transform, target_transform (callable, optional): of the picture, and of the caption.
        download (bool): whether to download what is not there: the lists, and every photograph still to be had.
        loader (callable): reads a path.

    Raises:
        RuntimeError: if the archive is not there, or not the one that was published.
    """

    url = "https://www.cs.rice.edu/~vo9/sbucaptions/SBUCaptionedPhotoDataset.tar.gz"
    filename = "SBUCaptionedPhotoDataset.tar.gz"
    md5_checksum = "9aec147b3488753cf758b4d493422285"
    _LISTS = ("SBU_captioned_photo_dataset_urls.txt", "SBU_captioned_photo_dataset_captions.txt")

    def __init__(
        self,
        root: Any,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = True,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = loader
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self.photos: list[str] = []
        self.captions: list[str] = []
        urls, captions = (self._lines(name) for name in self._LISTS)
        for url, caption in zip(urls, captions):
            name = os.path.basename(url)
            if os.path.exists(os.path.join(self.root, "dataset", name)):
                self.photos.append(name)
                self.captions.append(caption)

    def _lines(self, name: str) -> list[str]:
        with open(os.path.join(self.root, "dataset", name)) as file:
            return [line.rstrip() for line in file]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path = os.path.join(self.root, "dataset", self.photos[index])
        return self._transformed(self.loader(path), self.captions[index])

    def __len__(self) -> int:
        return len(self.photos)

    def _check_integrity(self) -> bool:
        return check_integrity(os.path.join(self.root, self.filename), self.md5_checksum)

    def download(self) -> None:
        """Downloads the lists, unless they are there, and with them every photograph still to be had."""
        if self._check_integrity():
            return
        download_and_extract_archive(self.url, self.root, self.root, self.filename, self.md5_checksum)
        gone = 0
        for url in self._lines(self._LISTS[0]):
            try:
                download_url(url, os.path.join(self.root, "dataset"))
            except OSError:  # its owner took it away
                gone += 1
        if gone:
            warn(f"{gone} photographs of SBU are not to be had any longer", UserWarning)
