"""Adam with Nesterov's momentum."""

from __future__ import annotations

from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_betas, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class NAdam(PerTensorOptimizer):
    r""":class:`Adam` whose mean already contains the next step of a momentum :math:`\mu_t = \beta_1 (1 - \frac12
    0.96^{t \psi})`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate. Default: 2e-3
        betas (tuple of float): Default: (0.9, 0.999)
        eps (float): Default: 1e-8
        weight_decay (float): Default: 0
        momentum_decay (float): :math:`\psi`. Default: 4e-3
        decoupled_weight_decay (bool): shrink the parameter beside the step. Default: ``False``
        maximize (bool): ascend. Default: ``False``

    Source: Dozat (2016), Incorporating Nesterov momentum into Adam.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.NAdam([w], lr=0.1).step()
    >>> w.item() < 1
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_rate(lr)
        _check("epsilon value", eps)
        _check_betas(betas)
        _check("weight_decay value", weight_decay)
        _check("momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["mu_product"] = _counter(1.0)
        state["exp_avg"] = _zeros(p)
        state["exp_avg_sq"] = _zeros(p)

    def _update(self, p, grad, state, group):
        beta1, beta2 = group["betas"]
        lr, decay, psi = _scalar(group["lr"]), group["weight_decay"], group["momentum_decay"]
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        state["step"] += 1
        step = state["step"].item()
        if decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                grad = grad.add(p, alpha=decay)
        mu = beta1 * (1.0 - 0.5 * 0.96 ** (step * psi))
        mu_next = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * psi))
        state["mu_product"] *= mu
        product = state["mu_product"].item()
        mean.lerp_(grad, 1 - beta1)
        square.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        scale = square.div(1 - beta2**step).sqrt().add(group["eps"])
        p.addcdiv_(grad, scale, value=-lr * (1.0 - mu) / (1.0 - product))
        p.addcdiv_(mean, scale, value=-lr * mu_next / (1.0 - product * mu_next))
