"""The wrapper of modules whose parameters are cut over processes: one process holds all of them, and the module runs as it is."""

from __future__ import annotations

from contextlib import contextmanager
from enum import Enum, auto

from ..algorithms._unseen import Unseen
from ..distributed_c10d import _group_of
from .api import (
    BackwardPrefetch as BackwardPrefetch,
    CPUOffload as CPUOffload,
    FullOptimStateDictConfig as FullOptimStateDictConfig,
    FullStateDictConfig as FullStateDictConfig,
    LocalOptimStateDictConfig as LocalOptimStateDictConfig,
    LocalStateDictConfig as LocalStateDictConfig,
    MixedPrecision as MixedPrecision,
    OptimStateDictConfig as OptimStateDictConfig,
    ShardedOptimStateDictConfig as ShardedOptimStateDictConfig,
    ShardedStateDictConfig as ShardedStateDictConfig,
    ShardingStrategy as ShardingStrategy,
    StateDictConfig as StateDictConfig,
    StateDictSettings as StateDictSettings,
    StateDictType as StateDictType,
    _plain,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class OptimStateKeyType(Enum):
    """What the state of an optimizer is kept under: names of parameters, or their numbers."""

    PARAM_NAME = auto()
    PARAM_ID = auto()


_CONFIGS = {
    StateDictType.FULL_STATE_DICT: (FullStateDictConfig, FullOptimStateDictConfig),
    StateDictType.LOCAL_STATE_DICT: (LocalStateDictConfig, LocalOptimStateDictConfig),
    StateDictType.SHARDED_STATE_DICT: (ShardedStateDictConfig, ShardedOptimStateDictConfig),
}


class FullyShardedDataParallel(Unseen):
    """Runs a module whose parameters one process holds all of. Its states have the module's names.

    Args:
        module (Module): what to run.
        process_group (optional): among which processes. Default: all, which is this one
        mixed_precision (MixedPrecision, optional): must name no dtype.

    The other arguments say what is cut, and when it is gathered; they are accepted.

    Errors: NotImplementedError for dtypes; ValueError without a process group.
    """

    _prefix = "_fsdp_wrapped_module"

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
        _group_of(process_group)
        _plain(mixed_precision, ("param_dtype", "reduce_dtype", "buffer_dtype"))
        super().__init__(module)
        self._settings = StateDictSettings(
            StateDictType.FULL_STATE_DICT, FullStateDictConfig(), FullOptimStateDictConfig()
        )

    def clip_grad_norm_(self, max_norm: float, norm_type: float = 2.0) -> Any:
        """Clips the norm of all gradients."""
        from ...nn.utils.clip_grad import clip_grad_norm_

        return clip_grad_norm_(self.parameters(), max_norm, norm_type)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """A block in which gradients are summed without being exchanged."""
        yield

    @staticmethod
    @contextmanager
    def summon_full_params(module: Any, recurse: bool = True, writeback: bool = True, **options: Any) -> Iterator[None]:
        """A block in which parameters are whole, which they are here in any case."""
        yield

    @staticmethod
    def fsdp_modules(module: Any, root_only: bool = False) -> list[Any]:
        """The modules that are wrapped, in a module; with ``root_only`` those in no other one."""
        found: list[Any] = []
        inner: set[int] = set()
        for each in module.modules():
            if isinstance(each, FullyShardedDataParallel):
                if not root_only or id(each) not in inner:
                    found.append(each)
                inner.update(id(below) for below in each.modules() if below is not each)
        return found

    @staticmethod
    def set_state_dict_type(
        module: Any, state_dict_type: StateDictType, state_dict_config: Any = None, optim_state_dict_config: Any = None
    ) -> Any:
        """Says what states hold; here all of them are whole.

        Returns: what was said before.
        """
        of_model, of_optimizer = _CONFIGS[state_dict_type]
        said = StateDictSettings(
            state_dict_type, state_dict_config or of_model(), optim_state_dict_config or of_optimizer()
        )
        before = None
        for each in FullyShardedDataParallel.fsdp_modules(module):
            before, each._settings = before or each._settings, said
        return before

    @staticmethod
    def get_state_dict_type(module: Any) -> Any:
        """What was said of states.

        Errors: ValueError where no module is wrapped.
        """
        found = FullyShardedDataParallel.fsdp_modules(module)
        if not found:
            raise ValueError("no module is wrapped in FullyShardedDataParallel here")
        return found[0]._settings

    @staticmethod
    @contextmanager
    def state_dict_type(
        module: Any, state_dict_type: StateDictType, state_dict_config: Any = None, optim_state_dict_config: Any = None
    ) -> Iterator[None]:
        """A block in which states are said to hold something else; here all of them are whole."""
        kind = FullyShardedDataParallel
        before = kind.set_state_dict_type(module, state_dict_type, state_dict_config, optim_state_dict_config)
        try:
            yield
        finally:
            if before is not None:
                for each in kind.fsdp_modules(module):
                    each._settings = before

    @staticmethod
    def optim_state_dict(model: Any, optim: Any, optim_state_dict: Any = None, group: Any = None) -> dict[str, Any]:
        """The state of an optimizer by the names of the model's parameters.

        Args:
            model (Module): whose parameters it trains.
            optim (Optimizer): which.
            optim_state_dict (dict, optional): its state. Default: that of now
        """
        saved = optim.state_dict() if optim_state_dict is None else optim_state_dict
        names = _numbered(model, optim, saved)
        return {
            **saved,
            "state": {names.get(number, number): state for number, state in saved["state"].items()},
            "param_groups": [
                {**packed, "params": [names.get(number, number) for number in packed["params"]]}
                for packed in saved["param_groups"]
            ],
        }

    full_optim_state_dict = sharded_optim_state_dict = optim_state_dict

    @staticmethod
    def optim_state_dict_to_load(
        model: Any,
        optim: Any,
        optim_state_dict: dict[str, Any],
        is_named_optimizer: bool = False,
        load_directly: bool = False,
        group: Any = None,
    ) -> dict[str, Any]:
        """What :meth:`optim_state_dict` gave, as the optimizer's ``load_state_dict`` takes it.

        Args:
            model (Module): whose parameters it trains.
            optim (Optimizer): which.
            optim_state_dict (dict): the state.
            load_directly (bool): take it up at once. Default: ``False``
        """
        numbers = {name: number for number, name in _numbered(model, optim, optim.state_dict()).items()}
        given = {
            **optim_state_dict,
            "state": {numbers.get(name, name): state for name, state in optim_state_dict["state"].items()},
            "param_groups": [
                {**packed, "params": [numbers.get(name, name) for name in packed["params"]]}
                for packed in optim_state_dict["param_groups"]
            ],
        }
        if load_directly:
            optim.load_state_dict(given)
        return given

    @staticmethod
    def rekey_optim_state_dict(
        optim_state_dict: dict[str, Any], optim_state_key_type: Any, model: Any, optim_input: Any = None, optim: Any = None
    ) -> dict[str, Any]:
        """The state of an optimizer by names, or by numbers.

        Errors: ValueError without the optimizer.
        """
        if optim is None:
            raise ValueError("rekey_optim_state_dict needs the optimizer, by which parameters are numbered: optim=...")
        kind = FullyShardedDataParallel
        if optim_state_key_type == OptimStateKeyType.PARAM_NAME:
            return kind.optim_state_dict(model, optim, optim_state_dict)
        return kind.optim_state_dict_to_load(model, optim, optim_state_dict)

    @staticmethod
    def scatter_full_optim_state_dict(
        full_optim_state_dict: Any, model: Any, optim_input: Any = None, optim: Any = None, group: Any = None
    ) -> dict[str, Any]:
        """The state of an optimizer for each process its part: all of it, by numbers."""
        kind = FullyShardedDataParallel
        return kind.rekey_optim_state_dict(full_optim_state_dict, OptimStateKeyType.PARAM_ID, model, optim_input, optim)

    shard_full_optim_state_dict = scatter_full_optim_state_dict


def _numbered(model: Any, optim: Any, saved: Any) -> dict[Any, str]:
    """From the numbers of an optimizer's state to the names of parameters."""
    from ..checkpoint.state_dict import _names

    names = _names(model)
    pairs = zip(optim.param_groups, saved["param_groups"], strict=True)
    return {
        number: names[id(parameter)]
        for group, packed in pairs
        for parameter, number in zip(group["params"], packed["params"], strict=True)
    }


__all__ = ["FullyShardedDataParallel", "OptimStateKeyType"]
