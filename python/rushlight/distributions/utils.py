"""What the distributions share: broadcasting of parameters, probabilities and logits, flattened triangles."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size, finfo
from ..autograd.grad_mode import enable_grad
from ..nn import functional as F

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

euler_constant = 0.57721566490153286060  # the Euler-Mascheroni constant


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """The values as tensors of their common shape; numbers take dtype and device of the first tensor.

    Errors: ValueError for what is neither a tensor nor a number.

    Example::

        >>> rl.distributions.utils.broadcast_all(rl.zeros(2), 1)
        (tensor([0., 0.]), tensor([1., 1.]))
    """
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not all(isinstance(value, (Tensor, int, float)) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    if not tensors:
        dtype, device = _C.get_default_dtype(), None
    else:
        dtype, device = tensors[0].dtype, tensors[0].device
    return _C.broadcast_tensors(
        *(v if isinstance(v, Tensor) else _C.tensor(v, dtype=dtype, device=device) for v in values)
    )


def _broadcast_shapes(*shapes: Sequence[int]) -> Size:
    """The common shape; RuntimeError if there is none."""
    return _C.broadcast_tensors(*(_C.empty(()).expand(shape) for shape in shapes))[0].shape


def _standard_normal(shape: Sequence[int], dtype: Any, device: Any) -> Tensor:
    return _C.normal(_C.zeros(shape, dtype=dtype, device=device), _C.ones(shape, dtype=dtype, device=device))


def _sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last ``dim`` axes; a number is its own sum over none."""
    if dim == 0:
        return value
    return value.reshape(value.shape[:-dim] + (-1,)).sum(-1)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities of log-odds (``is_binary``), or of unnormalised log-probabilities along the last axis."""
    return _C.sigmoid(logits) if is_binary else F.softmax(logits, dim=-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities moved away from 0 and 1 by the precision of their dtype, so that logarithms stay finite."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """The inverse of :func:`logits_to_probs`, finite for probabilities of 0 and 1.

    Example::

        >>> rl.distributions.utils.probs_to_logits(rl.tensor([0.5, 0.75]), is_binary=True)
        tensor([0.0000, 1.0986])
    """
    probs = clamp_probs(probs)
    return _C.log(probs) - _C.log1p(-probs) if is_binary else _C.log(probs)


class lazy_property:
    """A property that is computed when first asked for, and stays in the object's dictionary from then on.

    What is computed is recorded for gradients even if it was first asked for under ``no_grad``.
    """

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, obj_type: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The lower triangle of ``D x D`` matrices up to diagonal ``diag``, row by row, as vectors.

    Errors: ValueError for a diagonal that the matrices do not have.

    Example::

        >>> rl.distributions.utils.tril_matrix_to_vec(rl.tensor([[1, 0], [2, 3]]))
        tensor([1, 2, 3])
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    rows = _C.arange(n, device=mat.device)
    return mat[..., rows < rows.view(-1, 1) + (diag + 1)]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """The inverse of :func:`tril_matrix_to_vec`; what is above the diagonal ``diag`` is zero.

    Errors: ValueError for a length that is no triangle's.

    Example::

        >>> rl.distributions.utils.vec_to_tril_matrix(rl.tensor([1.0, 2.0, 3.0]))
        tensor([[1., 0.],
                [2., 3.]])
    """
    # length m of the triangle of an n x n matrix: m = n (n + 1) / 2, and m = n (n - 1) / 2 for diag = -1, ...
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if not round(n) - n <= finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {vec.shape[-1]} which cannot be expressed as "
            "the lower triangular part of a square D x D matrix."
        )
    size = round(n)
    mat = _C.zeros(vec.shape[:-1] + (size, size), dtype=vec.dtype, device=vec.device)
    rows = _C.arange(size, device=vec.device)
    mat[..., rows < rows.view(-1, 1) + (diag + 1)] = vec
    return mat
