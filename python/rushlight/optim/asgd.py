"""Averaged stochastic gradient descent."""

from __future__ import annotations

from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class ASGD(PerTensorOptimizer):
    r"""Descends along the gradient and keeps, as ``ax`` in the state, the mean of the parameters from step `t0` on.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate. Default: 1e-2
        lambd (float): decay of the parameters. Default: 1e-4
        alpha (float): power by which the rate falls. Default: 0.75
        t0 (float): where averaging begins. Default: 1e6
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        maximize (bool): ascend. Default: ``False``

    Source: Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.ASGD([w], lr=0.1).step()
    >>> w.detach()
    tensor([0.9000])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        _check_rate(lr)
        _check("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["eta"] = _counter(float(_scalar(group["lr"])))
        state["mu"] = _counter(1.0)
        state["ax"] = _zeros(p)

    def _update(self, p, grad, state, group):
        mean, lambd, lr = state["ax"], group["lambd"], _scalar(group["lr"])
        state["step"] += 1
        step, eta, mu = state["step"].item(), state["eta"].item(), state["mu"].item()
        if group["weight_decay"] != 0:
            grad = grad.add(p, alpha=group["weight_decay"])
        p.mul_(1 - lambd * eta)
        p.add_(grad, alpha=-eta)
        if mu != 1:
            mean.add_(p.sub(mean).mul(mu))
        else:
            mean.copy_(p)
        state["eta"].fill_(lr / ((1 + lambd * lr * step) ** group["alpha"]))
        state["mu"].fill_(1 / max(1, step - group["t0"]))
