"""Averages of a model's weights over the steps of training."""

from __future__ import annotations

from copy import deepcopy
from math import cos, pi

from .. import _C
from ..autograd.grad_mode import no_grad
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from .lr_scheduler._base import LRScheduler, _for_groups

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .optimizer import Optimizer

Tensor = _C.Tensor

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def _check_decay(decay):
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[..., None]:
    """An average that forgets, of all parameters at once.

    Args:
        decay (float): the share of the average that stays at each step. Default: 0.999

    Errors: ValueError for a decay outside 0 to 1.
    """
    _check_decay(decay)

    def ema_update(ema_param_list, current_param_list, _):
        with no_grad():
            for averaged, current in zip(ema_param_list, current_param_list):
                if averaged.is_floating_point() or averaged.is_complex():
                    averaged.lerp_(current, 1 - decay)
                else:
                    averaged.copy_(averaged * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn() -> Callable[..., None]:
    """The mean of all steps, of all parameters at once."""

    def swa_update(averaged_param_list, current_param_list, num_averaged):
        share = 1 / (float(num_averaged) + 1)
        with no_grad():
            for averaged, current in zip(averaged_param_list, current_param_list):
                if averaged.is_floating_point() or averaged.is_complex():
                    averaged.lerp_(current, share)
                else:
                    averaged.copy_(averaged + (current - averaged) * share)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Callable[..., Tensor]:
    """An average that forgets, of one parameter; arguments as in :func:`get_ema_multi_avg_fn`."""
    _check_decay(decay)

    def ema_update(ema_param, current_param, num_averaged):
        with no_grad():
            return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Callable[..., Tensor]:
    """The mean of all steps, of one parameter."""

    def swa_update(averaged_param, current_param, num_averaged):
        with no_grad():
            return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages of the model's.

    Args:
        model (Module): the model that learns.
        device (device, optional): where the averages are kept.
        avg_fn (function, optional): from an average, a parameter and the number of steps to the next average.
        multi_avg_fn (function, optional): the same for lists, in place. The mean of all steps if both are left out.
        use_buffers (bool): average buffers as well, rather than copy them. Default: ``False``

    Errors: AssertionError if both functions are given.

    Source: Izmailov et al. (2018), Averaging weights leads to wider optima and better generalization.

    Examples::

        >>> model = rl.nn.Linear(1, 1)
        >>> averaged = rl.optim.swa_utils.AveragedModel(model)
        >>> averaged.update_parameters(model)
        >>> int(averaged.n_averaged)
        1
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[..., Tensor] | None = None,
        multi_avg_fn: Callable[..., None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", _C.tensor(0, dtype=_C.int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def _tensors(self, model):
        return [*model.parameters(), *model.buffers()] if self.use_buffers else [*model.parameters()]

    def update_parameters(self, model: Module) -> None:
        """Takes the model's parameters, as they are now, into the averages."""
        own = [t.detach() for t in self._tensors(self.module)]
        others = [t.detach().to(mine.device) for t, mine in zip(self._tensors(model), own)]
        if self.n_averaged == 0:
            for mine, other in zip(own, others):
                mine.copy_(other)
        elif self.avg_fn is None:
            average = self.multi_avg_fn if self.multi_avg_fn is not None else get_swa_multi_avg_fn()
            average(own, others, self.n_averaged)
        else:
            for mine, other in zip(own, others):
                mine.copy_(self.avg_fn(mine, other, self.n_averaged.to(mine.device)))
        if not self.use_buffers:
            for mine, other in zip(self.module.buffers(), model.buffers()):
                mine.detach().copy_(other.detach().to(mine.device))
        self.n_averaged += 1


@no_grad()
def update_bn(loader: Any, model: Module, device: Any = None) -> None:
    """Running statistics of all batch normalisations, anew, from the batches of a loader.

    Args:
        loader (iterable): of batches, or of lists and tuples that begin with one.
        model (Module): whose normalisations they are.
        device (device, optional): where batches are moved.
    """
    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    for batch in loader:
        if isinstance(batch, (list, tuple)):
            batch = batch[0]
        model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Goes from the rate there is to another in some epochs, and stays there.

    Args:
        optimizer (Optimizer): whose rate it is.
        swa_lr (float or list): the rate in the end, of all groups or of each.
        anneal_epochs (int): epochs in between. Default: 10
        anneal_strategy (str): ``'cos'`` or ``'linear'``. Default: ``'cos'``
        last_epoch (int): Default: -1

    Errors: ValueError for another strategy, or a number of epochs below zero.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, rate in zip(optimizer.param_groups, _for_groups("swa_lr", optimizer, swa_lr)):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step):
        """How much of the way is behind at `step`."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return t if self._anneal_strategy == "linear" else (1 - cos(pi * t)) / 2

    def get_lr(self) -> list[float]:
        self._check_called_in_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            goal, rate = group["swa_lr"], group["lr"]
            start = goal if before == 1 else (rate - before * goal) / (1 - before)
            rates.append(goal * now + start * (1 - now))
        return rates
