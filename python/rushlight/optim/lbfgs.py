"""L-BFGS, with or without a line search."""

from __future__ import annotations

from .. import _C
from ..autograd.grad_mode import enable_grad, no_grad
from ._line_search import strong_wolfe
from .optimizer import Optimizer, _check_rate, _scalar

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class LBFGS(Optimizer):
    r"""Quasi-Newton descent: the inverse Hessian is modelled by the last changes of parameters and gradient.

    One step evaluates the closure several times, and all parameters form one vector; there is one group.

    Args:
        params (iterable): parameters.
        lr (float): length of the first trial step. Default: 1
        max_iter (int): iterations in a step. Default: 20
        max_eval (int): evaluations in a step. Default: ``max_iter * 1.25``
        tolerance_grad (float): where the gradient counts as zero. Default: 1e-7
        tolerance_change (float): where a change counts as zero. Default: 1e-9
        history_size (int): number of changes remembered. Default: 100
        line_search_fn (str, optional): ``'strong_wolfe'`` or ``None``

    Source: Nocedal and Wright (2006), Numerical optimization, chapter 7.

    >>> w = nn.Parameter(rl.tensor([3.0]))
    >>> opt = optim.LBFGS([w], lr=0.5)
    >>> def closure():
    ...     opt.zero_grad()
    ...     loss = (w * w).sum()
    ...     loss.backward()
    ...     return loss
    >>> _ = opt.step(closure)
    >>> abs(w.item()) < 1e-3
    True
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: Any = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: Any = None,
    ) -> None:
        _check_rate(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    def __getstate__(self) -> Any:
        return {**super().__getstate__(), "_params": self._params}

    # ------------------------------------------------------------------ all parameters as one vector
    def _gradient(self):
        parts = []
        for p in self._params:
            grad = _C.zeros_like(p) if p.grad is None else p.grad.to_dense() if p.grad.is_sparse else p.grad
            parts.append((_C.view_as_real(grad) if grad.is_complex() else grad).reshape(-1))
        return _C.cat(parts, 0)

    def _move(self, length, direction):
        start = 0
        for p in self._params:
            p = _C.view_as_real(p) if p.is_complex() else p
            count = p.numel()
            p.add_(direction[start : start + count].view_as(p), alpha=_scalar(length))
            start += count

    def _probe(self, closure, origin, length, direction):
        """Loss and gradient at a distance; the parameters return to `origin`."""
        self._move(length, direction)
        loss, gradient = float(closure()), self._gradient()
        for p, value in zip(self._params, origin):
            p.copy_(value)
        return loss, gradient

    # ------------------------------------------------------------------ the step
    def step(self, closure: Any) -> Any:
        """Changes the parameters by up to ``max_iter`` iterations.

        Args:
            closure (Callable): computes the loss anew, with its gradients, and returns it.
        """
        if len(self.param_groups) != 1:
            raise AssertionError(f"Expected exactly one param_group, but got {len(self.param_groups)}")

        def evaluate():
            with enable_grad():
                return closure()

        with no_grad():
            return self._step(evaluate)

    def _step(self, closure):
        group = self.param_groups[0]
        lr, max_iter, max_eval = _scalar(group["lr"]), group["max_iter"], group["max_eval"]
        tolerance = group["tolerance_change"]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        loss, evaluations = float(first_loss), 1
        state["func_evals"] += 1
        gradient = self._gradient()
        if gradient.abs().max() <= group["tolerance_grad"]:
            return first_loss

        direction, length = state.get("d"), state.get("t")
        previous, previous_loss = state.get("prev_flat_grad"), state.get("prev_loss")
        iteration = 0
        while iteration < max_iter:
            iteration += 1
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                direction = gradient.neg()
                state["old_dirs"], state["old_stps"], state["ro"], state["H_diag"] = [], [], [], 1
            else:
                self._remember(state, gradient - previous, direction * length, group["history_size"])
                direction = self._newton(state, gradient, group["history_size"])
            if previous is None:
                previous = gradient.clone(memory_format=_C.contiguous_format)
            else:
                previous.copy_(gradient)
            previous_loss = loss
            length = min(1.0, 1.0 / gradient.abs().sum()) * lr if state["n_iter"] == 1 else lr
            slope = gradient.dot(direction)
            if slope > -tolerance:
                break

            used, flat = 0, False
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                origin = [p.clone(memory_format=_C.contiguous_format) for p in self._params]
                loss, gradient, length, used = strong_wolfe(
                    lambda t, origin=origin, direction=direction: self._probe(closure, origin, t, direction),
                    length,
                    direction,
                    loss,
                    gradient,
                    slope,
                    max_eval - evaluations,
                )
                self._move(length, direction)
                flat = gradient.abs().max() <= group["tolerance_grad"]
            else:
                self._move(length, direction)
                if iteration != max_iter:  # the last iteration needs no new gradient
                    loss, gradient, used = float(closure()), self._gradient(), 1
                    flat = gradient.abs().max() <= group["tolerance_grad"]
            evaluations += used
            state["func_evals"] += used
            if (
                iteration == max_iter
                or evaluations >= max_eval
                or flat
                or (direction * length).abs().max() <= tolerance
                or abs(loss - previous_loss) < tolerance
            ):
                break
        fresh = "d" not in state
        state["d"], state["t"] = direction, length
        for name in ("old_dirs", "old_stps", "ro", "H_diag") if fresh else ():
            state[name] = state.pop(name)  # in the order that saved files have
        state["prev_flat_grad"], state["prev_loss"] = previous, previous_loss
        return first_loss

    @staticmethod
    def _remember(state, change, moved, size):
        """Adds one pair of changes of gradient and parameters, if it has positive curvature."""
        curvature = change.dot(moved)
        if curvature > 1e-10:
            lists = state["old_dirs"], state["old_stps"], state["ro"]
            for kept, value in zip(lists, (change, moved, 1.0 / curvature)):
                if len(kept) == size:
                    kept.pop(0)
                kept.append(value)
            state["H_diag"] = curvature / change.dot(change)

    @staticmethod
    def _newton(state, gradient, size):
        """The two-loop recursion."""
        changes, moves, weights = state["old_dirs"], state["old_stps"], state["ro"]
        factors = state.setdefault("al", [None] * size)
        q = gradient.neg()
        for i in reversed(range(len(changes))):
            factors[i] = moves[i].dot(q) * weights[i]
            q.add_(changes[i] * -factors[i])
        q = q * state["H_diag"]
        for i in range(len(changes)):
            q.add_(moves[i] * (factors[i] - changes[i].dot(q) * weights[i]))
        return q
