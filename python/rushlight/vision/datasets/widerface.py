"""WIDER FACE: crowds, and boxes of the faces in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from ... import tensor
from .utils import (
    download_and_extract_archive,
    download_file_from_google_drive,
    extract_archive,
    verify_str_arg,
)
from .vision import VisionDataset

_NUMBERS = ("blur", "expression", "illumination", "occlusion", "pose", "invalid")


class WIDERFace(VisionDataset):
    """Pictures with many faces (Yang et al., 2016).

    Args:
        root (str or path): the folder with ``widerface``.
        split (str): ``train``, ``val`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.

    A target is a dict of tensors, ``bbox`` (x, y, width, height) and six numbers for each face; None of ``test``.

    Raises:
        RuntimeError: if a folder is not there, or a list is broken.
    """

    BASE_FOLDER = "widerface"
    FILE_LIST = [
        ("15hGDLhsx8bLgLcIRD5DhYt5iBxnjNF1M", "3fedf70df600953d25982bcd13d91ba2", "WIDER_train.zip"),
        ("1GUCogbp16PMGa39thoMMeWxp7Rp5oM8Q", "dfa7d7e790efa35df3788964cf0bbaea", "WIDER_val.zip"),
        ("1HIfDbVEWKmsYKJZm4lchTBDLW5N7dY5T", "e5d8f4248ed24c334bbd12f49c29dd40", "WIDER_test.zip"),
    ]
    ANNOTATIONS_FILE = (
        "http://shuoyang1213.me/WIDERFACE/support/bbx_annotation/wider_face_split.zip",
        "0e3767bcf0e326556d407bf5bff5d27c",
        "wider_face_split.zip",
    )

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(os.path.join(root, self.BASE_FOLDER), transform=transform, target_transform=target_transform)
        self.split = verify_str_arg(split, "split", ("train", "val", "test"))
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download and prepare it")
        self.img_info: list[dict[str, Any]] = []
        if self.split == "test":
            self.parse_test_annotations_file()
        else:
            self.parse_train_val_annotations_file()

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        info = self.img_info[index]
        return self._transformed(Image.open(info["img_path"]), info.get("annotations"))

    def __len__(self) -> int:
        return len(self.img_info)

    def extra_repr(self) -> str:
        return f"Split: {self.split}"

    def _lines(self, name: str) -> list[str]:
        with open(os.path.join(self.root, "wider_face_split", name)) as file:
            return [line.rstrip() for line in file]

    def _path(self, name: str) -> str:
        return os.path.abspath(os.path.expanduser(os.path.join(self.root, f"WIDER_{self.split}", "images", name)))

    def parse_train_val_annotations_file(self) -> None:
        """Reads a list: for each picture its name, the number of faces, and a line of ten numbers for each."""
        name = f"wider_face_{self.split}_bbx_gt.txt"
        lines, at = self._lines(name), 0
        while at < len(lines):
            try:
                count = max(int(lines[at + 1]), 1)  # where there is no face stands one line of zeros
                faces = tensor([[int(x) for x in line.split()] for line in lines[at + 2 : at + 2 + count]])
                if faces.shape != (count, 10):
                    raise ValueError
            except (ValueError, IndexError) as error:
                raise RuntimeError(f"Error parsing annotation file {name} at line {at + 1}") from error
            numbers = {key: faces[:, 4 + i].clone() for i, key in enumerate(_NUMBERS)}
            self.img_info.append({"img_path": self._path(lines[at]), "annotations": {"bbox": faces[:, :4].clone(), **numbers}})
            at += 2 + count

    def parse_test_annotations_file(self) -> None:
        """Reads the list of names."""
        self.img_info += [{"img_path": self._path(name)} for name in self._lines("wider_face_test_filelist.txt")]

    def _check_integrity(self) -> bool:
        archives = [name for _, _, name in (*self.FILE_LIST, self.ANNOTATIONS_FILE)]
        return all(os.path.exists(os.path.join(self.root, os.path.splitext(name)[0])) for name in archives)

    def download(self) -> None:
        """Downloads and unpacks the archives, unless they are there."""
        if self._check_integrity():
            return
        for number, md5, name in self.FILE_LIST:
            download_file_from_google_drive(number, self.root, name, md5)
            extract_archive(os.path.join(self.root, name))
        url, md5, _ = self.ANNOTATIONS_FILE
        download_and_extract_archive(url, self.root, md5=md5)
