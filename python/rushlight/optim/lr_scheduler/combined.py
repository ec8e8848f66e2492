"""Schedules made of schedules, and the one that watches a figure."""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from ..._warn import warn
from ._base import (
    EPOCH_DEPRECATION_WARNING,
    LRScheduler,
    _require_optimizer,
    _set,
    _values,
)

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..optimizer import Optimizer


class _Combined(LRScheduler):
    """Saves and loads the schedules it is made of."""

    _schedulers: list[Any]

    def _check_parts(self, schedulers, optimizer):
        name = type(self).__name__
        for place, part in enumerate(schedulers):
            if not hasattr(part, "optimizer"):
                raise TypeError(f"{name} at index {place} should have `optimizer` as its attribute.")
            if isinstance(part, ReduceLROnPlateau):
                raise ValueError(
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
                    f"specified when calling `step`, but got one at index {place} in the given schedulers sequence."
                )
            if optimizer is not part.optimizer:
                raise ValueError(
                    f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                    f"{type(part).__name__} at index {place} has {part.optimizer}, which is different from "
                    f"{type(optimizer).__name__}."
                )

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, and the states of the parts."""
        state = {name: v for name, v in self.__dict__.items() if name not in ("optimizer", "_schedulers")}
        state["_schedulers"] = [part.state_dict() for part in self._schedulers]
        return state

    def load_state_dict(self, state_dict: Any) -> Any:
        """Takes up what :meth:`state_dict` gave."""
        self.__dict__.update({name: v for name, v in state_dict.items() if name != "_schedulers"})
        for part, state in zip(self._schedulers, state_dict["_schedulers"]):
            part.load_state_dict(state)


class SequentialLR(_Combined):
    """One schedule after the other.

    Args:
        optimizer (Optimizer): whose groups are set.
        schedulers (list of LRScheduler): the schedules.
        milestones (list of int): the epochs at which the next one takes over.
        last_epoch (int): Default: -1

    >>> opt = optim.SGD([nn.Parameter(rl.ones(1))], lr=1.0)
    >>> parts = [optim.lr_scheduler.ConstantLR(opt, factor=0.5), optim.lr_scheduler.ExponentialLR(opt, 0.5)]
    >>> schedule = optim.lr_scheduler.SequentialLR(opt, parts, milestones=[2])
    >>> lrs = []
    >>> for _ in range(4): lrs += schedule.get_last_lr(); opt.step(); schedule.step()
    >>> lrs
    [0.5, 0.5, 1.0, 0.5]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Any, milestones: Any, last_epoch: int = -1) -> None:
        if len(schedulers) < 1:
            raise ValueError(f"{type(self).__name__} expects at least one scheduler, but got no scheduler.")
        self._check_parts(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to "
                f"be equal to {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:  # undo what the parts did when they were made
            _set(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> Any:
        """Takes back the first step of every part."""
        sched = self if sched is None else sched
        if hasattr(sched, "_schedulers"):
            for part in sched._schedulers:
                self.recursive_undo(part)
        elif hasattr(sched, "last_epoch"):
            sched.last_epoch -= 1

    def step(self) -> Any:
        """Goes on by one epoch and sets the learning rates."""
        self.last_epoch += 1
        place = bisect_right(self._milestones, self.last_epoch)
        part = self._schedulers[place]
        if place > 0 and self._milestones[place - 1] == self.last_epoch:
            part._update_lr(0)
        else:
            part.step()
        self._last_lr = part.get_last_lr()


class ChainedScheduler(_Combined):
    """Several schedules at once: each step is a step of all.

    Args:
        schedulers (sequence of LRScheduler): the schedules.
        optimizer (Optimizer, optional): whose groups are set.

    >>> opt = optim.SGD([nn.Parameter(rl.ones(1))], lr=1.0)
    >>> from rushlight.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
    >>> schedule = ChainedScheduler([ExponentialLR(opt, 0.5), ConstantLR(opt, factor=0.1)])
    >>> opt.step(); schedule.step()
    >>> schedule.get_last_lr()
    [0.05]
    """

    def __init__(self, schedulers: Any, optimizer: Optimizer | None = None) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler to be chained, but got no scheduler."
            )
        optimizer = optimizer or schedulers[0].optimizer
        self._check_parts(schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = _values(optimizer)

    def step(self) -> Any:
        """A step of every schedule."""
        for part in self._schedulers:
            part.step()
        self._last_lr = _values(self.optimizer)


class ReduceLROnPlateau(LRScheduler):
    """Lowers the learning rate when a figure has stopped improving.

    Args:
        optimizer (Optimizer): whose groups are set.
        mode (str): ``'min'`` or ``'max'``: what improvement is. Default: ``'min'``
        factor (float): by which the rate is multiplied. Default: 0.1
        patience (int): epochs without improvement that are borne. Default: 10
        threshold (float): what counts as improvement. Default: 1e-4
        threshold_mode (str): ``'rel'`` or ``'abs'``. Default: ``'rel'``
        cooldown (int): epochs of rest after a change. Default: 0
        min_lr (float or list): the smallest rate. Default: 0
        eps (float): a smaller change is not made. Default: 1e-8

    >>> opt = optim.SGD([nn.Parameter(rl.ones(1))], lr=1.0)
    >>> schedule = optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=0)
    >>> for loss in (1.0, 2.0): schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        _require_optimizer(optimizer)
        self.factor = factor
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        if isinstance(min_lr, (list, tuple)):
            if len(min_lr) != groups:
                raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
            self.default_min_lr = None
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * groups
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = _values(optimizer)
        self._set_mode(mode, threshold, threshold_mode)
        self._reset()

    def _set_mode(self, mode, threshold, threshold_mode):
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        self.mode_worse = inf if mode == "min" else -inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode

    def _reset(self):
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> Any:
        """Whether a change was made so recently that no other is considered."""
        return self.cooldown_counter > 0

    def _is_better(self, a: float, best: Any) -> Any:
        """Whether `a` is an improvement over `best`."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            limit = best * (1.0 + sign * self.threshold)
        else:
            limit = best + sign * self.threshold
        return a < limit if self.mode == "min" else a > limit

    def step(self, metrics: Any, epoch: Any = None) -> Any:
        """Takes the figure of one epoch and lowers the learning rates if it is time to."""
        current = float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warn(EPOCH_DEPRECATION_WARNING)
        self.last_epoch = epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr(epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = _values(self.optimizer)

    def _reduce_lr(self, epoch):
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from when "
                    f"`ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due to a new param group "
                    "being added to the optimizer. Please modify the `min_lrs` field to match the length of the "
                    "`optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs):
            old = float(group["lr"])
            new = max(old * self.factor, lowest)
            if old - new > self.eps:
                _set(group, "lr", new)

    def load_state_dict(self, state_dict: Any) -> Any:
        """Takes up what :meth:`state_dict` gave."""
        self.__dict__.update(state_dict)
        self._set_mode(self.mode, self.threshold, self.threshold_mode)
