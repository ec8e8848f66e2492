"""EuroSAT: pictures from above, in folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .folder import ImageFolder, default_loader
from .utils import download_and_extract_archive


class EuroSAT(ImageFolder):
    """How land is used, seen from a satellite (Helber et al., 2019).

    Args:
        root (str or path): the folder with ``eurosat/2750``.
        transform, target_transform (callable, optional): of the picture, and of the class.
        download (bool): whether to download what is not there.
    """

    def __init__(
        self,
        root: Any,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        self.root = os.path.expanduser(root)
        self._base_folder = os.path.join(self.root, "eurosat")
        self._data_folder = os.path.join(self._base_folder, "2750")
        if download:
            self.download()
        if not os.path.exists(self._data_folder):
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        super().__init__(self._data_folder, transform, target_transform, loader=loader)
        self.root = os.path.expanduser(root)

    def download(self) -> None:
        """Downloads and unpacks the archive, unless it is there."""
        if not os.path.exists(self._data_folder):
            url = "https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip"
            download_and_extract_archive(url, download_root=self._base_folder, md5="c8fa014336c82ac7804f0398fcb19387")

    def __len__(self) -> int:
        return len(self.samples)
