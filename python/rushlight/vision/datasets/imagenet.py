"""ImageNet: the archives of ILSVRC 2012, unpacked where they lie."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from ... import load, save
from .folder import ImageFolder
from .utils import check_integrity, extract_archive, load_mat, verify_str_arg

ARCHIVE_META = {
    "train": ("ILSVRC2012_img_train.tar", "1d675b47d978889d74fa0da5fadfb00e"),
    "val": ("ILSVRC2012_img_val.tar", "29b22e2961454d5413ddabcf34fc5622"),
    "devkit": ("ILSVRC2012_devkit_t12.tar.gz", "fa75699e90414af021442c21a62c3abf"),
}
META_FILE = "meta.bin"


class ImageNet(ImageFolder):
    """Pictures of a thousand kinds of things (Russakovsky et al., 2015).

    Args:
        root (str or path): the folder with the archives ``ILSVRC2012_*``, or with what was made of them.
        split (str): ``train`` or ``val``.
        **kwargs: ``transform``, ``target_transform``, ``loader`` and the rest of ``ImageFolder``.

    Raises:
        RuntimeError: if an archive is needed and not there, or not the one that was published.

    ``wnids`` are the numbers of the kinds in WordNet, ``classes`` their names.
    """

    def __init__(self, root: Any, split: str = "train", **kwargs: Any) -> None:
        root = self.root = os.path.expanduser(root)
        self.split = verify_str_arg(split, "split", ("train", "val"))
        self.parse_archives()
        names = load_meta_file(self.root)[0]
        super().__init__(self.split_folder, **kwargs)
        self.root = root
        self.wnids = self.classes
        self.wnid_to_idx = self.class_to_idx
        self.classes: Any = [names[wnid] for wnid in self.wnids]
        self.class_to_idx = {name: i for i, several in enumerate(self.classes) for name in several}

    def parse_archives(self) -> None:
        """Unpacks what has not been unpacked."""
        if not check_integrity(os.path.join(self.root, META_FILE)):
            parse_devkit_archive(self.root)
        if not os.path.isdir(self.split_folder):
            (parse_train_archive if self.split == "train" else parse_val_archive)(self.root)

    @property
    def split_folder(self) -> str:
        """The folder of this part."""
        return os.path.join(self.root, self.split)

    def extra_repr(self) -> str:
        return f"Split: {self.split}"


def load_meta_file(root: Any, file: str | None = None) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Names by number in WordNet, and the numbers of the pictures of ``val``.

    Raises:
        RuntimeError: if the file has not been made.
    """
    path = os.path.join(root, META_FILE if file is None else file)
    if not check_integrity(path):
        raise RuntimeError(f"The meta file {os.path.basename(path)} is not present in the root directory {root} or is corrupted. This file is automatically created by the ImageNet dataset.")
    return load(path, weights_only=True)


def _archive(root: Any, part: str, file: str | None) -> str:
    """The path of an archive that is the one that was published."""
    name, md5 = ARCHIVE_META[part]
    path = os.path.join(root, file or name)
    if not check_integrity(path, md5):
        raise RuntimeError(f"The archive {file or name} is not present in the root directory or is corrupted. You need to download it externally and place it in {root}.")
    return path


def parse_devkit_archive(root: Any, file: str | None = None) -> None:
    """Makes the file of names of the archive of tools.

    Args:
        root (str or path): the folder of the archive, where the file goes.
        file (str, optional): the archive's name.
    """
    path = _archive(root, "devkit", file)
    with tempfile.TemporaryDirectory() as folder:
        extract_archive(path, folder)
        data = os.path.join(folder, "ILSVRC2012_devkit_t12", "data")
        rows = load_mat(os.path.join(data, "meta.mat"), squeeze=True)["synsets"]
        leaves = [row for row in rows if row[4] == 0]  # kinds without kinds below them
        wnids = {int(row[0]): str(row[1]) for row in leaves}
        names = {str(row[1]): tuple(str(row[2]).split(", ")) for row in leaves}
        with open(os.path.join(data, "ILSVRC2012_validation_ground_truth.txt")) as truth:
            labels = [wnids[int(line)] for line in truth]
    save((names, labels), os.path.join(root, META_FILE))


def parse_train_archive(root: Any, file: str | None = None, folder: str = "train") -> None:
    """Unpacks the archive of archives, one for each kind.

    Args:
        root (str or path): the folder of the archive.
        file (str, optional): the archive's name.
        folder (str): what is made of it.
    """
    path, target = _archive(root, "train", file), os.path.join(root, folder)
    extract_archive(path, target)
    for name in os.listdir(target):
        archive = os.path.join(target, name)
        extract_archive(archive, os.path.splitext(archive)[0], remove_finished=True)


def parse_val_archive(root: Any, file: str | None = None, wnids: list[str] | None = None, folder: str = "val") -> None:
    """Unpacks the archive of pictures, and lays each in its kind's folder.

    Args:
        root (str or path): the folder of the archive.
        file (str, optional): the archive's name.
        wnids (list of str, optional): the kind of each picture, by default as ``load_meta_file`` says.
        folder (str): what is made of it.
    """
    if wnids is None:
        wnids = load_meta_file(root)[1]
    path, target = _archive(root, "val", file), os.path.join(root, folder)
    extract_archive(path, target)
    pictures = sorted(os.listdir(target))
    for wnid in set(wnids):
        os.mkdir(os.path.join(target, wnid))
    for wnid, name in zip(wnids, pictures):
        shutil.move(os.path.join(target, name), os.path.join(target, wnid, name))
