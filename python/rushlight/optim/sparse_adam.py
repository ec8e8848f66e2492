"""Adam for sparse gradients."""

from __future__ import annotations

from .. import _C
from ._per_tensor import PerTensorOptimizer
from .optimizer import _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

__all__ = ["SparseAdam"]


class SparseAdam(PerTensorOptimizer):
    r"""Adam at the places that a sparse gradient stores; moments and parameters elsewhere stay as they are.

    Args:
        params (iterable): dense parameters or groups of them, whose gradients are sparse.
        lr (float or Tensor): the learning rate. Default: 1e-3
        betas (tuple): decay of the first and of the second moment. Default: (0.9, 0.999)
        eps (float): added to the root of the second moment. Default: 1e-8
        maximize (bool): ascend. Default: ``False``

    Errors: ValueError for options out of range and sparse parameters; RuntimeError for dense gradients.

    Source: Kingma and Ba (2015), Adam, in its lazy form.

    Examples::

        >>> table = rl.nn.Embedding(4, 2, sparse=True)
        >>> optimizer = rl.optim.SparseAdam(table.parameters(), lr=0.1)
        >>> table(rl.tensor([1, 3])).sum().backward()
        >>> optimizer.step()
    """

    _takes_sparse = True

    _may_be_differentiable = _counts_in_tensors = False

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, _C.Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not _scalar(lr) > 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps > 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for place, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {place}: {beta}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [
            [at, place]
            for at, group in enumerate(self.param_groups)
            for place, p in enumerate(group["params"])
            if p.layout != _C.strided
        ]
        if places:
            raise ValueError(
                f"Sparse params at indices {places}: SparseAdam requires dense parameter tensors"
            )

    def _start(self, p, state, group):
        state["step"] = 0
        state["exp_avg"] = _C.zeros_like(p).detach()
        state["exp_avg_sq"] = _C.zeros_like(p).detach()

    def _update(self, p, grad, state, group):
        if not grad.is_sparse:
            raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
        state["step"] += 1
        grad = grad.coalesce()
        values = grad.values()
        if values.numel() == 0:
            return
        first, second = group["betas"]
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        old_mean, old_square = mean.sparse_mask(grad).values(), square.sparse_mask(grad).values()
        to_mean = (values - old_mean) * (1 - first)
        to_square = (values * values - old_square) * (1 - second)
        mean.add_(grad._like(to_mean))
        square.add_(grad._like(to_square))
        step = state["step"]
        rate = _scalar(group["lr"]) * (1 - second**step) ** 0.5 / (1 - first**step)
        change = (old_mean + to_mean) / ((old_square + to_square).sqrt() + group["eps"])
        p.add_(grad._like(change), alpha=-rate)
