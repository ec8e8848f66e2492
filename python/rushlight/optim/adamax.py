"""Adamax."""

from __future__ import annotations

from .. import _C
from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_betas, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class Adamax(PerTensorOptimizer):
    r"""Adam with the maximum norm: :math:`u \leftarrow \max(\beta_2 u, |g| + \epsilon)`, :math:`p \leftarrow p -
    \gamma\,\hat m / u`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate :math:`\gamma`. Default: 2e-3
        betas (tuple of float): Default: (0.9, 0.999)
        eps (float): :math:`\epsilon`. Default: 1e-8
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        maximize (bool): ascend. Default: ``False``

    Source: Kingma and Ba (2014), Adam: a method for stochastic optimization.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.Adamax([w], lr=0.1).step()
    >>> w.detach()
    tensor([0.9000])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        _check_rate(lr)
        _check("epsilon value", eps)
        _check_betas(betas)
        _check("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["exp_avg"] = _zeros(p)
        state["exp_inf"] = _zeros(p)

    def _update(self, p, grad, state, group):
        beta1, beta2 = group["betas"]
        mean, largest = state["exp_avg"], state["exp_inf"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            grad = grad.add(p, alpha=group["weight_decay"])
        mean.lerp_(grad, 1 - beta1)
        largest.copy_(_C.maximum(largest.mul(beta2), grad.abs().add(group["eps"])))
        rate = _scalar(group["lr"]) / (1 - beta1 ** state["step"].item())
        p.addcdiv_(mean, largest, value=-rate)
