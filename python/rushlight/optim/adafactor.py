"""Adafactor."""

from __future__ import annotations

from .. import _C
from .._types import finfo
from ._per_tensor import PerTensorOptimizer, _counter, _zeros
from .optimizer import _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class Adafactor(PerTensorOptimizer):
    r"""Keeps of the squared gradients of a matrix only the means of rows and columns.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): bound of the learning rate. Default: 1e-2
        beta2_decay (float): power by which the weight of the newest gradient falls. Default: -0.8
        eps (tuple): bounds away from zero, of the squares and of the parameter scale. Default: (None, 1e-3)
        d (float): bound of the size of a step. Default: 1
        weight_decay (float): shrinks the parameter beside the step. Default: 0
        maximize (bool): ascend. Default: ``False``

    Source: Shazeer and Stern (2018), Adafactor: adaptive learning rates with sublinear memory cost.

    >>> w = nn.Parameter(rl.ones(2, 2))
    >>> w.grad = rl.ones(2, 2)
    >>> optim.Adafactor([w], lr=0.1).step()
    >>> bool((w < 1).all())
    True
    """

    _may_be_differentiable = False

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: Any = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, _C.Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not lr >= 0.0:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _start(self, p, state, group):
        if p.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        state["step"] = _counter()
        if p.dim() > 1:
            shape = list(p.shape)
            state["row_var"] = p.grad.new_zeros([*shape[:-1], 1])
            state["col_var"] = p.grad.new_zeros([*shape[:-2], 1, shape[-1]])
        else:
            state["variance"] = _zeros(p.grad)

    def _update(self, p, grad, state, group):
        eps1, eps2 = group["eps"]
        eps1 = finfo(p.dtype).eps if eps1 is None else eps1
        lr = _scalar(group["lr"])
        state["step"] += 1
        step = state["step"].item()
        newest = step ** group["beta2_decay"]
        rate = max(eps2, p.norm(2).item() / p.numel() ** 0.5) * min(lr, 1 / step**0.5)
        if group["weight_decay"] != 0:
            p.mul_(1 - lr * group["weight_decay"])
        if grad.dim() > 1:
            row, column = state["row_var"], state["col_var"]
            row.lerp_(_C.norm(grad, dim=-1, keepdim=True).square().div(grad.size(-1)), newest)
            column.lerp_(_C.norm(grad, dim=-2, keepdim=True).square().div(grad.size(-2)), newest)
            square = (row @ column).div(row.mean(dim=-2, keepdim=True).clamp(min=eps1))
        else:
            square = state["variance"].lerp_(grad * grad, newest)
        change = square.clamp(min=eps1 * eps1).rsqrt().mul(grad)
        bound = max(1.0, change.norm(2).item() / (change.numel() ** 0.5 * group["d"]))
        p.add_(change, alpha=-rate / bound)
