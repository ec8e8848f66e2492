"""Groups of processes and what they do together, where the only process is rank 0."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from enum import Enum
from typing import Any, NoReturn

from .._C import Tensor
from ..autograd.grad_mode import no_grad
from ..futures import Future


class DistError(RuntimeError):
    """An error of this package."""


class DistBackendError(DistError):
    """An error of what carries messages."""


class DistNetworkError(DistError):
    """An error of the network."""


class DistStoreError(DistError):
    """An error of a store."""


default_pg_timeout = timedelta(minutes=30)


class Backend(str):
    """The name of what would carry messages, in small letters.

    Example::

        >>> rl.distributed.Backend("GLOO")
        'gloo'
    """

    UNDEFINED = "undefined"
    GLOO = "gloo"
    NCCL = "nccl"
    XCCL = "xccl"
    UCC = "ucc"
    MPI = "mpi"
    FAKE = "fake"
    backend_list = [UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI, FAKE]
    default_device_backend_map = {"cpu": GLOO, "cuda": NCCL, "xpu": XCCL, "mps": GLOO}

    def __new__(cls, name: str) -> Backend:
        if not isinstance(name, str):
            raise ValueError(f"Backend constructor parameter must be string-ish, but got {type(name)}")
        return super().__new__(cls, name.lower())


class ReduceOp:
    """How values of several processes become one."""

    class RedOpType(Enum):
        """The kinds there are."""

        SUM = 0
        AVG = 1
        PRODUCT = 2
        MIN = 3
        MAX = 4
        BAND = 5
        BOR = 6
        BXOR = 7
        PREMUL_SUM = 8

    SUM, AVG, PRODUCT, MIN, MAX = (
        RedOpType.SUM,
        RedOpType.AVG,
        RedOpType.PRODUCT,
        RedOpType.MIN,
        RedOpType.MAX,
    )
    BAND, BOR, BXOR, PREMUL_SUM = RedOpType.BAND, RedOpType.BOR, RedOpType.BXOR, RedOpType.PREMUL_SUM


class _ReduceOp(ReduceOp):
    """The old name of :class:`ReduceOp`."""


reduce_op = _ReduceOp()


class Work:
    """Something that was begun, and is done."""

    def __init__(self, result: Any = None) -> None:
        self._result = result

    def wait(self, timeout: Any = None) -> bool:
        """Nothing to wait for."""
        return True

    def is_completed(self) -> bool:
        """Whether it is done: always."""
        return True

    is_success = is_completed

    def exception(self) -> None:
        """The error it ended with: none."""

    def result(self) -> Any:
        """What it gave, as a list of tensors."""
        return self._result

    def get_future(self) -> Future:
        """The same as a future."""
        future = Future()
        future.set_result(self._result)
        return future

    def source_rank(self) -> int:
        """Where it came from."""
        return 0

    def synchronize(self) -> None:
        """Nothing to wait for."""


class Store:
    """Names and bytes that processes share; with one process, a table in memory."""

    def __init__(self) -> None:
        self._items: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self.timeout = default_pg_timeout

    def set(self, key: str, value: Any) -> None:
        """Sets a value."""
        with self._changed:
            self._items[key] = value.encode() if isinstance(value, str) else bytes(value)
            self._changed.notify_all()

    def get(self, key: str) -> bytes:
        """A value, waited for.

        Errors: DistStoreError after the store's timeout.
        """
        self.wait([key])
        return self._items[key]

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        """Waits for names."""
        limit = (timeout or self.timeout).total_seconds()
        with self._changed:
            if not self._changed.wait_for(lambda: all(key in self._items for key in keys), limit):
                raise DistStoreError(f"wait timeout after {int(limit * 1000)}ms, keys: {', '.join(keys)}")

    def add(self, key: str, amount: int) -> int:
        """Adds to a number and returns it."""
        with self._changed:
            value = int(self._items.get(key, b"0")) + amount
            self._items[key] = str(value).encode()
            self._changed.notify_all()
            return value

    def compare_set(self, key: str, expected_value: str, desired_value: str) -> bytes:
        """Sets a value if it was another; returns what it is then."""
        with self._changed:
            if self._items.get(key, b"") == expected_value.encode():
                self._items[key] = desired_value.encode()
                self._changed.notify_all()
            return self._items.get(key, expected_value.encode())

    def check(self, keys: list[str]) -> bool:
        """Whether all names are there."""
        return all(key in self._items for key in keys)

    def delete_key(self, key: str) -> bool:
        """Takes a name away; whether it was there."""
        return self._items.pop(key, None) is not None

    def num_keys(self) -> int:
        """How many names."""
        return len(self._items)

    def set_timeout(self, timeout: timedelta) -> None:
        """How long to wait."""
        self.timeout = timeout


class HashStore(Store):
    """A store in memory."""


class FileStore(Store):
    """A store in a file, which one process needs not."""

    def __init__(self, file_name: str, world_size: int = -1) -> None:
        super().__init__()
        _one(world_size)
        self.path = file_name


class TCPStore(Store):
    """A store over the network, which one process needs not."""

    def __init__(
        self,
        host_name: str,
        port: int,
        world_size: int | None = None,
        is_master: bool = False,
        timeout: timedelta = default_pg_timeout,
        **others: Any,
    ) -> None:
        super().__init__()
        _one(world_size if world_size is not None else 1)
        self.host, self.port, self.timeout = host_name, port, timeout


class PrefixStore(Store):
    """A store whose names begin with a prefix in another."""

    def __init__(self, prefix: str, store: Store) -> None:
        super().__init__()
        self.prefix, self.underlying_store = prefix, store

    def set(self, key: str, value: Any) -> None:
        self.underlying_store.set(f"{self.prefix}/{key}", value)

    def get(self, key: str) -> bytes:
        return self.underlying_store.get(f"{self.prefix}/{key}")

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        self.underlying_store.wait([f"{self.prefix}/{key}" for key in keys], timeout)

    def add(self, key: str, amount: int) -> int:
        return self.underlying_store.add(f"{self.prefix}/{key}", amount)

    def check(self, keys: list[str]) -> bool:
        return self.underlying_store.check([f"{self.prefix}/{key}" for key in keys])

    def delete_key(self, key: str) -> bool:
        return self.underlying_store.delete_key(f"{self.prefix}/{key}")


class ProcessGroup:
    """Processes that do things together: this one."""

    def __init__(self, backend: str, name: str) -> None:
        self._backend, self.group_name, self.group_desc = Backend(backend), name, name

    def rank(self) -> int:
        """This process in the group."""
        return 0

    def size(self) -> int:
        """How many there are."""
        return 1

    def name(self) -> str:
        """The name of what carries messages."""
        return self._backend

    def __reduce__(self) -> Any:
        return _group_of, (None,)


class GroupMember:
    """Groups by what this process is to them."""

    WORLD: ProcessGroup | None = None
    NON_GROUP_MEMBER = -100


class _Group(type):
    @property
    def WORLD(cls) -> ProcessGroup | None:
        return GroupMember.WORLD


class group(metaclass=_Group):  # noqa: N801, RUF100
    """``group.WORLD`` is the group of all processes."""


_groups = 0


def _one(world_size: int) -> None:
    if world_size > 1:
        raise NotImplementedError(
            f"a world of {world_size} processes: rushlight trains in one process, which uses all cores; "
            "start the program once, with WORLD_SIZE=1"
        )


def _group_of(group: Any) -> ProcessGroup:
    if group is not None:
        if not isinstance(group, ProcessGroup):
            raise ValueError(f"Invalid process group specified: {group!r}")
        return group
    if GroupMember.WORLD is None:
        raise ValueError(
            "Default process group has not been initialized, please make sure to call init_process_group."
        )
    return GroupMember.WORLD


def is_initialized() -> bool:
    """Whether :func:`init_process_group` was called."""
    return GroupMember.WORLD is not None


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: timedelta | None = None,
    world_size: int = -1,
    rank: int = -1,
    store: Any = None,
    group_name: str = "",
    pg_options: Any = None,
    device_id: Any = None,
) -> None:
    """Begins a world of one process.

    Args:
        backend (str, optional): a name, which is kept. Default: ``gloo``
        init_method (str, optional): ``env://`` (the default) reads ``RANK``, ``WORLD_SIZE``, ``MASTER_ADDR`` and
            ``MASTER_PORT`` as a launcher sets them; nothing is connected to.
        world_size (int), rank (int): 1 and 0.
        others: accepted.

    Errors: NotImplementedError for more processes; ValueError for missing or contradicting arguments, and if there is a
        world already.

    Example::

        >>> import rushlight.distributed as dist
        >>> dist.init_process_group("gloo", init_method="tcp://127.0.0.1:29500", rank=0, world_size=1)
        >>> x = rl.ones(2)
        >>> dist.all_reduce(x)
        >>> dist.get_world_size(), x
        (1, tensor([1., 1.]))
        >>> dist.destroy_process_group()
    """
    global _groups
    if GroupMember.WORLD is not None:
        raise ValueError("trying to initialize the default process group twice!")
    if store is not None and init_method is not None:
        raise ValueError("Cannot specify both init_method and store.")
    if store is not None and (world_size <= 0 or rank < 0):
        raise ValueError(
            "world_size must be positive if using store"
            if world_size <= 0
            else "rank must be non-negative if using store"
        )
    if store is None and (init_method or "env://").startswith("env://"):
        for name, given in (
            ("RANK", rank),
            ("WORLD_SIZE", world_size),
            ("MASTER_ADDR", -1),
            ("MASTER_PORT", -1),
        ):
            if given == -1 and not os.environ.get(name):
                raise ValueError(
                    f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set"
                )
        rank = int(os.environ["RANK"]) if rank == -1 else rank
        world_size = int(os.environ["WORLD_SIZE"]) if world_size == -1 else world_size
    elif store is None and (rank < 0 or world_size < 0):
        raise ValueError(
            f"Error initializing torch.distributed using {init_method}: rank and world_size expected"
        )
    _one(world_size)
    if rank != 0:
        raise ValueError(f"rank {rank} is not in a world of {world_size}")
    _groups = 1
    GroupMember.WORLD = ProcessGroup(backend or Backend.GLOO, group_name or "0")


def destroy_process_group(group: Any = None) -> None:
    """Ends a group; the default one and with it all, if none is named."""
    if group is None or group is GroupMember.WORLD:
        _group_of(None)
        GroupMember.WORLD = None


def new_group(
    ranks: Any = None,
    timeout: Any = None,
    backend: Any = None,
    pg_options: Any = None,
    use_local_synchronization: bool = False,
    group_desc: Any = None,
    device_id: Any = None,
    **others: Any,
) -> Any:
    """A group of some of the ranks: of this process, or one that it is no member of.

    Errors: ValueError for ranks that the world has not.
    """
    global _groups
    world = _group_of(None)
    if ranks is not None and any(rank != 0 for rank in ranks):
        raise ValueError("the new group's rank should be within the world_size set by init_process_group")
    if ranks is not None and not list(ranks):
        return GroupMember.NON_GROUP_MEMBER
    _groups += 1
    return ProcessGroup(backend or world._backend, str(_groups))


def new_subgroups(group_size: Any = None, group: Any = None, **others: Any) -> tuple[Any, list[Any]]:
    """Groups of equal size: one."""
    if group_size not in (None, 1):
        raise ValueError(f"The arg 'group_size' ({group_size}) must not exceed the world size (1)")
    made = new_group([0])
    return made, [made]


def new_subgroups_by_enumeration(ranks_per_subgroup_list: Any, **others: Any) -> tuple[Any, list[Any]]:
    """Groups of the ranks that are listed."""
    made = [new_group(ranks) for ranks in ranks_per_subgroup_list]
    return made[0] if made else None, made


def split_group(parent_pg: Any = None, split_ranks: Any = None, **others: Any) -> Any:
    """A group cut into groups."""
    if not split_ranks:
        raise ValueError("split_ranks cannot be None or empty")
    return new_group(split_ranks[0])


def get_rank(group: Any = None) -> int:
    """This process: 0, or -1 for a group it is no member of."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else _group_of(group).rank()


