"""MovingMNIST: two digits that wander about."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import from_numpy
from .utils import check_integrity, download_url, verify_str_arg
from .vision import VisionDataset


class MovingMNIST(VisionDataset):
    """Two digits that wander about, 20 frames of 64 x 64 (Srivastava et al., 2015).

    Args:
        root (str or path): the folder with ``MovingMNIST/mnist_test_seq.npy``.
        split (str, optional): ``train`` for the first frames, ``test`` for the rest; all of them by default.
        split_ratio (int): where they are parted.
        download (bool): whether to download what is not there.
        transform (callable, optional): of the frames (T, 1, 64, 64).
    """

    _URL = "http://www.cs.toronto.edu/~nitish/unsupervised_video/mnist_test_seq.npy"

    def __init__(
        self, root: Any, split: str | None = None, split_ratio: int = 10, download: bool = False, transform: Callable | None = None
    ) -> None:
        super().__init__(root, transform=transform)
        self._base_folder = os.path.join(self.root, type(self).__name__)
        self._filename = self._URL.split("/")[-1]
        if split is not None:
            verify_str_arg(split, "split", ("train", "test"))
        self.split = split
        if not isinstance(split_ratio, int):
            raise TypeError(f"`split_ratio` should be an integer, but got {type(split_ratio)}")
        if not 1 <= split_ratio <= 19:
            raise ValueError(f"`split_ratio` should be `1 <= split_ratio <= 19`, but got {split_ratio} instead.")
        self.split_ratio = split_ratio
        path = os.path.join(self._base_folder, self._filename)
        if download:
            self.download()
        if not check_integrity(path):
            raise RuntimeError("Dataset not found. You can use download=True to download it.")
        data = np.load(path, allow_pickle=False)
        if split == "train":
            data = data[:split_ratio]
        elif split == "test":
            data = data[split_ratio:]
        self.data = from_numpy(np.ascontiguousarray(data)).transpose(0, 1).unsqueeze(2).contiguous()

    def download(self) -> None:
        """Downloads the file, unless it is there."""
        if not check_integrity(os.path.join(self._base_folder, self._filename)):
            download_url(self._URL, self._base_folder, self._filename, md5="be083ec986bfe91a449d63653c411eb2")

    def __getitem__(self, idx: int) -> Any:
        return self.transform(self.data[idx]) if self.transform is not None else self.data[idx]

    def __len__(self) -> int:
        return len(self.data)
