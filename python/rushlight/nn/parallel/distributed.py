"""A module trained by several processes, of which there is one here."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial

from ...autograd.grad_mode import no_grad
from ..modules.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class DistributedDataParallel(Module):
    """Runs ``module``. In a world of one process its gradients are the mean over all of them already.

    Args:
        module (Module): what to run, with parameters that require gradients.
        device_ids (list, optional): the GPU that the module is on, in a list.
        process_group (ProcessGroup, optional): the processes; the default group if left out.
        others: accepted; they say how gradients would be exchanged.

    Errors: RuntimeError for a module that has nothing to train; ValueError without a process group.

    Parameters' names begin with ``module.``, as in PyTorch.
    """

    def __init__(
        self,
        module: Any,
        device_ids: Any = None,
        output_device: Any = None,
        dim: int = 0,
        broadcast_buffers: Any = None,
        init_sync: bool = True,
        process_group: Any = None,
        bucket_cap_mb: Any = None,
        find_unused_parameters: bool = False,
        check_reduction: bool = False,
        gradient_as_bucket_view: bool = False,
        static_graph: bool = False,
        delay_all_reduce_named_params: Any = None,
        param_to_hook_all_reduce: Any = None,
        mixed_precision: Any = None,
        device_mesh: Any = None,
        skip_all_reduce_unused_params: bool = False,
        bucket_cap_mb_list: Any = None,
        batched_grad_copy: bool = False,
        forward_sync_buffers: Any = None,
    ) -> None:
        super().__init__()
        from ..._warn import warn
        from ...distributed import distributed_c10d
        from .data_parallel import _the_one

        if not any(parameter.requires_grad for parameter in module.parameters()):
            raise RuntimeError(
                "DistributedDataParallel is not needed when a module doesn't have any parameter that requires a gradient."
            )
        if broadcast_buffers is not None:
            warn(
                "Both `broadcast_buffers` and `forward_sync_buffers` were specified. `broadcast_buffers` is deprecated and "
                "its value is ignored when `forward_sync_buffers` is provided."
                if forward_sync_buffers is not None
                else "`broadcast_buffers` is deprecated. Use `forward_sync_buffers` instead. IMPORTANT: unlike "
                "`broadcast_buffers=False`, `forward_sync_buffers=False` still syncs buffers at init. If you rely on buffers "
                "NOT being synced at init (e.g. rank-local buffers), keep using `broadcast_buffers=False` until "
                "`init_sync_buffers` is available.",
                FutureWarning,
            )
        if check_reduction:
            warn(
                "The `check_reduction` argument in `DistributedDataParallel` module is deprecated. Please avoid using it.",
                FutureWarning,
            )
        if device_ids:
            _the_one(device_ids)
        self.process_group = distributed_c10d._group_of(process_group)
        self.module = module
        self.device_ids, self.output_device, self.dim = device_ids or None, output_device, dim
        self.broadcast_buffers = True if broadcast_buffers is None else broadcast_buffers
        self.find_unused_parameters = find_unused_parameters
        self.gradient_as_bucket_view = gradient_as_bucket_view
        self.static_graph = static_graph
        self.require_backward_grad_sync = True
        self._hook: Any = None

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """The results of the module."""
        return self.module(*inputs, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """A block in which gradients are summed without being exchanged."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    @contextmanager
    def join(
        self,
        divide_by_initial_world_size: bool = True,
        enable: bool = True,
        throw_on_early_termination: bool = False,
    ) -> Iterator[None]:
        """A block in which processes may run out of data at different times."""
        yield

    def register_comm_hook(self, state: Any, hook: Any) -> None:
        """How gradients are exchanged, which changes them even among one: a hook may round them.

        Args:
            state (Any): what the hook is given first.
            hook (callable): of ``state`` and a :class:`~rushlight.distributed.GradBucket`, gives a ``Future`` of the gradients. It
                is called for each parameter, once its gradient is whole; not within :meth:`no_sync`.

        Errors: TypeError for what cannot be called; RuntimeError for a second one.
        """
        from ...distributed._parts import GradBucket

        if not callable(hook):
            raise TypeError("Communication hook must be callable.")
        if self._hook is not None:
            raise RuntimeError("register_comm_hook or register_builtin_comm_hook can only be called once.")
        self._hook = (state, hook)
        parameters = [parameter for parameter in self.module.parameters() if parameter.requires_grad]

        def exchange(number: int, parameter: Any) -> None:
            if self.require_backward_grad_sync:
                last = number == len(parameters) - 1
                with no_grad():
                    found = hook(state, GradBucket(number, parameter.grad, [parameter], last)).wait()
                    parameter.grad.copy_(found.view_as(parameter.grad))

        for number, parameter in enumerate(parameters):
            parameter.register_post_accumulate_grad_hook(partial(exchange, number))

    def _set_static_graph(self) -> None:
        self.static_graph = True
