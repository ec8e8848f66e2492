"""iNaturalist: living beings, in folders by kind."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PIL import Image

from .utils import download_and_extract_archive, verify_str_arg
from .vision import VisionDataset

CATEGORIES_2021 = ["kingdom", "phylum", "class", "order", "family", "genus"]
_HOST = "https://ml-inat-competition-datasets.s3.amazonaws.com"
DATASET_URLS = {
    "2017": f"{_HOST}/2017/train_val_images.tar.gz",
    "2018": f"{_HOST}/2018/train_val2018.tar.gz",
    "2019": f"{_HOST}/2019/train_val2019.tar.gz",
    "2021_train": f"{_HOST}/2021/train.tar.gz",
    "2021_train_mini": f"{_HOST}/2021/train_mini.tar.gz",
    "2021_valid": f"{_HOST}/2021/val.tar.gz",
}
DATASET_MD5 = {
    "2017": "7c784ea5e424efaec655bd392f87301f",
    "2018": "b1c6952ce38f31868cc50ea72d066cc3",
    "2019": "c60a6e2962c9b8ccbd458d12c8582644",
    "2021_train": "e0526d53c7f7b2e3167b2b43bb2690ed",
    "2021_train_mini": "db6ed8330e634445efc8fec83ae81442",
    "2021_valid": "f6f6e0e242e3d4c9569ba56400938afc",
}


class INaturalist(VisionDataset):
    """Living beings (Van Horn et al., 2018 and 2021).

    Args:
        root (str or path): the folder with that of the version.
        version (str): ``2017``, ``2018``, ``2019``, ``2021_train``, ``2021_train_mini`` or ``2021_valid``.
        target_type (str or list): ``full`` for the kind; of 2021 ``kingdom``, ``phylum``, ``class``, ``order``, ``family`` and
            ``genus``, before it ``super`` for the folder above; or several.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.
        loader (callable, optional): reads a path; by default as the file is.

    Raises:
        RuntimeError: if the folder is not there or is empty, and for names that do not fit the version.
    """

    def __init__(
        self,
        root: Any,
        version: str = "2021_train",
        target_type: list[str] | str = "full",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[Any], Any] | None = None,
    ) -> None:
        self.version = verify_str_arg(version, "version", DATASET_URLS.keys())
        super().__init__(os.path.join(root, version), transform=transform, target_transform=target_transform)
        os.makedirs(root, exist_ok=True)
        if download:
            self.download()
        if not self._check_exists():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        self.all_categories: list[str] = []
        self.categories_index: dict[str, dict[str, int]] = {}  # of each rank the names and their numbers
        self.categories_map: list[dict[str, int]] = []  # of each kind its number in each rank
        kinds = target_type if isinstance(target_type, list) else [target_type]
        ranks = CATEGORIES_2021 if self.version[:4] == "2021" else ["super"]
        self.target_type = [verify_str_arg(kind, "target_type", ("full", *ranks)) for kind in kinds]
        if self.version[:4] == "2021":
            self._init_2021()
        else:
            self._init_pre2021()
        folders = enumerate(self.all_categories)
        self.index = [(i, name) for i, folder in folders for name in os.listdir(os.path.join(self.root, folder))]
        self.loader = loader

    def _init_2021(self) -> None:
        """Folders are called ``00000_Kingdom_Phylum_..._genus_species``."""
        self.all_categories = sorted(os.listdir(self.root))
        self.categories_index = {rank: {} for rank in CATEGORIES_2021}
        for i, folder in enumerate(self.all_categories):
            number, *names = folder.split("_")
            if len(names) != 7:
                raise RuntimeError(f"Unexpected category name {folder}, wrong number of pieces")
            if number != f"{i:05d}":
                raise RuntimeError(f"Unexpected category id {number}, expecting {i:05d}")
            known = ((rank, self.categories_index[rank], name) for rank, name in zip(CATEGORIES_2021, names))
            self.categories_map.append({rank: table.setdefault(name, len(table)) for rank, table, name in known})

    def _init_pre2021(self) -> None:
        """Folders are called ``Super/Kind``; since 2018 the kind is its number."""
        groups = sorted(os.listdir(self.root))
        self.categories_index = {"super": {group: i for i, group in enumerate(groups)}}
        found: dict[int, tuple[int, str]] = {}
        for i, group in enumerate(groups):
            for kind in sorted(os.listdir(os.path.join(self.root, group))):
                if self.version == "2017":
                    number = len(found)
                elif kind.isdigit():
                    number = int(kind)
                else:
                    raise RuntimeError(f"Unexpected non-numeric dir name: {kind}")
                if number in found:
                    raise RuntimeError(f"Duplicate category {kind}")
                found[number] = (i, os.path.join(group, kind))
        for number in range(len(found)):
            if number not in found:
                raise RuntimeError(f"Missing category {number}")
            self.categories_map.append({"super": found[number][0]})
            self.all_categories.append(found[number][1])

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        kind, name = self.index[index]
        path = os.path.join(self.root, self.all_categories[kind], name)
        targets = [kind if rank == "full" else self.categories_map[kind][rank] for rank in self.target_type]
        picture = Image.open(path) if self.loader is None else self.loader(path)
        return self._transformed(picture, tuple(targets) if len(targets) > 1 else targets[0])

    def __len__(self) -> int:
        return len(self.index)

    def category_name(self, category_type: str, category_id: int) -> str:
        """The name of a kind, or of a number in a rank.

        Raises:
            ValueError: for ranks and numbers that are not there.
        """
        if category_type == "full":
            return self.all_categories[category_id]
        if category_type not in self.categories_index:
            raise ValueError(f"Invalid category type '{category_type}'")
        for name, number in self.categories_index[category_type].items():
            if number == category_id:
                return name
        raise ValueError(f"Invalid category id {category_id} for {category_type}")

    def _check_exists(self) -> bool:
        return os.path.exists(self.root) and len(os.listdir(self.root)) > 0

    def download(self) -> None:
        """Downloads and unpacks the archive, unless it is there."""
        if self._check_exists():
            return
        base, url = os.path.dirname(self.root), DATASET_URLS[self.version]
        download_and_extract_archive(url, base, filename=f"{self.version}.tgz", md5=DATASET_MD5[self.version])
        unpacked = os.path.join(base, os.path.basename(url).removesuffix(".tar.gz"))
        if not os.path.exists(unpacked):
            raise RuntimeError(f"Unable to find downloaded files at {unpacked}")
        os.rename(unpacked, self.root)
