"""Handwritten digits and their kin: files of the IDX format."""

from __future__ import annotations

import os
import shutil
import string
from collections.abc import Callable
from typing import Any
from urllib.error import URLError

import numpy as np
from PIL import Image

from ... import from_numpy, uint8
from ..._C import Tensor
from .utils import check_integrity, download_and_extract_archive, extract_archive, verify_str_arg
from .vision import VisionDataset

_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def get_int(b: bytes) -> int:
    """A number of big-endian bytes."""
    return int(b.hex(), 16)


def read_sn3_pascalvincent_tensor(path: str, strict: bool = True) -> Tensor:
    """The tensor in an IDX file: a magic number that names dtype and axes, the sizes, then the numbers.

    Args:
        path (str): the file.
        strict (bool): whether the file must end with the last number.

    Raises:
        ValueError: if it is none, or too short or too long.
    """
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 4:
        raise ValueError(f"{path} is no IDX file: it has {len(data)} bytes")
    magic = get_int(data[0:4])
    axes, kind = magic % 256, magic // 256
    if not 1 <= axes <= 3 or kind not in _IDX_TYPES:
        raise ValueError(f"{path} is no IDX file: its magic number is {magic:#010x}")
    sizes = [get_int(data[4 * (i + 1) : 4 * (i + 2)]) for i in range(axes) if len(data) >= 4 * (i + 2)]
    count = len(data) - 4 * (axes + 1)
    dtype = np.dtype(_IDX_TYPES[kind])
    whole = int(np.prod(sizes)) * dtype.itemsize if len(sizes) == axes else -1
    if count < whole or whole < 0 or (strict and count != whole):
        raise ValueError(f"{path} is broken: its head speaks of {sizes} numbers, {max(count, 0)} bytes follow")
    values = np.frombuffer(data, dtype, int(np.prod(sizes)), 4 * (axes + 1))
    return from_numpy(values.astype(dtype.newbyteorder("=")).reshape(sizes))


def read_label_file(path: str) -> Tensor:
    """Labels (N,), int64.

    Raises:
        TypeError: if the file does not hold bytes.
        ValueError: if it has other axes.
    """
    x = read_sn3_pascalvincent_tensor(path, strict=False)
    if x.dtype != uint8:
        raise TypeError(f"x should be of dtype torch.uint8 instead of {x.dtype}")
    if x.ndimension() != 1:
        raise ValueError(f"x should have 1 dimension instead of {x.ndimension()}")
    return x.long()


def read_image_file(path: str) -> Tensor:
    """Pictures (N, H, W) of bytes."""
    x = read_sn3_pascalvincent_tensor(path, strict=False)
    if x.dtype != uint8:
        raise TypeError(f"x should be of dtype torch.uint8 instead of {x.dtype}")
    if x.ndimension() != 3:
        raise ValueError(f"x should have 3 dimension instead of {x.ndimension()}")
    return x


