"""Layers that put a border around their input."""

from __future__ import annotations

from .. import functional as F
from .module import Module
from .utils import _ntuple

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _Pad(Module):
    """A border of a given kind; the widths go from the last dimension to the first, left before right."""

    _dims = 1
    _mode = "constant"

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = _ntuple(2 * self._dims, "spread")(padding)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ReflectionPadNd(_Pad):
    _mode = "reflect"


class _ReplicationPadNd(_Pad):
    _mode = "replicate"


class _CircularPadNd(_Pad):
    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (self._dims + 1, self._dims + 2):
            raise ValueError(
                f"expected {self._dims + 1}D or {self._dims + 2}D input (got {input.dim()}D input)"
            )
        return F.pad(input, self.padding, "circular")


class _ConstantPadNd(_Pad):
    def __init__(self, padding: Any, value: Any) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad:
    padding: Any

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPad1d(_ConstantPadNd):
    """Pads with a constant.

    Args:
        padding (int or tuple): the widths, left and right.
        value (float): the constant.

    >>> nn.ConstantPad1d((1, 2), 9.0)(rl.tensor([[1.0, 2.0]]))
    tensor([[9., 1., 2., 9., 9.]])
    """


class ConstantPad2d(_ConstantPadNd):
    """Pads images with a constant; widths left, right, top, bottom.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.
        value (float): what is added.

    >>> nn.ConstantPad2d(1, 9.0)(rl.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 5])
    """

    _dims = 2


class ConstantPad3d(_ConstantPadNd):
    """Pads volumes with a constant; widths left, right, top, bottom, front, back.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.
        value (float): what is added.

    >>> nn.ConstantPad3d(1, 9.0)(rl.ones(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 5, 6])
    """

    _dims = 3


class ZeroPad1d(_ZeroPad, ConstantPad1d):
    """Pads with zeros; widths left and right.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ZeroPad1d((1, 2))(rl.tensor([[1.0, 2.0]]))
    tensor([[0., 1., 2., 0., 0.]])
    """


class ZeroPad2d(_ZeroPad, ConstantPad2d):
    """Pads images with zeros; widths left, right, top, bottom.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ZeroPad2d(1)(rl.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 5])
    """


class ZeroPad3d(_ZeroPad, ConstantPad3d):
    """Pads volumes with zeros; widths left, right, top, bottom, front, back.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ZeroPad3d(1)(rl.ones(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 5, 6])
    """


class ReflectionPad1d(_ReflectionPadNd):
    """Pads with the mirror image of the input, the border itself not repeated; widths left and right.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReflectionPad1d(2)(rl.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """


class ReflectionPad2d(_ReflectionPadNd):
    """Pads images with their mirror image; widths left, right, top, bottom.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReflectionPad2d(1)(rl.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 5])
    """

    _dims = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Pads volumes with their mirror image; widths left, right, top, bottom, front, back.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReflectionPad3d(1)(rl.ones(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 5, 6])
    """

    _dims = 3


class ReplicationPad1d(_ReplicationPadNd):
    """Pads with the value at the border; widths left and right.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReplicationPad1d(2)(rl.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 1., 1., 2., 3., 3., 3.]])
    """


class ReplicationPad2d(_ReplicationPadNd):
    """Pads images with the value at the border; widths left, right, top, bottom.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReplicationPad2d(1)(rl.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 5])
    """

    _dims = 2


class ReplicationPad3d(_ReplicationPadNd):
    """Pads volumes with the value at the border; widths left, right, top, bottom, front, back.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.ReplicationPad3d(1)(rl.ones(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 5, 6])
    """

    _dims = 3


class CircularPad1d(_CircularPadNd):
    """Pads with the values from the other end; widths left and right.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.CircularPad1d(1)(rl.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 1., 2., 3., 1.]])
    """


class CircularPad2d(_CircularPadNd):
    """Pads images with the values from the other side; widths left, right, top, bottom.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.CircularPad2d(1)(rl.ones(1, 1, 2, 3)).shape
    torch.Size([1, 1, 4, 5])
    """

    _dims = 2


class CircularPad3d(_CircularPadNd):
    """Pads volumes with the values from the other side; widths left, right, top, bottom, front, back.

    Args:
        padding (int or tuple): how much is added to each side; one for all, or a pair for each axis, the last axis first.

    >>> nn.CircularPad3d(1)(rl.ones(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 5, 6])
    """

    _dims = 3
