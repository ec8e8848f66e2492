"""What a checkpoint holds and where: the contents of its file ``.metadata``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ... import _C


@dataclass
class ChunkStorageMetadata:
    """A block of a tensor: where it begins, and how large it is."""

    offsets: Any
    sizes: Any


class _MEM_FORMAT_ENCODING(Enum):
    TORCH_CONTIGUOUS_FORMAT = 0
    TORCH_CHANNELS_LAST = 1
    TORCH_PRESERVE_FORMAT = 2


_FORMATS = {
    _MEM_FORMAT_ENCODING.TORCH_CONTIGUOUS_FORMAT: _C.contiguous_format,
    _MEM_FORMAT_ENCODING.TORCH_CHANNELS_LAST: _C.channels_last,
    _MEM_FORMAT_ENCODING.TORCH_PRESERVE_FORMAT: _C.preserve_format,
}


@dataclass
class TensorProperties:
    """What a tensor is made with."""

    dtype: Any = field(default_factory=_C.get_default_dtype)
    layout: Any = _C.strided
    requires_grad: bool = False
    memory_format: Any = _C.contiguous_format
    pin_memory: bool = False

    def __getstate__(self) -> tuple[Any, ...]:
        code = next(code for code, kind in _FORMATS.items() if kind == self.memory_format)
        return self.dtype, self.layout, self.requires_grad, code, self.pin_memory

    def __setstate__(self, state: Any) -> None:
        self.dtype, self.layout, self.requires_grad, code, self.pin_memory = state
        self.memory_format = _FORMATS[code]

    @staticmethod
    def create_from_tensor(tensor: Any) -> TensorProperties:
        """Those of a tensor."""
        return TensorProperties(tensor.dtype, tensor.layout, tensor.requires_grad)


@dataclass
class TensorStorageMetadata:
    """A tensor, and the blocks it was written in."""

    properties: TensorProperties
    size: Any
    chunks: list[ChunkStorageMetadata]


@dataclass
class BytesStorageMetadata:
    """Anything else."""


@dataclass
class StorageMeta:
    """Which checkpoint it is."""

    checkpoint_id: Any = None
    save_id: str | None = None
    load_id: str | None = None
    modules: list[str] = field(default_factory=list)


@dataclass
class Metadata:
    """All that a checkpoint holds.

    Attributes:
        state_dict_metadata (dict): for each name what is stored under it.
        planner_data (dict): for each name the keys that lead to it.
        storage_data (dict): for each :class:`MetadataIndex` the part of a file that holds it.
    """

    state_dict_metadata: dict[str, Any]
    planner_data: Any = None
    storage_data: Any = None
    storage_meta: StorageMeta | None = None
    version: str | None = None


@dataclass(frozen=True)
class MetadataIndex:
    """A block of what has a name.

    Attributes:
        fqn (str): the name.
        offset (Size, optional): where the block begins, of a tensor.
        index (int, optional): a hint of which block it is; it is not compared.
    """

    fqn: str
    offset: Any = None
    index: int | None = field(hash=False, compare=False, default=None)

    def __init__(self, fqn: str, offset: Any = None, index: int | None = None) -> None:
        from ..._types import Size

        object.__setattr__(self, "fqn", fqn)
        object.__setattr__(self, "offset", None if offset is None else Size(offset))
        object.__setattr__(self, "index", index)


__all__ = [
    "BytesStorageMetadata",
    "ChunkStorageMetadata",
    "Metadata",
    "MetadataIndex",
    "StorageMeta",
    "TensorProperties",
    "TensorStorageMetadata",
]
