"""States of models and optimizers by the names of parameters, whatever wraps the model: what checkpoints are written of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ... import _C
from ..._C import Tensor

# what a wrapper puts into the names of parameters
_WRAPPERS = ("_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_orig_mod")


@dataclass
class StateDictOptions:
    """How states are made and taken up.

    Attributes:
        full_state_dict (bool): whole tensors, which they are here in any case.
        cpu_offload (bool): copies on the processor.
        ignore_frozen_params (bool): without parameters that require no gradient.
        keep_submodule_prefixes (bool): whole names for submodules that were asked for.
        strict (bool): raise for names that are missing or unexpected.
        broadcast_from_rank0 (bool): take up what rank 0 was given, which is this process.
        flatten_optimizer_state_dict (bool): the optimizer's state as one flat dictionary.
    """

    full_state_dict: bool = False
    cpu_offload: bool = False
    ignore_frozen_params: bool = False
    keep_submodule_prefixes: bool = True
    strict: bool = True
    broadcast_from_rank0: bool = False
    flatten_optimizer_state_dict: bool = False
    dsd_fqn_modifiers: str = "_fqn_modifiers"


def _fqn(name: str) -> str:
    """The name of a parameter in the model that is wrapped."""
    return ".".join(part for part in name.split(".") if part not in _WRAPPERS)


def _inner(model: Any) -> Any:
    """The model that :class:`DistributedDataParallel` and its kin run."""
    from ...nn.parallel import DataParallel, DistributedDataParallel
    from ..fsdp import FullyShardedDataParallel

    while isinstance(model, (DataParallel, DistributedDataParallel, FullyShardedDataParallel)):
        model = model.module
    return model


def _placed(value: Any, options: StateDictOptions) -> Any:
    if options.cpu_offload and isinstance(value, Tensor):
        return value.detach().cpu()
    if isinstance(value, dict):
        return {key: _placed(each, options) for key, each in value.items()}
    return value


def get_model_state_dict(model: Any, *, submodules: Any = None, options: Any = None) -> dict[str, Any]:
    """The state of a model, by names without what wrappers put into them.

    Args:
        model (Module): the model, wrapped or not.
        submodules (set of Module, optional): only theirs.
        options (StateDictOptions, optional): how it is made.

    Example::

        >>> from rushlight.distributed.checkpoint.state_dict import get_model_state_dict
        >>> list(get_model_state_dict(rl.nn.DataParallel(rl.nn.Linear(2, 1))))
        ['weight', 'bias']
    """
    options = options or StateDictOptions()
    model = _inner(model)
    state = {_fqn(name): value for name, value in model.state_dict().items()}
    if options.ignore_frozen_params:
        frozen = {_fqn(name) for name, parameter in model.named_parameters() if not parameter.requires_grad}
        state = {name: value for name, value in state.items() if name not in frozen}
    if submodules:
        found = {}
        for at, module in model.named_modules():
            if module in submodules and at:
                start = _fqn(at) + "."
                cut = 0 if options.keep_submodule_prefixes else len(start)
                found.update({name[cut:]: value for name, value in state.items() if name.startswith(start)})
        state = found
    return _placed(state, options)


def set_model_state_dict(model: Any, model_state_dict: dict[str, Any], *, options: Any = None) -> Any:
    """Takes up what :func:`get_model_state_dict` gave.

    Returns: the names that are missing and those that are unexpected.

    Errors: RuntimeError for such names, if ``options.strict``.
    """
    options = options or StateDictOptions()
    model = _inner(model)
    real = {_fqn(name): name for name in model.state_dict()}
    given = {real.get(name, name): value for name, value in model_state_dict.items()}
    return model.load_state_dict(given, strict=options.strict)


def _listed(optimizers: Any) -> list[Any]:
    from ...optim import Optimizer

    if isinstance(optimizers, Optimizer):
        return [optimizers]
    if not isinstance(optimizers, Iterable):
        raise TypeError(f"an Optimizer, or several, not {type(optimizers).__name__}")
    return list(optimizers)


def _init_optim_state(optimizer: Any) -> None:
    """Makes the state that a first step would make: a step of zero gradients at a rate of zero."""
    if optimizer.state:
        return
    groups = optimizer.param_groups
    if any(parameter.grad is not None for group in groups for parameter in group["params"]):
        return
    for group in groups:
        for parameter in group["params"]:
            if parameter.requires_grad:
                parameter.grad = _C.zeros_like(parameter)
    rates = [group.get("lr") for group in groups]
    for group, rate in zip(groups, rates, strict=True):
        if rate is not None:
            group["lr"] = _C.zeros_like(rate) if isinstance(rate, Tensor) else 0.0
    optimizer.step(closure=None)
    for group, rate in zip(groups, rates, strict=True):
        if rate is not None:
            group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)


def _names(model: Any) -> dict[int, str]:
    return {id(parameter): _fqn(name) for name, parameter in _inner(model).named_parameters()}


def get_optimizer_state_dict(model: Any, optimizers: Any, *, submodules: Any = None, options: Any = None) -> dict[str, Any]:
    """The state of one or several optimizers, by the names of the model's parameters.

    An optimizer that has made no step yet gets the state that a first step begins with.

    Args:
        model (Module): whose parameters they train.
        optimizers (Optimizer or iterable of Optimizer): which.
        submodules (set of Module, optional): only of their parameters.
        options (StateDictOptions, optional): how it is made.

    Errors: KeyError for a parameter that is not the model's.
    """
    options = options or StateDictOptions()
    names = _names(model)
    wanted = None
    if submodules:
        wanted = {id(parameter) for module in submodules for parameter in module.parameters()}
    whole: dict[str, Any] = {"state": {}, "param_groups": []}
    for optimizer in _listed(optimizers):
        _init_optim_state(optimizer)
        saved = optimizer.state_dict()
        fqns: dict[int, str] = {}
        for group, packed in zip(optimizer.param_groups, saved["param_groups"], strict=True):
            kept = []
            for parameter, number in zip(group["params"], packed["params"], strict=True):
                if wanted is None or id(parameter) in wanted:
                    fqns[number] = names[id(parameter)]
                    kept.append(names[id(parameter)])
            whole["param_groups"].append({**packed, "params": kept})
        for number, state in saved["state"].items():
            if number in fqns:
                whole["state"][fqns[number]] = state
    whole = _placed(whole, options)
    return _flattened(whole) if options.flatten_optimizer_state_dict else whole


def _flattened(whole: dict[str, Any]) -> dict[str, Any]:
    flat = {f"state.{fqn}.{key}": value for fqn, state in whole["state"].items() for key, value in state.items()}
    for group in whole["param_groups"]:
        for fqn in group["params"]:
            flat.update({f"param_groups.{fqn}.{key}": value for key, value in group.items() if key != "params"})
    return flat


def set_optimizer_state_dict(model: Any, optimizers: Any, optim_state_dict: dict[str, Any], *, options: Any = None) -> None:
    """Takes up what :func:`get_optimizer_state_dict` gave, nested or flat.

    Errors: KeyError for a parameter that the state does not speak of.
    """
    names = _names(model)
    nested = "param_groups" in optim_state_dict
    groups = {fqn: group for group in optim_state_dict["param_groups"] for fqn in group["params"]} if nested else {}
    for optimizer in _listed(optimizers):
        _init_optim_state(optimizer)
        saved = optimizer.state_dict()
        for group, packed in zip(optimizer.param_groups, saved["param_groups"], strict=True):
            fqns = [names[id(parameter)] for parameter in group["params"]]
            for fqn, number in zip(fqns, packed["params"], strict=True):
                if nested:
                    given = optim_state_dict["state"].get(fqn, {})
                else:
                    keys = saved["state"].get(number, {})
                    given = {key: optim_state_dict[f"state.{fqn}.{key}"] for key in keys}
                if given:
                    saved["state"][number] = given
                options_of = groups[fqn] if nested else None
                for key in packed:
                    if key != "params" and (nested or f"param_groups.{fqn}.{key}" in optim_state_dict):
                        value = optim_state_dict.get(f"param_groups.{fqn}.{key}") if options_of is None else options_of.get(key, packed[key])
                        packed[key] = value
        optimizer.load_state_dict(saved)


def get_state_dict(model: Any, optimizers: Any, *, submodules: Any = None, options: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both: the state of a model, and that of its optimizers.

    Example::

        >>> from rushlight.distributed.checkpoint.state_dict import get_state_dict
        >>> model = rl.nn.Linear(2, 1)
        >>> _, state = get_state_dict(model, rl.optim.Adam(model.parameters()))
        >>> {name: list(values) for name, values in state["state"].items()}["bias"]
        ['step', 'exp_avg', 'exp_avg_sq']
    """
    return (
        get_model_state_dict(model, submodules=submodules, options=options),
        get_optimizer_state_dict(model, optimizers, submodules=submodules, options=options),
    )


def set_state_dict(
    model: Any, optimizers: Any, *, model_state_dict: dict[str, Any], optim_state_dict: dict[str, Any], options: Any = None
) -> Any:
    """Takes up what :func:`get_state_dict` gave.

    Returns: the names of the model's state that are missing and those that are unexpected.
    """
    if optim_state_dict:
        set_optimizer_state_dict(model, optimizers, optim_state_dict, options=options)
    return set_model_state_dict(model, model_state_dict, options=options)


__all__ = [
    "StateDictOptions",
    "get_model_state_dict",
    "get_optimizer_state_dict",
    "get_state_dict",
    "set_model_state_dict",
    "set_optimizer_state_dict",
    "set_state_dict",
]
