"""Products of sparse matrices: with dense ones, with vectors, with each other; and their gradients.

A row of the product with a dense matrix is a weighted sum of the matrix's rows, which is what a bag of embeddings is: the
engine's kernel for those does the work. The gradient with respect to the dense matrix is the product with the transposed
matrix, that with respect to the values the products of rows at the stored places alone: no dense matrix of the sparse one's
size is ever made.
"""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ..autograd.function import Function
from ._base import Sparse, operation
from .compressed import Compressed
from .coo import Coo, coo, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Rows


def _product(values: Tensor, dense: Tensor, rows: Rows) -> Tensor:
    """Of values in the rows' order and a dense matrix, without a history."""
    n, width = rows.size[0], dense.size(1)
    if values.numel() == 0 or width == 0:
        return dense.new_zeros(n, width)
    if values.dtype in (_C.float32, _C.float64):
        return _C._nn.embedding_bag(
            rows.column,
            dense.contiguous(),
            rows.start,
            mode="sum",
            per_sample_weights=values,
            include_last_offset=True,
        )
    found = dense.index_select(0, rows.column) * values.unsqueeze(1)
    return dense.new_zeros(n, width).index_add(0, rows.row, found)


class _Mm(Function):
    """The product of a sparse matrix, as its values, with a dense one."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, dense: Tensor, rows: Rows) -> Any:
        """The product."""
        ctx.rows = rows
        ctx.save_for_backward(values, dense)
        return _product(values if rows.order is None else values.index_select(0, rows.order), dense, rows)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        """The gradients, in operations that have gradients themselves."""
        values, dense = ctx.saved_tensors
        rows = ctx.rows
        of_values = of_dense = None
        if ctx.needs_input_grad[1]:
            of_dense = _Mm.apply(values.conj().resolve_conj(), g, rows.flipped)
        if ctx.needs_input_grad[0]:
            of_values = (g.index_select(0, rows.row) * dense.index_select(0, rows.column).conj()).sum(1)
            if rows.order is not None:
                of_values = _C.zeros_like(of_values).index_copy(0, rows.order, of_values)
        return of_values, of_dense, None


_Mm.__name__ = "Mm"


def rows_of_matrix(matrix: Any) -> Rows:
    """A sparse matrix row by row."""
    return matrix._rows() if isinstance(matrix, Compressed) else matrix._places().rows


def _check_matrix(matrix: Any, name: str) -> None:
    if isinstance(matrix, Coo) and (matrix.sparse_dim() != 2 or matrix.dense_dim() != 0):
        raise RuntimeError(
            f"{name}: expected a matrix with 2 sparse and 0 dense dimensions, but got {matrix.sparse_dim()} sparse and "
            f"{matrix.dense_dim()} dense dimensions"
        )


def with_dense(matrix: Any, dense: Tensor) -> Tensor:
    """The product of a sparse matrix and a dense one."""
    _check_matrix(matrix, "addmm")
    if dense.dim() != 2:
        raise RuntimeError(
            f"addmm: 2-D matrices expected, got {matrix.dim()}D tensor and {dense.dim()}D tensor"
        )
    if matrix.dtype != dense.dtype:
        raise RuntimeError(f"expected scalar type {_scalar(matrix.dtype)} but found {_scalar(dense.dtype)}")
    if matrix.size(1) != dense.size(0):
        raise RuntimeError(
            f"addmm: Argument #3 (dense): Expected dim 0 size {matrix.size(1)}, got {dense.size(0)}"
        )
    return _Mm.apply(matrix._v, dense, rows_of_matrix(matrix))


_WORDS = {
    "float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long", "int32": "Int",
    "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool", "complex64": "ComplexFloat", "complex128": "ComplexDouble",
}  # fmt: skip


def _scalar(dtype: Any) -> str:
    return _WORDS.get(str(dtype).rpartition(".")[2], str(dtype))


def _matrix_rows(matrix: Any) -> tuple[Rows, Tensor]:
    rows = rows_of_matrix(matrix)
    return rows, matrix._v if rows.order is None else matrix._v.index_select(0, rows.order)


def with_sparse(a: Any, b: Any) -> Any:
    """The product of two sparse matrices, sparse: each element of the one meets a row of the other."""
    for each in (a, b):
        _check_matrix(each, "sparse_mm")
    if a.size(1) != b.size(0):
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.size(0)}x{a.size(1)} and {b.size(0)}x{b.size(1)})"
        )
    if a.dtype != b.dtype:
        raise RuntimeError(f"mat1 dtype {_scalar(a.dtype)} does not match mat2 dtype {_scalar(b.dtype)}")
    (left, x), (right, y) = _matrix_rows(a), _matrix_rows(b)
    column = left.column.to(_C.int64)
    begins = right.start.to(_C.int64)
    counts = (begins[1:] - begins[:-1]).index_select(0, column)
    which = _C.repeat_interleave(_C.arange(column.numel()), counts)  # the element of `a` in each meeting
    before = counts.cumsum(0) - counts
    met = _C.arange(which.numel()) - before.index_select(0, which)
    met = met + begins.index_select(0, column).index_select(0, which)
    places = _C.stack(
        [left.row.to(_C.int64).index_select(0, which), right.column.to(_C.int64).index_select(0, met)]
    )
    values = x.index_select(0, which) * y.index_select(0, met)
    return coo(places, values, (a.size(0), b.size(1))).coalesce()


def _mm(input: Any, mat2: Any) -> Any:
    if isinstance(input, Sparse) and isinstance(mat2, Sparse):
        made = with_sparse(input, mat2)
        return made.to_sparse_csr() if isinstance(input, Compressed) or isinstance(mat2, Compressed) else made
    if isinstance(input, Sparse):
        return with_dense(input, mat2)
    if input.dim() != 2:
        raise RuntimeError(
            f"addmm: 2-D matrices expected, got {mat2.dim()}D tensor and {input.dim()}D tensor"
        )
    return with_dense(mat2.t(), input.t()).t()


def _mv(input: Any, vec: Any) -> Any:
    if isinstance(vec, Sparse):
        vec = vec.to_dense()
    if isinstance(input, Sparse) and vec.dim() == 1 and input.size(-1) != vec.size(0):
        raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
    return _mm(input, vec.unsqueeze(1)).squeeze(1)


def _matmul(input: Any, other: Any) -> Any:
    left, right = input.dim(), other.dim()
    if left == 2 and right == 2:
        return _mm(input, other)
    if left == 2 and right == 1:
        return _mv(input, other)
    if left == 1 and right == 2:
        return _mv(other.t(), input)
    if left == 3 and right == 3:
        return _bmm(input, other)
    raise NotImplementedError(
        f"matmul: sparse tensors of {left} and {right} dimensions are not multiplied; use matrices"
    )


def _addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    if isinstance(input, Sparse):
        if not (isinstance(mat1, Sparse) and isinstance(mat2, Sparse) and isinstance(input, Compressed)):
            raise RuntimeError(
                "addmm_sparse_dense: expected strided result tensor, got tensor with layout Sparse"
            )
        return input * beta + _mm(mat1, mat2) * alpha
    found = _mm(mat1, mat2)
    if isinstance(found, Sparse):
        found = found.to_dense()
    found = found if alpha == 1 else found * alpha
    return found if beta == 0 else found + (input if beta == 1 else input * beta)


def _addmm_(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    return input.copy_(_addmm(input, mat1, mat2, beta=beta, alpha=alpha))


def _linear(input: Any, weight: Any, bias: Any = None) -> Any:
    if isinstance(input, Sparse):
        made = _mm(input, weight.t())
    else:
        made = (
            _mm(weight, input.reshape(-1, input.size(-1)).t()).t().reshape((*input.shape[:-1], weight.size(0)))
        )
    return made if bias is None else made + bias


def _bmm(input: Any, mat2: Any) -> Any:
    if not isinstance(input, Coo) or isinstance(mat2, Sparse):
        raise NotImplementedError("bmm: only a sparse_coo tensor with a dense one")
    if input.sparse_dim() != 3:
        raise RuntimeError(f"bmm_sparse: Tensor 'self' must have 3 sparse dims, but has {input.sparse_dim()}")
    if mat2.dim() != 3:
        raise RuntimeError(f"bmm_sparse: Tensor 'mat2' must have 3 dims, but has {mat2.dim()}")
    b, n, m = input.shape
    if mat2.size(0) != b or mat2.size(1) != m:
        raise RuntimeError(f"bmm_sparse: expected mat2 of shape ({b}, {m}, *), but got {tuple(mat2.shape)}")
    # one matrix whose blocks on the diagonal are the matrices of the batch
    batch = input._i[0]
    whole = coo(
        _C.stack([input._i[1] + batch * n, input._i[2] + batch * m]), input._v, (b * n, b * m), input._once
    )
    return with_dense(whole, mat2.reshape(b * m, -1)).reshape(b, n, mat2.size(2))


def _smm(input: Any, mat: Any) -> Any:
    return _C.mm(input, mat).to_sparse()


def _hspmm(mat1: Any, mat2: Any) -> Any:
    """The product, hybrid: its rows that the sparse matrix has elements in."""
    found = _C.mm(mat1, mat2)
    rows = _C.unique(mat1._i[0])
    return coo(rows.unsqueeze(0), found.index_select(0, rows), found.shape, True)


def reduced(matrix: Any, dense: Any, reduce: str) -> Any:
    """The products of the stored elements with the rows that they meet, in each row summed, averaged or the largest or least."""
    if reduce == "sum":
        return _C.mm(matrix, dense)
    if not isinstance(matrix, Compressed):
        raise NotImplementedError(
            f"sparse.mm: reduce='{reduce}' is for matrices in the layout torch.sparse_csr, not in {matrix.layout}"
        )
    ways = {"mean": "mean", "amax": "amax", "amin": "amin"}
    if reduce not in ways:
        raise RuntimeError(f"reduce argument must be either sum, mean, amax or amin, got {reduce}")
    rows, values = _matrix_rows(matrix)
    met = dense.index_select(0, rows.column) * values.unsqueeze(1)
    counts = (rows.start[1:] - rows.start[:-1]).unsqueeze(1)
    if reduce == "mean":
        return total(met, rows.row, rows.size[0]) / counts.clamp(min=1).to(dense.dtype)
    made = dense.new_zeros(rows.size[0], dense.size(1))
    return made.scatter_reduce(0, rows.row.unsqueeze(1).expand_as(met), met, ways[reduce], include_self=False)


for _kind in (Coo, Compressed):
    for _function, _names in (
        (_mm, "mm spmm dsmm"),
        (_matmul, "matmul"),
        (_mv, "mv"),
        (_addmm, "addmm"),
        (_addmm_, "addmm_"),
        (_linear, "linear"),
        (_bmm, "bmm"),
    ):
        operation(_kind, *_names.split())(_function)
