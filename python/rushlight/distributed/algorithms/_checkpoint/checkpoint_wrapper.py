"""Modules whose activations are not kept but computed again in the backward pass, or wait on the processor."""

from __future__ import annotations

from enum import Enum, auto

from .._unseen import Unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CheckpointImpl(Enum):
    """How the forward pass is done again: :func:`rushlight.utils.checkpoint.checkpoint` with or without ``use_reentrant``."""

    REENTRANT = auto()
    NO_REENTRANT = auto()


class ActivationWrapper(Unseen):
    """A module that does something else with what its backward pass needs.

    Args: mod (Module): what to run.
    """

    _prefix = "_checkpoint_wrapped_module"

    def __init__(self, mod: Any) -> None:
        super().__init__(mod)


class OffloadWrapper(ActivationWrapper):
    """What the backward pass needs waits on the processor."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        from ....autograd.graph import save_on_cpu

        with save_on_cpu(pin_memory=True):
            return self.module(*args, **kwargs)


class CheckpointWrapper(ActivationWrapper):
    """What the backward pass needs is computed again.

    Args:
        mod (Module): what to run.
        checkpoint_impl (CheckpointImpl): how. Default: ``NO_REENTRANT``
        checkpoint_fn (callable, optional): another function than :func:`rushlight.utils.checkpoint.checkpoint`.
        **checkpoint_fn_kwargs: further arguments of it.
    """

    def __init__(
        self,
        mod: Any,
        checkpoint_impl: CheckpointImpl = CheckpointImpl.NO_REENTRANT,
        checkpoint_fn: Any = None,
        **checkpoint_fn_kwargs: Any,
    ) -> None:
        super().__init__(mod)
        self.checkpoint_impl = checkpoint_impl
        self._again, self._options = checkpoint_fn, checkpoint_fn_kwargs

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        if self._again is not None:
            return self._again(self.module, *args, **self._options, **kwargs)
        from ....utils.checkpoint import checkpoint

        if self.checkpoint_impl == CheckpointImpl.NO_REENTRANT:
            return checkpoint(self.module, *args, use_reentrant=False, **self._options, **kwargs)

        def run(*values: Any) -> Any:  # which takes no arguments by name
            return self.module(*values, **kwargs)

        return checkpoint(run, *args, use_reentrant=True, **self._options)


def checkpoint_wrapper(
    module: Any,
    checkpoint_impl: CheckpointImpl = CheckpointImpl.NO_REENTRANT,
    checkpoint_fn: Any = None,
    **checkpoint_fn_kwargs: Any,
) -> Any:
    """A module whose activations are computed again in the backward pass.

    Args: as of :class:`CheckpointWrapper`.

    Example::

        >>> from rushlight.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
        >>> list(checkpoint_wrapper(rl.nn.Linear(2, 1)).state_dict())
        ['weight', 'bias']
    """
    return CheckpointWrapper(module, checkpoint_impl, checkpoint_fn, **checkpoint_fn_kwargs)


def offload_wrapper(module: Any) -> Any:
    """A module whose backward pass finds what it needs on the processor."""
    return OffloadWrapper(module)


def apply_activation_checkpointing(
    model: Any,
    checkpoint_wrapper_fn: Any = checkpoint_wrapper,
    check_fn: Any = lambda _: True,
    auto_wrap_policy: Any = None,
) -> None:
    """Wraps the modules of a model for which ``check_fn`` is true, in their places; not the model itself.

    Args:
        model (Module): whose modules.
        checkpoint_wrapper_fn (callable): what wraps one. Default: :func:`checkpoint_wrapper`
        check_fn (callable): of a module, whether it is wrapped. Default: all
        auto_wrap_policy (callable, optional): a policy of :mod:`rushlight.distributed.fsdp.wrap` instead.
    """
    policy = auto_wrap_policy

    def by_itself(module: Any, recurse: bool, nonwrapped_numel: int) -> bool:
        return True if recurse else check_fn(module)

    for name, child in list(model.named_children()):
        setattr(model, name, _wrapped(child, policy or by_itself, checkpoint_wrapper_fn)[0])


def _wrapped(module: Any, policy: Any, wrapper: Any) -> tuple[Any, int]:
    """A module, wrapped as a policy says, those below it first; and how many elements are in wrapped ones."""
    count = sum(parameter.numel() for parameter in module.parameters())
    if not policy(module=module, recurse=True, nonwrapped_numel=count):
        return module, 0
    done = 0
    for name, child in list(module.named_children()):
        inner, more = _wrapped(child, policy, wrapper)
        setattr(module, name, inner)
        done += more
    if policy(module=module, recurse=False, nonwrapped_numel=count - done):
        return wrapper(module), count
    return module, done


__all__ = [
    "ActivationWrapper",
    "CheckpointImpl",
    "CheckpointWrapper",
    "OffloadWrapper",
    "apply_activation_checkpointing",
    "checkpoint_wrapper",
    "offload_wrapper",
]
