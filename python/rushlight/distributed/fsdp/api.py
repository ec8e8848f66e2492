"""What is cut, when it is gathered, and what states hold: words that one process takes note of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ShardingStrategy(Enum):
    """What is cut."""

    FULL_SHARD = auto()
    SHARD_GRAD_OP = auto()
    NO_SHARD = auto()
    HYBRID_SHARD = auto()
    _HYBRID_SHARD_ZERO2 = auto()


class BackwardPrefetch(Enum):
    """When the next parameters are gathered."""

    BACKWARD_PRE = auto()
    BACKWARD_POST = auto()


class StateDictType(Enum):
    """What a state dict holds."""

    FULL_STATE_DICT = auto()
    LOCAL_STATE_DICT = auto()
    SHARDED_STATE_DICT = auto()


@dataclass
class MixedPrecision:
    """The dtypes that a wrapped module would compute and communicate in."""

    param_dtype: Any = None
    reduce_dtype: Any = None
    buffer_dtype: Any = None
    keep_low_precision_grads: bool = False
    cast_forward_inputs: bool = False
    cast_root_forward_inputs: bool = True


@dataclass
class CPUOffload:
    """Whether parameters would wait on the processor."""

    offload_params: bool = False


@dataclass(frozen=True)
class MixedPrecisionPolicy:
    """The dtypes that :func:`fully_shard` would compute and communicate in."""

    param_dtype: Any = None
    reduce_dtype: Any = None
    output_dtype: Any = None
    cast_forward_inputs: bool = True


@dataclass
class OffloadPolicy:
    """Parameters stay on their device."""


@dataclass
class CPUOffloadPolicy(OffloadPolicy):
    """Parameters would wait on the processor."""

    pin_memory: bool = True


@dataclass
class StateDictConfig:
    """How a state dict is made; ``offload_to_cpu`` for copies on the processor."""

    offload_to_cpu: bool = False


@dataclass
class LocalStateDictConfig(StateDictConfig):
    """How the state dict of what a process holds is made."""


@dataclass
class ShardedStateDictConfig(StateDictConfig):
    """How a state dict of parts is made."""

    _use_dtensor: bool = False


@dataclass
class FullStateDictConfig(StateDictConfig):
    """How a whole state dict is made."""

    rank0_only: bool = False


@dataclass
class OptimStateDictConfig:
    """How the state dict of an optimizer is made."""

    offload_to_cpu: bool = True


@dataclass
class FullOptimStateDictConfig(OptimStateDictConfig):
    """How a whole one is made."""

    rank0_only: bool = False


@dataclass
class LocalOptimStateDictConfig(OptimStateDictConfig):
    """How that of what a process holds is made."""

    offload_to_cpu: bool = False


@dataclass
class ShardedOptimStateDictConfig(OptimStateDictConfig):
    """How one of parts is made."""

    _use_dtensor: bool = False


@dataclass
class StateDictSettings:
    """What a state dict holds, and how it is made."""

    state_dict_type: StateDictType
    state_dict_config: StateDictConfig
    optim_state_dict_config: OptimStateDictConfig


def _plain(policy: Any, names: Any) -> None:
    """Refuses dtypes that would be computed in: autocast is what does so here."""
    asked = [name for name in names if getattr(policy, name, None) is not None]
    if asked:
        raise NotImplementedError(
            f"{type(policy).__name__}({asked[0]}=...): use autocast, or convert the module"
        )


__all__ = [
    "BackwardPrefetch",
    "CPUOffload",
    "CPUOffloadPolicy",
    "FullOptimStateDictConfig",
    "FullStateDictConfig",
    "LocalOptimStateDictConfig",
    "LocalStateDictConfig",
    "MixedPrecision",
    "MixedPrecisionPolicy",
    "OffloadPolicy",
    "OptimStateDictConfig",
    "ShardedOptimStateDictConfig",
    "ShardedStateDictConfig",
    "ShardingStrategy",
    "StateDictConfig",
    "StateDictSettings",
    "StateDictType",
]
