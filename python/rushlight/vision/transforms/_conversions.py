"""From Pillow's pictures to tensors and back, and from one dtype to another."""

from __future__ import annotations

from ... import nn
from . import functional as F


class ToTensor:
    """A picture of Pillow's or an array (H, W, C) as a tensor (C, H, W); bytes become floats in [0, 1]."""

    def __call__(self, pic):
        return F.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """A picture of Pillow's as a tensor (C, H, W) of its own numbers."""

    def __call__(self, pic):
        return F.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ConvertImageDtype(nn.Module):
    """A tensor in another dtype, full brightness staying what it is."""

    def __init__(self, dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, image):
        return F.convert_image_dtype(image, self.dtype)


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as a picture of Pillow's, of ``mode``."""

    def __init__(self, mode=None):
        self.mode = mode

    def __call__(self, pic):
        return F.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        inside = f"mode={self.mode}" if self.mode is not None else ""
        return f"{type(self).__name__}({inside})"
