"""Checkpoints in folders, in PyTorch's format: files of blocks, and ``.metadata``, which says where each lies."""

from __future__ import annotations

import io
import os
import pickle
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from ... import _C
from ..._C import Tensor
from ..._types import Size
from ...serialization._load import load
from ...serialization._names import refuse_what_is_lacking, torch_names
from ...serialization._pickler import _Named
from ...serialization._save import save
from . import metadata as _metadata
from .metadata import (
    BytesStorageMetadata,
    ChunkStorageMetadata,
    Metadata,
    MetadataIndex,
    StorageMeta,
    TensorProperties,
    TensorStorageMetadata,
)


class SerializationFormat(Enum):
    """How blocks are written."""

    TORCH_SAVE = "torch_save"
    SAFETENSORS = "safetensors"


@dataclass
class _StorageInfo:
    """A part of a file."""

    relative_path: str
    offset: int
    length: int
    transform_descriptors: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if value is not None}


_HOME = "torch.distributed.checkpoint."
_CLASSES = {
    **{(f"{_HOME}metadata", name): getattr(_metadata, name) for name in (*_metadata.__all__, "_MEM_FORMAT_ENCODING")},
    (f"{_HOME}filesystem", "_StorageInfo"): _StorageInfo,
}
_PATHS = {kind: {kind.__qualname__: path} for path, kind in _CLASSES.items()}


class _Pickler(_Named):
    """Names classes as PyTorch does."""

    dispatch: ClassVar[dict] = dict(_Named.dispatch)

    if TYPE_CHECKING:  # of the pickler in Python, which checkers do not see

        def __getattr__(self, name: str) -> Any: ...

    def save_global(self, obj: Any, name: Any = None) -> None:
        path = _PATHS[obj][obj.__qualname__] if isinstance(obj, type) and obj in _PATHS else None
        known = self.memo.get(id(obj))
        if path is None or known is not None:
            super().save_global(obj, name)
            return
        self.write(pickle.GLOBAL + "{}\n{}\n".format(*path).encode())
        self.memoize(obj)


class _Unpickler(pickle.Unpickler):
    """Reads ``.metadata``, and nothing else: a file is not trusted."""

    def find_class(self, module: str, name: str) -> Any:
        found = _CLASSES.get((module, name))
        if found is None and (module, name) != ("torch", "Tensor"):
            found = torch_names().get((module, name))
        if found is not None:
            return found
        if module == "pathlib" and name.endswith("Path"):
            from pathlib import PurePath

            return PurePath
        if (module, name) == ("collections", "OrderedDict"):
            from collections import OrderedDict

            return OrderedDict
        refuse_what_is_lacking(module, name)
        raise pickle.UnpicklingError(f".metadata of a checkpoint does not name {module}.{name}")


def _write(file: Any, value: Any) -> int:
    """A block at the end of a file; its length."""
    out = io.BytesIO()
    save(value, out)
    return file.write(out.getbuffer())


