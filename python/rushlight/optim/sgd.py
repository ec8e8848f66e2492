"""Stochastic gradient descent."""

from __future__ import annotations

from .. import _C
from .optimizer import Optimizer, _check, _check_fused, _check_rate, _evaluate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

__all__ = ["SGD", "sgd"]


class SGD(Optimizer):
    r"""Descends along the gradient, optionally with momentum: :math:`b \leftarrow \mu b + (1 - \tau) g`,
    :math:`p \leftarrow p - \gamma b`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate :math:`\gamma`. Default: 1e-3
        momentum (float): :math:`\mu`. Default: 0
        dampening (float): :math:`\tau`. Default: 0
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        nesterov (bool): Nesterov's momentum. Default: ``False``
        maximize (bool): ascend. Default: ``False``
        foreach, fused (bool): accepted; every step is fused.
        differentiable (bool): let gradients flow through the step. Default: ``False``

    Examples::

        >>> p = rl.nn.Parameter(rl.ones(1))
        >>> optimizer = rl.optim.SGD([p], lr=0.1)
        >>> p.pow(2).sum().backward()
        >>> optimizer.step()
        >>> p.data
        tensor([0.8000])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _check_rate(lr)
        _check("momentum value", momentum)
        _check("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        _check_fused(fused, foreach, differentiable)

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("nesterov", False)
            group.setdefault("maximize", False)
            group.setdefault("foreach", None)
            group.setdefault("differentiable", False)
            group.setdefault("fused", False)

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
            grads = [p.grad for p in params]
            momentum = group["momentum"]
            if momentum:
                state = self.state
                states = [state[p] for p in params]
                buffers = [s.get("momentum_buffer") for s in states]
            else:
                buffers = [None] * len(params)
            buffers = sgd(
                params,
                grads,
                buffers,
                weight_decay=group["weight_decay"],
                momentum=momentum,
                lr=group["lr"],
                dampening=group["dampening"],
                nesterov=group["nesterov"],
                maximize=group["maximize"],
                differentiable=group["differentiable"],
            )
            if momentum:
                for s, buffer in zip(states, buffers):
                    s["momentum_buffer"] = buffer
        return loss


def sgd(
    params: Any,
    grads: Any,
    momentum_buffers: Any,
    has_sparse_grad: bool = False,
    foreach: Any = None,
    fused: Any = None,
    grad_scale: Any = None,
    found_inf: Any = None,
    *,
    weight_decay: float,
    momentum: float,
    lr: float,
    dampening: float,
    nesterov: Any,
    maximize: Any,
    differentiable: bool = False,
) -> Any:
    """One step over lists of tensors; returns the momentum buffers, new ones where ``None`` was given. Those replace
    the items of the list that was given, too.

    `has_sparse_grad`, `foreach` and `fused` are accepted: there is one way to compute it.

    Args:
        grad_scale (Tensor, optional): what gradients are divided by first.
        found_inf (Tensor, optional): nothing is done where it is not 0.
    """
    if found_inf is not None and found_inf.item():
        return momentum_buffers
    if grad_scale is not None:
        grads = [grad / grad_scale for grad in grads]
    if differentiable:
        return _formula(
            params, grads, momentum_buffers, weight_decay, momentum, lr, dampening, nesterov, maximize
        )
    is_complex = any(p.is_complex() for p in params)
    kept = _C._optim.sgd(
        [_parts(p) for p in params] if is_complex else params,
        [_parts(g) for g in grads] if is_complex else grads,
        [None if b is None else _parts(b) for b in momentum_buffers] if is_complex else momentum_buffers,
        _scalar(lr),
        _scalar(momentum),
        _scalar(dampening),
        _scalar(weight_decay),
        nesterov,
        maximize,
    )
    if is_complex:
        kept = [_C.view_as_complex(b) if p.is_complex() else b for p, b in zip(params, kept)]
    if isinstance(momentum_buffers, list):
        momentum_buffers[:] = kept
    return kept


def _parts(tensor):
    """A complex tensor as its real and imaginary parts: each takes the same step."""
    return _C.view_as_real(tensor) if tensor.is_complex() else tensor


def _formula(params, grads, buffers, weight_decay, momentum, lr, dampening, nesterov, maximize):
    """The same through ordinary operations, which can be differentiated."""
    kept = list(buffers)
    for place, (p, grad) in enumerate(zip(params, grads)):
        grad = -grad if maximize else grad
        if isinstance(weight_decay, _C.Tensor) or weight_decay != 0:
            if grad.layout != _C.strided:
                raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
            grad = grad + weight_decay * p
        if momentum != 0:
            buffer = kept[place]
            buffer = grad.clone() if buffer is None else buffer.mul(momentum) + (1 - dampening) * grad
            kept[place] = buffer
            grad = grad + momentum * buffer if nesterov else buffer
        p.sub_(grad * lr)
    return kept