def get_world_size(group: Any = None) -> int:
    """How many processes: 1, or -1 for a group that this one is no member of."""
    return -1 if group == GroupMember.NON_GROUP_MEMBER else _group_of(group).size()


def get_backend(group: Any = None) -> Backend:
    """The name that :func:`init_process_group` was given."""
    return _group_of(group)._backend


def get_backend_config(group: Any = None) -> str:
    """The same, for each kind of device."""
    return f"cpu:{_group_of(group)._backend},cuda:{_group_of(group)._backend}"


def get_default_backend_for_device(device: Any) -> str:
    """What PyTorch would use for a device.

    Errors: ValueError for a device it has nothing for.
    """
    kind = str(device).partition(":")[0]
    if kind not in Backend.default_device_backend_map:
        raise ValueError(f"Default backend not registered for device : {device}")
    return Backend.default_device_backend_map[kind]


def get_global_rank(group: Any, group_rank: int) -> int:
    """A rank of a group in the world."""
    _group_of(group)
    if group_rank != 0:
        raise ValueError(f"Group rank {group_rank} is not part of group {group}")
    return 0


def get_group_rank(group: Any, global_rank: int) -> int:
    """A rank of the world in a group."""
    _group_of(group)
    if global_rank != 0:
        raise ValueError(f"Global rank {global_rank} is not part of group {group}")
    return 0


