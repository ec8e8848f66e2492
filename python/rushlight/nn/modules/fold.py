"""Images as columns of blocks, and back."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class Fold(Module):
    r"""Adds up blocks into an image; what :class:`Unfold` takes apart.

    Args:
        output_size (int or tuple): of the image.
        kernel_size, dilation, padding, stride: of the blocks.

    Shape:
        - Input: :math:`(N, C \prod \text{kernel\_size}, L)`; output: :math:`(N, C, H, W)`

    >>> nn.Fold((4, 4), 2, stride=2)(rl.ones(1, 12, 4)).shape
    torch.Size([1, 3, 4, 4])
    """

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Unfold(Module):
    r"""The sliding blocks of an image, each as a column.

    Args:
        kernel_size, dilation, padding, stride: of the blocks.

    Shape:
        - Input: :math:`(N, C, H, W)`; output: :math:`(N, C \prod \text{kernel\_size}, L)`

    >>> nn.Unfold(2, stride=2)(rl.ones(1, 3, 4, 4)).shape
    torch.Size([1, 12, 4])
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
