"""Images of another size."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class Upsample(Module):
    r"""Resamples to another size.

    Args:
        size (int or tuple, optional): of the output; or
        scale_factor (float or tuple, optional): output size over input size.
        mode (str, optional): ``'nearest'``, ``'linear'``, ``'bilinear'``, ``'bicubic'``, ``'trilinear'``
        align_corners (bool, optional): the outermost values stay where they are.
        recompute_scale_factor (bool, optional): derive the factor from the rounded sizes.

    Examples::

        >>> rl.nn.Upsample(scale_factor=2)(rl.randn(1, 1, 2, 2)).shape
        torch.Size([1, 1, 4, 4])
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: Any = None,
        recompute_scale_factor: Any = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        if self.scale_factor is not None:
            return f"scale_factor={self.scale_factor!r}, mode={self.mode!r}"
        return f"size={self.size!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """:class:`Upsample` of images with the nearest value.

    Args:
        size (int or tuple, optional): size of the result.
        scale_factor (float or tuple, optional): the size as a multiple of the input's.

    >>> nn.UpsamplingNearest2d(scale_factor=2)(rl.ones(1, 1, 2, 2)).shape
    torch.Size([1, 1, 4, 4])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """:class:`Upsample` of images, bilinear, with the corners aligned.

    Args:
        size (int or tuple, optional): size of the result.
        scale_factor (float or tuple, optional): the size as a multiple of the input's.

    >>> nn.UpsamplingBilinear2d(scale_factor=2)(rl.ones(1, 1, 2, 2)).shape
    torch.Size([1, 1, 4, 4])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
