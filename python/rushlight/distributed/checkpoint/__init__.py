"""Checkpoints in folders (``torch.distributed.checkpoint``), in PyTorch's format: one process writes what it has, and reads also
what many wrote. Planners and storages of a program's own are refused.
"""

from __future__ import annotations

from ..._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import *
    from .default_planner import *
    from .filesystem import FileSystemReader as FileSystemReader, FileSystemWriter as FileSystemWriter
    from .hf_storage import *
    from .metadata import *
    from .state_dict_loader import *
    from .state_dict_saver import async_save as async_save, save as save, save_state_dict as save_state_dict

_FILES = {
    "api": "CheckpointException",
    "default_planner": "DefaultLoadPlanner DefaultSavePlanner",
    "filesystem": "FileSystemReader FileSystemWriter",
    "hf_storage": "HuggingFaceStorageReader HuggingFaceStorageWriter",
    "metadata": "BytesStorageMetadata ChunkStorageMetadata Metadata TensorStorageMetadata",
    "state_dict_loader": "load load_state_dict",
    "state_dict_saver": "async_save save save_state_dict",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        _FILES,
        "api default_planner filesystem format_utils hf_storage metadata state_dict state_dict_loader state_dict_saver stateful",
    )