class MNIST(VisionDataset):
    """Handwritten digits, 28 x 28 (LeCun et al., 1998): 60,000 to train on, 10,000 to test.

    Args:
        root (str or path): the folder with ``MNIST/raw/train-images-idx3-ubyte`` and the rest.
        train (bool): which of the two sets.
        transform, target_transform (callable, optional): of the picture, and of the digit.
        download (bool): whether to download what is not there.

    Raises:
        RuntimeError: if files are not there.
    """

    mirrors = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"]
    resources: Any = [
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ]
    training_file = "training.pt"
    test_file = "test.pt"
    classes: Any = [
        f"{i} - {name}" for i, name in enumerate("zero one two three four five six seven eight nine".split())
    ]

    def __init__(
        self,
        root: Any,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        if not self._check_exists():
            raise RuntimeError(f"Dataset not found: {self._first_missing()} is not there. You can use download=True to download it")
        self.data, self.targets = self._load_data()

    def _first_missing(self) -> str:
        for url, _ in self.resources:
            path = os.path.join(self.raw_folder, os.path.splitext(os.path.basename(url))[0])
            if not os.path.exists(path):
                return path
        return self.raw_folder

    def _load_data(self) -> tuple[Tensor, Tensor]:
        kind = "train" if self.train else "t10k"
        data = read_image_file(os.path.join(self.raw_folder, f"{kind}-images-idx3-ubyte"))
        return data, read_label_file(os.path.join(self.raw_folder, f"{kind}-labels-idx1-ubyte"))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(Image.fromarray(self.data[index].numpy(), mode="L"), int(self.targets[index]))

    def __len__(self) -> int:
        return len(self.data)

    @property
    def train_labels(self) -> Tensor:
        return self.targets

    test_labels = train_labels

    @property
    def train_data(self) -> Tensor:
        return self.data

    test_data = train_data

    @property
    def raw_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def processed_folder(self) -> str:
        return os.path.join(self.root, type(self).__name__, "processed")

    @property
    def class_to_idx(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.classes)}

    def _check_exists(self) -> bool:
        return all(
            check_integrity(os.path.join(self.raw_folder, os.path.splitext(os.path.basename(url))[0]))
            for url, _ in self.resources
        )

    def download(self) -> None:
        """Downloads and unpacks the files, unless they are there.

        Raises:
            RuntimeError: if no mirror has one of them.
        """
        if self._check_exists():
            return
        os.makedirs(self.raw_folder, exist_ok=True)
        for filename, md5 in self.resources:
            errors = []
            for mirror in self.mirrors:
                try:
                    download_and_extract_archive(f"{mirror}{filename}", download_root=self.raw_folder, filename=filename, md5=md5)
                    break
                except (URLError, OSError) as error:
                    errors.append(error)
            else:
                said = "\n".join(f"Error downloading {mirror}{filename}:\n{error}" for mirror, error in zip(self.mirrors, errors))
                raise RuntimeError(said)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train is True else 'Test'}"


class FashionMNIST(MNIST):
    """Clothes in MNIST's format (Xiao et al., 2017)."""

    mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ]
    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class KMNIST(MNIST):
    """Japanese letters in MNIST's format (Clanuwat et al., 2018)."""

    mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ]
    classes = "o ki su tsu na ha ma ya re wo".split()


class EMNIST(MNIST):
    """Handwritten digits and letters in MNIST's format, lying on their side (Cohen et al., 2017).

    Args:
        root (str or path): the folder with ``EMNIST/raw``.
        split (str): ``byclass``, ``bymerge``, ``balanced``, ``letters``, ``digits`` or ``mnist``.
        **kwargs: as of ``MNIST``.
    """

    url = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    md5 = "58c8d27c78d21e728a6bc7b3cc06412e"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    _merged_classes = set("cijklmopsuvwxyz")
    _all_classes = set(string.digits + string.ascii_letters)
    classes_split_dict = {
        "byclass": sorted(_all_classes),
        "bymerge": sorted(_all_classes - _merged_classes),
        "balanced": sorted(_all_classes - _merged_classes),
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": list(string.digits),
        "mnist": list(string.digits),
    }

    def __init__(self, root: Any, split: str, **kwargs: Any) -> None:
        self.split = verify_str_arg(split, "split", self.splits)
        self.training_file = f"training_{split}.pt"
        self.test_file = f"test_{split}.pt"
        super().__init__(root, **kwargs)
        self.classes = self.classes_split_dict[self.split]

    @property
    def _file_prefix(self) -> str:
        return f"emnist-{self.split}-{'train' if self.train else 'test'}"

    @property
    def images_file(self) -> str:
        return os.path.join(self.raw_folder, f"{self._file_prefix}-images-idx3-ubyte")

    @property
    def labels_file(self) -> str:
        return os.path.join(self.raw_folder, f"{self._file_prefix}-labels-idx1-ubyte")

    def _first_missing(self) -> str:
        return self.labels_file if os.path.exists(self.images_file) else self.images_file

    def _load_data(self) -> tuple[Tensor, Tensor]:
        return read_image_file(self.images_file), read_label_file(self.labels_file)

    def _check_exists(self) -> bool:
        return all(check_integrity(file) for file in (self.images_file, self.labels_file))

    def download(self) -> None:
        """Downloads and unpacks the files of all splits, unless they are there."""
        if self._check_exists():
            return
        os.makedirs(self.raw_folder, exist_ok=True)
        download_and_extract_archive(self.url, download_root=self.raw_folder, md5=self.md5)
        folder = os.path.join(self.raw_folder, "gzip")
        for file in os.listdir(folder):
            if file.endswith(".gz"):
                extract_archive(os.path.join(folder, file), self.raw_folder)
        shutil.rmtree(folder)


