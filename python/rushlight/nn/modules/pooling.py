"""Pooling: the largest, the mean or the norm of every window."""

from __future__ import annotations

from .. import functional as F
from .module import Module
from .utils import _pair, _single, _triple

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _MaxPoolNd(Module):
    return_indices = False
    ceil_mode = False

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    r"""Takes the largest value of every window.

    Args:
        kernel_size (int or tuple): size of the window.
        stride (int or tuple): step between windows. Default: `kernel_size`
        padding (int or tuple): of :math:`-\infty` on both sides. Default: 0
        dilation (int or tuple): spacing inside the window. Default: 1
        return_indices (bool): give the places of the largest values too. Default: ``False``
        ceil_mode (bool): a last, partial window counts. Default: ``False``

    Shape:
        - Input: :math:`(N, C, L)` or :math:`(C, L)`; output: the same with :math:`L' = \lfloor (L + 2\,\text{padding}
          - \text{dilation}\,(\text{kernel\_size} - 1) - 1) / \text{stride} + 1 \rfloor`

    Examples::

        >>> rl.nn.MaxPool1d(3, stride=2)(rl.randn(20, 16, 50)).shape
        torch.Size([20, 16, 24])
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )


class MaxPool2d(_MaxPoolNd):
    """Takes the largest value of every window of an image; arguments as in :class:`MaxPool1d`.

    Args:
        kernel_size (int or tuple): size of a window.
        stride (int or tuple): step from one window to the next. Default: ``kernel_size``
        padding (int or tuple): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        return_indices (bool): gives the positions of the greatest elements too. Default: ``False``
        ceil_mode (bool): rounds the size of the result up. Default: ``False``

    Examples::

        >>> rl.nn.MaxPool2d(2)(rl.randn(1, 3, 8, 10)).shape
        torch.Size([1, 3, 4, 5])
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )


class MaxPool3d(_MaxPoolNd):
    """Takes the largest value of every window of a volume; arguments as in :class:`MaxPool1d`.

    Args:
        kernel_size (int or tuple): size of a window.
        stride (int or tuple): step from one window to the next. Default: ``kernel_size``
        padding (int or tuple): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        return_indices (bool): gives the positions of the greatest elements too. Default: ``False``
        ceil_mode (bool): rounds the size of the result up. Default: ``False``

    >>> nn.MaxPool3d(2)(rl.ones(1, 3, 8, 8, 8)).shape
    torch.Size([1, 3, 4, 4, 4])
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool3d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )


class _MaxUnpoolNd(Module):
    _unpool = ""
    _spread = staticmethod(_single)

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        spread = type(self)._spread
        self.kernel_size = spread(kernel_size)
        self.stride = spread(stride if stride is not None else kernel_size)
        self.padding = spread(padding)

    def forward(self, input: Tensor, indices: Any, output_size: Tensor | None = None) -> Any:
        return getattr(F, self._unpool)(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Puts values back where :class:`MaxPool1d` found them; everything else is zero.

    Args:
        kernel_size (int or tuple): size of the window.
        stride (int or tuple): step between windows. Default: `kernel_size`
        padding (int or tuple): that was added to the input. Default: 0

    >>> y, at = nn.MaxPool1d(2, return_indices=True)(rl.tensor([[1.0, 4.0, 2.0, 3.0]]))
    >>> nn.MaxUnpool1d(2)(y, at)
    tensor([[0., 4., 0., 3.]])
    """

    _unpool = "max_unpool1d"


class MaxUnpool2d(_MaxUnpoolNd):
    """Puts values back where :class:`MaxPool2d` found them; arguments as in :class:`MaxUnpool1d`.

    Args:
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0

    >>> y, at = nn.MaxPool2d(2, return_indices=True)(rl.ones(1, 1, 4, 4))
    >>> nn.MaxUnpool2d(2)(y, at).shape
    torch.Size([1, 1, 4, 4])
    """

    _unpool = "max_unpool2d"
    _spread = staticmethod(_pair)


class MaxUnpool3d(_MaxUnpoolNd):
    """Puts values back where :class:`MaxPool3d` found them; arguments as in :class:`MaxUnpool1d`.

    Args:
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0

    >>> y, at = nn.MaxPool3d(2, return_indices=True)(rl.ones(1, 1, 4, 4, 4))
    >>> nn.MaxUnpool3d(2)(y, at).shape
    torch.Size([1, 1, 4, 4, 4])
    """

    _unpool = "max_unpool3d"
    _spread = staticmethod(_triple)


