"""STL-10: raw bytes, column by column."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from .utils import check_integrity, download_and_extract_archive, verify_str_arg
from .vision import VisionDataset


class STL10(VisionDataset):
    """Pictures of ten things, 96 x 96, and many without labels (Coates et al., 2011).

    Args:
        root (str or path): the folder with ``stl10_binary``.
        split (str): ``train``, ``test``, ``unlabeled`` or ``train+unlabeled``.
        folds (int, optional): one of ten parts of the training set.
        transform, target_transform (callable, optional): of the picture, and of the class.
        download (bool): whether to download what is not there.

    Raises:
        RuntimeError: if a file is not there, or not the one that was published.
    """

    base_folder = "stl10_binary"
    url = "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"
    filename = "stl10_binary.tar.gz"
    tgz_md5 = "91f7769df0f17e558f3565bffb0c7dfb"
    class_names_file = "class_names.txt"
    folds_list_file = "fold_indices.txt"
    train_list = [
        ["train_X.bin", "918c2871b30a85fa023e0c44e0bee87f"],
        ["train_y.bin", "5a34089d4802c674881badbb80307741"],
        ["unlabeled_X.bin", "5242ba1fed5e4be9e1e742405eb56ca4"],
    ]
    test_list = [["test_X.bin", "7f263ba9f9e0b06b93213547f721ac82"], ["test_y.bin", "36f9794fa4beb8a2c72628de14fa638e"]]
    splits = ("train", "train+unlabeled", "unlabeled", "test")

    def __init__(
        self,
        root: Any,
        split: str = "train",
        folds: int | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.split = verify_str_arg(split, "split", self.splits)
        self.folds = self._verify_folds(folds)
        if download:
            self.download()
        elif not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self.labels: Any
        if split in ("train", "train+unlabeled"):
            self.data, self.labels = self._load(self.train_list[0][0], self.train_list[1][0])
            self._load_folds(folds)
            if split == "train+unlabeled":
                more, _ = self._load(self.train_list[2][0])
                self.data = np.concatenate((self.data, more))
                self.labels = np.concatenate((self.labels, np.asarray([-1] * more.shape[0])))
        elif split == "unlabeled":
            self.data, _ = self._load(self.train_list[2][0])
            self.labels = np.asarray([-1] * self.data.shape[0])
        else:
            self.data, self.labels = self._load(self.test_list[0][0], self.test_list[1][0])
        path = os.path.join(self.root, self.base_folder, self.class_names_file)
        if os.path.isfile(path):
            with open(path) as file:
                self.classes = file.read().splitlines()

    def _verify_folds(self, folds: Any) -> Any:
        if folds is None:
            return folds
        if not isinstance(folds, int):
            raise ValueError(f"Expected type None or int for argument folds, but got type {type(folds)}.")
        if folds in range(10):
            return folds
        raise ValueError(f"Value for argument folds should be in the range [0, 10), but got {folds}.")

    def _load(self, pictures: str, labels: str | None = None) -> tuple[np.ndarray, np.ndarray | None]:
        folder = os.path.join(self.root, self.base_folder)
        targets = None
        if labels:
            targets = np.fromfile(os.path.join(folder, labels), dtype=np.uint8) - 1  # from 0
        values = np.fromfile(os.path.join(folder, pictures), dtype=np.uint8)
        return np.transpose(values.reshape(-1, 3, 96, 96), (0, 1, 3, 2)), targets

    def _load_folds(self, folds: int | None) -> None:
        if folds is None:
            return
        path = os.path.join(self.root, self.base_folder, self.folds_list_file)
        with open(path) as file:
            chosen = np.fromstring(file.read().splitlines()[folds], dtype=np.int64, sep=" ")
        self.data, self.labels = self.data[chosen, :, :, :], self.labels[chosen]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        target = int(self.labels[index]) if self.labels is not None else None
        return self._transformed(Image.fromarray(np.transpose(self.data[index], (1, 2, 0))), target)

    def __len__(self) -> int:
        return self.data.shape[0]

    def _check_integrity(self) -> bool:
        folder = os.path.join(self.root, self.base_folder)
        return all(check_integrity(os.path.join(folder, name), md5) for name, md5 in self.train_list + self.test_list)

    def download(self) -> None:
        """Downloads and unpacks the archive, unless its files are there."""
        if self._check_integrity():
            return
        download_and_extract_archive(self.url, self.root, filename=self.filename, md5=self.tgz_md5)
        self._check_integrity()

    def extra_repr(self) -> str:
        return f"Split: {self.split}"
