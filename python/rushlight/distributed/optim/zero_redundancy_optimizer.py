"""An optimizer whose state is cut over processes (Rajbhandari et al., 2020: ZeRO): with one process all of it is here."""

from __future__ import annotations

from ...optim import Optimizer
from ..algorithms.join import Joinable, JoinHook
from ..distributed_c10d import _group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ZeroRedundancyOptimizer(Optimizer, Joinable):
    """Steps as another optimizer does.

    Args:
        params (iterable): the parameters, or groups of them.
        optimizer_class (type): which optimizer.
        process_group (optional): among which processes. Default: all, which is this one
        parameters_as_bucket_view, overlap_with_ddp (bool): accepted; nothing is exchanged.
        **defaults: arguments of the optimizer.

    Errors: TypeError for what is no optimizer's class; ValueError without a process group.
    """

    def __init__(
        self,
        params: Any,
        optimizer_class: Any,
        process_group: Any = None,
        parameters_as_bucket_view: bool = False,
        overlap_with_ddp: bool = False,
        **defaults: Any,
    ) -> None:
        if not (isinstance(optimizer_class, type) and issubclass(optimizer_class, Optimizer)):
            raise TypeError(f"optimizer_class must be a class of optimizers, not {optimizer_class!r}")
        self.process_group = _group_of(process_group)
        self.optim = optimizer_class(params, **defaults)
        super().__init__(self.optim.param_groups, self.optim.defaults)
        self.param_groups, self.state = self.optim.param_groups, self.optim.state

    def step(self, closure: Any = None, **kwargs: Any) -> Any:
        """A step of the optimizer."""
        return self.optim.step(closure, **kwargs) if closure is not None else self.optim.step(**kwargs)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a group of parameters."""
        if param_group not in self.optim.param_groups:  # those that are there come through the base class
            self.optim.add_param_group(param_group)
        self.param_groups = self.optim.param_groups

    def consolidate_state_dict(self, to: int = 0) -> None:
        """Brings the state together on one process, where it is."""

    def state_dict(self) -> dict[str, Any]:
        """The whole state."""
        return self.optim.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up a state."""
        self.optim.load_state_dict(state_dict)
        self.param_groups, self.state = self.optim.param_groups, self.optim.state

    def join_hook(self, **kwargs: Any) -> JoinHook:
        """What is done for others when the inputs have run out: nothing."""
        return JoinHook()

    @property
    def join_device(self) -> Any:
        """Where the parameters are."""
        return self.param_groups[0]["params"][0].device

    @property
    def join_process_group(self) -> Any:
        """Among which processes."""
        return self.process_group


__all__ = ["ZeroRedundancyOptimizer"]
