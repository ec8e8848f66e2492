"""Batches cut over devices, and joined again."""

from __future__ import annotations

from .data_parallel import _only_the_processor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def scatter(inputs: Any, target_gpus: Any, dim: int = 0) -> Any:
    """A part of the inputs for each device.

    Errors: RuntimeError if there is any: there is no device but the processor.
    """
    _only_the_processor(list(target_gpus))
    return []


def scatter_kwargs(inputs: Any, kwargs: Any, target_gpus: Any, dim: int = 0) -> Any:
    """The same, with keyword arguments."""
    return tuple(scatter(inputs, target_gpus, dim)), tuple(scatter(kwargs, target_gpus, dim))


def gather(outputs: Any, target_device: Any = "cpu", dim: int = 0) -> Any:
    """Joins results along ``dim``: tensors, or tuples, lists and tables of them.

    Example::

        >>> nn.parallel.gather([rl.zeros(1, 2), rl.ones(1, 2)], "cpu")
        tensor([[0., 0.],
                [1., 1.]])
    """
    from ... import Tensor, cat, stack

    first = outputs[0]
    if isinstance(first, Tensor):
        return stack(list(outputs)) if first.dim() == 0 else cat(list(outputs), dim)
    if first is None:
        return None
    if isinstance(first, dict):
        return type(first)(
            (key, gather([each[key] for each in outputs], target_device, dim)) for key in first
        )
    made = [gather(list(each), target_device, dim) for each in zip(*outputs, strict=True)]
    return type(first)(*made) if hasattr(first, "_fields") else type(first)(made)
