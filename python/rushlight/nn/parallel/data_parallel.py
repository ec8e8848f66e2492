"""One module, its batch cut over devices: with one device, the module on it."""

from __future__ import annotations

from ... import _C
from ..modules.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _the_one(device_ids: Any, output_device: Any = None) -> Any:
    """The GPU that is meant, or ``None`` where there is none and none is asked for.

    Errors: RuntimeError for several, and for one that is not there.
    """
    from ...cuda import _device, _utils

    if device_ids is None:
        device_ids = (
            [] if _device.count() == 0 else [_device.current() if output_device is None else output_device]
        )
    indices = [_device.checked(_utils._get_device_index(each, optional=True)) for each in device_ids]
    if len(set(indices)) > 1:
        raise RuntimeError(
            f"a module runs on one GPU here, but device_ids names {len(indices)}: {indices}; leave all but one out"
        )
    return indices[0] if indices else None


class DataParallel(Module):
    """Runs ``module`` on the GPU in use, to which it is moved, and so are its inputs; as it is where there is no GPU.

    Batches are not cut over several devices. Parameters' names begin with ``module.``, as in PyTorch.

    Args:
        module (Module): what to run.
        device_ids (list, optional): the GPU, in a list. Default: the one in use
        output_device (optional): where results are wanted. Default: where the module runs
        dim (int): the axis along which PyTorch would cut. Default: 0

    Errors: RuntimeError for several ``device_ids``, and for one that is not there.

    Example::

        >>> list(nn.DataParallel(nn.Linear(1, 1)).state_dict())
        ['module.weight', 'module.bias']
    """

    def __init__(self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        index = _the_one(device_ids, output_device)
        self.module = module
        self.device_ids: list[Any] = [] if index is None else [index]
        self.output_device = index if output_device is None else output_device
        self.dim = dim
        if index is not None:
            self.module.to(f"cuda:{index}")

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """The results of the module."""
        if not self.device_ids:
            return self.module(*inputs, **kwargs)
        return _run(self.module, inputs, kwargs, self.device_ids, self.output_device, self.dim)

    def replicate(self, module: Any, device_ids: Any) -> list[Any]:
        """Copies of a module, one for each device; see :func:`~rushlight.nn.parallel.replicate`."""
        from .replicate import replicate

        return replicate(module, device_ids, not _C.is_grad_enabled())

    def scatter(self, inputs: Any, kwargs: Any, device_ids: Any) -> Any:
        """Arguments cut along ``dim``, a part for each device."""
        from .scatter_gather import scatter_kwargs

        return scatter_kwargs(inputs, kwargs, device_ids, dim=self.dim)

    def parallel_apply(self, replicas: Any, inputs: Any, kwargs: Any) -> list[Any]:
        """The results of all copies, each of its part."""
        from .parallel_apply import parallel_apply

        return parallel_apply(replicas, inputs, kwargs, self.device_ids[: len(replicas)])

    def gather(self, outputs: Any, output_device: Any) -> Any:
        """The results joined along ``dim`` on one device."""
        from .scatter_gather import gather

        return gather(outputs, output_device, dim=self.dim)


def _run(module: Any, inputs: Any, kwargs: Any, device_ids: Any, output_device: Any, dim: int) -> Any:
    from .scatter_gather import gather, scatter_kwargs

    (moved,), (named,) = scatter_kwargs(inputs, kwargs, device_ids, dim)
    result = module(*moved, **named)
    return result if output_device == device_ids[0] else gather([result], output_device, dim)


def data_parallel(
    module: Any,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Any = None,
) -> Any:
    """The same for one call: ``module(*inputs, **module_kwargs)``, with inputs moved to the GPU, where the module must be.

    Errors: RuntimeError for several ``device_ids``, and for one that is not there.
    """
    inputs, kwargs = inputs if isinstance(inputs, tuple) else (inputs,), module_kwargs or {}
    index = _the_one(device_ids, output_device)
    if index is None:
        return module(*inputs, **kwargs)
    return _run(module, inputs, kwargs, [index], index if output_device is None else output_device, dim)
