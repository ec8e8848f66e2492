"""Labelled faces in the wild: people, and pairs of faces."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import check_integrity, verify_str_arg
from .vision import VisionDataset


class _LFW(ABC, VisionDataset):
    """What both share: the files, and how a face is called."""

    base_folder = "lfw-py"
    file_dict = {
        "original": ("lfw", "lfw.tgz", "a17d05bd522c52d84eca14327a23d494"),
        "funneled": ("lfw_funneled", "lfw-funneled.tgz", "1b42dfed7d15c9b2dd63d5e5840c86ad"),
        "deepfunneled": ("lfw-deepfunneled", "lfw-deepfunneled.tgz", "68331da3eb755a505a502b5aacb3c201"),
    }
    checksums = {
        "pairs.txt": "9f1ba174e4e1c508ff7cdf10ac338a7d",
        "pairsDevTest.txt": "5132f7440eb68cf58910c8a45a2ac10b",
        "pairsDevTrain.txt": "4f27cbf15b2da4a85c1907eb4181ad21",
        "people.txt": "450f0863dd89e85e73936a6d71a3474b",
        "peopleDevTest.txt": "e4bf5be0a43b5dcd9dc5ccfcb8fb19c5",
        "peopleDevTrain.txt": "54eaac34beb6d042ed3a7d883e247a21",
        "lfw-names.txt": "a6d0a479bd074669f656265a6e693f6d",
    }
    annot_file = {"10fold": "", "train": "DevTrain", "test": "DevTest"}
    names = "lfw-names.txt"
    _VIEW: str

    def __init__(
        self,
        root: str,
        split: str = "10fold",
        image_set: str = "funneled",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(os.path.join(root, self.base_folder), transform=transform, target_transform=target_transform)
        self.image_set = verify_str_arg(image_set.lower(), "image_set", self.file_dict.keys())
        folder, self.filename, self.md5 = self.file_dict[self.image_set]
        self.view = self._VIEW
        self.split = verify_str_arg(split.lower(), "split", ["10fold", "train", "test"])
        self.labels_file = f"{self.view}{self.annot_file[self.split]}.txt"
        self.data: list[Any] = []
        if download:
            raise ValueError("LFW is not published for download any longer: lay the archive, unpacked, and the lists in the folder yourself")
        if not self._check_integrity():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self.images_dir = os.path.join(self.root, folder)
        self._loader = loader
        self._read()

    @abstractmethod
    def _read(self) -> None:
        """Fills ``data`` and ``targets``."""

    def _check_integrity(self) -> bool:
        wanted = {self.filename: self.md5, self.labels_file: self.checksums[self.labels_file]}
        if self.view == "people":
            wanted[self.names] = self.checksums[self.names]
        return all(check_integrity(os.path.join(self.root, name), md5) for name, md5 in wanted.items())

    def _lines(self, name: str) -> list[list[str]]:
        with open(os.path.join(self.root, name)) as file:
            return [line.strip().split("\t") for line in file]

    def _get_path(self, identity: str, no: int | str) -> str:
        return os.path.join(self.images_dir, identity, f"{identity}_{int(no):04d}.jpg")

    def extra_repr(self) -> str:
        return f"Alignment: {self.image_set}\nSplit: {self.split}"

    def __len__(self) -> int:
        return len(self.data)


class LFWPeople(_LFW):
    """Faces, and whose they are (Huang et al., 2007).

    Args:
        root (str or path): the folder with ``lfw-py``, which has the archive, its folder, and the lists.
        split (str): ``10fold``, ``train`` or ``test``.
        image_set (str): ``original``, ``funneled`` or ``deepfunneled``, as the faces were turned upright.
        transform, target_transform (callable, optional): of the picture, and of the person's number.
        download (bool): the files are not to be had any longer.
        loader (callable): reads a path.

    Raises:
        ValueError: for ``download=True``.
        RuntimeError: if a file is not there, or not the one that was published.
    """

    _VIEW = "people"

    def _read(self) -> None:
        with open(os.path.join(self.root, self.names)) as file:
            self.class_to_idx = {line.split()[0]: i for i, line in enumerate(file)}
        self.data, self.targets = self._get_people()

    def _get_people(self) -> tuple[list[str], list[int]]:
        lines = self._lines(self.labels_file)
        folds, at = (int(lines[0][0]), 1) if self.split == "10fold" else (1, 0)
        paths, targets = [], []
        for _ in range(folds):
            count = int(lines[at][0])
            for identity, pictures in lines[at + 1 : at + 1 + count]:
                paths += [self._get_path(identity, number) for number in range(1, int(pictures) + 1)]
                targets += [self.class_to_idx[identity]] * int(pictures)
            at += 1 + count
        return paths, targets

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(self._loader(self.data[index]), self.targets[index])

    def extra_repr(self) -> str:
        return super().extra_repr() + f"\nClasses (identities): {len(self.class_to_idx)}"


class LFWPairs(_LFW):
    """Pairs of faces, and whether they are one person's; arguments as of ``LFWPeople``."""

    _VIEW = "pairs"

    def _read(self) -> None:
        self.pair_names, self.data, self.targets = self._get_pairs(self.images_dir)

    def _get_pairs(self, images_dir: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[int]]:
        lines = self._lines(self.labels_file)
        folds, count = (int(n) for n in lines[0]) if self.split == "10fold" else (1, int(lines[0][0]))
        names, paths, targets = [], [], []
        for i, row in enumerate(lines[1 : 1 + 2 * folds * count]):
            same = i % (2 * count) < count  # of each fold the first half: a name and two numbers
            first, one, second, other = (row[0], row[1], row[0], row[2]) if same else (row[0], row[1], row[2], row[3])
            names.append((first, second))
            paths.append((self._get_path(first, one), self._get_path(second, other)))
            targets.append(int(same))
        return names, paths, targets

    def __getitem__(self, index: int) -> tuple[Any, Any, int]:
        one, other = (self._loader(path) for path in self.data[index])
        target = self.targets[index]
        if self.transform is not None:
            one, other = self.transform(one), self.transform(other)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return one, other, target
