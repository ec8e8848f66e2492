"""Processes laid out on axes: one process on any number of axes of length one."""

from __future__ import annotations

from . import distributed_c10d as c10d

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DeviceMesh:
    """Ranks on named axes.

    Args:
        device_type (str): the kind of device.
        mesh (Tensor or nested list): ranks, of which there is 0 alone.
        mesh_dim_names (tuple of str, optional): names of the axes.

    Errors: RuntimeError for ranks that the world has not.
    """

    def __init__(
        self,
        device_type: str,
        mesh: Any = None,
        *,
        mesh_dim_names: Any = None,
        backend_override: Any = None,
        _init_backend: bool = True,
    ) -> None:
        from .. import as_tensor, int64

        self.device_type = device_type
        self.mesh = as_tensor(mesh, dtype=int64)
        self.mesh_dim_names = tuple(mesh_dim_names) if mesh_dim_names else None
        if self.mesh.numel() != 1 or int(self.mesh.reshape(())) != 0:
            raise RuntimeError(
                f"Mesh should not be bigger than default world size 1, but found {self.mesh.numel()} ranks!"
            )
        c10d._group_of(None)

    @property
    def ndim(self) -> int:
        """How many axes."""
        return self.mesh.dim()

    @property
    def shape(self) -> tuple[int, ...]:
        """Their lengths."""
        return tuple(self.mesh.shape)

    def size(self, mesh_dim: int | None = None) -> int:
        """Ranks in all, or along an axis."""
        return self.mesh.numel() if mesh_dim is None else self.mesh.size(mesh_dim)

    def _axis(self, mesh_dim: Any) -> int:
        if isinstance(mesh_dim, str):
            if mesh_dim not in (self.mesh_dim_names or ()):
                raise KeyError(
                    f"Invalid mesh_dim_name {mesh_dim!r} specified. Valid names are {self.mesh_dim_names}."
                )
            return self.mesh_dim_names.index(mesh_dim)  # type: ignore[union-attr]
        return int(mesh_dim or 0)

    def __getitem__(self, names: Any) -> DeviceMesh:
        names = (names,) if isinstance(names, str) else tuple(names)
        for name in names:
            self._axis(name)
        return DeviceMesh(self.device_type, self.mesh.reshape([1] * len(names)), mesh_dim_names=names)

    def get_group(self, mesh_dim: Any = None) -> Any:
        """The processes along an axis."""
        self._axis(mesh_dim)
        return c10d._group_of(None)

    def get_all_groups(self) -> list[Any]:
        """Those of every axis."""
        return [c10d._group_of(None)] * self.ndim

    def get_rank(self) -> int:
        """This process."""
        return 0

    def get_local_rank(self, mesh_dim: Any = None) -> int:
        """This process along an axis."""
        self._axis(mesh_dim)
        return 0

    def get_coordinate(self) -> list[int]:
        """Where this process is."""
        return [0] * self.ndim

    def __repr__(self) -> str:
        named = self.mesh_dim_names or tuple(range(self.ndim))
        return f"DeviceMesh({', '.join(f'{name}={n}' for name, n in zip(named, self.shape, strict=True))}, device={self.device_type})"


def init_device_mesh(
    device_type: str, mesh_shape: Any, *, mesh_dim_names: Any = None, backend_override: Any = None
) -> DeviceMesh:
    """A mesh over the world, which is made if it is not there yet.

    Example::

        >>> mesh = rl.distributed.init_device_mesh("cpu", (1, 1), mesh_dim_names=("data", "model"))
        >>> mesh["data"].size()
        1
        >>> rl.distributed.destroy_process_group()
    """
    from math import prod

    from .. import zeros

    if mesh_dim_names is not None and len(set(mesh_dim_names)) != len(mesh_dim_names):
        raise RuntimeError("Each mesh_dim_name must be unique.")
    if mesh_dim_names is not None and len(mesh_dim_names) != len(mesh_shape):
        raise RuntimeError("mesh_shape and mesh_dim_names should have same length!")
    if not c10d.is_initialized():
        c10d.init_process_group(rank=0, world_size=1, store=c10d.HashStore())
    if prod(mesh_shape) != 1:
        raise RuntimeError(
            f"Mesh should not be bigger than default world size 1, but found {prod(mesh_shape)} ranks!"
        )
    return DeviceMesh(device_type, zeros(tuple(mesh_shape)), mesh_dim_names=mesh_dim_names)


__all__ = ["DeviceMesh", "init_device_mesh"]
