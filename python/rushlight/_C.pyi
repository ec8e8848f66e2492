# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, overload

import numpy as _numpy
from ._types import Size

Number: TypeAlias = _int | _float | _bool | _complex

class dtype:
    is_floating_point: _bool
    is_complex: _bool
    is_signed: _bool
    itemsize: _int
    def to_real(self) -> dtype: ...
    def to_complex(self) -> dtype: ...

class device:
    type: _str
    index: _int | None
    def __init__(self, type: _str | _int | device, index: _int | None = None) -> None: ...

class memory_format: ...
class layout: ...

class Generator:
    device: _device
    def __init__(self, device: _device | _str | None = None) -> None: ...
    def manual_seed(self, seed: _int) -> Generator: ...
    def seed(self) -> _int: ...
    def initial_seed(self) -> _int: ...
    def get_state(self) -> Tensor: ...
    def set_state(self, state: Tensor) -> Generator: ...
    def clone_state(self) -> Generator: ...

class Node:
    next_functions: tuple[tuple[Node | None, _int], ...]
    variable: Tensor
    def name(self) -> _str: ...
    def register_hook(self, hook: Any) -> RemovableHandle: ...
    def register_prehook(self, hook: Any) -> RemovableHandle: ...

class RemovableHandle:
    id: _int
    def remove(self) -> None: ...

class _Named(tuple[Tensor, ...]):
    """A result whose parts have names: `values`, `indices`, ..."""
    def __getattr__(self, name: _str) -> Tensor: ...

default_generator: Generator
TensorBase: type[Tensor]

_dtype: TypeAlias = dtype
_device: TypeAlias = device
_layout: TypeAlias = layout

bfloat16: dtype
bits16: dtype
bits1x8: dtype
bits2x4: dtype
bits4x2: dtype
bits8: dtype
bool: dtype
cdouble: dtype
cfloat: dtype
chalf: dtype
complex128: dtype
complex32: dtype
complex64: dtype
double: dtype
float: dtype
float16: dtype
float32: dtype
float4_e2m1fn_x2: dtype
float64: dtype
float8_e4m3fn: dtype
float8_e4m3fnuz: dtype
float8_e5m2: dtype
float8_e5m2fnuz: dtype
float8_e8m0fnu: dtype
half: dtype
int: dtype
int1: dtype
int16: dtype
int2: dtype
int3: dtype
int32: dtype
int4: dtype
int5: dtype
int6: dtype
int64: dtype
int7: dtype
int8: dtype
long: dtype
qint32: dtype
qint8: dtype
quint2x4: dtype
quint4x2: dtype
quint8: dtype
short: dtype
uint1: dtype
uint16: dtype
uint2: dtype
uint3: dtype
uint32: dtype
uint4: dtype
uint5: dtype
uint6: dtype
uint64: dtype
uint7: dtype
uint8: dtype
channels_last: memory_format
channels_last_3d: memory_format
contiguous_format: memory_format
preserve_format: memory_format
jagged: layout
sparse_bsc: layout
sparse_bsr: layout
sparse_coo: layout
sparse_csc: layout
sparse_csr: layout
strided: layout

