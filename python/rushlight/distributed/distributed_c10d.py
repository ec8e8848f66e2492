"""What processes do together, where the only process is rank 0; and, under PyTorch's address, groups, stores and the rest."""

from __future__ import annotations

from typing import Any, NoReturn

from .._C import Tensor
from .._warn import warn
from ..autograd.grad_mode import no_grad
from ._group import (
    GroupMember,
    ProcessGroup,
    _group_of,
    destroy_process_group,
    get_backend,
    get_backend_config,
    get_default_backend_for_device,
    get_global_rank,
    get_group_rank,
    get_node_local_rank,
    get_pg_count,
    get_process_group_ranks,
    get_rank,
    get_world_size,
    group,
    init_process_group,
    is_backend_available,
    is_gloo_available,
    is_initialized,
    is_mpi_available,
    is_nccl_available,
    is_torchelastic_launched,
    is_ucc_available,
    is_xccl_available,
    new_group,
    new_subgroups,
    new_subgroups_by_enumeration,
    split_group,
)
from ._parts import (
    Backend,
    DistBackendError,
    DistError,
    DistNetworkError,
    DistStoreError,
    GradBucket as GradBucket,
    ReduceOp,
    Work,
    default_pg_timeout,
    reduce_op,
    supports_complex,
)
from ._store import FileStore, HashStore, PrefixStore, Store, TCPStore


def _tensor(value: Any, name: str) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(
            f"Invalid function argument. Expected parameter `{name}` of type torch.Tensor but got {type(value)} instead."
        )
    return value


def _single(values: Any, name: str) -> Tensor:
    if not isinstance(values, list) or not all(isinstance(each, Tensor) for each in values):
        raise TypeError(
            f"Invalid function argument. Expected parameter `{name}` of type List[torch.Tensor] but got {type(values)} instead."
        )
    if len(values) != 1:
        raise ValueError(f"{name}: a world of one process has one tensor, not {len(values)}")
    return values[0]


def _root(rank: int | None, group_rank: int | None) -> None:
    if rank is not None and group_rank is not None:
        raise ValueError("Can't specify both group_src/dst and src/dst")
    if rank is None and group_rank is None:
        raise ValueError("Must specify src/dst or group_src/group_dst")
    if (rank or group_rank or 0) != 0:
        raise ValueError(f"rank {rank if rank is not None else group_rank} is not in a world of 1")


def _member(group: Any) -> bool:
    """Whether this process takes part: it does nothing for a group it is no member of."""
    if group == GroupMember.NON_GROUP_MEMBER:
        return False
    _group_of(group)
    return True


def _put(target: Tensor, source: Tensor) -> Tensor:
    if target.numel() != source.numel():
        raise ValueError(
            f"sizes of output {tuple(target.shape)} and input {tuple(source.shape)} do not fit in a world of one process"
        )
    with no_grad():
        return target.copy_(source.reshape(target.shape))


def _done(async_op: bool, *results: Tensor) -> Work | None:
    return Work(list(results)) if async_op else None


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """The sum, or another ``op``, over all processes, in place: the tensor as it is."""
    _tensor(tensor, "tensor")
    return _done(async_op, tensor) if _member(group) else None