class _AvgPoolNd(Module):
    _pool = ""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._pool)(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """Takes the mean of every window.

    Args:
        kernel_size (int or tuple): size of the window.
        stride (int or tuple): step between windows. Default: `kernel_size`
        padding (int or tuple): of zeros on both sides. Default: 0
        ceil_mode (bool): a last, partial window counts. Default: ``False``
        count_include_pad (bool): the zeros count in the mean. Default: ``True``

    Examples::

        >>> rl.nn.AvgPool1d(3, stride=2)(rl.tensor([[[1., 2, 3, 4, 5, 6, 7]]]))
        tensor([[[2., 4., 6.]]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        Module.__init__(self)
        self.kernel_size = _single(kernel_size)
        self.stride = _single(stride if stride is not None else kernel_size)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Any:
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )


class AvgPool2d(_AvgPoolNd):
    """Takes the mean of every window of an image.

    Args:
        kernel_size, stride, padding, ceil_mode, count_include_pad: as in :class:`AvgPool1d`.
        divisor_override (int): what the sum is divided by. Default: the size of the window

    Examples::

        >>> rl.nn.AvgPool2d(2)(rl.randn(1, 3, 8, 10)).shape
        torch.Size([1, 3, 4, 5])
    """

    _pool = "avg_pool2d"


class AvgPool3d(_AvgPoolNd):
    """Takes the mean of every window of a volume; arguments as in :class:`AvgPool2d`.

    Args:
        kernel_size (int or tuple): size of a window.
        stride (int or tuple): step from one window to the next. Default: ``kernel_size``
        padding (int or tuple): what is added to both sides. Default: 0
        ceil_mode (bool): rounds the size of the result up. Default: ``False``
        count_include_pad (bool): counts the padding in means. Default: ``True``
        divisor_override (int, optional): divides by this instead of the size of the window.

    >>> nn.AvgPool3d(2)(rl.ones(1, 3, 8, 8, 8)).shape
    torch.Size([1, 3, 4, 4, 4])
    """

    _pool = "avg_pool3d"

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        self.__dict__.setdefault("padding", 0)
        self.__dict__.setdefault("ceil_mode", False)
        self.__dict__.setdefault("count_include_pad", True)


class _FractionalMaxPool(Module):
    _pool = ""
    _spread = staticmethod(_pair)

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> None:
        super().__init__()
        spread, name = type(self)._spread, type(self).__name__
        self.kernel_size = spread(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else spread(output_size)
        self.output_ratio = None if output_ratio is None else spread(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._pool)(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """Takes the largest value of windows placed at random so that the output has the wanted size.

    Args:
        kernel_size (int or tuple): size of the window.
        output_size (int or tuple): of the output; or
        output_ratio (float or tuple): output size over input size, between 0 and 1.
        return_indices (bool): give the places of the largest values too. Default: ``False``

    Source: Graham (2014), Fractional max-pooling.

    >>> nn.FractionalMaxPool2d(2, output_size=5)(rl.ones(1, 1, 8, 8)).shape
    torch.Size([1, 1, 5, 5])
    """

    _pool = "fractional_max_pool2d"


class FractionalMaxPool3d(_FractionalMaxPool):
    """Fractional max-pooling of volumes; arguments as in :class:`FractionalMaxPool2d`.

    Args:
        kernel_size (int or tuple): size of a window.
        output_ratio (float or tuple, optional): size of the result as a part of the input's.
        return_indices (bool): gives the positions of the greatest elements too. Default: ``False``
        output_size (int or tuple): size of the result; ``None`` keeps an axis.

    >>> nn.FractionalMaxPool3d(2, output_size=5)(rl.ones(1, 1, 8, 8, 8)).shape
    torch.Size([1, 1, 5, 5, 5])
    """

    _pool = "fractional_max_pool3d"
    _spread = staticmethod(_triple)


class _LPPoolNd(Module):
    _pool = ""

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._pool)(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    r"""Takes :math:`\sqrt[p]{\sum x^p}` of every window.

    Args:
        norm_type (float): :math:`p`.
        kernel_size (int): size of the window.
        stride (int): step between windows. Default: `kernel_size`
        ceil_mode (bool): a last, partial window counts. Default: ``False``

    >>> nn.LPPool1d(2, 2)(rl.tensor([[3.0, 4.0, 6.0, 8.0]]))
    tensor([[ 5., 10.]])
    """

    _pool = "lp_pool1d"


class LPPool2d(_LPPoolNd):
    """Takes the p-norm of every window of an image; arguments as in :class:`LPPool1d`.

    Args:
        norm_type (float): the exponent p.
        kernel_size (int or tuple): size of a window.
        stride (int or tuple): step from one window to the next. Default: ``kernel_size``
        ceil_mode (bool): rounds the size of the result up. Default: ``False``

    >>> nn.LPPool2d(2, 2)(rl.ones(1, 1, 4, 4)).shape
    torch.Size([1, 1, 2, 2])
    """

    _pool = "lp_pool2d"


class LPPool3d(_LPPoolNd):
    """Takes the p-norm of every window of a volume; arguments as in :class:`LPPool1d`.

    Args:
        norm_type (float): the exponent p.
        kernel_size (int or tuple): size of a window.
        stride (int or tuple): step from one window to the next. Default: ``kernel_size``
        ceil_mode (bool): rounds the size of the result up. Default: ``False``

    >>> nn.LPPool3d(2, 2)(rl.ones(1, 1, 4, 4, 4)).shape
    torch.Size([1, 1, 2, 2, 2])
    """

    _pool = "lp_pool3d"


class _AdaptiveAvgPoolNd(Module):
    _pool = ""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._pool)(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveMaxPoolNd(_AdaptiveAvgPoolNd):
    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._pool)(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """Takes the largest values of as many windows as the output is to have elements.

    Args:
        output_size (int or tuple): ``None`` in a place keeps the size of the input.
        return_indices (bool): give the places of the largest values too. Default: ``False``

    >>> nn.AdaptiveMaxPool1d(2)(rl.tensor([[1.0, 4.0, 2.0, 3.0]]))
    tensor([[4., 3.]])
    """

    _pool = "adaptive_max_pool1d"


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """Adaptive max-pooling of images; arguments as in :class:`AdaptiveMaxPool1d`.

    Args:
        output_size (int or tuple): size of the result; ``None`` keeps an axis.
        return_indices (bool): gives the positions of the greatest elements too. Default: ``False``

    >>> nn.AdaptiveMaxPool2d((5, None))(rl.ones(1, 3, 8, 9)).shape
    torch.Size([1, 3, 5, 9])
    """

    _pool = "adaptive_max_pool2d"


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """Adaptive max-pooling of volumes; arguments as in :class:`AdaptiveMaxPool1d`.

    Args:
        output_size (int or tuple): size of the result; ``None`` keeps an axis.
        return_indices (bool): gives the positions of the greatest elements too. Default: ``False``

    >>> nn.AdaptiveMaxPool3d(2)(rl.ones(1, 3, 8, 8, 8)).shape
    torch.Size([1, 3, 2, 2, 2])
    """

    _pool = "adaptive_max_pool3d"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Takes the means of as many windows as the output is to have elements.

    Args:
        output_size (int or tuple): ``None`` in a place keeps the size of the input.

    >>> nn.AdaptiveAvgPool1d(2)(rl.tensor([[1.0, 4.0, 2.0, 3.0]]))
    tensor([[2.5000, 2.5000]])
    """

    _pool = "adaptive_avg_pool1d"


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Adaptive mean-pooling of images.

    Args:
        output_size (int or tuple): ``None`` in a place keeps the size of the input.

    Examples::

        >>> rl.nn.AdaptiveAvgPool2d((5, 7))(rl.randn(1, 64, 8, 9)).shape
        torch.Size([1, 64, 5, 7])
    """

    _pool = "adaptive_avg_pool2d"


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Adaptive mean-pooling of volumes; arguments as in :class:`AdaptiveAvgPool2d`.

    Args:
        output_size (int or tuple): size of the result; ``None`` keeps an axis.

    >>> nn.AdaptiveAvgPool3d(2)(rl.ones(1, 3, 8, 8, 8)).shape
    torch.Size([1, 3, 2, 2, 2])
    """

    _pool = "adaptive_avg_pool3d"
