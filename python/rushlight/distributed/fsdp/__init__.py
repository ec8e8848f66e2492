"""Modules whose parameters are cut over processes: one process holds all of them, and a module runs as it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ...nn.modules.module import Module
from ..distributed_c10d import _group_of

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
    """How a state dict is made."""

    offload_to_cpu: bool = False


@dataclass
class FullStateDictConfig(StateDictConfig):
    """How a whole state dict is made."""

    rank0_only: bool = False


def _plain(policy, names):
    """Refuses dtypes that would be computed in: autocast is what does so here."""
    asked = [name for name in names if getattr(policy, name, None) is not None]
    if asked:
        raise NotImplementedError(
            f"{type(policy).__name__}({asked[0]}=...): use autocast, or convert the module"
        )


def fully_shard(
    module: Any,
    *,
    mesh: Any = None,
    reshard_after_forward: Any = None,
    shard_placement_fn: Any = None,
    mp_policy: Any = None,
    offload_policy: Any = None,
    ignored_params: Any = None,
) -> Any:
    """Cuts the parameters of a module over the processes: with one process, the module as it is.

    Errors: NotImplementedError for a policy of dtypes; ValueError without a process group.
    """
    _group_of(None)
    _plain(mp_policy, ("param_dtype", "reduce_dtype", "output_dtype"))
    return module


class FullyShardedDataParallel(Module):
    """Runs a module whose parameters one process holds all of.

    Args:
        module (Module): what to run.
        process_group (optional): among which processes. Default: all, which is this one
        mixed_precision (MixedPrecision, optional): must name no dtype.

    The other arguments say what is cut, and when it is gathered; they are accepted.

    Errors: NotImplementedError for dtypes; ValueError without a process group.
    """

    def __init__(
        self,
        module: Any,
        process_group: Any = None,
        sharding_strategy: Any = None,
        cpu_offload: Any = None,
        auto_wrap_policy: Any = None,
        backward_prefetch: Any = BackwardPrefetch.BACKWARD_PRE,
        mixed_precision: Any = None,
        ignored_modules: Any = None,
        param_init_fn: Any = None,
        device_id: Any = None,
        sync_module_states: bool = False,
        forward_prefetch: bool = False,
        limit_all_gathers: bool = True,
        use_orig_params: bool = False,
        ignored_states: Any = None,
        device_mesh: Any = None,
    ) -> None:
        super().__init__()
        _group_of(process_group)
        _plain(mixed_precision, ("param_dtype", "reduce_dtype", "buffer_dtype"))
        self._fsdp_wrapped_module = module

    @property
    def module(self) -> Any:
        """The module."""
        return self._fsdp_wrapped_module

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._fsdp_wrapped_module(*args, **kwargs)

    def clip_grad_norm_(self, max_norm: float, norm_type: float = 2.0) -> Any:
        """Clips the norm of all gradients."""
        from ...nn.utils.clip_grad import clip_grad_norm_

        return clip_grad_norm_(self.parameters(), max_norm, norm_type)


__all__ = [
    "BackwardPrefetch",
    "CPUOffload",
    "CPUOffloadPolicy",
    "FullStateDictConfig",
    "FullyShardedDataParallel",
    "MixedPrecision",
    "MixedPrecisionPolicy",
    "OffloadPolicy",
    "ShardingStrategy",
    "StateDictConfig",
    "StateDictType",
    "fully_shard",
]
