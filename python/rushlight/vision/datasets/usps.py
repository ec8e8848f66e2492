"""USPS: digits in the format of LIBSVM."""

from __future__ import annotations

import bz2
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from .utils import download_url
from .vision import VisionDataset


class USPS(VisionDataset):
    """Handwritten digits of postcodes, 16 x 16 (Hull, 1994).

    Args:
        root (str or path): the folder with ``usps.bz2`` and ``usps.t.bz2``.
        train (bool): which of the two sets.
        transform, target_transform (callable, optional): of the picture, and of the digit.
        download (bool): whether to download what is not there.
    """

    split_list = {
        "train": [
            "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.bz2",
            "usps.bz2",
            "ec16c51db3855ca6c91edd34d0e9b197",
        ],
        "test": [
            "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.t.bz2",
            "usps.t.bz2",
            "8ea070ee2aca1ac39742fdd1ef5ed118",
        ],
    }

    def __init__(
        self,
        root: Any,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        url, filename, checksum = self.split_list["train" if train else "test"]
        path = os.path.join(self.root, filename)
        if download and not os.path.exists(path):
            download_url(url, self.root, filename, md5=checksum)
        with bz2.open(path) as file:
            rows = [line.decode().split() for line in file.readlines()]
        values = np.asarray([[x.split(":")[-1] for x in row[1:]] for row in rows], dtype=np.float32).reshape((-1, 16, 16))
        self.data = ((values + 1) / 2 * 255).astype(dtype=np.uint8)
        self.targets = [int(row[0]) - 1 for row in rows]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(Image.fromarray(self.data[index], mode="L"), int(self.targets[index]))

    def __len__(self) -> int:
        return len(self.data)
