"""Optimizers whose formula is stated for one tensor."""

from __future__ import annotations

from .. import _C
from ..autograd.grad_mode import set_grad_enabled
from .optimizer import Optimizer, _evaluate

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


def _zeros(p):
    return _C.zeros_like(p, memory_format=_C.preserve_format)


def _counter(value=0.0):
    return _C.tensor(value, dtype=_C.float32, device="cpu")


def _real(tensor):
    return _C.view_as_real(tensor) if isinstance(tensor, _C.Tensor) and tensor.is_complex() else tensor


class PerTensorOptimizer(Optimizer):
    """Visits every parameter that has a gradient; `_start` makes its state, `_update` changes it in place."""

    def __setstate__(self, state: Any) -> Any:
        defaults = dict(state.get("defaults") or self.defaults)
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in defaults.items():
                if name != "differentiable" or self._may_be_differentiable:
                    group.setdefault(name, value)
            for p in group["params"] if self._counts_in_tensors else ():
                kept = self.state.get(p)
                if kept and "step" in kept and not isinstance(kept["step"], _C.Tensor):
                    kept["step"] = _counter(float(kept["step"]))

    _takes_sparse = False
    _may_be_differentiable = True  # has that option
    _counts_in_tensors = True  # the number of steps is a tensor

    def _start(self, p, state, group):
        """Fills the empty `state` of a parameter."""

    def _update(self, p, grad, state, group):
        raise NotImplementedError

    def step(self, closure: Any = None) -> Any:
        """Changes the parameters by one step.

        Args:
            closure (Callable, optional): computes the loss anew and returns it.

        Returns:
            what the closure returned
        """
        loss = _evaluate(closure)
        for group in self.param_groups:
            with set_grad_enabled(bool(group.get("differentiable")) and _C.is_grad_enabled()):
                for p in group["params"]:
                    grad = p.grad
                    if grad is None:
                        continue
                    if grad.is_sparse and not self._takes_sparse:
                        raise RuntimeError(f"{type(self).__name__} does not support sparse gradients")
                    state = self.state[p]
                    if not state:
                        self._start(p, state, group)
                    if group.get("maximize"):
                        grad = -grad
                    if p.is_complex():
                        views = {name: _real(value) for name, value in state.items()}
                        self._update(_real(p), _real(grad), views, group)
                        for name, value in views.items():
                            if not isinstance(value, _C.Tensor) or not state[name].is_complex():
                                state[name] = value
                    else:
                        self._update(p, grad, state, group)
        return loss
