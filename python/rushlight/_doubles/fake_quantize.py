"""Numbers rounded as quantisation would round them: what training learns to live with. There are no quantised tensors."""

from __future__ import annotations

from .. import _C
from ..autograd.function import Function

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

Tensor = _C.Tensor


class FakeQuantizePerTensorAffineCachemask(Function):
    """Rounds; the gradient passes where nothing was cut."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, scale: Any, zero_point: Any, low: int, high: int) -> Tensor:
        work = input if input.dtype == _C.float64 else input.float()
        place = (work * (1.0 / scale)).round() + zero_point
        kept = (place >= low) & (place <= high)
        ctx.save_for_backward(kept)
        place = place.nan_to_num(nan=low).clamp(low, high)
        return ((place - zero_point) * scale).to(input.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return grad * ctx.saved_tensors[0], None, None, None, None


class FakeQuantizePerChannelAffineCachemask(FakeQuantizePerTensorAffineCachemask):
    """The same with a scale and a zero for each place along an axis."""


def _checked(input: Any, low: int, high: int) -> None:
    if not isinstance(input, Tensor):
        raise TypeError(f"fake quantisation rounds a Tensor, not {type(input).__name__}")
    if low > high:
        raise RuntimeError("`quant_min` should be less than or equal to `quant_max`.")
    if not input.is_floating_point():
        raise NotImplementedError(f"fake quantisation rounds floating point numbers, not {input.dtype}")


def fake_quantize_per_tensor_affine(
    input: Tensor, scale: Any, zero_point: Any, quant_min: int, quant_max: int
) -> Tensor:
    """``input`` as it would be after quantisation and back: ``(clamp(round(input / scale) + zero_point) - zero_point) * scale``.

    The gradient is that of the identity where nothing is cut, and zero elsewhere (the straight-through estimator).

    Args:
        input (Tensor): floating point numbers.
        scale (float or Tensor): the step, a number or a tensor of one.
        zero_point (int or Tensor): the whole number that stands for zero.
        quant_min, quant_max (int): the least and the greatest whole number.

    Errors: RuntimeError for bounds in the wrong order and a zero outside of them; NotImplementedError for other dtypes.

    Example::

        >>> rl.fake_quantize_per_tensor_affine(rl.tensor([-1.0, 0.17, 0.9]), 0.1, 0, -8, 7)
        tensor([-0.8000,  0.2000,  0.7000])
    """
    _checked(input, quant_min, quant_max)
    if isinstance(zero_point, Tensor):
        zero_point = int(zero_point.item())
    elif not quant_min <= zero_point <= quant_max:
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")
    # in single precision, as it is applied
    step = _C.tensor(scale.item() if isinstance(scale, Tensor) else scale, dtype=_C.float32, device=input.device)
    return FakeQuantizePerTensorAffineCachemask.apply(input, step, zero_point, quant_min, quant_max)


def fake_quantize_per_channel_affine(
    input: Tensor, scale: Tensor, zero_point: Tensor, axis: int, quant_min: int, quant_max: int
) -> Tensor:
    """:func:`fake_quantize_per_tensor_affine` with a scale and a zero of its own for each place along ``axis``.

    Args:
        input (Tensor): floating point numbers.
        scale (Tensor): the steps, float32 of one axis.
        zero_point (Tensor): the whole numbers that stand for zero, int32 or floats.
        axis (int): which axis of ``input``.
        quant_min, quant_max (int): the least and the greatest whole number.

    Errors: RuntimeError for sizes and dtypes that do not fit, and zeros outside of the bounds.

    Example::

        >>> steps, zeros = rl.tensor([0.1, 0.5]), rl.zeros(2, dtype=rl.int32)
        >>> rl.fake_quantize_per_channel_affine(rl.tensor([[0.17, 0.9], [0.3, -0.8]]), steps, zeros, 0, -8, 7)
        tensor([[ 0.2000,  0.7000],
                [ 0.5000, -1.0000]])
    """
    if scale.dtype not in (_C.float32, _C.bfloat16):
        raise RuntimeError(f"Scale must be Float or BFloat16, found {scale.dtype}")
    if zero_point.dtype not in (_C.int32, _C.float32, _C.float16):
        raise RuntimeError(f"Zero-point must be Int32, Float or Half, found {zero_point.dtype}")
    if scale.dim() != 1:
        raise RuntimeError("scale should be a 1-D tensor")
    if zero_point.dim() != 1:
        raise RuntimeError("zero point should be a 1-D tensor")
    if scale.numel() != zero_point.numel():
        raise RuntimeError("scale and zero-point need to have the same dimensions")
    if not -input.dim() <= axis < input.dim():
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-input.dim()}, {input.dim() - 1}], but got {axis})"
        )
    if scale.numel() != input.shape[axis]:
        raise RuntimeError("dimensions of scale and zero-point are not consistent with input tensor")
    _checked(input, quant_min, quant_max)
    if zero_point.numel() and not quant_min <= int(zero_point.min()) <= int(zero_point.max()) <= quant_max:
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")
    shape = [1] * input.dim()
    shape[axis] = -1
    scale, zero_point = scale.float().reshape(shape), zero_point.float().reshape(shape)
    return FakeQuantizePerChannelAffineCachemask.apply(input, scale, zero_point, quant_min, quant_max)
