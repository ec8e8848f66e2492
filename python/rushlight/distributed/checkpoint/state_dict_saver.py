"""Writes checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..._warn import warn
from .api import CheckpointException
from .default_planner import DefaultSavePlanner
from .filesystem import FileSystemWriter
from .metadata import Metadata
from .stateful import Stateful


class AsyncCheckpointerType(Enum):
    """Who writes while a program goes on."""

    THREAD = "thread"
    PROCESS = "process"


@dataclass
class AsyncSaveResponse:
    """What becomes of a checkpoint that is being written: ``staging_completion`` when it was copied, ``upload_completion``
    when it was written."""

    staging_completion: Any
    upload_completion: Any


def _alone(doing: str) -> None:
    from ..distributed_c10d import is_initialized

    if not is_initialized():
        warn(
            "torch.distributed is disabled, unavailable or uninitialized, assuming the intent is to "
            f"{doing} in a single process."
        )


def _states(state_dict: Any) -> dict[str, Any]:
    return {key: each.state_dict() if isinstance(each, Stateful) else each for key, each in state_dict.items()}


def _writer(storage_writer: Any, checkpoint_id: Any) -> Any:
    if storage_writer is None:
        if checkpoint_id is None:
            raise RuntimeError("`checkpoint_id` must be specified if storage_writer is None.")
        return FileSystemWriter(checkpoint_id)
    if not isinstance(storage_writer, FileSystemWriter):
        raise TypeError(f"a checkpoint is written by a FileSystemWriter here, not by {type(storage_writer).__name__}")
    storage_writer.reset(checkpoint_id)
    return storage_writer


def _planned(planner: Any, default: type, of: str) -> Any:
    planner = default() if planner is None else planner
    if not isinstance(planner, default):
        raise TypeError(f"a checkpoint is {of} by a {default.__name__} here, not by {type(planner).__name__}")
    return planner


def save(
    state_dict: dict[str, Any],
    *,
    checkpoint_id: Any = None,
    storage_writer: Any = None,
    planner: Any = None,
    process_group: Any = None,
    no_dist: bool = False,
    use_collectives: bool = True,
) -> Metadata:
    """Writes a state dict into a folder, in PyTorch's format.

    Args:
        state_dict (dict): names and values: tensors, nested dictionaries, objects with ``state_dict()``, anything picklable.
        checkpoint_id (str or PathLike, optional): the folder.
        storage_writer (FileSystemWriter, optional): how it is written.
        planner (DefaultSavePlanner, optional): what is written.
        process_group, no_dist, use_collectives: accepted; one process writes all.

    Returns: what was written, and where.

    Errors: RuntimeError without a folder; CheckpointException if it cannot be written.

    Example::

        >>> import tempfile
        >>> from rushlight.distributed import checkpoint
        >>> folder, model = tempfile.mkdtemp(), rl.nn.Linear(2, 1)
        >>> _ = checkpoint.save({"model": model, "step": 3}, checkpoint_id=folder, no_dist=True)
        >>> state = {"model": rl.nn.Linear(2, 1), "step": 0}
        >>> checkpoint.load(state, checkpoint_id=folder, no_dist=True)
        >>> state["step"], rl.equal(state["model"].weight, model.weight)
        (3, True)
    """
    if not no_dist:
        _alone("save")
    writer = _writer(storage_writer, checkpoint_id)
    planner = _planned(planner, DefaultSavePlanner, "written")
    try:
        return writer._written(planner._items(_states(state_dict)))
    except Exception as error:
        raise CheckpointException("save", {0: error}) from error


def save_state_dict(
    state_dict: dict[str, Any],
    storage_writer: Any,
    process_group: Any = None,
    coordinator_rank: int = 0,
    no_dist: bool = False,
    planner: Any = None,
) -> Metadata:
    """The former name of :func:`save`. It warns."""
    warn("'save_state_dict' is deprecated and will be removed in future versions.Please use 'save' instead.", FutureWarning)
    return save(state_dict, storage_writer=storage_writer, planner=planner, no_dist=no_dist)


def async_save(
    state_dict: dict[str, Any],
    *,
    checkpoint_id: Any = None,
    storage_writer: Any = None,
    planner: Any = None,
    process_group: Any = None,
    async_checkpointer_type: Any = AsyncCheckpointerType.THREAD,
    async_stager: Any = None,
    no_dist: bool = False,
    use_collectives: bool = True,
) -> Any:
    """:func:`save` by a thread, of a copy of the state that is made before this returns.

    Returns: a ``concurrent.futures.Future`` of what was written.
    """
    from concurrent.futures import ThreadPoolExecutor
    from copy import deepcopy

    if not no_dist:
        _alone("save")
    writer = _writer(storage_writer, checkpoint_id)
    copied = {key: deepcopy(value) for key, value in _states(state_dict).items()}
    pool = ThreadPoolExecutor(1)
    written = pool.submit(save, copied, storage_writer=writer, planner=planner, no_dist=True)
    pool.shutdown(wait=False)
    return written


__all__ = ["AsyncCheckpointerType", "AsyncSaveResponse", "async_save", "save", "save_state_dict"]
