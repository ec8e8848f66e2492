"""GTSRB: German traffic signs."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from .folder import make_dataset
from .utils import download_and_extract_archive, verify_str_arg
from .vision import VisionDataset

_URL = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"


class GTSRB(VisionDataset):
    """German traffic signs (Stallkamp et al., 2012).

    Args:
        root (str or path): the folder with ``gtsrb``.
        split (str): ``train`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the sign.
        download (bool): whether to download what is not there.
    """

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._split = verify_str_arg(split, "split", ("train", "test"))
        self._base_folder = pathlib.Path(root) / "gtsrb"
        self._target_folder = self._base_folder / "GTSRB" / ("Training" if self._split == "train" else "Final_Test/Images")
        if download:
            self.download()
        if not self._target_folder.is_dir():
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        if self._split == "train":
            self._samples = make_dataset(str(self._target_folder), extensions=(".ppm",))
        else:
            with open(self._base_folder / "GT-final_test.csv") as file:
                rows = list(csv.DictReader(file, delimiter=";", skipinitialspace=True))
            self._samples = [(str(self._target_folder / row["Filename"]), int(row["ClassId"])) for row in rows]

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self._samples[index]
        return self._transformed(Image.open(path).convert("RGB"), target)

    def download(self) -> None:
        """Downloads and unpacks the archives of this part, unless they are there."""
        if self._target_folder.is_dir():
            return
        folder = str(self._base_folder)
        if self._split == "train":
            download_and_extract_archive(_URL + "GTSRB-Training_fixed.zip", folder, md5="513f3c79a4c5141765e10e952eaa2478")
        else:
            download_and_extract_archive(_URL + "GTSRB_Final_Test_Images.zip", folder, md5="c7e4e6327067d32654124b0fe9e82185")
            download_and_extract_archive(_URL + "GTSRB_Final_Test_GT.zip", folder, md5="fe31e9c9270bbcd7b84b7f21a9d9d9e5")
