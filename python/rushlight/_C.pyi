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

_dtype: TypeAlias = dtype
_device: TypeAlias = device
_layout: TypeAlias = layout

bfloat16: dtype
bool: dtype
cdouble: dtype
cfloat: dtype
complex128: dtype
complex64: dtype
double: dtype
float: dtype
float16: dtype
float32: dtype
float64: dtype
float8_e4m3fn: dtype
float8_e5m2: dtype
half: dtype
int: dtype
int16: dtype
int32: dtype
int64: dtype
int8: dtype
long: dtype
short: dtype
uint16: dtype
uint32: dtype
uint64: dtype
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
        
        **Errors**: RuntimeError for bool tensors."""
    def abs_(self) -> Tensor:
        """The absolute value of every element; for complex the modulus, a real tensor.
        
        **Errors**: RuntimeError for bool tensors."""
    def absolute(self) -> Tensor:
        """Alias of `abs`."""
    def absolute_(self) -> Tensor:
        """Alias of `abs`."""
    def acos(self) -> Tensor:
        """The arc cosine; nan outside [-1, 1]."""
    def acos_(self) -> Tensor:
        """The arc cosine; nan outside [-1, 1]."""
    def acosh(self) -> Tensor:
        """The inverse hyperbolic cosine; nan below 1."""
    def acosh_(self) -> Tensor:
        """The inverse hyperbolic cosine; nan below 1."""
    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input + alpha * other`, broadcasting both.
        
        Args: alpha: a factor for `other`; must be integral where the result is.
        **Shape**: broadcast of both.
        **Errors**: RuntimeError if shapes do not broadcast."""
    def add_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input + alpha * other`, broadcasting both.
        
        Args: alpha: a factor for `other`; must be integral where the result is.
        **Shape**: broadcast of both.
        **Errors**: RuntimeError if shapes do not broadcast."""
    def addbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * sum_i (batch1[i] @ batch2[i])`."""
    def addbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addbmm` into the tensor."""
    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`, broadcasting.
        
        **Errors**: RuntimeError for a quotient of integers."""
    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 / tensor2`, broadcasting.
        
        **Errors**: RuntimeError for a quotient of integers."""
    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`, broadcasting."""
    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
        """`input + value * tensor1 * tensor2`, broadcasting."""
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read."""
    def addmm_(self, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addmm` into the tensor."""
    def addmv(self, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (mat @ vec)`."""
    def addmv_(self, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addmv` into the tensor."""
    def addr(self, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * outer(vec1, vec2)`."""
    def addr_(self, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`addr` into the tensor."""
    def adjoint(self) -> Tensor:
        """The matrices transposed and conjugated."""
    @overload
    def all(self) -> Tensor:
        """Whether all elements are true (not zero). uint8 answers in uint8, everything else in bool."""
    @overload
    def all(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False) -> Tensor:
        """Whether all elements along the axes are true."""
    def allclose(self, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False) -> _bool:
        """Whether all elements are close; see `isclose`."""
    def amax(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False) -> Tensor:
        """The greatest elements over axes. Gradients are shared evenly by ties."""
    def amin(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False) -> Tensor:
        """The least elements over axes. Gradients are shared evenly by ties."""
    def aminmax(self, *, dim: _int | None = None, keepdim: _bool = False) -> _Named:
        """The least and the greatest elements, of all or along one axis."""
    def angle(self) -> Tensor:
        """The angle of every element in radians; for real tensors 0 or pi."""
    @overload
    def any(self) -> Tensor:
        """Whether any element is true (not zero). uint8 answers in uint8, everything else in bool."""
    @overload
    def any(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False) -> Tensor:
        """Whether any element along the axes is true."""
    def arccos(self) -> Tensor:
        """Alias of `acos`."""
    def arccos_(self) -> Tensor:
        """Alias of `acos`."""
    def arccosh(self) -> Tensor:
        """Alias of `acosh`."""
    def arccosh_(self) -> Tensor:
        """Alias of `acosh`."""
    def arcsin(self) -> Tensor:
        """Alias of `asin`."""
    def arcsin_(self) -> Tensor:
        """Alias of `asin`."""
    def arcsinh(self) -> Tensor:
        """Alias of `asinh`."""
    def arcsinh_(self) -> Tensor:
        """Alias of `asinh`."""
    def arctan(self) -> Tensor:
        """Alias of `atan`."""
    def arctan2(self, other: Tensor) -> Tensor:
        """Alias of `atan2`."""
    def arctan2_(self, other: Tensor) -> Tensor:
        """Alias of `atan2`."""
    def arctan_(self) -> Tensor:
        """Alias of `atan`."""
    def arctanh(self) -> Tensor:
        """Alias of `atanh`."""
    def arctanh_(self) -> Tensor:
        """Alias of `atanh`."""
    def argmax(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The position of the greatest element, along an axis or in the flattened tensor; the first one of ties."""
    def argmin(self, dim: _int | None = None, keepdim: _bool = False) -> Tensor:
        """The position of the least element, along an axis or in the flattened tensor; the first one of ties."""
    def argsort(self, dim: _int = -1, descending: _bool = False, *, stable: _bool = False) -> Tensor:
        """Positions that put the elements in order along an axis."""
    def argwhere(self) -> Tensor:
        """The indices of elements that are not zero, a row each."""
    def as_strided(self, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None) -> Tensor:
        """A view with the given sizes, strides and offset, in elements of the storage.
        
        Errors: RuntimeError if an element would lie outside the storage."""
    def as_strided_scatter(self, src: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None) -> Tensor:
        """A copy with `src` in the part that `as_strided` would show."""
    def asin(self) -> Tensor:
        """The arc sine; nan outside [-1, 1]."""
    def asin_(self) -> Tensor:
        """The arc sine; nan outside [-1, 1]."""
    def asinh(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def asinh_(self) -> Tensor:
        """The inverse hyperbolic sine."""
    def atan(self) -> Tensor:
        """The arc tangent."""
    def atan2(self, other: Tensor) -> Tensor:
        """The angle of the point (other, input), in radians."""
    def atan2_(self, other: Tensor) -> Tensor:
        """The angle of the point (other, input), in radians."""
    def atan_(self) -> Tensor:
        """The arc tangent."""
    def atanh(self) -> Tensor:
        """The inverse hyperbolic tangent; infinite at -1 and 1."""
    def atanh_(self) -> Tensor:
        """The inverse hyperbolic tangent; infinite at -1 and 1."""
    def baddbmm(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`beta * input + alpha * (batch1 @ batch2)`, matrix by matrix."""
    def baddbmm_(self, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
        """`baddbmm` into the tensor."""
    @overload
    def bernoulli(self, *, generator: Generator | None = None) -> Tensor:
        """Ones with the probabilities that `input` holds, zeros otherwise."""
    @overload
    def bernoulli(self, p: _float, *, generator: Generator | None = None) -> Tensor:
        """Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`."""
    def bernoulli_(self, p: Tensor | Number = 0.5, *, generator: Generator | None = None) -> Tensor:
        """Fills with ones of probability `p` (a number, or a tensor that broadcasts) and zeros."""
    def bfloat16(self, memory_format: memory_format = ...) -> Tensor:
        """As bfloat16."""
    def bincount(self, weights: Tensor | None = None, minlength: _int = 0) -> Tensor:
        """How often each value 0, 1, .. occurs in a 1-d tensor of non-negative integers, or the sums of `weights` there.
        
        Args: minlength: the least length of the result."""
    def bitwise_and(self, other: Tensor | Number) -> Tensor:
        """Bitwise "and" of integers or bools."""
    def bitwise_and_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "and" of integers or bools."""
    def bitwise_left_shift(self, other: Tensor | Number) -> Tensor:
        """Integers shifted left by `other` bits."""
    def bitwise_left_shift_(self, other: Tensor | Number) -> Tensor:
        """Integers shifted left by `other` bits."""
    def bitwise_not(self) -> Tensor:
        """Every bit flipped; for bools the opposite."""
    def bitwise_not_(self) -> Tensor:
        """Every bit flipped; for bools the opposite."""
    def bitwise_or(self, other: Tensor | Number) -> Tensor:
        """Bitwise "or" of integers or bools."""
    def bitwise_or_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "or" of integers or bools."""
    def bitwise_right_shift(self, other: Tensor | Number) -> Tensor:
        """Integers shifted right by `other` bits, keeping the sign."""
    def bitwise_right_shift_(self, other: Tensor | Number) -> Tensor:
        """Integers shifted right by `other` bits, keeping the sign."""
    def bitwise_xor(self, other: Tensor | Number) -> Tensor:
        """Bitwise "exclusive or" of integers or bools."""
    def bitwise_xor_(self, other: Tensor | Number) -> Tensor:
        """Bitwise "exclusive or" of integers or bools."""
    def bmm(self, mat2: Tensor) -> Tensor:
        """Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p)."""
    def bool(self, memory_format: memory_format = ...) -> Tensor:
        """As bool: true where not zero."""
    @overload
    def broadcast_to(self, size: Sequence[_int]) -> Tensor:
        """A view broadcast to a shape."""
    @overload
    def broadcast_to(self, *size: _int) -> Tensor:
        """A view broadcast to a shape."""
    def byte(self, memory_format: memory_format = ...) -> Tensor:
        """As uint8."""
    def cauchy_(self, median: _float = 0.0, sigma: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with Cauchy-distributed numbers."""
    def cdouble(self, memory_format: memory_format = ...) -> Tensor:
        """As complex128."""
    def ceil(self) -> Tensor:
        """The least whole number not below each element."""
    def ceil_(self) -> Tensor:
        """The least whole number not below each element."""
    def cfloat(self, memory_format: memory_format = ...) -> Tensor:
        """As complex64."""
    def char(self, memory_format: memory_format = ...) -> Tensor:
        """As int8."""
    def cholesky(self, upper: _bool = False) -> Tensor:
        """`linalg.cholesky` of the time before `linalg`."""
    def cholesky_inverse(self, upper: _bool = False) -> Tensor:
        """The inverse of `A` of its Cholesky factor `L`.
        
        Errors: LinAlgError if a diagonal element of the factor is zero."""
    def cholesky_solve(self, L: Tensor, upper: _bool = False) -> Tensor:
        """Solves `A X = B` of the Cholesky factor `L` of `A`.
        
        Shape: `B` (.., n, k), `L` (.., n, n); leading axes broadcast."""
    def chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """At most `chunks` pieces of equal size, as views."""
    @overload
    def clamp(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
        the result is `max`."""
    @overload
    def clamp(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
    @overload
    def clamp_(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
        the result is `max`."""
    @overload
    def clamp_(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
    def clamp_max(self, max: Tensor | Number) -> Tensor:
        """Elements not greater than `max` (a number or a tensor)."""
    def clamp_max_(self, max: Tensor | Number) -> Tensor:
        """Elements not greater than `max` (a number or a tensor)."""
    def clamp_min(self, min: Tensor | Number) -> Tensor:
        """Elements not less than `min` (a number or a tensor)."""
    def clamp_min_(self, min: Tensor | Number) -> Tensor:
        """Elements not less than `min` (a number or a tensor)."""
    @overload
    def clip(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Alias of `clamp`."""
    @overload
    def clip(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Alias of `clamp`."""
    @overload
    def clip_(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Alias of `clamp`."""
    @overload
    def clip_(self, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
        """Alias of `clamp`."""
    def clone(self, *, memory_format: memory_format = ...) -> Tensor:
        """A copy of the tensor with its own memory.
        
        Args: memory_format: layout of the copy (default `torch.preserve_format`).
        Shape: the same as `input`."""
    def conj(self) -> Tensor:
        """The complex conjugate; a real tensor itself. Computed, not deferred."""
    def conj_physical(self) -> Tensor:
        """The complex conjugate, computed; a real tensor itself."""
    def conj_physical_(self) -> Tensor:
        """The complex conjugate, computed; a real tensor itself."""
    def contiguous(self, memory_format: memory_format = ...) -> Tensor:
        """The tensor itself if it is contiguous in `memory_format`, else a copy that is."""
    def copy_(self, src: Tensor, non_blocking: _bool = False) -> Tensor:
        """Overwrites with the elements of `src`, broadcast and converted."""
    def copysign(self, other: Tensor | Number) -> Tensor:
        """The magnitude of `input` with the sign of `other`."""
    def copysign_(self, other: Tensor | Number) -> Tensor:
        """The magnitude of `input` with the sign of `other`."""
    def corrcoef(self) -> Tensor:
        """The correlation coefficients of variables (rows) over observations (columns)."""
    def cos(self) -> Tensor:
        """The cosine of every element, in radians."""
    def cos_(self) -> Tensor:
        """The cosine of every element, in radians."""
    def cosh(self) -> Tensor:
        """The hyperbolic cosine."""
    def cosh_(self) -> Tensor:
        """The hyperbolic cosine."""
    def count_nonzero(self, dim: _int | Sequence[_int] | None = None) -> Tensor:
        """The number of elements that are not zero, as int64."""
    def cov(self, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
        """The covariance matrix of variables (rows) over observations (columns).
        
        Args: fweights: how often each observation counts (integers); aweights: its weight (floats)."""
    def cpu(self, memory_format: memory_format = ...) -> Tensor:
        """On the CPU."""
    def cross(self, other: Tensor, dim: _int | None = None) -> Tensor:
        """The cross product along `dim`, by default the first axis of size 3."""
    def cummax(self, dim: _int) -> _Named:
        """Greatest elements so far along an axis, and their (last) positions."""
    def cummin(self, dim: _int) -> _Named:
        """Least elements so far along an axis, and their (last) positions."""
    def cumprod(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """Products of the elements up to and including each one along an axis.
        
        Args: dtype: dtype of the result and of the products (integers and bool: int64).
        Shape: as `input`."""
    def cumprod_(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """`cumprod` in place."""
    def cumsum(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """Sums of the elements up to and including each one along an axis.
        
        Args: dtype: dtype of the result and of the additions (integers and bool: int64).
        Shape: as `input`."""
    def cumsum_(self, dim: _int, *, dtype: _dtype | None = None) -> Tensor:
        """`cumsum` in place."""
    def deg2rad(self) -> Tensor:
        """Degrees as radians."""
    def deg2rad_(self) -> Tensor:
        """Degrees as radians."""
    def det(self) -> Tensor:
        """The determinant of square matrices (`linalg.det`)."""
    def detach(self) -> Tensor:
        """The same data outside the graph. Shares memory and version counter with `input`."""
    def diag(self, diagonal: _int = 0) -> Tensor:
        """A vector as the diagonal of a matrix; a matrix's diagonal, copied."""
    def diag_embed(self, offset: _int = 0, dim1: _int = -2, dim2: _int = -1) -> Tensor:
        """The last axis as the diagonal of two new axes, zeros elsewhere."""
    def diagflat(self, offset: _int = 0) -> Tensor:
        """The flattened tensor as the diagonal of a matrix."""
    def diagonal(self, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """The diagonal of two axes as a new last axis, a view."""
    def diagonal_scatter(self, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1) -> Tensor:
        """A copy with `src` on the diagonal of two axes."""
    def diff(self, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
        """The `n`-th differences of neighbours along an axis.
        
        Args: prepend, append: values to put before and after first."""
    def digamma(self) -> Tensor:
        """The logarithmic derivative of the gamma function."""
    def digamma_(self) -> Tensor:
        """The logarithmic derivative of the gamma function."""
    def dist(self, other: Tensor, p: Number = 2) -> Tensor:
        """The p-norm of `input - other`."""
    def div(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
        
        Args: rounding_mode: None, "trunc" (towards zero) or "floor".
        **Errors**: RuntimeError for another mode, and for rounded integer division by zero."""
    def div_(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
        
        Args: rounding_mode: None, "trunc" (towards zero) or "floor".
        **Errors**: RuntimeError for another mode, and for rounded integer division by zero."""
    def divide(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """Alias of `div`."""
    def divide_(self, other: Tensor | Number, *, rounding_mode: _str | None = None) -> Tensor:
        """Alias of `div`."""
    def dot(self, tensor: Tensor) -> Tensor:
        """The sum of products of two vectors, not conjugated."""
    def double(self, memory_format: memory_format = ...) -> Tensor:
        """As float64."""
    @overload
    def dsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the third axis."""
    @overload
    def dsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the third axis."""
    def eq(self, other: Tensor | Number) -> Tensor:
        """Whether two elements are equal."""
    def eq_(self, other: Tensor | Number) -> Tensor:
        """Whether two elements are equal."""
    def equal(self, other: Tensor) -> _bool:
        """Whether two tensors have the same shape and the same elements."""
    def erf(self) -> Tensor:
        """The error function."""
    def erf_(self) -> Tensor:
        """The error function."""
    def erfc(self) -> Tensor:
        """One minus the error function, exact where that is small."""
    def erfc_(self) -> Tensor:
        """One minus the error function, exact where that is small."""
    def erfinv(self) -> Tensor:
        """The inverse of the error function on (-1, 1)."""
    def erfinv_(self) -> Tensor:
        """The inverse of the error function on (-1, 1)."""
    def exp(self) -> Tensor:
        """The exponential of every element: `e^x`.
        
        Args: input: any dtype; integers give the default float."""
    def exp2(self) -> Tensor:
        """Two to the power of every element."""
    def exp2_(self) -> Tensor:
        """Two to the power of every element."""
    def exp_(self) -> Tensor:
        """The exponential of every element: `e^x`.
        
        Args: input: any dtype; integers give the default float."""
    @overload
    def expand(self, size: Sequence[_int], *, implicit: _bool = False) -> Tensor:
        """A view repeated along axes of size 1; -1 keeps a size."""
    @overload
    def expand(self, *size: _int, implicit: _bool = False) -> Tensor:
        """A view repeated along axes of size 1; -1 keeps a size."""
    def expand_as(self, other: Tensor) -> Tensor:
        """`self.expand(other.size())`."""
    def expm1(self) -> Tensor:
        """`e^x - 1`, exact near zero."""
    def expm1_(self) -> Tensor:
        """`e^x - 1`, exact near zero."""
    def exponential_(self, lambd: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with exponentially distributed numbers of rate `lambd`."""
    def fill_(self, value: Tensor | Number) -> Tensor:
        """Every element becomes `value`.
        
        Args: value: number or 0-d tensor."""
    def fix(self) -> Tensor:
        """Alias of `trunc`."""
    def fix_(self) -> Tensor:
        """Alias of `trunc`."""
    def flatten(self, start_dim: _int = 0, end_dim: _int = -1) -> Tensor:
        """Axes `start_dim..=end_dim` as one."""
    @overload
    def flip(self, dims: Sequence[_int]) -> Tensor:
        """Elements in reverse order along axes, copied."""
    @overload
    def flip(self, *dims: _int) -> Tensor:
        """Elements in reverse order along axes, copied."""
    def fliplr(self) -> Tensor:
        """Columns in reverse order."""
    def flipud(self) -> Tensor:
        """Rows in reverse order."""
    def float(self, memory_format: memory_format = ...) -> Tensor:
        """As float32."""
    def float_power(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power, in float64 (complex128 for complex operands)."""
    def float_power_(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power, in float64 (complex128 for complex operands)."""
    def floor(self) -> Tensor:
        """The greatest whole number not above each element."""
    def floor_(self) -> Tensor:
        """The greatest whole number not above each element."""
    def floor_divide(self, other: Tensor | Number) -> Tensor:
        """The quotient rounded down.
        
        **Errors**: RuntimeError for integer division by zero."""
    def floor_divide_(self, other: Tensor | Number) -> Tensor:
        """The quotient rounded down.
        
        **Errors**: RuntimeError for integer division by zero."""
    def fmax(self, other: Tensor) -> Tensor:
        """The larger of two elements; a nan loses against a number."""
    def fmax_(self, other: Tensor) -> Tensor:
        """The larger of two elements; a nan loses against a number."""
    def fmin(self, other: Tensor) -> Tensor:
        """The smaller of two elements; a nan loses against a number."""
    def fmin_(self, other: Tensor) -> Tensor:
        """The smaller of two elements; a nan loses against a number."""
    def fmod(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the dividend, as C's `fmod`.
        
        **Errors**: RuntimeError for integer division by zero."""
    def fmod_(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the dividend, as C's `fmod`.
        
        **Errors**: RuntimeError for integer division by zero."""
    def frac(self) -> Tensor:
        """The fraction of each element, with its sign."""
    def frac_(self) -> Tensor:
        """The fraction of each element, with its sign."""
    def frexp(self) -> _Named:
        """Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents."""
    def gather(self, dim: _int, index: Tensor, *, sparse_grad: _bool = False) -> Tensor:
        """Elements along `dim` at the places that `index` names: for `dim=0`, `out[i][j] = input[index[i][j]][j]`.
        
        Args: index: int64, of the rank of `input`, no larger than it except along `dim`.
        Shape: that of `index`.
        Errors: RuntimeError if an index is out of range."""
    def gcd(self, other: Tensor) -> Tensor:
        """The greatest common divisor of integers."""
    def gcd_(self, other: Tensor) -> Tensor:
        """The greatest common divisor of integers."""
    def ge(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors."""
    def ge_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors."""
    def geometric_(self, p: _float, *, generator: Generator | None = None) -> Tensor:
        """Fills with the number of trials up to the first success of probability `p`."""
    def geqrf(self) -> _Named:
        """Householder's reflections below the diagonal of `a`, `R` on and above it, and the factors `tau`: `Q` is the product of
        `I - tau_i v_i v_i^H`."""
    def ger(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors (`outer`)."""
    def greater(self, other: Tensor | Number) -> Tensor:
        """Alias of `gt`."""
    def greater_(self, other: Tensor | Number) -> Tensor:
        """Alias of `gt`."""
    def greater_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `ge`."""
    def greater_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `ge`."""
    def gt(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater. **Errors**: RuntimeError for complex tensors."""
    def gt_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is greater. **Errors**: RuntimeError for complex tensors."""
    def half(self, memory_format: memory_format = ...) -> Tensor:
        """As float16."""
    def hardshrink(self, lambd: _float = 0.5) -> Tensor:
        """Zero where `|x| <= lambd`."""
    def heaviside(self, values: Tensor) -> Tensor:
        """0 below zero, 1 above, `values` at zero.
        
        **Errors**: RuntimeError if the dtypes differ."""
    def heaviside_(self, values: Tensor) -> Tensor:
        """0 below zero, 1 above, `values` at zero.
        
        **Errors**: RuntimeError if the dtypes differ."""
    def histc(self, bins: _int = 100, min: Number = 0, max: Number = 0) -> Tensor:
        """How many elements fall into each of `bins` bins of equal width between `min` and `max` (the extremes of the
        data where both are equal)."""
    @overload
    def histogram(self, bins: Tensor, *, weight: Tensor | None = None, density: _bool = False) -> _Named:
        """Weighted counts of the elements between the edges in `bins`, and the edges.
        
        Args: density: as a density, whose integral is one."""
    @overload
    def histogram(self, bins: _int = 100, *, range: Sequence[Number] | None = None, weight: Tensor | None = None, density: _bool = False) -> _Named:
        """Weighted counts of the elements in `bins` bins of equal width over `range` (that of the data by default), and
        the edges of the bins."""
    @overload
    def hsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the second axis (of a vector: along the first)."""
    @overload
    def hsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the second axis (of a vector: along the first)."""
    def hypot(self, other: Tensor) -> Tensor:
        """`sqrt(input^2 + other^2)` without overflow."""
    def hypot_(self, other: Tensor) -> Tensor:
        """`sqrt(input^2 + other^2)` without overflow."""
    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind, order 0."""
    def i0_(self) -> Tensor:
        """The modified Bessel function of the first kind, order 0."""
    def igamma(self, other: Tensor) -> Tensor:
        """The lower incomplete gamma function, regularised."""
    def igamma_(self, other: Tensor) -> Tensor:
        """The lower incomplete gamma function, regularised."""
    def igammac(self, other: Tensor) -> Tensor:
        """The upper incomplete gamma function, regularised."""
    def igammac_(self, other: Tensor) -> Tensor:
        """The upper incomplete gamma function, regularised."""
    def index_add(self, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
        """A copy with `alpha` times slices of `source` added to those along `dim` that `index` names."""
    def index_add_(self, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1) -> Tensor:
        """Adds `alpha` times slices of `source` to those along `dim` that `index` names."""
    def index_copy(self, dim: _int, index: Tensor, source: Tensor) -> Tensor:
        """A copy with slices of `source` in place of those along `dim` that `index` names."""
    def index_copy_(self, dim: _int, index: Tensor, source: Tensor) -> Tensor:
        """Puts slices of `source` in place of those along `dim` that `index` names."""
    def index_fill(self, dim: _int, index: Tensor, value: Tensor | Number) -> Tensor:
        """A copy with one value in the slices along `dim` that `index` names.
        
        Args: index: vector of int64; value: number or 0-d tensor."""
    def index_fill_(self, dim: _int, index: Tensor, value: Tensor | Number) -> Tensor:
        """Puts one value in the slices along `dim` that `index` names."""
    def index_put(self, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False) -> Tensor:
        """A copy with `values` at the places `input[indices]`.
        
        Args: indices: index tensors or masks, broadcast together; accumulate: add instead of replacing."""
    def index_put_(self, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False) -> Tensor:
        """Puts `values` at the places `input[indices]`."""
    def index_reduce(self, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """A copy with slices of `source` combined into those along `dim` that the vector `index` names.
        
        Args: reduce: prod, mean, amax or amin; include_self: whether the tensor's own elements take part."""
    def index_reduce_(self, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """Combines slices of `source` into those along `dim` that the vector `index` names."""
    def index_select(self, dim: _int, index: Tensor) -> Tensor:
        """Slices along `dim` in the order of `index`, copied.
        
        Args: index: vector of int32 or int64.
        Errors: IndexError if an index is out of range."""
    def inner(self, other: Tensor) -> Tensor:
        """Sums of products over the last axes; with a 0-d tensor the product."""
    def int(self, memory_format: memory_format = ...) -> Tensor:
        """As int32."""
    def inverse(self) -> Tensor:
        """The inverse of square matrices (`linalg.inv`)."""
    def is_complex(self) -> _bool:
        """Whether the dtype is complex."""
    def is_conj(self) -> _bool:
        """Whether a conjugation is pending: never."""
    def is_floating_point(self) -> _bool:
        """Whether the dtype is a floating one."""
    def is_neg(self) -> _bool:
        """Whether a negation is pending: never."""
    def is_signed(self) -> _bool:
        """Whether the dtype has a sign."""
    def isclose(self, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False) -> Tensor:
        """Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
        
        Args: equal_nan: whether two nans are close.
        **Errors**: RuntimeError if dtypes differ or a tolerance is negative."""
    def isfinite(self) -> Tensor:
        """Whether each element is neither infinite nor nan."""
    def isinf(self) -> Tensor:
        """Whether each element is infinite."""
    def isnan(self) -> Tensor:
        """Whether each element is nan (for complex: either part)."""
    def isneginf(self) -> Tensor:
        """Whether each element is negative infinity."""
    def isposinf(self) -> Tensor:
        """Whether each element is positive infinity."""
    def isreal(self) -> Tensor:
        """Whether each element has no imaginary part."""
    def istft(self, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, normalized: _bool = False, onesided: _bool | None = None, length: _int | None = None, return_complex: _bool = False) -> Tensor:
        """The signal of its spectra, as `stft` makes them: stretches are laid over one another, and the sum divided by that of the
        squares of the windows.
        
        Args: length: of the signal, which is cut or filled with zeros; others as `stft` was given them.
        Shape: (.., frequencies, frames) gives (.., length).
        Errors: RuntimeError where windows leave a gap."""
    def kron(self, other: Tensor) -> Tensor:
        """The Kronecker product: blocks of `other`, each times an element of `input`."""
    def kthvalue(self, k: _int, dim: _int = -1, keepdim: _bool = False) -> _Named:
        """The `k`-th least element along an axis (from 1), and where it is.
        
        Errors: RuntimeError if `k` is out of range."""
    def lcm(self, other: Tensor) -> Tensor:
        """The least common multiple of integers."""
    def lcm_(self, other: Tensor) -> Tensor:
        """The least common multiple of integers."""
    def ldexp(self, other: Tensor) -> Tensor:
        """`input * 2^other`."""
    def ldexp_(self, other: Tensor) -> Tensor:
        """`input * 2^other`."""
    def le(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors."""
    def le_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors."""
    def lerp(self, end: Tensor, weight: Tensor | Number) -> Tensor:
        """`input + weight * (end - input)`; `weight` is a number or a tensor.
        
        **Errors**: RuntimeError unless all dtypes agree."""
    def lerp_(self, end: Tensor, weight: Tensor | Number) -> Tensor:
        """`input + weight * (end - input)`; `weight` is a number or a tensor.
        
        **Errors**: RuntimeError unless all dtypes agree."""
    def less(self, other: Tensor | Number) -> Tensor:
        """Alias of `lt`."""
    def less_(self, other: Tensor | Number) -> Tensor:
        """Alias of `lt`."""
    def less_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `le`."""
    def less_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `le`."""
    def lgamma(self) -> Tensor:
        """The logarithm of the absolute value of the gamma function."""
    def lgamma_(self) -> Tensor:
        """The logarithm of the absolute value of the gamma function."""
    def log(self) -> Tensor:
        """The natural logarithm of every element.
        
        Args: input: any dtype; integers give the default float."""
    def log10(self) -> Tensor:
        """The logarithm to base 10."""
    def log10_(self) -> Tensor:
        """The logarithm to base 10."""
    def log1p(self) -> Tensor:
        """`ln(1 + x)`, exact near zero."""
    def log1p_(self) -> Tensor:
        """`ln(1 + x)`, exact near zero."""
    def log2(self) -> Tensor:
        """The logarithm to base 2."""
    def log2_(self) -> Tensor:
        """The logarithm to base 2."""
    def log_(self) -> Tensor:
        """The natural logarithm of every element.
        
        Args: input: any dtype; integers give the default float."""
    def log_normal_(self, mean: _float = 1.0, std: _float = 2.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with exponentials of normal numbers."""
    def log_softmax(self, dim: _int, dtype: _dtype | None = None) -> Tensor:
        """The logarithm of `softmax`, computed in one."""
    def logaddexp(self, other: Tensor) -> Tensor:
        """`ln(e^input + e^other)` without overflow."""
    def logaddexp2(self, other: Tensor) -> Tensor:
        """`log2(2^input + 2^other)` without overflow."""
    def logaddexp2_(self, other: Tensor) -> Tensor:
        """`log2(2^input + 2^other)` without overflow."""
    def logaddexp_(self, other: Tensor) -> Tensor:
        """`ln(e^input + e^other)` without overflow."""
    def logcumsumexp(self, dim: _int) -> Tensor:
        """`log(sum(e^x))` over the elements up to and including each one along an axis."""
    def logdet(self) -> Tensor:
        """The logarithm of the determinant; nan where that is negative."""
    def logical_and(self, other: Tensor) -> Tensor:
        """Logical "and" of truth values; any dtype counts as true where it is not zero."""
    def logical_and_(self, other: Tensor) -> Tensor:
        """Logical "and" of truth values; any dtype counts as true where it is not zero."""
    def logical_not(self) -> Tensor:
        """Whether an element is zero."""
    def logical_not_(self) -> Tensor:
        """Whether an element is zero."""
    def logical_or(self, other: Tensor) -> Tensor:
        """Logical "or" of truth values."""
    def logical_or_(self, other: Tensor) -> Tensor:
        """Logical "or" of truth values."""
    def logical_xor(self, other: Tensor) -> Tensor:
        """Whether exactly one of two truth values holds."""
    def logical_xor_(self, other: Tensor) -> Tensor:
        """Whether exactly one of two truth values holds."""
    def logit(self, eps: _float | None = None) -> Tensor:
        """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`."""
    def logit_(self, eps: _float | None = None) -> Tensor:
        """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`."""
    def logsumexp(self, dim: _int | Sequence[_int], keepdim: _bool = False) -> Tensor:
        """`log(sum(e^x))` over axes, without overflow."""
    def long(self, memory_format: memory_format = ...) -> Tensor:
        """As int64."""
    def lt(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less. **Errors**: RuntimeError for complex tensors."""
    def lt_(self, other: Tensor | Number) -> Tensor:
        """Whether the first element is less. **Errors**: RuntimeError for complex tensors."""
    def lu(self, pivot: _bool = True, get_infos: _bool = False) -> Any:
        """The compact decomposition and its exchanges, with `info` as a third if `get_infos` says so; `linalg.lu_factor` is its successor."""
    def lu_solve(self, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
        """Solves `A X = b` of a decomposition of `A`; `linalg.lu_solve` is its successor."""
    def masked_fill(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """A copy with `value` where `mask` is true.
        
        Args: mask: bool tensor that broadcasts with `input`; value: number or 0-d tensor."""
    def masked_fill_(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """Fills with `value` where `mask` is true."""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """A copy whose elements where `mask` is true come from `source`, one after the other.
        
        Errors: RuntimeError if `source` has too few elements or another dtype."""
    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """Elements where `mask` is true come from `source`, one after the other."""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements where `mask` is true, as one axis.
        
        Args: mask: bool tensor that broadcasts with `input`."""
    def matmul(self, other: Tensor) -> Tensor:
        """The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
        
        Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right."""
    def matrix_exp(self) -> Tensor:
        """The exponential of square matrices (`linalg.matrix_exp`)."""
    def matrix_power(self, n: _int) -> Tensor:
        """A square matrix, or each of a stack, to an integer power."""
    @overload
    def max(self) -> Tensor:
        """The greatest element; nan if there is one. Gradients are shared evenly by ties.
        
        Errors: RuntimeError for an empty tensor and for complex numbers."""
    @overload
    def max(self, other: Tensor) -> Tensor:
        """The greater element of each pair (`maximum`), broadcasting."""
    @overload
    def max(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The greatest elements along an axis and their (first) positions."""
    def maximum(self, other: Tensor) -> Tensor:
        """The larger of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors."""
    def maximum_(self, other: Tensor) -> Tensor:
        """The larger of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors."""
    @overload
    def mean(self, *, dtype: _dtype | None = None) -> Tensor:
        """The mean of all elements.
        
        Errors: RuntimeError for integers, unless `dtype` says otherwise."""
    @overload
    def mean(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The mean over axes (all of them for `None` or `()`)."""
    @overload
    def median(self) -> Tensor:
        """The lower middle of all elements in order; nan if there is one."""
    @overload
    def median(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The lower middles along an axis, and where they are; the first nan where there is one."""
    @overload
    def min(self) -> Tensor:
        """The least element; nan if there is one. Gradients are shared evenly by ties.
        
        Errors: RuntimeError for an empty tensor and for complex numbers."""
    @overload
    def min(self, other: Tensor) -> Tensor:
        """The lesser element of each pair (`minimum`), broadcasting."""
    @overload
    def min(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The least elements along an axis and their (first) positions."""
    def minimum(self, other: Tensor) -> Tensor:
        """The smaller of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors."""
    def minimum_(self, other: Tensor) -> Tensor:
        """The smaller of two elements; nan if either is nan.
        
        **Errors**: RuntimeError for complex tensors."""
    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices.
        
        Args: input: (n, m); mat2: (m, p), of the same dtype.
        Shape: (n, p).
        Errors: RuntimeError on sizes that do not fit or different dtypes."""
    def mode(self, dim: _int = -1, keepdim: _bool = False) -> _Named:
        """The most frequent elements along an axis (the least of several), and their last positions."""
    def moveaxis(self, source: _int | Sequence[_int], destination: _int | Sequence[_int]) -> Tensor:
        """Axes moved to other places (`movedim`)."""
    def movedim(self, source: _int | Sequence[_int], destination: _int | Sequence[_int]) -> Tensor:
        """Axes moved to other places; the rest keep their order."""
    def msort(self) -> Tensor:
        """The elements in order along the first axis."""
    def mul(self, other: Tensor | Number) -> Tensor:
        """The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both."""
    def mul_(self, other: Tensor | Number) -> Tensor:
        """The product of two tensors, broadcasting both.
        
        **Shape**: broadcast of both."""
    def multinomial(self, num_samples: _int, replacement: _bool = False, *, generator: Generator | None = None) -> Tensor:
        """Indices drawn with the weights in the rows of `input`.
        
        Args: num_samples: draws a row; replacement: whether an index may come again."""
    def multiply(self, other: Tensor | Number) -> Tensor:
        """Alias of `mul`."""
    def multiply_(self, other: Tensor | Number) -> Tensor:
        """Alias of `mul`."""
    def mv(self, vec: Tensor) -> Tensor:
        """A matrix (n, m) times a vector (m)."""
    def mvlgamma(self, p: _int) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`."""
    def mvlgamma_(self, p: _int) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`."""
    def nan_to_num(self, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers."""
    def nan_to_num_(self, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None) -> Tensor:
        """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers."""
    def nanmean(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The mean of the elements that are not nan."""
    @overload
    def nanmedian(self) -> Tensor:
        """The lower middle of the elements that are not nan."""
    @overload
    def nanmedian(self, dim: _int, keepdim: _bool = False) -> _Named:
        """The lower middles of the elements along an axis that are not nan, and where they are."""
    @overload
    def nanquantile(self, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """As `quantile`, over the elements that are not nan."""
    @overload
    def nanquantile(self, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """As `quantile`, over the elements that are not nan."""
    def nansum(self, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The sum of all elements, nan counted as zero."""
    @overload
    def narrow(self, dim: _int, start: Tensor, length: _int) -> Tensor:
        """`length` elements from `start` along an axis, as a view."""
    @overload
    def narrow(self, dim: _int, start: _int, length: _int) -> Tensor:
        """As the row above, from an integer."""
    def narrow_copy(self, dim: _int, start: _int, length: _int) -> Tensor:
        """`narrow` as a copy."""
    def ne(self, other: Tensor | Number) -> Tensor:
        """Whether two elements differ."""
    def ne_(self, other: Tensor | Number) -> Tensor:
        """Whether two elements differ."""
    def neg(self) -> Tensor:
        """The negative of every element.
        
        Errors: RuntimeError for bool tensors."""
    def neg_(self) -> Tensor:
        """The negative of every element.
        
        Errors: RuntimeError for bool tensors."""
    def negative(self) -> Tensor:
        """Alias of `neg`."""
    def negative_(self) -> Tensor:
        """Alias of `neg`."""
    @overload
    def new_empty(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised, with the dtype and device of the tensor."""
    @overload
    def new_empty(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised, with the dtype and device of the tensor."""
    def new_empty_strided(self, size: _int | Sequence[_int], stride: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Uninitialised with the given strides and the dtype and device of the tensor."""
    def new_full(self, size: _int | Sequence[_int], fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """One number everywhere, with the dtype and device of the tensor."""
    @overload
    def new_ones(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Ones with the dtype and device of the tensor."""
    @overload
    def new_ones(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Ones with the dtype and device of the tensor."""
    @overload
    def new_zeros(self, size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Zeros with the dtype and device of the tensor."""
    @overload
    def new_zeros(self, *size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False) -> Tensor:
        """Zeros with the dtype and device of the tensor."""
    def nextafter(self, other: Tensor) -> Tensor:
        """The next number after `input` towards `other`."""
    def nextafter_(self, other: Tensor) -> Tensor:
        """The next number after `input` towards `other`."""
    def nonzero(self, *, as_tuple: _bool = False) -> Any:
        """The indices of elements that are not zero: a row each, or with `as_tuple` one tensor an axis."""
    def nonzero_static(self, *, size: _int, fill_value: _int = -1) -> Tensor:
        """The first `size` indices of elements that are not zero, a row each; `fill_value` where there are fewer."""
    @overload
    def norm(self, p: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None) -> Tensor:
        """The p-norm over axes, of all elements by default.
        
        Args: p: any number, or `"fro"`, `"nuc"`; nothing means 2."""
    @overload
    def norm(self, p: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None) -> Tensor:
        """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
    def normal_(self, mean: _float = 0.0, std: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with normal numbers."""
    def not_equal(self, other: Tensor | Number) -> Tensor:
        """Alias of `ne`."""
    def not_equal_(self, other: Tensor | Number) -> Tensor:
        """Alias of `ne`."""
    def orgqr(self, input2: Tensor) -> Tensor:
        """The first columns of a product of reflections (`linalg.householder_product`)."""
    def ormqr(self, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False) -> Tensor:
        """`Q other` for the product `Q` of reflections that `geqrf` gives; with `left=False` `other Q`, with `transpose` its adjoint."""
    def outer(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors."""
    @overload
    def permute(self, dims: Sequence[_int]) -> Tensor:
        """Axes in another order."""
    @overload
    def permute(self, *dims: _int) -> Tensor:
        """Axes in another order."""
    def pinverse(self, rcond: _float = 1e-15) -> Tensor:
        """The pseudoinverse of matrices (`linalg.pinv`)."""
    def polygamma(self, n: _int) -> Tensor:
        """The `n`-th derivative of `digamma`."""
    def polygamma_(self, n: _int) -> Tensor:
        """The `n`-th derivative of `digamma`."""
    def positive(self) -> Tensor:
        """The tensor itself.
        
        **Errors**: RuntimeError for bool tensors."""
    def pow(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
        
        **Errors**: RuntimeError for integers to a negative whole power."""
    def pow_(self, exponent: Tensor | Number) -> Tensor:
        """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
        
        **Errors**: RuntimeError for integers to a negative whole power."""
    def prelu(self, weight: Tensor) -> Tensor:
        """`x` above zero, `weight * x` below; one weight in all or one per channel (axis 1)."""
    @overload
    def prod(self, *, dtype: _dtype | None = None) -> Tensor:
        """The product of all elements.
        
        Args: dtype: dtype of the result and of the products (integers and bool: int64)."""
    @overload
    def prod(self, dim: _int, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The product over one axis."""
    def put(self, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
        """A copy with elements of the flattened tensor replaced (or added to)."""
    def put_(self, index: Tensor, source: Tensor, accumulate: _bool = False) -> Tensor:
        """Replaces (or adds to) elements of the flattened tensor."""
    def qr(self, some: _bool = True) -> _Named:
        """The decomposition `input = Q R` (`linalg.qr`)."""
    @overload
    def quantile(self, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """The elements at the ranks `q * (n - 1)` in order, interpolated; nan where there is one.
        
        Args: q: numbers in [0, 1] of the dtype of `input` (float32 or float64); interpolation: `linear`, `lower`,
        `higher`, `midpoint` or `nearest`.
        Shape: that of the reduction, with an axis for `q` in front if `q` has one."""
    @overload
    def quantile(self, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear") -> Tensor:
        """The element at the rank `q * (n - 1)` in order, interpolated; nan where there is one."""
    def rad2deg(self) -> Tensor:
        """Radians as degrees."""
    def rad2deg_(self) -> Tensor:
        """Radians as degrees."""
    @overload
    def random_(self, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from 0 to the greatest the dtype holds exactly."""
    @overload
    def random_(self, to: _int, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from 0 up to `to`, which is left out."""
    @overload
    def random_(self, from_: _int, to: _int | None, *, generator: Generator | None = None) -> Tensor:
        """Fills with integers from `from` up to `to`, which is left out; without it up to the greatest of the dtype."""
    def ravel(self) -> Tensor:
        """All elements in one axis: a view where possible."""
    def reciprocal(self) -> Tensor:
        """One over every element."""
    def reciprocal_(self) -> Tensor:
        """One over every element."""
    def relu(self) -> Tensor:
        """The larger of zero and each element; nan stays nan.
        
        Args: input: any real dtype but bool."""
    def relu_(self) -> Tensor:
        """The larger of zero and each element; nan stays nan.
        
        Args: input: any real dtype but bool."""
    def remainder(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the divisor, as Python's `%`.
        
        **Errors**: RuntimeError for integer division by zero."""
    def remainder_(self, other: Tensor | Number) -> Tensor:
        """The remainder with the sign of the divisor, as Python's `%`.
        
        **Errors**: RuntimeError for integer division by zero."""
    def renorm(self, p: Number, dim: _int, maxnorm: Number) -> Tensor:
        """Slices along an axis scaled down to a p-norm of at most `maxnorm`."""
    def renorm_(self, p: Number, dim: _int, maxnorm: Number) -> Tensor:
        """`renorm` in place."""
    @overload
    def repeat(self, repeats: Sequence[_int]) -> Tensor:
        """Copies side by side along every axis; additional counts make new leading axes."""
    @overload
    def repeat(self, *repeats: _int) -> Tensor:
        """Copies side by side along every axis; additional counts make new leading axes."""
    @overload
    def repeat_interleave(self, repeats: _int, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
        """Every element (or slice along `dim`) repeated that many times in place.
        
        Args: dim: without it the tensor is flattened."""
    @overload
    def repeat_interleave(self, repeats: Tensor, dim: _int | None = None, *, output_size: _int | None = None) -> Tensor:
        """Every element (or slice along `dim`) repeated as often as a tensor says."""
    @overload
    def reshape(self, shape: Sequence[_int]) -> Tensor:
        """The same data in another shape: a view where strides allow it, else a copy."""
    @overload
    def reshape(self, *shape: _int) -> Tensor:
        """The same data in another shape: a view where strides allow it, else a copy."""
    def reshape_as(self, other: Tensor) -> Tensor:
        """`self.reshape(other.size())`."""
    def resolve_conj(self) -> Tensor:
        """The tensor itself: conjugates are never deferred here."""
    def resolve_neg(self) -> Tensor:
        """The tensor itself: negatives are never deferred here."""
    def roll(self, shifts: _int | Sequence[_int], dims: _int | Sequence[_int] | None = None) -> Tensor:
        """Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor."""
    def rot90(self, k: _int = 1, dims: _int | Sequence[_int] = (0, 1)) -> Tensor:
        """Turned by `k` right angles in the plane of two axes, from the first toward the second."""
    def round(self, *, decimals: _int = 0) -> Tensor:
        """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour."""
    def round_(self, *, decimals: _int = 0) -> Tensor:
        """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour."""
    def rsqrt(self) -> Tensor:
        """One over the square root."""
    def rsqrt_(self) -> Tensor:
        """One over the square root."""
    def rsub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`other - alpha * input`, broadcasting both."""
    @overload
    def scatter(self, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None) -> Tensor:
        """A copy with the elements of `src` (or one value) put at the places along `dim` that `index` names.
        
        Args: reduce: `"add"` or `"multiply"` to combine with what is there."""
    @overload
    def scatter(self, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None) -> Tensor:
        """A copy with one value put at the places along `dim` that `index` names."""
    @overload
    def scatter_(self, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None) -> Tensor:
        """Puts the elements of `src` (or one value) at the places along `dim` that `index` names."""
    @overload
    def scatter_(self, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None) -> Tensor:
        """Puts one value at the places along `dim` that `index` names."""
    def scatter_add(self, dim: _int, index: Tensor, src: Tensor) -> Tensor:
        """A copy with the elements of `src` added at the places along `dim` that `index` names."""
    def scatter_add_(self, dim: _int, index: Tensor, src: Tensor) -> Tensor:
        """Adds the elements of `src` at the places along `dim` that `index` names."""
    def scatter_reduce(self, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """A copy with the elements of `src` combined into the places along `dim` that `index` names.
        
        Args: reduce: sum, prod, mean, amax or amin; include_self: whether the tensor's own elements take part."""
    def scatter_reduce_(self, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True) -> Tensor:
        """Combines the elements of `src` into the places along `dim` that `index` names."""
    def select(self, dim: _int, index: _int) -> Tensor:
        """One index along an axis; the axis goes."""
    def select_scatter(self, src: Tensor, dim: _int, index: _int) -> Tensor:
        """A copy with `src` at one index along `dim`."""
    def sgn(self) -> Tensor:
        """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign."""
    def sgn_(self) -> Tensor:
        """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign."""
    def short(self, memory_format: memory_format = ...) -> Tensor:
        """As int16."""
    def sigmoid(self) -> Tensor:
        """The logistic function `1 / (1 + e^-x)`."""
    def sigmoid_(self) -> Tensor:
        """The logistic function `1 / (1 + e^-x)`."""
    def sign(self) -> Tensor:
        """-1, 0 or 1, as every element's sign.
        
        **Errors**: RuntimeError for complex tensors; see `sgn`."""
    def sign_(self) -> Tensor:
        """-1, 0 or 1, as every element's sign.
        
        **Errors**: RuntimeError for complex tensors; see `sgn`."""
    def signbit(self) -> Tensor:
        """Whether each element has its sign bit set (minus zero has)."""
    def sin(self) -> Tensor:
        """The sine of every element, in radians."""
    def sin_(self) -> Tensor:
        """The sine of every element, in radians."""
    def sinc(self) -> Tensor:
        """`sin(pi x) / (pi x)`."""
    def sinc_(self) -> Tensor:
        """`sin(pi x) / (pi x)`."""
    def sinh(self) -> Tensor:
        """The hyperbolic sine."""
    def sinh_(self) -> Tensor:
        """The hyperbolic sine."""
    def slice_scatter(self, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None, step: _int = 1) -> Tensor:
        """A copy with `src` in the slice `start:end:step` along `dim`."""
    def slogdet(self) -> _Named:
        """The sign of the determinant and the logarithm of its absolute value (`linalg.slogdet`)."""
    def softmax(self, dim: _int, dtype: _dtype | None = None) -> Tensor:
        """`e^x / sum(e^x)` along an axis.
        
        Args: dtype: converts the input first (floating dtypes).
        Shape: as `input`."""
    @overload
    def sort(self, dim: _int = -1, descending: _bool = False) -> _Named:
        """The elements in order along an axis, and where they were. The sort is stable; nan counts as the greatest.
        
        Errors: RuntimeError for complex numbers."""
    @overload
    def sort(self, *, stable: _bool | None, dim: _int = -1, descending: _bool = False) -> _Named:
        """The elements in order along an axis, and where they were; always stable."""
    @overload
    def sort(self, dim: _int = -1, descending: _bool = False, *, stable: _bool | None) -> _Named:
        """The elements in order along an axis, and where they were; always stable."""
    def split(self, split_size_or_sections: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of `split_size` (the last may be smaller), as views."""
    def split_with_sizes(self, split_sizes: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """Pieces of the given sizes, as views."""
    def sqrt(self) -> Tensor:
        """The square root of every element; nan below zero."""
    def sqrt_(self) -> Tensor:
        """The square root of every element; nan below zero."""
    def square(self) -> Tensor:
        """Each element times itself."""
    def square_(self) -> Tensor:
        """Each element times itself."""
    @overload
    def squeeze(self) -> Tensor:
        """Without the axes of size 1."""
    @overload
    def squeeze(self, dim: _int | Sequence[_int]) -> Tensor:
        """Without the given axes, where their size is 1."""
    @overload
    def std(self, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False) -> Tensor:
        """The standard deviation over axes, with `n - correction` as divisor of the variance."""
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
        
        ```text
        >>> torch.stft(torch.ones(16), 4, return_complex=True).shape
        torch.Size([3, 17])
        
        ```"""
    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input - alpha * other`, broadcasting both.
        
        **Errors**: RuntimeError for bool tensors and shapes that do not broadcast."""
    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """`input - alpha * other`, broadcasting both.
        
        **Errors**: RuntimeError for bool tensors and shapes that do not broadcast."""
    def subtract(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Alias of `sub`."""
    def subtract_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Alias of `sub`."""
    @overload
    def sum(self, *, dtype: _dtype | None = None) -> Tensor:
        """The sum of all elements.
        
        Args: dtype: dtype of the result and of the additions (integers and bool: int64).
        Shape: 0-d."""
    @overload
    def sum(self, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None) -> Tensor:
        """The sum over axes (all of them for `None` or `()`)."""
    @overload
    def sum_to_size(self, size: Sequence[_int]) -> Tensor:
        """The sum over axes such that the result broadcasts to `input`: what undoes an `expand`.
        
        Errors: RuntimeError if `size` does not broadcast to the shape of `input`."""
    @overload
    def sum_to_size(self, *size: _int) -> Tensor:
        """The sum over axes such that the result broadcasts to `input`: what undoes an `expand`.
        
        Errors: RuntimeError if `size` does not broadcast to the shape of `input`."""
    def svd(self, some: _bool = True, compute_uv: _bool = True) -> _Named:
        """The singular value decomposition `input = U diag(S) V^H` (`linalg.svd`)."""
    def swapaxes(self, axis0: _int, axis1: _int) -> Tensor:
        """Two axes exchanged (`transpose`)."""
    def swapdims(self, dim0: _int, dim1: _int) -> Tensor:
        """Two axes exchanged (`transpose`)."""
    def t(self) -> Tensor:
        """Rows and columns exchanged; tensors of fewer than two axes as they are.
        
        Errors: RuntimeError above two axes."""
    def take(self, index: Tensor) -> Tensor:
        """Elements of the flattened tensor.
        
        Args: index: int64.
        Shape: that of `index`."""
    def take_along_dim(self, indices: Tensor, dim: _int | None = None) -> Tensor:
        """Elements along `dim` where `indices` broadcasts with `input`; without `dim` both are flattened."""
    def tan(self) -> Tensor:
        """The tangent of every element, in radians."""
    def tan_(self) -> Tensor:
        """The tangent of every element, in radians."""
    def tanh(self) -> Tensor:
        """The hyperbolic tangent."""
    def tanh_(self) -> Tensor:
        """The hyperbolic tangent."""
    @overload
    def tensor_split(self, sections: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """That many pieces along an axis, as even as can be, as views."""
    @overload
    def tensor_split(self, indices: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """The pieces between the given indices along an axis, as views."""
    @overload
    def tensor_split(self, tensor_indices_or_sections: Tensor, dim: _int = 0) -> tuple[Tensor, ...]:
        """As `tensor_split`, the number of sections or the indices in a tensor."""
    @overload
    def tile(self, dims: Sequence[_int]) -> Tensor:
        """Copies side by side; missing leading counts are 1."""
    @overload
    def tile(self, *dims: _int) -> Tensor:
        """Copies side by side; missing leading counts are 1."""
    @overload
    def to(self, dtype: _dtype, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """As a dtype: the tensor itself if it has it already and `copy` is not asked for.
        
        Args: dtype; non_blocking: accepted; copy: always a new tensor; memory_format: layout of the result."""
    @overload
    def to(self, device: _device | _str | _int | None = None, dtype: _dtype | None = None, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """On a device, and as a dtype."""
    @overload
    def to(self, other: Tensor, non_blocking: _bool = False, copy: _bool = False, *, memory_format: memory_format | None = None) -> Tensor:
        """With the dtype and on the device of another tensor."""
    def topk(self, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True) -> _Named:
        """The `k` greatest (or least) elements along an axis in order, and where they were.
        
        Errors: RuntimeError if `k` is out of range."""
    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""
    def transpose(self, dim0: _int, dim1: _int) -> Tensor:
        """Two axes exchanged."""
    def triangular_solve(self, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False) -> _Named:
        """Solves `A X = b` (`A^T X = b` with `transpose`) for triangular matrices; `linalg.solve_triangular` is its successor."""
    def tril(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and below a diagonal, zeros elsewhere."""
    def tril_(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and below a diagonal, zeros elsewhere."""
    def triu(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and above a diagonal, zeros elsewhere."""
    def triu_(self, diagonal: _int = 0) -> Tensor:
        """The part of each matrix on and above a diagonal, zeros elsewhere."""
    def true_divide(self, other: Tensor | Number) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats."""
    def true_divide_(self, other: Tensor | Number) -> Tensor:
        """The quotient of two tensors, broadcasting both; integers divide as floats."""
    def trunc(self) -> Tensor:
        """Each element without its fraction."""
    def trunc_(self) -> Tensor:
        """Each element without its fraction."""
    def type_as(self, other: Tensor) -> Tensor:
        """As the dtype of another tensor."""
    def unbind(self, dim: _int = 0) -> tuple[Tensor, ...]:
        """One tensor for each index along an axis, as views."""
    def unflatten(self, dim: _int, sizes: _int | Sequence[_int]) -> Tensor:
        """One axis as several; one of the sizes may be -1."""
    def unfold(self, dimension: _int, size: _int, step: _int) -> Tensor:
        """Windows of `size` elements along an axis, one every `step`; the window is a new last axis."""
    def uniform_(self, from_: _float = 0.0, to: _float = 1.0, *, generator: Generator | None = None) -> Tensor:
        """Fills with uniform numbers from `from` (included) to `to`."""
    def unique(self, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None) -> Any:
        """The distinct elements in order (every nan is distinct), with the group of each element and the size of each
        group if asked for; with `dim` the distinct slices along an axis.
        
        Errors: RuntimeError for complex numbers."""
    def unique_consecutive(self, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None) -> Any:
        """The first of each run of equal elements (or of slices along an axis), with the run of each element and the
        length of each run if asked for."""
    def unsafe_chunk(self, chunks: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """`chunk` with pieces that may be changed in place."""
    def unsafe_split(self, split_size: _int, dim: _int = 0) -> tuple[Tensor, ...]:
        """`split` with pieces that may be changed in place."""
    def unsafe_split_with_sizes(self, split_sizes: _int | Sequence[_int], dim: _int = 0) -> tuple[Tensor, ...]:
        """`split_with_sizes` with pieces that may be changed in place."""
    def unsqueeze(self, dim: _int) -> Tensor:
        """With an axis of size 1 put in."""
    @overload
    def var(self, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False) -> Tensor:
        """The variance over axes, with `n - correction` as divisor.
        
        Args: correction: 1 for the unbiased estimate (the default), 0 for the mean square deviation.
        Errors: RuntimeError for integers."""
    @overload
    def var(self, unbiased: _bool) -> Tensor:
        """The variance of all elements."""
    @overload
    def var(self, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False) -> Tensor:
        """The variance over axes."""
    def vdot(self, other: Tensor) -> Tensor:
        """The sum of products of two vectors, the first conjugated."""
    @overload
    def view(self, size: Sequence[_int]) -> Tensor:
        """A view of the same data in another shape (one size may be -1), or as another dtype.
        
        Args: shape: sizes.
        Errors: RuntimeError if sizes do not fit or strides forbid a view."""
    @overload
    def view(self, *size: _int) -> Tensor:
        """A view of the same data in another shape (one size may be -1), or as another dtype.
        
        Args: shape: sizes.
        Errors: RuntimeError if sizes do not fit or strides forbid a view."""
    @overload
    def view(self, dtype: _dtype) -> Tensor:
        """The same bits read as another dtype; the last axis grows or shrinks with the element size."""
    def view_as(self, other: Tensor) -> Tensor:
        """`self.view(other.size())`."""
    def view_as_complex(self) -> Tensor:
        """A real tensor whose last axis has size 2 as a complex one, a view.
        
        **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly."""
    def view_as_real(self) -> Tensor:
        """A complex tensor as a real one with a last axis of real and imaginary part, a view.
        
        **Errors**: RuntimeError for real tensors."""
    @overload
    def vsplit(self, sections: _int) -> tuple[Tensor, ...]:
        """Equal sections along the first axis."""
    @overload
    def vsplit(self, indices: _int | Sequence[_int]) -> tuple[Tensor, ...]:
        """Pieces between indices along the first axis."""
    def where(self, condition: Tensor, other: Tensor | Number) -> Tensor:
        """`self` where `condition` holds, else `other`."""
    def xlog1py(self, other: Tensor | Number) -> Tensor:
        """`input * ln(1 + other)`, zero where `input` is zero."""
    def xlog1py_(self, other: Tensor | Number) -> Tensor:
        """`input * ln(1 + other)`, zero where `input` is zero."""
    def xlogy(self, other: Tensor | Number) -> Tensor:
        """`input * ln(other)`, zero where `input` is zero."""
    def xlogy_(self, other: Tensor | Number) -> Tensor:
        """`input * ln(other)`, zero where `input` is zero."""
    def zero_(self) -> Tensor:
        """Every element becomes zero."""
    def zeta(self, other: Tensor | Number) -> Tensor:
        """Hurwitz's zeta function of `input` with offset `other`."""
    def zeta_(self, other: Tensor | Number) -> Tensor:
        """Hurwitz's zeta function of `input` with offset `other`."""
    def _coalesced_(self, *args: Any, **kwargs: Any) -> Any: ...
    def _indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def _is_view(self, *args: Any, **kwargs: Any) -> Any: ...
    def _make_subclass(self, *args: Any, **kwargs: Any) -> Any: ...
    def _nnz(self, *args: Any, **kwargs: Any) -> Any: ...
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
    def crow_indices(self, *args: Any, **kwargs: Any) -> Any: ...
    def cuda(self, device: Any = None, non_blocking: _bool = False, memory_format: Any = None) -> Tensor: ...
    def data_ptr(self) -> _int: ...
    def dense_dim(self, *args: Any, **kwargs: Any) -> Any: ...
    def detach_(self, *args: Any, **kwargs: Any) -> Any: ...
    def dim(self) -> _int: ...
    def dim_order(self, *args: Any, **kwargs: Any) -> Any: ...
    def element_size(self) -> _int: ...
    def get_device(self) -> _int: ...
    def indices(self, *args: Any, **kwargs: Any) -> Any: ...
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
    def requires_grad_(self, requires_grad: _bool = True) -> Tensor: ...
    def resize_(self, *size: Any, memory_format: Any = None) -> Tensor: ...
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

def abs(input: Tensor, *, out: Any = None) -> Tensor:
    """The absolute value of every element; for complex the modulus, a real tensor.
    
    **Errors**: RuntimeError for bool tensors."""
def absolute(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `abs`."""
def acos(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc cosine; nan outside [-1, 1]."""
def acosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic cosine; nan below 1."""
def adaptive_avg_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None], *, out: Any = None) -> Tensor:
    """Averages over as many windows as `output_size` says."""
def adaptive_max_pool1d(input: Tensor, output_size: _int | None | Sequence[_int | None], *, out: Any = None) -> Any:
    """The greatest elements of as many windows as `output_size` says, and their positions."""
def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`input + alpha * other`, broadcasting both.
    
    Args: alpha: a factor for `other`; must be integral where the result is.
    **Shape**: broadcast of both.
    **Errors**: RuntimeError if shapes do not broadcast."""
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * sum_i (batch1[i] @ batch2[i])`."""
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 / tensor2`, broadcasting.
    
    **Errors**: RuntimeError for a quotient of integers."""
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1, out: Any = None) -> Tensor:
    """`input + value * tensor1 * tensor2`, broadcasting."""
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read."""
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`."""
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`."""
def adjoint(input: Tensor, *, out: Any = None) -> Tensor:
    """The matrices transposed and conjugated."""
def alias_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """A copy, as `alias` shows it."""
@overload
def all(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether all elements are true (not zero). uint8 answers in uint8, everything else in bool."""
@overload
def all(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether all elements along the axes are true."""
def allclose(input: Tensor, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False, *, out: Any = None) -> _bool:
    """Whether all elements are close; see `isclose`."""
def alpha_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Dropout that keeps mean 0 and variance 1, for use with SELU."""
def alpha_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`alpha_dropout` in place."""
def amax(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest elements over axes. Gradients are shared evenly by ties."""
def amin(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The least elements over axes. Gradients are shared evenly by ties."""
def aminmax(input: Tensor, *, dim: _int | None = None, keepdim: _bool = False, out: Any = None) -> _Named:
    """The least and the greatest elements, of all or along one axis."""
def angle(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle of every element in radians; for real tensors 0 or pi."""
@overload
def any(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether any element is true (not zero). uint8 answers in uint8, everything else in bool."""
@overload
def any(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """Whether any element along the axes is true."""
@overload
def arange(end: Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from 0 up to `end`, which is left out."""
@overload
def arange(start: Number, end: Number, step: Number = 1, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from `start` up to `end`, which is left out, in steps.
    
    Errors: RuntimeError if the step is zero or leads away from `end`."""
def arccos(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `acos`."""
def arccosh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `acosh`."""
def arcsin(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `asin`."""
def arcsinh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `asinh`."""
def arctan(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atan`."""
def arctan2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atan2`."""
def arctanh(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `atanh`."""
def argmax(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The position of the greatest element, along an axis or in the flattened tensor; the first one of ties."""
def argmin(input: Tensor, dim: _int | None = None, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The position of the least element, along an axis or in the flattened tensor; the first one of ties."""
def argsort(input: Tensor, dim: _int = -1, descending: _bool = False, *, stable: _bool = False, out: Any = None) -> Tensor:
    """Positions that put the elements in order along an axis."""
def argwhere(input: Tensor, *, out: Any = None) -> Tensor:
    """The indices of elements that are not zero, a row each."""
def as_strided(input: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """A view with the given sizes, strides and offset, in elements of the storage.
    
    Errors: RuntimeError if an element would lie outside the storage."""
def as_strided_copy(input: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """`as_strided` as a copy."""
def as_strided_scatter(input: Tensor, src: Tensor, size: _int | Sequence[_int], stride: _int | Sequence[_int], storage_offset: _int | None = None, *, out: Any = None) -> Tensor:
    """A copy with `src` in the part that `as_strided` would show."""
def asin(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc sine; nan outside [-1, 1]."""
def asinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic sine."""
def atan(input: Tensor, *, out: Any = None) -> Tensor:
    """The arc tangent."""
def atan2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The angle of the point (other, input), in radians."""
def atanh(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse hyperbolic tangent; infinite at -1 and 1."""
@overload
def atleast_1d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least one axis."""
@overload
def atleast_1d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least one axis each."""
@overload
def atleast_2d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least two axes."""
@overload
def atleast_2d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least two axes each."""
@overload
def atleast_3d(input: Tensor, *, out: Any = None) -> Tensor:
    """With at least three axes."""
@overload
def atleast_3d(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """With at least three axes each."""
def avg_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, ceil_mode: _bool = False, count_include_pad: _bool = True) -> Tensor:
    """Averages over windows of (N, C, L)."""
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Any = None) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`, matrix by matrix."""
def bartlett_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Bartlett's window: a triangle."""
def batch_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, training: _bool, momentum: _float, eps: _float, cudnn_enabled: _bool, *, out: Any = None) -> Tensor:
    """Batch normalisation in the argument order of the root namespace."""
@overload
def bernoulli(input: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Ones with the probabilities that `input` holds, zeros otherwise."""
@overload
def bernoulli(input: Tensor, p: _float, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`."""
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`x1^T W x2 + b` for every output feature.
    
    Args: input1: (*, in1); input2: (*, in2); weight: (out, in1, in2); bias: (out).
    Errors: RuntimeError for sizes that do not fit."""
def bincount(input: Tensor, weights: Tensor | None = None, minlength: _int = 0, *, out: Any = None) -> Tensor:
    """How often each value 0, 1, .. occurs in a 1-d tensor of non-negative integers, or the sums of `weights` there.
    
    Args: minlength: the least length of the result."""
def binomial(count: Tensor, prob: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Numbers of successes among `count` trials of probability `prob`."""
def bitwise_and(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "and" of integers or bools."""
def bitwise_left_shift(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Integers shifted left by `other` bits."""
def bitwise_not(input: Tensor, *, out: Any = None) -> Tensor:
    """Every bit flipped; for bools the opposite."""
def bitwise_or(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "or" of integers or bools."""
def bitwise_right_shift(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Integers shifted right by `other` bits, keeping the sign."""
def bitwise_xor(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Bitwise "exclusive or" of integers or bools."""
def blackman_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Blackman's window."""
def block_diag(*tensors: Any, out: Any = None) -> Tensor:
    """Matrices along the diagonal of one matrix, zeros elsewhere."""
def bmm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p)."""
def broadcast_tensors(*tensors: Any, out: Any = None) -> tuple[Tensor, ...]:
    """The tensors broadcast to their common shape, as views."""
@overload
def broadcast_to(input: Tensor, size: Sequence[_int], *, out: Any = None) -> Tensor:
    """A view broadcast to a shape."""
@overload
def broadcast_to(input: Tensor, *size: _int, out: Any = None) -> Tensor:
    """A view broadcast to a shape."""
def bucketize(input: Tensor | Number, boundaries: Tensor, *, out_int32: _bool = False, right: _bool = False, out: Any = None) -> Tensor:
    """The bucket of each value: its place among sorted 1-d `boundaries`."""
def can_cast(from_: _dtype, to: _dtype, *, out: Any = None) -> _bool:
    """Whether a value of one dtype may be stored as the other (the category does not go down)."""
def cartesian_prod(*tensors: Any, out: Any = None) -> Tensor:
    """All combinations of the elements of vectors, a row each."""
def cat(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis.
    
    Args: tensors: equal in all other axes; dtypes are promoted.
    Errors: RuntimeError on different sizes or ranks."""
def cdist(x1: Tensor, x2: Tensor, p: _float = 2.0, compute_mode: _str = "use_mm_for_euclid_dist_if_necessary", *, out: Any = None) -> Tensor:
    """The p-distances of all rows of `x1` to all rows of `x2`, batch by batch.
    
    Shape: (.., P, M) and (.., R, M) to (.., P, R)."""
def ceil(input: Tensor, *, out: Any = None) -> Tensor:
    """The least whole number not below each element."""
def celu(input: Tensor, alpha: _float = 1.0, *, out: Any = None) -> Tensor:
    """`x` above zero, `alpha * (e^(x / alpha) - 1)` below."""
def celu_(input: Tensor, alpha: _float = 1.0) -> Tensor:
    """`celu` in place."""
def chain_matmul(*matrices: Any, out: Any = None) -> Tensor:
    """The product of a chain of matrices in the cheapest order."""
def channel_shuffle(input: Tensor, groups: _int) -> Tensor:
    """Deals the channels of (N, C, ...) out of `groups` groups one by one.
    
    Errors: RuntimeError if the groups do not divide the channels."""
def cholesky(input: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """`linalg.cholesky` of the time before `linalg`."""
def cholesky_inverse(L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """The inverse of `A` of its Cholesky factor `L`.
    
    Errors: LinAlgError if a diagonal element of the factor is zero."""
def cholesky_solve(B: Tensor, L: Tensor, upper: _bool = False, *, out: Any = None) -> Tensor:
    """Solves `A X = B` of the Cholesky factor `L` of `A`.
    
    Shape: `B` (.., n, k), `L` (.., n, n); leading axes broadcast."""
def chunk(input: Tensor, chunks: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size, as views."""
@overload
def clamp(input: Tensor, min: Number | None = None, max: Number | None = None, *, out: Any = None) -> Tensor:
    """Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
    the result is `max`."""
@overload
def clamp(input: Tensor, min: Tensor | None = None, max: Tensor | None = None, *, out: Any = None) -> Tensor:
    """Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`."""
def clamp_max(input: Tensor, max: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements not greater than `max` (a number or a tensor)."""
def clamp_min(input: Tensor, min: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements not less than `min` (a number or a tensor)."""
@overload
def clip(input: Tensor, min: Number | None = None, max: Number | None = None, *, out: Any = None) -> Tensor:
    """Alias of `clamp`."""
@overload
def clip(input: Tensor, min: Tensor | None = None, max: Tensor | None = None, *, out: Any = None) -> Tensor:
    """Alias of `clamp`."""
def clone(input: Tensor, *, memory_format: memory_format = ..., out: Any = None) -> Tensor:
    """A copy of the tensor with its own memory.
    
    Args: memory_format: layout of the copy (default `torch.preserve_format`).
    Shape: the same as `input`."""
def column_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the second axis; vectors are columns."""
def combinations(input: Tensor, r: _int = 2, with_replacement: _bool = False, *, out: Any = None) -> Tensor:
    """All ascending choices of `r` elements of a vector, a row each, as `itertools.combinations` gives them.
    
    Args: with_replacement: an element may be chosen again.
    
    ```text
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    
    ```"""
def complex(real: Tensor, imag: Tensor, *, out: Any = None) -> Tensor:
    """Complex numbers from real and imaginary parts (float32 or float64), broadcasting.
    
    **Errors**: RuntimeError if the dtypes differ or are no floats."""
def concat(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis (`cat`)."""
def concatenate(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors one after the other along an axis (`cat`)."""
def conj(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate; a real tensor itself. Computed, not deferred."""
def conj_physical(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate, computed; a real tensor itself."""
def constant_pad_nd(input: Tensor, pad: _int | Sequence[_int], value: Number = 0, *, out: Any = None) -> Tensor:
    """Puts a constant around the last axes."""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit."""
@overload
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit."""
@overload
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    
    Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    Errors: RuntimeError for shapes or dtypes that do not fit."""
@overload
def conv3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _str = "valid", dilation: _int | Sequence[_int] = 1, groups: _int = 1) -> Tensor:
    """With `padding="same"` the result has the size of the input, with `"valid"` there is no padding."""
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: _int = 0) -> Tensor:
    """Convolution of (T, B, C) with a weight (kernel, C, O) along the first axis."""
def conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes."""
def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes."""
def conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: _int | Sequence[_int] = 1, padding: _int | Sequence[_int] = 0, output_padding: _int | Sequence[_int] = 0, groups: _int = 1, dilation: _int | Sequence[_int] = 1) -> Tensor:
    """The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    
    Args: output_padding: added to one side of the result's sizes."""
def convolution(input: Tensor, weight: Tensor, bias: Tensor | None, stride: _int | Sequence[_int], padding: _int | Sequence[_int], dilation: _int | Sequence[_int], transposed: _bool, output_padding: _int | Sequence[_int], groups: _int, *, out: Any = None) -> Tensor:
    """The general convolution behind the others."""
def copysign(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The magnitude of `input` with the sign of `other`."""
def corrcoef(input: Tensor, *, out: Any = None) -> Tensor:
    """The correlation coefficients of variables (rows) over observations (columns)."""
def cos(input: Tensor, *, out: Any = None) -> Tensor:
    """The cosine of every element, in radians."""
def cosh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic cosine."""
def cosine_similarity(x1: Tensor, x2: Tensor, dim: _int = 1, eps: _float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along an axis.
    
    Args: eps: the least norm that counts."""
def count_nonzero(input: Tensor, dim: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """The number of elements that are not zero, as int64."""
def cov(input: Tensor, *, correction: _int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None, out: Any = None) -> Tensor:
    """The covariance matrix of variables (rows) over observations (columns).
    
    Args: fweights: how often each observation counts (integers); aweights: its weight (floats)."""
def cross(input: Tensor, other: Tensor, dim: _int | None = None, *, out: Any = None) -> Tensor:
    """The cross product along `dim`, by default the first axis of size 3."""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: _int = 0, reduction: _int = 1, zero_infinity: _bool = False, *, out: Any = None) -> Tensor:
    """The loss of `nn.functional`, the reduction given as a number."""
@overload
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: _int | Sequence[_int], target_lengths: _int | Sequence[_int], blank: _int = 0, reduction: _int = 1, zero_infinity: _bool = False, *, out: Any = None) -> Tensor:
    """With lengths as lists."""
def cummax(input: Tensor, dim: _int, *, out: Any = None) -> _Named:
    """Greatest elements so far along an axis, and their (last) positions."""
def cummin(input: Tensor, dim: _int, *, out: Any = None) -> _Named:
    """Least elements so far along an axis, and their (last) positions."""
def cumprod(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """Products of the elements up to and including each one along an axis.
    
    Args: dtype: dtype of the result and of the products (integers and bool: int64).
    Shape: as `input`."""
def cumsum(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """Sums of the elements up to and including each one along an axis.
    
    Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    Shape: as `input`."""
@overload
def cumulative_trapezoid(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integrals up to each sample along an axis by the trapezoidal rule, with sample points `x`."""
@overload
def cumulative_trapezoid(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integrals up to each sample along an axis by the trapezoidal rule, with sample points `dx` apart."""
def deg2rad(input: Tensor, *, out: Any = None) -> Tensor:
    """Degrees as radians."""
def det(input: Tensor, *, out: Any = None) -> Tensor:
    """The determinant of square matrices (`linalg.det`)."""
def detach(input: Tensor, *, out: Any = None) -> Tensor:
    """The same data outside the graph. Shares memory and version counter with `input`."""
def detach_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`detach` as a copy."""
def diag(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """A vector as the diagonal of a matrix; a matrix's diagonal, copied."""
def diag_embed(input: Tensor, offset: _int = 0, dim1: _int = -2, dim2: _int = -1, *, out: Any = None) -> Tensor:
    """The last axis as the diagonal of two new axes, zeros elsewhere."""
def diagflat(input: Tensor, offset: _int = 0, *, out: Any = None) -> Tensor:
    """The flattened tensor as the diagonal of a matrix."""
def diagonal(input: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """The diagonal of two axes as a new last axis, a view."""
def diagonal_copy(input: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """`diagonal` as a copy."""
def diagonal_scatter(input: Tensor, src: Tensor, offset: _int = 0, dim1: _int = 0, dim2: _int = 1, *, out: Any = None) -> Tensor:
    """A copy with `src` on the diagonal of two axes."""
def diff(input: Tensor, n: _int = 1, dim: _int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *, out: Any = None) -> Tensor:
    """The `n`-th differences of neighbours along an axis.
    
    Args: prepend, append: values to put before and after first."""
def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithmic derivative of the gamma function."""
def dist(input: Tensor, other: Tensor, p: Number = 2, *, out: Any = None) -> Tensor:
    """The p-norm of `input - other`."""
def div(input: Tensor | Number, other: Tensor | Number, *, rounding_mode: _str | None = None, out: Any = None) -> Tensor:
    """The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
    
    Args: rounding_mode: None, "trunc" (towards zero) or "floor".
    **Errors**: RuntimeError for another mode, and for rounded integer division by zero."""
def divide(input: Tensor | Number, other: Tensor | Number, *, rounding_mode: _str | None = None, out: Any = None) -> Tensor:
    """Alias of `div`."""
def dot(input: Tensor, tensor: Tensor, *, out: Any = None) -> Tensor:
    """The sum of products of two vectors, not conjugated."""
def dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`."""
def dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`dropout` in place."""
@overload
def dsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the third axis."""
@overload
def dsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the third axis."""
def dstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the third axis."""
@overload
def einsum(equation: _str, *operands: Tensor | Sequence[Tensor], out: Any = None) -> Tensor:
    """Sums of products after Einstein's convention: `einsum("ij,jk->ik", a, b)`.
    
    Args: equation: letters for the axes of each operand, `...` for the rest; repeated letters within an operand
    take its diagonal; letters missing after `->` are summed.
    Errors: RuntimeError on a malformed equation or sizes that do not agree."""
@overload
def einsum(*operands: Any, out: Any = None) -> Tensor:
    """The same with lists of integers for labels: `einsum(a, [0, 1], b, [1, 2], [0, 2])`."""
def embedding(weight: Tensor, indices: Tensor, padding_idx: _int = -1, scale_grad_by_freq: _bool = False, sparse: _bool = False, *, out: Any = None) -> Tensor:
    """Rows of `weight` by index; a negative `padding_idx` stands for none."""
@overload
def empty(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor."""
@overload
def empty(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor."""
def empty_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Uninitialised, with the shape, dtype and device of `input`."""
def empty_permuted(size: _int | Sequence[_int], physical_layout: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor whose axes lie in memory in the given order, slowest first."""
def empty_strided(size: _int | Sequence[_int], stride: _int | Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """An uninitialised tensor with the given strides."""
def eq(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether two elements are equal."""
def equal(input: Tensor, other: Tensor, *, out: Any = None) -> _bool:
    """Whether two tensors have the same shape and the same elements."""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """The error function."""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """One minus the error function, exact where that is small."""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of the error function on (-1, 1)."""
def exp(input: Tensor, *, out: Any = None) -> Tensor:
    """The exponential of every element: `e^x`.
    
    Args: input: any dtype; integers give the default float."""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """Two to the power of every element."""
@overload
def expand_copy(input: Tensor, size: Sequence[_int], *, implicit: _bool = False, out: Any = None) -> Tensor:
    """`expand` as a copy."""
@overload
def expand_copy(input: Tensor, *size: _int, implicit: _bool = False, out: Any = None) -> Tensor:
    """`expand` as a copy."""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """`e^x - 1`, exact near zero."""
def eye(n: _int, m: _int | None = None, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere."""
def feature_alpha_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`alpha_dropout` of whole channels."""
def feature_alpha_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`feature_alpha_dropout` in place."""
def feature_dropout(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """Zeroes whole channels."""
def feature_dropout_(input: Tensor, p: _float, train: _bool, *, out: Any = None) -> Tensor:
    """`feature_dropout` in place."""
def fill(input: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A tensor of the same shape, every element `value`."""
def fix(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `trunc`."""
def flatten(input: Tensor, start_dim: _int = 0, end_dim: _int = -1, *, out: Any = None) -> Tensor:
    """Axes `start_dim..=end_dim` as one."""
@overload
def flip(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Elements in reverse order along axes, copied."""
@overload
def flip(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Elements in reverse order along axes, copied."""
def fliplr(input: Tensor, *, out: Any = None) -> Tensor:
    """Columns in reverse order."""
def flipud(input: Tensor, *, out: Any = None) -> Tensor:
    """Rows in reverse order."""
def float_power(input: Tensor | Number, exponent: Tensor | Number, *, out: Any = None) -> Tensor:
    """Each element to a power, in float64 (complex128 for complex operands)."""
def floor(input: Tensor, *, out: Any = None) -> Tensor:
    """The greatest whole number not above each element."""
def floor_divide(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The quotient rounded down.
    
    **Errors**: RuntimeError for integer division by zero."""
def fmax(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The larger of two elements; a nan loses against a number."""
def fmin(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The smaller of two elements; a nan loses against a number."""
def fmod(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The remainder with the sign of the dividend, as C's `fmod`.
    
    **Errors**: RuntimeError for integer division by zero."""
def frac(input: Tensor, *, out: Any = None) -> Tensor:
    """The fraction of each element, with its sign."""
def frexp(input: Tensor, *, out: Any = None) -> _Named:
    """Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents."""
def full(size: _int | Sequence[_int], fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor filled with one number, whose type gives the dtype unless that is given."""
def full_like(input: Tensor, fill_value: Tensor | Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """One number everywhere, with the shape, dtype and device of `input`."""
def gather(input: Tensor, dim: _int, index: Tensor, *, sparse_grad: _bool = False, out: Any = None) -> Tensor:
    """Elements along `dim` at the places that `index` names: for `dim=0`, `out[i][j] = input[index[i][j]][j]`.
    
    Args: index: int64, of the rank of `input`, no larger than it except along `dim`.
    Shape: that of `index`.
    Errors: RuntimeError if an index is out of range."""
def gcd(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The greatest common divisor of integers."""
def ge(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors."""
def geqrf(input: Tensor, *, out: Any = None) -> _Named:
    """Householder's reflections below the diagonal of `a`, `R` on and above it, and the factors `tau`: `Q` is the product of
    `I - tau_i v_i v_i^H`."""
def ger(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """The products of all pairs of elements of two vectors (`outer`)."""
@overload
def gradient(input: Tensor, *, spacing: Number | None = None, dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes by central differences, one tensor for each axis; one-sided at the ends.
    
    Args: spacing: distance of the sample points; edge_order: 1 or 2, the order of accuracy at the ends."""
@overload
def gradient(input: Tensor, *, spacing: Sequence[Number], dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes, with a distance of sample points for each axis."""
@overload
def gradient(input: Tensor, *, spacing: Sequence[Tensor], dim: _int | Sequence[_int] | None = None, edge_order: _int = 1, out: Any = None) -> tuple[Tensor, ...]:
    """Derivatives along axes, with the sample points of each axis."""
def greater(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `gt`."""
def greater_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `ge`."""
def group_norm(input: Tensor, num_groups: _int, weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5, cudnn_enabled: _bool = True, *, out: Any = None) -> Tensor:
    """Normalises each of `num_groups` groups of channels of each sample."""
def gt(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is greater. **Errors**: RuntimeError for complex tensors."""
def hamming_window(window_length: _int, periodic: _bool = True, alpha: _float = 0.54, beta: _float = 0.46, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Hamming's window: `alpha - beta * cos`."""
def hann_window(window_length: _int, periodic: _bool = True, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Hann's window: a raised cosine."""
def hardshrink(input: Tensor, lambd: _float = 0.5) -> Tensor:
    """Zero where `|x| <= lambd`."""
def heaviside(input: Tensor, values: Tensor, *, out: Any = None) -> Tensor:
    """0 below zero, 1 above, `values` at zero.
    
    **Errors**: RuntimeError if the dtypes differ."""
def histc(input: Tensor, bins: _int = 100, min: Number = 0, max: Number = 0, *, out: Any = None) -> Tensor:
    """How many elements fall into each of `bins` bins of equal width between `min` and `max` (the extremes of the
    data where both are equal)."""
@overload
def histogram(input: Tensor, bins: Tensor, *, weight: Tensor | None = None, density: _bool = False, out: Any = None) -> _Named:
    """Weighted counts of the elements between the edges in `bins`, and the edges.
    
    Args: density: as a density, whose integral is one."""
@overload
def histogram(input: Tensor, bins: _int = 100, *, range: Sequence[Number] | None = None, weight: Tensor | None = None, density: _bool = False, out: Any = None) -> _Named:
    """Weighted counts of the elements in `bins` bins of equal width over `range` (that of the data by default), and
    the edges of the bins."""
@overload
def hsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the second axis (of a vector: along the first)."""
@overload
def hsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the second axis (of a vector: along the first)."""
def hstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the second axis (vectors: along the first)."""
def hypot(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`sqrt(input^2 + other^2)` without overflow."""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 0."""
def igamma(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The lower incomplete gamma function, regularised."""
def igammac(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The upper incomplete gamma function, regularised."""
def imag(input: Tensor, *, out: Any = None) -> Tensor:
    """The imaginary parts, a view.
    
    **Errors**: RuntimeError for real tensors."""
def index_add(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """A copy with `alpha` times slices of `source` added to those along `dim` that `index` names."""
def index_copy(input: Tensor, dim: _int, index: Tensor, source: Tensor, *, out: Any = None) -> Tensor:
    """A copy with slices of `source` in place of those along `dim` that `index` names."""
def index_fill(input: Tensor, dim: _int, index: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A copy with one value in the slices along `dim` that `index` names.
    
    Args: index: vector of int64; value: number or 0-d tensor."""
def index_put(input: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: _bool = False, *, out: Any = None) -> Tensor:
    """A copy with `values` at the places `input[indices]`.
    
    Args: indices: index tensors or masks, broadcast together; accumulate: add instead of replacing."""
def index_reduce(input: Tensor, dim: _int, index: Tensor, source: Tensor, reduce: _str, *, include_self: _bool = True, out: Any = None) -> Tensor:
    """A copy with slices of `source` combined into those along `dim` that the vector `index` names.
    
    Args: reduce: prod, mean, amax or amin; include_self: whether the tensor's own elements take part."""
def index_select(input: Tensor, dim: _int, index: Tensor, *, out: Any = None) -> Tensor:
    """Slices along `dim` in the order of `index`, copied.
    
    Args: index: vector of int32 or int64.
    Errors: IndexError if an index is out of range."""
def inner(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Sums of products over the last axes; with a 0-d tensor the product."""
def instance_norm(input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None, use_input_stats: _bool, momentum: _float, eps: _float, cudnn_enabled: _bool, *, out: Any = None) -> Tensor:
    """Instance normalisation in the argument order of the root namespace."""
def inverse(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of square matrices (`linalg.inv`)."""
def is_complex(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype is complex."""
def is_conj(input: Tensor, *, out: Any = None) -> _bool:
    """Whether a conjugation is pending: never."""
def is_floating_point(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype is a floating one."""
def is_neg(input: Tensor, *, out: Any = None) -> _bool:
    """Whether a negation is pending: never."""
def is_signed(input: Tensor, *, out: Any = None) -> _bool:
    """Whether the dtype has a sign."""
def isclose(input: Tensor, other: Tensor, rtol: _float = 1e-5, atol: _float = 1e-8, equal_nan: _bool = False, *, out: Any = None) -> Tensor:
    """Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
    
    Args: equal_nan: whether two nans are close.
    **Errors**: RuntimeError if dtypes differ or a tolerance is negative."""
def isfinite(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is neither infinite nor nan."""
def isin(elements: Tensor | Number, test_elements: Tensor | Number, *, assume_unique: _bool = False, invert: _bool = False, out: Any = None) -> Tensor:
    """Whether each element is among `test_elements`.
    
    Args: assume_unique: no element occurs twice in either; invert: whether it is not."""
def isinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is infinite."""
def isnan(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is nan (for complex: either part)."""
def isneginf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is negative infinity."""
def isposinf(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element is positive infinity."""
def isreal(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element has no imaginary part."""
def istft(input: Tensor, n_fft: _int, hop_length: _int | None = None, win_length: _int | None = None, window: Tensor | None = None, center: _bool = True, normalized: _bool = False, onesided: _bool | None = None, length: _int | None = None, return_complex: _bool = False, *, out: Any = None) -> Tensor:
    """The signal of its spectra, as `stft` makes them: stretches are laid over one another, and the sum divided by that of the
    squares of the windows.
    
    Args: length: of the signal, which is cut or filled with zeros; others as `stft` was given them.
    Shape: (.., frequencies, frames) gives (.., length).
    Errors: RuntimeError where windows leave a gap."""
def kaiser_window(window_length: _int, periodic: _bool = True, beta: _float = 12.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Kaiser's window."""
def kron(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The Kronecker product: blocks of `other`, each times an element of `input`."""
def kthvalue(input: Tensor, k: _int, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The `k`-th least element along an axis (from 1), and where it is.
    
    Errors: RuntimeError if `k` is out of range."""
def layer_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, bias: Tensor | None = None, eps: _float = 1e-5, cudnn_enable: _bool = True, *, out: Any = None) -> Tensor:
    """Normalises over the last axes, which have the shape `normalized_shape`, then scales and shifts."""
def lcm(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The least common multiple of integers."""
def ldexp(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`input * 2^other`."""
def le(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors."""
def lerp(input: Tensor, end: Tensor, weight: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input + weight * (end - input)`; `weight` is a number or a tensor.
    
    **Errors**: RuntimeError unless all dtypes agree."""
def less(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `lt`."""
def less_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `le`."""
def lgamma(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the absolute value of the gamma function."""
def linspace(start: Tensor | Number, end: Tensor | Number, steps: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """`steps` numbers from `start` to `end`, evenly spaced, both included."""
def log(input: Tensor, *, out: Any = None) -> Tensor:
    """The natural logarithm of every element.
    
    Args: input: any dtype; integers give the default float."""
def log10(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 10."""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """`ln(1 + x)`, exact near zero."""
def log2(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm to base 2."""
def log_softmax(input: Tensor, dim: _int, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The logarithm of `softmax`, computed in one."""
def logaddexp(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`ln(e^input + e^other)` without overflow."""
def logaddexp2(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """`log2(2^input + 2^other)` without overflow."""
def logcumsumexp(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over the elements up to and including each one along an axis."""
def logdet(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the determinant; nan where that is negative."""
def logical_and(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Logical "and" of truth values; any dtype counts as true where it is not zero."""
def logical_not(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether an element is zero."""
def logical_or(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Logical "or" of truth values."""
def logical_xor(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Whether exactly one of two truth values holds."""
def logit(input: Tensor, eps: _float | None = None, *, out: Any = None) -> Tensor:
    """`ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`."""
def logspace(start: Tensor | Number, end: Tensor | Number, steps: _int, base: _float = 10.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """`base` to the power of `steps` numbers from `start` to `end`."""
def logsumexp(input: Tensor, dim: _int | Sequence[_int], keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over axes, without overflow."""
def lt(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether the first element is less. **Errors**: RuntimeError for complex tensors."""
def lu(input: Tensor, pivot: _bool = True, get_infos: _bool = False, *, out: Any = None) -> Any:
    """The compact decomposition and its exchanges, with `info` as a third if `get_infos` says so; `linalg.lu_factor` is its successor."""
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """Solves `A X = b` of a decomposition of `A`; `linalg.lu_solve` is its successor."""
def lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: _bool = True, unpack_pivots: _bool = True, *, out: Any = None) -> _Named:
    """The factors of a compact decomposition; those not asked for are empty."""
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number, *, out: Any = None) -> Tensor:
    """A copy with `value` where `mask` is true.
    
    Args: mask: bool tensor that broadcasts with `input`; value: number or 0-d tensor."""
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor, *, out: Any = None) -> Tensor:
    """A copy whose elements where `mask` is true come from `source`, one after the other.
    
    Errors: RuntimeError if `source` has too few elements or another dtype."""
def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:
    """The elements where `mask` is true, as one axis.
    
    Args: mask: bool tensor that broadcasts with `input`."""
def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
    
    Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right."""
def matrix_exp(input: Tensor, *, out: Any = None) -> Tensor:
    """The exponential of square matrices (`linalg.matrix_exp`)."""
def matrix_power(input: Tensor, n: _int, *, out: Any = None) -> Tensor:
    """A square matrix, or each of a stack, to an integer power."""
@overload
def max(input: Tensor, *, out: Any = None) -> Tensor:
    """The greatest element; nan if there is one. Gradients are shared evenly by ties.
    
    Errors: RuntimeError for an empty tensor and for complex numbers."""
@overload
def max(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The greater element of each pair (`maximum`), broadcasting."""
@overload
def max(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The greatest elements along an axis and their (first) positions."""
def max_pool1d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window."""
def max_pool2d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window."""
def max_pool3d(input: Tensor, kernel_size: _int | Sequence[_int], stride: _int | Sequence[_int] | None = None, padding: _int | Sequence[_int] = 0, dilation: _int | Sequence[_int] = 1, ceil_mode: _bool = False, *, out: Any = None) -> Tensor:
    """The greatest element of every window."""
def maximum(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The larger of two elements; nan if either is nan.
    
    **Errors**: RuntimeError for complex tensors."""
@overload
def mean(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean of all elements.
    
    Errors: RuntimeError for integers, unless `dtype` says otherwise."""
@overload
def mean(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean over axes (all of them for `None` or `()`)."""
@overload
def median(input: Tensor, *, out: Any = None) -> Tensor:
    """The lower middle of all elements in order; nan if there is one."""
@overload
def median(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The lower middles along an axis, and where they are; the first nan where there is one."""
def meshgrid(*tensors: Tensor | Sequence[Tensor], indexing: _str | None = None, out: Any = None) -> tuple[Tensor, ...]:
    """Grids of coordinates from vectors, as expanded views.
    
    Args: indexing: `"ij"` (the default), or `"xy"` with the first two axes exchanged."""
@overload
def min(input: Tensor, *, out: Any = None) -> Tensor:
    """The least element; nan if there is one. Gradients are shared evenly by ties.
    
    Errors: RuntimeError for an empty tensor and for complex numbers."""
@overload
def min(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The lesser element of each pair (`minimum`), broadcasting."""
@overload
def min(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The least elements along an axis and their (first) positions."""
def minimum(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The smaller of two elements; nan if either is nan.
    
    **Errors**: RuntimeError for complex tensors."""
def mm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Tensor:
    """The product of two matrices.
    
    Args: input: (n, m); mat2: (m, p), of the same dtype.
    Shape: (n, p).
    Errors: RuntimeError on sizes that do not fit or different dtypes."""
def mode(input: Tensor, dim: _int = -1, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The most frequent elements along an axis (the least of several), and their last positions."""
def moveaxis(input: Tensor, source: _int | Sequence[_int], destination: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes moved to other places (`movedim`)."""
def movedim(input: Tensor, source: _int | Sequence[_int], destination: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes moved to other places; the rest keep their order."""
def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """The elements in order along the first axis."""
def mul(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The product of two tensors, broadcasting both.
    
    **Shape**: broadcast of both."""
def multinomial(input: Tensor, num_samples: _int, replacement: _bool = False, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Indices drawn with the weights in the rows of `input`.
    
    Args: num_samples: draws a row; replacement: whether an index may come again."""
def multiply(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `mul`."""
def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Tensor:
    """A matrix (n, m) times a vector (m)."""
def mvlgamma(input: Tensor, p: _int, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`."""
def nan_to_num(input: Tensor, nan: _float | None = None, posinf: _float | None = None, neginf: _float | None = None, *, out: Any = None) -> Tensor:
    """nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers."""
def nanmean(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The mean of the elements that are not nan."""
@overload
def nanmedian(input: Tensor, *, out: Any = None) -> Tensor:
    """The lower middle of the elements that are not nan."""
@overload
def nanmedian(input: Tensor, dim: _int, keepdim: _bool = False, *, out: Any = None) -> _Named:
    """The lower middles of the elements along an axis that are not nan, and where they are."""
@overload
def nanquantile(input: Tensor, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """As `quantile`, over the elements that are not nan."""
@overload
def nanquantile(input: Tensor, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """As `quantile`, over the elements that are not nan."""
def nansum(input: Tensor, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum of all elements, nan counted as zero."""
@overload
def narrow(input: Tensor, dim: _int, start: Tensor, length: _int, *, out: Any = None) -> Tensor:
    """`length` elements from `start` along an axis, as a view."""
@overload
def narrow(input: Tensor, dim: _int, start: _int, length: _int, *, out: Any = None) -> Tensor:
    """As the row above, from an integer."""
def narrow_copy(input: Tensor, dim: _int, start: _int, length: _int, *, out: Any = None) -> Tensor:
    """`narrow` as a copy."""
def ne(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Whether two elements differ."""
def neg(input: Tensor, *, out: Any = None) -> Tensor:
    """The negative of every element.
    
    Errors: RuntimeError for bool tensors."""
def negative(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `neg`."""
def nextafter(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The next number after `input` towards `other`."""
def nonzero(input: Tensor, *, as_tuple: _bool = False, out: Any = None) -> Any:
    """The indices of elements that are not zero: a row each, or with `as_tuple` one tensor an axis."""
def nonzero_static(input: Tensor, *, size: _int, fill_value: _int = -1, out: Any = None) -> Tensor:
    """The first `size` indices of elements that are not zero, a row each; `fill_value` where there are fewer."""
@overload
def norm(input: Tensor, p: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The p-norm over axes, of all elements by default.
    
    Args: p: any number, or `"fro"`, `"nuc"`; nothing means 2."""
@overload
def norm(input: Tensor, p: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
@overload
def normal(mean: _float, std: _float, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of the given mean and deviation."""
@overload
def normal(mean: Tensor | Number = 0.0, std: Tensor | Number = 1.0, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Normal numbers whose mean, deviation or both are tensors."""
def not_equal(input: Tensor, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `ne`."""
@overload
def ones(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of ones."""
@overload
def ones(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of ones."""
def ones_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Ones with the shape, dtype and device of `input`."""
def orgqr(input: Tensor, input2: Tensor, *, out: Any = None) -> Tensor:
    """The first columns of a product of reflections (`linalg.householder_product`)."""
def ormqr(input: Tensor, tau: Tensor, other: Tensor, left: _bool = True, transpose: _bool = False, *, out: Any = None) -> Tensor:
    """`Q other` for the product `Q` of reflections that `geqrf` gives; with `left=False` `other Q`, with `transpose` its adjoint."""
def outer(input: Tensor, vec2: Tensor, *, out: Any = None) -> Tensor:
    """The products of all pairs of elements of two vectors."""
def pairwise_distance(x1: Tensor, x2: Tensor, p: _float = 2.0, eps: _float = 1e-6, keepdim: _bool = False) -> Tensor:
    """The p-norm of `x1 - x2 + eps` along the last axis."""
def pdist(input: Tensor, p: _float = 2.0) -> Tensor:
    """The p-distances of every row to the later ones, as one axis."""
@overload
def permute(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Axes in another order."""
@overload
def permute(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Axes in another order."""
@overload
def permute_copy(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """`permute` as a copy."""
@overload
def permute_copy(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """`permute` as a copy."""
def pinverse(input: Tensor, rcond: _float = 1e-15, *, out: Any = None) -> Tensor:
    """The pseudoinverse of matrices (`linalg.pinv`)."""
def pixel_shuffle(input: Tensor, upscale_factor: _int) -> Tensor:
    """Moves channels into pixels: (*, C r r, H, W) to (*, C, H r, W r).
    
    Errors: RuntimeError if r r does not divide the channels."""
def pixel_unshuffle(input: Tensor, downscale_factor: _int) -> Tensor:
    """Moves pixels into channels: (*, C, H r, W r) to (*, C r r, H, W).
    
    Errors: RuntimeError if r does not divide height and width."""
def poisson(input: Tensor, *, generator: Generator | None = None, out: Any = None) -> Tensor:
    """Counts of events at the rates that `input` holds."""
def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Tensor:
    """Complex numbers from absolute values and angles, broadcasting."""
def polygamma(n: _int, input: Tensor, *, out: Any = None) -> Tensor:
    """The `n`-th derivative of `digamma`."""
def positive(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself.
    
    **Errors**: RuntimeError for bool tensors."""
def pow(input: Tensor | Number, exponent: Tensor | Number, *, out: Any = None) -> Tensor:
    """Each element to a power; base and exponent may be tensors or numbers, broadcasting.
    
    **Errors**: RuntimeError for integers to a negative whole power."""
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`x` above zero, `weight * x` below; one weight in all or one per channel (axis 1)."""
@overload
def prod(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The product of all elements.
    
    Args: dtype: dtype of the result and of the products (integers and bool: int64)."""
@overload
def prod(input: Tensor, dim: _int, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The product over one axis."""
def promote_types(type1: _dtype, type2: _dtype, *, out: Any = None) -> _dtype:
    """The smallest dtype that holds both."""
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: _bool = False, *, out: Any = None) -> Tensor:
    """A copy with elements of the flattened tensor replaced (or added to)."""
def qr(input: Tensor, some: _bool = True, *, out: Any = None) -> _Named:
    """The decomposition `input = Q R` (`linalg.qr`)."""
@overload
def quantile(input: Tensor, q: Tensor, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """The elements at the ranks `q * (n - 1)` in order, interpolated; nan where there is one.
    
    Args: q: numbers in [0, 1] of the dtype of `input` (float32 or float64); interpolation: `linear`, `lower`,
    `higher`, `midpoint` or `nearest`.
    Shape: that of the reduction, with an axis for `q` in front if `q` has one."""
@overload
def quantile(input: Tensor, q: _float, dim: _int | None = None, keepdim: _bool = False, *, interpolation: _str = "linear", out: Any = None) -> Tensor:
    """The element at the rank `q * (n - 1)` in order, interpolated; nan where there is one."""
def rad2deg(input: Tensor, *, out: Any = None) -> Tensor:
    """Radians as degrees."""
@overload
def rand(size: Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Uniform numbers from 0 (included) to 1."""
@overload
def rand(*size: _int, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Uniform numbers from 0 (included) to 1."""
def rand_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Uniform numbers with the shape, dtype and device of `input`."""
@overload
def randint(high: _int, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Integers from 0 up to `high`, which is left out."""
@overload
def randint(low: _int, high: _int, size: _int | Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Integers from `low` up to `high`, which is left out."""
@overload
def randint_like(input: Tensor, high: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Integers from 0 up to `high` with the shape, dtype and device of `input`."""
@overload
def randint_like(input: Tensor, low: _int, high: _int, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Integers from `low` up to `high` with the shape, dtype and device of `input`."""
@overload
def randn(size: Sequence[_int], *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of mean 0 and deviation 1."""
@overload
def randn(*size: _int, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Normal numbers of mean 0 and deviation 1."""
def randn_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Normal numbers with the shape, dtype and device of `input`."""
def randperm(n: _int, *, generator: Generator | None = None, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """The numbers `0..n` in random order."""
def range(start: Number, end: Number, step: Number = 1, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Numbers from `start` to `end`, which is included, in steps."""
def ravel(input: Tensor, *, out: Any = None) -> Tensor:
    """All elements in one axis: a view where possible."""
def real(input: Tensor, *, out: Any = None) -> Tensor:
    """The real parts, a view; a real tensor itself."""
def reciprocal(input: Tensor, *, out: Any = None) -> Tensor:
    """One over every element."""
def relu(input: Tensor, *, out: Any = None) -> Tensor:
    """The larger of zero and each element; nan stays nan.
    
    Args: input: any real dtype but bool."""
def remainder(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The remainder with the sign of the divisor, as Python's `%`.
    
    **Errors**: RuntimeError for integer division by zero."""
def renorm(input: Tensor, p: Number, dim: _int, maxnorm: Number, *, out: Any = None) -> Tensor:
    """Slices along an axis scaled down to a p-norm of at most `maxnorm`."""
@overload
def repeat_interleave(input: Tensor, repeats: _int, dim: _int | None = None, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """Every element (or slice along `dim`) repeated that many times in place.
    
    Args: dim: without it the tensor is flattened."""
@overload
def repeat_interleave(input: Tensor, repeats: Tensor, dim: _int | None = None, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """Every element (or slice along `dim`) repeated as often as a tensor says."""
@overload
def repeat_interleave(repeats: Tensor, *, output_size: _int | None = None, out: Any = None) -> Tensor:
    """The positions `0..n`, each as often as `repeats` says."""
@overload
def reshape(input: Tensor, shape: Sequence[_int], *, out: Any = None) -> Tensor:
    """The same data in another shape: a view where strides allow it, else a copy."""
@overload
def reshape(input: Tensor, *shape: _int, out: Any = None) -> Tensor:
    """The same data in another shape: a view where strides allow it, else a copy."""
def resolve_conj(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself: conjugates are never deferred here."""
def resolve_neg(input: Tensor, *, out: Any = None) -> Tensor:
    """The tensor itself: negatives are never deferred here."""
def result_type(tensor1: Tensor | Number, tensor2: Tensor | Number, *, out: Any = None) -> _dtype:
    """The dtype that arithmetic on the two operands gives."""
def rms_norm(input: Tensor, normalized_shape: _int | Sequence[_int], weight: Tensor | None = None, eps: _float | None = None) -> Tensor:
    """Divides by the root mean square over the last axes, then scales."""
def roll(input: Tensor, shifts: _int | Sequence[_int], dims: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor."""
def rot90(input: Tensor, k: _int = 1, dims: _int | Sequence[_int] = (0, 1), *, out: Any = None) -> Tensor:
    """Turned by `k` right angles in the plane of two axes, from the first toward the second."""
def round(input: Tensor, *, decimals: _int = 0, out: Any = None) -> Tensor:
    """Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour."""
def row_stack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the first axis (`vstack`)."""
def rrelu(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False, *, out: Any = None) -> Tensor:
    """As `torch.nn.functional.rrelu`."""
def rrelu_(input: Tensor, lower: _float = 0.125, upper: _float = 1.0 / 3.0, training: _bool = False) -> Tensor:
    """`rrelu` in place."""
def rsqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """One over the square root."""
def rsub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`other - alpha * input`, broadcasting both."""
def scalar_tensor(s: Number, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """One number as a 0-d tensor."""
@overload
def scatter(input: Tensor, dim: _int, index: Tensor, src: Tensor | Number, *, reduce: _str | None = None, out: Any = None) -> Tensor:
    """A copy with the elements of `src` (or one value) put at the places along `dim` that `index` names.
    
    Args: reduce: `"add"` or `"multiply"` to combine with what is there."""
@overload
def scatter(input: Tensor, dim: _int, index: Tensor, value: Number, *, reduce: _str | None = None, out: Any = None) -> Tensor:
    """A copy with one value put at the places along `dim` that `index` names."""
def scatter_add(input: Tensor, dim: _int, index: Tensor, src: Tensor, *, out: Any = None) -> Tensor:
    """A copy with the elements of `src` added at the places along `dim` that `index` names."""
def scatter_reduce(input: Tensor, dim: _int, index: Tensor, src: Tensor, reduce: _str, *, include_self: _bool = True, out: Any = None) -> Tensor:
    """A copy with the elements of `src` combined into the places along `dim` that `index` names.
    
    Args: reduce: sum, prod, mean, amax or amin; include_self: whether the tensor's own elements take part."""
def searchsorted(sorted_sequence: Tensor, input: Tensor | Number, *, out_int32: _bool = False, right: _bool = False, side: _str | None = None, sorter: Tensor | None = None, out: Any = None) -> Tensor:
    """Where values belong in a sorted sequence (row by row): before equal elements, after them with `right`.
    
    Args: sorter: positions that put `sorted_sequence` in order, if it is not."""
def select(input: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """One index along an axis; the axis goes."""
def select_copy(input: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """`select` as a copy."""
def select_scatter(input: Tensor, src: Tensor, dim: _int, index: _int, *, out: Any = None) -> Tensor:
    """A copy with `src` at one index along `dim`."""
def selu(input: Tensor, *, out: Any = None) -> Tensor:
    """The self-normalising `elu`."""
def selu_(input: Tensor) -> Tensor:
    """`selu` in place."""
def sgn(input: Tensor, *, out: Any = None) -> Tensor:
    """The direction of every element: `x / |x|`, zero for zero. For real tensors the sign."""
def sigmoid(input: Tensor) -> Tensor:
    """The logistic function `1 / (1 + e^-x)`."""
def sign(input: Tensor, *, out: Any = None) -> Tensor:
    """-1, 0 or 1, as every element's sign.
    
    **Errors**: RuntimeError for complex tensors; see `sgn`."""
def signbit(input: Tensor, *, out: Any = None) -> Tensor:
    """Whether each element has its sign bit set (minus zero has)."""
def sin(input: Tensor, *, out: Any = None) -> Tensor:
    """The sine of every element, in radians."""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """`sin(pi x) / (pi x)`."""
def sinh(input: Tensor, *, out: Any = None) -> Tensor:
    """The hyperbolic sine."""
def slice_scatter(input: Tensor, src: Tensor, dim: _int = 0, start: _int | None = None, end: _int | None = None, step: _int = 1, *, out: Any = None) -> Tensor:
    """A copy with `src` in the slice `start:end:step` along `dim`."""
def slogdet(input: Tensor, *, out: Any = None) -> _Named:
    """The sign of the determinant and the logarithm of its absolute value (`linalg.slogdet`)."""
def softmax(input: Tensor, dim: _int, dtype: _dtype | None = None, *, out: Any = None) -> Tensor:
    """`e^x / sum(e^x)` along an axis.
    
    Args: dtype: converts the input first (floating dtypes).
    Shape: as `input`."""
@overload
def sort(input: Tensor, dim: _int = -1, descending: _bool = False, *, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were. The sort is stable; nan counts as the greatest.
    
    Errors: RuntimeError for complex numbers."""
@overload
def sort(input: Tensor, *, stable: _bool | None, dim: _int = -1, descending: _bool = False, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were; always stable."""
@overload
def sort(input: Tensor, dim: _int = -1, descending: _bool = False, *, stable: _bool | None, out: Any = None) -> _Named:
    """The elements in order along an axis, and where they were; always stable."""
def split(input: Tensor, split_size_or_sections: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces of `split_size` (the last may be smaller), as views."""
def split_copy(input: Tensor, split_size: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split` as copies."""
def split_with_sizes(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces of the given sizes, as views."""
def split_with_sizes_copy(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split_with_sizes` as copies."""
def sqrt(input: Tensor, *, out: Any = None) -> Tensor:
    """The square root of every element; nan below zero."""
def square(input: Tensor, *, out: Any = None) -> Tensor:
    """Each element times itself."""
@overload
def squeeze(input: Tensor, *, out: Any = None) -> Tensor:
    """Without the axes of size 1."""
@overload
def squeeze(input: Tensor, dim: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """Without the given axes, where their size is 1."""
@overload
def squeeze_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`squeeze` as a copy."""
@overload
def squeeze_copy(input: Tensor, dim: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """`squeeze` of axes as a copy."""
def stack(tensors: Sequence[Tensor], dim: _int = 0, *, out: Any = None) -> Tensor:
    """Tensors of one shape side by side along a new axis."""
@overload
def std(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> Tensor:
    """The standard deviation over axes, with `n - correction` as divisor of the variance."""
@overload
def std(input: Tensor, unbiased: _bool, *, out: Any = None) -> Tensor:
    """The standard deviation of all elements."""
@overload
def std(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The standard deviation over axes."""
@overload
def std_mean(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean over axes."""
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
    
    ```text
    >>> torch.stft(torch.ones(16), 4, return_complex=True).shape
    torch.Size([3, 17])
    
    ```"""
def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """`input - alpha * other`, broadcasting both.
    
    **Errors**: RuntimeError for bool tensors and shapes that do not broadcast."""
def subtract(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1, out: Any = None) -> Tensor:
    """Alias of `sub`."""
@overload
def sum(input: Tensor, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum of all elements.
    
    Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    Shape: 0-d."""
@overload
def sum(input: Tensor, dim: _int | Sequence[_int] | None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The sum over axes (all of them for `None` or `()`)."""
def svd(input: Tensor, some: _bool = True, compute_uv: _bool = True, *, out: Any = None) -> _Named:
    """The singular value decomposition `input = U diag(S) V^H` (`linalg.svd`)."""
def swapaxes(input: Tensor, axis0: _int, axis1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged (`transpose`)."""
def swapdims(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged (`transpose`)."""
def t(input: Tensor, *, out: Any = None) -> Tensor:
    """Rows and columns exchanged; tensors of fewer than two axes as they are.
    
    Errors: RuntimeError above two axes."""
def t_copy(input: Tensor, *, out: Any = None) -> Tensor:
    """`t` as a copy."""
def take(input: Tensor, index: Tensor, *, out: Any = None) -> Tensor:
    """Elements of the flattened tensor.
    
    Args: index: int64.
    Shape: that of `index`."""
def take_along_dim(input: Tensor, indices: Tensor, dim: _int | None = None, *, out: Any = None) -> Tensor:
    """Elements along `dim` where `indices` broadcasts with `input`; without `dim` both are flattened."""
def tan(input: Tensor, *, out: Any = None) -> Tensor:
    """The tangent of every element, in radians."""
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent."""
@overload
def tensor_split(input: Tensor, sections: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """That many pieces along an axis, as even as can be, as views."""
@overload
def tensor_split(input: Tensor, indices: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """The pieces between the given indices along an axis, as views."""
@overload
def tensor_split(input: Tensor, tensor_indices_or_sections: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """As `tensor_split`, the number of sections or the indices in a tensor."""
@overload
def tensordot(a: Tensor, b: Tensor, dims: _int = 2, *, out: Any = None) -> Tensor:
    """Sums of products over the last `dims` axes of `a` and the first of `b`."""
@overload
def tensordot(a: Tensor, b: Tensor, dims: Sequence[Sequence[_int]], *, out: Any = None) -> Tensor:
    """Sums of products over pairs of axes: the first list names those of `a`, the second those of `b`."""
def threshold(input: Tensor, threshold: _float, value: _float, *, out: Any = None) -> Tensor:
    """`x` above the threshold, `value` at it and below."""
def threshold_(input: Tensor, threshold: _float, value: _float) -> Tensor:
    """`threshold` in place."""
@overload
def tile(input: Tensor, dims: Sequence[_int], *, out: Any = None) -> Tensor:
    """Copies side by side; missing leading counts are 1."""
@overload
def tile(input: Tensor, *dims: _int, out: Any = None) -> Tensor:
    """Copies side by side; missing leading counts are 1."""
def topk(input: Tensor, k: _int, dim: _int = -1, largest: _bool = True, sorted: _bool = True, *, out: Any = None) -> _Named:
    """The `k` greatest (or least) elements along an axis in order, and where they were.
    
    Errors: RuntimeError if `k` is out of range."""
def trace(input: Tensor, *, out: Any = None) -> Tensor:
    """The sum of the diagonal of a matrix."""
def transpose(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """Two axes exchanged."""
def transpose_copy(input: Tensor, dim0: _int, dim1: _int, *, out: Any = None) -> Tensor:
    """`transpose` as a copy."""
@overload
def trapezoid(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule, with sample points `x`."""
@overload
def trapezoid(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule, with sample points `dx` apart."""
@overload
def trapz(y: Tensor, x: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule (`trapezoid`)."""
@overload
def trapz(y: Tensor, *, dx: Number = 1, dim: _int = -1, out: Any = None) -> Tensor:
    """The integral along an axis by the trapezoidal rule (`trapezoid`)."""
def triangular_solve(input: Tensor, A: Tensor, upper: _bool = True, transpose: _bool = False, unitriangular: _bool = False, *, out: Any = None) -> _Named:
    """Solves `A X = b` (`A^T X = b` with `transpose`) for triangular matrices; `linalg.solve_triangular` is its successor."""
def tril(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The part of each matrix on and below a diagonal, zeros elsewhere."""
def tril_indices(row: _int, col: _int, offset: _int = 0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """Coordinates of the elements on and below a diagonal: rows first, columns second."""
def triu(input: Tensor, diagonal: _int = 0, *, out: Any = None) -> Tensor:
    """The part of each matrix on and above a diagonal, zeros elsewhere."""
def triu_indices(row: _int, col: _int, offset: _int = 0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, out: Any = None) -> Tensor:
    """Coordinates of the elements on and above a diagonal: rows first, columns second."""
def true_divide(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """The quotient of two tensors, broadcasting both; integers divide as floats."""
def trunc(input: Tensor, *, out: Any = None) -> Tensor:
    """Each element without its fraction."""
def unbind(input: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """One tensor for each index along an axis, as views."""
def unbind_copy(input: Tensor, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`unbind` as copies."""
def unflatten(input: Tensor, dim: _int, sizes: _int | Sequence[_int], *, out: Any = None) -> Tensor:
    """One axis as several; one of the sizes may be -1."""
def unfold_copy(input: Tensor, dimension: _int, size: _int, step: _int, *, out: Any = None) -> Tensor:
    """`unfold` as a copy."""
def unique(input: Tensor, sorted: _bool = True, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None, *, out: Any = None) -> Any:
    """The distinct elements in order (every nan is distinct), with the group of each element and the size of each
    group if asked for; with `dim` the distinct slices along an axis.
    
    Errors: RuntimeError for complex numbers."""
def unique_consecutive(input: Tensor, return_inverse: _bool = False, return_counts: _bool = False, dim: _int | None = None, *, out: Any = None) -> Any:
    """The first of each run of equal elements (or of slices along an axis), with the run of each element and the
    length of each run if asked for."""
def unsafe_chunk(input: Tensor, chunks: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`chunk` with pieces that may be changed in place."""
def unsafe_split(input: Tensor, split_size: _int, dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split` with pieces that may be changed in place."""
def unsafe_split_with_sizes(input: Tensor, split_sizes: _int | Sequence[_int], dim: _int = 0, *, out: Any = None) -> tuple[Tensor, ...]:
    """`split_with_sizes` with pieces that may be changed in place."""
def unsqueeze(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """With an axis of size 1 put in."""
def unsqueeze_copy(input: Tensor, dim: _int, *, out: Any = None) -> Tensor:
    """`unsqueeze` as a copy."""
@overload
def var(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> Tensor:
    """The variance over axes, with `n - correction` as divisor.
    
    Args: correction: 1 for the unbiased estimate (the default), 0 for the mean square deviation.
    Errors: RuntimeError for integers."""
@overload
def var(input: Tensor, unbiased: _bool, *, out: Any = None) -> Tensor:
    """The variance of all elements."""
@overload
def var(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """The variance over axes."""
@overload
def var_mean(input: Tensor, dim: _int | Sequence[_int] | None = None, *, correction: _float | None = None, keepdim: _bool = False, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean over axes."""
@overload
def var_mean(input: Tensor, unbiased: _bool, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean of all elements."""
@overload
def var_mean(input: Tensor, dim: _int | Sequence[_int] | None, unbiased: _bool = True, keepdim: _bool = False, *, out: Any = None) -> tuple[Tensor, Tensor]:
    """Variance and mean over axes."""
def vdot(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The sum of products of two vectors, the first conjugated."""
def view_as_complex(input: Tensor, *, out: Any = None) -> Tensor:
    """A real tensor whose last axis has size 2 as a complex one, a view.
    
    **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly."""
def view_as_real(input: Tensor, *, out: Any = None) -> Tensor:
    """A complex tensor as a real one with a last axis of real and imaginary part, a view.
    
    **Errors**: RuntimeError for real tensors."""
@overload
def view_copy(input: Tensor, size: Sequence[_int], *, out: Any = None) -> Tensor:
    """`view` as a copy."""
@overload
def view_copy(input: Tensor, *size: _int, out: Any = None) -> Tensor:
    """`view` as a copy."""
@overload
def vsplit(input: Tensor, sections: _int, *, out: Any = None) -> tuple[Tensor, ...]:
    """Equal sections along the first axis."""
@overload
def vsplit(input: Tensor, indices: _int | Sequence[_int], *, out: Any = None) -> tuple[Tensor, ...]:
    """Pieces between indices along the first axis."""
def vstack(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """Joined along the first axis; vectors are rows."""
@overload
def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Elements of `input` where `condition` holds, of `other` elsewhere; all three broadcast.
    
    Args: condition: bool tensor. input, other: tensors or numbers.
    **Errors**: RuntimeError if the condition is not bool."""
@overload
def where(condition: Tensor, *, out: Any = None) -> Any:
    """The indices of elements that are not zero, one tensor an axis."""
def xlog1py(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input * ln(1 + other)`, zero where `input` is zero."""
def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """`input * ln(other)`, zero where `input` is zero."""
@overload
def zeros(size: Sequence[_int], *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of zeros.
    
    Args: size: sizes, separate or as a list; dtype: default the default float."""
@overload
def zeros(*size: _int, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """A tensor of zeros.
    
    Args: size: sizes, separate or as a list; dtype: default the default float."""
def zeros_like(input: Tensor, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, pin_memory: _bool | None = None, requires_grad: _bool = False, memory_format: memory_format | None = None, out: Any = None) -> Tensor:
    """Zeros with the shape, dtype and device of `input`."""
def zeta(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Hurwitz's zeta function of `input` with offset `other`."""
def _answer(*args: Any, **kwargs: Any) -> Any: ...
def _answers(*args: Any, **kwargs: Any) -> Any: ...
def _as_subclass(*args: Any, **kwargs: Any) -> Any: ...
def _describe(*args: Any, **kwargs: Any) -> Any: ...
def _disabled_torch_function_impl(*args: Any, **kwargs: Any) -> Any: ...
def _from_buffer(*args: Any, **kwargs: Any) -> Any: ...
def _get_function_stack_at(*args: Any, **kwargs: Any) -> Any: ...
def _is_torch_function_all_disabled(*args: Any, **kwargs: Any) -> Any: ...
def _is_torch_function_enabled(*args: Any, **kwargs: Any) -> Any: ...
def _len_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _live_nodes(*args: Any, **kwargs: Any) -> Any: ...
def _pop_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _printoptions(*args: Any, **kwargs: Any) -> Any: ...
def _push_on_torch_function_stack(*args: Any, **kwargs: Any) -> Any: ...
def _record_function(*args: Any, **kwargs: Any) -> Any: ...
def _register_types(*args: Any, **kwargs: Any) -> Any: ...
def _row_names(*args: Any, **kwargs: Any) -> Any: ...
def _saved_tensors_hooks_is_enabled(*args: Any, **kwargs: Any) -> Any: ...
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
_optim: Any
_autograd: Any
_transform: Any
DisableTorchFunction: Any
DisableTorchFunctionSubclass: Any
_dirichlet_grad: Any
_sample_dirichlet: Any
_standard_gamma: Any
_standard_gamma_grad: Any
