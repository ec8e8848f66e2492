"""Transforms between pictures, arrays and tensors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from PIL import Image as pil

from ...._C import Tensor
from ... import tv_tensors
from ..functional import to_tensor
from . import functional as F
from ._transform import Transform
from ._utils import is_pure_tensor


class ToTensor(Transform):
    """The old transform of this name: pictures and arrays as plain tensors of floats."""

    _transformed_types = (pil.Image, np.ndarray)

    def __init__(self) -> None:
        warnings.warn("The transform `ToTensor()` is deprecated and will be removed in a future release. Instead, please use `v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])`. Output is equivalent up to float precision.", stacklevel=2)
        super().__init__()

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return to_tensor(inpt)


class PILToTensor(Transform):
    """Pillow's pictures as plain tensors."""

    _transformed_types = (pil.Image,)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.pil_to_tensor(inpt)


class ToImage(Transform):
    """Pictures, arrays and plain tensors as ``tv_tensors.Image``."""

    _transformed_types = (is_pure_tensor, pil.Image, np.ndarray)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.to_image(inpt)


class ToPILImage(Transform):
    """Tensors and arrays as Pillow's pictures, of ``mode``."""

    _transformed_types = (is_pure_tensor, tv_tensors.Image, np.ndarray)

    def __init__(self, mode: str | None = None) -> None:
        super().__init__()
        self.mode = mode

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.to_pil_image(inpt.as_subclass(Tensor) if isinstance(inpt, Tensor) else inpt, mode=self.mode)


class ToPureTensor(Transform):
    """Tensors that forget what they are."""

    _transformed_types = (tv_tensors.TVTensor,)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt.as_subclass(Tensor)
