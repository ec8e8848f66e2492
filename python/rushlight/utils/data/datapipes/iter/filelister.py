"""The files of folders."""

from __future__ import annotations

import fnmatch
import os
from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe


@functional_datapipe("list_files")
class FileListerIterDataPipe(IterDataPipe):
    """The paths of the files in folders, by name.

    Args:
        root (str, or sequence or step of str): the folders. Default: the current one
        masks (str or list of str): patterns as shells have them, one of which a name must fit; nothing fits all. Default: ``""``
        recursive (bool): those in folders below, too. Default: ``False``
        abspath (bool): as absolute paths. Default: ``False``
        non_deterministic (bool): in the order in which the system gives them. Default: ``False``
        length (int): what :func:`len` says, if not -1.

    Errors: OSError for a folder that cannot be read, when it is reached.
    """

    def __init__(
        self,
        root: Any = ".",
        masks: str | list[str] = "",
        *,
        recursive: bool = False,
        abspath: bool = False,
        non_deterministic: bool = False,
        length: int = -1,
    ) -> None:
        self.datapipe = [root] if isinstance(root, str) else root
        self.masks, self.recursive, self.abspath = masks, recursive, abspath
        self.non_deterministic, self.length = non_deterministic, length

    def _fits(self, name: str) -> bool:
        if not self.masks:
            return True
        masks = [self.masks] if isinstance(self.masks, str) else self.masks
        return any(fnmatch.fnmatch(name, mask) for mask in masks)

    def _failed(self, error: OSError) -> None:
        raise error

    def __iter__(self) -> Any:
        for root in self.datapipe:
            root = os.path.abspath(root) if self.abspath else root
            for folder, folders, names in os.walk(root, onerror=self._failed):
                if not self.recursive:
                    folders.clear()
                elif not self.non_deterministic:
                    folders.sort()
                for name in names if self.non_deterministic else sorted(names):
                    if self._fits(name):
                        yield os.path.join(folder, name)

    def __len__(self) -> int:
        if self.length == -1:
            raise TypeError(f"{type(self).__name__} instance doesn't have valid length")
        return self.length


__all__ = ["FileListerIterDataPipe"]
