"""Gradients of convolutions by themselves (``torch.nn.grad``)."""

from __future__ import annotations

from .. import _C
from ..autograd import grad
from ..autograd.grad_mode import enable_grad

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


def _gradient(n: int, of: int, input: Any, weight: Any, grad_output: Any, options: tuple[Any, ...]) -> Any:
    """The gradient of an `n`-dimensional convolution with respect to its operand number `of`."""
    given: list[Any] = [input, weight]
    shape = given[of]
    # values of the operand itself do not matter: a convolution is linear in each
    given[of] = grad_output.new_empty(1).expand(tuple(shape)).requires_grad_()
    with enable_grad():
        result = getattr(_C, f"conv{n}d")(given[0], given[1], None, *options)
    return grad(result, given[of], grad_output)[0]


def conv1d_input(
    input_size: Any,
    weight: Tensor,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv1d`` with respect to its input.

    Args:
        input_size (sequence of int): the input's shape.
        weight (Tensor): the kernel.
        grad_output (Tensor): the gradient at the result.
        stride, padding, dilation, groups: those of the convolution.
    """
    return _gradient(1, 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv1d_weight(
    input: Tensor,
    weight_size: Any,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv1d`` with respect to its kernel, of shape ``weight_size``."""
    return _gradient(1, 1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv2d_input(
    input_size: Any,
    weight: Tensor,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv2d`` with respect to its input.

    Example::

        >>> nn.grad.conv2d_input((1, 1, 3, 3), rl.ones(1, 1, 2, 2), rl.ones(1, 1, 2, 2))
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])
    """
    return _gradient(2, 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv2d_weight(
    input: Tensor,
    weight_size: Any,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv2d`` with respect to its kernel."""
    return _gradient(2, 1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv3d_input(
    input_size: Any,
    weight: Tensor,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv3d`` with respect to its input."""
    return _gradient(3, 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv3d_weight(
    input: Tensor,
    weight_size: Any,
    grad_output: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The gradient of ``conv3d`` with respect to its kernel."""
    return _gradient(3, 1, input, weight_size, grad_output, (stride, padding, dilation, groups))
