"""Rendered SST2: sentences as pictures."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader, make_dataset
from .utils import download_and_extract_archive, verify_str_arg
from .vision import ListedPictures


class RenderedSST2(ListedPictures):
    """Sentences of reviews as pictures, and whether they are praise (Radford et al., 2021).

    Args:
        root (str or path): the folder with ``rendered-sst2``.
        split (str): ``train``, ``val`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.
        loader (callable): reads a path.

    Raises:
        RuntimeError: if the folders are not there.
    """

    _URL = "https://openaipublic.azureedge.net/clip/data/rendered-sst2.tgz"
    _MD5 = "2384d08e9dcfa4bd55b324e610496ee5"
    _split_to_folder = {"train": "train", "val": "valid", "test": "test"}

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._split = verify_str_arg(split, "split", ("train", "val", "test"))
        self._base_folder = pathlib.Path(self.root) / "rendered-sst2"
        self.classes = ["negative", "positive"]
        self.class_to_idx = {"negative": 0, "positive": 1}
        if download and not self._check_exists():
            download_and_extract_archive(self._URL, download_root=self.root, md5=self._MD5)
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        self._samples = make_dataset(str(self._folder), extensions=("png",))
        self._image_files = [path for path, _ in self._samples]
        self._labels = [label for _, label in self._samples]
        self.loader = loader

    @property
    def _folder(self) -> pathlib.Path:
        return self._base_folder / self._split_to_folder[self._split]

    def extra_repr(self) -> str:
        return f"split={self._split}"

    def _check_exists(self) -> bool:
        return all((self._folder / name).is_dir() for name in self.classes)
