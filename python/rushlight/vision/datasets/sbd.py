"""Semantic boundaries: masks and outlines of Pascal VOC's twenty things, in MATLAB files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from .utils import download_and_extract_archive, download_url, load_mat, verify_str_arg
from .vision import VisionDataset


class SBDataset(VisionDataset):
    """Pictures with masks or outlines (Hariharan et al., 2011).

    Args:
        root (str or path): the folder with ``img``, ``cls`` and the lists.
        image_set (str): ``train``, ``val`` or ``train_noval`` (without the pictures of VOC 2012's ``val``).
        mode (str): ``segmentation`` for a mask, ``boundaries`` for an array (20, H, W) of outlines.
        download (bool): whether to download the archive.
        transforms (callable, optional): of picture and target.

    Raises:
        RuntimeError: if the folder is not there.
        ImportError: where SciPy, which reads the files, is not installed.
    """

    url = "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/semantic_contours/benchmark.tgz"
    md5 = "82b4d87ceb2ed10f6038a1cba92111cb"
    filename = "benchmark.tgz"
    voc_train_url = "https://www.cs.cornell.edu/~bharathh/train_noval.txt"
    voc_split_filename = "train_noval.txt"
    voc_split_md5 = "79bff800c5f0b1ec6b21080a3c066722"

    def __init__(
        self,
        root: Any,
        image_set: str = "train",
        mode: str = "boundaries",
        download: bool = False,
        transforms: Callable | None = None,
    ) -> None:
        super().__init__(root, transforms)
        self.image_set = verify_str_arg(image_set, "image_set", ("train", "val", "train_noval"))
        self.mode = verify_str_arg(mode, "mode", ("segmentation", "boundaries"))
        self.num_classes = 20
        if download:
            self._download()
        if not os.path.isdir(self.root):
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        with open(os.path.join(self.root, f"{self.image_set}.txt")) as file:
            names = [line.strip() for line in file]
        self.images = [os.path.join(self.root, "img", name + ".jpg") for name in names]
        self.masks = [os.path.join(self.root, "cls", name + ".mat") for name in names]
        self._get_target = self._get_segmentation_target if self.mode == "segmentation" else self._get_boundaries_target

    def _download(self) -> None:
        download_and_extract_archive(self.url, self.root, filename=self.filename, md5=self.md5)
        unpacked = os.path.join(self.root, "benchmark_RELEASE", "dataset")
        for name in ("cls", "img", "inst", "train.txt", "val.txt"):
            shutil.move(os.path.join(unpacked, name), self.root)
        if self.image_set == "train_noval":
            download_url(self.voc_train_url, self.root, self.voc_split_filename, self.voc_split_md5)

    def _get_segmentation_target(self, path: str) -> Any:
        return Image.fromarray(load_mat(path)["GTcls"][0]["Segmentation"][0])

    def _get_boundaries_target(self, path: str) -> Any:
        outlines = load_mat(path)["GTcls"][0]["Boundaries"][0]
        return np.stack([outlines[i][0].toarray() for i in range(self.num_classes)])

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture, target = Image.open(self.images[index]).convert("RGB"), self._get_target(self.masks[index])
        return (picture, target) if self.transforms is None else self.transforms(picture, target)

    def __len__(self) -> int:
        return len(self.images)

    def extra_repr(self) -> str:
        return f"Image set: {self.image_set}\nMode: {self.mode}"
