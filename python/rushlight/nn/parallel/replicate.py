"""Copies of a module for several devices."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def replicate(network: Any, devices: Any, detach: bool = False) -> list[Any]:
    """A copy for each of ``devices``, of which there is at most one: a copy that shares the parameters.

    Gradients go to the parameters of ``network``, which are what the copy computes with.

    Args:
        network (Module): the module, on that device.
        devices (list): one GPU, or none.
        detach (bool): whether the copy computes without gradients. Default: ``False``

    Errors: RuntimeError for several devices, and for one that is not there.
    """
    from .data_parallel import _the_one

    index = _the_one(list(devices))
    return [] if index is None else [_shadow(network, f"cuda:{index}", detach)]


def _shadow(module: Any, device: str, detach: bool) -> Any:
    """The module and those in it anew, over the same tensors."""
    from copy import deepcopy
    from itertools import chain

    # what stands in the memo is taken instead of a copy
    tensors = {id(each): each for each in chain(module.parameters(), module.buffers())}
    return deepcopy(
        module, {key: (each.detach() if detach else each).to(device) for key, each in tensors.items()}
    )
