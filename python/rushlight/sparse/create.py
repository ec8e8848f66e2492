"""The functions that make sparse tensors of their parts."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .compressed import compressed
from .coo import coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# whether tensors are looked at when they are made, if the call does not say
checking = False


def _values(data: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """The values as a tensor that is not the caller's own: its data, and its history unless it is to be a leaf."""
    if not isinstance(data, Tensor):
        made = _C.tensor(data, dtype=dtype, device=device)
        made = made.reshape(1) if made.dim() == 0 else made
    else:
        if data.is_sparse or data.layout != _C.strided:
            raise RuntimeError("values must be a dense tensor")
        made = data.to(device=device or data.device, dtype=dtype or data.dtype)
        made = made.view_as(made) if made.requires_grad and not requires_grad else made.detach()
        made = made.expand(1) if made.dim() == 0 else made
    return made.requires_grad_() if requires_grad else made


def _integers(data: Any, what: str) -> Tensor:
    made = data.detach() if isinstance(data, Tensor) else _C.tensor(data)
    if made.is_complex() or made.dtype == _C.bool:
        raise RuntimeError(f"{what} must be integers, but got dtype {made.dtype}")
    return made


def _check_layout(layout: Any, wanted: Any) -> None:
    if layout is not None and layout != wanted:
        raise RuntimeError(f"expected layout {wanted} but got {layout}")


def sparse_coo_tensor(
    indices: Any = None,
    values: Any = None,
    size: Any = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Any:
    """A sparse tensor of places and values; values at the same place add up.

    Gradients flow to ``values`` if they require one and ``requires_grad`` is not set.

    Args:
        indices (array-like): of shape (sparse_dim, nnz).
        values (array-like): of shape (nnz, dense sizes).
        size (list of int, optional): of the whole; without it, what holds the indices. Alone, it makes a tensor without elements.
        dtype (dtype, optional): of the values. device (device, optional): likewise.
        requires_grad (bool): record what is computed from the values. Default: ``False``
        check_invariants (bool, optional): look whether each index lies within the size.
        is_coalesced (bool, optional): say, unchecked, that the places are in order, each once.

    Errors: RuntimeError for parts that do not fit.

    Example::

        >>> rl.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3)).to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 5.]])
    """
    _check_layout(layout, _C.sparse_coo)
    if values is None:
        if size is None:
            size = indices
        if isinstance(size, Tensor) or not isinstance(size, (tuple, list)):
            kind = type(size).__name__
            raise TypeError(
                f"sparse_coo_tensor(): argument 'size' (position 1) must be tuple of ints, not {kind}"
            )
        dtype = dtype or _C.get_default_dtype()
        made = nothing(tuple(size), dtype, device)
        return made.requires_grad_() if requires_grad else made
    places = _integers(indices, "indices").to(device=device, dtype=_C.int64)
    stored = _values(values, dtype, device, requires_grad)
    if places.dim() == 1 and places.numel() == 0:
        places = places.reshape(1, 0)
    if places.dim() != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(places.shape)}")
    if places.size(1) != stored.size(0):
        raise RuntimeError(
            "indices and values must have same nnz, but got nnz from indices: "
            f"{places.size(1)}, nnz from values: {stored.size(0)}"
        )
    if size is None:
        if places.size(1) == 0:
            shape: tuple[int, ...] = (0,) * places.size(0)
        else:
            low = places.amin(1).tolist()
            for axis, least in enumerate(low):
                if least < 0:
                    raise RuntimeError(f"found negative index {least} for dim {axis}")
            shape = tuple(most + 1 for most in places.amax(1).tolist())
        shape += tuple(stored.shape[1:])
    else:
        shape = tuple(size)
        if len(shape) != places.size(0) + stored.dim() - 1:
            raise RuntimeError(
                f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(shape)}, "
                f"sparse_dim = {places.size(0)}, dense_dim = {stored.dim() - 1}"
            )
        wanted = shape[places.size(0) :]
        if tuple(stored.shape[1:]) != wanted:
            raise RuntimeError(
                f"values has incorrect size, expected {[stored.size(0), *wanted]}, got {list(stored.shape)}"
            )
    made = coo(places, stored, shape, bool(is_coalesced))
    if checking if check_invariants is None else check_invariants:
        flat = made._places().flat
        if made._once and flat.numel() > 1 and not bool((flat[1:] > flat[:-1]).all()):
            raise RuntimeError(
                "cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor"
            )
    if not made.is_leaf:
        made._made = "SparseCooTensorWithDimsAndTensorsBackward0"
    return made


def nothing(size: Any, dtype: Any, device: Any = None, sparse_dim: int | None = None) -> Any:
    """A tensor of coordinates that stores no element."""
    n = len(size) if sparse_dim is None else sparse_dim
    indices = _C.empty(n, 0, dtype=_C.int64, device=device)
    return coo(indices, _C.empty((0, *size[n:]), dtype=dtype, device=device), size, True)


