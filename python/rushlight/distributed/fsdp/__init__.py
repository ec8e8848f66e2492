"""Modules whose parameters are cut over processes: one process holds all of them, and a module runs as it is."""

from __future__ import annotations

from ..._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._fully_shard import *
    from .api import *
    from .fully_sharded_data_parallel import *

_FILES = {
    "_fully_shard": "FSDPModule UnshardHandle fully_shard register_fsdp_forward_method",
    "api": "BackwardPrefetch CPUOffload CPUOffloadPolicy FullOptimStateDictConfig FullStateDictConfig LocalOptimStateDictConfig LocalStateDictConfig MixedPrecision MixedPrecisionPolicy OffloadPolicy OptimStateDictConfig ShardedOptimStateDictConfig ShardedStateDictConfig ShardingStrategy StateDictConfig StateDictSettings StateDictType",
    "fully_sharded_data_parallel": "FullyShardedDataParallel OptimStateKeyType",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "api fully_sharded_data_parallel sharded_grad_scaler wrap")
