"""The wrapper of modules whose parameters are cut, at PyTorch's address."""

from . import (
    BackwardPrefetch as BackwardPrefetch,
    CPUOffload as CPUOffload,
    FullStateDictConfig as FullStateDictConfig,
    FullyShardedDataParallel as FullyShardedDataParallel,
    MixedPrecision as MixedPrecision,
    ShardingStrategy as ShardingStrategy,
    StateDictConfig as StateDictConfig,
    StateDictType as StateDictType,
)
