"""What processes hold of a tensor, at PyTorch's address."""

from . import Partial as Partial, Placement as Placement, Replicate as Replicate, Shard as Shard


class _StridedShard(Shard):
    """A part of a part.

    Args: dim (int): the axis that is cut. split_factor (int): into how many before.
    """

    def __init__(self, dim: int, *, split_factor: int) -> None:
        super().__init__(dim)
        self.split_factor = split_factor
