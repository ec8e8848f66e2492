"""Reads checkpoints."""

from __future__ import annotations

from typing import Any

from ..._warn import warn
from .api import CheckpointException
from .default_planner import DefaultLoadPlanner
from .filesystem import FileSystemReader
from .state_dict_saver import _alone, _planned, _states
from .stateful import Stateful


def load(
    state_dict: dict[str, Any],
    *,
    checkpoint_id: Any = None,
    storage_reader: Any = None,
    planner: Any = None,
    process_group: Any = None,
    no_dist: bool = False,
) -> None:
    """Reads what a state dict asks for from a folder, into the tensors that it holds; other values are replaced.

    Objects with ``load_state_dict()`` take up their states. What is no tensor is read as
    :func:`rushlight.load` reads it: classes of a program's own have to be named by ``rushlight.serialization.add_safe_globals`` first, where PyTorch
    runs whatever the file says.

    Args:
        state_dict (dict): names and values; see :func:`save`.
        checkpoint_id (str or PathLike, optional): the folder.
        storage_reader (FileSystemReader, optional): how it is read.
        planner (DefaultLoadPlanner, optional): what is read.
        process_group, no_dist: accepted; one process reads all.

    Errors: RuntimeError without a folder; CheckpointException if the checkpoint is not there, does not fit, or names a class that was
    not allowed.
    """
    if not no_dist:
        _alone("load")
    states = _states(state_dict)
    _load_state_dict(states, _reader(storage_reader, checkpoint_id), planner=planner)
    for key, each in list(state_dict.items()):
        if isinstance(each, Stateful):
            each.load_state_dict(states[key])
        else:
            state_dict[key] = states[key]


def _reader(storage_reader: Any, checkpoint_id: Any) -> Any:
    if storage_reader is None:
        if checkpoint_id is None:
            raise RuntimeError("`checkpoint_id` must be specified if storage_reader is None.")
        return FileSystemReader(checkpoint_id)
    if not isinstance(storage_reader, FileSystemReader):
        raise TypeError(f"a checkpoint is read by a FileSystemReader here, not by {type(storage_reader).__name__}")
    storage_reader.reset(checkpoint_id)
    return storage_reader


def _load_state_dict(
    state_dict: dict[str, Any],
    storage_reader: Any,
    process_group: Any = None,
    coordinator_rank: int = 0,
    no_dist: bool = False,
    planner: Any = None,
) -> None:
    planner = _planned(planner, DefaultLoadPlanner, "read")
    try:
        planner._read(state_dict, storage_reader, storage_reader.read_metadata())
    except Exception as error:
        raise CheckpointException("load", {0: error}) from error


def load_state_dict(
    state_dict: dict[str, Any],
    storage_reader: Any,
    process_group: Any = None,
    coordinator_rank: int = 0,
    no_dist: bool = False,
    planner: Any = None,
) -> None:
    """The former name of :func:`load`, for states alone. It warns."""
    warn("'load_state_dict' is deprecated and will be removed in future versions. Please use 'load' instead.", FutureWarning)
    _load_state_dict(state_dict, _reader(storage_reader, None), planner=planner)


__all__ = ["load", "load_state_dict"]
