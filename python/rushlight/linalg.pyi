# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from ._C import Number, Tensor, _Named, _device, _dtype, _layout

def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The product of two tensors (`torch.matmul`)."""
@overload
def matrix_norm(A: Tensor, ord: Number, dim: _int | Sequence[_int] = (-2, -1), keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The norm of matrices in two axes, of order 1, -1, 2, -2, inf or -inf."""
@overload
def matrix_norm(A: Tensor, ord: _str = "fro", dim: _int | Sequence[_int] = (-2, -1), keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm of matrices in two axes."""
def matrix_power(input: Tensor, n: _int, *, out: Any = None) -> Tensor:
    """A square matrix to an integer power (`torch.matrix_power`)."""
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of a chain of matrices in the cheapest order; the first and the last may be vectors."""
@overload
def norm(A: Tensor, ord: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The norm of vectors (one axis) or matrices (two axes); without `ord` the 2-norm of all elements."""
@overload
def norm(A: Tensor, ord: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
def vector_norm(x: Tensor, ord: Number = 2, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The p-norm of vectors along axes, of the flattened tensor by default."""
