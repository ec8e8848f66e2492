"""Checkpoints of several processes in files of safetensors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Refused:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            f"{type(self).__name__}: checkpoints of several processes are not written here; use safetensors, or save()"
        )


class HuggingFaceStorageReader(_Refused):
    """Reads them.

    Errors: RuntimeError, as there is one process, which reads whole files.
    """


class HuggingFaceStorageWriter(_Refused):
    """Writes them.

    Errors: RuntimeError, as there is one process, which writes whole files.
    """
