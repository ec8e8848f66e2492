"""Channels into pixels, and back."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from ..._C import Tensor


class PixelShuffle(Module):
    r"""Turns :math:`(*, C r^2, H, W)` into :math:`(*, C, H r, W r)`.

    Args:
        upscale_factor (int): :math:`r`.

    >>> nn.PixelShuffle(2)(rl.ones(1, 12, 4, 4)).shape
    torch.Size([1, 3, 8, 8])
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    r"""Turns :math:`(*, C, H r, W r)` into :math:`(*, C r^2, H, W)`.

    Args:
        downscale_factor (int): :math:`r`.

    >>> nn.PixelUnshuffle(2)(rl.ones(1, 3, 8, 8)).shape
    torch.Size([1, 12, 4, 4])
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"
