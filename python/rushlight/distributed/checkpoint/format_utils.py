"""From folders to single files of :func:`rushlight.save`, and back."""

from __future__ import annotations

from typing import Any

from ... import _C
from ...serialization import load as _load, save as _save
from ._nest import put
from .default_planner import DefaultLoadPlanner
from .filesystem import FileSystemReader, FileSystemWriter
from .metadata import TensorStorageMetadata
from .state_dict_loader import _load_state_dict
from .state_dict_saver import save


class _EmptyStateDictLoadPlanner(DefaultLoadPlanner):
    """Reads all that a checkpoint has, or what begins with one of ``keys``, into an empty state dict."""

    def __init__(self, keys: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys

    def _begin(self, state_dict: Any, known: Any) -> None:
        if state_dict:
            raise AssertionError("the state dict must be empty")
        for fqn, stored in known.state_dict_metadata.items():
            path = (known.planner_data or {}).get(fqn, (fqn,))
            beginnings = {fqn, *(".".join(map(str, path[:n])) for n in range(1, len(path)))}
            if self.keys is None or not beginnings.isdisjoint(self.keys):
                is_tensor = isinstance(stored, TensorStorageMetadata)
                put(state_dict, path, _C.empty(list(stored.size), dtype=stored.properties.dtype) if is_tensor else None)


def dcp_to_torch_save(dcp_checkpoint_dir: Any, torch_save_path: Any) -> None:
    """Reads a folder whole and writes it as one file.

    Args:
        dcp_checkpoint_dir (str or PathLike): the folder.
        torch_save_path (str or PathLike): the file.
    """
    state: dict[str, Any] = {}
    _load_state_dict(state, FileSystemReader(dcp_checkpoint_dir), planner=_EmptyStateDictLoadPlanner())
    _save(state, torch_save_path)


def torch_save_to_dcp(torch_save_path: Any, dcp_checkpoint_dir: Any) -> None:
    """Reads a file of :func:`rushlight.save` and writes it as a folder.

    Args:
        torch_save_path (str or PathLike): the file, read as :func:`rushlight.load` reads it.
        dcp_checkpoint_dir (str or PathLike): the folder.
    """
    state = _load(torch_save_path)
    save(state, storage_writer=FileSystemWriter(dcp_checkpoint_dir), no_dist=True)


__all__ = ["dcp_to_torch_save", "torch_save_to_dcp"]
