"""FER2013: faces as rows of numbers."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from ... import tensor, uint8
from .utils import check_integrity, verify_str_arg
from .vision import VisionDataset


class FER2013(VisionDataset):
    """Faces that show one of seven feelings, 48 x 48 (Goodfellow et al., 2013).

    Args:
        root (str or path): the folder with ``fer2013/train.csv``, ``test.csv``, ``fer2013.csv`` or ``icml_face_data.csv``.
        split (str): ``train`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the feeling.
    """

    _RESOURCES = {
        "train": ("train.csv", "3f0dfb3d3fd99c811a1299cb947e3131"),
        "test": ("test.csv", "b02c2298636a634e8c2faabbf3ea9a23"),
        "fer": ("fer2013.csv", "f8428a1edbd21e88f42c73edd2a14f95"),
        "icml": ("icml_face_data.csv", "b114b9e04e6949e5fe8b6a98b3892b1d"),
    }

    def __init__(self, root: Any, split: str = "train", transform: Callable | None = None, target_transform: Callable | None = None):
        self._split = verify_str_arg(split, "split", ("train", "test"))
        super().__init__(root, transform=transform, target_transform=target_transform)
        folder = pathlib.Path(self.root) / "fer2013"
        whole = next((self._RESOURCES[key] for key in ("fer", "icml") if key in self._RESOURCES and (folder / self._RESOURCES[key][0]).exists()), None)
        name, md5 = whole or self._RESOURCES[self._split]
        path = folder / name
        if not check_integrity(str(path), md5=md5):
            raise RuntimeError(f"{name} not found in {folder} or corrupted. You can download it from https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge")
        pixels, usage = ("pixels", "Usage") if name == "fer2013.csv" else (" pixels", " Usage") if whole else ("pixels", None)
        wanted = ("Training",) if split == "train" else ("PublicTest", "PrivateTest")
        self._samples = []
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                if usage is None or row[usage] in wanted:
                    values = tensor([int(x) for x in row[pixels].split()], dtype=uint8).reshape(48, 48)
                    self._samples.append((values, int(row["emotion"]) if "emotion" in row else None))

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, idx: int) -> tuple[Any, Any]:
        values, target = self._samples[idx]
        picture = Image.fromarray(values.numpy())
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return picture, target

    def extra_repr(self) -> str:
        return f"split={self._split}"
