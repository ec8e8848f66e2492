"""PCAM: tissue under the microscope, in HDF5 files."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from .utils import download_file_from_google_drive, extract_archive, verify_str_arg
from .vision import VisionDataset


class PCAM(VisionDataset):
    """Tissue of 96 x 96 pixels, and whether there is a tumour in its middle (Veeling et al., 2018).

    Args:
        root (str or path): the folder with ``pcam``.
        split (str): ``train``, ``test`` or ``val``.
        transform, target_transform (callable, optional): of the picture, and of the target.
        download (bool): whether to download what is not there.

    Raises:
        RuntimeError: if h5py, which reads the files, is not installed, or if they are not there.
    """

    _FILES = {
        "train": {
            "images": ("camelyonpatch_level_2_split_train_x.h5", "1Ka0XfEMiwgCYPdTI-vv6eUElOBnKFKQ2", "1571f514728f59376b705fc836ff4b63"),
            "targets": ("camelyonpatch_level_2_split_train_y.h5", "1269yhu3pZDP8UYFQs-NYs3FPwuK-nGSG", "35c2d7259d906cfc8143347bb8e05be7"),
        },
        "test": {
            "images": ("camelyonpatch_level_2_split_test_x.h5", "1qV65ZqZvWzuIVthK8eVDhIwrbnsJdbg_", "d8c2d60d490dbd479f8199bdfa0cf6ec"),
            "targets": ("camelyonpatch_level_2_split_test_y.h5", "17BHrSrwWKjYsOgTMmoqrIjDy6Fa2o_gP", "60a7035772fbdb7f34eb86d4420cf66a"),
        },
        "val": {
            "images": ("camelyonpatch_level_2_split_valid_x.h5", "1hgshYGWK8V-eGRy8LToWJJgDU_rXWVJ3", "d5b63470df7cfa627aeec8b9dc0c066e"),
            "targets": ("camelyonpatch_level_2_split_valid_y.h5", "1bH8ZRbhSVAhScTS0p9-ZzGnX91cHT3uO", "2b85f58b927af9964a4c15b8f7e8f179"),
        },
    }  # fmt: skip

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ):
        try:
            import h5py
        except ImportError as error:
            raise RuntimeError("PCAM's files are HDF5, which h5py reads: pip install h5py") from error
        self.h5py = h5py
        self._split = verify_str_arg(split, "split", ("train", "test", "val"))
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._base_folder = pathlib.Path(self.root) / "pcam"
        if download:
            self._download()
        if not self._check_exists():
            raise RuntimeError("Dataset not found. You can use download=True to download it")

    def _open(self, part: str) -> Any:
        return self.h5py.File(self._base_folder / self._FILES[self._split][part][0], "r")

    def __len__(self) -> int:
        with self._open("images") as file:
            return file["x"].shape[0]

    def __getitem__(self, idx: int) -> tuple[Any, Any]:
        with self._open("images") as file:
            picture = Image.fromarray(file["x"][idx]).convert("RGB")
        with self._open("targets") as file:
            target = int(file["y"][idx, 0, 0, 0])
        return self._transformed(picture, target)

    def _check_exists(self) -> bool:
        return all((self._base_folder / name).exists() for name, _, _ in self._FILES[self._split].values())

    def _download(self) -> None:
        if self._check_exists():
            return
        for name, number, md5 in self._FILES[self._split].values():
            download_file_from_google_drive(number, str(self._base_folder), filename=name + ".gz", md5=md5)
            extract_archive(str(self._base_folder / (name + ".gz")))
