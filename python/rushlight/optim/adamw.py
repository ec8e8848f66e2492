"""Adam with the decay of weights beside the gradient."""

from __future__ import annotations

from .. import _C
from .adam import Adam, adam

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["AdamW", "adamw"]

Tensor = _C.Tensor


class AdamW(Adam):
    r""":class:`Adam` that shrinks the parameters by :math:`\gamma \lambda p` beside the step, not through the gradient.

    Args:
        params, lr, betas, eps, amsgrad, maximize: as in :class:`Adam`.
        weight_decay (float): :math:`\lambda`. Default: 1e-2

    Source: Loshchilov and Hutter (2017), Decoupled weight decay regularization.

    >>> w = nn.Parameter(rl.tensor([1.0]))
    >>> w.grad = rl.tensor([1.0])
    >>> optim.AdamW([w], lr=0.1, weight_decay=0.1).step()
    >>> w.detach()
    tensor([0.8900])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True


def adamw(*args: Any, **kwargs: Any) -> Any:
    """:func:`adam` with the weight decay beside the gradient."""
    adam(*args, **kwargs, decoupled_weight_decay=True)
