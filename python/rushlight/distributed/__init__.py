"""``torch.distributed`` in a world of one process, so that programs written for many run on one.

The collectives are there, check their arguments, and do what they do where the only rank is 0. A world of more processes is
refused by :func:`init_process_group`.
"""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import device_mesh as device_mesh, distributed_c10d as distributed_c10d
    from .device_mesh import DeviceMesh as DeviceMesh, init_device_mesh as init_device_mesh
    from .distributed_c10d import *


def is_available() -> bool:
    """Whether this package is there."""
    return True


_FILES = {
    "distributed_c10d": "Backend DistBackendError DistError DistNetworkError DistStoreError FileStore GradBucket GroupMember HashStore P2POp "
    "PrefixStore ProcessGroup ReduceOp Store TCPStore Work all_gather all_gather_coalesced all_gather_into_tensor "
    "all_gather_object all_gather_single all_reduce all_reduce_coalesced all_to_all all_to_all_single barrier "
    "batch_isend_irecv broadcast broadcast_object_list default_pg_timeout destroy_process_group gather gather_object "
    "get_backend get_backend_config get_default_backend_for_device get_global_rank get_group_rank get_node_local_rank "
    "get_pg_count get_process_group_ranks get_rank get_world_size group init_process_group irecv is_backend_available "
    "is_gloo_available is_initialized is_mpi_available is_nccl_available is_torchelastic_launched is_ucc_available "
    "is_xccl_available isend monitored_barrier new_group new_subgroups new_subgroups_by_enumeration recv "
    "recv_object_list reduce reduce_op reduce_scatter reduce_scatter_single reduce_scatter_tensor scatter "
    "scatter_object_list send send_object_list split_group supports_complex",
    "device_mesh": "DeviceMesh init_device_mesh",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        _FILES,
        "algorithms checkpoint constants device_mesh distributed_c10d elastic fsdp launch nn optim rpc run tensor",
    )
