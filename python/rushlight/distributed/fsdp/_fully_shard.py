"""Modules that are cut over processes without a wrapper: with one process they only say that they are."""

from __future__ import annotations

from ..distributed_c10d import _group_of
from .api import _plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class UnshardHandle:
    """Parameters that are on their way: they are here."""

    def wait(self) -> None:
        """Waits for them: no time at all."""


class FSDPModule:
    """What :func:`fully_shard` makes of a module's class. Its methods say when parts are exchanged, of which there are none."""

    def reshard(self) -> None:
        """Lets go of what other processes hold."""

    def unshard(self, async_op: bool = False) -> UnshardHandle | None:
        """Gathers the parameters."""
        return UnshardHandle() if async_op else None

    def set_is_last_backward(self, is_last_backward: bool) -> None:
        """Whether the next backward pass is the last before a step."""

    def set_requires_gradient_sync(self, requires_gradient_sync: bool, *, recurse: bool = True) -> None:
        """Whether gradients are exchanged."""

    def set_requires_all_reduce(self, requires_all_reduce: bool, *, recurse: bool = True) -> None:
        """Whether gradients are summed over copies."""

    def set_reshard_after_forward(self, reshard_after_forward: bool, recurse: bool = True) -> None:
        """Whether parts are let go after the forward pass."""

    def set_reshard_after_backward(self, reshard_after_backward: bool, *, recurse: bool = True) -> None:
        """Whether parts are let go after the backward pass."""

    def set_modules_to_forward_prefetch(self, modules: Any) -> None:
        """Whose parameters are gathered ahead in the forward pass."""

    def set_modules_to_backward_prefetch(self, modules: Any) -> None:
        """Whose parameters are gathered ahead in the backward pass."""

    def set_unshard_in_backward(self, unshard_in_backward: bool) -> None:
        """Whether parameters are gathered in the backward pass."""


def register_fsdp_forward_method(module: Any, method_name: str) -> None:
    """Names a method that runs the module beside ``forward``: it needs nothing gathered."""


def _sharded(module: Any) -> None:
    if not isinstance(module, FSDPModule):
        kind = type(module)
        module.__class__ = type(f"FSDP{kind.__name__}", (FSDPModule, kind), {"__module__": kind.__module__})


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
    """Cuts the parameters of a module, or of several, over the processes: with one process they stay as they are.

    The module's class becomes one of :class:`FSDPModule`, too.

    Returns: the module.

    Errors: NotImplementedError for a policy of dtypes; ValueError without a process group, and for a list of modules.
    """
    _group_of(None)
    _plain(mp_policy, ("param_dtype", "reduce_dtype", "output_dtype"))
    from ...nn import ModuleDict, ModuleList

    for each in module if isinstance(module, (list, tuple)) else [module]:
        if isinstance(each, (ModuleList, ModuleDict)):
            raise ValueError(f"fully_shard does not support containers that do not implement forward: {each}")
        _sharded(each)
    return module


__all__ = ["FSDPModule", "UnshardHandle", "fully_shard", "register_fsdp_forward_method"]
