"""Groups of processes: the one of all, how it is set up, and who is in it."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from ._parts import Backend, _one


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
    for part in (backend or "gloo").lower().split(","):
        name = part.rpartition(":")[2]
        if name not in Backend.backend_list:
            raise AssertionError(f"Unknown backend type {name}")
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
    sort_ranks: bool = True,
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


def new_subgroups(
    group_size: Any = None,
    group: Any = None,
    timeout: Any = None,
    backend: Any = None,
    pg_options: Any = None,
    group_desc: Any = None,
) -> tuple[Any, list[Any]]:
    """Groups of equal size: one."""
    if group_size not in (None, 1):
        raise ValueError(f"The arg 'group_size' ({group_size}) must not exceed the world size (1)")
    made = new_group([0])
    return made, [made]


def new_subgroups_by_enumeration(
    ranks_per_subgroup_list: Any,
    timeout: Any = None,
    backend: Any = None,
    pg_options: Any = None,
    group_desc: Any = None,
) -> tuple[Any, list[Any]]:
    """Groups of the ranks that are listed."""
    made = [new_group(ranks) for ranks in ranks_per_subgroup_list]
    return made[0] if made else None, made


def split_group(
    parent_pg: Any = None,
    split_ranks: Any = None,
    timeout: Any = None,
    pg_options: Any = None,
    group_desc: Any = None,
    backend: Any = None,
) -> Any:
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
