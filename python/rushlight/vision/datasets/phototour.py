"""PhotoTour: patches around points of three places, and which of them show the same point."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from ... import Tensor, from_numpy, load, save, tensor
from .utils import download_url
from .vision import VisionDataset


class PhotoTour(VisionDataset):
    """Patches of 64 x 64 (Brown and Lowe, 2007).

    Args:
        root (str or path): the folder with the archive's folder, or with ``<name>.pt``, which is made of it.
        name (str): ``notredame``, ``yosemite``, ``liberty``, or one of them with ``_harris``.
        train (bool): whether items are patches; else they are two patches and whether they show the same point.
        transform (callable, optional): of a patch.
        download (bool): whether to download what is not there.

    Raises:
        KeyError: for other names.
        FileNotFoundError: if neither is there.
    """

    urls = {
        f"{name}{kind}": [f"{host}/{name}{kind}.zip", f"{name}{kind}.zip", md5]
        for name, kind, host, md5 in (
            ("notredame", "_harris", "http://matthewalunbrown.com/patchdata", "69f8c90f78e171349abdf0307afefe4d"),
            ("yosemite", "_harris", "http://matthewalunbrown.com/patchdata", "a73253d1c6fbd3ba2613c45065c00d46"),
            ("liberty", "_harris", "http://matthewalunbrown.com/patchdata", "c731fcfb3abb4091110d0ae8c7ba182c"),
            ("notredame", "", "http://icvl.ee.ic.ac.uk/vbalnt", "509eda8535847b8c0a90bbb210c83484"),
            ("yosemite", "", "http://icvl.ee.ic.ac.uk/vbalnt", "533b2e8eb7ede31be40abc317b2fd4f0"),
            ("liberty", "", "http://icvl.ee.ic.ac.uk/vbalnt", "fdd9152f138ea5ef2091746689176414"),
        )
    }
    means = {"notredame": 0.4854, "yosemite": 0.4844, "liberty": 0.4437, "notredame_harris": 0.4854, "yosemite_harris": 0.4844, "liberty_harris": 0.4437}
    stds = {"notredame": 0.1864, "yosemite": 0.1818, "liberty": 0.2019, "notredame_harris": 0.1864, "yosemite_harris": 0.1818, "liberty_harris": 0.2019}
    lens = {"notredame": 468159, "yosemite": 633587, "liberty": 450092, "liberty_harris": 379587, "yosemite_harris": 450912, "notredame_harris": 325295}
    image_ext = "bmp"
    info_file = "info.txt"
    matches_files = "m50_100000_100000_0.txt"

    def __init__(self, root: Any, name: str, train: bool = True, transform: Callable | None = None, download: bool = False) -> None:
        super().__init__(root, transform=transform)
        if name not in self.urls:
            raise KeyError(f"{name!r} is none of {', '.join(self.urls)}")
        self.name = name
        self.data_dir = os.path.join(self.root, name)
        self.data_down = os.path.join(self.root, f"{name}.zip")
        self.data_file = os.path.join(self.root, f"{name}.pt")
        self.train = train
        self.mean = self.means[name]
        self.std = self.stds[name]
        if download:
            self.download()
        if not self._check_datafile_exists():
            self.cache()
        self.data, self.labels, self.matches = load(self.data_file, weights_only=True)

    def __getitem__(self, index: int) -> Any:
        def changed(i: Any) -> Any:
            return self.data[i] if self.transform is None else self.transform(self.data[i])

        if self.train:
            return changed(index)
        match = self.matches[index]
        return changed(match[0]), changed(match[1]), match[2]

    def __len__(self) -> int:
        return len(self.data if self.train else self.matches)

    def _check_datafile_exists(self) -> bool:
        return os.path.exists(self.data_file)

    def _check_downloaded(self) -> bool:
        return os.path.exists(self.data_dir)

    def download(self) -> None:
        """Downloads and unpacks the archive, unless it is there."""
        if self._check_datafile_exists() or self._check_downloaded():
            return
        url, name, md5 = self.urls[self.name]
        path = os.path.join(self.root, name)
        download_url(url, self.root, name, md5)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(self.data_dir)
        os.unlink(path)

    def cache(self) -> None:
        """Makes one file of tensors of the pictures and lists."""
        if not self._check_downloaded():
            raise FileNotFoundError(f"Dataset not found: there is neither {self.data_file} nor {self.data_dir}. You can use download=True to download it")
        content = (
            read_image_file(self.data_dir, self.image_ext, self.lens[self.name]),
            read_info_file(self.data_dir, self.info_file),
            read_matches_files(self.data_dir, self.matches_files),
        )
        part = self.data_file + ".part"
        save(content, part)
        os.replace(part, self.data_file)  # under its name only when it is whole

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train is True else 'Test'}"


def read_image_file(data_dir: str, image_ext: str, n: int) -> Tensor:
    """The first ``n`` patches (N, 64, 64) of the pictures in a folder, row after row."""
    parts = []
    for name in sorted(name for name in os.listdir(data_dir) if name.endswith(image_ext)):
        with Image.open(os.path.join(data_dir, name)) as picture:
            sheet = np.asarray(picture.convert("L"))
        rows, columns = -(-sheet.shape[0] // 64), -(-sheet.shape[1] // 64)
        sheet = np.pad(sheet, [(0, rows * 64 - sheet.shape[0]), (0, columns * 64 - sheet.shape[1])])
        parts.append(sheet.reshape(rows, 64, columns, 64).swapaxes(1, 2).reshape(-1, 64, 64))
    return from_numpy(np.concatenate(parts)[:n].copy())


def _rows(data_dir: str, name: str) -> list[list[str]]:
    with open(os.path.join(data_dir, name)) as file:
        return [line.split() for line in file]


def read_info_file(data_dir: str, info_file: str) -> Tensor:
    """The point that each patch shows."""
    return tensor([int(row[0]) for row in _rows(data_dir, info_file)])


def read_matches_files(data_dir: str, matches_file: str) -> Tensor:
    """Rows of two patches and whether they show the same point."""
    return tensor([[int(row[0]), int(row[3]), int(row[1] == row[4])] for row in _rows(data_dir, matches_file)])
