"""What plain tensors answer to the methods of sparse ones, most of which are in a file that few programs need."""

from __future__ import annotations

from .._C import Tensor


def _to_dense(self, dtype=None, *, masked_grad=True):
    """The tensor itself, which is dense, in another dtype on request.

    >>> rl.ones(2).to_dense()
    tensor([1., 1.])
    """
    return self if dtype is None else self.to(dtype)


def _sparse_dim(self) -> int:
    """How many axes are given by coordinates: none of a plain tensor.

    >>> rl.ones(2, 2).sparse_dim(), rl.ones(2, 2).to_sparse().sparse_dim()
    (0, 2)
    """
    return 0


def _dense_dim(self) -> int:
    """How many axes each element has: all of a plain tensor.

    >>> rl.ones(2, 2).dense_dim(), rl.ones(2, 2).to_sparse().dense_dim()
    (2, 0)
    """
    return self.dim()


def _is_coalesced(self) -> bool:
    """Whether a sparse tensor names each place once; plain ones have no list of places.

    >>> rl.ones(2).is_coalesced()
    False
    """
    return False


def _is_sparse_csr(self) -> bool:
    """Whether it is a sparse matrix by rows.

    >>> rl.ones(2, 2).is_sparse_csr, rl.ones(2, 2).to_sparse_csr().is_sparse_csr
    (False, True)
    """
    return False


def _sparse_method(name, text, example):
    """A method of sparse tensors, and what plain ones answer to it; it lies in a file that few programs need."""

    def method(self, *args, **kwargs):
        from ..sparse import dense

        return getattr(dense, name)(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"{text}\n\n{_TWO}{example}\n"
    return method


_TWO = ">>> x = rl.tensor([[0.0, 2.0], [3.0, 0.0]])\n"
_REFUSED = "Traceback (most recent call last):\n    ...\n"
# name: what it does, and an example after `x` of two elements
_SPARSE = {
    "to_sparse": (
        "As a sparse tensor by coordinates, or of another sparse layout.",
        ">>> x.to_sparse().values()\ntensor([2., 3.])",
    ),
    "to_sparse_coo": (
        "As a sparse tensor by coordinates.",
        ">>> x.to_sparse_coo().indices()\ntensor([[0, 1],\n        [1, 0]])",
    ),
    "to_sparse_csr": (
        "As a sparse matrix by rows.",
        ">>> x.to_sparse_csr().crow_indices()\ntensor([0, 1, 2])",
    ),
    "to_sparse_csc": (
        "As a sparse matrix by columns.",
        ">>> x.to_sparse_csc().ccol_indices()\ntensor([0, 1, 2])",
    ),
    "to_sparse_bsr": (
        "Matrices of blocks are not there.",
        ">>> x.to_sparse_bsr((1, 1))\n" + _REFUSED + "NotImplementedError: ...",
    ),
    "to_sparse_bsc": (
        "Matrices of blocks are not there.",
        ">>> x.to_sparse_bsc((1, 1))\n" + _REFUSED + "NotImplementedError: ...",
    ),
    "sparse_mask": (
        "The elements at the places that a sparse tensor has.",
        ">>> rl.ones(2, 2).sparse_mask(x.to_sparse()).values()\ntensor([1., 1.])",
    ),
    "coalesce": (
        "Sums what a sparse tensor has at one place more than once, its places in order.",
        ">>> x.to_sparse().coalesce().is_coalesced()\nTrue",
    ),
    "indices": (
        "The coordinates of a coalesced sparse tensor, (axes, elements).",
        ">>> x.to_sparse().indices().shape\ntorch.Size([2, 2])",
    ),
    "values": ("The elements of a sparse tensor.", ">>> x.to_sparse().values()\ntensor([2., 3.])"),
    "_indices": (
        "The coordinates as they are, coalesced or not.",
        ">>> x.to_sparse()._indices().shape\ntorch.Size([2, 2])",
    ),
    "_values": (
        "The elements as they are, coalesced or not.",
        ">>> x.to_sparse()._values()\ntensor([2., 3.])",
    ),
    "_nnz": ("How many elements are given.", ">>> x.to_sparse()._nnz()\n2"),
    "crow_indices": (
        "Where the elements of each row begin.",
        ">>> x.to_sparse_csr().crow_indices()\ntensor([0, 1, 2])",
    ),
    "col_indices": ("The column of each element.", ">>> x.to_sparse_csr().col_indices()\ntensor([1, 0])"),
    "ccol_indices": (
        "Where the elements of each column begin.",
        ">>> x.to_sparse_csc().ccol_indices()\ntensor([0, 1, 2])",
    ),
    "row_indices": ("The row of each element.", ">>> x.to_sparse_csc().row_indices()\ntensor([1, 0])"),
    "sparse_resize_": (
        "Other sizes of a sparse tensor are not there.",
        ">>> x.to_sparse().sparse_resize_((3, 3), 2, 0)\n" + _REFUSED + "NotImplementedError: ...",
    ),
    "sparse_resize_and_clear_": (
        "Other sizes of a sparse tensor are not there.",
        ">>> x.to_sparse().sparse_resize_and_clear_((3, 3), 2, 0)\n" + _REFUSED + "NotImplementedError: ...",
    ),
    "_coalesced_": (
        "Says whether a sparse tensor counts as coalesced.",
        ">>> x.to_sparse()._coalesced_(False).is_coalesced()\nFalse",
    ),
}


for _method, (_text, _example) in _SPARSE.items():
    setattr(Tensor, _method, _sparse_method(_method, _text, _example))
Tensor.to_dense = _to_dense
Tensor.sparse_dim = _sparse_dim
Tensor.dense_dim = _dense_dim
Tensor.is_coalesced = _is_coalesced
Tensor.is_sparse_csr = property(_is_sparse_csr)
