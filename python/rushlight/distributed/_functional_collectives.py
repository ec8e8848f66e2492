"""Collectives that return what they compute, and may be waited for: with one process it is there at once."""

from __future__ import annotations

from .distributed_c10d import _group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


def wait_tensor(tensor: Tensor) -> Tensor:
    """The tensor, when it is there."""
    return tensor


def _copied(tensor, group):
    _group_of(None if isinstance(group, (str, int, list, tuple)) else group)
    return tensor.clone()


def all_reduce(self: Tensor, reduceOp: str, group: Any, tag: str = "") -> Tensor:  # noqa: N803, RUF100
    """The sum of the tensors of all processes, or what ``reduceOp`` says."""
    return _copied(self, group)


def all_gather_tensor(self: Tensor, gather_dim: int, group: Any, tag: str = "") -> Tensor:
    """The tensors of all processes, joined along an axis."""
    return _copied(self, group)


def reduce_scatter_tensor(
    self: Tensor,
    reduceOp: str,  # noqa: N803, RUF100
    scatter_dim: int,
    group: Any,
    tag: str = "",
) -> Tensor:
    """This process's part of the sum of all tensors."""
    return _copied(self, group)


def all_to_all_single(
    self: Tensor, output_split_sizes: Any, input_split_sizes: Any, group: Any, tag: str = ""
) -> Tensor:
    """One part of each process's tensor."""
    return _copied(self, group)


def broadcast(self: Tensor, src: int, group: Any, tag: str = "") -> Tensor:
    """The tensor of one process."""
    return _copied(self, group)


all_reduce_autograd, all_gather_tensor_autograd = all_reduce, all_gather_tensor
reduce_scatter_tensor_autograd, all_to_all_single_autograd = reduce_scatter_tensor, all_to_all_single