def get_process_group_ranks(group: Any) -> list[int]:
    """The ranks in a group."""
    _group_of(group)
    return [0]


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """This process among those of its machine, as a launcher has set it.

    Errors: RuntimeError where it has not and no other number is given.
    """
    if "LOCAL_RANK" in os.environ:
        return int(os.environ["LOCAL_RANK"])
    if fallback_rank is not None:
        return int(fallback_rank)
    raise RuntimeError(
        "LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow `get_node_local_rank` to work, "
        "assuming you are not running in a multi-device context and want the code to run locally instead."
    )


def get_pg_count() -> int:
    """How many groups there are."""
    return _groups if GroupMember.WORLD is not None else 0


def is_gloo_available() -> bool:
    """Whether messages can be carried by Gloo: there is nobody to carry them to."""
    return False


is_nccl_available = is_mpi_available = is_ucc_available = is_xccl_available = is_gloo_available


def is_backend_available(backend: str) -> bool:
    """Whether :func:`init_process_group` takes a name: it takes any."""
    return True


def is_torchelastic_launched() -> bool:
    """Whether PyTorch's launcher started this process."""
    return os.environ.get("TORCHELASTIC_RUN_ID") is not None


def supports_complex(reduceOp: Any) -> bool:  # noqa: N803, RUF100
    """Whether complex numbers can be joined by ``reduceOp``."""
    return reduceOp not in (
        ReduceOp.MAX,
        ReduceOp.MIN,
        ReduceOp.PRODUCT,
        ReduceOp.BAND,
        ReduceOp.BOR,
        ReduceOp.BXOR,
    )


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
    """The same for several tensors."""
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
    """The same for several tensors."""
    for targets, source in zip(output_tensor_lists, input_tensor_list, strict=True):
        all_gather(targets, source, group)
    return _done(async_op)


def all_gather_into_tensor(
    output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """The tensors of all processes, into one."""
    target, source = _tensor(output_tensor, "output_tensor"), _tensor(input_tensor, "input_tensor")
    return _done(async_op, _put(target, source)) if _member(group) else None


def all_gather_single(
    output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """The newer name of :func:`all_gather_into_tensor`."""
    return all_gather_into_tensor(output_tensor, input_tensor, group, async_op)


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
    """The same, from one tensor."""
    target, source = _tensor(output, "output"), _tensor(input, "input")
    return _done(async_op, _put(target, source)) if _member(group) else None


def reduce_scatter_single(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The newer name of :func:`reduce_scatter_tensor`."""
    return reduce_scatter_tensor(output, input, op, group, async_op)


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


def send_object_list(object_list: Any, dst: int | None = None, group: Any = None, **others: Any) -> None:
    """Sends objects to another process, which there is not."""
    _nobody(group)


def recv_object_list(object_list: Any, src: int | None = None, group: Any = None, **others: Any) -> int:
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
    name
    for name, value in list(globals().items())
    if not name.startswith("_") and getattr(value, "__module__", "").endswith("distributed_c10d")
]
__all__ += ["default_pg_timeout", "reduce_op"]
