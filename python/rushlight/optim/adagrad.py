"""Adagrad."""

from __future__ import annotations

from .. import _C
from ._per_tensor import PerTensorOptimizer, _counter
from .optimizer import _check, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor


class Adagrad(PerTensorOptimizer):
    r"""Divides by the root of the sum of all squared gradients, :math:`p \leftarrow p - \gamma g / (\sqrt{s} + \epsilon)`.

    Args:
        params (iterable): parameters or groups.
        lr (float or Tensor): the learning rate :math:`\gamma`. Default: 1e-2
        lr_decay (float): lowers the rate with the steps. Default: 0
        weight_decay (float): added to the gradient, times the parameter. Default: 0
        initial_accumulator_value (float): where :math:`s` begins. Default: 0
        eps (float): :math:`\epsilon`. Default: 1e-10
        maximize (bool): ascend. Default: ``False``

    Source: Duchi et al. (2011), Adaptive subgradient methods.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.Adagrad([w], lr=0.1).step()
    >>> w.detach()
    tensor([0.9000])
    """

    _takes_sparse = True

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _check_rate(lr)
        _check("lr_decay value", lr_decay)
        _check("weight_decay value", weight_decay)
        _check("initial_accumulator_value value", initial_accumulator_value)
        _check("epsilon value", eps)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self._start(p, self.state[p], group)

    def _start(self, p, state, group):
        first = group["initial_accumulator_value"]
        state["step"] = _counter()
        state["sum"] = _C.full_like(
            p, complex(first, first) if p.is_complex() else first, memory_format=_C.preserve_format
        ).detach()

    def _update(self, p, grad, state, group):
        total = state["sum"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            if grad.is_sparse:
                raise RuntimeError("weight_decay option is not compatible with sparse gradients")
            grad = grad.add(p, alpha=group["weight_decay"])
        rate = _scalar(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        if grad.is_sparse:  # rows without a gradient stay as they are
            grad = grad.coalesce()
            total.add_(grad.pow(2))
            scale = total.sparse_mask(grad).values().sqrt().add(group["eps"])
            p.add_(grad._like(grad.values() / scale), alpha=-rate)
            return
        total.addcmul_(grad, grad, value=1)
        p.addcdiv_(grad, total.sqrt().add(group["eps"]), value=-rate)

    def share_memory(self) -> Any:
        """Moves the state into shared memory."""
        for state in self.state.values():
            state["sum"].share_memory_()
