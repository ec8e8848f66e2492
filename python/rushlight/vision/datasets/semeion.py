"""Semeion: digits of ones and zeros."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from .utils import check_integrity, download_url
from .vision import VisionDataset


class SEMEION(VisionDataset):
    """Handwritten digits, 16 x 16, black or white (Buscema, 1998).

    Args:
        root (str or path): the folder with ``semeion.data``.
        transform, target_transform (callable, optional): of the picture, and of the digit.
        download (bool): whether to download what is not there.
    """

    url = "http://archive.ics.uci.edu/ml/machine-learning-databases/semeion/semeion.data"
    filename = "semeion.data"
    md5_checksum = "cb545d371d2ce14ec121470795a77432"

    def __init__(self, root: Any, transform: Callable | None = None, target_transform: Callable | None = None, download: bool = True):
        super().__init__(root, transform=transform, target_transform=target_transform)
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        rows = np.loadtxt(os.path.join(self.root, self.filename), ndmin=2)
        self.data = (rows[:, :256] * 255).astype("uint8").reshape(-1, 16, 16)
        self.labels = np.nonzero(rows[:, 256:])[1]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(Image.fromarray(self.data[index], mode="L"), int(self.labels[index]))

    def __len__(self) -> int:
        return len(self.data)

    def _check_integrity(self) -> bool:
        return check_integrity(os.path.join(self.root, self.filename), self.md5_checksum)

    def download(self) -> None:
        """Downloads the file, unless it is there."""
        if not self._check_integrity():
            download_url(self.url, self.root, self.filename, self.md5_checksum)
