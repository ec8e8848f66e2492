"""Channels in another order."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from ..._C import Tensor


class ChannelShuffle(Module):
    """Divides the channels into groups and interleaves them.

    Args:
        groups (int): number of groups.

    >>> nn.ChannelShuffle(2)(rl.arange(4.0).view(1, 4, 1, 1)).flatten()
    tensor([0., 2., 1., 3.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
