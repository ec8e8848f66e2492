"""Tensors that several processes hold parts of. With one process there are none: programs ask, and the answer is no."""

from __future__ import annotations

from ..._C import Tensor
from ..device_mesh import DeviceMesh as DeviceMesh, init_device_mesh as init_device_mesh

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class Placement:
    """What the processes along an axis of a mesh hold of a tensor."""

    def is_shard(self, dim: int | None = None) -> bool:
        """Whether each holds a part, along the axis ``dim`` if it is given."""
        return False

    def is_replicate(self) -> bool:
        """Whether each holds all."""
        return False

    def is_partial(self, reduce_op: str | None = None) -> bool:
        """Whether each holds something to be summed, or reduced by ``reduce_op``."""
        return False


class Shard(Placement):
    """Each process holds a part.

    Args: dim (int): the axis that is cut.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def is_shard(self, dim: int | None = None) -> bool:
        return dim is None or dim == self.dim

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shard) and other.dim == self.dim

    def __hash__(self) -> int:
        return hash((Shard, self.dim))

    def __repr__(self) -> str:
        return f"Shard(dim={self.dim})"


class Replicate(Placement):
    """Each process holds all of it."""

    def is_replicate(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Replicate)

    def __hash__(self) -> int:
        return hash(Replicate)

    def __repr__(self) -> str:
        return "Replicate()"


class Partial(Placement):
    """Each process holds something that is to be reduced.

    Args: reduce_op (str): how. Default: ``"sum"``
    """

    def __init__(self, reduce_op: str = "sum") -> None:
        self.reduce_op = reduce_op

    def is_partial(self, reduce_op: str | None = None) -> bool:
        return reduce_op is None or reduce_op == self.reduce_op

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partial) and other.reduce_op == self.reduce_op

    def __hash__(self) -> int:
        return hash((Partial, self.reduce_op))

    def __repr__(self) -> str:
        return f"Partial({self.reduce_op})"


class DTensor(Tensor):
    """A tensor of several processes; for ``isinstance``, which is false of all tensors there are."""


def distribute_tensor(
    tensor: Any, device_mesh: Any = None, placements: Any = None, **options: Any
) -> NoReturn:
    """Gives each process its part.

    Errors: RuntimeError, as there is one process, which has it all.
    """
    raise RuntimeError(
        "distribute_tensor: there is one process, which holds all of a tensor; use the tensor itself"
    )


def distribute_module(module: Any, device_mesh: Any = None, *args: Any, **options: Any) -> NoReturn:
    """The same of all parameters of a module.

    Errors: RuntimeError, as there is one process, which has it all.
    """
    raise RuntimeError(
        "distribute_module: there is one process, which holds all of a module; use the module itself"
    )


__all__ = [
    "DTensor",
    "DeviceMesh",
    "Partial",
    "Placement",
    "Replicate",
    "Shard",
    "distribute_module",
    "distribute_tensor",
    "init_device_mesh",
]
