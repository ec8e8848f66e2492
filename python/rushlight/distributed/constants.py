"""How long collectives wait for other processes, at PyTorch's address."""

from ._parts import default_pg_timeout

default_pg_nccl_timeout = default_pg_timeout

__all__ = ["default_pg_nccl_timeout", "default_pg_timeout"]
