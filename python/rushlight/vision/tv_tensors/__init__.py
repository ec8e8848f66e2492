"""Tensors that know what they are: pictures, videos, masks, boxes and points.

Operations answer with plain tensors, unless ``set_return_type`` says otherwise; transforms, ``clone``, ``to``, ``detach`` and ``requires_grad_`` keep the class.
"""

from __future__ import annotations

from typing import Any

from ..._C import Tensor
from ._bounding_boxes import BoundingBoxes, BoundingBoxFormat, is_rotated_bounding_format
from ._image import Image
from ._keypoints import KeyPoints
from ._mask import Mask
from ._torch_function_helpers import set_return_type
from ._tv_tensor import TVTensor
from ._video import Video

__all__ = [
    "BoundingBoxFormat",
    "BoundingBoxes",
    "Image",
    "KeyPoints",
    "Mask",
    "TVTensor",
    "Video",
    "is_rotated_bounding_format",
    "set_return_type",
    "wrap",
]


def wrap(wrappee: Tensor, *, like: Any, **kwargs: Any):
    """``wrappee`` as a tensor of the class of ``like``, with what it knows, but for what ``kwargs`` says.

    Args:
        wrappee (Tensor): the numbers.
        like (TVTensor): what to be.
        **kwargs: ``format``, ``canvas_size``, ``clamping_mode`` of boxes, ``canvas_size`` of points.
    """
    return type(like).wrap(wrappee, like, **kwargs)
