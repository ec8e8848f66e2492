"""LSUN: scenes and things, in LMDB databases."""

from __future__ import annotations

import bisect
import io
import itertools
import os
from collections.abc import Callable, Iterable
from typing import Any

from PIL import Image

from .utils import iterable_to_str, verify_str_arg
from .vision import VisionDataset

_CATEGORIES = "bedroom bridge church_outdoor classroom conference_room dining_room kitchen living_room restaurant tower".split()
_PARTS = ["train", "val", "test"]


class LSUNClass(VisionDataset):
    """The pictures of one database; targets are None.

    Args:
        root (str or path): the database.
        transform, target_transform (callable, optional): of the picture, and of None.

    Raises:
        ImportError: where lmdb, which reads it, is not installed.
    """

    def __init__(self, root: str, transform: Callable | None = None, target_transform: Callable | None = None) -> None:
        try:
            import lmdb
        except ImportError as error:
            raise ImportError(f"{root} is an LMDB database, which lmdb reads: pip install lmdb") from error
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.env = lmdb.open(os.fspath(root), max_readers=1, readonly=True, lock=False, readahead=False, meminit=False)
        with self.env.begin(write=False) as transaction:
            self.keys = list(transaction.cursor().iternext(keys=True, values=False))
        self.length = len(self.keys)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        with self.env.begin(write=False) as transaction:
            content = transaction.get(self.keys[index])
        return self._transformed(Image.open(io.BytesIO(content)).convert("RGB"), None)

    def __len__(self) -> int:
        return self.length


class LSUN(VisionDataset):
    """Scenes of ten kinds (Yu et al., 2015).

    Args:
        root (str or path): the folder of databases, ``<class>_lmdb``.
        classes (str or list): ``train``, ``val`` or ``test`` for all kinds of a part, or names like ``church_outdoor_train``.
        transform, target_transform (callable, optional): of the picture, and of the kind.

    Raises:
        ValueError: for other names.
        ImportError: where lmdb, which reads the databases, is not installed.
    """

    def __init__(
        self,
        root: Any,
        classes: str | list[str] = "train",
        transform: Callable | None = None,
        target_transform: Callable | None = None,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.classes = self._verify_classes(classes)
        self.dbs = [LSUNClass(os.path.join(root, f"{name}_lmdb"), transform=transform) for name in self.classes]
        self.indices = list(itertools.accumulate(len(db) for db in self.dbs))
        self.length = self.indices[-1] if self.indices else 0

    def _verify_classes(self, classes: str | list[str]) -> list[str]:
        if isinstance(classes, str):
            verify_str_arg(classes, "classes", _PARTS)
            return [classes] if classes == "test" else [f"{name}_{classes}" for name in _CATEGORIES]
        if not isinstance(classes, Iterable):
            raise ValueError(f"Expected type str or Iterable for argument classes, but got type {type(classes)}.")
        names = list(classes)
        said = "Unknown value '{}' for {}. Valid values are {{{}}}."
        for name in names:
            verify_str_arg(name, custom_msg=f"Expected type str for elements in argument classes, but got type {type(name)}.")
            kind, _, part = name.rpartition("_")
            verify_str_arg(kind, valid_values=_CATEGORIES, custom_msg=said.format(kind, "LSUN class", iterable_to_str(_CATEGORIES)))
            verify_str_arg(part, valid_values=_PARTS, custom_msg=said.format(part, "postfix", iterable_to_str(_PARTS)))
        return names

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        target: Any = bisect.bisect_right(self.indices, index)
        picture, _ = self.dbs[target][index - (self.indices[target - 1] if target else 0)]
        return picture, (target if self.target_transform is None else self.target_transform(target))

    def __len__(self) -> int:
        return self.length

    def extra_repr(self) -> str:
        return f"Classes: {self.classes}"
