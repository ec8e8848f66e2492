"""RMSprop."""

from __future__ import annotations

from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _check, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class RMSprop(PerTensorOptimizer):
    r"""Divides by the root of the mean square of the gradients, :math:`p \leftarrow p - \gamma g / (\sqrt{v} + \epsilon)`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate :math:`\gamma`. Default: 1e-2
        alpha (float): weight of the past in :math:`v`. Default: 0.99
        eps (float): :math:`\epsilon`. Default: 1e-8
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        momentum (float): Default: 0
        centered (bool): subtract the squared mean from :math:`v`. Default: ``False``
        maximize (bool): ascend. Default: ``False``

    Source: Hinton (2012), Neural networks for machine learning, lecture 6.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.RMSprop([w], lr=0.1).step()
    >>> w.item() < 1
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        _check_rate(lr)
        _check("epsilon value", eps)
        _check("momentum value", momentum)
        _check("weight_decay value", weight_decay)
        _check("alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("momentum", 0)
            group.setdefault("centered", False)

    def _start(self, p, state, group):
        state["step"] = _counter()
        state["square_avg"] = _zeros(p)
        if group["momentum"] > 0:
            state["momentum_buffer"] = _zeros(p)
        if group["centered"]:
            state["grad_avg"] = _zeros(p)

    def _update(self, p, grad, state, group):
        alpha, momentum, lr = group["alpha"], group["momentum"], _scalar(group["lr"])
        square = state["square_avg"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            grad = grad.add(p, alpha=group["weight_decay"])
        square.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
        if group["centered"]:
            mean = state["grad_avg"]
            mean.lerp_(grad, 1 - alpha)
            square = square.addcmul(mean, mean, value=-1)
        scale = square.sqrt().add(group["eps"])
        if momentum > 0:
            buffer = state["momentum_buffer"]
            buffer.mul_(momentum).addcdiv_(grad, scale)
            p.add_(buffer, alpha=-lr)
        else:
            p.addcdiv_(grad, scale, value=-lr)
