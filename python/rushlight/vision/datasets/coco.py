"""MS COCO: pictures, and one JSON file of what is in them."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from PIL import Image

from .vision import VisionDataset


def _several(ids: Any) -> list:
    """Numbers as a list: one of them, several, or none for all."""
    return list(ids) if isinstance(ids, Iterable) and not isinstance(ids, str) else [ids]


class COCO:
    """What an annotation file says, by numbers: pictures, annotations, kinds of things.

    Args:
        annotation_file (str or path, optional): the file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no JSON, or not one of annotations.
    """

    def __init__(self, annotation_file: Any = None) -> None:
        self.dataset: dict[str, Any] = {}
        if annotation_file is not None:
            with open(annotation_file) as file:
                self.dataset = json.load(file)
            if not isinstance(self.dataset, dict) or "images" not in self.dataset:
                raise ValueError(f"{annotation_file} is no annotation file: it lists no images")
        self.createIndex()

    def createIndex(self) -> None:
        """Lays pictures, annotations and kinds under their numbers."""
        self.imgs = {row["id"]: row for row in self.dataset.get("images", [])}
        self.anns = {row["id"]: row for row in self.dataset.get("annotations", [])}
        self.cats = {row["id"]: row for row in self.dataset.get("categories", [])}
        self.imgToAnns: dict[Any, list] = defaultdict(list)
        self.catToImgs: dict[Any, list] = defaultdict(list)
        for row in self.dataset.get("annotations", []):
            self.imgToAnns[row["image_id"]].append(row)
            if "category_id" in row:
                self.catToImgs[row["category_id"]].append(row["image_id"])

    def getAnnIds(self, imgIds: Any = (), catIds: Any = (), areaRng: Any = (), iscrowd: bool | None = None) -> list:
        """Numbers of annotations, of some pictures, kinds, areas between two, and crowds or none."""
        pictures, kinds, areas = _several(imgIds), set(_several(catIds)), list(areaRng)
        rows = [row for i in pictures for row in self.imgToAnns.get(i, [])] if pictures else self.dataset.get("annotations", [])
        return [
            row["id"]
            for row in rows
            if (not kinds or row["category_id"] in kinds)
            and (not areas or areas[0] < row["area"] < areas[1])
            and (iscrowd is None or row["iscrowd"] == iscrowd)
        ]

    def getCatIds(self, catNms: Any = (), supNms: Any = (), catIds: Any = ()) -> list:
        """Numbers of kinds, by name, by the name of their group, by number."""
        tests = [("name", catNms), ("supercategory", supNms), ("id", catIds)]
        wanted = [(key, [value] if isinstance(value, str) else _several(value)) for key, value in tests]
        rows = self.dataset.get("categories", [])
        return [row["id"] for row in rows if all(not values or row[key] in values for key, values in wanted)]

    def getImgIds(self, imgIds: Any = (), catIds: Any = ()) -> list:
        """Numbers of pictures that show all of some kinds."""
        ids = set(_several(imgIds) or self.imgs)
        for kind in _several(catIds):
            ids &= set(self.catToImgs.get(kind, []))
        return list(ids)

    def loadAnns(self, ids: Any = ()) -> list[dict]:
        """Annotations by number."""
        return [self.anns[i] for i in _several(ids)]

    def loadCats(self, ids: Any = ()) -> list[dict]:
        """Kinds by number."""
        return [self.cats[i] for i in _several(ids)]

    def loadImgs(self, ids: Any = ()) -> list[dict]:
        """Pictures by number."""
        return [self.imgs[i] for i in _several(ids)]


class CocoDetection(VisionDataset):
    """Pictures and all that is known of the things in them (Lin et al., 2014).

    Args:
        root (str or path): the folder of pictures.
        annFile (str or path): the JSON file.
        transform, target_transform, transforms (callable, optional): as of ``VisionDataset``.

    An item is a picture and a list of dicts, as the file has them; ``coco`` answers questions by pycocotools' names.
    """

    def __init__(
        self,
        root: Any,
        annFile: str,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        transforms: Callable | None = None,
    ) -> None:
        super().__init__(root, transforms, transform, target_transform)
        self.coco = COCO(annFile)
        self.ids = sorted(self.coco.imgs)

    def _load_image(self, id: int) -> Any:
        return Image.open(os.path.join(self.root, self.coco.loadImgs(id)[0]["file_name"])).convert("RGB")

    def _load_target(self, id: int) -> list[Any]:
        return self.coco.loadAnns(self.coco.getAnnIds(id))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not isinstance(index, int):
            raise ValueError(f"Index must be of type integer, got {type(index)} instead.")
        picture, target = self._load_image(self.ids[index]), self._load_target(self.ids[index])
        return (picture, target) if self.transforms is None else self.transforms(picture, target)

    def __len__(self) -> int:
        return len(self.ids)


class CocoCaptions(CocoDetection):
    """Pictures and sentences about them; arguments as of ``CocoDetection``."""

    def _load_target(self, id: int) -> list[str]:
        return [row["caption"] for row in super()._load_target(id)]
