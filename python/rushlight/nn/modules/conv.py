"""Convolutions and their transposes."""

from __future__ import annotations

import math

from ... import _C
from .. import functional as F, init
from ..parameter import Parameter, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module
from .utils import _pair, _reverse_repeat_tuple, _single, _triple

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What all convolutions have in common: sizes, one for each axis, weights and the printed form."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: Any,
        dilation: tuple[int, ...],
        transposed: bool,
        output_padding: tuple[int, ...],
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}")
            if padding == "same" and any(s != 1 for s in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _PADDING_MODES:
            raise ValueError(
                f"padding_mode must be one of {{{str(list(_PADDING_MODES))[1:-1]}}}, but got padding_mode='{padding_mode}'"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = self._pad_widths()
        pair = (
            (in_channels, out_channels // groups)
            if transposed
            else (out_channels, in_channels // groups)
        )
        self.weight = Parameter(_C.empty((*pair, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(_C.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _pad_widths(self):
        """The paddings in the order of ``pad``; for ``'same'`` the left side is the smaller one."""
        if not isinstance(self.padding, str):
            return _reverse_repeat_tuple(self.padding, 2)
        widths = []
        for d, k in zip(reversed(self.dilation), reversed(self.kernel_size)):
            total = d * (k - 1) if self.padding == "same" else 0
            widths += [total // 2, total - total // 2]
        return widths

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        if not hasattr(self, "padding_mode"):
            self.padding_mode = "zeros"


class _Conv(_ConvNd):
    """A convolution; the function is that of the dimension."""

    _spread: Any = None
    _convolve = ""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        spread = type(self)._spread
        super().__init__(
            in_channels,
            out_channels,
            spread(kernel_size),
            spread(stride),
            padding if isinstance(padding, str) else spread(padding),
            spread(dilation),
            False,
            spread(0),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _conv_forward(self, input, weight, bias):
        convolve = getattr(F, self._convolve)
        if self.padding_mode == "zeros":
            return convolve(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
        padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
        return convolve(padded, weight, bias, self.stride, 0, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode == "zeros":
            return getattr(F, self._convolve)(
                input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
            )
        return self._conv_forward(input, self.weight, self.bias)


class Conv1d(_Conv):
    r"""Slides a bank of filters over a signal of several channels.

    :math:`\text{out}(N_i, C_j) = \text{bias}(C_j) + \sum_k \text{weight}(C_j, k) \star \text{input}(N_i, k)`

    Args:
        in_channels (int): channels of the input.
        out_channels (int): channels of the output.
        kernel_size (int or tuple): size of the filters.
        stride (int or tuple, optional): step between positions. Default: 1
        padding (int, tuple or str, optional): on both sides; or ``'same'``, ``'valid'``. Default: 0
        dilation (int or tuple, optional): spacing between the elements of a filter. Default: 1
        groups (int, optional): blocks of channels that are kept apart. Default: 1
        bias (bool, optional): adds a bias to every channel. Default: ``True``
        padding_mode (str, optional): ``'zeros'``, ``'reflect'``, ``'replicate'`` or ``'circular'``

    Shape:
        - Input: :math:`(N, C_\text{in}, L)` or :math:`(C_\text{in}, L)`
        - Output: :math:`(N, C_\text{out}, L')` or :math:`(C_\text{out}, L')`, with :math:`L' = \lfloor
          (L + 2\,\text{padding} - \text{dilation}\,(\text{kernel\_size} - 1) - 1) / \text{stride} + 1 \rfloor`

    Attributes:
        weight: of shape :math:`(\text{out}, \text{in} / \text{groups}, \text{kernel\_size})`
        bias: of shape :math:`(\text{out})`

    Examples::

        >>> rl.nn.Conv1d(16, 33, 3, stride=2)(rl.randn(20, 16, 50)).shape
        torch.Size([20, 33, 24])
    """

    _spread = staticmethod(_single)

    _convolve = "conv1d"


class Conv2d(_Conv):
    r"""Slides a bank of filters over images of several channels; the arguments are those of :class:`Conv1d`.

    Shape:
        - Input: :math:`(N, C_\text{in}, H, W)` or :math:`(C_\text{in}, H, W)`
        - Output: :math:`(N, C_\text{out}, H', W')` or :math:`(C_\text{out}, H', W')`

    Args:
        in_channels (int): channels of the input.
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int, tuple or str): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    Examples::

        >>> rl.nn.Conv2d(16, 33, 3, stride=2)(rl.randn(2, 16, 50, 100)).shape
        torch.Size([2, 33, 24, 49])
    """

    _spread = staticmethod(_pair)

    _convolve = "conv2d"


class Conv3d(_Conv):
    r"""Slides a bank of filters over volumes of several channels; the arguments are those of :class:`Conv1d`.

    Shape:
        - Input: :math:`(N, C_\text{in}, D, H, W)` or :math:`(C_\text{in}, D, H, W)`
        - Output: :math:`(N, C_\text{out}, D', H', W')` or :math:`(C_\text{out}, D', H', W')`

    Args:
        in_channels (int): channels of the input.
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int, tuple or str): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    Examples::

        >>> rl.nn.Conv3d(4, 6, 3)(rl.randn(2, 4, 5, 6, 7)).shape
        torch.Size([2, 6, 3, 4, 5])
    """

    _spread = staticmethod(_triple)

    _convolve = "conv3d"


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution; `output_padding` says which of the possible output sizes is meant."""

    _spread: Any = None
    _convolve = ""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        spread = type(self)._spread
        super().__init__(
            in_channels,
            out_channels,
            spread(kernel_size),
            spread(stride),
            padding if isinstance(padding, str) else spread(padding),
            spread(dilation),
            True,
            spread(output_padding),
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _output_padding(self, input, output_size):
        """The padding that makes the output exactly `output_size`."""
        if output_size is None:
            return self.output_padding
        n = len(self.kernel_size)
        skip = 2 if input.dim() == n + 2 else 1
        if len(output_size) == skip + n:
            output_size = output_size[skip:]
        if len(output_size) != n:
            raise ValueError(
                f"ConvTranspose{n}D: for {input.dim()}D input, output_size must have {n} or {skip + n} elements "
                f"(got {len(output_size)})"
            )
        smallest, largest = [], []
        for d in range(n):
            size = (
                (input.size(d + skip) - 1) * self.stride[d]
                - 2 * self.padding[d]
                + self.dilation[d] * (self.kernel_size[d] - 1)
                + 1
            )
            smallest.append(size)
            largest.append(size + self.stride[d] - 1)
        for size, low, high in zip(output_size, smallest, largest):
            if not low <= size <= high:
                raise ValueError(
                    f"requested an output size of {output_size}, but valid sizes range from {smallest} to {largest} "
                    f"(for an input of {input.size()[2:]})"
                )
        return [size - low for size, low in zip(output_size, smallest)]

    def forward(self, input: Tensor, output_size: Tensor | None = None) -> Tensor:
        return getattr(F, self._convolve)(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self._output_padding(input, output_size),
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTransposeNd):
    r"""The gradient of :class:`Conv1d` with respect to its input, used as a layer of its own.

    Args:
        in_channels, out_channels (int): channels of input and output.
        kernel_size (int or tuple): size of the filters.
        stride (int or tuple, optional): Default: 1
        padding (int or tuple, optional): taken off both sides of the output. Default: 0
        output_padding (int or tuple, optional): added to one side of the output. Default: 0
        groups (int, optional): Default: 1
        bias (bool, optional): Default: ``True``
        dilation (int or tuple, optional): Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    Shape:
        - Input: :math:`(N, C_\text{in}, L)`; output: :math:`(N, C_\text{out}, L')` with :math:`L' = (L - 1)
          \text{stride} - 2\,\text{padding} + \text{dilation}\,(\text{kernel\_size} - 1) + \text{output\_padding} + 1`

    Examples::

        >>> rl.nn.ConvTranspose1d(4, 2, 3, stride=2)(rl.randn(1, 4, 5)).shape
        torch.Size([1, 2, 11])
    """

    _spread = staticmethod(_single)

    _convolve = "conv_transpose1d"


class ConvTranspose2d(_ConvTransposeNd):
    """The gradient of :class:`Conv2d` with respect to its input; arguments as in :class:`ConvTranspose1d`.

    Args:
        in_channels (int): channels of the input.
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0
        output_padding (int or tuple): added to one side of the result. Default: 0
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        dilation (int or tuple): step between the elements of a window. Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    Examples::

        >>> rl.nn.ConvTranspose2d(4, 2, 3, stride=2)(rl.randn(1, 4, 5, 5)).shape
        torch.Size([1, 2, 11, 11])
    """

    _spread = staticmethod(_pair)

    _convolve = "conv_transpose2d"


class ConvTranspose3d(_ConvTransposeNd):
    """The gradient of :class:`Conv3d` with respect to its input; arguments as in :class:`ConvTranspose1d`.

    Args:
        in_channels (int): channels of the input.
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0
        output_padding (int or tuple): added to one side of the result. Default: 0
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        dilation (int or tuple): step between the elements of a window. Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    Examples::

        >>> rl.nn.ConvTranspose3d(4, 2, 3)(rl.randn(1, 4, 5, 5, 5)).shape
        torch.Size([1, 2, 7, 7, 7])
    """

    _spread = staticmethod(_triple)

    _convolve = "conv_transpose3d"


class _LazyConv(LazyModuleMixin):
    """A convolution whose ``in_channels`` is the number of channels of the first input."""

    def _lazy(self, out_channels, bias, device, dtype):
        """Weight and bias without shapes, once the sizes that are known have been checked."""
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> Any:
        dims = len(self.kernel_size)
        if input.dim() not in (dims + 1, dims + 2):
            raise RuntimeError(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {type(self).__name__}, "
                f"but got input of size: {input.shape}"
            )
        self._set_channels(input.shape[-dims - 1])
        pair = (self.in_channels, self.out_channels // self.groups)
        if not self.transposed:
            pair = (self.out_channels, self.in_channels // self.groups)
        self.weight.materialize((*pair, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _set_channels(self, channels):
        self.in_channels = channels
        if channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.in_channels == 0 and not self.has_uninitialized_params():
            shape = self.weight.shape
            self._set_channels(shape[0] if self.transposed else shape[1] * self.groups)
        return super().__call__(*args, **kwargs)


class _LazyForward(_LazyConv):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype
        )
        self._lazy(out_channels, bias, device, dtype)


class _LazyTransposed(_LazyConv):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0,
            0,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            False,
            dilation,
            padding_mode,
            device,
            dtype,
        )
        self._lazy(out_channels, bias, device, dtype)


class LazyConv1d(_LazyForward, Conv1d):
    """:class:`Conv1d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int, tuple or str): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConv1d(8, 3)
    >>> m(rl.ones(1, 4, 6)).shape, m.in_channels
    (torch.Size([1, 8, 4]), 4)
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyForward, Conv2d):
    """:class:`Conv2d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int, tuple or str): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConv2d(8, 3)
    >>> m(rl.ones(1, 4, 6, 6)).shape, m.in_channels
    (torch.Size([1, 8, 4, 4]), 4)
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyForward, Conv3d):
    """:class:`Conv3d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int, tuple or str): what is added to both sides. Default: 0
        dilation (int or tuple): step between the elements of a window. Default: 1
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConv3d(8, 3)
    >>> m(rl.ones(1, 4, 6, 6, 6)).shape, m.in_channels
    (torch.Size([1, 8, 4, 4, 4]), 4)
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyTransposed, ConvTranspose1d):
    """:class:`ConvTranspose1d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0
        output_padding (int or tuple): added to one side of the result. Default: 0
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        dilation (int or tuple): step between the elements of a window. Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConvTranspose1d(8, 3)
    >>> m(rl.ones(1, 4, 6)).shape, m.in_channels
    (torch.Size([1, 8, 8]), 4)
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyTransposed, ConvTranspose2d):
    """:class:`ConvTranspose2d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0
        output_padding (int or tuple): added to one side of the result. Default: 0
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        dilation (int or tuple): step between the elements of a window. Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConvTranspose2d(8, 3)
    >>> m(rl.ones(1, 4, 6, 6)).shape, m.in_channels
    (torch.Size([1, 8, 8, 8]), 4)
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyTransposed, ConvTranspose3d):
    """:class:`ConvTranspose3d` whose ``in_channels`` comes from the first input.

    Args:
        out_channels (int): channels of the result.
        kernel_size (int or tuple): size of the kernel.
        stride (int or tuple): step from one window to the next. Default: 1
        padding (int or tuple): what is added to both sides. Default: 0
        output_padding (int or tuple): added to one side of the result. Default: 0
        groups (int): parts of the channels that do not mix. Default: 1
        bias (bool): adds a learned number to each channel. Default: ``True``
        dilation (int or tuple): step between the elements of a window. Default: 1
        padding_mode (str): ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``. Default: ``"zeros"``

    >>> m = nn.LazyConvTranspose3d(8, 3)
    >>> m(rl.ones(1, 4, 6, 6, 6)).shape, m.in_channels
    (torch.Size([1, 8, 8, 8, 8]), 4)
    """

    cls_to_become = ConvTranspose3d
