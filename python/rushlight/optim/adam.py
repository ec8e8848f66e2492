"""Adam, with the weight decay in the gradient or beside it."""

from __future__ import annotations

from .. import _C
from .optimizer import Optimizer, _check, _check_betas, _check_fused, _check_rate, _evaluate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Adam", "adam"]

Tensor = _C.Tensor


class Adam(Optimizer):
    r"""Scales the mean gradient by the root of the mean square: with :math:`m \leftarrow \beta_1 m + (1 - \beta_1) g`
    and :math:`v \leftarrow \beta_2 v + (1 - \beta_2) g^2`,
    :math:`p \leftarrow p - \gamma\,\hat m / (\sqrt{\hat v} + \epsilon)`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate :math:`\gamma`. Default: 1e-3
        betas (tuple of float): :math:`\beta_1, \beta_2`. Default: (0.9, 0.999)
        eps (float): :math:`\epsilon`. Default: 1e-8
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        amsgrad (bool): use the largest :math:`v` so far. Default: ``False``
        foreach, capturable, fused (bool): accepted; every step is fused.
        maximize (bool): ascend. Default: ``False``
        differentiable (bool): let gradients flow through the step. Default: ``False``
        decoupled_weight_decay (bool): shrink the parameter instead, as in :class:`AdamW`. Default: ``False``

    Examples::

        >>> p = rl.nn.Parameter(rl.ones(1))
        >>> optimizer = rl.optim.Adam([p], lr=0.1)
        >>> p.pow(2).sum().backward()
        >>> optimizer.step()
        >>> p.data
        tensor([0.9000])

    Source: Kingma and Ba (2014), Adam: a method for stochastic optimization.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        _check_rate(lr)
        _check("epsilon value", eps)
        _check_betas(betas)
        _check("weight_decay value", weight_decay)
        if isinstance(betas[0], Tensor) != isinstance(betas[1], Tensor):
            raise ValueError("betas must be either both floats or both Tensors")
        for place, beta in enumerate(betas):
            if isinstance(beta, Tensor):
                if foreach and not capturable:
                    raise ValueError(
                        f"betas[{place}] as a Tensor is not supported for capturable=False and foreach=True"
                    )
                if beta.numel() != 1:
                    raise ValueError(f"Tensor betas[{place}] must be 1-element")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)
        _check_fused(fused, foreach, differentiable)

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("amsgrad", False)
            group.setdefault("maximize", False)
            group.setdefault("foreach", None)
            group.setdefault("capturable", False)
            group.setdefault("differentiable", False)
            group.setdefault("decoupled_weight_decay", False)
            group.setdefault("fused", None)
            for p in group["params"]:
                kept = self.state.get(p)
                if kept and not isinstance(kept["step"], Tensor):
                    kept["step"] = _C.tensor(float(kept["step"]), dtype=_C.float32, device="cpu")

    def step(self, closure: Any = None) -> Any:
        """Changes the parameters by one step.

        Args:
            closure (Callable, optional): computes the loss anew and returns it.
        """
        loss = None if closure is None else _evaluate(closure)
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            amsgrad = group["amsgrad"]
            state = self.state
            states = [state[p] for p in params]
            for p, s in zip(params, states):
                if not s:
                    s["step"] = _C.tensor(0.0, dtype=_C.float32, device="cpu")
                    s["exp_avg"] = _C.zeros_like(p, memory_format=_C.preserve_format)
                    s["exp_avg_sq"] = _C.zeros_like(p, memory_format=_C.preserve_format)
                    if amsgrad:
                        s["max_exp_avg_sq"] = _C.zeros_like(p, memory_format=_C.preserve_format)
            beta1, beta2 = group["betas"]
            adam(
                params,
                [p.grad for p in params],
                [s["exp_avg"] for s in states],
                [s["exp_avg_sq"] for s in states],
                [s["max_exp_avg_sq"] for s in states] if amsgrad else None,
                [s["step"] for s in states],
                amsgrad=amsgrad,
                beta1=beta1,
                beta2=beta2,
                lr=group["lr"],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                maximize=group["maximize"],
                decoupled_weight_decay=group["decoupled_weight_decay"],
                differentiable=group["differentiable"],
            )
        return loss


def adam(
    params: Any,
    grads: Any,
    exp_avgs: Any,
    exp_avg_sqs: Any,
    max_exp_avg_sqs: Any,
    state_steps: Any,
    foreach: Any = None,
    capturable: bool = False,
    differentiable: bool = False,
    fused: Any = None,
    grad_scale: Tensor | None = None,
    found_inf: Tensor | None = None,
    has_complex: bool = False,
    decoupled_weight_decay: bool = False,
    *,
    amsgrad: Any,
    beta1: Any,
    beta2: Any,
    lr: float,
    weight_decay: float,
    eps: float,
    maximize: Any = False,
) -> Any:
    """One step over lists of tensors; moments and step counters are changed in place.

    `foreach`, `fused`, `capturable` and `has_complex` are accepted: there is one way to compute it.

    Args:
        grad_scale (Tensor, optional): what gradients are divided by first.
        found_inf (Tensor, optional): nothing is done where it is not 0.
    """
    if found_inf is not None and found_inf.item():
        return
    if grad_scale is not None:
        grads = [grad / grad_scale for grad in grads]
    options = (lr, beta1, beta2, eps, weight_decay, amsgrad, decoupled_weight_decay, maximize)
    if differentiable:
        _formula(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, *options)
        return
    if any(p.is_complex() for p in params):
        views = [
            None if tensors is None else [_C.view_as_real(t) if t.is_complex() else t for t in tensors]
            for tensors in ([p.detach() for p in params], grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs)
        ]
        params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs = views
    _C._optim.adam(
        params,
        grads,
        exp_avgs,
        exp_avg_sqs,
        max_exp_avg_sqs,
        state_steps,
        _scalar(lr),
        _scalar(beta1),
        _scalar(beta2),
        eps,
        _scalar(weight_decay),
        amsgrad,
        decoupled_weight_decay,
        maximize,
    )


def _formula(
    params, grads, means, squares, largest, steps, lr, beta1, beta2, eps, decay, amsgrad, decoupled, maximize
):
    """The same through ordinary operations, which can be differentiated."""
    for i, (p, grad, mean, square, step) in enumerate(zip(params, grads, means, squares, steps)):
        grad = -grad if maximize else grad
        step += 1
        if isinstance(decay, Tensor) or decay != 0:
            if decoupled:
                p.mul_(1 - lr * decay)
            else:
                grad = grad + decay * p
        mean.mul_(beta1).add_(grad * (1 - beta1))
        square.mul_(beta2).add_(grad * grad * (1 - beta2))
        if amsgrad:
            largest[i].copy_(_C.maximum(largest[i].clone(), square))
            square = largest[i]
        scale = (1 - beta2**step).sqrt()
        p.sub_(lr / (1 - beta1**step) * mean / (square.sqrt() / scale + eps))
