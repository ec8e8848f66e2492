"""``torch.sparse``: functions of sparse tensors."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import Sparse
from .product import _hspmm, _smm, reduced
from .reduce import along, softmax as _softmax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def mm(mat1: Tensor, mat2: Tensor, reduce: str = "sum") -> Tensor:
    """The product of two matrices, of which one or both are sparse; dense unless both are.

    Gradients flow to the values of a sparse matrix, at the places that it stores, and to a dense one.

    Args:
        mat1, mat2 (Tensor): of shapes (n, m) and (m, p).
        reduce (str): what becomes of the products in each sum, for ``sparse_csr``: ``"sum"``, ``"mean"``, ``"amax"`` or ``"amin"``.

    Errors: RuntimeError if shapes or dtypes do not fit.

    Example::

        >>> adjacency = rl.sparse_coo_tensor([[0, 1, 1], [1, 0, 2]], [1.0, 0.5, 0.5], (2, 3))
        >>> rl.sparse.mm(adjacency, rl.tensor([[2.0], [4.0], [6.0]]))
        tensor([[4.],
                [4.]])
    """
    return _C.mm(mat1, mat2) if reduce == "sum" else reduced(mat1, mat2, reduce)


def addmm(mat: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0, alpha: float = 1.0) -> Tensor:
    """``beta * mat + alpha * (mat1 @ mat2)`` of a sparse ``mat1``.

    Example::

        >>> rl.sparse.addmm(rl.ones(2, 2), rl.eye(2).to_sparse(), rl.ones(2, 2))
        tensor([[2., 2.],
                [2., 2.]])
    """
    return _C.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


def sum(input: Tensor, dim: Any = None, dtype: Any = None) -> Tensor:
    """The sum of all elements, or along axes; dense if no sparse axis is left, else sparse.

    Args:
        input (Tensor): a sparse tensor. dim (int or tuple of int, optional): the axes. dtype (dtype, optional): of the sum.

    Example::

        >>> x = rl.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3))
        >>> rl.sparse.sum(x)
        tensor(12.)
        >>> rl.sparse.sum(x, 1).to_dense()
        tensor([3., 9.])
    """
    if not isinstance(input, Sparse):
        raise RuntimeError("sparse.sum: expected a sparse tensor, but got a dense one")
    return along(input, dim, dtype)


def softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """The softmax along an axis of the elements that are stored; the others count as minus infinity.

    Example::

        >>> x = rl.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 4.0], (2, 3))
        >>> rl.sparse.softmax(x, 1).values()
        tensor([1.0000, 0.5000, 0.5000])
    """
    return _softmax(input, dim, dtype)


def log_softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """The logarithm of :func:`softmax`.

    Example::

        >>> rl.sparse.log_softmax(rl.ones(1, 1).to_sparse(), 1).values()
        tensor([0.])
    """
    return _softmax(input, dim, dtype, True)


def sampled_addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0, alpha: float = 1.0
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` at the places that ``input``, in ``sparse_csr``, stores.

    Example::

        >>> rl.sparse.sampled_addmm(rl.eye(2).to_sparse_csr(), rl.ones(2, 3), rl.ones(3, 2)).values()
        tensor([4., 4.])
    """
    if not isinstance(input, Sparse) or input.layout != _C.sparse_csr:
        raise RuntimeError(
            f"sampled_addmm: Expected result to have sparse csr layout, but got {input.layout}"
        )
    if mat1.dim() != 2 or mat2.dim() != 2 or mat1.size(1) != mat2.size(0):
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({mat1.size(0)}x{mat1.size(-1)} and {mat2.size(0)}x{mat2.size(-1)})"
        )
    rows = input._rows()
    met = (mat1.index_select(0, rows.row) * mat2.t().index_select(0, rows.column)).sum(1)
    return input._like(input._v * beta + met * alpha)


