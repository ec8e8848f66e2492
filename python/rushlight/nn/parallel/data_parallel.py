"""One module, its batch cut over devices: with one device, the module itself."""

from __future__ import annotations

from ..modules.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _only_the_processor(device_ids: Any) -> None:
    if device_ids:
        raise RuntimeError("no GPU device: this build of rushlight has no GPU backend; leave device_ids out")


class DataParallel(Module):
    """Runs ``module``, as PyTorch does where there is no GPU. Its parameters' names begin with ``module.``.

    Args:
        module (Module): what to run.
        device_ids (list, optional): devices to cut the batch over, of which there are none.
        output_device (optional), dim (int): where results would be joined, and along which axis.

    Errors: RuntimeError for ``device_ids``.

    Example::

        >>> list(nn.DataParallel(nn.Linear(1, 1)).state_dict())
        ['module.weight', 'module.bias']
    """

    def __init__(self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        _only_the_processor(device_ids)
        self.module = module
        self.device_ids: list[Any] = []
        self.output_device = output_device
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """The results of the module."""
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Any,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Any = None,
) -> Any:
    """The same for one call: ``module(*inputs, **module_kwargs)``."""
    _only_the_processor(device_ids)
    return module(*(inputs if isinstance(inputs, tuple) else (inputs,)), **(module_kwargs or {}))
