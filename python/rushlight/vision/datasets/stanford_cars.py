"""Stanford Cars: MATLAB files say which car is which."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from .folder import default_loader
from .utils import load_mat, verify_str_arg
from .vision import ListedPictures


class StanfordCars(ListedPictures):
    """Cars of 196 kinds (Krause et al., 2013).

    Args:
        root (str or path): the folder with ``stanford_cars``.
        split (str): ``train`` or ``test``.
        transform, target_transform (callable, optional): of the picture, and of the kind.
        download (bool): the files are not to be had at their old address any longer.
        loader (callable): reads a path.

    Raises:
        ValueError: for ``download=True``.
        RuntimeError: if the files are not there.
    """

    def __init__(
        self,
        root: Any,
        split: str = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = default_loader,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self._split = verify_str_arg(split, "split", ("train", "test"))
        self._base_folder = pathlib.Path(root) / "stanford_cars"
        devkit = self._base_folder / "devkit"
        train = self._split == "train"
        self._annotations_mat_path = devkit / "cars_train_annos.mat" if train else self._base_folder / "cars_test_annos_withlabels.mat"
        self._images_base_path = self._base_folder / ("cars_train" if train else "cars_test")
        if download:
            self.download()
        if not self._check_exists():
            raise RuntimeError("Dataset not found.")
        rows = load_mat(self._annotations_mat_path, squeeze=True)["annotations"]
        self._samples = [(str(self._images_base_path / row["fname"]), row["class"] - 1) for row in rows]
        self._image_files = [path for path, _ in self._samples]
        self._labels = [label for _, label in self._samples]
        self.classes = load_mat(str(devkit / "cars_meta.mat"), squeeze=True)["class_names"].tolist()
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self.loader = loader

    def _check_exists(self) -> bool:
        if not (self._base_folder / "devkit").is_dir():
            return False
        return self._annotations_mat_path.exists() and self._images_base_path.is_dir()

    def download(self) -> None:
        """Raises: the files are not where they were."""
        raise ValueError("The original URL is broken so the StanfordCars dataset cannot be downloaded anymore.")
