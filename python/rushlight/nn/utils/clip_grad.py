"""Gradients kept within bounds."""

from __future__ import annotations

from ... import _C
from ...autograd.grad_mode import no_grad

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


def _listed(parameters):
    return [parameters] if isinstance(parameters, _C.Tensor) else list(parameters)


def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all tensors taken as one vector.

    Args:
        tensors (iterable of Tensor): the tensors.
        norm_type (float): the p of the norm; ``inf`` for the largest absolute value. Default: 2
        error_if_nonfinite (bool): refuse a norm that is not finite. Default: ``False``

    >>> nn.utils.get_total_norm([rl.tensor([3.0]), rl.tensor([4.0])])
    tensor(5.)
    """
    tensors = _listed(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return _C.tensor(0.0)
    with no_grad():
        device = tensors[0].device
        norms = [_C._linalg.vector_norm(tensor, norm_type).to(device) for tensor in tensors]
        total = _C._linalg.vector_norm(_C.stack(norms), norm_type)
        if error_if_nonfinite and not bool(total.isfinite()):
            raise RuntimeError(
                f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot "
                "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
                "`error_if_nonfinite=False`"
            )
    return total


def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Any, foreach: bool | None = None
) -> None:
    """Scales gradients by ``max_norm / total_norm`` if that is below 1.

    Args:
        parameters (iterable of Tensor or Tensor): whose gradients are scaled, in place.
        max_norm (float): the largest norm wanted.
        total_norm (Tensor): the norm they have.

    >>> w = nn.Parameter(rl.ones(2))
    >>> w.grad = rl.tensor([3.0, 4.0])
    >>> nn.utils.clip_grads_with_norm_(w, 1.0, rl.tensor(5.0))
    >>> w.grad
    tensor([0.6000, 0.8000])
    """
    grads = [p.grad for p in _listed(parameters) if p.grad is not None]
    if not grads:
        return
    with no_grad():
        factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for grad in grads:
            grad.mul_(factor.to(grad.device))


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales all gradients together so that their norm is at most `max_norm`.

    Args:
        parameters (iterable of Tensor or Tensor): whose gradients are scaled, in place.
        max_norm (float): the largest norm allowed.
        norm_type (float, optional): the p of the norm. Default: 2
        error_if_nonfinite (bool, optional): refuse a norm that is not finite. Default: ``False``

    Returns:
        Tensor: the norm before scaling

    >>> w = nn.Parameter(rl.ones(2))
    >>> w.grad = rl.tensor([3.0, 4.0])
    >>> nn.utils.clip_grad_norm_(w, 1.0)
    tensor(5.)
    >>> w.grad
    tensor([0.6000, 0.8000])
    """
    parameters = _listed(parameters)
    total = get_total_norm([p.grad for p in parameters if p.grad is not None], norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The former name of :func:`clip_grad_norm_`.

    >>> w = nn.Parameter(rl.ones(2))
    >>> w.grad = rl.tensor([3.0, 4.0])
    >>> nn.utils.clip_grad_norm(w, 1.0)
    tensor(5.)
    """
    from ..._warn import warn

    warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Limits every element of the gradients to :math:`[-c, c]`.

    Args:
        parameters (iterable of Tensor or Tensor): whose gradients are limited, in place.
        clip_value (float): :math:`c`.

    >>> w = nn.Parameter(rl.ones(2))
    >>> w.grad = rl.tensor([3.0, -4.0])
    >>> nn.utils.clip_grad_value_(w, 1.0)
    >>> w.grad
    tensor([ 1., -1.])
    """
    limit = float(clip_value)
    with no_grad():
        for p in _listed(parameters):
            grad = p.grad
            if grad is not None:
                grad.clamp_(-limit, limit)
