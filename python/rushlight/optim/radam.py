"""Adam with a rectified start."""

from __future__ import annotations

from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_betas, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class RAdam(PerTensorOptimizer):
    r""":class:`Adam` that leaves out the division by :math:`\sqrt{v}` until its variance is known well enough.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate. Default: 1e-3
        betas (tuple of float): Default: (0.9, 0.999)
        eps (float): Default: 1e-8
        weight_decay (float): Default: 0
        decoupled_weight_decay (bool): shrink the parameter beside the step. Default: ``False``
        maximize (bool): ascend. Default: ``False``

    Source: Liu et al. (2019), On the variance of the adaptive learning rate and beyond.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.RAdam([w], lr=0.1).step()
    >>> w.detach()
    tensor([0.9000])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
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
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["exp_avg"] = _zeros(p)
        state["exp_avg_sq"] = _zeros(p)

    def _update(self, p, grad, state, group):
        beta1, beta2 = group["betas"]
        lr, decay = _scalar(group["lr"]), group["weight_decay"]
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        state["step"] += 1
        step = state["step"].item()
        if decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                grad = grad.add(p, alpha=decay)
        mean.lerp_(grad, 1 - beta1)
        square.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        correction = 1 - beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / correction
        change = mean / (1 - beta1**step) * lr
        if length > 5.0:
            rectified = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            change = change * (correction**0.5 / square.sqrt().add(group["eps"])) * rectified**0.5
        p.add_(change, alpha=-1.0)
