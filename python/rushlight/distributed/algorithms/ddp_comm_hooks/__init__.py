"""Ways to exchange gradients, by their names."""

from __future__ import annotations

from enum import Enum
from functools import partial

from .default_hooks import allreduce_hook, bf16_compress_hook, fp16_compress_hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _register(model: Any, state: Any, comm_hook: Any) -> None:
    model.register_comm_hook(state, comm_hook)


class DDPCommHookType(Enum):
    """The hooks that there are."""

    ALLREDUCE = partial(_register, comm_hook=allreduce_hook)
    FP16_COMPRESS = partial(_register, comm_hook=fp16_compress_hook)
    BF16_COMPRESS = partial(_register, comm_hook=bf16_compress_hook)


def register_ddp_comm_hook(comm_hook_type: DDPCommHookType, model: Any, state: Any = None) -> None:
    """Has a :class:`~rushlight.nn.parallel.DistributedDataParallel` exchange its gradients in one of these ways.

    Args:
        comm_hook_type (DDPCommHookType): which.
        model (DistributedDataParallel): the module.
        state (optional): what the hook is given beside the gradients: the processes.
    """
    comm_hook_type.value(model=model, state=state)


__all__ = ["DDPCommHookType", "register_ddp_comm_hook"]