class FileSystemWriter:
    """Writes a checkpoint into a folder.

    Args:
        path (str or PathLike): the folder; it is made if need be.
        sync_files (bool): wait until the system has written all. Default: ``True``
        overwrite (bool): take the place of a checkpoint that is there. Default: ``True``

    The other arguments say how several threads and processes would share the work.

    Errors: NotImplementedError for another format; RuntimeError where a checkpoint is and must stay.
    """

    def __init__(
        self,
        path: Any,
        single_file_per_rank: bool = True,
        sync_files: bool = True,
        thread_count: int = 1,
        per_thread_copy_ahead: int = 10_000_000,
        cache_staged_state_dict: bool = False,
        overwrite: bool = True,
        _extensions: Any = None,
        serialization_format: Any = SerializationFormat.TORCH_SAVE,
    ) -> None:
        if serialization_format != SerializationFormat.TORCH_SAVE or _extensions:
            raise NotImplementedError("checkpoints are written as PyTorch's own, plain files; save safetensors by their package")
        self.path, self.sync_files, self.overwrite = os.fspath(path), sync_files, overwrite

    def reset(self, checkpoint_id: Any = None) -> None:
        """Begins another checkpoint, in another folder if it is given."""
        if checkpoint_id is not None:
            self.path = os.fspath(checkpoint_id)

    @property
    def checkpoint_id(self) -> str:
        """The folder."""
        return self.path

    def _written(self, items: dict[str, tuple[tuple[Any, ...], Any]]) -> Metadata:
        """Writes the table of a state dict, all or nothing."""
        import uuid

        os.makedirs(self.path, exist_ok=True)
        last = os.path.join(self.path, ".metadata")
        if os.path.exists(last) and not self.overwrite:
            raise RuntimeError(f"Checkpoint already exists and self.overwrite={self.overwrite}.")
        kinds: dict[str, Any] = {}
        places: dict[MetadataIndex, _StorageInfo] = {}
        name = "__0_0.distcp"
        with open(os.path.join(self.path, name + ".tmp"), "wb") as file:
            at = 0
            for fqn, (_, value) in sorted(items.items(), key=lambda item: isinstance(item[1][1], Tensor)):
                if isinstance(value, Tensor):
                    value = value.detach()
                    size, begin = Size(value.shape), Size([0] * value.dim())
                    chunks = [ChunkStorageMetadata(begin, size)]
                    kinds[fqn] = TensorStorageMetadata(TensorProperties.create_from_tensor(value), size, chunks)
                    index = MetadataIndex(fqn, begin, 0)
                    # alone in its block, also where it is a view of more
                    value = value.cpu().clone(memory_format=_C.contiguous_format)
                else:
                    kinds[fqn], index = BytesStorageMetadata(), MetadataIndex(fqn)
                length = _write(file, value)
                places[index] = _StorageInfo(name, at, length)
                at += length
            self._sync(file)
        known = Metadata(
            {fqn: kinds[fqn] for fqn in items},
            {fqn: path for fqn, (path, _) in items.items()},
            places,
            StorageMeta(self.path, str(uuid.uuid4())),
            "1.0.0",
        )
        with open(last + ".tmp", "wb") as file:
            pickler = _Pickler(file, 2)
            pickler.refer_to(False)
            pickler.dump(known)
            self._sync(file)
        if os.path.exists(last):  # until the new one is whole there is none
            os.remove(last)
        os.replace(os.path.join(self.path, name + ".tmp"), os.path.join(self.path, name))
        os.replace(last + ".tmp", last)
        return known

    def _sync(self, file: Any) -> None:
        if self.sync_files:
            file.flush()
            os.fsync(file.fileno())


class FileSystemReader:
    """Reads a checkpoint from a folder, those of many processes too.

    Args: path (str or PathLike): the folder.
    """

    def __init__(self, path: Any, _extension_registry: Any = None) -> None:
        self.path = os.fspath(path)

    def reset(self, checkpoint_id: Any = None) -> None:
        """Begins with another checkpoint, if it is given."""
        if checkpoint_id is not None:
            self.path = os.fspath(checkpoint_id)

    @property
    def checkpoint_id(self) -> str:
        """The folder."""
        return self.path

    def read_metadata(self, *args: Any, **kwargs: Any) -> Metadata:
        """What the checkpoint holds.

        Errors: OSError where there is none; UnpicklingError for a file that is none of a checkpoint's.
        """
        with open(os.path.join(self.path, ".metadata"), "rb") as file:
            known = _Unpickler(file).load()
        if not isinstance(known, Metadata):
            raise pickle.UnpicklingError(f"{self.path}/.metadata describes no checkpoint")
        return known

    def _block(self, info: _StorageInfo) -> Any:
        if info.transform_descriptors:
            raise NotImplementedError(f"{info.relative_path} was transformed by {info.transform_descriptors}, which are not here")
        path = os.path.normpath(os.path.join(self.path, info.relative_path))
        if os.path.dirname(path) != os.path.normpath(self.path):
            raise pickle.UnpicklingError(f"{info.relative_path} is no file of the checkpoint {self.path}")
        with open(path, "rb") as file:
            file.seek(info.offset)
            data = file.read(info.length)
        if len(data) != info.length:
            raise EOFError(f"{path} has {info.offset + len(data)} bytes where {info.offset + info.length} were expected")
        return load(io.BytesIO(data), map_location="cpu")

    def _value(self, known: Metadata, fqn: str) -> Any:
        """What is no tensor."""
        return self._block(known.storage_data[MetadataIndex(fqn)])

    def _fill(self, known: Metadata, fqn: str, target: Tensor) -> None:
        """Writes the blocks of a tensor into one."""
        for chunk in known.state_dict_metadata[fqn].chunks:
            block = self._block(known.storage_data[MetadataIndex(fqn, chunk.offsets)])
            place = target
            for axis, (start, size) in enumerate(zip(chunk.offsets, chunk.sizes, strict=True)):
                place = place.narrow(axis, start, size)
            place.copy_(block)


__all__ = ["FileSystemReader", "FileSystemWriter", "SerializationFormat"]
