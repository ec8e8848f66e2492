"""Modules cut over processes, at PyTorch's earlier address."""

from ..fsdp import (
    CPUOffloadPolicy as CPUOffloadPolicy,
    MixedPrecisionPolicy as MixedPrecisionPolicy,
    OffloadPolicy as OffloadPolicy,
    fully_shard as fully_shard,
)