def spdiags(diagonals: Tensor, offsets: Tensor, shape: Any, layout: Any = None) -> Tensor:
    """A sparse matrix of diagonals.

    Args:
        diagonals (Tensor): of shape (number, length): the elements of each, by column.
        offsets (Tensor): which diagonal each is; 0 the main one, above it positive. shape (tuple): of the matrix.
        layout (layout, optional): ``sparse_coo`` (the default), ``sparse_csr`` or ``sparse_csc``.

    Errors: RuntimeError for offsets that are given twice, or lengths that do not fit.

    Example::

        >>> rl.sparse.spdiags(rl.tensor([[1.0, 2.0], [3.0, 4.0]]), rl.tensor([0, 1]), (2, 2)).to_dense()
        tensor([[1., 4.],
                [0., 2.]])
    """
    values = diagonals.unsqueeze(0) if diagonals.dim() == 1 else diagonals
    which = offsets.reshape(-1)
    if values.dim() != 2:
        raise RuntimeError("Diagonals must be vector or matrix")
    if len(shape) != 2:
        raise RuntimeError("Output shape must be 2d")
    if offsets.dim() > 1:
        raise RuntimeError("Offsets must be scalar or vector")
    if which.numel() != values.size(0):
        raise RuntimeError(
            f"Number of diagonals ({values.size(0)}) does not match the number of offsets ({which.numel()})"
        )
    if _C.unique(which).numel() != which.numel():
        raise RuntimeError("Offset tensor contains duplicate values")
    column = _C.arange(values.size(1)).expand_as(values)
    row = column - which.unsqueeze(1)
    keep = (row >= 0) & (row < shape[0]) & (column < shape[1])
    from .coo import coo

    made = coo(_C.stack([row[keep], column[keep]]), values[keep], tuple(shape))
    return made if layout is None or layout == _C.sparse_coo else made.to_sparse(layout=layout)


class check_sparse_tensor_invariants:
    """Whether sparse tensors are looked at when they are made: a switch, a block, or a decorator.

    Args:
        enable (bool): look. Default: ``True``

    Example::

        >>> with rl.sparse.check_sparse_tensor_invariants():
        ...     rl.sparse.check_sparse_tensor_invariants.is_enabled()
        True
    """

    def __init__(self, enable: bool = True) -> None:
        self.state = enable
        self.saved: list[bool] = []

    @staticmethod
    def is_enabled() -> bool:
        """Whether it is on."""
        from . import create

        return create.checking

    @staticmethod
    def enable() -> None:
        """Turns it on."""
        from . import create

        create.checking = True

    @staticmethod
    def disable() -> None:
        """Turns it off."""
        from . import create

        create.checking = False

    def __enter__(self) -> None:
        from . import create

        self.saved.append(create.checking)
        create.checking = self.state

    def __exit__(self, *error: object) -> None:
        """Ends the block."""
        from . import create

        create.checking = self.saved.pop()

    def __call__(self, function: Any) -> Any:
        import functools

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            with type(self)(self.state):
                return function(*args, **kwargs)

        return checked


def spmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Another name of ``mm``.

    Example::

        >>> rl.spmm(rl.eye(2).to_sparse(), rl.ones(2, 1))
        tensor([[1.],
                [1.]])
    """
    return _C.mm(input, mat2)


dsmm = hsmm = spmm


def smm(input: Tensor, mat: Tensor) -> Tensor:
    """The product of a sparse matrix with a dense one, as a sparse tensor.

    Example::

        >>> rl.smm(rl.eye(2).to_sparse(), rl.ones(2, 1)).is_sparse
        True
    """
    return _smm(input, mat)


def hspmm(mat1: Tensor, mat2: Tensor) -> Tensor:
    """The product of a sparse matrix with a dense one, of which the rows that the sparse one has elements in are stored.

    Example::

        >>> rl.hspmm(rl.tensor([[0.0, 0.0], [2.0, 0.0]]).to_sparse(), rl.ones(2, 2)).coalesce().values()
        tensor([[2., 2.]])
    """
    return _hspmm(mat1, mat2)


def saddmm(mat: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0, alpha: float = 1.0) -> Tensor:
    """Another name of ``torch.sparse.addmm``.

    >>> a = rl.eye(2).to_sparse()
    >>> rl.saddmm(rl.ones(2, 2), a, rl.ones(2, 2))
    tensor([[2., 2.],
            [2., 2.]])
    """
    return _C.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)
