"""The records of a file by name, as programs read them that load tensors one at a time."""

from __future__ import annotations

import os

from ._archive import ArchiveReader
from ._budget import Budget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PyTorchFileReader:
    """An archive that :func:`rushlight.save` has written.

    Args: file (str or file): the archive.

    >>> import io
    >>> buffer = io.BytesIO()
    >>> rl.save(rl.ones(2), buffer)
    >>> rl.PyTorchFileReader(buffer).has_record("data.pkl")
    True
    """

    def __init__(self, file: Any) -> None:
        self._file = open(file, "rb") if isinstance(file, (str, os.PathLike)) else file  # noqa: SIM115
        self._file.seek(0, 2)
        size = self._file.tell()
        self._file.seek(0)
        self._archive = ArchiveReader(self._file, Budget(size))

    def has_record(self, name: str) -> bool:
        """Whether there is a record of a name."""
        return name in self._archive

    def get_all_records(self) -> list[str]:
        """The names of all."""
        return list(self._archive)

    def get_record(self, name: str) -> bytes:
        """What a record holds."""
        held = bytearray(self._archive.nbytes(name))
        self._archive.read_into(name, memoryview(held))
        return bytes(held)
