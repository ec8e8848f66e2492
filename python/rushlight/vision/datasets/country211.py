"""Country211: pictures in folders, one for each country."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable
from typing import Any

from .folder import ImageFolder, default_loader
from .utils import download_and_extract_archive, verify_str_arg


class Country211(ImageFolder):
    """Pictures from 211 countries (Radford et al., 2021).

    Args:
        root (str or path): the folder with ``country211``.
        split (str): ``train``, ``valid`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the class.
        download (bool): whether to download what is not there.
    """

    _URL = "https://openaipublic.azureedge.net/clip/data/country211.tgz"
    _MD5 = "84988d7644798601126c29e9877aab6a"

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        self._split = verify_str_arg(split, "split", ("train", "valid", "test"))
        home = os.path.expanduser(root) if isinstance(root, str) else root
        self._base_folder = pathlib.Path(home) / "country211"
        if download and not self._check_exists():
            download_and_extract_archive(self._URL, download_root=home, md5=self._MD5)
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        super().__init__(str(self._base_folder / self._split), transform, target_transform, loader=loader)
        self.root = str(home)

    def _check_exists(self) -> bool:
        return self._base_folder.is_dir()
