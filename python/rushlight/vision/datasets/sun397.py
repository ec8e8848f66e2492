"""SUN397: scenes in folders of folders."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import download_and_extract_archive
from .vision import ListedPictures


class SUN397(ListedPictures):
    """Scenes of 397 kinds (Xiao et al., 2010).

    Args:
        root (str or path): the folder with ``SUN397``.
        transform, target_transform (callable, optional): of the picture, and of the kind.
        download (bool): whether to download what is not there.
        loader (callable): reads a path.

    Raises:
        RuntimeError: if the folder is not there.
    """

    _DATASET_URL = "http://vision.princeton.edu/projects/2010/SUN/SUN397.tar.gz"
    _DATASET_MD5 = "8ca2778205c41d23104230ba66911c7a"

    def __init__(
        self,
        root: Any,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._data_dir = pathlib.Path(self.root) / "SUN397"
        if download and not self._data_dir.is_dir():
            download_and_extract_archive(self._DATASET_URL, download_root=self.root, md5=self._DATASET_MD5)
        if not self._data_dir.is_dir():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        with open(self._data_dir / "ClassName.txt") as file:
            self.classes = [line[3:].strip() for line in file]  # each begins with a slash, a letter and a slash
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self._image_files = list(self._data_dir.rglob("sun_*.jpg"))
        places = ("/".join(path.relative_to(self._data_dir).parts[1:-1]) for path in self._image_files)
        self._labels = [self.class_to_idx[place] for place in places]
        self.loader = loader
