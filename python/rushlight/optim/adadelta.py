"""Adadelta."""

from __future__ import annotations

from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class Adadelta(PerTensorOptimizer):
    r"""Steps as long as the running size of past steps over that of the gradients,
    :math:`\Delta = \sqrt{u + \epsilon} / \sqrt{v + \epsilon} \cdot g`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): factor of the step. Default: 1.0
        rho (float): weight of the past in the running means. Default: 0.9
        eps (float): :math:`\epsilon`. Default: 1e-6
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        maximize (bool): ascend. Default: ``False``

    Source: Zeiler (2012), Adadelta: an adaptive learning rate method.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.Adadelta([w]).step()
    >>> w.item() < 1
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_rate(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        _check("epsilon value", eps)
        _check("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["square_avg"] = _zeros(p)
        state["acc_delta"] = _zeros(p)

    def _update(self, p, grad, state, group):
        rho, eps = group["rho"], group["eps"]
        square, steps = state["square_avg"], state["acc_delta"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            grad = grad.add(p, alpha=group["weight_decay"])
        square.mul_(rho).addcmul_(grad, grad, value=1 - rho)
        delta = steps.add(eps).sqrt().div(square.add(eps).sqrt()).mul(grad)
        steps.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-_scalar(group["lr"]))