def all_reduce_coalesced(
    tensors: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The same for several tensors. It warns."""
    warn(
        "`torch.distributed.all_reduce_coalesced` will be deprecated. If you must use it, please revisit our documentation later "
        "at https://pytorch.org/docs/main/distributed.html#collective-functions",
        FutureWarning,
    )
    for each in tensors:
        _tensor(each, "tensors")
    return _done(async_op, *tensors) if _member(group) else None


def reduce(
    tensor: Any,
    dst: int | None = None,
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """The same, on one process."""
    _root(dst, group_dst)
    return all_reduce(tensor, op, group, async_op)


def broadcast(
    tensor: Any,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """The tensor of one process on all, in place: the tensor as it is."""
    _root(src, group_src)
    return all_reduce(tensor, group=group, async_op=async_op)


def all_gather(tensor_list: Any, tensor: Any, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensors of all processes, into a list."""
    target, source = _single(tensor_list, "tensor_list"), _tensor(tensor, "tensor")
    return _done(async_op, _put(target, source)) if _member(group) else None


def all_gather_coalesced(
    output_tensor_lists: Any, input_tensor_list: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """The same for several tensors. It warns."""
    warn(
        "`torch.distributed.all_gather_coalesced` will be deprecated. If you must use it, please revisit our documentation later "
        "at https://pytorch.org/docs/main/distributed.html#collective-functions",
        FutureWarning,
    )
    for targets, source in zip(output_tensor_lists, input_tensor_list, strict=True):
        all_gather(targets, source, group)
    return _done(async_op)


def all_gather_into_tensor(
    output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """The older name of :func:`all_gather_single`. It warns."""
    warn(
        "`torch.distributed.all_gather_into_tensor` is deprecated. "
        "Please use `torch.distributed.all_gather_single` instead.",
        FutureWarning,
    )
    return all_gather_single(output_tensor, input_tensor, group, async_op)


def all_gather_single(
    output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """The tensors of all processes, into one."""
    target, source = _tensor(output_tensor, "output_tensor"), _tensor(input_tensor, "input_tensor")
    return _done(async_op, _put(target, source)) if _member(group) else None


def gather(
    tensor: Any,
    gather_list: Any = None,
    dst: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """The tensors of all processes, into a list on one."""
    _root(dst if dst is not None or group_dst is not None else 0, group_dst)
    if not gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    return all_gather(gather_list, tensor, group, async_op)


def scatter(
    tensor: Any,
    scatter_list: Any = None,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """A tensor for each process, from a list on one."""
    _root(src if src is not None or group_src is not None else 0, group_src)
    if not scatter_list:
        raise ValueError("Argument ``scatter_list`` must be specified on source rank.")
    target, source = _tensor(tensor, "tensor"), _single(scatter_list, "scatter_list")
    return _done(async_op, _put(target, source)) if _member(group) else None


def reduce_scatter(
    output: Any, input_list: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """Sums over all processes, of each its part."""
    target, source = _tensor(output, "output"), _single(input_list, "input_list")
    return _done(async_op, _put(target, source)) if _member(group) else None


def reduce_scatter_tensor(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The older name of :func:`reduce_scatter_single`. It warns."""
    warn(
        "`torch.distributed.reduce_scatter_tensor` is deprecated. "
        "Please use `torch.distributed.reduce_scatter_single` instead.",
        FutureWarning,
    )
    return reduce_scatter_single(output, input, op, group, async_op)


def reduce_scatter_single(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The same, from one tensor."""
    target, source = _tensor(output, "output"), _tensor(input, "input")
    return _done(async_op, _put(target, source)) if _member(group) else None


def all_to_all(
    output_tensor_list: Any, input_tensor_list: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """A tensor from each process to each."""
    target, source = (
        _single(output_tensor_list, "output_tensor_list"),
        _single(input_tensor_list, "input_tensor_list"),
    )
    return _done(async_op, _put(target, source)) if _member(group) else None


def all_to_all_single(
    output: Any,
    input: Any,
    output_split_sizes: Any = None,
    input_split_sizes: Any = None,
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """The same, in parts of one tensor."""
    target, source = _tensor(output, "output"), _tensor(input, "input")
    return _done(async_op, _put(target, source)) if _member(group) else None


def barrier(
    group: Any = None, async_op: bool = False, device_ids: Any = None, timeout: Any = None
) -> Work | None:
    """Waits for all processes."""
    return _done(async_op) if _member(group) else None


def monitored_barrier(group: Any = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """The same."""
    _member(group)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Objects of all processes, into a list; each arrives as a copy."""
    if _member(group):
        object_list[0] = _copy(obj)


def gather_object(
    obj: Any,
    object_gather_list: Any = None,
    dst: int | None = None,
    group: Any = None,
    group_dst: int | None = None,
) -> None:
    """The same, on one process."""
    if not object_gather_list:
        raise ValueError("Argument ``object_gather_list`` must be specified on destination rank.")
    all_gather_object(object_gather_list, obj, group)


def broadcast_object_list(
    object_list: list[Any],
    src: int | None = None,
    group: Any = None,
    device: Any = None,
    group_src: int | None = None,
) -> None:
    """Objects of one process on all: as they are."""
    _root(src if src is not None or group_src is not None else 0, group_src)
    _member(group)


def scatter_object_list(
    scatter_object_output_list: list[Any],
    scatter_object_input_list: Any = None,
    src: int | None = None,
    group: Any = None,
    group_src: int | None = None,
) -> None:
    """An object for each process, from a list on one."""
    if not isinstance(scatter_object_output_list, list) or len(scatter_object_output_list) < 1:
        raise ValueError("Expected argument scatter_object_output_list to be a list of size at least 1.")
    if _member(group):
        scatter_object_output_list[0] = _copy(scatter_object_input_list[0])


def _copy(obj: Any) -> Any:
    import pickle

    return pickle.loads(pickle.dumps(obj))


def _nobody(group: Any) -> NoReturn:
    _member(group)
    raise ValueError(
        "Invalid destination rank: destination rank should not be the same as the rank of the current process."
    )


def send(
    tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None
) -> None:
    """Sends a tensor to another process, which there is not.

    Errors: ValueError.
    """
    _nobody(group)


def isend(
    tensor: Any, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None
) -> Work:
    """The same."""
    _nobody(group)


def recv(
    tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None
) -> int:
    """Receives a tensor from another process, which there is not.

    Errors: ValueError.
    """
    _nobody(group)


def irecv(
    tensor: Any, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None
) -> Work:
    """The same."""
    _nobody(group)


def send_object_list(
    object_list: Any,
    dst: int | None = None,
    group: Any = None,
    device: Any = None,
    group_dst: int | None = None,
    use_batch: bool = False,
) -> None:
    """Sends objects to another process, which there is not."""
    _nobody(group)


def recv_object_list(
    object_list: Any,
    src: int | None = None,
    group: Any = None,
    device: Any = None,
    group_src: int | None = None,
    use_batch: bool = False,
) -> int:
    """Receives objects from another process, which there is not."""
    _nobody(group)


class P2POp:
    """A message to be sent or received with others.

    Args:
        op (callable): :func:`isend` or :func:`irecv`.
        tensor (Tensor): what.
        peer (int): the other process.
    """

    def __init__(
        self,
        op: Any,
        tensor: Any,
        peer: int | None = None,
        group: Any = None,
        tag: int = 0,
        group_peer: int | None = None,
    ) -> None:
        if op not in (isend, irecv):
            raise ValueError(
                "Invalid ``op``. Expected ``op`` to be of type ``torch.distributed.isend`` or ``torch.distributed.irecv``."
            )
        self.op, self.tensor, self.peer, self.group, self.tag = op, tensor, peer, group, tag


def batch_isend_irecv(p2p_op_list: list[P2POp]) -> list[Work]:
    """Sends and receives together."""
    return [each.op(each.tensor, each.peer, each.group, each.tag) for each in p2p_op_list]


__all__ = [
    "Backend", "DistBackendError", "DistError", "DistNetworkError", "DistStoreError", "FileStore",
    "GroupMember", "HashStore", "PrefixStore", "ProcessGroup", "ReduceOp", "Store", "TCPStore", "Work",
    "default_pg_timeout", "destroy_process_group", "get_backend", "get_backend_config",
    "get_default_backend_for_device", "get_global_rank", "get_group_rank", "get_node_local_rank",
    "get_pg_count", "get_process_group_ranks", "get_rank", "get_world_size", "group",
    "init_process_group", "is_backend_available", "is_gloo_available", "is_initialized",
    "is_mpi_available", "is_nccl_available", "is_torchelastic_launched", "is_ucc_available",
    "is_xccl_available", "new_group", "new_subgroups", "new_subgroups_by_enumeration", "reduce_op",
    "split_group", "supports_complex",
    "P2POp", "all_gather", "all_gather_coalesced", "all_gather_into_tensor", "all_gather_object",
    "all_gather_single", "all_reduce", "all_reduce_coalesced", "all_to_all", "all_to_all_single",
    "barrier", "batch_isend_irecv", "broadcast", "broadcast_object_list", "gather", "gather_object",
    "irecv", "isend", "monitored_barrier", "recv", "recv_object_list", "reduce", "reduce_scatter",
    "reduce_scatter_single", "reduce_scatter_tensor", "scatter", "scatter_object_list", "send",
    "send_object_list",
]  # fmt: skip

# to users and in pickles they are of this file, as in PyTorch
for _name in __all__:
    if hasattr(globals()[_name], "__name__"):
        globals()[_name].__module__ = __name__
