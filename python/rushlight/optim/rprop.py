"""Resilient backpropagation."""

from __future__ import annotations

from .. import _C
from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class Rprop(PerTensorOptimizer):
    r"""Moves every element by a step of its own, which grows while the sign of the gradient stays and shrinks when it
    changes.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the first step. Default: 1e-2
        etas (tuple of float): factors by which steps shrink and grow. Default: (0.5, 1.2)
        step_sizes (tuple of float): the smallest and the largest step. Default: (1e-6, 50)
        maximize (bool): ascend. Default: ``False``

    Source: Riedmiller and Braun (1993), A direct adaptive method for faster backpropagation learning.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.Rprop([w], lr=0.1).step()
    >>> w.detach()
    tensor([0.9000])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        etas: Any = (0.5, 1.2),
        step_sizes: Any = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        lr = _scalar(group["lr"])
        state["step"] = _counter()
        state["prev"] = _zeros(p)
        state["step_size"] = _C.full_like(p, complex(lr, lr) if p.is_complex() else lr).detach()

    def _update(self, p, grad, state, group):
        shrink, grow = group["etas"]
        last, size = state["prev"], state["step_size"]
        state["step"] += 1
        agreement = grad * last
        factor = _C.ones_like(size).masked_fill(agreement > 0, grow).masked_fill(agreement < 0, shrink)
        size.mul_(factor).clamp_(*group["step_sizes"])
        grad = grad.masked_fill(agreement < 0, 0)
        p.addcmul_(grad.sign(), size, value=-1)
        last.copy_(grad)