class QMNIST(MNIST):
    """MNIST anew, with the whole test set and who wrote what (Yadav and Bottou, 2019).

    Args:
        root (str or path): the folder with ``QMNIST/raw``.
        what (str, optional): ``train``, ``test``, ``test10k``, ``test50k`` or ``nist``.
        compat (bool): whether targets are digits alone, as MNIST's.
        train (bool): which set, if ``what`` is None.
        **kwargs: as of ``MNIST``.
    """

    subsets = {"train": "train", "test": "test", "test10k": "test", "test50k": "test", "nist": "nist"}
    _BASE = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
    resources = {
        "train": [
            (_BASE + "qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370"),
            (_BASE + "qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
        ],
        "test": [
            (_BASE + "qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412"),
            (_BASE + "qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
        ],
        "nist": [
            (_BASE + "xnist-images-idx3-ubyte.xz", "7f124b3b8ab81486c9d8c2749c17f834"),
            (_BASE + "xnist-labels-idx2-int.xz", "5ed0e788978e45d4a8bd4b7caec3d79d"),
        ],
    }

    def __init__(self, root: Any, what: str | None = None, compat: bool = True, train: bool = True, **kwargs: Any) -> None:
        if what is None:
            what = "train" if train else "test"
        self.what = verify_str_arg(what, "what", tuple(self.subsets))
        self.compat = compat
        self.data_file = self.training_file = what + ".pt"
        self.test_file = what + ".pt"
        super().__init__(root, train, **kwargs)

    def _paths(self) -> tuple[str, str]:
        names = [os.path.splitext(os.path.basename(url))[0] for url, _ in self.resources[self.subsets[self.what]]]
        return os.path.join(self.raw_folder, names[0]), os.path.join(self.raw_folder, names[1])

    @property
    def images_file(self) -> str:
        return self._paths()[0]

    @property
    def labels_file(self) -> str:
        return self._paths()[1]

    def _first_missing(self) -> str:
        return next((path for path in self._paths() if not os.path.exists(path)), self.raw_folder)

    def _check_exists(self) -> bool:
        return all(check_integrity(path) for path in self._paths())

    def _load_data(self) -> tuple[Tensor, Tensor]:
        data = read_sn3_pascalvincent_tensor(self.images_file)
        if data.dtype != uint8:
            raise TypeError(f"data should be of dtype torch.uint8 instead of {data.dtype}")
        if data.ndimension() != 3:
            raise ValueError(f"data should have 3 dimensions instead of {data.ndimension()}")
        targets = read_sn3_pascalvincent_tensor(self.labels_file).long()
        if targets.ndimension() != 2:
            raise ValueError(f"targets should have 2 dimensions instead of {targets.ndimension()}")
        if self.what == "test10k":
            return data[0:10000].clone(), targets[0:10000].clone()
        if self.what == "test50k":
            return data[10000:].clone(), targets[10000:].clone()
        return data, targets

    def download(self) -> None:
        """Downloads and unpacks the files of this part, unless they are there."""
        if self._check_exists():
            return
        os.makedirs(self.raw_folder, exist_ok=True)
        for url, md5 in self.resources[self.subsets[self.what]]:
            download_and_extract_archive(url, self.raw_folder, md5=md5)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        img = Image.fromarray(self.data[index].numpy(), mode="L")
        target: Any = self.targets[index]
        if self.transform is not None:
            img = self.transform(img)
        if self.compat:
            target = int(target[0])
        if self.target_transform is not None:
            target = self.target_transform(target)
        return img, target

    def extra_repr(self) -> str:
        return f"Split: {self.what}"
