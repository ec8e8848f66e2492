"""Tensors of which few elements are stored: by coordinates, and row by row or column by column (``torch.sparse``).

They are tensors (``isinstance(x, Tensor)``) made of plain ones, and answer for each operation themselves; operations that they
do not have raise NotImplementedError. Gradients flow through their values.

Example::

    >>> x = rl.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3))
    >>> x @ rl.ones(3, 1)
    tensor([[3.],
            [9.]])
"""

from __future__ import annotations

from .._lazy import absent

# imported for the operations that they enter in the tables
from . import arithmetic as arithmetic, product as product, reduce as reduce, shape as shape, steps as steps  # isort: skip
from .functions import (
    addmm as addmm,
    check_sparse_tensor_invariants as check_sparse_tensor_invariants,
    log_softmax as log_softmax,
    mm as mm,
    sampled_addmm as sampled_addmm,
    softmax as softmax,
    spdiags as spdiags,
    sum as sum,
)
from .types import (
    BFloat16Tensor as BFloat16Tensor,
    ByteTensor as ByteTensor,
    CharTensor as CharTensor,
    DoubleTensor as DoubleTensor,
    FloatTensor as FloatTensor,
    HalfTensor as HalfTensor,
    IntTensor as IntTensor,
    LongTensor as LongTensor,
    ShortTensor as ShortTensor,
)

__all__ = [
    "addmm",
    "check_sparse_tensor_invariants",
    "log_softmax",
    "mm",
    "sampled_addmm",
    "softmax",
    "spdiags",
    "sum",
]

__getattr__ = absent(__name__)
