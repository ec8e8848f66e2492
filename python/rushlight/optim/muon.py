"""Muon."""

from __future__ import annotations

import math

from .. import _C
from ._per_tensor import PerTensorOptimizer, _zeros
from .optimizer import _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


def _orthogonalised(grad, coefficients, steps, eps):
    """The nearest orthogonal matrix, roughly, by Newton-Schulz iteration in bfloat16."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    tall = grad.size(0) > grad.size(1)
    x = grad.bfloat16()
    x = x.T if tall else x
    x = x.div(x.norm().clamp(min=eps))
    for _ in range(steps):
        gram = x @ x.T
        x = _C.addmm(x, _C.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


class Muon(PerTensorOptimizer):
    r"""Descends along the orthogonalised momentum of matrices.

    Args:
        params (iterable): matrices, or groups of them.
        lr (float): the learning rate. Default: 1e-3
        weight_decay (float): shrinks the parameter beside the step. Default: 0.1
        momentum (float): Default: 0.95
        nesterov (bool): Nesterov's momentum. Default: ``True``
        ns_coefficients (tuple of float): of the iteration.
        eps (float): keeps its first division finite. Default: 1e-7
        ns_steps (int): number of iterations. Default: 5
        adjust_lr_fn (str, optional): ``'original'`` or ``'match_rms_adamw'``

    Source: Jordan (2024), Muon: an optimizer for hidden layers in neural networks.

    >>> w = nn.Parameter(rl.eye(2))
    >>> w.grad = rl.eye(2)
    >>> optim.Muon([w], lr=0.1).step()
    >>> w[0, 0].item() < 1
    True
    """

    _may_be_differentiable = False

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: Any = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: Any = None,
    ) -> None:
        if isinstance(lr, _C.Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for name, value in (("Learning rate", lr), ("momentum", momentum), ("weight decay", weight_decay)):
            if not value >= 0.0:
                raise ValueError(f"{name} should be >= 0 but is: {value}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    def _start(self, p, state, group):
        if p.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        state["momentum_buffer"] = _zeros(p.grad)

    def _update(self, p, grad, state, group):
        lr, momentum = _scalar(group["lr"]), group["momentum"]
        buffer = state["momentum_buffer"].lerp_(grad, 1 - momentum)
        change = grad.lerp(buffer, momentum) if group["nesterov"] else buffer
        change = _orthogonalised(change, group["ns_coefficients"], group["ns_steps"], group["eps"])
        rows, columns = p.shape
        if group["adjust_lr_fn"] == "match_rms_adamw":
            rate = lr * 0.2 * math.sqrt(max(rows, columns))
        else:
            rate = lr * math.sqrt(max(1, rows / columns))
        p.mul_(1 - lr * group["weight_decay"])
        p.add_(change, alpha=-rate)
