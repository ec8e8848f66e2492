"""Weights of convolutions laid out otherwise."""

from __future__ import annotations

from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import memory_format as _memory_format

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def _converted(module, memory_format, kinds):
    for part in module.modules():
        if isinstance(part, kinds):
            part.weight.data = part.weight.detach().clone(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: Any, memory_format: _memory_format) -> Any:
    """Lays the weights of all two-dimensional convolutions of a module out as `memory_format` says.

    >>> m = nn.utils.convert_conv2d_weight_memory_format(nn.Conv2d(3, 8, 3), rl.channels_last)
    >>> m.weight.stride()
    (27, 1, 9, 3)
    """
    return _converted(module, memory_format, (Conv2d, ConvTranspose2d))


def convert_conv3d_weight_memory_format(module: Any, memory_format: _memory_format) -> Any:
    """Lays the weights of all three-dimensional convolutions of a module out as `memory_format` says.

    >>> m = nn.utils.convert_conv3d_weight_memory_format(nn.Conv3d(3, 8, 3), rl.channels_last_3d)
    >>> m.weight.stride()
    (81, 1, 27, 9, 3)
    """
    return _converted(module, memory_format, (Conv3d, ConvTranspose3d))
