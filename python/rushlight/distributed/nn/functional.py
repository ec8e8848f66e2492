"""Collectives that gradients pass through: each returns what it computes, a new tensor with a history.

In a world of one process a collective moves nothing, and its gradient is the one that arrives.
"""

from __future__ import annotations

from ..distributed_c10d import ReduceOp, _group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..._C import Tensor


def _only(tensors, name):
    if len(tensors) != 1:
        raise ValueError(f"{name}: expected a tensor for each of the 1 processes, got {len(tensors)}")
    return tensors[0]


def broadcast(tensor: Tensor, src: int, group: Any = None) -> Tensor:
    """The tensor of the process ``src``."""
    _group_of(group)
    return tensor.clone()


def gather(tensor: Tensor, dst: int = 0, group: Any = None) -> tuple[Tensor, ...]:
    """The tensors of all processes, on the process ``dst``."""
    return all_gather(tensor, group)


def scatter(tensors: Sequence[Tensor], src: int = 0, group: Any = None) -> Tensor:
    """This process's tensor of a list that the process ``src`` has."""
    _group_of(group)
    return _only(tensors, "scatter").clone()


def reduce(tensor: Tensor, dst: int, op: Any = ReduceOp.SUM, group: Any = None) -> Tensor:
    """The sum of the tensors of all processes, or another ``op``, on the process ``dst``."""
    return all_reduce(tensor, op, group)


def reduce_scatter(
    output: Tensor, input_list: Sequence[Tensor], op: Any = ReduceOp.SUM, group: Any = None
) -> Tensor:
    """This process's tensor of the sums of lists; ``output`` says its shape."""
    _group_of(group)
    return _only(input_list, "reduce_scatter").clone()


def all_gather(tensor: Tensor, group: Any = None) -> tuple[Tensor, ...]:
    """The tensors of all processes.

    Example::

        >>> import tempfile
        >>> file = tempfile.NamedTemporaryFile()
        >>> rl.distributed.init_process_group("gloo", init_method=f"file://{file.name}", rank=0, world_size=1)
        >>> x = rl.ones(2, requires_grad=True)
        >>> rl.cat(rl.distributed.nn.all_gather(x)).sum().backward()
        >>> x.grad
        tensor([1., 1.])
        >>> rl.distributed.destroy_process_group()
    """
    _group_of(group)
    return (tensor.clone(),)


def _all_gather_base(output_tensor: Tensor, input_tensor: Tensor, group: Any = None) -> Tensor:
    """The tensors of all processes in one; ``output_tensor`` says its shape."""
    _group_of(group)
    return input_tensor.clone().view_as(output_tensor)


def all_to_all(
    output_tensor_list: Sequence[Tensor], input_tensor_list: Sequence[Tensor], group: Any = None
) -> tuple[Tensor, ...]:
    """One tensor of each process's list."""
    _group_of(group)
    return (_only(input_tensor_list, "all_to_all").clone(),)


def all_to_all_single(
    output: Tensor,
    input: Tensor,
    output_split_sizes: Any = None,
    input_split_sizes: Any = None,
    group: Any = None,
) -> Tensor:
    """One part of each process's tensor, together; ``output`` says the shape."""
    _group_of(group)
    return input.clone().view_as(output)


def all_reduce(tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None) -> Tensor:
    """The sum of the tensors of all processes, or another ``op``."""
    _group_of(group)
    return tensor.clone()
