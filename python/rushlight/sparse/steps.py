"""Fused steps of optimizers with sparse gradients: that of SGD, and the refusal of the others."""

from __future__ import annotations

from ..autograd.grad_mode import no_grad
from ._base import operation
from .coo import Coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@operation(Coo, "sgd")
def _sgd(
    params: Any, grads: Any, buffers: Any, lr: float, momentum: float, dampening: float, weight_decay: float,
    nesterov: bool, maximize: bool,
) -> Any:  # fmt: skip
    from ..optim.sgd import _formula

    with no_grad():
        return _formula(params, grads, buffers, weight_decay, momentum, lr, dampening, nesterov, maximize)


@operation(Coo, "adam")
def _adam(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("Adam does not support sparse gradients, please consider SparseAdam instead")
