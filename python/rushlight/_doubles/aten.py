"""Operations that PyTorch has beneath its functions, under the names that programs call them by: ``torch.ops.aten.slice``."""

from __future__ import annotations

from .. import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


def alias(self: Tensor) -> Tensor:
    """Another tensor over the same memory."""
    return self.view(self.shape)


def _unsafe_view(self: Tensor, size: Any) -> Tensor:
    """The elements in another shape."""
    return self.reshape(size)


def _to_copy(
    self: Tensor, *, dtype: Any = None, device: Any = None, memory_format: Any = None, **others: Any
) -> Tensor:
    """A copy, in another dtype or on another device on request; `others` say of memory what is not asked here."""
    return self.to(
        device=self.device if device is None else device,
        dtype=self.dtype if dtype is None else dtype,
        copy=True,
        memory_format=_C.preserve_format if memory_format is None else memory_format,
    )


def slice(
    self: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """``self[start:end:step]`` along an axis."""
    from builtins import slice as piece

    at = [piece(None)] * self.dim()
    at[dim] = piece(start, end, step)
    return self[tuple(at)]


def index(self: Tensor, indices: Any) -> Tensor:
    """``self[i, j, ...]`` of tensors of indices, ``None`` for a whole axis."""
    from builtins import slice as piece

    return self[tuple(piece(None) if each is None else each for each in indices)]


def _is_all_true(self: Tensor) -> Tensor:
    """Whether all elements of a tensor of truth values are true."""
    return self.all()


def _is_any_true(self: Tensor) -> Tensor:
    """Whether any is."""
    return self.any()


def sym_size(self: Tensor, dim: int | None = None) -> Any:
    """The sizes, or one of them."""
    return self.size() if dim is None else self.size(dim)


def sym_numel(self: Tensor) -> int:
    """The number of elements."""
    return self.numel()


def _local_scalar_dense(self: Tensor) -> Any:
    """The one element as a number."""
    return self.item()


def _shape_as_tensor(self: Tensor) -> Tensor:
    """The shape as a tensor of int64.

    >>> rl._shape_as_tensor(rl.ones(2, 3))
    tensor([2, 3])
    """
    return _C.tensor(list(self.shape), dtype=_C.int64)


def _standard_gamma(self: Tensor, generator: Any = None) -> Tensor:
    """Draws from gamma distributions of unit rate, with the concentrations that a tensor holds; differentiable in them.

    >>> rl._standard_gamma(rl.full((3,), 2.0)).shape
    torch.Size([3])
    """
    return _C._standard_gamma(self, generator=generator)


def _sample_dirichlet(self: Tensor, generator: Any = None) -> Tensor:
    """Draws from Dirichlet distributions, with the concentrations along the last axis; differentiable in them.

    >>> rl._sample_dirichlet(rl.ones(2, 3)).shape
    torch.Size([2, 3])
    """
    return _C._sample_dirichlet(self, generator=generator)


def _softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:
    """The gradient of a softmax from its result, :math:`y (g - \\sum g y)`.

    Args:
        grad_output (Tensor), output (Tensor): :math:`g` and :math:`y`.
        dim (int): the axis.
        input_dtype (dtype): of what is returned.
    """
    weighted = grad_output * output
    return (weighted - output * weighted.sum(dim, keepdim=True)).to(input_dtype)


def _log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:
    """The gradient of the logarithm of a softmax from its result, :math:`g - e^y \\sum g`."""
    return (grad_output - output.exp() * grad_output.sum(dim, keepdim=True)).to(input_dtype)


def _convert_indices_from_coo_to_csr(input: Tensor, size: int, *, out_int32: bool = False) -> Tensor:
    """Where each row begins in a sorted list of row numbers, and where the last one ends.

    >>> rl._convert_indices_from_coo_to_csr(rl.tensor([0, 0, 2]), 3)
    tensor([0, 2, 2, 3])
    """
    starts = _C.searchsorted(input.contiguous(), _C.arange(size + 1, dtype=input.dtype, device=input.device))
    return starts.to(_C.int32 if out_int32 else _C.int64)


def _convert_indices_from_csr_to_coo(
    crow_indices: Tensor, col_indices: Tensor, *, out_int32: bool = False, transpose: bool = False
) -> Tensor:
    """The two lists of row and column numbers, of where rows begin and of columns.

    >>> rl._convert_indices_from_csr_to_coo(rl.tensor([0, 2, 2, 3]), rl.tensor([1, 0, 1]))
    tensor([[0, 0, 2],
            [1, 0, 1]])
    """
    rows = _C.arange(crow_indices.numel() - 1, device=crow_indices.device).repeat_interleave(
        crow_indices.diff()
    )
    pair = [rows, col_indices.to(rows.dtype)]
    return _C.stack(pair[::-1] if transpose else pair).to(_C.int32 if out_int32 else _C.int64)