def sparse_compressed_tensor(
    compressed_indices: Any,
    plain_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix of which one axis is compressed; ``layout`` says which.

    Args:
        compressed_indices (array-like): where each row (of ``sparse_csr``) or column (of ``sparse_csc``) begins, and the last one
            ends. plain_indices (array-like): the other index of each element. values (array-like): of each element.
        size (list of int, optional): of the matrix; without it, what holds the indices.
        layout (layout): ``sparse_csr`` or ``sparse_csc``.
        dtype, device, requires_grad, check_invariants: as of :func:`sparse_coo_tensor`.

    Errors: RuntimeError for parts that do not fit; NotImplementedError for blocks and for batches.

    Example::

        >>> rl.sparse_compressed_tensor([0, 1, 3], [2, 0, 2], [3.0, 4.0, 5.0], (2, 3), layout=rl.sparse_csr).to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 5.]])
    """
    if layout is None:
        raise RuntimeError("expected sparse compressed tensor layout but got none")
    if layout in (_C.sparse_bsr, _C.sparse_bsc):
        raise NotImplementedError(f"{layout}: matrices of blocks are not supported; use torch.sparse_csr")
    if layout not in (_C.sparse_csr, _C.sparse_csc):
        raise RuntimeError(f"expected sparse compressed tensor layout but got {layout}")
    by_row = layout == _C.sparse_csr
    first, second = ("crow_indices", "col_indices") if by_row else ("ccol_indices", "row_indices")
    start, other = _integers(compressed_indices, first), _integers(plain_indices, second)
    if start.dtype != _C.int32 or other.dtype != _C.int32:
        start, other = start.to(_C.int64), other.to(_C.int64)
    start, other = start.to(device=device), other.to(device=device)
    stored = _values(values, dtype, device, requires_grad)
    if start.dim() > 1 or other.dim() > 1:
        raise NotImplementedError(f"{layout}: batches of matrices are not supported; keep a list of matrices")
    if start.dim() == 0 or start.numel() < 1:
        raise RuntimeError(f"{first} must have dimensionality >= 1 but got {start.dim()}")
    if stored.dim() > 1:
        raise NotImplementedError(
            f"{layout}: values with dense dimensions are not supported; use torch.sparse_coo"
        )
    lines = start.numel() - 1
    if size is None:
        width = int(other.amax()) + 1 if other.numel() else 0
        size = (lines, width) if by_row else (width, lines)
    shape = tuple(size)
    if len(shape) != 2:
        raise RuntimeError(f"tensor dimensionality must be 2 but got {len(shape)}")
    if shape[0 if by_row else 1] != lines:
        raise RuntimeError(
            f"{first}.shape[-1] must be equal to the number of {'rows' if by_row else 'columns'} + 1 as in size "
            f"({shape[0 if by_row else 1] + 1}), but got {lines + 1}"
        )
    if other.numel() != stored.size(0):
        raise RuntimeError(
            f"number of elements of {second} ({other.numel()}) and of values ({stored.size(0)}) must be equal"
        )
    made = compressed(layout, start, other, stored, shape)
    if checking if check_invariants is None else check_invariants:
        made._check()
    if not made.is_leaf:
        made._made = "SparseCompressedTensorBackward0"
    return made


def sparse_csr_tensor(
    crow_indices: Any,
    col_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix row by row.

    Args:
        crow_indices (array-like): where each row begins, and the last one ends; of shape (rows + 1).
        col_indices (array-like): the column of each element. values (array-like): of each element.
        size (list of int, optional): of the matrix; without it, what holds the indices.
        dtype, device, requires_grad, check_invariants: as of :func:`sparse_coo_tensor`.

    Errors: RuntimeError for parts that do not fit.

    Example::

        >>> rl.sparse_csr_tensor([0, 1, 3], [2, 0, 2], [3.0, 4.0, 5.0], (2, 3)) @ rl.ones(3, 1)
        tensor([[3.],
                [9.]])
    """
    _check_layout(layout, _C.sparse_csr)
    about = {
        "dtype": dtype,
        "device": device,
        "requires_grad": requires_grad,
        "check_invariants": check_invariants,
    }
    return sparse_compressed_tensor(crow_indices, col_indices, values, size, layout=_C.sparse_csr, **about)


def sparse_csc_tensor(
    ccol_indices: Any,
    row_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A sparse matrix column by column.

    Args:
        ccol_indices (array-like): where each column begins, and the last one ends; of shape (columns + 1).
        row_indices (array-like): the row of each element. values (array-like): of each element.
        size (list of int, optional): of the matrix; without it, what holds the indices.
        dtype, device, requires_grad, check_invariants: as of :func:`sparse_coo_tensor`.

    Errors: RuntimeError for parts that do not fit.

    Example::

        >>> rl.sparse_csc_tensor([0, 1, 1, 3], [1, 0, 1], [4.0, 3.0, 5.0], (2, 3)).to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 5.]])
    """
    _check_layout(layout, _C.sparse_csc)
    about = {
        "dtype": dtype,
        "device": device,
        "requires_grad": requires_grad,
        "check_invariants": check_invariants,
    }
    return sparse_compressed_tensor(ccol_indices, row_indices, values, size, layout=_C.sparse_csc, **about)
