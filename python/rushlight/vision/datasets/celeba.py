"""CelebA: faces of the famous, and tables of what is to be seen in them."""

from __future__ import annotations

import csv
import os
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from PIL import Image

from ... import tensor
from .utils import check_integrity, download_file_from_google_drive, extract_archive, verify_str_arg
from .vision import VisionDataset

# a table: names of columns, names of rows, numbers
CSV = namedtuple("CSV", ["header", "index", "data"])


class CelebA(VisionDataset):
    """Faces of the famous, with what is to be seen in them (Liu et al., 2015).

    Args:
        root (str or path): the folder with ``celeba``.
        split (str): ``train``, ``valid``, ``test`` or ``all``.
        target_type (str or list): ``attr`` (40 yes or no), ``identity``, ``bbox`` (x, y, width, height), ``landmarks`` (five
            points), or several; none for no target.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.

    Raises:
        RuntimeError: if a file is not there, or not the one that was published.
    """

    base_folder = "celeba"
    file_list = [
        ("0B7EVK8r0v71pZjFTYXZWM3FlRnM", "00d2c5bc6d35e252742224ab0c1e8fcb", "img_align_celeba.zip"),
        ("0B7EVK8r0v71pblRyaVFSWGxPY0U", "75e246fa4810816ffd6ee81facbd244c", "list_attr_celeba.txt"),
        ("1_ee_0u7vcNLOfNLegJRHmolfH5ICW-XS", "32bd1bd63d3c78cd57e08160ec5ed1e2", "identity_CelebA.txt"),
        ("0B7EVK8r0v71pbThiMVRxWXZ4dU0", "00566efa6fedff7a56946cd1c10f1c16", "list_bbox_celeba.txt"),
        ("0B7EVK8r0v71pd0FJY3Blby1HUTQ", "cc24ecafdb5b50baae59b03474781f8c", "list_landmarks_align_celeba.txt"),
        ("0B7EVK8r0v71pY0NSMzRuSXJEVkk", "d32c9cbf5e040fd4025c592c306e6668", "list_eval_partition.txt"),
    ]

    def __init__(
        self,
        root: Any,
        split: str = "train",
        target_type: list[str] | str = "attr",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.split = split
        self.target_type = target_type if isinstance(target_type, list) else [target_type]
        if not self.target_type and self.target_transform is not None:
            raise RuntimeError("target_transform is specified but target_type is empty")
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        parts = ("train", "valid", "test", "all")
        wanted = parts.index(verify_str_arg(split.lower() if isinstance(split, str) else split, "split", parts))
        splits = self._load_csv("list_eval_partition.txt")
        rows = [i for i, part in enumerate(splits.data[:, 0].tolist()) if wanted in (3, part)]
        at = tensor(rows, dtype=splits.data.dtype)
        self.filename = [splits.index[i] for i in rows]
        self.identity = self._load_csv("identity_CelebA.txt").data[at]
        self.bbox = self._load_csv("list_bbox_celeba.txt", header=1).data[at]
        self.landmarks_align = self._load_csv("list_landmarks_align_celeba.txt", header=1).data[at]
        attributes = self._load_csv("list_attr_celeba.txt", header=1)
        self.attr = (attributes.data[at] + 1).div(2, rounding_mode="floor")  # -1 and 1 become 0 and 1
        self.attr_names = attributes.header

    def _load_csv(self, filename: str, header: int | None = None) -> CSV:
        with open(os.path.join(self.root, self.base_folder, filename)) as file:
            rows = list(csv.reader(file, delimiter=" ", skipinitialspace=True))
        names = [] if header is None else rows[header]
        rows = rows[0 if header is None else header + 1 :]
        return CSV(names, [row[0] for row in rows], tensor([[int(value) for value in row[1:]] for row in rows]))

    def _check_integrity(self) -> bool:
        folder = os.path.join(self.root, self.base_folder)
        tables = [(md5, name) for _, md5, name in self.file_list if not name.endswith((".zip", ".7z"))]
        if not all(check_integrity(os.path.join(folder, name), md5) for md5, name in tables):
            return False
        return os.path.isdir(os.path.join(folder, "img_align_celeba"))

    def download(self) -> None:
        """Downloads and unpacks the files, unless they are there."""
        if self._check_integrity():
            return
        folder = os.path.join(self.root, self.base_folder)
        for number, md5, name in self.file_list:
            download_file_from_google_drive(number, folder, name, md5)
        extract_archive(os.path.join(folder, "img_align_celeba.zip"))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture = Image.open(os.path.join(self.root, self.base_folder, "img_align_celeba", self.filename[index]))
        targets = []
        for kind in self.target_type:
            if kind == "attr":
                targets.append(self.attr[index, :])
            elif kind == "identity":
                targets.append(self.identity[index, 0])
            elif kind == "bbox":
                targets.append(self.bbox[index, :])
            elif kind == "landmarks":
                targets.append(self.landmarks_align[index, :])
            else:
                raise ValueError(f'Target type "{kind}" is not recognized.')
        if not targets:
            return (picture if self.transform is None else self.transform(picture)), None
        return self._transformed(picture, tuple(targets) if len(targets) > 1 else targets[0])

    def __len__(self) -> int:
        return len(self.attr)

    def extra_repr(self) -> str:
        return f"Target type: {self.target_type}\nSplit: {self.split}"
