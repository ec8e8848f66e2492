"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _C
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.utils.stateless import call_with

__all__ = ["functional_call", "functionalize", "replace_all_batch_norm_modules_", "stack_module_state"]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with some of its parameters and buffers replaced; gradients flow to what replaces them.

    Args:
        module (Module): what is called.
        parameter_and_buffer_dicts (dict or sequence of dict): tensors by their full names; of a sequence, no name twice.
        args (Any or tuple): arguments of the call.
        kwargs (dict, optional): keyword arguments of the call.
        tie_weights (bool): what replaces a tensor replaces it under its other names as well. Default: ``True``
        strict (bool): refuse names that are missing or too many. Default: ``False``

    Raises:
        ValueError: a name in several of the dicts, or something else than dicts. RuntimeError: with ``strict``, names
        that do not fit.

    Example::

        >>> import rushlight as rl
        >>> layer = rl.nn.Linear(2, 1, bias=False)
        >>> rl.func.functional_call(layer, {"weight": rl.ones(1, 2)}, (rl.ones(2),))
        tensor([2.])
    """
    if isinstance(parameter_and_buffer_dicts, dict):
        tensors = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        if not all(isinstance(d, dict) for d in parameter_and_buffer_dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        names = [name for d in parameter_and_buffer_dicts for name in d]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        tensors = {name: t for d in parameter_and_buffer_dicts for name, t in d.items()}
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, "
            f"but got {type(parameter_and_buffer_dicts)}"
        )
    own = dict(module.named_parameters(remove_duplicate=False))
    own.update(module.named_buffers(remove_duplicate=False))
    if tie_weights:
        groups: dict[int, list[str]] = {}
        for name in tensors:
            if name in own:
                groups.setdefault(id(own[name]), []).append(name)
        for names in groups.values():
            if any(tensors[n] is not tensors[names[0]] for n in names):
                raise ValueError(
                    f"functional_call got multiple values for keys {names}, which are tied. Consider using tie_weights=False"
                )
    given = tensors
    if not strict:  # names that lead to a module, but to nothing in it, replace nothing
        given = {n: t for n, t in tensors.items() if n in own or not _is_free(module, n)}
    try:
        return call_with(module, given, args, kwargs, tie_weights, strict)
    finally:  # buffers that the module exchanged
        tensors.update({n: t for n, t in given.items() if tensors[n] is not t})


def _is_free(module: Any, name: str) -> bool:
    """Whether a name belongs to a submodule that has nothing of the kind."""
    path, _, last = name.rpartition(".")
    try:
        return not hasattr(module.get_submodule(path), last)
    except AttributeError as e:
        first = path.partition(".")[0]
        if not hasattr(module, first):
            raise AttributeError(f"{type(module).__name__} has no attribute `{first}`") from e
        raise


def stack_module_state(models: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and buffers of several modules of one class, each stacked along a new first axis: an ensemble for
    :func:`vmap`.

    Args:
        models (sequence of Module or ModuleList): the modules, all training or all not.

    Returns: ``(parameters, buffers)``, dicts by name. Parameters are leaves that require a gradient where the originals do.

    Raises:
        RuntimeError: no modules, modules of different classes or modes.

    Example::

        >>> import rushlight as rl
        >>> models = [rl.nn.Linear(2, 3) for _ in range(4)]
        >>> rl.func.stack_module_state(models)[0]["weight"].shape
        torch.Size([4, 3, 2])
    """
    what = "stack_module_state"
    if len(models) == 0:
        raise RuntimeError(f"{what}: Expected at least one model, got 0.")
    if len({m.training for m in models}) != 1:
        raise RuntimeError(f"{what}: Expected all models to have the same training/eval mode.")
    if any(type(m) is not type(models[0]) for m in models):
        raise RuntimeError(f"{what}: Expected all models to be of the same class.")

    def stacked(tables: list[dict[str, Any]]) -> dict[str, Any]:
        out = {}
        for name, first in tables[0].items():
            row = [t[name] for t in tables]
            if any(t.requires_grad != first.requires_grad for t in row):
                raise RuntimeError(
                    f"Expected {name} from each model to have the same .requires_grad attribute"
                )
            out[name] = _C.stack(row).detach().requires_grad_(first.requires_grad)
        return out

    return stacked([dict(m.named_parameters()) for m in models]), stacked([dict(m.named_buffers()) for m in models])


def replace_all_batch_norm_modules_(root: Any) -> Any:
    """Makes every batch normalisation of a module forget its running statistics, which no transform can update; in place.

    Args:
        root (Module): what is changed, and returned.

    Example::

        >>> import rushlight as rl
        >>> net = rl.func.replace_all_batch_norm_modules_(rl.nn.Sequential(rl.nn.BatchNorm1d(3)))
        >>> net[0].running_mean is None
        True
    """
    for module in root.modules():
        if isinstance(module, _BatchNorm) and module.track_running_stats:
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """The function without the in-place ops that its caller could see.

    PyTorch rewrites them for compilers that know no mutation, and then writes what changed back into the arguments. Nothing
    here needs the detour: the function is answered as it is.

    Args:
        func (callable): what is run.
        remove (str): ``"mutations"`` or ``"mutations_and_views"``. Default: ``"mutations"``

    Raises:
        RuntimeError: another ``remove``.

    Example::

        >>> import rushlight as rl
        >>> rl.func.functionalize(lambda x: x.clone().add_(1))(rl.zeros(2))
        tensor([1., 1.])
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}."
            " Valid options are:\n     remove='mutations': all inplace and out= operators will be removed from the "
            "program, and replaced with their out-of-place equivalents.\n     remove='mutations_and_views': In addition "
            "to the above, all aliasing operators {view} will be replaced with their non-aliasing counterparts, {view}_copy.\n"
        )
    return func
