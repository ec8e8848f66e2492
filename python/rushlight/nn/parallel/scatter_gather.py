"""Batches cut over devices, and joined again."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def scatter(inputs: Any, target_gpus: Any, dim: int = 0) -> list[Any]:
    """The inputs for each device: of tensors, also in tuples, lists and tables, a part along ``dim``; of the rest all.

    Args:
        inputs: tensors, or what holds them.
        target_gpus (list of device, str or int): where to.
        dim (int): the axis. Default: 0

    Errors: RuntimeError for a device that is not there.

    Example::

        >>> nn.parallel.scatter((rl.arange(4), "mean"), ["cpu", "cpu"])
        [(tensor([0, 1]), 'mean'), (tensor([2, 3]), 'mean')]
    """
    from ... import Tensor
    from . import comm

    targets = list(target_gpus)

    def parts(value: Any) -> list[Any]:
        if isinstance(value, Tensor):
            return list(comm.scatter(value, targets, dim=dim))
        if _is_namedtuple(value):
            return joined(value, lambda items: type(value)(*items))
        if isinstance(value, (tuple, list)) and value:
            return joined(value, type(value))
        if isinstance(value, dict) and value:
            return joined(value.items(), type(value))
        return [value] * len(targets)

    def joined(items: Any, build: Callable[[Any], Any]) -> list[Any]:
        return [build(each) for each in zip(*map(parts, items))]

    return parts(inputs)


def scatter_kwargs(
    inputs: Any, kwargs: Any, target_gpus: Any, dim: int = 0
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The same of positional and of keyword arguments; as many tuples as tables, of which the shorter gets empty ones."""
    given = scatter(inputs, target_gpus, dim) if inputs else []
    named = scatter(kwargs, target_gpus, dim) if kwargs else []
    count = max(len(given), len(named)) or 1
    given += [()] * (count - len(given))
    named += [{}] * (count - len(named))
    return tuple(given), tuple(named)


def gather(outputs: Any, target_device: Any = "cpu", dim: int = 0) -> Any:
    """Joins results along ``dim``: tensors, or tuples, lists and tables of them.

    Args:
        outputs (list): the results.
        target_device (device, str or int): where to. Default: the processor
        dim (int): the axis. Default: 0

    Example::

        >>> nn.parallel.gather([rl.zeros(1, 2), rl.ones(1, 2)], "cpu")
        tensor([[0., 0.],
                [1., 1.]])
    """
    from ... import Tensor, cat, stack
    from .comm import _gpus

    first = outputs[0]
    if isinstance(first, Tensor):
        place = _gpus([target_device])[0]
        there = [each.to(place) for each in outputs]
        return stack(there) if first.dim() == 0 else cat(there, dim)
    if first is None:
        return None
    if isinstance(first, dict):
        return type(first)(
            (key, gather([each[key] for each in outputs], target_device, dim)) for key in first
        )
    made = [gather(list(each), target_device, dim) for each in zip(*outputs, strict=True)]
    return type(first)(*made) if hasattr(first, "_fields") else type(first)(made)
