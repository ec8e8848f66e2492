"""Cityscapes: streets of fifty cities, and what each pixel is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from PIL import Image

from .utils import extract_archive, iterable_to_str, verify_str_arg
from .vision import VisionDataset


class CityscapesClass(NamedTuple):
    """A kind of thing: names, numbers, whether single ones are told apart, whether it counts, and a colour."""

    name: str
    id: int
    train_id: int
    category: str
    category_id: int
    has_instances: bool
    ignore_in_eval: bool
    color: tuple[int, int, int]


_GROUPS = ("void", "flat", "construction", "object", "nature", "sky", "human", "vehicle")
_KINDS = """
unlabeled               0 255 0 0 1   0   0   0
ego vehicle             1 255 0 0 1   0   0   0
rectification border    2 255 0 0 1   0   0   0
out of roi              3 255 0 0 1   0   0   0
static                  4 255 0 0 1   0   0   0
dynamic                 5 255 0 0 1 111  74   0
ground                  6 255 0 0 1  81   0  81
road                    7   0 1 0 0 128  64 128
sidewalk                8   1 1 0 0 244  35 232
parking                 9 255 1 0 1 250 170 160
rail track             10 255 1 0 1 230 150 140
building               11   2 2 0 0  70  70  70
wall                   12   3 2 0 0 102 102 156
fence                  13   4 2 0 0 190 153 153
guard rail             14 255 2 0 1 180 165 180
bridge                 15 255 2 0 1 150 100 100
tunnel                 16 255 2 0 1 150 120  90
pole                   17   5 3 0 0 153 153 153
polegroup              18 255 3 0 1 153 153 153
traffic light          19   6 3 0 0 250 170  30
traffic sign           20   7 3 0 0 220 220   0
vegetation             21   8 4 0 0 107 142  35
terrain                22   9 4 0 0 152 251 152
sky                    23  10 5 0 0  70 130 180
person                 24  11 6 1 0 220  20  60
rider                  25  12 6 1 0 255   0   0
car                    26  13 7 1 0   0   0 142
truck                  27  14 7 1 0   0   0  70
bus                    28  15 7 1 0   0  60 100
caravan                29 255 7 1 1   0   0  90
trailer                30 255 7 1 1   0   0 110
train                  31  16 7 1 0   0  80 100
motorcycle             32  17 7 1 0   0   0 230
bicycle                33  18 7 1 0 119  11  32
license plate          -1  -1 7 0 1   0   0 142
"""


def _kind(row: str) -> CityscapesClass:
    *words, number, train, group, several, ignored, red, green, blue = row.split()
    colour = (int(red), int(green), int(blue))
    return CityscapesClass(
        " ".join(words), int(number), int(train), _GROUPS[int(group)], int(group), several == "1", ignored == "1", colour
    )


class Cityscapes(VisionDataset):
    """Streets, and what each pixel is (Cordts et al., 2016).

    Args:
        root (str or path): the folder with ``leftImg8bit`` and ``gtFine`` or ``gtCoarse``, or with their archives.
        split (str): ``train``, ``test`` or ``val`` of the fine ones; ``train``, ``train_extra`` or ``val`` of the coarse.
        mode (str): ``fine`` or ``coarse``.
        target_type (str or list): ``instance``, ``semantic``, ``polygon`` (a dict) or ``color``, or several.
        transform, target_transform, transforms (callable, optional): as of ``VisionDataset``.

    Raises:
        RuntimeError: if there are neither folders nor archives.
    """

    CityscapesClass = CityscapesClass
    classes = [_kind(row) for row in _KINDS.strip().splitlines()]
    _SUFFIXES = {"instance": "instanceIds.png", "semantic": "labelIds.png", "color": "color.png", "polygon": "polygons.json"}

    def __init__(
        self,
        root: Any,
        split: str = "train",
        mode: str = "fine",
        target_type: list[str] | str = "instance",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        transforms: Callable | None = None,
    ) -> None:
        super().__init__(root, transforms, transform, target_transform)
        verify_str_arg(mode, "mode", ("fine", "coarse"))
        splits = ("train", "test", "val") if mode == "fine" else ("train", "train_extra", "val")
        said = f"Unknown value '{split}' for argument split if mode is '{mode}'. Valid values are {{{iterable_to_str(splits)}}}."
        self.split = verify_str_arg(split, "split", splits, said)
        self.mode = "gtFine" if mode == "fine" else "gtCoarse"
        self.target_type = target_type if isinstance(target_type, list) else [target_type]
        for kind in self.target_type:
            verify_str_arg(kind, "target_type", tuple(self._SUFFIXES))
        self.images_dir = os.path.join(self.root, "leftImg8bit", split)
        self.targets_dir = os.path.join(self.root, self.mode, split)
        if not (os.path.isdir(self.images_dir) and os.path.isdir(self.targets_dir)):
            self._unpack()
        self.images: list[str] = []
        self.targets: list[list[str]] = []
        for city in os.listdir(self.images_dir):
            for name in os.listdir(os.path.join(self.images_dir, city)):
                start = os.path.join(self.targets_dir, city, name.split("_leftImg8bit")[0])
                self.images.append(os.path.join(self.images_dir, city, name))
                self.targets.append([f"{start}_{self._get_target_suffix(self.mode, kind)}" for kind in self.target_type])

    def _unpack(self) -> None:
        pictures = "leftImg8bit_trainextra.zip" if self.split == "train_extra" else "leftImg8bit_trainvaltest.zip"
        labels = "gtFine_trainvaltest.zip" if self.mode == "gtFine" else "gtCoarse.zip"
        archives = [os.path.join(self.root, name) for name in (pictures, labels)]
        if not all(os.path.isfile(path) for path in archives):
            raise RuntimeError('Dataset not found or incomplete. Please make sure all required folders for the specified "split" and "mode" are inside the "root" directory')
        for path in archives:
            extract_archive(from_path=path, to_path=self.root)

    def _get_target_suffix(self, mode: str, target_type: str) -> str:
        return f"{mode}_{self._SUFFIXES[target_type]}"

    def _load_json(self, path: str) -> dict[str, Any]:
        with open(path) as file:
            return json.load(file)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture = Image.open(self.images[index]).convert("RGB")
        targets = [
            self._load_json(path) if kind == "polygon" else Image.open(path)
            for kind, path in zip(self.target_type, self.targets[index])
        ]
        target = tuple(targets) if len(targets) > 1 else targets[0]
        return (picture, target) if self.transforms is None else self.transforms(picture, target)

    def __len__(self) -> int:
        return len(self.images)

    def extra_repr(self) -> str:
        return f"Split: {self.split}\nMode: {self.mode}\nType: {self.target_type}"
