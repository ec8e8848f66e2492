"""Pascal VOC: boxes and masks of twenty things."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, parse

from PIL import Image

from .utils import download_and_extract_archive, verify_str_arg
from .vision import VisionDataset

_HOST = "https://thor.robots.ox.ac.uk/pascal/VOC/"
_YEARS = (  # address, name of the file, MD5, folder
    ("2012", "voc2012/VOCtrainval_11-May-2012.tar", None, "6cd6e144f989b92b3379bac3b3de84fd", "VOCdevkit/VOC2012"),
    ("2011", "voc2011/VOCtrainval_25-May-2011.tar", None, "6c3384ef61512963050cb5d687e5bf1e", "TrainVal/VOCdevkit/VOC2011"),
    ("2010", "voc2010/VOCtrainval_03-May-2010.tar", None, "da459979d0c395079b5c75ee67908abb", "VOCdevkit/VOC2010"),
    ("2009", "voc2009/VOCtrainval_11-May-2009.tar", None, "a3e00b113cfcfebf17e343f59da3caa1", "VOCdevkit/VOC2009"),
    ("2008", "voc2008/VOCtrainval_14-Jul-2008.tar", "VOCtrainval_11-May-2012.tar", "2629fa636546599198acfcfbfcf1904a", "VOCdevkit/VOC2008"),
    ("2007", "voc2007/VOCtrainval_06-Nov-2007.tar", None, "c52e279531787c972589f7e41ab4ae64", "VOCdevkit/VOC2007"),
    ("2007-test", "voc2007/VOCtest_06-Nov-2007.tar", None, "b6e924de25625d8de591ea690078ad9f", "VOCdevkit/VOC2007"),
)
DATASET_YEAR_DICT = {
    year: {"url": _HOST + path, "filename": name or path.split("/")[1], "md5": md5, "base_dir": folder}
    for year, path, name, md5, folder in _YEARS
}


class _VOCBase(VisionDataset):
    _SPLITS_DIR: str
    _TARGET_DIR: str
    _TARGET_FILE_EXT: str

    def __init__(
        self,
        root: Any,
        year: str = "2012",
        image_set: str = "train",
        download: bool = False,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        transforms: Callable | None = None,
    ):
        super().__init__(root, transforms, transform, target_transform)
        self.year = verify_str_arg(year, "year", [str(y) for y in range(2007, 2013)])
        sets = ["train", "trainval", "val", *(["test"] if year == "2007" else [])]
        self.image_set = verify_str_arg(image_set, "image_set", sets)
        facts = DATASET_YEAR_DICT["2007-test" if year == "2007" and image_set == "test" else year]
        self.url, self.filename, self.md5 = facts["url"], facts["filename"], facts["md5"]
        home = os.path.join(self.root, facts["base_dir"])
        if download:
            download_and_extract_archive(self.url, self.root, filename=self.filename, md5=self.md5)
        if not os.path.isdir(home):
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        with open(os.path.join(home, "ImageSets", self._SPLITS_DIR, image_set.rstrip("\n") + ".txt")) as file:
            names = [line.strip() for line in file.readlines()]
        self.images = [os.path.join(home, "JPEGImages", name + ".jpg") for name in names]
        self.targets = [os.path.join(home, self._TARGET_DIR, name + self._TARGET_FILE_EXT) for name in names]

    def __len__(self) -> int:
        return len(self.images)

    def _target(self, index: int) -> Any:
        raise NotImplementedError

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture, target = Image.open(self.images[index]).convert("RGB"), self._target(index)
        return self.transforms(picture, target) if self.transforms is not None else (picture, target)


class VOCSegmentation(_VOCBase):
    """Pictures and masks of twenty things (Everingham et al., 2010).

    Args:
        root (str or path): the folder with ``VOCdevkit``.
        year (str): ``2007`` to ``2012``.
        image_set (str): ``train``, ``trainval`` or ``val``; of 2007 ``test`` as well.
        download (bool): whether to download the archive.
        transform, target_transform, transforms (callable, optional): as of ``VisionDataset``.
    """

    _SPLITS_DIR = "Segmentation"
    _TARGET_DIR = "SegmentationClass"
    _TARGET_FILE_EXT = ".png"

    @property
    def masks(self) -> list[str]:
        return self.targets

    def _target(self, index: int) -> Any:
        return Image.open(self.masks[index])


class VOCDetection(_VOCBase):
    """Pictures and boxes of twenty things (Everingham et al., 2010); arguments as of ``VOCSegmentation``."""

    _SPLITS_DIR = "Main"
    _TARGET_DIR = "Annotations"
    _TARGET_FILE_EXT = ".xml"

    @property
    def annotations(self) -> list[str]:
        return self.targets

    def _target(self, index: int) -> Any:
        return self.parse_voc_xml(parse(self.annotations[index]).getroot())

    @staticmethod
    def parse_voc_xml(node: Element) -> dict[str, Any]:
        """The elements of an XML file as dicts; those of one name as a list, ``object`` always."""
        children = list(node)
        if not children:
            return {node.tag: (node.text or "").strip() if node.text else node.text}
        found: dict[str, list] = {}
        for child in children:
            for name, value in VOCDetection.parse_voc_xml(child).items():
                found.setdefault(name, []).append(value)
        values: dict[str, Any] = {name: each[0] if len(each) == 1 else each for name, each in found.items()}
        if node.tag == "annotation" and "object" in found:
            values["object"] = found["object"]
        return {node.tag: values}