class Tensor:
    shape: Size
    dtype: _dtype
    device: _device
    layout: _layout
    ndim: _int
    itemsize: _int
    nbytes: _int
    T: Tensor
    mT: Tensor
    H: Tensor
    mH: Tensor
    data: Tensor
    grad: Tensor | None
    grad_fn: Node | None
    requires_grad: _bool
    is_leaf: _bool
    retains_grad: _bool
    output_nr: _int
    is_cpu: _bool
    is_cuda: _bool
    is_meta: _bool
    is_sparse: _bool
    is_sparse_csr: _bool
    is_quantized: _bool
    is_nested: _bool
    is_mkldnn: _bool
    is_xpu: _bool
    is_mps: _bool
    is_ipu: _bool
    is_xla: _bool
    is_mtia: _bool
    is_maia: _bool
    is_vulkan: _bool
    grad_dtype: Any
    names: tuple[None, ...]
    volatile: _bool
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __abs__(self) -> Tensor: ...
    def __add__(self, other: Any) -> Tensor: ...
    def __and__(self, other: Any) -> Tensor: ...
    def __array__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __array_wrap__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __bool__(self) -> _bool: ...
    def __complex__(self) -> _complex: ...
    def __contains__(self, other: Any) -> _bool: ...
    def __delitem__(self, other: Any) -> None: ...
    def __dlpack__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __dlpack_device__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __float__(self) -> _float: ...
    def __floordiv__(self, other: Any) -> Tensor: ...
    def __ge__(self, other: Any) -> Tensor: ...
    def __getitem__(self, other: Any) -> Tensor: ...
    def __gt__(self, other: Any) -> Tensor: ...
    def __hash__(self) -> _int: ...
    def __iadd__(self, other: Any) -> Tensor: ...
    def __iand__(self, other: Any) -> Tensor: ...
    def __ifloordiv__(self, other: Any) -> Tensor: ...
    def __ilshift__(self, other: Any) -> Tensor: ...
    def __imod__(self, other: Any) -> Tensor: ...
    def __imul__(self, other: Any) -> Tensor: ...
    def __index__(self) -> _int: ...
    def __int__(self) -> _int: ...
    def __invert__(self) -> Tensor: ...
    def __ior__(self, other: Any) -> Tensor: ...
    def __ipow__(self, other: Any) -> Tensor: ...
    def __irshift__(self, other: Any) -> Tensor: ...
    def __isub__(self, other: Any) -> Tensor: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    def __itruediv__(self, other: Any) -> Tensor: ...
    def __ixor__(self, other: Any) -> Tensor: ...
    def __le__(self, other: Any) -> Tensor: ...
    def __len__(self) -> _int: ...
    def __lshift__(self, other: Any) -> Tensor: ...
    def __lt__(self, other: Any) -> Tensor: ...
    def __matmul__(self, other: Any) -> Tensor: ...
    def __mod__(self, other: Any) -> Tensor: ...
    def __mul__(self, other: Any) -> Tensor: ...
    def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __neg__(self) -> Tensor: ...
    def __or__(self, other: Any) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __pow__(self, other: Any) -> Tensor: ...
    def __radd__(self, other: Any) -> Tensor: ...
    def __rand__(self, other: Any) -> Tensor: ...
    def __rdiv__(self, other: Any) -> Tensor: ...
    def __reversed__(self) -> Tensor: ...
    def __rfloordiv__(self, other: Any) -> Tensor: ...
    def __rlshift__(self, other: Any) -> Tensor: ...
    def __rmatmul__(self, other: Any) -> Tensor: ...
    def __rmod__(self, other: Any) -> Tensor: ...
    def __rmul__(self, other: Any) -> Tensor: ...
    def __ror__(self, other: Any) -> Tensor: ...
    def __rpow__(self, other: Any) -> Tensor: ...
    def __rrshift__(self, other: Any) -> Tensor: ...
    def __rshift__(self, other: Any) -> Tensor: ...
    def __rsub__(self, other: Any) -> Tensor: ...
    def __rtruediv__(self, other: Any) -> Tensor: ...
    def __rxor__(self, other: Any) -> Tensor: ...
    def __setitem__(self, key: Any, value: Any) -> None: ...
    def __sub__(self, other: Any) -> Tensor: ...
    def __truediv__(self, other: Any) -> Tensor: ...
    def __xor__(self, other: Any) -> Tensor: ...
    def abs(self) -> Tensor:
        """The absolute value of every element; for complex the modulus, a real tensor.
        
        **Errors**: RuntimeError for bool tensors.
        
        >>> torch.abs(torch.tensor([1, -2]))
        tensor([1, 2])
        >>> torch.abs(torch.tensor([3 + 4j, 1j]))
        tensor([5., 1.])"""
    def abs_(self) -> Tensor:
        """The absolute value of every element; for complex the modulus, a real tensor.
        
        **Errors**: RuntimeError for bool tensors.
        
        >>> torch.abs(torch.tensor([1, -2]))
        tensor([1, 2])
        >>> torch.abs(torch.tensor([3 + 4j, 1j]))
        tensor([5., 1.])"""
    def absolute(self) -> Tensor:
        """Alias of `abs`.
        
        The absolute value of every element; for complex the modulus, a real tensor.
        
        **Errors**: RuntimeError for bool tensors.
        
        >>> torch.abs(torch.tensor([1, -2]))
        tensor([1, 2])
        >>> torch.abs(torch.tensor([3 + 4j, 1j]))
        tensor([5., 1.])"""
    def absolute_(self) -> Tensor:
        """Alias of `abs`.
        
        The absolute value of every element; for complex the modulus, a real tensor.
        
        **Errors**: RuntimeError for bool tensors.
        
        >>> torch.abs(torch.tensor([1, -2]))
        tensor([1, 2])
        >>> torch.abs(torch.tensor([3 + 4j, 1j]))
        tensor([5., 1.])"""
    def acos(self) -> Tensor:
        """The arc cosine; nan outside [-1, 1].
        
        >>> torch.acos(torch.tensor([0.0, 1.0]))
        tensor([1.5708, 0.0000])"""
    def acos_(self) -> Tensor:
        """The arc cosine; nan outside [-1, 1].
        
        >>> torch.acos(torch.tensor([0.0, 1.0]))
        tensor([1.5708, 0.0000])"""
    def acosh(self) -> Tensor:
        """The inverse hyperbolic cosine; nan below 1.
        
        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])"""
    def acosh_(self) -> Tensor:
        """The inverse hyperbolic cosine; nan below 1.
        
        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])"""
    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input + alpha * other`, broadcasting both.
        
        Args: alpha: a factor for `other`; must be integral where the result is.
        **Shape**: broadcast of both.
        **Errors**: RuntimeError if shapes do not broadcast.
        
        >>> torch.add(torch.tensor([1, 2]), 10)
        tensor([11, 12])
        >>> torch.add(torch.tensor([1, 2]), torch.tensor([3, 4]), alpha=2)
        tensor([ 7, 10])"""
    def add_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input + alpha * other`, broadcasting both.
        
        Args: alpha: a factor for `other`; must be integral where the result is.
        **Shape**: broadcast of both.
        **Errors**: RuntimeError if shapes do not broadcast.
        
        >>> torch.add(torch.tensor([1, 2]), 10)
        tensor([11, 12])
        >>> torch.add(torch.tensor([1, 2]), torch.tensor([3, 4]), alpha=2)
        tensor([ 7, 10])"""
    def addbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * sum_i (batch1[i] @ batch2[i])`.
        
        >>> torch.addbmm(torch.ones(2, 2), torch.ones(5, 2, 3), torch.ones(5, 3, 2))
        tensor([[16., 16.],
                [16., 16.]])"""
    def addbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addbmm` into the tensor.
        
        >>> torch.ones(2, 2).addbmm_(torch.ones(5, 2, 3), torch.ones(5, 3, 2))
        tensor([[16., 16.],
                [16., 16.]])"""
    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`, broadcasting.
        
        **Errors**: RuntimeError for a quotient of integers.
        
        >>> torch.addcdiv(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([4.0, 4.0]), value=2)
        tensor([1.5000, 2.0000])"""
    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`, broadcasting.
        
        **Errors**: RuntimeError for a quotient of integers.
        
        >>> torch.addcdiv(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([4.0, 4.0]), value=2)
        tensor([1.5000, 2.0000])"""
    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`, broadcasting.
        
        >>> torch.addcmul(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), value=0.5)
        tensor([2.5000, 5.0000])"""
    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`, broadcasting.
        
        >>> torch.addcmul(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), value=0.5)
        tensor([2.5000, 5.0000])"""
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read.
        
        >>> torch.addmm(torch.ones(2, 2), torch.eye(2), torch.eye(2), beta=2, alpha=3)
        tensor([[5., 2.],
                [2., 5.]])"""
    def addmm_(self, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addmm` into the tensor.
        
        >>> torch.ones(2, 2).addmm_(torch.eye(2), torch.eye(2), beta=2, alpha=3)
        tensor([[5., 2.],
                [2., 5.]])"""
    def addmv(self, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (mat @ vec)`.
        
        >>> torch.addmv(torch.ones(2), torch.eye(2), torch.tensor([1.0, 2.0]))
        tensor([2., 3.])"""
    def addmv_(self, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addmv` into the tensor.
        
        >>> torch.ones(2).addmv_(torch.eye(2), torch.tensor([1.0, 2.0]))
        tensor([2., 3.])"""
    def addr(self, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * outer(vec1, vec2)`.
        
        >>> torch.addr(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])"""
    def addr_(self, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addr` into the tensor.
        
        >>> torch.ones(2, 2).addr_(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
        tensor([[4., 5.],
                [7., 9.]])"""
    def adjoint(self) -> Tensor:
        """The matrices transposed and conjugated.
        
        >>> torch.adjoint(torch.tensor([[1 + 1j, 2], [3, 4j]])).resolve_conj()
        tensor([[1.-1.j, 3.-0.j],
                [2.-0.j, 0.-4.j]])"""
    @overload
    def all(self) -> Tensor:
        """Whether all elements are true (not zero). uint8 answers in uint8, everything else in bool.
        
        >>> torch.all(torch.tensor([[1, 0], [2, 3]]), dim=1)
        tensor([False,  True])"""
    @overload
    def all(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False) -> Tensor:
        """Whether all elements along the axes are true."""
    def allclose(self, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False) -> _bool:
        """Whether all elements are close; see `isclose`.
        
        >>> torch.allclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]), atol=0.2)
        True"""
    def amax(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False) -> Tensor:
        """The greatest elements over axes. Gradients are shared evenly by ties.
        
        >>> torch.amax(torch.tensor([[3, 7], [9, 5]]), dim=1)
        tensor([7, 9])"""
    def amin(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False) -> Tensor:
        """The least elements over axes. Gradients are shared evenly by ties.
        
        >>> torch.amin(torch.tensor([[3, 7], [9, 5]]), dim=1)
        tensor([3, 5])"""
    def aminmax(self, *, dim: _int | None = None, keepdim: _bool = False) -> _Named:
        """The least and the greatest elements, of all or along one axis.
        
        >>> torch.aminmax(torch.tensor([3, 7, 5])).max
        tensor(7)"""
    def angle(self) -> Tensor:
        """The angle of every element in radians; for real tensors 0 or pi.
        
        >>> torch.angle(torch.tensor([1 + 1j, -1 + 0j]))
        tensor([0.7854, 3.1416])"""
    @overload
    def any(self) -> Tensor:
        """Whether any element is true (not zero). uint8 answers in uint8, everything else in bool.
        
        >>> torch.any(torch.tensor([[0, 0], [2, 3]]), dim=1)
        tensor([False,  True])"""
    @overload
    def any(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False) -> Tensor:
        """Whether any element along the axes is true."""
    def arccos(self) -> Tensor:
        """Alias of `acos`.
        
        The arc cosine; nan outside [-1, 1].
        
        >>> torch.acos(torch.tensor([0.0, 1.0]))
        tensor([1.5708, 0.0000])"""
    def arccos_(self) -> Tensor:
        """Alias of `acos`.
        
        The arc cosine; nan outside [-1, 1].
        
        >>> torch.acos(torch.tensor([0.0, 1.0]))
        tensor([1.5708, 0.0000])"""
    def arccosh(self) -> Tensor:
        """Alias of `acosh`.
        
        The inverse hyperbolic cosine; nan below 1.
        
        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])"""
    def arccosh_(self) -> Tensor:
        """Alias of `acosh`.
        
        The inverse hyperbolic cosine; nan below 1.
        
        >>> torch.acosh(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 1.3170])"""
    def arcsin(self) -> Tensor:
        """Alias of `asin`.
        
        The arc sine; nan outside [-1, 1].
        
        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])"""
    def arcsin_(self) -> Tensor:
        """Alias of `asin`.
        
        The arc sine; nan outside [-1, 1].
        
        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])"""
    def arcsinh(self) -> Tensor:
        """Alias of `asinh`.
        
        The inverse hyperbolic sine.
        
        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])"""
    def arcsinh_(self) -> Tensor:
        """Alias of `asinh`.
        
        The inverse hyperbolic sine.
        
        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])"""
    def arctan(self) -> Tensor:
        """Alias of `atan`.
        
        The arc tangent.
        
        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])"""
    def arctan2(self, other: Tensor) -> Tensor:
        """Alias of `atan2`.
        
        The angle of the point (other, input), in radians.
        
        >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
        tensor([0.7854, 2.3562])"""
    def arctan2_(self, other: Tensor) -> Tensor:
        """Alias of `atan2`.
        
        The angle of the point (other, input), in radians.
        
        >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
        tensor([0.7854, 2.3562])"""
    def arctan_(self) -> Tensor:
        """Alias of `atan`.
        
        The arc tangent.
        
        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])"""
    def arctanh(self) -> Tensor:
        """Alias of `atanh`.
        
        The inverse hyperbolic tangent; infinite at -1 and 1.
        
        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])"""
    def arctanh_(self) -> Tensor:
        """Alias of `atanh`.
        
        The inverse hyperbolic tangent; infinite at -1 and 1.
        
        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])"""
    def argmax(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The position of the greatest element, along an axis or in the flattened tensor; the first one of ties.
        
        >>> torch.argmax(torch.tensor([[3, 7], [9, 5]]), dim=1)
        tensor([1, 0])"""
    def argmin(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The position of the least element, along an axis or in the flattened tensor; the first one of ties.
        
        >>> torch.argmin(torch.tensor([[3, 7], [9, 5]]), dim=1)
        tensor([0, 1])"""
    def argsort(self, dim: _int = -1, descending: _bool = False, *, stable: _bool = False) -> Tensor:
        """Positions that put the elements in order along an axis.
        
        >>> torch.argsort(torch.tensor([5, 1, 3]))
        tensor([1, 2, 0])"""
    def argwhere(self) -> Tensor:
        """The indices of elements that are not zero, a row each.
        
        >>> torch.argwhere(torch.tensor([[0, 1], [2, 0]]))
        tensor([[0, 1],
                [1, 0]])"""
    def as_strided(self, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None) -> Tensor:
        """A view with the given sizes, strides and offset, in elements of the storage.
        
        Errors: RuntimeError if an element would lie outside the storage.
        
        >>> torch.as_strided(torch.arange(4), (2, 2), (1, 2))
        tensor([[0, 2],
                [1, 3]])"""
    def as_strided_scatter(self, src: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None) -> Tensor:
        """A copy with `src` in the part that `as_strided` would show.
        
        >>> torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))
        tensor([1., 0., 1., 0.])"""
    def asin(self) -> Tensor:
        """The arc sine; nan outside [-1, 1].
        
        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])"""
    def asin_(self) -> Tensor:
        """The arc sine; nan outside [-1, 1].
        
        >>> torch.asin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5708])"""
    def asinh(self) -> Tensor:
        """The inverse hyperbolic sine.
        
        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])"""
    def asinh_(self) -> Tensor:
        """The inverse hyperbolic sine.
        
        >>> torch.asinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8814])"""
    def atan(self) -> Tensor:
        """The arc tangent.
        
        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])"""
    def atan2(self, other: Tensor) -> Tensor:
        """The angle of the point (other, input), in radians.
        
        >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
        tensor([0.7854, 2.3562])"""
    def atan2_(self, other: Tensor) -> Tensor:
        """The angle of the point (other, input), in radians.
        
        >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
        tensor([0.7854, 2.3562])"""
    def atan_(self) -> Tensor:
        """The arc tangent.
        
        >>> torch.atan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7854])"""
    def atanh(self) -> Tensor:
        """The inverse hyperbolic tangent; infinite at -1 and 1.
        
        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])"""
    def atanh_(self) -> Tensor:
        """The inverse hyperbolic tangent; infinite at -1 and 1.
        
        >>> torch.atanh(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.5493])"""
    def baddbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (batch1 @ batch2)`, matrix by matrix.
        
        >>> torch.baddbmm(torch.ones(5, 2, 4), torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
        torch.Size([5, 2, 4])"""
    def baddbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`baddbmm` into the tensor.
        
        >>> torch.ones(1, 2, 2).baddbmm_(torch.ones(1, 2, 3), torch.ones(1, 3, 2))
        tensor([[[4., 4.],
                 [4., 4.]]])"""
    @overload
    def bernoulli(self, *, generator: Generator | None = None) -> Tensor:
        """Ones with the probabilities that `input` holds, zeros otherwise.
        
        >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
        tensor([0., 1.])"""
    @overload
    def bernoulli(self, p: _float, *, generator: Generator | None = None) -> Tensor:
        """Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`."""
    def bernoulli_(self, p: Tensor | Number = 0.5, *, generator: Generator | None = None) -> Tensor:
        """Fills with ones of probability `p` (a number, or a tensor that broadcasts) and zeros.
        
        >>> torch.zeros(3).bernoulli_(1.0)
        tensor([1., 1., 1.])"""
    def bfloat16(self, memory_format: memory_format = ...) -> Tensor:
        """As bfloat16.
        
        >>> torch.tensor([1.0, 2.0]).bfloat16()
        tensor([1., 2.], dtype=torch.bfloat16)"""
    def bincount(self, weights: Tensor | None = None, minlength: _int = 0) -> Tensor:
        """How often each value 0, 1, .. occurs in a 1-d tensor of non-negative integers, or the sums of `weights` there.
        
        Args: minlength: the least length of the result.
        
        >>> torch.bincount(torch.tensor([0, 2, 2]), minlength=4)
        tensor([1, 0, 2, 0])"""
    def bitwise_and(self, other: Tensor | Number) -> Tensor:
        """Bitwise "and" of integers or bools.
        
        >>> torch.bitwise_and(torch.tensor([6, 5]), torch.tensor([3, 4]))
        tensor([2, 4])"""
    def bitwise_and_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "and" of integers or bools.
        
        >>> torch.bitwise_and(torch.tensor([6, 5]), torch.tensor([3, 4]))
        tensor([2, 4])"""
    def bitwise_left_shift(self, other: Tensor | Number) -> Tensor:
        """Integers shifted left by `other` bits.
        
        >>> torch.bitwise_left_shift(torch.tensor([1, 3]), torch.tensor([2, 1]))
        tensor([4, 6])"""
    def bitwise_left_shift_(self, other: Tensor | Number) -> Tensor:
        """Integers shifted left by `other` bits.
        
        >>> torch.bitwise_left_shift(torch.tensor([1, 3]), torch.tensor([2, 1]))
        tensor([4, 6])"""
    def bitwise_not(self) -> Tensor:
        """Every bit flipped; for bools the opposite.
        
        >>> torch.bitwise_not(torch.tensor([0, 5]))
        tensor([-1, -6])"""
    def bitwise_not_(self) -> Tensor:
        """Every bit flipped; for bools the opposite.
        
        >>> torch.bitwise_not(torch.tensor([0, 5]))
        tensor([-1, -6])"""
    def bitwise_or(self, other: Tensor | Number) -> Tensor:
        """Bitwise "or" of integers or bools.
        
        >>> torch.bitwise_or(torch.tensor([6, 5]), torch.tensor([3, 2]))
        tensor([7, 7])"""
    def bitwise_or_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "or" of integers or bools.
        
        >>> torch.bitwise_or(torch.tensor([6, 5]), torch.tensor([3, 2]))
        tensor([7, 7])"""
    def bitwise_right_shift(self, other: Tensor | Number) -> Tensor:
        """Integers shifted right by `other` bits, keeping the sign.
        
        >>> torch.bitwise_right_shift(torch.tensor([8, -8]), torch.tensor([2, 1]))
        tensor([ 2, -4])"""
    def bitwise_right_shift_(self, other: Tensor | Number) -> Tensor:
        """Integers shifted right by `other` bits, keeping the sign.
        
        >>> torch.bitwise_right_shift(torch.tensor([8, -8]), torch.tensor([2, 1]))
        tensor([ 2, -4])"""
    def bitwise_xor(self, other: Tensor | Number) -> Tensor:
        """Bitwise "exclusive or" of integers or bools.
        
        >>> torch.bitwise_xor(torch.tensor([6, 5]), torch.tensor([3, 4]))
        tensor([5, 1])"""
    def bitwise_xor_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "exclusive or" of integers or bools.
        
        >>> torch.bitwise_xor(torch.tensor([6, 5]), torch.tensor([3, 4]))
        tensor([5, 1])"""
    def bmm(self, mat2: Tensor) -> Tensor:
        """Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p).
        
        >>> torch.bmm(torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
        torch.Size([5, 2, 4])"""
    def bool(self, memory_format: memory_format = ...) -> Tensor:
        """As bool: true where not zero.
        
        >>> torch.tensor([0.0, 0.5]).bool()
        tensor([False,  True])"""
    @overload
    def broadcast_to(self, size: Sequence[_int]) -> Tensor:
        """A view broadcast to a shape.
        
        >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
        tensor([[1, 2],
                [1, 2]])"""
    @overload
    def broadcast_to(self, *size: _int) -> Tensor:
        """A view broadcast to a shape.
        
        >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
        tensor([[1, 2],
                [1, 2]])"""
    def byte(self, memory_format: memory_format = ...) -> Tensor:
        """As uint8.
        
        >>> torch.tensor([1.7, 2.7]).byte()
        tensor([1, 2], dtype=torch.uint8)"""
    def cauchy_(self, median: _float = 0.0, sigma: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with Cauchy-distributed numbers.
        
        >>> torch.zeros(2, 3).cauchy_().shape
        torch.Size([2, 3])"""
    def cdouble(self, memory_format: memory_format = ...) -> Tensor:
        """As complex128.
        
        >>> torch.tensor([1.0, 2.0]).cdouble()
        tensor([1.+0.j, 2.+0.j], dtype=torch.complex128)"""
    def ceil(self) -> Tensor:
        """The least whole number not below each element.
        
        >>> torch.ceil(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  2.])"""
    def ceil_(self) -> Tensor:
        """The least whole number not below each element.
        
        >>> torch.ceil(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  2.])"""
    def cfloat(self, memory_format: memory_format = ...) -> Tensor:
        """As complex64.
        
        >>> torch.tensor([1.0, 2.0]).cfloat()
        tensor([1.+0.j, 2.+0.j])"""
    def char(self, memory_format: memory_format = ...) -> Tensor:
        """As int8.
        
        >>> torch.tensor([1.7, -1.7]).char()
        tensor([ 1, -1], dtype=torch.int8)"""
    def cholesky(self, upper: _bool = False) -> Tensor:
        """`linalg.cholesky` of the time before `linalg`.
        
        >>> torch.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
        tensor([[2., 0.],
                [1., 2.]])"""
    def cholesky_inverse(self, upper: _bool = False) -> Tensor:
        """The inverse of `A` of its Cholesky factor `L`.
        
        Errors: LinAlgError if a diagonal element of the factor is zero.
        
        >>> torch.cholesky_inverse(torch.tensor([[2.0, 0.0], [1.0, 1.0]]))
        tensor([[ 0.5000, -0.5000],
                [-0.5000,  1.0000]])"""
    def cholesky_solve(self, L: Tensor, upper: _bool = False) -> Tensor:
        """Solves `A X = B` of the Cholesky factor `L` of `A`.
        
        Shape: `B` (.., n, k), `L` (.., n, n); leading axes broadcast.
        
        >>> L = torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
        >>> torch.cholesky_solve(torch.tensor([[8.0], [8.0]]), L)
        tensor([[1.5000],
                [1.0000]])"""
    def chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """At most `chunks` pieces of equal size, as views.
        
        >>> torch.chunk(torch.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))"""
    @overload
    def clamp(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
        the result is `max`.
        
        >>> torch.clamp(torch.tensor([-2, 0, 5]), min=-1, max=3)
        tensor([-1,  0,  3])
        >>> torch.clamp(torch.tensor([1, 2]), max=torch.tensor([0, 9]))
        tensor([0, 2])"""
    @overload
    def clamp(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
    @overload
    def clamp_(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
        the result is `max`.
        
        >>> torch.clamp(torch.tensor([-2, 0, 5]), min=-1, max=3)
        tensor([-1,  0,  3])
        >>> torch.clamp(torch.tensor([1, 2]), max=torch.tensor([0, 9]))
        tensor([0, 2])"""
    @overload
    def clamp_(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
    def clamp_max(self, max: Tensor | Number) -> Tensor:
        """Elements not greater than `max` (a number or a tensor).
        
        >>> torch.clamp_max(torch.tensor([-2, 0, 5]), 0)
        tensor([-2,  0,  0])"""
    def clamp_max_(self, max: Tensor | Number) -> Tensor:
        """Elements not greater than `max` (a number or a tensor).
        
        >>> torch.clamp_max(torch.tensor([-2, 0, 5]), 0)
        tensor([-2,  0,  0])"""
    def clamp_min(self, min: Tensor | Number) -> Tensor:
        """Elements not less than `min` (a number or a tensor).
        
        >>> torch.clamp_min(torch.tensor([-2, 0, 5]), 0)
        tensor([0, 0, 5])"""
    def clamp_min_(self, min: Tensor | Number) -> Tensor:
        """Elements not less than `min` (a number or a tensor).
        
        >>> torch.clamp_min(torch.tensor([-2, 0, 5]), 0)
        tensor([0, 0, 5])"""
    @overload
    def clip(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Alias of `clamp`.
        
        >>> torch.clip(torch.tensor([-2, 0, 5]), -1, 3)
        tensor([-1,  0,  3])"""
    @overload
    def clip(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Alias of `clamp`."""
    @overload
    def clip_(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Alias of `clamp`.
        
        >>> torch.clip(torch.tensor([-2, 0, 5]), -1, 3)
        tensor([-1,  0,  3])"""
    @overload
    def clip_(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Alias of `clamp`."""
    def clone(self, *, memory_format: memory_format = ...) -> Tensor:
        """A copy of the tensor with its own memory.
        
        Args: memory_format: layout of the copy (default `torch.preserve_format`).
        Shape: the same as `input`.
        
        >>> x = torch.zeros(2)
        >>> y = x.clone()
        >>> y.add_(1), x
        (tensor([1., 1.]), tensor([0., 0.]))"""
    def conj(self) -> Tensor:
        """The complex conjugate; a real tensor itself. Computed, not deferred.
        
        >>> torch.conj(torch.tensor([1 + 2j, 3 - 1j])).resolve_conj()
        tensor([1.-2.j, 3.+1.j])"""
    def conj_physical(self) -> Tensor:
        """The complex conjugate, computed; a real tensor itself.
        
        >>> torch.conj_physical(torch.tensor([1 + 2j, 3 - 1j]))
        tensor([1.-2.j, 3.+1.j])"""
    def conj_physical_(self) -> Tensor:
        """The complex conjugate, computed; a real tensor itself.
        
        >>> torch.conj_physical(torch.tensor([1 + 2j, 3 - 1j]))
        tensor([1.-2.j, 3.+1.j])"""
    def contiguous(self, memory_format: memory_format = ...) -> Tensor:
        """The tensor itself if it is contiguous in `memory_format`, else a copy that is.
        
        >>> x = torch.ones(2, 3).t()
        >>> x.is_contiguous(), x.contiguous().is_contiguous()
        (False, True)"""
    def copy_(self, src: Tensor, non_blocking: _bool = False) -> Tensor:
        """Overwrites with the elements of `src`, broadcast and converted.
        
        >>> torch.zeros(2, 3).copy_(torch.tensor([1, 2, 3]))
        tensor([[1., 2., 3.],
                [1., 2., 3.]])"""
    def copysign(self, other: Tensor | Number) -> Tensor:
        """The magnitude of `input` with the sign of `other`.
        
        >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-1.0, 1.0]))
        tensor([-1.,  2.])"""
    def copysign_(self, other: Tensor | Number) -> Tensor:
        """The magnitude of `input` with the sign of `other`.
        
        >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-1.0, 1.0]))
        tensor([-1.,  2.])"""
    def corrcoef(self) -> Tensor:
        """The correlation coefficients of variables (rows) over observations (columns).
        
        >>> torch.corrcoef(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])"""
    def cos(self) -> Tensor:
        """The cosine of every element, in radians.
        
        >>> torch.cos(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.5403])"""
    def cos_(self) -> Tensor:
        """The cosine of every element, in radians.
        
        >>> torch.cos(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.5403])"""
    def cosh(self) -> Tensor:
        """The hyperbolic cosine.
        
        >>> torch.cosh(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.5431])"""
    def cosh_(self) -> Tensor:
        """The hyperbolic cosine.
        
        >>> torch.cosh(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.5431])"""
    def count_nonzero(self, dim: _int | Sequence[_int] | None = None) -> Tensor:
        """The number of elements that are not zero, as int64.
        
        >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
        tensor([1, 2])"""
    def cov(self, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
        """The covariance matrix of variables (rows) over observations (columns).
        
        Args: fweights: how often each observation counts (integers); aweights: its weight (floats).
        
        >>> torch.cov(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])"""
    def cpu(self, memory_format: memory_format = ...) -> Tensor:
        """On the CPU.
        
        >>> torch.ones(2, 3).cpu().device
        device(type='cpu')"""
    def cross(self, other: Tensor, dim: _int | None = None) -> Tensor:
        """The cross product along `dim`, by default the first axis of size 3.
        
        >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
        tensor([0., 0., 1.])"""
    def cummax(self, dim: _int) -> _Named:
        """Greatest elements so far along an axis, and their (last) positions.
        
        >>> torch.cummax(torch.tensor([1, 3, 2]), 0).values
        tensor([1, 3, 3])"""
    def cummin(self, dim: _int) -> _Named:
        """Least elements so far along an axis, and their (last) positions.
        
        >>> torch.cummin(torch.tensor([3, 1, 2]), 0).values
        tensor([3, 1, 1])"""
    def cumprod(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """Products of the elements up to and including each one along an axis.
        
        Args: dtype: dtype of the result and of the products (integers and bool: int64).
        Shape: as `input`.
        
        >>> torch.cumprod(torch.tensor([1, 2, 3]), 0)
        tensor([1, 2, 6])"""
    def cumprod_(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """`cumprod` in place.
        
        >>> torch.tensor([1, 2, 3]).cumprod_(0)
        tensor([1, 2, 6])"""
    def cumsum(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """Sums of the elements up to and including each one along an axis.
        
        Args: dtype: dtype of the result and of the additions (integers and bool: int64).
        Shape: as `input`.
        
        >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
        tensor([1, 3, 6])"""
    def cumsum_(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """`cumsum` in place.
        
        >>> torch.tensor([1, 2, 3]).cumsum_(0)
        tensor([1, 3, 6])"""
    def deg2rad(self) -> Tensor:
        """Degrees as radians.
        
        >>> torch.deg2rad(torch.tensor([180.0, 90.0]))
        tensor([3.1416, 1.5708])"""
    def deg2rad_(self) -> Tensor:
        """Degrees as radians.
        
        >>> torch.deg2rad(torch.tensor([180.0, 90.0]))
        tensor([3.1416, 1.5708])"""
    def det(self) -> Tensor:
        """The determinant of square matrices (`linalg.det`).
        
        >>> torch.det(torch.tensor([[2.0, 1.0], [0.0, 3.0]]))
        tensor(6.)"""
    def detach(self) -> Tensor:
        """The same data outside the graph. Shares memory and version counter with `input`.
        
        >>> x = torch.ones(2, requires_grad=True)
        >>> (x * 2).detach().requires_grad
        False"""
    def diag(self, diagonal: _int = 0) -> Tensor:
        """A vector as the diagonal of a matrix; a matrix's diagonal, copied.
        
        >>> torch.diag(torch.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
        >>> torch.diag(torch.arange(4).view(2, 2))
        tensor([0, 3])"""
    def diag_embed(self, offset: _int = 0, dim1: _int = -2, dim2: _int = -1) -> Tensor:
        """The last axis as the diagonal of two new axes, zeros elsewhere.
        
        >>> torch.diag_embed(torch.tensor([1, 2]), offset=1)
        tensor([[0, 1, 0],
                [0, 0, 2],
                [0, 0, 0]])"""
    def diagflat(self, offset: _int = 0) -> Tensor:
        """The flattened tensor as the diagonal of a matrix.
        
        >>> torch.diagflat(torch.tensor([[1, 2], [3, 4]])).shape
        torch.Size([4, 4])"""
    def diagonal(self, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """The diagonal of two axes as a new last axis, a view.
        
        >>> torch.diagonal(torch.arange(9).view(3, 3), 1)
        tensor([1, 5])"""
    def diagonal_scatter(self, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """A copy with `src` on the diagonal of two axes.
        
        >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]))
        tensor([[1., 0.],
                [0., 2.]])"""
    def diff(self, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
        """The `n`-th differences of neighbours along an axis.
        
        Args: prepend, append: values to put before and after first.
        
        >>> torch.diff(torch.tensor([1, 4, 9, 16]), n=2)
        tensor([2, 2])"""
    def digamma(self) -> Tensor:
        """The logarithmic derivative of the gamma function.
        
        >>> torch.digamma(torch.tensor([1.0, 2.0]))
        tensor([-0.5772,  0.4228])"""
    def digamma_(self) -> Tensor:
        """The logarithmic derivative of the gamma function.
        
        >>> torch.digamma(torch.tensor([1.0, 2.0]))
        tensor([-0.5772,  0.4228])"""
    def dist(self, other: Tensor, p: Number = 2) -> Tensor:
        """The p-norm of `input - other`.
        
        >>> torch.dist(torch.tensor([0.0, 0.0]), torch.tensor([3.0, 4.0]))
        tensor(5.)"""
    def div(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
        
        Args: rounding_mode: None, "trunc" (towards zero) or "floor".
        **Errors**: RuntimeError for another mode, and for rounded integer division by zero.
        
        >>> torch.div(torch.tensor([7, -7]), 2)
        tensor([ 3.5000, -3.5000])
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
        tensor([ 3, -3])
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
        tensor([ 3, -4])"""
    def div_(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
        
        Args: rounding_mode: None, "trunc" (towards zero) or "floor".
        **Errors**: RuntimeError for another mode, and for rounded integer division by zero.
        
        >>> torch.div(torch.tensor([7, -7]), 2)
        tensor([ 3.5000, -3.5000])
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
        tensor([ 3, -3])
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
        tensor([ 3, -4])"""
    def divide(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """Alias of `div`.
        
        >>> torch.divide(torch.tensor([7, -7]), 2)
        tensor([ 3.5000, -3.5000])"""
    def divide_(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """Alias of `div`.
        
        >>> torch.divide(torch.tensor([7, -7]), 2)
        tensor([ 3.5000, -3.5000])"""
    def dot(self, tensor: Tensor) -> Tensor:
        """The sum of products of two vectors, not conjugated.
        
        >>> torch.dot(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor(11)"""
    def double(self, memory_format: memory_format = ...) -> Tensor:
        """As float64.
        
        >>> torch.tensor([1.0, 2.0]).double()
        tensor([1., 2.], dtype=torch.float64)"""
    @overload
    def dsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the third axis.
        
        >>> [x.shape for x in torch.dsplit(torch.zeros(2, 3, 4), 2)]
        [torch.Size([2, 3, 2]), torch.Size([2, 3, 2])]"""
    @overload
    def dsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the third axis."""
    def eq(self, other: Tensor | Number) -> Tensor:
        """Whether two elements are equal.
        
        >>> torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([ True, False])"""
    def eq_(self, other: Tensor | Number) -> Tensor:
        """Whether two elements are equal.
        
        >>> torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([ True, False])"""
    def equal(self, other: Tensor) -> _bool:
        """Whether two tensors have the same shape and the same elements.
        
        >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
        True"""
    def erf(self) -> Tensor:
        """The error function.
        
        >>> torch.erf(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8427])"""
    def erf_(self) -> Tensor:
        """The error function.
        
        >>> torch.erf(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8427])"""
    def erfc(self) -> Tensor:
        """One minus the error function, exact where that is small.
        
        >>> torch.erfc(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.1573])"""
    def erfc_(self) -> Tensor:
        """One minus the error function, exact where that is small.
        
        >>> torch.erfc(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 0.1573])"""
    def erfinv(self) -> Tensor:
        """The inverse of the error function on (-1, 1).
        
        >>> torch.erfinv(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.4769])"""
    def erfinv_(self) -> Tensor:
        """The inverse of the error function on (-1, 1).
        
        >>> torch.erfinv(torch.tensor([0.0, 0.5]))
        tensor([0.0000, 0.4769])"""
    def exp(self) -> Tensor:
        """The exponential of every element: `e^x`.
        
        Args: input: any dtype; integers give the default float.
        
        >>> torch.exp(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 2.7183])"""
    def exp2(self) -> Tensor:
        """Two to the power of every element.
        
        >>> torch.exp2(torch.tensor([0.0, 3.0]))
        tensor([1., 8.])"""
    def exp2_(self) -> Tensor:
        """Two to the power of every element.
        
        >>> torch.exp2(torch.tensor([0.0, 3.0]))
        tensor([1., 8.])"""
    def exp_(self) -> Tensor:
        """The exponential of every element: `e^x`.
        
        Args: input: any dtype; integers give the default float.
        
        >>> torch.exp(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 2.7183])"""
    @overload
    def expand(self, size: Sequence[_int], *, implicit: _bool = False) -> Tensor:
        """A view repeated along axes of size 1; -1 keeps a size.
        
        >>> torch.tensor([1, 2]).expand(2, -1)
        tensor([[1, 2],
                [1, 2]])"""
    @overload
    def expand(self, *size: _int, implicit: _bool = False) -> Tensor:
        """A view repeated along axes of size 1; -1 keeps a size.
        
        >>> torch.tensor([1, 2]).expand(2, -1)
        tensor([[1, 2],
                [1, 2]])"""
    def expand_as(self, other: Tensor) -> Tensor:
        """`self.expand(other.size())`.
        
        >>> torch.tensor([1, 2]).expand_as(torch.zeros(2, 2))
        tensor([[1, 2],
                [1, 2]])"""
    def expm1(self) -> Tensor:
        """`e^x - 1`, exact near zero.
        
        >>> torch.expm1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.7183])"""
    def expm1_(self) -> Tensor:
        """`e^x - 1`, exact near zero.
        
        >>> torch.expm1(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.7183])"""
    def exponential_(self, lambd: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with exponentially distributed numbers of rate `lambd`.
        
        >>> bool((torch.zeros(100).exponential_(2.0) >= 0).all())
        True"""
    def fill_(self, value: Tensor | Number) -> Tensor:
        """Every element becomes `value`.
        
        Args: value: number or 0-d tensor.
        
        >>> torch.zeros(3).fill_(2)
        tensor([2., 2., 2.])"""
    def fix(self) -> Tensor:
        """Alias of `trunc`.
        
        Each element without its fraction.
        
        >>> torch.trunc(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  1.])"""
    def fix_(self) -> Tensor:
        """Alias of `trunc`.
        
        Each element without its fraction.
        
        >>> torch.trunc(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  1.])"""
    def flatten(self, start_dim: _int = 0, end_dim: _int = -1) -> Tensor:
        """Axes `start_dim..=end_dim` as one.
        
        >>> torch.flatten(torch.zeros(2, 3, 4), 1).shape
        torch.Size([2, 12])"""
    @overload
    def flip(self, dims: Sequence[_int]) -> Tensor:
        """Elements in reverse order along axes, copied.
        
        >>> torch.flip(torch.arange(4).view(2, 2), (0, 1))
        tensor([[3, 2],
                [1, 0]])"""
    @overload
    def flip(self, *dims: _int) -> Tensor:
        """Elements in reverse order along axes, copied.
        
        >>> torch.flip(torch.arange(4).view(2, 2), (0, 1))
        tensor([[3, 2],
                [1, 0]])"""
    def fliplr(self) -> Tensor:
        """Columns in reverse order.
        
        >>> torch.fliplr(torch.arange(4).view(2, 2))
        tensor([[1, 0],
                [3, 2]])"""
    def flipud(self) -> Tensor:
        """Rows in reverse order.
        
        >>> torch.flipud(torch.arange(4).view(2, 2))
        tensor([[2, 3],
                [0, 1]])"""
    def float(self, memory_format: memory_format = ...) -> Tensor:
        """As float32.
        
        >>> torch.tensor([1, 2]).float()
        tensor([1., 2.])"""
    def float_power(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power, in float64 (complex128 for complex operands).
        
        >>> torch.float_power(torch.tensor([2, 3]), -1)
        tensor([0.5000, 0.3333], dtype=torch.float64)"""
    def float_power_(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power, in float64 (complex128 for complex operands).
        
        >>> torch.float_power(torch.tensor([2, 3]), -1)
        tensor([0.5000, 0.3333], dtype=torch.float64)"""
    def floor(self) -> Tensor:
        """The greatest whole number not above each element.
        
        >>> torch.floor(torch.tensor([-1.5, 1.2]))
        tensor([-2.,  1.])"""
    def floor_(self) -> Tensor:
        """The greatest whole number not above each element.
        
        >>> torch.floor(torch.tensor([-1.5, 1.2]))
        tensor([-2.,  1.])"""
    def floor_divide(self, other: Tensor | Number) -> Tensor:
        """The quotient rounded down.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.floor_divide(torch.tensor([7, -7]), 2)
        tensor([ 3, -4])"""
    def floor_divide_(self, other: Tensor | Number) -> Tensor:
        """The quotient rounded down.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.floor_divide(torch.tensor([7, -7]), 2)
        tensor([ 3, -4])"""
    def fmax(self, other: Tensor) -> Tensor:
        """The larger of two elements; a nan loses against a number.
        
        >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
        tensor([2., 3.])"""
    def fmax_(self, other: Tensor) -> Tensor:
        """The larger of two elements; a nan loses against a number.
        
        >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
        tensor([2., 3.])"""
    def fmin(self, other: Tensor) -> Tensor:
        """The smaller of two elements; a nan loses against a number.
        
        >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
        tensor([1., 3.])"""
    def fmin_(self, other: Tensor) -> Tensor:
        """The smaller of two elements; a nan loses against a number.
        
        >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
        tensor([1., 3.])"""
    def fmod(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the dividend, as C's `fmod`.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.fmod(torch.tensor([7, -7]), 3)
        tensor([ 1, -1])"""
    def fmod_(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the dividend, as C's `fmod`.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.fmod(torch.tensor([7, -7]), 3)
        tensor([ 1, -1])"""
    def frac(self) -> Tensor:
        """The fraction of each element, with its sign.
        
        >>> torch.frac(torch.tensor([-1.5, 1.25]))
        tensor([-0.5000,  0.2500])"""
    def frac_(self) -> Tensor:
        """The fraction of each element, with its sign.
        
        >>> torch.frac(torch.tensor([-1.5, 1.25]))
        tensor([-0.5000,  0.2500])"""
    def frexp(self) -> _Named:
        """Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents.
        
        >>> mantissa, exponent = torch.frexp(torch.tensor([8.0, 0.75]))
        >>> mantissa, exponent
        (tensor([0.5000, 0.7500]), tensor([4, 0], dtype=torch.int32))"""
    def gather(self, dim: _int, index: Tensor, *, sparse_grad: _bool = False) -> Tensor:
        """Elements along `dim` at the places that `index` names: for `dim=0`, `out[i][j] = input[index[i][j]][j]`.
        
        Args: index: int64, of the rank of `input`, no larger than it except along `dim`.
        Shape: that of `index`.
        Errors: RuntimeError if an index is out of range.
        
        >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
        tensor([[1, 1],
                [4, 3]])"""
    def gcd(self, other: Tensor) -> Tensor:
        """The greatest common divisor of integers.
        
        >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 14]))
        tensor([6, 7])"""
    def gcd_(self, other: Tensor) -> Tensor:
        """The greatest common divisor of integers.
        
        >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 14]))
        tensor([6, 7])"""
    def ge(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.ge(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])"""
    def ge_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.ge(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])"""
    def geometric_(self, p: _float, *, generator: Generator | None = None) -> Tensor:
        """Fills with the number of trials up to the first success of probability `p`.
        
        >>> torch.zeros(3).geometric_(0.5).shape
        torch.Size([3])"""
    def geqrf(self) -> _Named:
        """Householder's reflections below the diagonal of `a`, `R` on and above it, and the factors `tau`: `Q` is the product of
        `I - tau_i v_i v_i^H`.
        
        >>> torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).tau
        tensor([1.6000, 0.0000])"""
    def ger(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors (`outer`).
        
        >>> torch.ger(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[3, 4],
                [6, 8]])"""
    def greater(self, other: Tensor | Number) -> Tensor:
        """Alias of `gt`.
        
        Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.gt(torch.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])"""
    def greater_(self, other: Tensor | Number) -> Tensor:
        """Alias of `gt`.
        
        Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.gt(torch.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])"""
    def greater_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `ge`.
        
        Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.ge(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])"""
    def greater_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `ge`.
        
        Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.ge(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])"""
    def gt(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.gt(torch.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])"""
    def gt_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.gt(torch.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])"""
    def half(self, memory_format: memory_format = ...) -> Tensor:
        """As float16.
        
        >>> torch.tensor([1.0, 2.0]).half()
        tensor([1., 2.], dtype=torch.float16)"""
    def hardshrink(self, lambd: _float = 0.5) -> Tensor:
        """Zero where `|x| <= lambd`.
        
        >>> torch.hardshrink(torch.tensor([-2.0, 0.3, 3.0]))
        tensor([-2.,  0.,  3.])"""
    def hash_tensor(self, dim: _int | Sequence[_int] | None = None, *, keepdim: _bool = False, mode: _int = 0) -> Tensor:
        """The exclusive or of the bits of elements, of floats as float64 and of integers as int64: a number by which tensors are told
        apart. Needs no gradient.
        
        Args: mode: 0, the only way there is.
        Errors: RuntimeError for another mode or an empty tensor without `dim`, IndexError for an empty axis.
        
        >>> torch.hash_tensor(torch.tensor([1, 2, 4])), torch.hash_tensor(torch.ones(1))
        (tensor(7, dtype=torch.uint64), tensor(4607182418800017408, dtype=torch.uint64))"""
    def heaviside(self, values: Tensor) -> Tensor:
        """0 below zero, 1 above, `values` at zero.
        
        **Errors**: RuntimeError if the dtypes differ.
        
        >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
        tensor([0.0000, 0.5000, 1.0000])"""
    def heaviside_(self, values: Tensor) -> Tensor:
        """0 below zero, 1 above, `values` at zero.
        
        **Errors**: RuntimeError if the dtypes differ.
        
        >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
        tensor([0.0000, 0.5000, 1.0000])"""
    def histc(self, bins: _int = 100, min: Number = 0, max: Number = 0) -> Tensor:
        """How many elements fall into each of `bins` bins of equal width between `min` and `max` (the extremes of the
        data where both are equal).
        
        >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])"""
    @overload
    def histogram(self, bins: Tensor, *, weight: Tensor | None = None, density: _bool = False) -> _Named:
        """Weighted counts of the elements between the edges in `bins`, and the edges.
        
        Args: density: as a density, whose integral is one.
        
        >>> torch.histogram(torch.tensor([1.0, 2.0, 2.0, 4.0]), 3, range=(1.0, 4.0)).hist
        tensor([1., 2., 1.])"""
    @overload
    def histogram(self, bins: _int = 100, *, range: Sequence[Number] | None = None, weight: Tensor | None = None, density: _bool = False) -> _Named:
        """Weighted counts of the elements in `bins` bins of equal width over `range` (that of the data by default), and
        the edges of the bins."""
    @overload
    def hsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the second axis (of a vector: along the first).
        
        >>> torch.hsplit(torch.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))"""
    @overload
    def hsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the second axis (of a vector: along the first)."""
    def hypot(self, other: Tensor) -> Tensor:
        """`sqrt(input^2 + other^2)` without overflow.
        
        >>> torch.hypot(torch.tensor([3.0, 5.0]), torch.tensor([4.0, 12.0]))
        tensor([ 5., 13.])"""
    def hypot_(self, other: Tensor) -> Tensor:
        """`sqrt(input^2 + other^2)` without overflow.
        
        >>> torch.hypot(torch.tensor([3.0, 5.0]), torch.tensor([4.0, 12.0]))
        tensor([ 5., 13.])"""
    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind, order 0.
        
        >>> torch.i0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.2661])"""
    def i0_(self) -> Tensor:
        """The modified Bessel function of the first kind, order 0.
        
        >>> torch.i0(torch.tensor([0.0, 1.0]))
        tensor([1.0000, 1.2661])"""
    def igamma(self, other: Tensor) -> Tensor:
        """The lower incomplete gamma function, regularised.
        
        >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
        tensor([0.6321, 0.5940])"""
    def igamma_(self, other: Tensor) -> Tensor:
        """The lower incomplete gamma function, regularised.
        
        >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
        tensor([0.6321, 0.5940])"""
    def igammac(self, other: Tensor) -> Tensor:
        """The upper incomplete gamma function, regularised.
        
        >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
        tensor([0.3679, 0.4060])"""
    def igammac_(self, other: Tensor) -> Tensor:
        """The upper incomplete gamma function, regularised.
        
        >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
        tensor([0.3679, 0.4060])"""
    def index_add(self, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
        """A copy with `alpha` times slices of `source` added to those along `dim` that `index` names.
        
        >>> torch.index_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([4., 0., 2.])"""
    def index_add_(self, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
        """Adds `alpha` times slices of `source` to those along `dim` that `index` names.
        
        >>> torch.zeros(3).index_add_(0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([4., 0., 2.])"""
    def index_copy(self, dim: _int, index: Tensor, source: Tensor) -> Tensor:
        """A copy with slices of `source` in place of those along `dim` that `index` names.
        
        >>> torch.index_copy(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])"""
    def index_copy_(self, dim: _int, index: Tensor, source: Tensor) -> Tensor:
        """Puts slices of `source` in place of those along `dim` that `index` names.
        
        >>> torch.zeros(3).index_copy_(0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])"""
    def index_fill(self, dim: _int, index: Tensor, value: Tensor | Number) -> Tensor:
        """A copy with one value in the slices along `dim` that `index` names.
        
        Args: index: vector of int64; value: number or 0-d tensor.
        
        >>> torch.index_fill(torch.zeros(3), 0, torch.tensor([2, 0]), 7)
        tensor([7., 0., 7.])"""
    def index_fill_(self, dim: _int, index: Tensor, value: Tensor | Number) -> Tensor:
        """Puts one value in the slices along `dim` that `index` names.
        
        >>> torch.zeros(3).index_fill_(0, torch.tensor([2, 0]), 7)
        tensor([7., 0., 7.])"""
    def index_put(self, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False) -> Tensor:
        """A copy with `values` at the places `input[indices]`.
        
        Args: indices: index tensors or masks, broadcast together; accumulate: add instead of replacing.
        
        >>> torch.index_put(torch.zeros(3), (torch.tensor([2, 0]),), torch.tensor([1.0, 2.0]))
        tensor([2., 0., 1.])"""
    def index_put_(self, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False) -> Tensor:
        """Puts `values` at the places `input[indices]`.
        
        >>> torch.zeros(3).index_put_((torch.tensor([2, 2]),), torch.tensor(1.0), accumulate=True)
        tensor([0., 0., 2.])"""
    def index_reduce(self, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """A copy with slices of `source` combined into those along `dim` that the vector `index` names.
        
        Args: reduce: prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
        
        >>> torch.index_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
        tensor([8., 1., 3.])"""
    def index_reduce_(self, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """Combines slices of `source` into those along `dim` that the vector `index` names.
        
        >>> torch.zeros(3).index_reduce_(0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "amax")
        tensor([4., 0., 3.])"""
    def index_select(self, dim: _int, index: Tensor) -> Tensor:
        """Slices along `dim` in the order of `index`, copied.
        
        Args: index: vector of int32 or int64.
        Errors: IndexError if an index is out of range.
        
        >>> torch.index_select(torch.arange(6).view(2, 3), 1, torch.tensor([2, 0]))
        tensor([[2, 0],
                [5, 3]])"""
    def inner(self, other: Tensor) -> Tensor:
        """Sums of products over the last axes; with a 0-d tensor the product.
        
        >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
        tensor([21, 43])"""
    def int(self, memory_format: memory_format = ...) -> Tensor:
        """As int32.
        
        >>> torch.tensor([1.7, -1.7]).int()
        tensor([ 1, -1], dtype=torch.int32)"""
    def inverse(self) -> Tensor:
        """The inverse of square matrices (`linalg.inv`).
        
        >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])"""
    def is_complex(self) -> _bool:
        """Whether the dtype is complex.
        
        >>> torch.is_complex(torch.ones(2)), torch.is_complex(torch.ones(2) * 1j)
        (False, True)"""
    def is_conj(self) -> _bool:
        """Whether a conjugation is pending: never.
        
        >>> torch.is_conj(torch.tensor([1 + 2j, 3 - 1j]))
        False"""
    def is_floating_point(self) -> _bool:
        """Whether the dtype is a floating one.
        
        >>> torch.is_floating_point(torch.ones(2)), torch.is_floating_point(torch.arange(2))
        (True, False)"""
    def is_neg(self) -> _bool:
        """Whether a negation is pending: never.
        
        >>> torch.is_neg(torch.tensor([1.0, -2.0]))
        False"""
    def is_signed(self) -> _bool:
        """Whether the dtype has a sign.
        
        >>> torch.ones(2).is_signed(), torch.ones(2, dtype=torch.uint8).is_signed()
        (True, False)"""
    def isclose(self, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False) -> Tensor:
        """Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
        
        Args: equal_nan: whether two nans are close.
        **Errors**: RuntimeError if dtypes differ or a tolerance is negative.
        
        >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0 + 1e-9, 2.1]))
        tensor([ True, False])"""
    def isfinite(self) -> Tensor:
        """Whether each element is neither infinite nor nan.
        
        >>> torch.isfinite(torch.tensor([1.0, float("nan"), float("inf")]))
        tensor([ True, False, False])"""
    def isinf(self) -> Tensor:
        """Whether each element is infinite.
        
        >>> torch.isinf(torch.tensor([1.0, float("nan"), float("inf")]))
        tensor([False, False,  True])"""
    def isnan(self) -> Tensor:
        """Whether each element is nan (for complex: either part).
        
        >>> torch.isnan(torch.tensor([1.0, float("nan"), float("inf")]))
        tensor([False,  True, False])"""
    def isneginf(self) -> Tensor:
        """Whether each element is negative infinity.
        
        >>> torch.isneginf(torch.tensor([-float("inf"), 1.0, float("inf")]))
        tensor([ True, False, False])"""
    def isposinf(self) -> Tensor:
        """Whether each element is positive infinity.
        
        >>> torch.isposinf(torch.tensor([-float("inf"), 1.0, float("inf")]))
        tensor([False, False,  True])"""
    def isreal(self) -> Tensor:
        """Whether each element has no imaginary part.
        
        >>> torch.isreal(torch.tensor([1 + 0j, 1 + 1j]))
        tensor([ True, False])"""
    def istft(self, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, normalized: _bool = False, onesided: _bool | None = None, length: _int | None = None, return_complex: _bool = False) -> Tensor:
        """The signal of its spectra, as `stft` makes them: stretches are laid over one another, and the sum divided by that of the
        squares of the windows.
        
        Args: length: of the signal, which is cut or filled with zeros; others as `stft` was given them.
        Shape: (.., frequencies, frames) gives (.., length).
        Errors: RuntimeError where windows leave a gap.
        
        >>> window = torch.hann_window(8)
        >>> x = torch.arange(16.0)
        >>> spectrum = torch.stft(x, 8, window=window, return_complex=True)
        >>> torch.allclose(torch.istft(spectrum, 8, window=window), x, atol=1e-4)
        True"""
    def kron(self, other: Tensor) -> Tensor:
        """The Kronecker product: blocks of `other`, each times an element of `input`.
        
        >>> torch.kron(torch.tensor([[1, 2]]), torch.tensor([[1], [10]]))
        tensor([[ 1,  2],
                [10, 20]])"""
    def kthvalue(self, k: _int, dim: _int = -1, keepdim: _bool = False) -> _Named:
        """The `k`-th least element along an axis (from 1), and where it is.
        
        Errors: RuntimeError if `k` is out of range.
        
        >>> torch.kthvalue(torch.tensor([5, 1, 3]), 2).values
        tensor(3)"""
    def lcm(self, other: Tensor) -> Tensor:
        """The least common multiple of integers.
        
        >>> torch.lcm(torch.tensor([12, 7]), torch.tensor([18, 14]))
        tensor([36, 14])"""
    def lcm_(self, other: Tensor) -> Tensor:
        """The least common multiple of integers.
        
        >>> torch.lcm(torch.tensor([12, 7]), torch.tensor([18, 14]))
        tensor([36, 14])"""
    def ldexp(self, other: Tensor) -> Tensor:
        """`input * 2^other`.
        
        >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([3, -1]))
        tensor([8.0000, 1.5000])"""
    def ldexp_(self, other: Tensor) -> Tensor:
        """`input * 2^other`.
        
        >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([3, -1]))
        tensor([8.0000, 1.5000])"""
    def le(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.le(torch.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])"""
    def le_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.le(torch.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])"""
    def lerp(self, end: Tensor, weight: Tensor | Number) -> Tensor:
        """`input + weight * (end - input)`; `weight` is a number or a tensor.
        
        **Errors**: RuntimeError unless all dtypes agree.
        
        >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([4.0, 20.0]), 0.5)
        tensor([ 2., 15.])"""
    def lerp_(self, end: Tensor, weight: Tensor | Number) -> Tensor:
        """`input + weight * (end - input)`; `weight` is a number or a tensor.
        
        **Errors**: RuntimeError unless all dtypes agree.
        
        >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([4.0, 20.0]), 0.5)
        tensor([ 2., 15.])"""
    def less(self, other: Tensor | Number) -> Tensor:
        """Alias of `lt`.
        
        Whether the first element is less. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.lt(torch.tensor([1, 2, 3]), 2)
        tensor([ True, False, False])"""
    def less_(self, other: Tensor | Number) -> Tensor:
        """Alias of `lt`.
        
        Whether the first element is less. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.lt(torch.tensor([1, 2, 3]), 2)
        tensor([ True, False, False])"""
    def less_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `le`.
        
        Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.le(torch.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])"""
    def less_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `le`.
        
        Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.le(torch.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])"""
    def lgamma(self) -> Tensor:
        """The logarithm of the absolute value of the gamma function.
        
        >>> torch.lgamma(torch.tensor([1.0, 5.0]))
        tensor([0.0000, 3.1781])"""
    def lgamma_(self) -> Tensor:
        """The logarithm of the absolute value of the gamma function.
        
        >>> torch.lgamma(torch.tensor([1.0, 5.0]))
        tensor([0.0000, 3.1781])"""
    def log(self) -> Tensor:
        """The natural logarithm of every element.
        
        Args: input: any dtype; integers give the default float.
        
        >>> torch.log(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 0.6931])"""
    def log10(self) -> Tensor:
        """The logarithm to base 10.
        
        >>> torch.log10(torch.tensor([1.0, 1000.0]))
        tensor([0., 3.])"""
    def log10_(self) -> Tensor:
        """The logarithm to base 10.
        
        >>> torch.log10(torch.tensor([1.0, 1000.0]))
        tensor([0., 3.])"""
    def log1p(self) -> Tensor:
        """`ln(1 + x)`, exact near zero.
        
        >>> torch.log1p(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.6931])"""
    def log1p_(self) -> Tensor:
        """`ln(1 + x)`, exact near zero.
        
        >>> torch.log1p(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.6931])"""
    def log2(self) -> Tensor:
        """The logarithm to base 2.
        
        >>> torch.log2(torch.tensor([1.0, 8.0]))
        tensor([0., 3.])"""
    def log2_(self) -> Tensor:
        """The logarithm to base 2.
        
        >>> torch.log2(torch.tensor([1.0, 8.0]))
        tensor([0., 3.])"""
    def log_(self) -> Tensor:
        """The natural logarithm of every element.
        
        Args: input: any dtype; integers give the default float.
        
        >>> torch.log(torch.tensor([1.0, 2.0]))
        tensor([0.0000, 0.6931])"""
    def log_normal_(self, mean: _float = 1.0, std: _float = 2.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with exponentials of normal numbers.
        
        >>> bool((torch.zeros(100).log_normal_() > 0).all())
        True"""
    def log_softmax(self, dim: _int, dtype: _dtype | None = None) -> Tensor:
        """The logarithm of `softmax`, computed in one.
        
        >>> torch.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([-2.4076, -1.4076, -0.4076])"""
    def logaddexp(self, other: Tensor) -> Tensor:
        """`ln(e^input + e^other)` without overflow.
        
        >>> torch.logaddexp(torch.tensor([0.0, -100.0]), torch.tensor([0.0, -100.0]))
        tensor([  0.6931, -99.3069])"""
    def logaddexp2(self, other: Tensor) -> Tensor:
        """`log2(2^input + 2^other)` without overflow.
        
        >>> torch.logaddexp2(torch.tensor([3.0, -100.0]), torch.tensor([3.0, -100.0]))
        tensor([  4., -99.])"""
    def logaddexp2_(self, other: Tensor) -> Tensor:
        """`log2(2^input + 2^other)` without overflow.
        
        >>> torch.logaddexp2(torch.tensor([3.0, -100.0]), torch.tensor([3.0, -100.0]))
        tensor([  4., -99.])"""
    def logaddexp_(self, other: Tensor) -> Tensor:
        """`ln(e^input + e^other)` without overflow.
        
        >>> torch.logaddexp(torch.tensor([0.0, -100.0]), torch.tensor([0.0, -100.0]))
        tensor([  0.6931, -99.3069])"""
    def logcumsumexp(self, dim: _int) -> Tensor:
        """`log(sum(e^x))` over the elements up to and including each one along an axis.
        
        >>> torch.logcumsumexp(torch.tensor([0.0, 0.0, 0.0]), 0)
        tensor([0.0000, 0.6931, 1.0986])"""
    def logdet(self) -> Tensor:
        """The logarithm of the determinant; nan where that is negative.
        
        >>> torch.logdet(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
        tensor(1.7918)"""
    def logical_and(self, other: Tensor) -> Tensor:
        """Logical "and" of truth values; any dtype counts as true where it is not zero.
        
        >>> torch.logical_and(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
        tensor([False, False,  True])"""
    def logical_and_(self, other: Tensor) -> Tensor:
        """Logical "and" of truth values; any dtype counts as true where it is not zero.
        
        >>> torch.logical_and(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
        tensor([False, False,  True])"""
    def logical_not(self) -> Tensor:
        """Whether an element is zero.
        
        >>> torch.logical_not(torch.tensor([0, 1, 2]))
        tensor([ True, False, False])"""
    def logical_not_(self) -> Tensor:
        """Whether an element is zero.
        
        >>> torch.logical_not(torch.tensor([0, 1, 2]))
        tensor([ True, False, False])"""
    def logical_or(self, other: Tensor) -> Tensor:
        """Logical "or" of truth values.
        
        >>> torch.logical_or(torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0]))
        tensor([ True,  True, False])"""
    def logical_or_(self, other: Tensor) -> Tensor:
        """Logical "or" of truth values.
        
        >>> torch.logical_or(torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0]))
        tensor([ True,  True, False])"""
    def logical_xor(self, other: Tensor) -> Tensor:
        """Whether exactly one of two truth values holds.
        
        >>> torch.logical_xor(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
        tensor([ True,  True, False])"""
    def logical_xor_(self, other: Tensor) -> Tensor:
        """Whether exactly one of two truth values holds.
        
        >>> torch.logical_xor(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
        tensor([ True,  True, False])"""
    def logit(self, eps: _float | None = None) -> Tensor:
        """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`.
        
        >>> torch.logit(torch.tensor([0.5, 0.8808]))
        tensor([0.0000, 2.0000])"""
    def logit_(self, eps: _float | None = None) -> Tensor:
        """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`.
        
        >>> torch.logit(torch.tensor([0.5, 0.8808]))
        tensor([0.0000, 2.0000])"""
    def logsumexp(self, dim: _int | Sequence[_int], keepdim: _bool = False) -> Tensor:
        """`log(sum(e^x))` over axes, without overflow.
        
        >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
        tensor(1000.6932)"""
    def long(self, memory_format: memory_format = ...) -> Tensor:
        """As int64.
        
        >>> torch.tensor([1.7, -1.7]).long()
        tensor([ 1, -1])"""
    def lt(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.lt(torch.tensor([1, 2, 3]), 2)
        tensor([ True, False, False])"""
    def lt_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less. **Errors**: RuntimeError for complex tensors.
        
        >>> torch.lt(torch.tensor([1, 2, 3]), 2)
        tensor([ True, False, False])"""
    def lu(self, pivot: _bool = True, get_infos: _bool = False) -> Any:
        """The compact decomposition and its exchanges, with `info` as a third if `get_infos` says so; `linalg.lu_factor` is its successor.
        
        >>> LU, pivots = torch.lu(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
        >>> LU
        tensor([[4.0000, 4.0000],
                [0.2500, 1.0000]])"""
    def lu_solve(self, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
        """Solves `A X = b` of a decomposition of `A`; `linalg.lu_solve` is its successor.
        
        >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
        >>> torch.lu_solve(torch.tensor([[3.0], [8.0]]), LU, pivots)
        tensor([[1.],
                [1.]])"""
    def masked_fill(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """A copy with `value` where `mask` is true.
        
        Args: mask: bool tensor that broadcasts with `input`; value: number or 0-d tensor.
        
        >>> torch.masked_fill(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]), 0)
        tensor([0, 2, 0])"""
    def masked_fill_(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """Fills with `value` where `mask` is true.
        
        >>> torch.tensor([1, 2, 3]).masked_fill_(torch.tensor([True, False, True]), 0)
        tensor([0, 2, 0])"""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """A copy whose elements where `mask` is true come from `source`, one after the other.
        
        Errors: RuntimeError if `source` has too few elements or another dtype.
        
        >>> torch.masked_scatter(torch.zeros(3), torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
        tensor([5., 0., 6.])"""
    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """Elements where `mask` is true come from `source`, one after the other.
        
        >>> torch.zeros(3).masked_scatter_(torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
        tensor([5., 0., 6.])"""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements where `mask` is true, as one axis.
        
        Args: mask: bool tensor that broadcasts with `input`.
        
        >>> torch.masked_select(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]))
        tensor([1, 3])"""
    def matmul(self, other: Tensor) -> Tensor:
        """The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
        
        Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right.
        
        >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
        tensor([21, 43])"""
    def matrix_exp(self) -> Tensor:
        """The exponential of square matrices (`linalg.matrix_exp`).
        
        >>> torch.matrix_exp(torch.zeros(2, 2))
        tensor([[1., 0.],
                [0., 1.]])"""
    def matrix_power(self, n: _int) -> Tensor:
        """A square matrix, or each of a stack, to an integer power.
        
        >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
        tensor([[1., 3.],
                [0., 1.]])"""
    @overload
    def max(self) -> Tensor:
        """The greatest element; nan if there is one. Gradients are shared evenly by ties.
        
        Errors: RuntimeError for an empty tensor and for complex numbers.
        
        >>> torch.max(torch.tensor([3, 7, 5]))
        tensor(7)
        >>> torch.max(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
        tensor([1, 0])"""
    @overload
    def max(self, other: Tensor) -> Tensor:
        """The greater element of each pair (`maximum`), broadcasting."""
    @overload
    def max(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The greatest elements along an axis and their (first) positions."""
    def maximum(self, other: Tensor) -> Tensor:
        """The larger of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors.
        
        >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([3, 5])"""
    def maximum_(self, other: Tensor) -> Tensor:
        """The larger of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors.
        
        >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([3, 5])"""
    @overload
    def mean(self, *, dtype: _dtype | None = None) -> Tensor:
        """The mean of all elements.
        
        Errors: RuntimeError for integers, unless `dtype` says otherwise.
        
        >>> torch.mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
        tensor([1.5000, 3.5000])"""
    @overload
    def mean(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The mean over axes (all of them for `None` or `()`)."""
    @overload
    def median(self) -> Tensor:
        """The lower middle of all elements in order; nan if there is one.
        
        >>> torch.median(torch.tensor([5, 1, 3, 4]))
        tensor(3)"""
    @overload
    def median(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The lower middles along an axis, and where they are; the first nan where there is one."""
    @overload
    def min(self) -> Tensor:
        """The least element; nan if there is one. Gradients are shared evenly by ties.
        
        Errors: RuntimeError for an empty tensor and for complex numbers.
        
        >>> torch.min(torch.tensor([3, 7, 5]))
        tensor(3)
        >>> torch.min(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
        tensor([0, 1])"""
    @overload
    def min(self, other: Tensor) -> Tensor:
        """The lesser element of each pair (`minimum`), broadcasting."""
    @overload
    def min(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The least elements along an axis and their (first) positions."""
    def minimum(self, other: Tensor) -> Tensor:
        """The smaller of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors.
        
        >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([1, 2])"""
    def minimum_(self, other: Tensor) -> Tensor:
        """The smaller of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors.
        
        >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
        tensor([1, 2])"""
    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices.
        
        Args: input: (n, m); mat2: (m, p), of the same dtype.
        Shape: (n, p).
        Errors: RuntimeError on sizes that do not fit or different dtypes.
        
        >>> torch.mm(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [10]]))
        tensor([[21],
                [43]])"""
    def mode(self, dim: _int = -1, keepdim: _bool = False) -> _Named:
        """The most frequent elements along an axis (the least of several), and their last positions.
        
        >>> torch.mode(torch.tensor([5, 1, 1, 3])).values
        tensor(1)"""
    def moveaxis(self, source: _int | Sequence[_int], destination: _int | Sequence[_int]) -> Tensor:
        """Axes moved to other places (`movedim`).
        
        >>> torch.moveaxis(torch.zeros(2, 3, 4), 0, -1).shape
        torch.Size([3, 4, 2])"""
    def movedim(self, source: _int | Sequence[_int], destination: _int | Sequence[_int]) -> Tensor:
        """Axes moved to other places; the rest keep their order.
        
        >>> torch.movedim(torch.zeros(2, 3, 4), 0, -1).shape
        torch.Size([3, 4, 2])"""
    def msort(self) -> Tensor:
        """The elements in order along the first axis.
        
        >>> torch.msort(torch.tensor([[5, 1], [3, 2]]))
        tensor([[3, 1],
                [5, 2]])"""
    def mul(self, other: Tensor | Number) -> Tensor:
        """The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both.
        
        >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
        tensor([[10, 20],
                [20, 40]])"""
    def mul_(self, other: Tensor | Number) -> Tensor:
        """The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both.
        
        >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
        tensor([[10, 20],
                [20, 40]])"""
    def multinomial(self, num_samples: _int, replacement: _bool = False, *, generator: Generator | None = None) -> Tensor:
        """Indices drawn with the weights in the rows of `input`.
        
        Args: num_samples: draws a row; replacement: whether an index may come again.
        
        >>> torch.multinomial(torch.tensor([0.0, 1.0, 0.0]), 3, replacement=True)
        tensor([1, 1, 1])"""
    def multiply(self, other: Tensor | Number) -> Tensor:
        """Alias of `mul`.
        
        The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both.
        
        >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
        tensor([[10, 20],
                [20, 40]])"""
    def multiply_(self, other: Tensor | Number) -> Tensor:
        """Alias of `mul`.
        
        The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both.
        
        >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
        tensor([[10, 20],
                [20, 40]])"""
    def mv(self, vec: Tensor) -> Tensor:
        """A matrix (n, m) times a vector (m).
        
        >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
        tensor([21, 43])"""
    def mvlgamma(self, p: _int) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`.
        
        >>> torch.mvlgamma(torch.tensor([1.0, 2.0]), 2)
        tensor([1.1447, 0.4516])"""
    def mvlgamma_(self, p: _int) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`.
        
        >>> torch.mvlgamma(torch.tensor([1.0, 2.0]), 2)
        tensor([1.1447, 0.4516])"""
    def nan_to_num(self, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers.
        
        >>> torch.nan_to_num(torch.tensor([float("nan"), float("inf"), 1.0]), nan=0.0, posinf=9.0)
        tensor([0., 9., 1.])"""
    def nan_to_num_(self, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers.
        
        >>> torch.nan_to_num(torch.tensor([float("nan"), float("inf"), 1.0]), nan=0.0, posinf=9.0)
        tensor([0., 9., 1.])"""
    def nanmean(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The mean of the elements that are not nan.
        
        >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
        tensor(1.5000)"""
    @overload
    def nanmedian(self) -> Tensor:
        """The lower middle of the elements that are not nan.
        
        >>> torch.nanmedian(torch.tensor([5.0, float("nan"), 3.0]))
        tensor(3.)"""
    @overload
    def nanmedian(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The lower middles of the elements along an axis that are not nan, and where they are."""
    @overload
    def nanquantile(self, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """As `quantile`, over the elements that are not nan.
        
        >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 3.0]), 0.5)
        tensor(2.)"""
    @overload
    def nanquantile(self, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """As `quantile`, over the elements that are not nan."""
    def nansum(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The sum of all elements, nan counted as zero.
        
        >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
        tensor(3.)"""
    @overload
    def narrow(self, dim: _int, start: Tensor, length: _int) -> Tensor:
        """`length` elements from `start` along an axis, as a view.
        
        >>> torch.narrow(torch.arange(5), 0, 1, 3)
        tensor([1, 2, 3])"""
    @overload
    def narrow(self, dim: _int, start: _int, length: _int) -> Tensor:
        """As the row above, from an integer."""
    def narrow_copy(self, dim: _int, start: _int, length: _int) -> Tensor:
        """`narrow` as a copy.
        
        >>> torch.narrow_copy(torch.arange(5), 0, 1, 3)
        tensor([1, 2, 3])"""
    def ne(self, other: Tensor | Number) -> Tensor:
        """Whether two elements differ.
        
        >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([False,  True])"""
    def ne_(self, other: Tensor | Number) -> Tensor:
        """Whether two elements differ.
        
        >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([False,  True])"""
    def neg(self) -> Tensor:
        """The negative of every element.
        
        Errors: RuntimeError for bool tensors.
        
        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])"""
    def neg_(self) -> Tensor:
        """The negative of every element.
        
        Errors: RuntimeError for bool tensors.
        
        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])"""
    def negative(self) -> Tensor:
        """Alias of `neg`.
        
        The negative of every element.
        
        Errors: RuntimeError for bool tensors.
        
        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])"""
    def negative_(self) -> Tensor:
        """Alias of `neg`.
        
        The negative of every element.
        
        Errors: RuntimeError for bool tensors.
        
        >>> torch.neg(torch.tensor([1, -2]))
        tensor([-1,  2])"""
    @overload
    def new_empty(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised, with the dtype and device of the tensor.
        
        >>> torch.zeros(1, dtype=torch.int64).new_empty((2, 2)).dtype
        torch.int64"""
    @overload
    def new_empty(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised, with the dtype and device of the tensor.
        
        >>> torch.zeros(1, dtype=torch.int64).new_empty((2, 2)).dtype
        torch.int64"""
    def new_empty_strided(self, size: _int | Sequence[_int], stride: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised with the given strides and the dtype and device of the tensor.
        
        >>> torch.zeros(1).new_empty_strided((2, 3), (1, 2)).stride()
        (1, 2)"""
    def new_full(self, size: _int | Sequence[_int], fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """One number everywhere, with the dtype and device of the tensor.
        
        >>> torch.zeros(1, dtype=torch.int64).new_full((2, 2), 7)
        tensor([[7, 7],
                [7, 7]])"""
    @overload
    def new_ones(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Ones with the dtype and device of the tensor.
        
        >>> torch.zeros(1, dtype=torch.int64).new_ones(2, 2)
        tensor([[1, 1],
                [1, 1]])"""
    @overload
    def new_ones(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Ones with the dtype and device of the tensor.
        
        >>> torch.zeros(1, dtype=torch.int64).new_ones(2, 2)
        tensor([[1, 1],
                [1, 1]])"""
    @overload
    def new_zeros(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Zeros with the dtype and device of the tensor.
        
        >>> torch.ones(1, dtype=torch.int64).new_zeros(2, 2)
        tensor([[0, 0],
                [0, 0]])"""
    @overload
    def new_zeros(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Zeros with the dtype and device of the tensor.
        
        >>> torch.ones(1, dtype=torch.int64).new_zeros(2, 2)
        tensor([[0, 0],
                [0, 0]])"""
    def nextafter(self, other: Tensor) -> Tensor:
        """The next number after `input` towards `other`.
        
        >>> torch.nextafter(torch.tensor([1.0, 1.0]), torch.tensor([2.0, 0.0])) - 1
        tensor([ 1.1921e-07, -5.9605e-08])"""
    def nextafter_(self, other: Tensor) -> Tensor:
        """The next number after `input` towards `other`.
        
        >>> torch.nextafter(torch.tensor([1.0, 1.0]), torch.tensor([2.0, 0.0])) - 1
        tensor([ 1.1921e-07, -5.9605e-08])"""
    def nonzero(self, *, as_tuple: _bool = False) -> Any:
        """The indices of elements that are not zero: a row each, or with `as_tuple` one tensor an axis.
        
        >>> torch.nonzero(torch.tensor([[0, 1], [2, 0]]))
        tensor([[0, 1],
                [1, 0]])
        >>> torch.nonzero(torch.tensor([0, 1, 2]), as_tuple=True)
        (tensor([1, 2]),)"""
    def nonzero_static(self, *, size: _int, fill_value: _int = -1) -> Tensor:
        """The first `size` indices of elements that are not zero, a row each; `fill_value` where there are fewer.
        
        >>> torch.nonzero_static(torch.tensor([0, 3, 0, 4]), size=3)
        tensor([[ 1],
                [ 3],
                [-1]])"""
    @overload
    def norm(self, p: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None) -> Tensor:
        """The p-norm over axes, of all elements by default.
        
        Args: p: any number, or `"fro"`, `"nuc"`; nothing means 2.
        
        >>> torch.norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), dim=1)
        tensor([ 5., 10.])"""
    @overload
    def norm(self, p: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None) -> Tensor:
        """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
    def normal_(self, mean: _float = 0.0, std: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with normal numbers.
        
        >>> torch.zeros(1000).normal_(5, 0.1).mean().round()
        tensor(5.)"""
    def not_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `ne`.
        
        Whether two elements differ.
        
        >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([False,  True])"""
    def not_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `ne`.
        
        Whether two elements differ.
        
        >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
        tensor([False,  True])"""
    def orgqr(self, input2: Tensor) -> Tensor:
        """The first columns of a product of reflections (`linalg.householder_product`).
        
        >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
        >>> torch.orgqr(a, tau)
        tensor([[-0.6000, -0.8000],
                [-0.8000,  0.6000]])"""
    def ormqr(self, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False) -> Tensor:
        """`Q other` for the product `Q` of reflections that `geqrf` gives; with `left=False` `other Q`, with `transpose` its adjoint.
        
        >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
        >>> torch.ormqr(a, tau, torch.eye(2))
        tensor([[-0.6000, -0.8000],
                [-0.8000,  0.6000]])"""
    def outer(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors.
        
        >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[3, 4],
                [6, 8]])"""
    @overload
    def permute(self, dims: Sequence[_int]) -> Tensor:
        """Axes in another order.
        
        >>> torch.permute(torch.zeros(2, 3, 4), (2, 0, 1)).shape
        torch.Size([4, 2, 3])"""
    @overload
    def permute(self, *dims: _int) -> Tensor:
        """Axes in another order.
        
        >>> torch.permute(torch.zeros(2, 3, 4), (2, 0, 1)).shape
        torch.Size([4, 2, 3])"""
    def pinverse(self, rcond: _float = 1e-15) -> Tensor:
        """The pseudoinverse of matrices (`linalg.pinv`).
        
        >>> torch.pinverse(torch.tensor([[2.0], [0.0]]))
        tensor([[0.5000, 0.0000]])"""
    def polygamma(self, n: _int) -> Tensor:
        """The `n`-th derivative of `digamma`.
        
        >>> torch.tensor([1.0, 2.0]).polygamma(1)
        tensor([1.6449, 0.6449])"""
    def polygamma_(self, n: _int) -> Tensor:
        """The `n`-th derivative of `digamma`.
        
        >>> torch.tensor([1.0, 2.0]).polygamma(1)
        tensor([1.6449, 0.6449])"""
    def positive(self) -> Tensor:
        """The tensor itself.
        
        **Errors**: RuntimeError for bool tensors.
        
        >>> torch.positive(torch.tensor([1, -2]))
        tensor([ 1, -2])"""
    def pow(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
        
        **Errors**: RuntimeError for integers to a negative whole power.
        
        >>> torch.pow(torch.tensor([2, 3]), 2)
        tensor([4, 9])
        >>> torch.pow(2.0, torch.tensor([1.0, -1.0]))
        tensor([2.0000, 0.5000])"""
    def pow_(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
        
        **Errors**: RuntimeError for integers to a negative whole power.
        
        >>> torch.pow(torch.tensor([2, 3]), 2)
        tensor([4, 9])
        >>> torch.pow(2.0, torch.tensor([1.0, -1.0]))
        tensor([2.0000, 0.5000])"""
    def prelu(self, weight: Tensor) -> Tensor:
        """`x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
        
        >>> torch.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.5]))
        tensor([-1.,  3.])"""
    @overload
    def prod(self, *, dtype: _dtype | None = None) -> Tensor:
        """The product of all elements.
        
        Args: dtype: dtype of the result and of the products (integers and bool: int64).
        
        >>> torch.prod(torch.tensor([[1, 2], [3, 4]]), dim=1)
        tensor([ 2, 12])"""
    @overload
    def prod(self, dim: _int, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The product over one axis."""
    def put(self, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
        """A copy with elements of the flattened tensor replaced (or added to).
        
        >>> torch.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
        tensor([[1., 0.],
                [0., 2.]])"""
    def put_(self, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
        """Replaces (or adds to) elements of the flattened tensor.
        
        >>> torch.zeros(2, 2).put_(torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
        tensor([[1., 0.],
                [0., 2.]])"""
    def qr(self, some: _bool = True) -> _Named:
        """The decomposition `input = Q R` (`linalg.qr`).
        
        >>> torch.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).R.abs()
        tensor([[5.0000, 2.2000],
                [0.0000, 0.4000]])"""
    @overload
    def quantile(self, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """The elements at the ranks `q * (n - 1)` in order, interpolated; nan where there is one.
        
        Args: q: numbers in [0, 1] of the dtype of `input` (float32 or float64); interpolation: `linear`, `lower`,
        `higher`, `midpoint` or `nearest`.
        Shape: that of the reduction, with an axis for `q` in front if `q` has one.
        
        >>> torch.quantile(torch.tensor([1.0, 2.0, 3.0, 10.0]), 0.5)
        tensor(2.5000)"""
    @overload
    def quantile(self, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """The element at the rank `q * (n - 1)` in order, interpolated; nan where there is one."""
    def rad2deg(self) -> Tensor:
        """Radians as degrees.
        
        >>> torch.rad2deg(torch.tensor([3.1416, 1.0]))
        tensor([180.0004,  57.2958])"""
    def rad2deg_(self) -> Tensor:
        """Radians as degrees.
        
        >>> torch.rad2deg(torch.tensor([3.1416, 1.0]))
        tensor([180.0004,  57.2958])"""
    @overload
    def random_(self, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from 0 to the greatest the dtype holds exactly.
        
        >>> torch.zeros(100, dtype=torch.int64).random_(2).unique()
        tensor([0, 1])"""
    @overload
    def random_(self, to: _int, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from 0 up to `to`, which is left out."""
    @overload
    def random_(self, from_: _int, to: _int | None, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from `from` up to `to`, which is left out; without it up to the greatest of the dtype."""
    def ravel(self) -> Tensor:
        """All elements in one axis: a view where possible.
        
        >>> torch.ravel(torch.arange(4).view(2, 2))
        tensor([0, 1, 2, 3])"""
    def reciprocal(self) -> Tensor:
        """One over every element.
        
        >>> torch.reciprocal(torch.tensor([4.0, 0.5]))
        tensor([0.2500, 2.0000])"""
    def reciprocal_(self) -> Tensor:
        """One over every element.
        
        >>> torch.reciprocal(torch.tensor([4.0, 0.5]))
        tensor([0.2500, 2.0000])"""
    def relu(self) -> Tensor:
        """The larger of zero and each element; nan stays nan.
        
        Args: input: any real dtype but bool.
        
        >>> torch.relu(torch.tensor([-2.0, 3.0]))
        tensor([0., 3.])"""
    def relu_(self) -> Tensor:
        """The larger of zero and each element; nan stays nan.
        
        Args: input: any real dtype but bool.
        
        >>> torch.relu(torch.tensor([-2.0, 3.0]))
        tensor([0., 3.])"""
    def remainder(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the divisor, as Python's `%`.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.remainder(torch.tensor([7, -7]), 3)
        tensor([1, 2])"""
    def remainder_(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the divisor, as Python's `%`.
        
        **Errors**: RuntimeError for integer division by zero.
        
        >>> torch.remainder(torch.tensor([7, -7]), 3)
        tensor([1, 2])"""
    def renorm(self, p: Number, dim: _int, maxnorm: Number) -> Tensor:
        """Slices along an axis scaled down to a p-norm of at most `maxnorm`.
        
        >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])"""
    def renorm_(self, p: Number, dim: _int, maxnorm: Number) -> Tensor:
        """`renorm` in place.
        
        >>> torch.tensor([[3.0, 4.0], [0.3, 0.4]]).renorm_(2, 0, 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])"""
    @overload
    def repeat(self, repeats: Sequence[_int]) -> Tensor:
        """Copies side by side along every axis; additional counts make new leading axes.
        
        >>> torch.tensor([1, 2]).repeat(2, 2)
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])"""
    @overload
    def repeat(self, *repeats: _int) -> Tensor:
        """Copies side by side along every axis; additional counts make new leading axes.
        
        >>> torch.tensor([1, 2]).repeat(2, 2)
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])"""
    @overload
    def repeat_interleave(self, repeats: _int, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
        """Every element (or slice along `dim`) repeated that many times in place.
        
        Args: dim: without it the tensor is flattened.
        
        >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
        tensor([1, 1, 2, 2])
        >>> torch.repeat_interleave(torch.tensor([1, 2]), torch.tensor([3, 1]))
        tensor([1, 1, 1, 2])"""
    @overload
    def repeat_interleave(self, repeats: Tensor, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
        """Every element (or slice along `dim`) repeated as often as a tensor says."""
    @overload
    def reshape(self, shape: Sequence[_int]) -> Tensor:
        """The same data in another shape: a view where strides allow it, else a copy.
        
        >>> torch.reshape(torch.arange(6), (2, -1))
        tensor([[0, 1, 2],
                [3, 4, 5]])"""
    @overload
    def reshape(self, *shape: _int) -> Tensor:
        """The same data in another shape: a view where strides allow it, else a copy.
        
        >>> torch.reshape(torch.arange(6), (2, -1))
        tensor([[0, 1, 2],
                [3, 4, 5]])"""
    def reshape_as(self, other: Tensor) -> Tensor:
        """`self.reshape(other.size())`.
        
        >>> torch.arange(4).reshape_as(torch.zeros(2, 2))
        tensor([[0, 1],
                [2, 3]])"""
    def resolve_conj(self) -> Tensor:
        """The tensor itself: conjugates are never deferred here.
        
        >>> torch.tensor([1 + 2j, 3 - 1j]).conj().resolve_conj().is_conj()
        False"""
    def resolve_neg(self) -> Tensor:
        """The tensor itself: negatives are never deferred here.
        
        >>> torch.resolve_neg(torch.tensor([1.0, -2.0]))
        tensor([ 1., -2.])"""
    def roll(self, shifts: _int | Sequence[_int], dims: _int | Sequence[_int] | None = None) -> Tensor:
        """Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor.
        
        >>> torch.roll(torch.arange(5), 2)
        tensor([3, 4, 0, 1, 2])"""
    def rot90(self, k: _int = 1, dims: _int | Sequence[_int] = (0, 1)) -> Tensor:
        """Turned by `k` right angles in the plane of two axes, from the first toward the second.
        
        >>> torch.rot90(torch.arange(4).view(2, 2))
        tensor([[1, 3],
                [0, 2]])"""
    def round(self, *, decimals: _int = 0) -> Tensor:
        """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour.
        
        >>> torch.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
        tensor([0., 2., 2.])"""
    def round_(self, *, decimals: _int = 0) -> Tensor:
        """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour.
        
        >>> torch.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
        tensor([0., 2., 2.])"""
    def rsqrt(self) -> Tensor:
        """One over the square root.
        
        >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
        tensor([0.5000, 2.0000])"""
    def rsqrt_(self) -> Tensor:
        """One over the square root.
        
        >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
        tensor([0.5000, 2.0000])"""
    def rsub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`other - alpha * input`, broadcasting both.
        
        >>> torch.rsub(torch.tensor([1, 2]), 10)
        tensor([9, 8])"""
    @overload
    def scatter(self, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None) -> Tensor:
        """A copy with the elements of `src` (or one value) put at the places along `dim` that `index` names.
        
        Args: reduce: `"add"` or `"multiply"` to combine with what is there.
        
        >>> torch.scatter(torch.zeros(2, 3), 1, torch.tensor([[2, 0], [1, 1]]), 5.0)
        tensor([[5., 0., 5.],
                [0., 5., 0.]])"""
    @overload
    def scatter(self, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None) -> Tensor:
        """A copy with one value put at the places along `dim` that `index` names."""
    @overload
    def scatter_(self, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None) -> Tensor:
        """Puts the elements of `src` (or one value) at the places along `dim` that `index` names.
        
        >>> torch.zeros(2, 3).scatter_(1, torch.tensor([[2, 0], [1, 1]]), 5.0)
        tensor([[5., 0., 5.],
                [0., 5., 0.]])"""
    @overload
    def scatter_(self, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None) -> Tensor:
        """Puts one value at the places along `dim` that `index` names."""
    def scatter_add(self, dim: _int, index: Tensor, src: Tensor) -> Tensor:
        """A copy with the elements of `src` added at the places along `dim` that `index` names.
        
        >>> torch.scatter_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([4., 0., 2.])"""
    def scatter_add_(self, dim: _int, index: Tensor, src: Tensor) -> Tensor:
        """Adds the elements of `src` at the places along `dim` that `index` names.
        
        >>> torch.zeros(3).scatter_add_(0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
        tensor([4., 0., 2.])"""
    def scatter_reduce(self, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """A copy with the elements of `src` combined into the places along `dim` that `index` names.
        
        Args: reduce: sum, prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
        
        >>> torch.scatter_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
        tensor([8., 1., 3.])"""
    def scatter_reduce_(self, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """Combines the elements of `src` into the places along `dim` that `index` names.
        
        >>> torch.zeros(3).scatter_reduce_(0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "amax")
        tensor([4., 0., 3.])"""
    def select(self, dim: _int, index: _int) -> Tensor:
        """One index along an axis; the axis goes.
        
        >>> torch.select(torch.arange(4).view(2, 2), 1, 0)
        tensor([0, 2])"""
    def select_scatter(self, src: Tensor, dim: _int, index: _int) -> Tensor:
        """A copy with `src` at one index along `dim`.
        
        >>> torch.select_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), 0, 1)
        tensor([[0., 0.],
                [1., 2.]])"""
    def sgn(self) -> Tensor:
        """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign.
        
        >>> torch.sgn(torch.tensor([3 + 4j, 0j]))
        tensor([0.6000+0.8000j, 0.0000+0.0000j])"""
    def sgn_(self) -> Tensor:
        """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign.
        
        >>> torch.sgn(torch.tensor([3 + 4j, 0j]))
        tensor([0.6000+0.8000j, 0.0000+0.0000j])"""
    def short(self, memory_format: memory_format = ...) -> Tensor:
        """As int16.
        
        >>> torch.tensor([1.7, -1.7]).short()
        tensor([ 1, -1], dtype=torch.int16)"""
    def sigmoid(self) -> Tensor:
        """The logistic function `1 / (1 + e^-x)`.
        
        >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
        tensor([0.5000, 0.8808])"""
    def sigmoid_(self) -> Tensor:
        """The logistic function `1 / (1 + e^-x)`.
        
        >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
        tensor([0.5000, 0.8808])"""
    def sign(self) -> Tensor:
        """-1, 0 or 1, as every element's sign.
        
        **Errors**: RuntimeError for complex tensors; see `sgn`.
        
        >>> torch.sign(torch.tensor([-3.0, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])"""
    def sign_(self) -> Tensor:
        """-1, 0 or 1, as every element's sign.
        
        **Errors**: RuntimeError for complex tensors; see `sgn`.
        
        >>> torch.sign(torch.tensor([-3.0, 0.0, 2.0]))
        tensor([-1.,  0.,  1.])"""
    def signbit(self) -> Tensor:
        """Whether each element has its sign bit set (minus zero has).
        
        >>> torch.signbit(torch.tensor([-1.0, -0.0, 2.0]))
        tensor([ True,  True, False])"""
    def sin(self) -> Tensor:
        """The sine of every element, in radians.
        
        >>> torch.sin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8415])"""
    def sin_(self) -> Tensor:
        """The sine of every element, in radians.
        
        >>> torch.sin(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.8415])"""
    def sinc(self) -> Tensor:
        """`sin(pi x) / (pi x)`.
        
        >>> torch.sinc(torch.tensor([0.0, 0.5]))
        tensor([1.0000, 0.6366])"""
    def sinc_(self) -> Tensor:
        """`sin(pi x) / (pi x)`.
        
        >>> torch.sinc(torch.tensor([0.0, 0.5]))
        tensor([1.0000, 0.6366])"""
    def sinh(self) -> Tensor:
        """The hyperbolic sine.
        
        >>> torch.sinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.1752])"""
    def sinh_(self) -> Tensor:
        """The hyperbolic sine.
        
        >>> torch.sinh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.1752])"""
    def slice_scatter(self, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None, step: _int = 1) -> Tensor:
        """A copy with `src` in the slice `start:end:step` along `dim`.
        
        >>> torch.slice_scatter(torch.zeros(4), torch.ones(2), 0, 1, 3)
        tensor([0., 1., 1., 0.])"""
    def slogdet(self) -> _Named:
        """The sign of the determinant and the logarithm of its absolute value (`linalg.slogdet`).
        
        >>> torch.slogdet(torch.tensor([[-2.0, 0.0], [0.0, 3.0]]))
        torch.return_types.slogdet(
        sign=tensor(-1.),
        logabsdet=tensor(1.7918))"""
    def softmax(self, dim: _int, dtype: _dtype | None = None) -> Tensor:
        """`e^x / sum(e^x)` along an axis.
        
        Args: dtype: converts the input first (floating dtypes).
        Shape: as `input`.
        
        >>> torch.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
        tensor([0.0900, 0.2447, 0.6652])"""
    @overload
    def sort(self, dim: _int = -1, descending: _bool = False) -> _Named:
        """The elements in order along an axis, and where they were. The sort is stable; nan counts as the greatest.
        
        Errors: RuntimeError for complex numbers.
        
        >>> torch.sort(torch.tensor([5, 1, 3]), descending=True)
        torch.return_types.sort(
        values=tensor([5, 3, 1]),
        indices=tensor([0, 2, 1]))"""
    @overload
    def sort(self, *, stable: _bool | None, dim: _int = -1, descending: _bool = False) -> _Named:
        """The elements in order along an axis, and where they were; always stable."""
    @overload
    def sort(self, dim: _int = -1, descending: _bool = False, *, stable: _bool | None) -> _Named:
        """The elements in order along an axis, and where they were; always stable."""
    def split(self, split_size_or_sections: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of `split_size` (the last may be smaller), as views.
        
        >>> torch.split(torch.arange(5), 2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
        >>> torch.split(torch.arange(5), (1, 4))
        (tensor([0]), tensor([1, 2, 3, 4]))"""
    def split_with_sizes(self, split_sizes: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of the given sizes, as views.
        
        >>> torch.split_with_sizes(torch.arange(5), (1, 4))
        (tensor([0]), tensor([1, 2, 3, 4]))"""
    def sqrt(self) -> Tensor:
        """The square root of every element; nan below zero.
        
        >>> torch.sqrt(torch.tensor([4.0, 2.0]))
        tensor([2.0000, 1.4142])"""
    def sqrt_(self) -> Tensor:
        """The square root of every element; nan below zero.
        
        >>> torch.sqrt(torch.tensor([4.0, 2.0]))
        tensor([2.0000, 1.4142])"""
    def square(self) -> Tensor:
        """Each element times itself.
        
        >>> torch.square(torch.tensor([2, -3]))
        tensor([4, 9])"""
    def square_(self) -> Tensor:
        """Each element times itself.
        
        >>> torch.square(torch.tensor([2, -3]))
        tensor([4, 9])"""
    @overload
    def squeeze(self) -> Tensor:
        """Without the axes of size 1.
        
        >>> torch.squeeze(torch.zeros(1, 3, 1, 2)).shape, torch.squeeze(torch.zeros(1, 3, 1, 2), 0).shape
        (torch.Size([3, 2]), torch.Size([3, 1, 2]))"""
    @overload
    def squeeze(self, dim: _int | Sequence[_int]) -> Tensor:
        """Without the given axes, where their size is 1."""
    @overload
    def std(self, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False) -> Tensor:
        """The standard deviation over axes, with `n - correction` as divisor of the variance.
        
        >>> torch.std(torch.tensor([1.0, 2.0, 4.0]))
        tensor(1.5275)"""
    @overload
    def std(self, unbiased: _bool) -> Tensor:
        """The standard deviation of all elements."""
    @overload
    def std(self, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False) -> Tensor:
        """The standard deviation over axes."""
    def stft(self, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, pad_mode: _str = "reflect", normalized: _bool = False, onesided: _bool | None = None, return_complex: _bool | None = None, align_to_window: _bool | None = None) -> Tensor:
        """Fourier transforms of stretches of a signal: where in time which frequencies are.
        
        Args: n_fft: samples of a stretch; hop_length: from one to the next, by default a quarter of it; window: weights, ones by
            default, of win_length (n_fft), in the middle of the stretch. center: stretches are centred on their times, the signal
            being continued at its ends as `pad_mode` says. onesided: half the spectrum, which says it all of a real signal (default).
        Shape: (length) or (b, length) gives (.., frequencies, frames), complex; with `return_complex=False` pairs of real numbers.
        
        >>> torch.stft(torch.ones(16), 4, return_complex=True).shape
        torch.Size([3, 17])"""
    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input - alpha * other`, broadcasting both.
        
        **Errors**: RuntimeError for bool tensors and shapes that do not broadcast.
        
        >>> torch.sub(torch.tensor([5, 7]), torch.tensor([1, 2]), alpha=2)
        tensor([3, 3])"""
    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input - alpha * other`, broadcasting both.
        
        **Errors**: RuntimeError for bool tensors and shapes that do not broadcast.
        
        >>> torch.sub(torch.tensor([5, 7]), torch.tensor([1, 2]), alpha=2)
        tensor([3, 3])"""
    def subtract(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Alias of `sub`.
        
        >>> torch.subtract(torch.tensor([5, 7]), 1)
        tensor([4, 6])"""
    def subtract_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Alias of `sub`.
        
        >>> torch.subtract(torch.tensor([5, 7]), 1)
        tensor([4, 6])"""
    @overload
    def sum(self, *, dtype: _dtype | None = None) -> Tensor:
        """The sum of all elements.
        
        Args: dtype: dtype of the result and of the additions (integers and bool: int64).
        Shape: 0-d.
        
        >>> torch.sum(torch.tensor([[1, 2], [3, 4]]))
        tensor(10)
        >>> torch.sum(torch.tensor([[1, 2], [3, 4]]), dim=0)
        tensor([4, 6])"""
    @overload
    def sum(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The sum over axes (all of them for `None` or `()`)."""
    @overload
    def sum_to_size(self, size: Sequence[_int]) -> Tensor:
        """The sum over axes such that the result broadcasts to `input`: what undoes an `expand`.
        
        Errors: RuntimeError if `size` does not broadcast to the shape of `input`.
        
        >>> torch.ones(3, 2).sum_to_size(1, 2)
        tensor([[3., 3.]])"""
    @overload
    def sum_to_size(self, *size: _int) -> Tensor:
        """The sum over axes such that the result broadcasts to `input`: what undoes an `expand`.
        
        Errors: RuntimeError if `size` does not broadcast to the shape of `input`.
        
        >>> torch.ones(3, 2).sum_to_size(1, 2)
        tensor([[3., 3.]])"""
    def svd(self, some: _bool = True, compute_uv: _bool = True) -> _Named:
        """The singular value decomposition `input = U diag(S) V^H` (`linalg.svd`).
        
        >>> torch.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]])).S
        tensor([4., 3.])"""
    def swapaxes(self, axis0: _int, axis1: _int) -> Tensor:
        """Two axes exchanged (`transpose`).
        
        >>> torch.swapaxes(torch.zeros(2, 3, 4), 0, 2).shape
        torch.Size([4, 3, 2])"""
    def swapdims(self, dim0: _int, dim1: _int) -> Tensor:
        """Two axes exchanged (`transpose`).
        
        >>> torch.swapdims(torch.zeros(2, 3, 4), 0, 2).shape
        torch.Size([4, 3, 2])"""
    def t(self) -> Tensor:
        """Rows and columns exchanged; tensors of fewer than two axes as they are.
        
        Errors: RuntimeError above two axes.
        
        >>> torch.t(torch.arange(6).view(2, 3))
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""
    def take(self, index: Tensor) -> Tensor:
        """Elements of the flattened tensor.
        
        Args: index: int64.
        Shape: that of `index`.
        
        >>> torch.take(torch.tensor([[4, 5], [6, 7]]), torch.tensor([0, 3]))
        tensor([4, 7])"""
    def take_along_dim(self, indices: Tensor, dim: _int | None = None) -> Tensor:
        """Elements along `dim` where `indices` broadcasts with `input`; without `dim` both are flattened. Along an axis
        indices count round it: -1 is the last element.
        
        >>> x = torch.tensor([[3, 1], [2, 4]])
        >>> torch.take_along_dim(x, x.argsort(1), 1)
        tensor([[1, 3],
                [2, 4]])"""
    def tan(self) -> Tensor:
        """The tangent of every element, in radians.
        
        >>> torch.tan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5574])"""
    def tan_(self) -> Tensor:
        """The tangent of every element, in radians.
        
        >>> torch.tan(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.5574])"""
    def tanh(self) -> Tensor:
        """The hyperbolic tangent.
        
        >>> torch.tanh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7616])"""
    def tanh_(self) -> Tensor:
        """The hyperbolic tangent.
        
        >>> torch.tanh(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 0.7616])"""
    @overload
    def tensor_split(self, sections: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """That many pieces along an axis, as even as can be, as views.
        
        >>> torch.tensor_split(torch.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))
        >>> torch.tensor_split(torch.arange(5), (2, 3))
        (tensor([0, 1]), tensor([2]), tensor([3, 4]))"""
    @overload
    def tensor_split(self, indices: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """The pieces between the given indices along an axis, as views."""
    @overload
    def tensor_split(self, tensor_indices_or_sections: Tensor, dim: _int = 0) -> tuple[Tensor, ...]:
        """As `tensor_split`, the number of sections or the indices in a tensor."""
    @overload
    def tile(self, dims: Sequence[_int]) -> Tensor:
        """Copies side by side; missing leading counts are 1.
        
        >>> torch.tile(torch.tensor([1, 2]), (2, 2))
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])"""
    @overload
    def tile(self, *dims: _int) -> Tensor:
        """Copies side by side; missing leading counts are 1.
        
        >>> torch.tile(torch.tensor([1, 2]), (2, 2))
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])"""
    @overload
    def to(self, dtype: _dtype, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """As a dtype: the tensor itself if it has it already and `copy` is not asked for.
        
        Args: dtype; non_blocking: accepted; copy: always a new tensor; memory_format: layout of the result.
        
        >>> torch.tensor([1, 2]).to(torch.float64)
        tensor([1., 2.], dtype=torch.float64)"""
    @overload
    def to(self, device: _device | _str | _int | None = None, dtype: _dtype | None = None, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """On a device, and as a dtype."""
    @overload
    def to(self, other: Tensor, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """With the dtype and on the device of another tensor."""
    def topk(self, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True) -> _Named:
        """The `k` greatest (or least) elements along an axis in order, and where they were.
        
        Errors: RuntimeError if `k` is out of range.
        
        >>> torch.topk(torch.tensor([5, 1, 3]), 2).values
        tensor([5, 3])"""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix.
        
        >>> torch.trace(torch.tensor([[1, 2], [3, 4]]))
        tensor(5)"""
    def transpose(self, dim0: _int, dim1: _int) -> Tensor:
        """Two axes exchanged.
        
        >>> torch.transpose(torch.arange(6).view(2, 3), 0, 1)
        tensor([[0, 3],
                [1, 4],
                [2, 5]])"""
    def triangular_solve(self, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False) -> _Named:
        """Solves `A X = b` (`A^T X = b` with `transpose`) for triangular matrices; `linalg.solve_triangular` is its successor.
        
        >>> torch.triangular_solve(torch.tensor([[4.0], [8.0]]), torch.tensor([[2.0, 1.0], [0.0, 4.0]])).solution
        tensor([[1.],
                [2.]])"""
    def tril(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and below a diagonal, zeros elsewhere.
        
        >>> torch.tril(torch.ones(3, 3, dtype=torch.int64))
        tensor([[1, 0, 0],
                [1, 1, 0],
                [1, 1, 1]])"""
    def tril_(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and below a diagonal, zeros elsewhere.
        
        >>> torch.tril(torch.ones(3, 3, dtype=torch.int64))
        tensor([[1, 0, 0],
                [1, 1, 0],
                [1, 1, 1]])"""
    def triu(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and above a diagonal, zeros elsewhere.
        
        >>> torch.triu(torch.ones(3, 3, dtype=torch.int64), diagonal=1)
        tensor([[0, 1, 1],
                [0, 0, 1],
                [0, 0, 0]])"""
    def triu_(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and above a diagonal, zeros elsewhere.
        
        >>> torch.triu(torch.ones(3, 3, dtype=torch.int64), diagonal=1)
        tensor([[0, 1, 1],
                [0, 0, 1],
                [0, 0, 0]])"""
    def true_divide(self, other: Tensor | Number) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats.
        
        >>> torch.true_divide(torch.tensor([1, 2]), 2)
        tensor([0.5000, 1.0000])"""
    def true_divide_(self, other: Tensor | Number) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats.
        
        >>> torch.true_divide(torch.tensor([1, 2]), 2)
        tensor([0.5000, 1.0000])"""
    def trunc(self) -> Tensor:
        """Each element without its fraction.
        
        >>> torch.trunc(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  1.])"""
    def trunc_(self) -> Tensor:
        """Each element without its fraction.
        
        >>> torch.trunc(torch.tensor([-1.5, 1.2]))
        tensor([-1.,  1.])"""
    def type_as(self, other: Tensor) -> Tensor:
        """As the dtype of another tensor.
        
        >>> torch.tensor([1, 2]).type_as(torch.zeros(1))
        tensor([1., 2.])"""
    def unbind(self, dim: _int = 0) -> tuple[Tensor, ...]:
        """One tensor for each index along an axis, as views.
        
        >>> torch.unbind(torch.arange(4).view(2, 2))
        (tensor([0, 1]), tensor([2, 3]))"""
    def unflatten(self, dim: _int, sizes: _int | Sequence[_int]) -> Tensor:
        """One axis as several; one of the sizes may be -1.
        
        >>> torch.unflatten(torch.zeros(2, 12), 1, (3, 4)).shape
        torch.Size([2, 3, 4])"""
    def unfold(self, dimension: _int, size: _int, step: _int) -> Tensor:
        """Windows of `size` elements along an axis, one every `step`; the window is a new last axis.
        
        >>> torch.arange(4).unfold(0, 2, 1)
        tensor([[0, 1],
                [1, 2],
                [2, 3]])"""
    def uniform_(self, from_: _float = 0.0, to: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with uniform numbers from `from` (included) to `to`.
        
        >>> x = torch.zeros(100).uniform_(2, 3)
        >>> bool((x >= 2).all() and (x < 3).all())
        True"""
    def unique(self, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None) -> Any:
        """The distinct elements in order (every nan is distinct), with the group of each element and the size of each
        group if asked for; with `dim` the distinct slices along an axis.
        
        Errors: RuntimeError for complex numbers.
        
        >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))"""
    def unique_consecutive(self, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None) -> Any:
        """The first of each run of equal elements (or of slices along an axis), with the run of each element and the
        length of each run if asked for.
        
        >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
        tensor([1, 2, 1])"""
    def unsafe_chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """`chunk` with pieces that may be changed in place.
        
        >>> torch.unsafe_chunk(torch.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))"""
    def unsafe_split(self, split_size: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """`split` with pieces that may be changed in place.
        
        >>> torch.unsafe_split(torch.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))"""
    def unsafe_split_with_sizes(self, split_sizes: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """`split_with_sizes` with pieces that may be changed in place.
        
        >>> torch.unsafe_split_with_sizes(torch.arange(5), (2, 3))
        (tensor([0, 1]), tensor([2, 3, 4]))"""
    def unsqueeze(self, dim: _int) -> Tensor:
        """With an axis of size 1 put in.
        
        >>> torch.unsqueeze(torch.arange(3), 1).shape
        torch.Size([3, 1])"""
    @overload
    def var(self, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False) -> Tensor:
        """The variance over axes, with `n - correction` as divisor.
        
        Args: correction: 1 for the unbiased estimate (the default), 0 for the mean square deviation.
        Errors: RuntimeError for integers.
        
        >>> torch.var(torch.tensor([1.0, 2.0, 4.0]))
        tensor(2.3333)
        >>> torch.var(torch.tensor([1.0, 2.0, 4.0]), correction=0)
        tensor(1.5556)"""
    @overload
    def var(self, unbiased: _bool) -> Tensor:
        """The variance of all elements."""
    @overload
    def var(self, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False) -> Tensor:
        """The variance over axes."""
    def vdot(self, other: Tensor) -> Tensor:
        """The sum of products of two vectors, the first conjugated.
        
        >>> torch.vdot(torch.tensor([1j, 2]), torch.tensor([1j, 4]))
        tensor(9.+0.j)"""
    @overload
    def view(self, size: Sequence[_int]) -> Tensor:
        """A view of the same data in another shape (one size may be -1), or as another dtype.
        
        Args: shape: sizes.
        Errors: RuntimeError if sizes do not fit or strides forbid a view.
        
        >>> x = torch.arange(4)
        >>> x.view(2, 2)
        tensor([[0, 1],
                [2, 3]])
        >>> x.view(-1, 1).shape
        torch.Size([4, 1])"""
    @overload
    def view(self, *size: _int) -> Tensor:
        """A view of the same data in another shape (one size may be -1), or as another dtype.
        
        Args: shape: sizes.
        Errors: RuntimeError if sizes do not fit or strides forbid a view.
        
        >>> x = torch.arange(4)
        >>> x.view(2, 2)
        tensor([[0, 1],
                [2, 3]])
        >>> x.view(-1, 1).shape
        torch.Size([4, 1])"""
    @overload
    def view(self, dtype: _dtype) -> Tensor:
        """The same bits read as another dtype; the last axis grows or shrinks with the element size."""
    def view_as(self, other: Tensor) -> Tensor:
        """`self.view(other.size())`.
        
        >>> torch.arange(4).view_as(torch.zeros(2, 2))
        tensor([[0, 1],
                [2, 3]])"""
    def view_as_complex(self) -> Tensor:
        """A real tensor whose last axis has size 2 as a complex one, a view.
        
        **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly.
        
        >>> torch.view_as_complex(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
        tensor([1.+2.j, 3.-1.j])"""
    def view_as_real(self) -> Tensor:
        """A complex tensor as a real one with a last axis of real and imaginary part, a view.
        
        **Errors**: RuntimeError for real tensors.
        
        >>> torch.view_as_real(torch.tensor([1 + 2j, 3 - 1j]))
        tensor([[ 1.,  2.],
                [ 3., -1.]])"""
    @overload
    def vsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the first axis.
        
        >>> torch.vsplit(torch.arange(4).view(2, 2), 2)
        (tensor([[0, 1]]), tensor([[2, 3]]))"""
    @overload
    def vsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the first axis."""
    def where(self, condition: Tensor, other: Tensor | Number) -> Tensor:
        """`self` where `condition` holds, else `other`.
        
        >>> torch.where(torch.tensor([True, False]), torch.tensor([1, 2]), 0)
        tensor([1, 0])"""
    def xlog1py(self, other: Tensor | Number) -> Tensor:
        """`input * ln(1 + other)`, zero where `input` is zero.
        
        >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 3.0]))
        tensor([0.0000, 2.7726])"""
    def xlog1py_(self, other: Tensor | Number) -> Tensor:
        """`input * ln(1 + other)`, zero where `input` is zero.
        
        >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 3.0]))
        tensor([0.0000, 2.7726])"""
    def xlogy(self, other: Tensor | Number) -> Tensor:
        """`input * ln(other)`, zero where `input` is zero.
        
        >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0]))
        tensor([0.0000, 2.1972])"""
    def xlogy_(self, other: Tensor | Number) -> Tensor:
        """`input * ln(other)`, zero where `input` is zero.
        
        >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0]))
        tensor([0.0000, 2.1972])"""
    def zero_(self) -> Tensor:
        """Every element becomes zero.
        
        >>> torch.ones(3).zero_()
        tensor([0., 0., 0.])"""
    def zeta(self, other: Tensor | Number) -> Tensor:
        """Hurwitz's zeta function of `input` with offset `other`.
        
        >>> torch.special.zeta(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0]))
        tensor([1.6449, 1.0823])"""
    def zeta_(self, other: Tensor | Number) -> Tensor:
        """Hurwitz's zeta function of `input` with offset `other`.
        
        >>> torch.special.zeta(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0]))
        tensor([1.6449, 1.0823])"""
    def _coalesced_(self, *args: Any, **kwargs: Any) -> Any: ...
    def _indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def _is_view(self, *args: Any, **kwargs: Any) -> Any: ...
    def _make_subclass(self, *args: Any, **kwargs: Any) -> Any: ...
    def _memory(self, *args: Any, **kwargs: Any) -> Any: ...
    def _nnz(self, *args: Any, **kwargs: Any) -> Any: ...
    def _repr_html_(self, *args: Any, **kwargs: Any) -> Any: ...
    def _storage_bytes(self, *args: Any, **kwargs: Any) -> Any: ...
    def _storage_key(self, *args: Any, **kwargs: Any) -> Any: ...
    def _storage_nbytes(self, *args: Any, **kwargs: Any) -> Any: ...
    def _text(self, *args: Any, **kwargs: Any) -> Any: ...
    def _type_name(self, *args: Any, **kwargs: Any) -> Any: ...
    def _values(self, *args: Any, **kwargs: Any) -> Any: ...
    def apply_(self, *args: Any, **kwargs: Any) -> Any: ...
    def as_strided_(self, *args: Any, **kwargs: Any) -> Any: ...
    def as_subclass(self, *args: Any, **kwargs: Any) -> Any: ...
    def backward(self, gradient: Tensor | None = None, retain_graph: _bool | None = None, create_graph: _bool = False, inputs: Any = None) -> None: ...
    def ccol_indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def coalesce(self, *args: Any, **kwargs: Any) -> Any: ...
    def col_indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def const_data_ptr(self, *args: Any, **kwargs: Any) -> Any: ...
    def crow_indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def cuda(self, device: Any = None, non_blocking: _bool = False, memory_format: Any = None) -> Tensor: ...
    def data_ptr(self) -> _int: ...
    def dense_dim(self, *args: Any, **kwargs: Any) -> Any: ...
    def detach_(self, *args: Any, **kwargs: Any) -> Any: ...
    def dim(self) -> _int: ...
    def dim_order(self, *args: Any, **kwargs: Any) -> Any: ...
    def element_size(self) -> _int: ...
    def fill_diagonal_(self, *args: Any, **kwargs: Any) -> Any: ...
    def get_device(self) -> _int: ...
    def indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def ipu(self, *args: Any, **kwargs: Any) -> Any: ...
    def is_coalesced(self) -> _bool: ...
    def is_contiguous(self, memory_format: memory_format | None = None) -> _bool: ...
    def is_distributed(self, *args: Any, **kwargs: Any) -> Any: ...
    def is_inference(self) -> _bool: ...
    def is_nonzero(self, *args: Any, **kwargs: Any) -> Any: ...
    def is_pinned(self, *args: Any, **kwargs: Any) -> Any: ...
    def is_same_size(self, other: Tensor) -> _bool: ...
    def is_set_to(self, other: Tensor) -> _bool: ...
    def is_shared(self) -> _bool: ...
    def item(self) -> _int | _float | _bool: ...
    def map_(self, *args: Any, **kwargs: Any) -> Any: ...
    def module_load(self, *args: Any, **kwargs: Any) -> Any: ...
    def mtia(self, *args: Any, **kwargs: Any) -> Any: ...
    def ndimension(self) -> _int: ...
    def nelement(self) -> _int: ...
    def new(self, *args: Any, **kwargs: Any) -> Any: ...
    def new_tensor(self, *args: Any, **kwargs: Any) -> Any: ...
    def numel(self) -> _int: ...
    def numpy(self, *, force: _bool = False) -> _numpy.ndarray[Any, Any]: ...
    def pin_memory(self) -> Tensor: ...
    def record_stream(self, *args: Any, **kwargs: Any) -> Any: ...
    def register_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle: ...
    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle: ...
    def reinforce(self, *args: Any, **kwargs: Any) -> Any: ...
    def requires_grad_(self, requires_grad: _bool = True) -> Tensor: ...
    def resize(self, *args: Any, **kwargs: Any) -> Any: ...
    def resize_(self, *size: Any, memory_format: Any = None) -> Tensor: ...
    def resize_as(self, *args: Any, **kwargs: Any) -> Any: ...
    def resize_as_(self, *args: Any, **kwargs: Any) -> Any: ...
    def retain_grad(self) -> None: ...
    def row_indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def set_(self, *args: Any, **kwargs: Any) -> Any: ...
    def share_memory_(self) -> Tensor: ...
    @overload
    def size(self, dim: None = None) -> Size: ...
    @overload
    def size(self, dim: _int) -> _int: ...
    def sparse_dim(self, *args: Any, **kwargs: Any) -> Any: ...
    def sparse_mask(self, *args: Any, **kwargs: Any) -> Any: ...
    def sparse_resize_(self, *args: Any, **kwargs: Any) -> Any: ...
    def sparse_resize_and_clear_(self, *args: Any, **kwargs: Any) -> Any: ...
    def squeeze_(self, *args: Any, **kwargs: Any) -> Any: ...
    def storage(self, *args: Any, **kwargs: Any) -> Any: ...
    def storage_offset(self) -> _int: ...
    def storage_type(self, *args: Any, **kwargs: Any) -> Any: ...
    @overload
    def stride(self, dim: None = None) -> tuple[_int, ...]: ...
    @overload
    def stride(self, dim: _int) -> _int: ...
    def swapaxes_(self, *args: Any, **kwargs: Any) -> Any: ...
    def swapdims_(self, *args: Any, **kwargs: Any) -> Any: ...
    def t_(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_dense(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse_bsc(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse_bsr(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse_coo(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse_csc(self, *args: Any, **kwargs: Any) -> Any: ...
    def to_sparse_csr(self, *args: Any, **kwargs: Any) -> Any: ...
    def tolist(self) -> Any: ...
    def transpose_(self, *args: Any, **kwargs: Any) -> Any: ...
    @overload
    def type(self, dtype: None = None, non_blocking: _bool = False, **kwargs: Any) -> _str: ...
    @overload
    def type(self, dtype: Any, non_blocking: _bool = False, **kwargs: Any) -> Tensor: ...
    def unsqueeze_(self, *args: Any, **kwargs: Any) -> Any: ...
    def untyped_storage(self, *args: Any, **kwargs: Any) -> Any: ...
    def values(self, *args: Any, **kwargs: Any) -> Any: ...
    def xpu(self, *args: Any, **kwargs: Any) -> Any: ...

def abs(input: Tensor, *, out: Any = None) -> Tensor:
    """The absolute value of every element; for complex the modulus, a real tensor.
    
    **Errors**: RuntimeError for bool tensors.
    
    >>> torch.abs(torch.tensor([1, -2]))
    tensor([1, 2])
    >>> torch.abs(torch.tensor([3 + 4j, 1j]))
    tensor([5., 1.])"""
def absolute(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `abs`.
    
    The absolute value of every element; for complex the modulus, a real tensor.
    
    **Errors**: RuntimeError for bool tensors.
    
    >>> torch.abs(torch.tensor([1, -2]))
    tensor([1, 2])
    >>> torch.abs(torch.tensor([3 + 4j, 1j]))
    tensor([5., 1.])"""
def acos(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc cosine; nan outside [-1, 1].
    
    >>> torch.acos(torch.tensor([0.0, 1.0]))
    tensor([1.5708, 0.0000])"""
def acosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic cosine; nan below 1.
    
    >>> torch.acosh(torch.tensor([1.0, 2.0]))
    tensor([0.0000, 1.3170])"""
def adaptive_avg_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None], *, out: Any = None) -> Tensor:
    """Averages over as many windows as `output_size` says.
    
    >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])
    >>> torch.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])"""
def adaptive_max_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None], *, out: Any = None) -> Any:
    """The greatest elements of as many windows as `output_size` says, and their positions.
    
    >>> torch.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    (tensor([[4., 3.]]), tensor([[1, 3]]))"""
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`input + alpha * other`, broadcasting both.
    
    Args: alpha: a factor for `other`; must be integral where the result is.
    **Shape**: broadcast of both.
    **Errors**: RuntimeError if shapes do not broadcast.
    
    >>> torch.add(torch.tensor([1, 2]), 10)
    tensor([11, 12])
    >>> torch.add(torch.tensor([1, 2]), torch.tensor([3, 4]), alpha=2)
    tensor([ 7, 10])"""
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * sum_i (batch1[i] @ batch2[i])`.
    
    >>> torch.addbmm(torch.ones(2, 2), torch.ones(5, 2, 3), torch.ones(5, 3, 2))
    tensor([[16., 16.],
            [16., 16.]])"""
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 / tensor2`, broadcasting.
    
    **Errors**: RuntimeError for a quotient of integers.
    
    >>> torch.addcdiv(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([4.0, 4.0]), value=2)
    tensor([1.5000, 2.0000])"""
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 * tensor2`, broadcasting.
    
    >>> torch.addcmul(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), value=0.5)
    tensor([2.5000, 5.0000])"""
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read.
    
    >>> torch.addmm(torch.ones(2, 2), torch.eye(2), torch.eye(2), beta=2, alpha=3)
    tensor([[5., 2.],
            [2., 5.]])"""
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`.
    
    >>> torch.addmv(torch.ones(2), torch.eye(2), torch.tensor([1.0, 2.0]))
    tensor([2., 3.])"""
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`.
    
    >>> torch.addr(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])"""
def adjoint(input: Tensor, *, out: Any = None) -> Tensor:
    """The matrices transposed and conjugated.
    
    >>> torch.adjoint(torch.tensor([[1 + 1j, 2], [3, 4j]])).resolve_conj()
    tensor([[1.-1.j, 3.-0.j],
            [2.-0.j, 0.-4.j]])"""
def alias_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """A copy, as `alias` shows it.
    
    >>> torch.alias_copy(torch.tensor([1, 2]))
    tensor([1, 2])"""
@overload
def all(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether all elements are true (not zero). uint8 answers in uint8, everything else in bool.
    
    >>> torch.all(torch.tensor([[1, 0], [2, 3]]), dim=1)
    tensor([False,  True])"""
@overload
def all(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether all elements along the axes are true."""
def allclose(input: Tensor, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False, *, out: Any = None) -> _bool:
    """Whether all elements are close; see `isclose`.
    
    >>> torch.allclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]), atol=0.2)
    True"""
def alpha_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Dropout that keeps mean 0 and variance 1, for use with SELU.
    
    >>> torch.alpha_dropout(torch.ones(4), 0.5, False)
    tensor([1., 1., 1., 1.])"""
def alpha_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`alpha_dropout` in place.
    
    >>> torch.alpha_dropout_(torch.ones(4), 0.5, False)
    tensor([1., 1., 1., 1.])"""
def amax(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest elements over axes. Gradients are shared evenly by ties.
    
    >>> torch.amax(torch.tensor([[3, 7], [9, 5]]), dim=1)
    tensor([7, 9])"""
def amin(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The least elements over axes. Gradients are shared evenly by ties.
    
    >>> torch.amin(torch.tensor([[3, 7], [9, 5]]), dim=1)
    tensor([3, 5])"""
def aminmax(input: Tensor, *, dim: _int | None = None, keepdim: _bool = False, out: Any = None) -> _Named:
    """The least and the greatest elements, of all or along one axis.
    
    >>> torch.aminmax(torch.tensor([3, 7, 5])).max
    tensor(7)"""
def angle(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle of every element in radians; for real tensors 0 or pi.
    
    >>> torch.angle(torch.tensor([1 + 1j, -1 + 0j]))
    tensor([0.7854, 3.1416])"""
@overload
def any(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether any element is true (not zero). uint8 answers in uint8, everything else in bool.
    
    >>> torch.any(torch.tensor([[0, 0], [2, 3]]), dim=1)
    tensor([False,  True])"""
@overload
def any(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether any element along the axes is true."""
@overload
def arange(end: Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from 0 up to `end`, which is left out.
    
    >>> torch.arange(5)
    tensor([0, 1, 2, 3, 4])
    >>> torch.arange(1, 2, 0.5)
    tensor([1.0000, 1.5000])"""
@overload
def arange(start: Number, end: Number, step: Number = 1, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from `start` up to `end`, which is left out, in steps.
    
    Errors: RuntimeError if the step is zero or leads away from `end`."""
def arccos(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `acos`.
    
    The arc cosine; nan outside [-1, 1].
    
    >>> torch.acos(torch.tensor([0.0, 1.0]))
    tensor([1.5708, 0.0000])"""
def arccosh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `acosh`.
    
    The inverse hyperbolic cosine; nan below 1.
    
    >>> torch.acosh(torch.tensor([1.0, 2.0]))
    tensor([0.0000, 1.3170])"""
def arcsin(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `asin`.
    
    The arc sine; nan outside [-1, 1].
    
    >>> torch.asin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5708])"""
def arcsinh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `asinh`.
    
    The inverse hyperbolic sine.
    
    >>> torch.asinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8814])"""
def arctan(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atan`.
    
    The arc tangent.
    
    >>> torch.atan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7854])"""
def arctan2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atan2`.
    
    The angle of the point (other, input), in radians.
    
    >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
    tensor([0.7854, 2.3562])"""
def arctanh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atanh`.
    
    The inverse hyperbolic tangent; infinite at -1 and 1.
    
    >>> torch.atanh(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.5493])"""
def argmax(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The position of the greatest element, along an axis or in the flattened tensor; the first one of ties.
    
    >>> torch.argmax(torch.tensor([[3, 7], [9, 5]]), dim=1)
    tensor([1, 0])"""
def argmin(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The position of the least element, along an axis or in the flattened tensor; the first one of ties.
    
    >>> torch.argmin(torch.tensor([[3, 7], [9, 5]]), dim=1)
    tensor([0, 1])"""
def argsort(input: Tensor, dim: _int = -1, descending: _bool = False, *, stable: _bool = False, out: Any = None) -> Tensor:
    """Positions that put the elements in order along an axis.
    
    >>> torch.argsort(torch.tensor([5, 1, 3]))
    tensor([1, 2, 0])"""
def argwhere(input: Tensor, *, out: Any = None) -> Tensor:
    """The indices of elements that are not zero, a row each.
    
    >>> torch.argwhere(torch.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])"""
def as_strided(input: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """A view with the given sizes, strides and offset, in elements of the storage.
    
    Errors: RuntimeError if an element would lie outside the storage.
    
    >>> torch.as_strided(torch.arange(4), (2, 2), (1, 2))
    tensor([[0, 2],
            [1, 3]])"""
def as_strided_copy(input: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """`as_strided` as a copy.
    
    >>> torch.as_strided_copy(torch.arange(4), (2, 2), (1, 2))
    tensor([[0, 2],
            [1, 3]])"""
def as_strided_scatter(input: Tensor, src: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """A copy with `src` in the part that `as_strided` would show.
    
    >>> torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))
    tensor([1., 0., 1., 0.])"""
def asin(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc sine; nan outside [-1, 1].
    
    >>> torch.asin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5708])"""
def asinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic sine.
    
    >>> torch.asinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8814])"""
def atan(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc tangent.
    
    >>> torch.atan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7854])"""
def atan2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The angle of the point (other, input), in radians.
    
    >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
    tensor([0.7854, 2.3562])"""
def atanh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic tangent; infinite at -1 and 1.
    
    >>> torch.atanh(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.5493])"""
@overload
def atleast_1d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least one axis.
    
    >>> torch.atleast_1d(torch.tensor(3)).shape
    torch.Size([1])"""
@overload
def atleast_1d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least one axis each."""
@overload
def atleast_2d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least two axes.
    
    >>> torch.atleast_2d(torch.arange(3))
    tensor([[0, 1, 2]])"""
@overload
def atleast_2d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least two axes each."""
@overload
def atleast_3d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least three axes.
    
    >>> torch.atleast_3d(torch.arange(3)).shape
    torch.Size([1, 3, 1])"""
@overload
def atleast_3d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least three axes each."""
def avg_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, ceil_mode: _bool = False, count_include_pad: _bool = True) -> Tensor:
    """Averages over windows of (N, C, L).
    
    >>> torch.avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[2.5000, 2.5000]])"""
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`, matrix by matrix.
    
    >>> torch.baddbmm(torch.ones(5, 2, 4), torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
    torch.Size([5, 2, 4])"""
def bartlett_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Bartlett's window: a triangle.
    
    >>> torch.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])"""
def batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: _bool, momentum: _float, eps: _float, cudnn_enabled: _bool, *, out: Any = None) -> Tensor:
    """Batch normalisation in the argument order of the root namespace.
    
    >>> torch.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 1e-5, False)
    tensor([[-1.0000],
            [ 1.0000]])"""
@overload
def bernoulli(input: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Ones with the probabilities that `input` holds, zeros otherwise.
    
    >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
    tensor([0., 1.])"""
@overload
def bernoulli(input: Tensor, p: _float, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`."""
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`x1^T W x2 + b` for every output feature.
    
    Args: input1: (*, in1); input2: (*, in2); weight: (out, in1, in2); bias: (out).
    Errors: RuntimeError for sizes that do not fit.
    
    >>> torch.bilinear(torch.ones(5, 2), torch.ones(5, 3), torch.ones(4, 2, 3), torch.zeros(4)).shape
    torch.Size([5, 4])"""
def bincount(input: Tensor, weights: Tensor | None = None, minlength: _int = 0, *, out: Any = None) -> Tensor:
    """How often each value 0, 1, .. occurs in a 1-d tensor of non-negative integers, or the sums of `weights` there.
    
    Args: minlength: the least length of the result.
    
    >>> torch.bincount(torch.tensor([0, 2, 2]), minlength=4)
    tensor([1, 0, 2, 0])"""
def binomial(count: Tensor, prob: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Numbers of successes among `count` trials of probability `prob`.
    
    >>> torch.binomial(torch.tensor([4.0, 4.0]), torch.tensor([0.0, 1.0]))
    tensor([0., 4.])"""
def bitwise_and(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "and" of integers or bools.
    
    >>> torch.bitwise_and(torch.tensor([6, 5]), torch.tensor([3, 4]))
    tensor([2, 4])"""
def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Integers shifted left by `other` bits.
    
    >>> torch.bitwise_left_shift(torch.tensor([1, 3]), torch.tensor([2, 1]))
    tensor([4, 6])"""
def bitwise_not(input: Tensor, *, out: Any = None) -> Tensor:
    """Every bit flipped; for bools the opposite.
    
    >>> torch.bitwise_not(torch.tensor([0, 5]))
    tensor([-1, -6])"""
def bitwise_or(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "or" of integers or bools.
    
    >>> torch.bitwise_or(torch.tensor([6, 5]), torch.tensor([3, 2]))
    tensor([7, 7])"""
def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Integers shifted right by `other` bits, keeping the sign.
    
    >>> torch.bitwise_right_shift(torch.tensor([8, -8]), torch.tensor([2, 1]))
    tensor([ 2, -4])"""
def bitwise_xor(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "exclusive or" of integers or bools.
    
    >>> torch.bitwise_xor(torch.tensor([6, 5]), torch.tensor([3, 4]))
    tensor([5, 1])"""
def blackman_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Blackman's window.
    
    >>> torch.blackman_window(4)[1:]
    tensor([0.3400, 1.0000, 0.3400])"""
def block_diag(*tensors: Any, out: Any = None) -> Tensor:
    """Matrices along the diagonal of one, zeros elsewhere.
    
    >>> torch.block_diag(torch.ones(1, 2), torch.full((2, 1), 3.0))
    tensor([[1., 1., 0.],
            [0., 0., 3.],
            [0., 0., 3.]])"""
def bmm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p).
    
    >>> torch.bmm(torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
    torch.Size([5, 2, 4])"""
def broadcast_tensors(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """The tensors broadcast to their common shape, as views.
    
    >>> torch.broadcast_tensors(torch.arange(2), torch.zeros(2, 1))
    (tensor([[0, 1],
            [0, 1]]), tensor([[0., 0.],
            [0., 0.]]))"""
@overload
def broadcast_to(input: Tensor, size: Sequence[_int], *, out: Any = None) -> Tensor:
    """A view broadcast to a shape.
    
    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])"""
@overload
def broadcast_to(input: Tensor, *size: _int, out: Any = None) -> Tensor:
    """A view broadcast to a shape.
    
    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])"""
def bucketize(input: Tensor | Number, boundaries: Tensor, *, out_int32: _bool = False, right: _bool = False, out: Any = None) -> Tensor:
    """The bucket of each value: its place among sorted 1-d `boundaries`.
    
    >>> torch.bucketize(torch.tensor([3, 6]), torch.tensor([1, 3, 5]), right=True)
    tensor([2, 3])"""
def can_cast(from_: _dtype, to: _dtype, *, out: Any = None) -> _bool:
    """Whether a value of one dtype may be stored as the other (the category does not go down).
    
    >>> torch.can_cast(torch.float64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    (True, False)"""
def cartesian_prod(*tensors: Any, out: Any = None) -> Tensor:
    """All combinations of the elements of vectors, a row each.
    
    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])"""
def cat(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis.
    
    Args: tensors: equal in all other axes; dtypes are promoted.
    Errors: RuntimeError on different sizes or ranks.
    
    >>> torch.cat([torch.arange(2), torch.arange(3)])
    tensor([0, 1, 0, 1, 2])"""
def cdist(x1: Tensor, x2: Tensor, p: _float = 2.0, compute_mode: _str = "use_mm_for_euclid_dist_if_necessary", *, out: Any = None) -> Tensor:
    """The p-distances of all rows of `x1` to all rows of `x2`, batch by batch.
    
    Shape: (.., P, M) and (.., R, M) to (.., P, R).
    
    >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [6.0, 8.0]]))
    tensor([[ 5., 10.]])"""
def ceil(input: Tensor, *, out: Any = None) -> Tensor:
    """The least whole number not below each element.
    
    >>> torch.ceil(torch.tensor([-1.5, 1.2]))
    tensor([-1.,  2.])"""
def celu(input: Tensor, alpha: _float = 1.0, *, out: Any = None) -> Tensor:
    """`x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    
    >>> torch.celu(torch.tensor([-1.0, 1.0]), alpha=2.0)
    tensor([-0.7869,  1.0000])"""
def celu_(input: Tensor, alpha: _float = 1.0) -> Tensor:
    """`celu` in place.
    
    >>> torch.celu_(torch.tensor([-1.0, 1.0]), alpha=2.0)
    tensor([-0.7869,  1.0000])"""
def chain_matmul(*matrices: Any, out: Any = None) -> Tensor:
    """The product of a chain of matrices in the cheapest order.
    
    >>> torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)).shape
    torch.Size([2, 1])"""
def channel_shuffle(input: Tensor, groups: _int) -> Tensor:
    """Deals the channels of (N, C, ...) out of `groups` groups one by one.
    
    Errors: RuntimeError if the groups do not divide the channels.
    
    >>> torch.channel_shuffle(torch.arange(4.0).view(1, 4, 1, 1), 2).flatten()
    tensor([0., 2., 1., 3.])"""
def cholesky(input: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """`linalg.cholesky` of the time before `linalg`.
    
    >>> torch.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])"""
def cholesky_inverse(L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """The inverse of `A` of its Cholesky factor `L`.
    
    Errors: LinAlgError if a diagonal element of the factor is zero.
    
    >>> torch.cholesky_inverse(torch.tensor([[2.0, 0.0], [1.0, 1.0]]))
    tensor([[ 0.5000, -0.5000],
            [-0.5000,  1.0000]])"""
def cholesky_solve(B: Tensor, L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """Solves `A X = B` of the Cholesky factor `L` of `A`.
    
    Shape: `B` (.., n, k), `L` (.., n, n); leading axes broadcast.
    
    >>> L = torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    >>> torch.cholesky_solve(torch.tensor([[8.0], [8.0]]), L)
    tensor([[1.5000],
            [1.0000]])"""
def chunk(input: Tensor, chunks: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size, as views.
    
    >>> torch.chunk(torch.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))"""
@overload
def clamp(input: Tensor, min: Number | None = None, max: Number | None = None, *, out: Any = None) -> Tensor:
    """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
    the result is `max`.
    
    >>> torch.clamp(torch.tensor([-2, 0, 5]), min=-1, max=3)
    tensor([-1,  0,  3])
    >>> torch.clamp(torch.tensor([1, 2]), max=torch.tensor([0, 9]))
    tensor([0, 2])"""
@overload
def clamp(input: Tensor, min: Tensor | None = None, max: Tensor | None = None, *, out: Any = None) -> Tensor:
    """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
def clamp_max(input: Tensor, max: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements not greater than `max` (a number or a tensor).
    
    >>> torch.clamp_max(torch.tensor([-2, 0, 5]), 0)
    tensor([-2,  0,  0])"""
def clamp_min(input: Tensor, min: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements not less than `min` (a number or a tensor).
    
    >>> torch.clamp_min(torch.tensor([-2, 0, 5]), 0)
    tensor([0, 0, 5])"""
@overload
def clip(input: Tensor, min: Number | None = None, max: Number | None = None, *, out: Any = None) -> Tensor:
    """Alias of `clamp`.
    
    >>> torch.clip(torch.tensor([-2, 0, 5]), -1, 3)
    tensor([-1,  0,  3])"""
@overload
def clip(input: Tensor, min: Tensor | None = None, max: Tensor | None = None, *, out: Any = None) -> Tensor:
    """Alias of `clamp`."""
def clone(input: Tensor, *, memory_format: memory_format = ..., out: Any = None) -> Tensor:
    """A copy of the tensor with its own memory.
    
    Args: memory_format: layout of the copy (default `torch.preserve_format`).
    Shape: the same as `input`.
    
    >>> x = torch.zeros(2)
    >>> y = x.clone()
    >>> y.add_(1), x
    (tensor([1., 1.]), tensor([0., 0.]))"""
def column_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the second axis; vectors are columns.
    
    >>> torch.column_stack([torch.arange(2), torch.arange(2)])
    tensor([[0, 0],
            [1, 1]])"""
def combinations(input: Tensor, r: _int = 2, with_replacement: _bool = False, *, out: Any = None) -> Tensor:
    """All ascending choices of `r` elements of a vector, a row each, as `itertools.combinations` gives them.
    
    Args: with_replacement: an element may be chosen again.
    
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])"""
def complex(real: Tensor, imag: Tensor, *, out: Any = None) -> Tensor:
    """Complex numbers from real and imaginary parts (float32 or float64), broadcasting.
    
    **Errors**: RuntimeError if the dtypes differ or are no floats.
    
    >>> torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([1.+3.j, 2.+4.j])"""
def concat(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis (`cat`).
    
    >>> torch.concat([torch.arange(2), torch.arange(3)])
    tensor([0, 1, 0, 1, 2])"""
def concatenate(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis (`cat`).
    
    >>> torch.concatenate([torch.arange(2), torch.arange(3)])
    tensor([0, 1, 0, 1, 2])"""
def conj(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate; a real tensor itself. Computed, not deferred.
    
    >>> torch.conj(torch.tensor([1 + 2j, 3 - 1j])).resolve_conj()
    tensor([1.-2.j, 3.+1.j])"""
def conj_physical(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate, computed; a real tensor itself.
    
    >>> torch.conj_physical(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([1.-2.j, 3.+1.j])"""
def constant_pad_nd(input: Tensor, pad: _int | Sequence[_int], value: Number = 0, *, out: Any = None) -> Tensor:
    """Puts a constant around the last axes.
    
    >>> torch.constant_pad_nd(torch.tensor([1, 2]), (1, 2), 9)
    tensor([9, 1, 2, 9, 9])"""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit.
    
    >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    torch.Size([1, 16, 4, 4])
    >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    torch.Size([1, 4, 6, 6, 6])"""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: _int = 0) -> Tensor:
    """Convolution of (T, B, C) with a weight (kernel, C, O) along the first axis.
    
    >>> torch.conv_tbc(torch.ones(5, 2, 3), torch.ones(3, 3, 4), torch.zeros(4), pad=1).shape
    torch.Size([5, 2, 4])"""
def conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes.
    
    >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8])
    >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    torch.Size([1, 3, 8, 8, 8])"""
def convolution(input: Tensor, weight: Tensor, bias: Tensor | None, stride: _int | Sequence[_int], padding: _int | Sequence[_int], dilation: _int | Sequence[_int], transposed: _bool, output_padding: _int | Sequence[_int], groups: _int, *, out: Any = None) -> Tensor:
    """The general convolution behind the others.
    
    >>> torch.convolution(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3), None, (1, 1), (1, 1), (1, 1), False, (0, 0), 1).shape
    torch.Size([1, 4, 8, 8])"""
def copysign(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The magnitude of `input` with the sign of `other`.
    
    >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-1.0, 1.0]))
    tensor([-1.,  2.])"""
def corrcoef(input: Tensor, *, out: Any = None) -> Tensor:
    """The correlation coefficients of variables (rows) over observations (columns).
    
    >>> torch.corrcoef(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])"""
def cos(input: Tensor, *, out: Any = None) -> Tensor:
    """The cosine of every element, in radians.
    
    >>> torch.cos(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.5403])"""
def cosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic cosine.
    
    >>> torch.cosh(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.5431])"""
def cosine_similarity(x1: Tensor, x2: Tensor, dim: _int = 1, eps: _float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along an axis.
    
    Args: eps: the least norm that counts.
    
    >>> torch.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    tensor([0.7071])"""
def count_nonzero(input: Tensor, dim: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """The number of elements that are not zero, as int64.
    
    >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
    tensor([1, 2])"""
def cov(input: Tensor, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None, out: Any = None) -> Tensor:
    """The covariance matrix of variables (rows) over observations (columns).
    
    Args: fweights: how often each observation counts (integers); aweights: its weight (floats).
    
    >>> torch.cov(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])"""
def cross(input: Tensor, other: Tensor, dim: _int | None = None, *, out: Any = None) -> Tensor:
    """The cross product along `dim`, by default the first axis of size 3.
    
    >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
    tensor([0., 0., 1.])"""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: _int = 0, reduction: _int = 1, zero_infinity: _bool = False, *, out: Any = None) -> Tensor:
    """The loss of `nn.functional`, the reduction given as a number.
    
    >>> scores = torch.zeros(5, 2, 4).log_softmax(2)
    >>> torch.ctc_loss(scores, torch.tensor([[1, 2], [3, 1]]), (5, 5), (2, 2), reduction=1)
    tensor(1.6881)"""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: _int | Sequence[_int], target_lengths: _int | Sequence[_int], blank: _int = 0, reduction: _int = 1, zero_infinity: _bool = False, *, out: Any = None) -> Tensor:
    """With lengths as lists."""
def cummax(input: Tensor, dim: _int, *, out: Any = None) -> _Named:
    """Greatest elements so far along an axis, and their (last) positions.
    
    >>> torch.cummax(torch.tensor([1, 3, 2]), 0).values
    tensor([1, 3, 3])"""
def cummin(input: Tensor, dim: _int, *, out: Any = None) -> _Named:
    """Least elements so far along an axis, and their (last) positions.
    
    >>> torch.cummin(torch.tensor([3, 1, 2]), 0).values
    tensor([3, 1, 1])"""
def cumprod(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """Products of the elements up to and including each one along an axis.
    
    Args: dtype: dtype of the result and of the products (integers and bool: int64).
    Shape: as `input`.
    
    >>> torch.cumprod(torch.tensor([1, 2, 3]), 0)
    tensor([1, 2, 6])"""
def cumsum(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """Sums of the elements up to and including each one along an axis.
    
    Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    Shape: as `input`.
    
    >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])"""
@overload
def cumulative_trapezoid(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integrals up to each sample along an axis by the trapezoidal rule, with sample points `x`.
    
    >>> torch.cumulative_trapezoid(torch.tensor([1.0, 2.0, 3.0]))
    tensor([1.5000, 4.0000])"""
@overload
def cumulative_trapezoid(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integrals up to each sample along an axis by the trapezoidal rule, with sample points `dx` apart."""
def deg2rad(input: Tensor, *, out: Any = None) -> Tensor:
    """Degrees as radians.
    
    >>> torch.deg2rad(torch.tensor([180.0, 90.0]))
    tensor([3.1416, 1.5708])"""
def det(input: Tensor, *, out: Any = None) -> Tensor:
    """The determinant of square matrices (`linalg.det`).
    
    >>> torch.det(torch.tensor([[2.0, 1.0], [0.0, 3.0]]))
    tensor(6.)"""
def detach(input: Tensor, *, out: Any = None) -> Tensor:
    """The same data outside the graph. Shares memory and version counter with `input`.
    
    >>> x = torch.ones(2, requires_grad=True)
    >>> (x * 2).detach().requires_grad
    False"""
def detach_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`detach` as a copy.
    
    >>> torch.detach_copy(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])"""
def diag(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """A vector as the diagonal of a matrix; a matrix's diagonal, copied.
    
    >>> torch.diag(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    >>> torch.diag(torch.arange(4).view(2, 2))
    tensor([0, 3])"""
def diag_embed(input: Tensor, offset: _int = 0, dim1: _int = -2, dim2: _int = -1, *, out: Any = None) -> Tensor:
    """The last axis as the diagonal of two new axes, zeros elsewhere.
    
    >>> torch.diag_embed(torch.tensor([1, 2]), offset=1)
    tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]])"""
def diagflat(input: Tensor, offset: _int = 0, *, out: Any = None) -> Tensor:
    """The flattened tensor as the diagonal of a matrix.
    
    >>> torch.diagflat(torch.tensor([[1, 2], [3, 4]])).shape
    torch.Size([4, 4])"""
def diagonal(input: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """The diagonal of two axes as a new last axis, a view.
    
    >>> torch.diagonal(torch.arange(9).view(3, 3), 1)
    tensor([1, 5])"""
def diagonal_copy(input: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """`diagonal` as a copy.
    
    >>> torch.diagonal_copy(torch.arange(4).view(2, 2))
    tensor([0, 3])"""
def diagonal_scatter(input: Tensor, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """A copy with `src` on the diagonal of two axes.
    
    >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])"""
def diff(input: Tensor, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *, out: Any = None) -> Tensor:
    """The `n`-th differences of neighbours along an axis.
    
    Args: prepend, append: values to put before and after first.
    
    >>> torch.diff(torch.tensor([1, 4, 9, 16]), n=2)
    tensor([2, 2])"""
def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithmic derivative of the gamma function.
    
    >>> torch.digamma(torch.tensor([1.0, 2.0]))
    tensor([-0.5772,  0.4228])"""
def dist(input: Tensor, other: Tensor, p: Number = 2, *, out: Any = None) -> Tensor:
    """The p-norm of `input - other`.
    
    >>> torch.dist(torch.tensor([0.0, 0.0]), torch.tensor([3.0, 4.0]))
    tensor(5.)"""
def div(input: Tensor | Number, other: Tensor | Number, *, rounding_mode: _str | None = None, out: Any = None) -> Tensor:
    """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
    
    Args: rounding_mode: None, "trunc" (towards zero) or "floor".
    **Errors**: RuntimeError for another mode, and for rounded integer division by zero.
    
    >>> torch.div(torch.tensor([7, -7]), 2)
    tensor([ 3.5000, -3.5000])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
    tensor([ 3, -4])"""
def divide(input: Tensor | Number, other: Tensor | Number, *, rounding_mode: _str | None = None, out: Any = None) -> Tensor:
    """Alias of `div`.
    
    >>> torch.divide(torch.tensor([7, -7]), 2)
    tensor([ 3.5000, -3.5000])"""
def dot(input: Tensor, tensor: Tensor, *, out: Any = None) -> Tensor:
    """The sum of products of two vectors, not conjugated.
    
    >>> torch.dot(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor(11)"""
def dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`.
    
    >>> torch.dropout(torch.ones(4), 0.5, False)
    tensor([1., 1., 1., 1.])"""
def dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`dropout` in place.
    
    >>> torch.dropout_(torch.ones(4), 0.5, False)
    tensor([1., 1., 1., 1.])"""
@overload
def dsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the third axis.
    
    >>> [x.shape for x in torch.dsplit(torch.zeros(2, 3, 4), 2)]
    [torch.Size([2, 3, 2]), torch.Size([2, 3, 2])]"""
@overload
def dsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the third axis."""
def dstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the third axis.
    
    >>> torch.dstack([torch.arange(2), torch.arange(2)])
    tensor([[[0, 0],
             [1, 1]]])"""
@overload
def einsum(equation: _str, *operands: Tensor | Sequence[Tensor], out: Any = None) -> Tensor:
    """Sums of products after Einstein's convention: `einsum("ij,jk->ik", a, b)`.
    
    Args: equation: letters for the axes of each operand, `...` for the rest; repeated letters within an operand
    take its diagonal; letters missing after `->` are summed.
    Errors: RuntimeError on a malformed equation or sizes that do not agree.
    
    >>> torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(3, 2))
    tensor([[3., 3.],
            [3., 3.]])
    >>> torch.einsum("ii", torch.eye(3))
    tensor(3.)"""
@overload
def einsum(*operands: Any, out: Any = None) -> Tensor:
    """The same with lists of integers for labels: `einsum(a, [0, 1], b, [1, 2], [0, 2])`."""
def embedding(weight: Tensor, indices: Tensor, padding_idx: _int = -1, scale_grad_by_freq: _bool = False, sparse: _bool = False, *, out: Any = None) -> Tensor:
    """Rows of `weight` by index; a negative `padding_idx` stands for none.
    
    >>> torch.embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0]))
    tensor([[3., 4.],
            [1., 2.]])"""
@overload
def empty(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor.
    
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])"""
@overload
def empty(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor.
    
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])"""
def empty_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Uninitialised, with the shape, dtype and device of `input`.
    
    >>> torch.empty_like(torch.ones(2, 3)).shape
    torch.Size([2, 3])"""
def empty_permuted(size: _int | Sequence[_int], physical_layout: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor whose axes lie in memory in the given order, slowest first.
    
    >>> torch.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
    (12, 1, 3)"""
def empty_strided(size: _int | Sequence[_int], stride: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor with the given strides.
    
    >>> torch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)"""
def eq(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether two elements are equal.
    
    >>> torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3]))
    tensor([ True, False])"""
def equal(input: Tensor, other: Tensor, *, out: Any = None) -> _bool:
    """Whether two tensors have the same shape and the same elements.
    
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True"""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """The error function.
    
    >>> torch.erf(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8427])"""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """One minus the error function, exact where that is small.
    
    >>> torch.erfc(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.1573])"""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of the error function on (-1, 1).
    
    >>> torch.erfinv(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.4769])"""
def exp(input: Tensor, *, out: Any = None) -> Tensor:
    """The exponential of every element: `e^x`.
    
    Args: input: any dtype; integers give the default float.
    
    >>> torch.exp(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])"""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """Two to the power of every element.
    
    >>> torch.exp2(torch.tensor([0.0, 3.0]))
    tensor([1., 8.])"""
@overload
def expand_copy(input: Tensor, size: Sequence[_int], *, implicit: _bool = False, out: Any = None) -> Tensor:
    """`expand` as a copy.
    
    >>> torch.expand_copy(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])"""
@overload
def expand_copy(input: Tensor, *size: _int, implicit: _bool = False, out: Any = None) -> Tensor:
    """`expand` as a copy.
    
    >>> torch.expand_copy(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])"""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """`e^x - 1`, exact near zero.
    
    >>> torch.expm1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.7183])"""
def eye(n: _int, m: _int | None = None, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere.
    
    >>> torch.eye(2, 3)
    tensor([[1., 0., 0.],
            [0., 1., 0.]])"""
def feature_alpha_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`alpha_dropout` of whole channels.
    
    >>> torch.feature_alpha_dropout(torch.ones(2, 3, 4), 0.5, False).sum()
    tensor(24.)"""
def feature_alpha_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`feature_alpha_dropout` in place.
    
    >>> torch.feature_alpha_dropout_(torch.ones(2, 3, 4), 0.5, False).sum()
    tensor(24.)"""
def feature_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Zeroes whole channels.
    
    >>> torch.feature_dropout(torch.ones(2, 3, 4), 1.0, True).sum()
    tensor(0.)"""
def feature_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`feature_dropout` in place.
    
    >>> torch.feature_dropout_(torch.ones(2, 3, 4), 1.0, True).sum()
    tensor(0.)"""
def fill(input: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A tensor of the same shape, every element `value`.
    
    >>> torch.fill(torch.zeros(3), 2)
    tensor([2., 2., 2.])"""
def fix(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `trunc`.
    
    Each element without its fraction.
    
    >>> torch.trunc(torch.tensor([-1.5, 1.2]))
    tensor([-1.,  1.])"""
def flatten(input: Tensor, start_dim: _int = 0, end_dim: _int = -1, *, out: Any = None) -> Tensor:
    """Axes `start_dim..=end_dim` as one.
    
    >>> torch.flatten(torch.zeros(2, 3, 4), 1).shape
    torch.Size([2, 12])"""
@overload
def flip(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Elements in reverse order along axes, copied.
    
    >>> torch.flip(torch.arange(4).view(2, 2), (0, 1))
    tensor([[3, 2],
            [1, 0]])"""
@overload
def flip(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Elements in reverse order along axes, copied.
    
    >>> torch.flip(torch.arange(4).view(2, 2), (0, 1))
    tensor([[3, 2],
            [1, 0]])"""
def fliplr(input: Tensor, *, out: Any = None) -> Tensor:
    """Columns in reverse order.
    
    >>> torch.fliplr(torch.arange(4).view(2, 2))
    tensor([[1, 0],
            [3, 2]])"""
def flipud(input: Tensor, *, out: Any = None) -> Tensor:
    """Rows in reverse order.
    
    >>> torch.flipud(torch.arange(4).view(2, 2))
    tensor([[2, 3],
            [0, 1]])"""
def float_power(input: Tensor | Number, exponent: Tensor | Number, *, out: Any = None) -> Tensor:
    """Each element to a power, in float64 (complex128 for complex operands).
    
    >>> torch.float_power(torch.tensor([2, 3]), -1)
    tensor([0.5000, 0.3333], dtype=torch.float64)"""
def floor(input: Tensor, *, out: Any = None) -> Tensor:
    """The greatest whole number not above each element.
    
    >>> torch.floor(torch.tensor([-1.5, 1.2]))
    tensor([-2.,  1.])"""
def floor_divide(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The quotient rounded down.
    
    **Errors**: RuntimeError for integer division by zero.
    
    >>> torch.floor_divide(torch.tensor([7, -7]), 2)
    tensor([ 3, -4])"""
def fmax(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The larger of two elements; a nan loses against a number.
    
    >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
    tensor([2., 3.])"""
def fmin(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The smaller of two elements; a nan loses against a number.
    
    >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
    tensor([1., 3.])"""
def fmod(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The remainder with the sign of the dividend, as C's `fmod`.
    
    **Errors**: RuntimeError for integer division by zero.
    
    >>> torch.fmod(torch.tensor([7, -7]), 3)
    tensor([ 1, -1])"""
def frac(input: Tensor, *, out: Any = None) -> Tensor:
    """The fraction of each element, with its sign.
    
    >>> torch.frac(torch.tensor([-1.5, 1.25]))
    tensor([-0.5000,  0.2500])"""
def frexp(input: Tensor, *, out: Any = None) -> _Named:
    """Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents.
    
    >>> mantissa, exponent = torch.frexp(torch.tensor([8.0, 0.75]))
    >>> mantissa, exponent
    (tensor([0.5000, 0.7500]), tensor([4, 0], dtype=torch.int32))"""
def full(size: _int | Sequence[_int], fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor filled with one number, whose type gives the dtype unless that is given.
    
    >>> torch.full((2, 2), 7)
    tensor([[7, 7],
            [7, 7]])"""
def full_like(input: Tensor, fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """One number everywhere, with the shape, dtype and device of `input`.
    
    >>> torch.full_like(torch.tensor([1.0, 2.0]), 5)
    tensor([5., 5.])"""
def gather(input: Tensor, dim: _int, index: Tensor, *, sparse_grad: _bool = False, out: Any = None) -> Tensor:
    """Elements along `dim` at the places that `index` names: for `dim=0`, `out[i][j] = input[index[i][j]][j]`.
    
    Args: index: int64, of the rank of `input`, no larger than it except along `dim`.
    Shape: that of `index`.
    Errors: RuntimeError if an index is out of range.
    
    >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])"""
def gcd(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The greatest common divisor of integers.
    
    >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 14]))
    tensor([6, 7])"""
def ge(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])"""
def geqrf(input: Tensor, *, out: Any = None) -> _Named:
    """Householder's reflections below the diagonal of `a`, `R` on and above it, and the factors `tau`: `Q` is the product of
    `I - tau_i v_i v_i^H`.
    
    >>> torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).tau
    tensor([1.6000, 0.0000])"""
def ger(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """The products of all pairs of elements of two vectors (`outer`).
    
    >>> torch.ger(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[3, 4],
            [6, 8]])"""
@overload
def gradient(input: Tensor, *, spacing: Number | None = None, dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes by central differences, one tensor for each axis; one-sided at the ends.
    
    Args: spacing: distance of the sample points; edge_order: 1 or 2, the order of accuracy at the ends.
    
    >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))
    (tensor([3., 4., 6., 7.]),)"""
@overload
def gradient(input: Tensor, *, spacing: Sequence[Number], dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes, with a distance of sample points for each axis."""
@overload
def gradient(input: Tensor, *, spacing: Sequence[Tensor], dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes, with the sample points of each axis."""
def greater(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `gt`.
    
    Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])"""
def greater_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `ge`.
    
    Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])"""
def group_norm(input: Tensor, num_groups: _int, weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5, cudnn_enabled: _bool = True, *, out: Any = None) -> Tensor:
    """Normalises each of `num_groups` groups of channels of each sample.
    
    >>> torch.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])"""
def gt(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])"""
def hamming_window(window_length: _int, periodic: _bool = True, alpha: _float = 0.54, beta: _float = 0.46, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Hamming's window: `alpha - beta * cos`.
    
    >>> torch.hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])"""
def hann_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Hann's window: a raised cosine.
    
    >>> torch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])"""
def hardshrink(input: Tensor, lambd: _float = 0.5) -> Tensor:
    """Zero where `|x| <= lambd`.
    
    >>> torch.hardshrink(torch.tensor([-2.0, 0.3, 3.0]))
    tensor([-2.,  0.,  3.])"""
def hash_tensor(input: Tensor, dim: _int | Sequence[_int] | None = None, *, keepdim: _bool = False, mode: _int = 0, out: Any = None) -> Tensor:
    """The exclusive or of the bits of elements, of floats as float64 and of integers as int64: a number by which tensors are told
    apart. Needs no gradient.
    
    Args: mode: 0, the only way there is.
    Errors: RuntimeError for another mode or an empty tensor without `dim`, IndexError for an empty axis.
    
    >>> torch.hash_tensor(torch.tensor([1, 2, 4])), torch.hash_tensor(torch.ones(1))
    (tensor(7, dtype=torch.uint64), tensor(4607182418800017408, dtype=torch.uint64))"""
def heaviside(input: Tensor, values: Tensor, *, out: Any = None) -> Tensor:
    """0 below zero, 1 above, `values` at zero.
    
    **Errors**: RuntimeError if the dtypes differ.
    
    >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])"""
def histc(input: Tensor, bins: _int = 100, min: Number = 0, max: Number = 0, *, out: Any = None) -> Tensor:
    """How many elements fall into each of `bins` bins of equal width between `min` and `max` (the extremes of the
    data where both are equal).
    
    >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])"""
@overload
def histogram(input: Tensor, bins: Tensor, *, weight: Tensor | None = None, density: _bool = False, out: Any = None) -> _Named:
    """Weighted counts of the elements between the edges in `bins`, and the edges.
    
    Args: density: as a density, whose integral is one.
    
    >>> torch.histogram(torch.tensor([1.0, 2.0, 2.0, 4.0]), 3, range=(1.0, 4.0)).hist
    tensor([1., 2., 1.])"""
@overload
def histogram(input: Tensor, bins: _int = 100, *, range: Sequence[Number] | None = None, weight: Tensor | None = None, density: _bool = False, out: Any = None) -> _Named:
    """Weighted counts of the elements in `bins` bins of equal width over `range` (that of the data by default), and
    the edges of the bins."""
@overload
def hsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the second axis (of a vector: along the first).
    
    >>> torch.hsplit(torch.arange(4), 2)
    (tensor([0, 1]), tensor([2, 3]))"""
@overload
def hsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the second axis (of a vector: along the first)."""
def hstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the second axis (vectors: along the first).
    
    >>> torch.hstack([torch.arange(2), torch.arange(3)])
    tensor([0, 1, 0, 1, 2])"""
def hypot(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`sqrt(input^2 + other^2)` without overflow.
    
    >>> torch.hypot(torch.tensor([3.0, 5.0]), torch.tensor([4.0, 12.0]))
    tensor([ 5., 13.])"""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 0.
    
    >>> torch.i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])"""
def igamma(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The lower incomplete gamma function, regularised.
    
    >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    tensor([0.6321, 0.5940])"""
def igammac(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The upper incomplete gamma function, regularised.
    
    >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    tensor([0.3679, 0.4060])"""
def imag(input: Tensor, *, out: Any = None) -> Tensor:
    """The imaginary parts, a view.
    
    **Errors**: RuntimeError for real tensors.
    
    >>> torch.imag(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([ 2., -1.])"""
def index_add(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """A copy with `alpha` times slices of `source` added to those along `dim` that `index` names.
    
    >>> torch.index_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([4., 0., 2.])"""
def index_copy(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, out: Any = None) -> Tensor:
    """A copy with slices of `source` in place of those along `dim` that `index` names.
    
    >>> torch.index_copy(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
    tensor([2., 0., 1.])"""
def index_fill(input: Tensor, dim: _int, index: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A copy with one value in the slices along `dim` that `index` names.
    
    Args: index: vector of int64; value: number or 0-d tensor.
    
    >>> torch.index_fill(torch.zeros(3), 0, torch.tensor([2, 0]), 7)
    tensor([7., 0., 7.])"""
def index_put(input: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False, *, out: Any = None) -> Tensor:
    """A copy with `values` at the places `input[indices]`.
    
    Args: indices: index tensors or masks, broadcast together; accumulate: add instead of replacing.
    
    >>> torch.index_put(torch.zeros(3), (torch.tensor([2, 0]),), torch.tensor([1.0, 2.0]))
    tensor([2., 0., 1.])"""
def index_reduce(input: Tensor, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True, out: Any = None) -> Tensor:
    """A copy with slices of `source` combined into those along `dim` that the vector `index` names.
    
    Args: reduce: prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
    
    >>> torch.index_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
    tensor([8., 1., 3.])"""
def index_select(input: Tensor, dim: _int, index: Tensor, *, out: Any = None) -> Tensor:
    """Slices along `dim` in the order of `index`, copied.
    
    Args: index: vector of int32 or int64.
    Errors: IndexError if an index is out of range.
    
    >>> torch.index_select(torch.arange(6).view(2, 3), 1, torch.tensor([2, 0]))
    tensor([[2, 0],
            [5, 3]])"""
def inner(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Sums of products over the last axes; with a 0-d tensor the product.
    
    >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    tensor([21, 43])"""
def instance_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, use_input_stats: _bool, momentum: _float, eps: _float, cudnn_enabled: _bool, *, out: Any = None) -> Tensor:
    """Instance normalisation in the argument order of the root namespace.
    
    >>> torch.instance_norm(torch.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 1e-5, False)
    tensor([[[-1.0000,  1.0000]]])"""
def inverse(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of square matrices (`linalg.inv`).
    
    >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])"""
def is_complex(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype is complex.
    
    >>> torch.is_complex(torch.ones(2)), torch.is_complex(torch.ones(2) * 1j)
    (False, True)"""
def is_conj(input: Tensor, *, out: Any = None) -> _bool:
    """Whether a conjugation is pending: never.
    
    >>> torch.is_conj(torch.tensor([1 + 2j, 3 - 1j]))
    False"""
def is_floating_point(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype is a floating one.
    
    >>> torch.is_floating_point(torch.ones(2)), torch.is_floating_point(torch.arange(2))
    (True, False)"""
def is_neg(input: Tensor, *, out: Any = None) -> _bool:
    """Whether a negation is pending: never.
    
    >>> torch.is_neg(torch.tensor([1.0, -2.0]))
    False"""
def is_signed(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype has a sign.
    
    >>> torch.ones(2).is_signed(), torch.ones(2, dtype=torch.uint8).is_signed()
    (True, False)"""
def isclose(input: Tensor, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False, *, out: Any = None) -> Tensor:
    """Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
    
    Args: equal_nan: whether two nans are close.
    **Errors**: RuntimeError if dtypes differ or a tolerance is negative.
    
    >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0 + 1e-9, 2.1]))
    tensor([ True, False])"""
def isfinite(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is neither infinite nor nan.
    
    >>> torch.isfinite(torch.tensor([1.0, float("nan"), float("inf")]))
    tensor([ True, False, False])"""
def isin(elements: Tensor | Number, test_elements: Tensor | Number, *, assume_unique: _bool = False, invert: _bool = False, out: Any = None) -> Tensor:
    """Whether each element is among `test_elements`.
    
    Args: assume_unique: no element occurs twice in either; invert: whether it is not.
    
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])"""
def isinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is infinite.
    
    >>> torch.isinf(torch.tensor([1.0, float("nan"), float("inf")]))
    tensor([False, False,  True])"""
def isnan(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is nan (for complex: either part).
    
    >>> torch.isnan(torch.tensor([1.0, float("nan"), float("inf")]))
    tensor([False,  True, False])"""
def isneginf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is negative infinity.
    
    >>> torch.isneginf(torch.tensor([-float("inf"), 1.0, float("inf")]))
    tensor([ True, False, False])"""
def isposinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is positive infinity.
    
    >>> torch.isposinf(torch.tensor([-float("inf"), 1.0, float("inf")]))
    tensor([False, False,  True])"""
def isreal(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element has no imaginary part.
    
    >>> torch.isreal(torch.tensor([1 + 0j, 1 + 1j]))
    tensor([ True, False])"""
def istft(input: Tensor, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, normalized: _bool = False, onesided: _bool | None = None, length: _int | None = None, return_complex: _bool = False, *, out: Any = None) -> Tensor:
    """The signal of its spectra, as `stft` makes them: stretches are laid over one another, and the sum divided by that of the
    squares of the windows.
    
    Args: length: of the signal, which is cut or filled with zeros; others as `stft` was given them.
    Shape: (.., frequencies, frames) gives (.., length).
    Errors: RuntimeError where windows leave a gap.
    
    >>> window = torch.hann_window(8)
    >>> x = torch.arange(16.0)
    >>> spectrum = torch.stft(x, 8, window=window, return_complex=True)
    >>> torch.allclose(torch.istft(spectrum, 8, window=window), x, atol=1e-4)
    True"""
def kaiser_window(window_length: _int, periodic: _bool = True, beta: _float = 12.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Kaiser's window.
    
    >>> torch.kaiser_window(4)
    tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01])"""
def kron(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The Kronecker product: blocks of `other`, each times an element of `input`.
    
    >>> torch.kron(torch.tensor([[1, 2]]), torch.tensor([[1], [10]]))
    tensor([[ 1,  2],
            [10, 20]])"""
def kthvalue(input: Tensor, k: _int, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The `k`-th least element along an axis (from 1), and where it is.
    
    Errors: RuntimeError if `k` is out of range.
    
    >>> torch.kthvalue(torch.tensor([5, 1, 3]), 2).values
    tensor(3)"""
def layer_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5, cudnn_enable: _bool = True, *, out: Any = None) -> Tensor:
    """Normalises over the last axes, which have the shape `normalized_shape`, then scales and shifts.
    
    >>> torch.layer_norm(torch.tensor([[1.0, 3.0]]), (2,))
    tensor([[-1.0000,  1.0000]])"""
def lcm(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The least common multiple of integers.
    
    >>> torch.lcm(torch.tensor([12, 7]), torch.tensor([18, 14]))
    tensor([36, 14])"""
def ldexp(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`input * 2^other`.
    
    >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([3, -1]))
    tensor([8.0000, 1.5000])"""
def le(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.le(torch.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])"""
def lerp(input: Tensor, end: Tensor, weight: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input + weight * (end - input)`; `weight` is a number or a tensor.
    
    **Errors**: RuntimeError unless all dtypes agree.
    
    >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([4.0, 20.0]), 0.5)
    tensor([ 2., 15.])"""
def less(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `lt`.
    
    Whether the first element is less. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])"""
def less_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `le`.
    
    Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.le(torch.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])"""
def lgamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the absolute value of the gamma function.
    
    >>> torch.lgamma(torch.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])"""
def linspace(start: Tensor | Number, end: Tensor | Number, steps: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """`steps` numbers from `start` to `end`, evenly spaced, both included.
    
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])"""
def log(input: Tensor, *, out: Any = None) -> Tensor:
    """The natural logarithm of every element.
    
    Args: input: any dtype; integers give the default float.
    
    >>> torch.log(torch.tensor([1.0, 2.0]))
    tensor([0.0000, 0.6931])"""
def log10(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 10.
    
    >>> torch.log10(torch.tensor([1.0, 1000.0]))
    tensor([0., 3.])"""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """`ln(1 + x)`, exact near zero.
    
    >>> torch.log1p(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.6931])"""
def log2(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 2.
    
    >>> torch.log2(torch.tensor([1.0, 8.0]))
    tensor([0., 3.])"""
def log_softmax(input: Tensor, dim: _int, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The logarithm of `softmax`, computed in one.
    
    >>> torch.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([-2.4076, -1.4076, -0.4076])"""
def logaddexp(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`ln(e^input + e^other)` without overflow.
    
    >>> torch.logaddexp(torch.tensor([0.0, -100.0]), torch.tensor([0.0, -100.0]))
    tensor([  0.6931, -99.3069])"""
def logaddexp2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`log2(2^input + 2^other)` without overflow.
    
    >>> torch.logaddexp2(torch.tensor([3.0, -100.0]), torch.tensor([3.0, -100.0]))
    tensor([  4., -99.])"""
def logcumsumexp(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over the elements up to and including each one along an axis.
    
    >>> torch.logcumsumexp(torch.tensor([0.0, 0.0, 0.0]), 0)
    tensor([0.0000, 0.6931, 1.0986])"""
def logdet(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the determinant; nan where that is negative.
    
    >>> torch.logdet(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor(1.7918)"""
def logical_and(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Logical "and" of truth values; any dtype counts as true where it is not zero.
    
    >>> torch.logical_and(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
    tensor([False, False,  True])"""
def logical_not(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether an element is zero.
    
    >>> torch.logical_not(torch.tensor([0, 1, 2]))
    tensor([ True, False, False])"""
def logical_or(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Logical "or" of truth values.
    
    >>> torch.logical_or(torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0]))
    tensor([ True,  True, False])"""
def logical_xor(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Whether exactly one of two truth values holds.
    
    >>> torch.logical_xor(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
    tensor([ True,  True, False])"""
def logit(input: Tensor, eps: _float | None = None, *, out: Any = None) -> Tensor:
    """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`.
    
    >>> torch.logit(torch.tensor([0.5, 0.8808]))
    tensor([0.0000, 2.0000])"""
def logspace(start: Tensor | Number, end: Tensor | Number, steps: _int, base: _float = 10.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """`base` to the power of `steps` numbers from `start` to `end`.
    
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])"""
def logsumexp(input: Tensor, dim: _int | Sequence[_int], keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over axes, without overflow.
    
    >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
    tensor(1000.6932)"""
def lt(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is less. **Errors**: RuntimeError for complex tensors.
    
    >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])"""
def lu(input: Tensor, pivot: _bool = True, get_infos: _bool = False, *, out: Any = None) -> Any:
    """The compact decomposition and its exchanges, with `info` as a third if `get_infos` says so; `linalg.lu_factor` is its successor.
    
    >>> LU, pivots = torch.lu(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> LU
    tensor([[4.0000, 4.0000],
            [0.2500, 1.0000]])"""
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """Solves `A X = b` of a decomposition of `A`; `linalg.lu_solve` is its successor.
    
    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> torch.lu_solve(torch.tensor([[3.0], [8.0]]), LU, pivots)
    tensor([[1.],
            [1.]])"""
def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: _bool = True, unpack_pivots: _bool = True, *, out: Any = None) -> _Named:
    """The factors of a compact decomposition; those not asked for are empty.
    
    >>> P, L, U = torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]])))
    >>> P @ L @ U
    tensor([[1., 2.],
            [4., 4.]])"""
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A copy with `value` where `mask` is true.
    
    Args: mask: bool tensor that broadcasts with `input`; value: number or 0-d tensor.
    
    >>> torch.masked_fill(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]), 0)
    tensor([0, 2, 0])"""
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor, *, out: Any = None) -> Tensor:
    """A copy whose elements where `mask` is true come from `source`, one after the other.
    
    Errors: RuntimeError if `source` has too few elements or another dtype.
    
    >>> torch.masked_scatter(torch.zeros(3), torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
    tensor([5., 0., 6.])"""
def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:
    """The elements where `mask` is true, as one axis.
    
    Args: mask: bool tensor that broadcasts with `input`.
    
    >>> torch.masked_select(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]))
    tensor([1, 3])"""
def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
    
    Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right.
    
    >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    tensor([21, 43])"""
def matrix_exp(input: Tensor, *, out: Any = None) -> Tensor:
    """The exponential of square matrices (`linalg.matrix_exp`).
    
    >>> torch.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])"""
def matrix_power(input: Tensor, n: _int, *, out: Any = None) -> Tensor:
    """A square matrix, or each of a stack, to an integer power.
    
    >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])"""
@overload
def max(input: Tensor, *, out: Any = None) -> Tensor:
    """The greatest element; nan if there is one. Gradients are shared evenly by ties.
    
    Errors: RuntimeError for an empty tensor and for complex numbers.
    
    >>> torch.max(torch.tensor([3, 7, 5]))
    tensor(7)
    >>> torch.max(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
    tensor([1, 0])"""
@overload
def max(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The greater element of each pair (`maximum`), broadcasting."""
@overload
def max(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The greatest elements along an axis and their (first) positions."""
def max_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window.
    
    >>> torch.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> torch.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> torch.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window.
    
    >>> torch.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> torch.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> torch.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def max_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window.
    
    >>> torch.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    tensor([[4., 3.]])
    >>> torch.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    torch.Size([1, 3, 4, 4])
    >>> torch.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    torch.Size([1, 3, 4, 4, 4])"""
def maximum(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The larger of two elements; nan if either is nan.
    
    **Errors**: RuntimeError for complex tensors.
    
    >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    tensor([3, 5])"""
@overload
def mean(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean of all elements.
    
    Errors: RuntimeError for integers, unless `dtype` says otherwise.
    
    >>> torch.mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
    tensor([1.5000, 3.5000])"""
@overload
def mean(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean over axes (all of them for `None` or `()`)."""
@overload
def median(input: Tensor, *, out: Any = None) -> Tensor:
    """The lower middle of all elements in order; nan if there is one.
    
    >>> torch.median(torch.tensor([5, 1, 3, 4]))
    tensor(3)"""
@overload
def median(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The lower middles along an axis, and where they are; the first nan where there is one."""
def meshgrid(*tensors: Tensor | Sequence[Tensor], indexing: _str | None = None, out: Any = None) -> tuple[Tensor, ...]:
    """Grids of coordinates from vectors, as expanded views.
    
    Args: indexing: `"ij"` (the default), or `"xy"` with the first two axes exchanged.
    
    >>> torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    (tensor([[0, 0, 0],
            [1, 1, 1]]), tensor([[0, 1, 2],
            [0, 1, 2]]))"""
@overload
def min(input: Tensor, *, out: Any = None) -> Tensor:
    """The least element; nan if there is one. Gradients are shared evenly by ties.
    
    Errors: RuntimeError for an empty tensor and for complex numbers.
    
    >>> torch.min(torch.tensor([3, 7, 5]))
    tensor(3)
    >>> torch.min(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
    tensor([0, 1])"""
@overload
def min(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The lesser element of each pair (`minimum`), broadcasting."""
@overload
def min(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The least elements along an axis and their (first) positions."""
def minimum(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The smaller of two elements; nan if either is nan.
    
    **Errors**: RuntimeError for complex tensors.
    
    >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    tensor([1, 2])"""
def mm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """The product of two matrices.
    
    Args: input: (n, m); mat2: (m, p), of the same dtype.
    Shape: (n, p).
    Errors: RuntimeError on sizes that do not fit or different dtypes.
    
    >>> torch.mm(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [10]]))
    tensor([[21],
            [43]])"""
def mode(input: Tensor, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The most frequent elements along an axis (the least of several), and their last positions.
    
    >>> torch.mode(torch.tensor([5, 1, 1, 3])).values
    tensor(1)"""
def moveaxis(input: Tensor, source: _int | Sequence[_int], destination: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes moved to other places (`movedim`).
    
    >>> torch.moveaxis(torch.zeros(2, 3, 4), 0, -1).shape
    torch.Size([3, 4, 2])"""
def movedim(input: Tensor, source: _int | Sequence[_int], destination: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes moved to other places; the rest keep their order.
    
    >>> torch.movedim(torch.zeros(2, 3, 4), 0, -1).shape
    torch.Size([3, 4, 2])"""
def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """The elements in order along the first axis.
    
    >>> torch.msort(torch.tensor([[5, 1], [3, 2]]))
    tensor([[3, 1],
            [5, 2]])"""
def mul(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The product of two tensors, broadcasting both.
    
    **Shape**: broadcast of both.
    
    >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
    tensor([[10, 20],
            [20, 40]])"""
def multinomial(input: Tensor, num_samples: _int, replacement: _bool = False, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Indices drawn with the weights in the rows of `input`.
    
    Args: num_samples: draws a row; replacement: whether an index may come again.
    
    >>> torch.multinomial(torch.tensor([0.0, 1.0, 0.0]), 3, replacement=True)
    tensor([1, 1, 1])"""
def multiply(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `mul`.
    
    The product of two tensors, broadcasting both.
    
    **Shape**: broadcast of both.
    
    >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
    tensor([[10, 20],
            [20, 40]])"""
def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Tensor:
    """A matrix (n, m) times a vector (m).
    
    >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    tensor([21, 43])"""
def mvlgamma(input: Tensor, p: _int, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`.
    
    >>> torch.mvlgamma(torch.tensor([1.0, 2.0]), 2)
    tensor([1.1447, 0.4516])"""
def nan_to_num(input: Tensor, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None, *, out: Any = None) -> Tensor:
    """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers.
    
    >>> torch.nan_to_num(torch.tensor([float("nan"), float("inf"), 1.0]), nan=0.0, posinf=9.0)
    tensor([0., 9., 1.])"""
def nanmean(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean of the elements that are not nan.
    
    >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(1.5000)"""
@overload
def nanmedian(input: Tensor, *, out: Any = None) -> Tensor:
    """The lower middle of the elements that are not nan.
    
    >>> torch.nanmedian(torch.tensor([5.0, float("nan"), 3.0]))
    tensor(3.)"""
@overload
def nanmedian(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The lower middles of the elements along an axis that are not nan, and where they are."""
@overload
def nanquantile(input: Tensor, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """As `quantile`, over the elements that are not nan.
    
    >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 3.0]), 0.5)
    tensor(2.)"""
@overload
def nanquantile(input: Tensor, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """As `quantile`, over the elements that are not nan."""
def nansum(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum of all elements, nan counted as zero.
    
    >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
    tensor(3.)"""
@overload
def narrow(input: Tensor, dim: _int, start: Tensor, length: _int, *, out: Any = None) -> Tensor:
    """`length` elements from `start` along an axis, as a view.
    
    >>> torch.narrow(torch.arange(5), 0, 1, 3)
    tensor([1, 2, 3])"""
@overload
def narrow(input: Tensor, dim: _int, start: _int, length: _int, *, out: Any = None) -> Tensor:
    """As the row above, from an integer."""
def narrow_copy(input: Tensor, dim: _int, start: _int, length: _int, *, out: Any = None) -> Tensor:
    """`narrow` as a copy.
    
    >>> torch.narrow_copy(torch.arange(5), 0, 1, 3)
    tensor([1, 2, 3])"""
def ne(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether two elements differ.
    
    >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
    tensor([False,  True])"""
def neg(input: Tensor, *, out: Any = None) -> Tensor:
    """The negative of every element.
    
    Errors: RuntimeError for bool tensors.
    
    >>> torch.neg(torch.tensor([1, -2]))
    tensor([-1,  2])"""
def negative(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `neg`.
    
    The negative of every element.
    
    Errors: RuntimeError for bool tensors.
    
    >>> torch.neg(torch.tensor([1, -2]))
    tensor([-1,  2])"""
def nextafter(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The next number after `input` towards `other`.
    
    >>> torch.nextafter(torch.tensor([1.0, 1.0]), torch.tensor([2.0, 0.0])) - 1
    tensor([ 1.1921e-07, -5.9605e-08])"""
def nonzero(input: Tensor, *, as_tuple: _bool = False, out: Any = None) -> Any:
    """The indices of elements that are not zero: a row each, or with `as_tuple` one tensor an axis.
    
    >>> torch.nonzero(torch.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    >>> torch.nonzero(torch.tensor([0, 1, 2]), as_tuple=True)
    (tensor([1, 2]),)"""
def nonzero_static(input: Tensor, *, size: _int, fill_value: _int = -1, out: Any = None) -> Tensor:
    """The first `size` indices of elements that are not zero, a row each; `fill_value` where there are fewer.
    
    >>> torch.nonzero_static(torch.tensor([0, 3, 0, 4]), size=3)
    tensor([[ 1],
            [ 3],
            [-1]])"""
@overload
def norm(input: Tensor, p: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The p-norm over axes, of all elements by default.
    
    Args: p: any number, or `"fro"`, `"nuc"`; nothing means 2.
    
    >>> torch.norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), dim=1)
    tensor([ 5., 10.])"""
@overload
def norm(input: Tensor, p: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
@overload
def normal(mean: _float, std: _float, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of the given mean and deviation.
    
    >>> torch.normal(0.0, 1.0, (2, 3)).shape
    torch.Size([2, 3])
    >>> torch.normal(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    tensor([1., 2.])"""
@overload
def normal(mean: Tensor | Number = 0.0, std: Tensor | Number = 1.0, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Normal numbers whose mean, deviation or both are tensors."""
def not_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `ne`.
    
    Whether two elements differ.
    
    >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
    tensor([False,  True])"""
@overload
def ones(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of ones.
    
    >>> torch.ones(2, 3)
    tensor([[1., 1., 1.],
            [1., 1., 1.]])"""
@overload
def ones(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of ones.
    
    >>> torch.ones(2, 3)
    tensor([[1., 1., 1.],
            [1., 1., 1.]])"""
def ones_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Ones with the shape, dtype and device of `input`.
    
    >>> torch.ones_like(torch.tensor([3, 4]))
    tensor([1, 1])"""
def orgqr(input: Tensor, input2: Tensor, *, out: Any = None) -> Tensor:
    """The first columns of a product of reflections (`linalg.householder_product`).
    
    >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> torch.orgqr(a, tau)
    tensor([[-0.6000, -0.8000],
            [-0.8000,  0.6000]])"""
def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False, *, out: Any = None) -> Tensor:
    """`Q other` for the product `Q` of reflections that `geqrf` gives; with `left=False` `other Q`, with `transpose` its adjoint.
    
    >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> torch.ormqr(a, tau, torch.eye(2))
    tensor([[-0.6000, -0.8000],
            [-0.8000,  0.6000]])"""
def outer(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """The products of all pairs of elements of two vectors.
    
    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[3, 4],
            [6, 8]])"""
def pairwise_distance(x1: Tensor, x2: Tensor, p: _float = 2.0, eps: _float = 1e-6, keepdim: _bool = False) -> Tensor:
    """The p-norm of `x1 - x2 + eps` along the last axis.
    
    >>> torch.pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])"""
def pdist(input: Tensor, p: _float = 2.0) -> Tensor:
    """The p-distances of every row to the later ones, as one axis.
    
    >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]))
    tensor([ 5., 10.,  5.])"""
@overload
def permute(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes in another order.
    
    >>> torch.permute(torch.zeros(2, 3, 4), (2, 0, 1)).shape
    torch.Size([4, 2, 3])"""
@overload
def permute(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Axes in another order.
    
    >>> torch.permute(torch.zeros(2, 3, 4), (2, 0, 1)).shape
    torch.Size([4, 2, 3])"""
@overload
def permute_copy(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """`permute` as a copy.
    
    >>> torch.permute_copy(torch.arange(4).view(2, 2), (1, 0))
    tensor([[0, 2],
            [1, 3]])"""
@overload
def permute_copy(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """`permute` as a copy.
    
    >>> torch.permute_copy(torch.arange(4).view(2, 2), (1, 0))
    tensor([[0, 2],
            [1, 3]])"""
def pinverse(input: Tensor, rcond: _float = 1e-15, *, out: Any = None) -> Tensor:
    """The pseudoinverse of matrices (`linalg.pinv`).
    
    >>> torch.pinverse(torch.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])"""
def pixel_shuffle(input: Tensor, upscale_factor: _int) -> Tensor:
    """Moves channels into pixels: (*, C r r, H, W) to (*, C, H r, W r).
    
    Errors: RuntimeError if r r does not divide the channels.
    
    >>> torch.pixel_shuffle(torch.ones(1, 12, 4, 4), 2).shape
    torch.Size([1, 3, 8, 8])"""
def pixel_unshuffle(input: Tensor, downscale_factor: _int) -> Tensor:
    """Moves pixels into channels: (*, C, H r, W r) to (*, C r r, H, W).
    
    Errors: RuntimeError if r does not divide height and width.
    
    >>> torch.pixel_unshuffle(torch.ones(1, 3, 8, 8), 2).shape
    torch.Size([1, 12, 4, 4])"""
def poisson(input: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Counts of events at the rates that `input` holds.
    
    >>> torch.poisson(torch.tensor([0.0, 0.0]))
    tensor([0., 0.])"""
def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Tensor:
    """Complex numbers from absolute values and angles, broadcasting.
    
    >>> torch.polar(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    tensor([1.+0.j, 2.+0.j])"""
def polygamma(n: _int, input: Tensor, *, out: Any = None) -> Tensor:
    """The `n`-th derivative of `digamma`.
    
    >>> torch.polygamma(1, torch.tensor([1.0, 2.0]))
    tensor([1.6449, 0.6449])"""
def positive(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself.
    
    **Errors**: RuntimeError for bool tensors.
    
    >>> torch.positive(torch.tensor([1, -2]))
    tensor([ 1, -2])"""
def pow(input: Tensor | Number, exponent: Tensor | Number, *, out: Any = None) -> Tensor:
    """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
    
    **Errors**: RuntimeError for integers to a negative whole power.
    
    >>> torch.pow(torch.tensor([2, 3]), 2)
    tensor([4, 9])
    >>> torch.pow(2.0, torch.tensor([1.0, -1.0]))
    tensor([2.0000, 0.5000])"""
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
    
    >>> torch.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.5]))
    tensor([-1.,  3.])"""
@overload
def prod(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The product of all elements.
    
    Args: dtype: dtype of the result and of the products (integers and bool: int64).
    
    >>> torch.prod(torch.tensor([[1, 2], [3, 4]]), dim=1)
    tensor([ 2, 12])"""
@overload
def prod(input: Tensor, dim: _int, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The product over one axis."""
def promote_types(type1: _dtype, type2: _dtype, *, out: Any = None) -> _dtype:
    """The smallest dtype that holds both.
    
    >>> torch.promote_types(torch.int32, torch.float16)
    torch.float16"""
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: _bool = False, *, out: Any = None) -> Tensor:
    """A copy with elements of the flattened tensor replaced (or added to).
    
    >>> torch.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])"""
def qr(input: Tensor, some: _bool = True, *, out: Any = None) -> _Named:
    """The decomposition `input = Q R` (`linalg.qr`).
    
    >>> torch.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).R.abs()
    tensor([[5.0000, 2.2000],
            [0.0000, 0.4000]])"""
@overload
def quantile(input: Tensor, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """The elements at the ranks `q * (n - 1)` in order, interpolated; nan where there is one.
    
    Args: q: numbers in [0, 1] of the dtype of `input` (float32 or float64); interpolation: `linear`, `lower`,
    `higher`, `midpoint` or `nearest`.
    Shape: that of the reduction, with an axis for `q` in front if `q` has one.
    
    >>> torch.quantile(torch.tensor([1.0, 2.0, 3.0, 10.0]), 0.5)
    tensor(2.5000)"""
@overload
def quantile(input: Tensor, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """The element at the rank `q * (n - 1)` in order, interpolated; nan where there is one."""
def rad2deg(input: Tensor, *, out: Any = None) -> Tensor:
    """Radians as degrees.
    
    >>> torch.rad2deg(torch.tensor([3.1416, 1.0]))
    tensor([180.0004,  57.2958])"""
@overload
def rand(size: Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Uniform numbers from 0 (included) to 1.
    
    >>> torch.rand(2, 3).shape
    torch.Size([2, 3])"""
@overload
def rand(*size: _int, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Uniform numbers from 0 (included) to 1.
    
    >>> torch.rand(2, 3).shape
    torch.Size([2, 3])"""
def rand_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Uniform numbers with the shape, dtype and device of `input`.
    
    >>> torch.rand_like(torch.ones(2, 3)).shape
    torch.Size([2, 3])"""
@overload
def randint(high: _int, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Integers from 0 up to `high`, which is left out.
    
    >>> torch.randint(3, 5, (100,)).unique()
    tensor([3, 4])"""
@overload
def randint(low: _int, high: _int, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Integers from `low` up to `high`, which is left out."""
@overload
def randint_like(input: Tensor, high: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Integers from 0 up to `high` with the shape, dtype and device of `input`.
    
    >>> torch.randint_like(torch.ones(100), 2).unique()
    tensor([0., 1.])"""
@overload
def randint_like(input: Tensor, low: _int, high: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Integers from `low` up to `high` with the shape, dtype and device of `input`."""
@overload
def randn(size: Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of mean 0 and deviation 1.
    
    >>> torch.randn(2, 3).shape
    torch.Size([2, 3])"""
@overload
def randn(*size: _int, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of mean 0 and deviation 1.
    
    >>> torch.randn(2, 3).shape
    torch.Size([2, 3])"""
def randn_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Normal numbers with the shape, dtype and device of `input`.
    
    >>> torch.randn_like(torch.ones(2, 3)).shape
    torch.Size([2, 3])"""
def randperm(n: _int, *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """The numbers `0..n` in random order.
    
    >>> torch.randperm(5).sort().values
    tensor([0, 1, 2, 3, 4])"""
def range(start: Number, end: Number, step: Number = 1, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from `start` to `end`, which is included, in steps.
    
    >>> torch.range(1, 3)
    tensor([1., 2., 3.])"""
def ravel(input: Tensor, *, out: Any = None) -> Tensor:
    """All elements in one axis: a view where possible.
    
    >>> torch.ravel(torch.arange(4).view(2, 2))
    tensor([0, 1, 2, 3])"""
def real(input: Tensor, *, out: Any = None) -> Tensor:
    """The real parts, a view; a real tensor itself.
    
    >>> torch.real(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([1., 3.])"""
def reciprocal(input: Tensor, *, out: Any = None) -> Tensor:
    """One over every element.
    
    >>> torch.reciprocal(torch.tensor([4.0, 0.5]))
    tensor([0.2500, 2.0000])"""
def relu(input: Tensor, *, out: Any = None) -> Tensor:
    """The larger of zero and each element; nan stays nan.
    
    Args: input: any real dtype but bool.
    
    >>> torch.relu(torch.tensor([-2.0, 3.0]))
    tensor([0., 3.])"""
def remainder(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The remainder with the sign of the divisor, as Python's `%`.
    
    **Errors**: RuntimeError for integer division by zero.
    
    >>> torch.remainder(torch.tensor([7, -7]), 3)
    tensor([1, 2])"""
def renorm(input: Tensor, p: Number, dim: _int, maxnorm: Number, *, out: Any = None) -> Tensor:
    """Slices along an axis scaled down to a p-norm of at most `maxnorm`.
    
    >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])"""
@overload
def repeat_interleave(input: Tensor, repeats: _int, dim: _int | None = None, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """Every element (or slice along `dim`) repeated that many times in place.
    
    Args: dim: without it the tensor is flattened.
    
    >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    >>> torch.repeat_interleave(torch.tensor([1, 2]), torch.tensor([3, 1]))
    tensor([1, 1, 1, 2])"""
@overload
def repeat_interleave(input: Tensor, repeats: Tensor, dim: _int | None = None, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """Every element (or slice along `dim`) repeated as often as a tensor says."""
@overload
def repeat_interleave(repeats: Tensor, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """The positions `0..n`, each as often as `repeats` says."""
@overload
def reshape(input: Tensor, shape: Sequence[_int], *, out: Any = None) -> Tensor:
    """The same data in another shape: a view where strides allow it, else a copy.
    
    >>> torch.reshape(torch.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])"""
@overload
def reshape(input: Tensor, *shape: _int, out: Any = None) -> Tensor:
    """The same data in another shape: a view where strides allow it, else a copy.
    
    >>> torch.reshape(torch.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])"""
def resolve_conj(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself: conjugates are never deferred here.
    
    >>> torch.tensor([1 + 2j, 3 - 1j]).conj().resolve_conj().is_conj()
    False"""
def resolve_neg(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself: negatives are never deferred here.
    
    >>> torch.resolve_neg(torch.tensor([1.0, -2.0]))
    tensor([ 1., -2.])"""
def result_type(tensor1: Tensor | Number, tensor2: Tensor | Number, *, out: Any = None) -> _dtype:
    """The dtype that arithmetic on the two operands gives.
    
    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32"""
def rms_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, eps: _float | None = None) -> Tensor:
    """Divides by the root mean square over the last axes, then scales.
    
    >>> torch.rms_norm(torch.tensor([[3.0, 4.0]]), (2,))
    tensor([[0.8485, 1.1314]])"""
def roll(input: Tensor, shifts: _int | Sequence[_int], dims: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor.
    
    >>> torch.roll(torch.arange(5), 2)
    tensor([3, 4, 0, 1, 2])"""
def rot90(input: Tensor, k: _int = 1, dims: _int | Sequence[_int] = (0, 1), *, out: Any = None) -> Tensor:
    """Turned by `k` right angles in the plane of two axes, from the first toward the second.
    
    >>> torch.rot90(torch.arange(4).view(2, 2))
    tensor([[1, 3],
            [0, 2]])"""
def round(input: Tensor, *, decimals: _int = 0, out: Any = None) -> Tensor:
    """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour.
    
    >>> torch.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
    tensor([0., 2., 2.])"""
def row_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the first axis (`vstack`).
    
    >>> torch.row_stack([torch.arange(2), torch.arange(2)])
    tensor([[0, 1],
            [0, 1]])"""
def rrelu(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False, *, out: Any = None) -> Tensor:
    """As `torch.nn.functional.rrelu`.
    
    >>> torch.rrelu(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    tensor([-1.,  3.])"""
def rrelu_(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False) -> Tensor:
    """`rrelu` in place.
    
    >>> torch.rrelu_(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    tensor([-1.,  3.])"""
def rsqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """One over the square root.
    
    >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
    tensor([0.5000, 2.0000])"""
def rsub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`other - alpha * input`, broadcasting both.
    
    >>> torch.rsub(torch.tensor([1, 2]), 10)
    tensor([9, 8])"""
def scalar_tensor(s: Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """One number as a 0-d tensor.
    
    >>> torch.scalar_tensor(3)
    tensor(3.)"""
@overload
def scatter(input: Tensor, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None, out: Any = None) -> Tensor:
    """A copy with the elements of `src` (or one value) put at the places along `dim` that `index` names.
    
    Args: reduce: `"add"` or `"multiply"` to combine with what is there.
    
    >>> torch.scatter(torch.zeros(2, 3), 1, torch.tensor([[2, 0], [1, 1]]), 5.0)
    tensor([[5., 0., 5.],
            [0., 5., 0.]])"""
@overload
def scatter(input: Tensor, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None, out: Any = None) -> Tensor:
    """A copy with one value put at the places along `dim` that `index` names."""
def scatter_add(input: Tensor, dim: _int, index: Tensor, src: Tensor, *, out: Any = None) -> Tensor:
    """A copy with the elements of `src` added at the places along `dim` that `index` names.
    
    >>> torch.scatter_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    tensor([4., 0., 2.])"""
def scatter_reduce(input: Tensor, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True, out: Any = None) -> Tensor:
    """A copy with the elements of `src` combined into the places along `dim` that `index` names.
    
    Args: reduce: sum, prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
    
    >>> torch.scatter_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
    tensor([8., 1., 3.])"""
def searchsorted(sorted_sequence: Tensor, input: Tensor | Number, *, out_int32: _bool = False, right: _bool = False, side: _str | None = None, sorter: Tensor | None = None, out: Any = None) -> Tensor:
    """Where values belong in a sorted sequence (row by row): before equal elements, after them with `right`.
    
    Args: sorter: positions that put `sorted_sequence` in order, if it is not.
    
    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 4]))
    tensor([1, 2])"""
def select(input: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """One index along an axis; the axis goes.
    
    >>> torch.select(torch.arange(4).view(2, 2), 1, 0)
    tensor([0, 2])"""
def select_copy(input: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """`select` as a copy.
    
    >>> torch.select_copy(torch.arange(4).view(2, 2), 1, 0)
    tensor([0, 2])"""
def select_scatter(input: Tensor, src: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """A copy with `src` at one index along `dim`.
    
    >>> torch.select_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), 0, 1)
    tensor([[0., 0.],
            [1., 2.]])"""
def selu(input: Tensor, *, out: Any = None) -> Tensor:
    """The self-normalising `elu`.
    
    >>> torch.selu(torch.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])"""
def selu_(input: Tensor) -> Tensor:
    """`selu` in place.
    
    >>> torch.selu_(torch.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])"""
def sgn(input: Tensor, *, out: Any = None) -> Tensor:
    """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign.
    
    >>> torch.sgn(torch.tensor([3 + 4j, 0j]))
    tensor([0.6000+0.8000j, 0.0000+0.0000j])"""
def sigmoid(input: Tensor) -> Tensor:
    """The logistic function `1 / (1 + e^-x)`.
    
    >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])"""
def sign(input: Tensor, *, out: Any = None) -> Tensor:
    """-1, 0 or 1, as every element's sign.
    
    **Errors**: RuntimeError for complex tensors; see `sgn`.
    
    >>> torch.sign(torch.tensor([-3.0, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])"""
def signbit(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element has its sign bit set (minus zero has).
    
    >>> torch.signbit(torch.tensor([-1.0, -0.0, 2.0]))
    tensor([ True,  True, False])"""
def sin(input: Tensor, *, out: Any = None) -> Tensor:
    """The sine of every element, in radians.
    
    >>> torch.sin(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8415])"""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """`sin(pi x) / (pi x)`.
    
    >>> torch.sinc(torch.tensor([0.0, 0.5]))
    tensor([1.0000, 0.6366])"""
def sinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic sine.
    
    >>> torch.sinh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.1752])"""
def slice_scatter(input: Tensor, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None, step: _int = 1, *, out: Any = None) -> Tensor:
    """A copy with `src` in the slice `start:end:step` along `dim`.
    
    >>> torch.slice_scatter(torch.zeros(4), torch.ones(2), 0, 1, 3)
    tensor([0., 1., 1., 0.])"""
def slogdet(input: Tensor, *, out: Any = None) -> _Named:
    """The sign of the determinant and the logarithm of its absolute value (`linalg.slogdet`).
    
    >>> torch.slogdet(torch.tensor([[-2.0, 0.0], [0.0, 3.0]]))
    torch.return_types.slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(1.7918))"""
def softmax(input: Tensor, dim: _int, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """`e^x / sum(e^x)` along an axis.
    
    Args: dtype: converts the input first (floating dtypes).
    Shape: as `input`.
    
    >>> torch.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([0.0900, 0.2447, 0.6652])"""
@overload
def sort(input: Tensor, dim: _int = -1, descending: _bool = False, *, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were. The sort is stable; nan counts as the greatest.
    
    Errors: RuntimeError for complex numbers.
    
    >>> torch.sort(torch.tensor([5, 1, 3]), descending=True)
    torch.return_types.sort(
    values=tensor([5, 3, 1]),
    indices=tensor([0, 2, 1]))"""
@overload
def sort(input: Tensor, *, stable: _bool | None, dim: _int = -1, descending: _bool = False, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were; always stable."""
@overload
def sort(input: Tensor, dim: _int = -1, descending: _bool = False, *, stable: _bool | None, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were; always stable."""
def split(input: Tensor, split_size_or_sections: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces of `split_size` (the last may be smaller), as views.
    
    >>> torch.split(torch.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> torch.split(torch.arange(5), (1, 4))
    (tensor([0]), tensor([1, 2, 3, 4]))"""
def split_copy(input: Tensor, split_size: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split` as copies.
    
    >>> torch.split_copy(torch.arange(4), 2)
    (tensor([0, 1]), tensor([2, 3]))"""
def split_with_sizes(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces of the given sizes, as views.
    
    >>> torch.split_with_sizes(torch.arange(5), (1, 4))
    (tensor([0]), tensor([1, 2, 3, 4]))"""
def split_with_sizes_copy(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split_with_sizes` as copies.
    
    >>> torch.split_with_sizes_copy(torch.arange(5), (2, 3))
    (tensor([0, 1]), tensor([2, 3, 4]))"""
def sqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """The square root of every element; nan below zero.
    
    >>> torch.sqrt(torch.tensor([4.0, 2.0]))
    tensor([2.0000, 1.4142])"""
def square(input: Tensor, *, out: Any = None) -> Tensor:
    """Each element times itself.
    
    >>> torch.square(torch.tensor([2, -3]))
    tensor([4, 9])"""
@overload
def squeeze(input: Tensor, *, out: Any = None) -> Tensor:
    """Without the axes of size 1.
    
    >>> torch.squeeze(torch.zeros(1, 3, 1, 2)).shape, torch.squeeze(torch.zeros(1, 3, 1, 2), 0).shape
    (torch.Size([3, 2]), torch.Size([3, 1, 2]))"""
@overload
def squeeze(input: Tensor, dim: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Without the given axes, where their size is 1."""
@overload
def squeeze_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`squeeze` as a copy.
    
    >>> torch.squeeze_copy(torch.arange(3).view(1, 3))
    tensor([0, 1, 2])"""
@overload
def squeeze_copy(input: Tensor, dim: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """`squeeze` of axes as a copy."""
def stack(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors of one shape side by side along a new axis.
    
    >>> torch.stack([torch.arange(2), torch.arange(2)])
    tensor([[0, 1],
            [0, 1]])"""
@overload
def std(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> Tensor:
    """The standard deviation over axes, with `n - correction` as divisor of the variance.
    
    >>> torch.std(torch.tensor([1.0, 2.0, 4.0]))
    tensor(1.5275)"""
@overload
def std(input: Tensor, unbiased: _bool, *, out: Any = None) -> Tensor:
    """The standard deviation of all elements."""
@overload
def std(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The standard deviation over axes."""
@overload
def std_mean(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean over axes.
    
    >>> torch.std_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))"""
@overload
def std_mean(input: Tensor, unbiased: _bool, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean of all elements."""
@overload
def std_mean(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean over axes."""
def stft(input: Tensor, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, pad_mode: _str = "reflect", normalized: _bool = False, onesided: _bool | None = None, return_complex: _bool | None = None, align_to_window: _bool | None = None, *, out: Any = None) -> Tensor:
    """Fourier transforms of stretches of a signal: where in time which frequencies are.
    
    Args: n_fft: samples of a stretch; hop_length: from one to the next, by default a quarter of it; window: weights, ones by
        default, of win_length (n_fft), in the middle of the stretch. center: stretches are centred on their times, the signal
        being continued at its ends as `pad_mode` says. onesided: half the spectrum, which says it all of a real signal (default).
    Shape: (length) or (b, length) gives (.., frequencies, frames), complex; with `return_complex=False` pairs of real numbers.
    
    >>> torch.stft(torch.ones(16), 4, return_complex=True).shape
    torch.Size([3, 17])"""
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`input - alpha * other`, broadcasting both.
    
    **Errors**: RuntimeError for bool tensors and shapes that do not broadcast.
    
    >>> torch.sub(torch.tensor([5, 7]), torch.tensor([1, 2]), alpha=2)
    tensor([3, 3])"""
def subtract(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """Alias of `sub`.
    
    >>> torch.subtract(torch.tensor([5, 7]), 1)
    tensor([4, 6])"""
@overload
def sum(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum of all elements.
    
    Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    Shape: 0-d.
    
    >>> torch.sum(torch.tensor([[1, 2], [3, 4]]))
    tensor(10)
    >>> torch.sum(torch.tensor([[1, 2], [3, 4]]), dim=0)
    tensor([4, 6])"""
@overload
def sum(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum over axes (all of them for `None` or `()`)."""
def svd(input: Tensor, some: _bool = True, compute_uv: _bool = True, *, out: Any = None) -> _Named:
    """The singular value decomposition `input = U diag(S) V^H` (`linalg.svd`).
    
    >>> torch.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])"""
def swapaxes(input: Tensor, axis0: _int, axis1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged (`transpose`).
    
    >>> torch.swapaxes(torch.zeros(2, 3, 4), 0, 2).shape
    torch.Size([4, 3, 2])"""
def swapdims(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged (`transpose`).
    
    >>> torch.swapdims(torch.zeros(2, 3, 4), 0, 2).shape
    torch.Size([4, 3, 2])"""
def t(input: Tensor, *, out: Any = None) -> Tensor:
    """Rows and columns exchanged; tensors of fewer than two axes as they are.
    
    Errors: RuntimeError above two axes.
    
    >>> torch.t(torch.arange(6).view(2, 3))
    tensor([[0, 3],
            [1, 4],
            [2, 5]])"""
def t_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`t` as a copy.
    
    >>> torch.t_copy(torch.arange(4).view(2, 2))
    tensor([[0, 2],
            [1, 3]])"""
def take(input: Tensor, index: Tensor, *, out: Any = None) -> Tensor:
    """Elements of the flattened tensor.
    
    Args: index: int64.
    Shape: that of `index`.
    
    >>> torch.take(torch.tensor([[4, 5], [6, 7]]), torch.tensor([0, 3]))
    tensor([4, 7])"""
def take_along_dim(input: Tensor, indices: Tensor, dim: _int | None = None, *, out: Any = None) -> Tensor:
    """Elements along `dim` where `indices` broadcasts with `input`; without `dim` both are flattened. Along an axis
    indices count round it: -1 is the last element.
    
    >>> x = torch.tensor([[3, 1], [2, 4]])
    >>> torch.take_along_dim(x, x.argsort(1), 1)
    tensor([[1, 3],
            [2, 4]])"""
def tan(input: Tensor, *, out: Any = None) -> Tensor:
    """The tangent of every element, in radians.
    
    >>> torch.tan(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5574])"""
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent.
    
    >>> torch.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])"""
@overload
def tensor_split(input: Tensor, sections: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """That many pieces along an axis, as even as can be, as views.
    
    >>> torch.tensor_split(torch.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    >>> torch.tensor_split(torch.arange(5), (2, 3))
    (tensor([0, 1]), tensor([2]), tensor([3, 4]))"""
@overload
def tensor_split(input: Tensor, indices: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """The pieces between the given indices along an axis, as views."""
@overload
def tensor_split(input: Tensor, tensor_indices_or_sections: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """As `tensor_split`, the number of sections or the indices in a tensor."""
@overload
def tensordot(a: Tensor, b: Tensor, dims: _int = 2, *, out: Any = None) -> Tensor:
    """Sums of products over the last `dims` axes of `a` and the first of `b`.
    
    >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5), dims=2).shape
    torch.Size([2, 5])"""
@overload
def tensordot(a: Tensor, b: Tensor, dims: Sequence[Sequence[_int]], *, out: Any = None) -> Tensor:
    """Sums of products over pairs of axes: the first list names those of `a`, the second those of `b`."""
def threshold(input: Tensor, threshold: _float, value: _float, *, out: Any = None) -> Tensor:
    """`x` above the threshold, `value` at it and below.
    
    >>> torch.threshold(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    tensor([9., 3.])"""
def threshold_(input: Tensor, threshold: _float, value: _float) -> Tensor:
    """`threshold` in place.
    
    >>> torch.threshold_(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    tensor([9., 3.])"""
@overload
def tile(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Copies side by side; missing leading counts are 1.
    
    >>> torch.tile(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])"""
@overload
def tile(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Copies side by side; missing leading counts are 1.
    
    >>> torch.tile(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])"""
def topk(input: Tensor, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True, *, out: Any = None) -> _Named:
    """The `k` greatest (or least) elements along an axis in order, and where they were.
    
    Errors: RuntimeError if `k` is out of range.
    
    >>> torch.topk(torch.tensor([5, 1, 3]), 2).values
    tensor([5, 3])"""
def trace(input: Tensor, *, out: Any = None) -> Tensor:
    """The sum of the diagonal of a matrix.
    
    >>> torch.trace(torch.tensor([[1, 2], [3, 4]]))
    tensor(5)"""
def transpose(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged.
    
    >>> torch.transpose(torch.arange(6).view(2, 3), 0, 1)
    tensor([[0, 3],
            [1, 4],
            [2, 5]])"""
def transpose_copy(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """`transpose` as a copy.
    
    >>> torch.transpose_copy(torch.arange(4).view(2, 2), 0, 1)
    tensor([[0, 2],
            [1, 3]])"""
@overload
def trapezoid(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule, with sample points `x`.
    
    >>> torch.trapezoid(torch.tensor([1.0, 2.0, 3.0]))
    tensor(4.)"""
@overload
def trapezoid(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule, with sample points `dx` apart."""
@overload
def trapz(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule (`trapezoid`).
    
    >>> torch.trapz(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 3.0]))
    tensor(6.5000)"""
@overload
def trapz(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule (`trapezoid`)."""
def triangular_solve(input: Tensor, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False, *, out: Any = None) -> _Named:
    """Solves `A X = b` (`A^T X = b` with `transpose`) for triangular matrices; `linalg.solve_triangular` is its successor.
    
    >>> torch.triangular_solve(torch.tensor([[4.0], [8.0]]), torch.tensor([[2.0, 1.0], [0.0, 4.0]])).solution
    tensor([[1.],
            [2.]])"""
def tril(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The part of each matrix on and below a diagonal, zeros elsewhere.
    
    >>> torch.tril(torch.ones(3, 3, dtype=torch.int64))
    tensor([[1, 0, 0],
            [1, 1, 0],
            [1, 1, 1]])"""
def tril_indices(row: _int, col: _int, offset: _int = 0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """Coordinates of the elements on and below a diagonal: rows first, columns second.
    
    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])"""
def triu(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The part of each matrix on and above a diagonal, zeros elsewhere.
    
    >>> torch.triu(torch.ones(3, 3, dtype=torch.int64), diagonal=1)
    tensor([[0, 1, 1],
            [0, 0, 1],
            [0, 0, 0]])"""
def triu_indices(row: _int, col: _int, offset: _int = 0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """Coordinates of the elements on and above a diagonal: rows first, columns second.
    
    >>> torch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])"""
def true_divide(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The quotient of two tensors, broadcasting both; integers divide as floats.
    
    >>> torch.true_divide(torch.tensor([1, 2]), 2)
    tensor([0.5000, 1.0000])"""
def trunc(input: Tensor, *, out: Any = None) -> Tensor:
    """Each element without its fraction.
    
    >>> torch.trunc(torch.tensor([-1.5, 1.2]))
    tensor([-1.,  1.])"""
def unbind(input: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """One tensor for each index along an axis, as views.
    
    >>> torch.unbind(torch.arange(4).view(2, 2))
    (tensor([0, 1]), tensor([2, 3]))"""
def unbind_copy(input: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`unbind` as copies.
    
    >>> torch.unbind_copy(torch.arange(4).view(2, 2))
    (tensor([0, 1]), tensor([2, 3]))"""
def unflatten(input: Tensor, dim: _int, sizes: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """One axis as several; one of the sizes may be -1.
    
    >>> torch.unflatten(torch.zeros(2, 12), 1, (3, 4)).shape
    torch.Size([2, 3, 4])"""
def unfold_copy(input: Tensor, dimension: _int, size: _int, step: _int, *, out: Any = None) -> Tensor:
    """`unfold` as a copy.
    
    >>> torch.unfold_copy(torch.arange(4), 0, 2, 1)
    tensor([[0, 1],
            [1, 2],
            [2, 3]])"""
def unique(input: Tensor, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None, *, out: Any = None) -> Any:
    """The distinct elements in order (every nan is distinct), with the group of each element and the size of each
    group if asked for; with `dim` the distinct slices along an axis.
    
    Errors: RuntimeError for complex numbers.
    
    >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))"""
def unique_consecutive(input: Tensor, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None, *, out: Any = None) -> Any:
    """The first of each run of equal elements (or of slices along an axis), with the run of each element and the
    length of each run if asked for.
    
    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])"""
def unsafe_chunk(input: Tensor, chunks: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`chunk` with pieces that may be changed in place.
    
    >>> torch.unsafe_chunk(torch.arange(4), 2)
    (tensor([0, 1]), tensor([2, 3]))"""
def unsafe_split(input: Tensor, split_size: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split` with pieces that may be changed in place.
    
    >>> torch.unsafe_split(torch.arange(4), 2)
    (tensor([0, 1]), tensor([2, 3]))"""
def unsafe_split_with_sizes(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split_with_sizes` with pieces that may be changed in place.
    
    >>> torch.unsafe_split_with_sizes(torch.arange(5), (2, 3))
    (tensor([0, 1]), tensor([2, 3, 4]))"""
def unsqueeze(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """With an axis of size 1 put in.
    
    >>> torch.unsqueeze(torch.arange(3), 1).shape
    torch.Size([3, 1])"""
def unsqueeze_copy(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """`unsqueeze` as a copy.
    
    >>> torch.unsqueeze_copy(torch.arange(3), 0)
    tensor([[0, 1, 2]])"""
@overload
def var(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> Tensor:
    """The variance over axes, with `n - correction` as divisor.
    
    Args: correction: 1 for the unbiased estimate (the default), 0 for the mean square deviation.
    Errors: RuntimeError for integers.
    
    >>> torch.var(torch.tensor([1.0, 2.0, 4.0]))
    tensor(2.3333)
    >>> torch.var(torch.tensor([1.0, 2.0, 4.0]), correction=0)
    tensor(1.5556)"""
@overload
def var(input: Tensor, unbiased: _bool, *, out: Any = None) -> Tensor:
    """The variance of all elements."""
@overload
def var(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The variance over axes."""
@overload
def var_mean(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean over axes.
    
    >>> torch.var_mean(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))"""
@overload
def var_mean(input: Tensor, unbiased: _bool, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean of all elements."""
@overload
def var_mean(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean over axes."""
def vdot(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The sum of products of two vectors, the first conjugated.
    
    >>> torch.vdot(torch.tensor([1j, 2]), torch.tensor([1j, 4]))
    tensor(9.+0.j)"""
def view_as_complex(input: Tensor, *, out: Any = None) -> Tensor:
    """A real tensor whose last axis has size 2 as a complex one, a view.
    
    **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly.
    
    >>> torch.view_as_complex(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
    tensor([1.+2.j, 3.-1.j])"""
def view_as_real(input: Tensor, *, out: Any = None) -> Tensor:
    """A complex tensor as a real one with a last axis of real and imaginary part, a view.
    
    **Errors**: RuntimeError for real tensors.
    
    >>> torch.view_as_real(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([[ 1.,  2.],
            [ 3., -1.]])"""
@overload
def view_copy(input: Tensor, size: Sequence[_int], *, out: Any = None) -> Tensor:
    """`view` as a copy.
    
    >>> torch.view_copy(torch.arange(4), (2, 2))
    tensor([[0, 1],
            [2, 3]])"""
@overload
def view_copy(input: Tensor, *size: _int, out: Any = None) -> Tensor:
    """`view` as a copy.
    
    >>> torch.view_copy(torch.arange(4), (2, 2))
    tensor([[0, 1],
            [2, 3]])"""
@overload
def vsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the first axis.
    
    >>> torch.vsplit(torch.arange(4).view(2, 2), 2)
    (tensor([[0, 1]]), tensor([[2, 3]]))"""
@overload
def vsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the first axis."""
def vstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the first axis; vectors are rows.
    
    >>> torch.vstack([torch.arange(2), torch.arange(2)])
    tensor([[0, 1],
            [0, 1]])"""
@overload
def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements of `input` where `condition` holds, of `other` elsewhere; all three broadcast.
    
    Args: condition: bool tensor. input, other: tensors or numbers.
    **Errors**: RuntimeError if the condition is not bool.
    
    >>> torch.where(torch.tensor([True, False]), torch.tensor([1, 2]), 0)
    tensor([1, 0])"""
@overload
def where(condition: Tensor, *, out: Any = None) -> Any:
    """The indices of elements that are not zero, one tensor an axis."""
def xlog1py(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input * ln(1 + other)`, zero where `input` is zero.
    
    >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 3.0]))
    tensor([0.0000, 2.7726])"""
def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input * ln(other)`, zero where `input` is zero.
    
    >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0]))
    tensor([0.0000, 2.1972])"""
@overload
def zeros(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of zeros.
    
    Args: size: sizes, separate or as a list; dtype: default the default float.
    
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])"""
@overload
def zeros(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of zeros.
    
    Args: size: sizes, separate or as a list; dtype: default the default float.
    
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])"""
def zeros_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Zeros with the shape, dtype and device of `input`.
    
    >>> torch.zeros_like(torch.tensor([1, 2]))
    tensor([0, 0])"""
def zeta(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Hurwitz's zeta function of `input` with offset `other`.
    
    >>> torch.special.zeta(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0]))
    tensor([1.6449, 1.0823])"""
def _answer(*args: Any, **kwargs: Any) -> Any: ...
def _answers(*args: Any, **kwargs: Any) -> Any: ...
def _as_subclass(*args: Any, **kwargs: Any) -> Any: ...
def _crc32(*args: Any, **kwargs: Any) -> Any: ...
def _describe(*args: Any, **kwargs: Any) -> Any: ...
def _disabled_torch_function_impl(*args: Any, **kwargs: Any) -> Any: ...
def _from_buffer(*args: Any, **kwargs: Any) -> Any: ...
def _get_function_stack_at(*args: Any, **kwargs: Any) -> Any: ...
def _get_tracing_state(*args: Any, **kwargs: Any) -> Any: ...
def _is_torch_function_all_disabled(*args: Any, **kwargs: Any) -> Any: ...
def _is_torch_function_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _jit_can_fuse_on_cpu(*args: Any, **kwargs: Any) -> Any: ...
def _jit_can_fuse_on_gpu(*args: Any, **kwargs: Any) -> Any: ...
def _jit_override_can_fuse_on_cpu(*args: Any, **kwargs: Any) -> Any: ...
def _jit_override_can_fuse_on_gpu(*args: Any, **kwargs: Any) -> Any: ...
def _jit_set_bailout_depth(*args: Any, **kwargs: Any) -> Any: ...
def _jit_set_nvfuser_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _jit_set_profiling_executor(*args: Any, **kwargs: Any) -> Any: ...
def _jit_set_profiling_mode(*args: Any, **kwargs: Any) -> Any: ...
def _jit_set_texpr_fuser_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _jit_texpr_fuser_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _len_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _live_nodes(*args: Any, **kwargs: Any) -> Any: ...
def _log_api_usage_once(*args: Any, **kwargs: Any) -> Any: ...
def _of_buffer(*args: Any, **kwargs: Any) -> Any: ...
def _pop_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _printoptions(*args: Any, **kwargs: Any) -> Any: ...
def _push_on_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _record_function(*args: Any, **kwargs: Any) -> Any: ...
def _register_types(*args: Any, **kwargs: Any) -> Any: ...
def _row_names(*args: Any, **kwargs: Any) -> Any: ...
def _saved_tensors_hooks_is_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _seed_all(seed: _int) -> None: ...
def _set_anomaly(*args: Any, **kwargs: Any) -> Any: ...
def _set_default_device(device: _device) -> None: ...
def _set_mode(*args: Any, **kwargs: Any) -> Any: ...
def _set_out_of_memory(*args: Any, **kwargs: Any) -> Any: ...
def _typed(*args: Any, **kwargs: Any) -> Any: ...
def _watch(*args: Any, **kwargs: Any) -> Any: ...
def abs_(*args: Any, **kwargs: Any) -> Tensor: ...
def absolute_(*args: Any, **kwargs: Any) -> Tensor: ...
def acos_(*args: Any, **kwargs: Any) -> Tensor: ...
def acosh_(*args: Any, **kwargs: Any) -> Tensor: ...
def add_(*args: Any, **kwargs: Any) -> Tensor: ...
def addcdiv_(*args: Any, **kwargs: Any) -> Tensor: ...
def addcmul_(*args: Any, **kwargs: Any) -> Tensor: ...
def arccos_(*args: Any, **kwargs: Any) -> Tensor: ...
def arccosh_(*args: Any, **kwargs: Any) -> Tensor: ...
def arcsin_(*args: Any, **kwargs: Any) -> Tensor: ...
def arcsinh_(*args: Any, **kwargs: Any) -> Tensor: ...
def arctan2_(*args: Any, **kwargs: Any) -> Tensor: ...
def arctan_(*args: Any, **kwargs: Any) -> Tensor: ...
def arctanh_(*args: Any, **kwargs: Any) -> Tensor: ...
def as_tensor(data: Any, dtype: _dtype | None = None, device: _device | _str | _int | None = None) -> Tensor: ...
def asin_(*args: Any, **kwargs: Any) -> Tensor: ...
def asinh_(*args: Any, **kwargs: Any) -> Tensor: ...
def atan2_(*args: Any, **kwargs: Any) -> Tensor: ...
def atan_(*args: Any, **kwargs: Any) -> Tensor: ...
def atanh_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_and_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_left_shift_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_not_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_or_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_right_shift_(*args: Any, **kwargs: Any) -> Tensor: ...
def bitwise_xor_(*args: Any, **kwargs: Any) -> Tensor: ...
def ceil_(*args: Any, **kwargs: Any) -> Tensor: ...
def clamp_(*args: Any, **kwargs: Any) -> Tensor: ...
def clamp_max_(*args: Any, **kwargs: Any) -> Tensor: ...
def clamp_min_(*args: Any, **kwargs: Any) -> Tensor: ...
def clip_(*args: Any, **kwargs: Any) -> Tensor: ...
def conj_physical_(*args: Any, **kwargs: Any) -> Tensor: ...
def copysign_(*args: Any, **kwargs: Any) -> Tensor: ...
def cos_(*args: Any, **kwargs: Any) -> Tensor: ...
def cosh_(*args: Any, **kwargs: Any) -> Tensor: ...
def deg2rad_(*args: Any, **kwargs: Any) -> Tensor: ...
def digamma_(*args: Any, **kwargs: Any) -> Tensor: ...
def div_(*args: Any, **kwargs: Any) -> Tensor: ...
def divide_(*args: Any, **kwargs: Any) -> Tensor: ...
def empty_cache(*args: Any, **kwargs: Any) -> Any: ...
def eq_(*args: Any, **kwargs: Any) -> Tensor: ...
def erf_(*args: Any, **kwargs: Any) -> Tensor: ...
def erfc_(*args: Any, **kwargs: Any) -> Tensor: ...
def erfinv_(*args: Any, **kwargs: Any) -> Tensor: ...
def exp2_(*args: Any, **kwargs: Any) -> Tensor: ...
def exp_(*args: Any, **kwargs: Any) -> Tensor: ...
def expm1_(*args: Any, **kwargs: Any) -> Tensor: ...
def fix_(*args: Any, **kwargs: Any) -> Tensor: ...
def float_power_(*args: Any, **kwargs: Any) -> Tensor: ...
def floor_(*args: Any, **kwargs: Any) -> Tensor: ...
def floor_divide_(*args: Any, **kwargs: Any) -> Tensor: ...
def fmax_(*args: Any, **kwargs: Any) -> Tensor: ...
def fmin_(*args: Any, **kwargs: Any) -> Tensor: ...
def fmod_(*args: Any, **kwargs: Any) -> Tensor: ...
def frac_(*args: Any, **kwargs: Any) -> Tensor: ...
def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: _bool | None = None) -> Tensor: ...
def from_numpy(ndarray: Any) -> Tensor: ...
def gcd_(*args: Any, **kwargs: Any) -> Tensor: ...
def ge_(*args: Any, **kwargs: Any) -> Tensor: ...
def get_default_device() -> _device: ...
def get_default_dtype() -> _dtype: ...
def get_num_threads() -> _int: ...
def greater_(*args: Any, **kwargs: Any) -> Tensor: ...
def greater_equal_(*args: Any, **kwargs: Any) -> Tensor: ...
def gt_(*args: Any, **kwargs: Any) -> Tensor: ...
def heaviside_(*args: Any, **kwargs: Any) -> Tensor: ...
def hypot_(*args: Any, **kwargs: Any) -> Tensor: ...
def i0_(*args: Any, **kwargs: Any) -> Tensor: ...
def igamma_(*args: Any, **kwargs: Any) -> Tensor: ...
def igammac_(*args: Any, **kwargs: Any) -> Tensor: ...
def is_anomaly_enabled() -> _bool: ...
def is_grad_enabled() -> _bool: ...
def is_inference_mode_enabled() -> _bool: ...
def lcm_(*args: Any, **kwargs: Any) -> Tensor: ...
def ldexp_(*args: Any, **kwargs: Any) -> Tensor: ...
def le_(*args: Any, **kwargs: Any) -> Tensor: ...
def lerp_(*args: Any, **kwargs: Any) -> Tensor: ...
def less_(*args: Any, **kwargs: Any) -> Tensor: ...
def less_equal_(*args: Any, **kwargs: Any) -> Tensor: ...
def lgamma_(*args: Any, **kwargs: Any) -> Tensor: ...
def log10_(*args: Any, **kwargs: Any) -> Tensor: ...
def log1p_(*args: Any, **kwargs: Any) -> Tensor: ...
def log2_(*args: Any, **kwargs: Any) -> Tensor: ...
def log_(*args: Any, **kwargs: Any) -> Tensor: ...
def logaddexp2_(*args: Any, **kwargs: Any) -> Tensor: ...
def logaddexp_(*args: Any, **kwargs: Any) -> Tensor: ...
def logical_and_(*args: Any, **kwargs: Any) -> Tensor: ...
def logical_not_(*args: Any, **kwargs: Any) -> Tensor: ...
def logical_or_(*args: Any, **kwargs: Any) -> Tensor: ...
def logical_xor_(*args: Any, **kwargs: Any) -> Tensor: ...
def logit_(*args: Any, **kwargs: Any) -> Tensor: ...
def lt_(*args: Any, **kwargs: Any) -> Tensor: ...
def maximum_(*args: Any, **kwargs: Any) -> Tensor: ...
def memory_stats(*args: Any, **kwargs: Any) -> Any: ...
def minimum_(*args: Any, **kwargs: Any) -> Tensor: ...
def mul_(*args: Any, **kwargs: Any) -> Tensor: ...
def multiply_(*args: Any, **kwargs: Any) -> Tensor: ...
def mvlgamma_(*args: Any, **kwargs: Any) -> Tensor: ...
def nan_to_num_(*args: Any, **kwargs: Any) -> Tensor: ...
def ne_(*args: Any, **kwargs: Any) -> Tensor: ...
def neg_(*args: Any, **kwargs: Any) -> Tensor: ...
def negative_(*args: Any, **kwargs: Any) -> Tensor: ...
def nextafter_(*args: Any, **kwargs: Any) -> Tensor: ...
def not_equal_(*args: Any, **kwargs: Any) -> Tensor: ...
def pow_(*args: Any, **kwargs: Any) -> Tensor: ...
def rad2deg_(*args: Any, **kwargs: Any) -> Tensor: ...
def reciprocal_(*args: Any, **kwargs: Any) -> Tensor: ...
def relu_(*args: Any, **kwargs: Any) -> Tensor: ...
def remainder_(*args: Any, **kwargs: Any) -> Tensor: ...
def round_(*args: Any, **kwargs: Any) -> Tensor: ...
def rsqrt_(*args: Any, **kwargs: Any) -> Tensor: ...
def set_default_dtype(d: _dtype) -> None: ...
def set_num_threads(int: _int) -> None: ...
def set_printoptions(*args: Any, **kwargs: Any) -> Any: ...
def sgn_(*args: Any, **kwargs: Any) -> Tensor: ...
def sigmoid_(*args: Any, **kwargs: Any) -> Tensor: ...
def sign_(*args: Any, **kwargs: Any) -> Tensor: ...
def sin_(*args: Any, **kwargs: Any) -> Tensor: ...
def sinc_(*args: Any, **kwargs: Any) -> Tensor: ...
def sinh_(*args: Any, **kwargs: Any) -> Tensor: ...
def sqrt_(*args: Any, **kwargs: Any) -> Tensor: ...
def square_(*args: Any, **kwargs: Any) -> Tensor: ...
def sub_(*args: Any, **kwargs: Any) -> Tensor: ...
def subtract_(*args: Any, **kwargs: Any) -> Tensor: ...
def tan_(*args: Any, **kwargs: Any) -> Tensor: ...
def tanh_(*args: Any, **kwargs: Any) -> Tensor: ...
def tensor(data: Any, *, dtype: _dtype | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor: ...
def to_dlpack(*args: Any, **kwargs: Any) -> Any: ...
def tril_(*args: Any, **kwargs: Any) -> Tensor: ...
def triu_(*args: Any, **kwargs: Any) -> Tensor: ...
def true_divide_(*args: Any, **kwargs: Any) -> Tensor: ...
def trunc_(*args: Any, **kwargs: Any) -> Tensor: ...
def xlog1py_(*args: Any, **kwargs: Any) -> Tensor: ...
def xlogy_(*args: Any, **kwargs: Any) -> Tensor: ...
def zeta_(*args: Any, **kwargs: Any) -> Tensor: ...
_nn: Any
_linalg: Any
_special: Any
_fft: Any
_vision: Any
_optim: Any
_autograd: Any
_transform: Any
DisableTorchFunction: Any
DisableTorchFunctionSubclass: Any
_dirichlet_grad: Any
_sample_dirichlet: Any
_standard_gamma: Any
_standard_gamma_grad: Any
