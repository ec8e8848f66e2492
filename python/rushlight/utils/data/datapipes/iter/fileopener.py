"""Files, opened."""

from __future__ import annotations

from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe


@functional_datapipe("open_files")
class FileOpenerIterDataPipe(IterDataPipe):
    """Pairs of a path and the open file.

    Args:
        datapipe (iterable of str): the paths.
        mode (str): ``"r"``, ``"t"``, ``"b"``, ``"rt"`` or ``"rb"``. Default: ``"r"``
        encoding (str, optional): of text.
        length (int): what :func:`len` says, if not -1.

    Errors: ValueError for another mode, and an encoding of bytes; OSError for a file that cannot be opened, when it is reached.
    """

    def __init__(self, datapipe: Any, mode: str = "r", encoding: str | None = None, length: int = -1) -> None:
        if mode not in ("b", "t", "rb", "rt", "r"):
            raise ValueError(f"Invalid mode {mode}")
        if "b" in mode and encoding is not None:
            raise ValueError("binary mode doesn't take an encoding argument")
        self.datapipe, self.mode, self.encoding, self.length = datapipe, mode, encoding, length

    def __iter__(self) -> Any:
        mode = self.mode if "r" in self.mode else "r" + self.mode
        for path in self.datapipe:
            yield path, open(path, mode, encoding=self.encoding)  # noqa: SIM115  # whoever takes it closes it

    def __len__(self) -> int:
        if self.length == -1:
            raise TypeError(f"{type(self).__name__} instance doesn't have valid length")
        return self.length


__all__ = ["FileOpenerIterDataPipe"]
