"""Parameters as one vector, and back."""

from __future__ import annotations

from ... import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


def _same_device(param, first):
    device = param.device
    if first is not None and device != first:
        raise TypeError("Found two parameters on different devices, this is currently not supported.")
    return device


def parameters_to_vector(parameters: Any) -> Tensor:
    """All parameters, flattened, one after the other.

    Args:
        parameters (iterable of Tensor): the parameters.

    >>> nn.utils.parameters_to_vector(nn.Linear(2, 3).parameters()).shape
    torch.Size([9])
    """
    device, parts = None, []
    for param in parameters:
        device = _same_device(param, device)
        parts.append(param.reshape(-1))
    return _C.cat(parts)


def vector_to_parameters(vec: Any, parameters: Any) -> None:
    """Sets the parameters to slices of `vec`.

    Args:
        vec (Tensor): what :func:`parameters_to_vector` gave.
        parameters (iterable of Tensor): the parameters.

    >>> m = nn.Linear(2, 3)
    >>> nn.utils.vector_to_parameters(rl.arange(9.0), m.parameters())
    >>> m.bias.detach()
    tensor([6., 7., 8.])
    """
    if not isinstance(vec, _C.Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    device, start = None, 0
    for param in parameters:
        device = _same_device(param, device)
        count = param.numel()
        param.data = vec[start : start + count].view_as(param).data
        start += count
