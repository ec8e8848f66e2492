"""Transforms by a function, a matrix, a density; dtypes; and what removes bad boxes and points."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image as pil

from .... import float32, mm
from ...._C import Tensor
from ... import tv_tensors
from .. import transforms as _old
from .._arguments import _setup_size, _uniform
from . import functional as F
from ._transform import Transform, flatten
from ._utils import get_bounding_boxes, get_keypoints, has_any, is_pure_tensor, labels_of
from .functional._boxes import valid_boxes, valid_points


class Identity(Transform):
    """Nothing is changed."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt


class Lambda(Transform):
    """A function of the parts that are of ``types``."""

    _transformed_types = (object,)

    def __init__(self, lambd: Callable[[Any], Any], *types: type):
        super().__init__()
        self.lambd = lambd
        self.types = types or self._transformed_types

    def _needs(self, leaves: list) -> list[bool]:
        return [True] * len(leaves)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self.lambd(inpt) if isinstance(inpt, self.types) else inpt

    def extra_repr(self) -> str:
        said = [name for name in (getattr(self.lambd, "__name__", None),) if name]
        return ", ".join([*said, f"types={[t.__name__ for t in self.types]}"])


class LinearTransformation(Transform):
    """A tensor, flattened, less ``mean_vector``, times ``transformation_matrix``."""

    _transformed_types = (is_pure_tensor, tv_tensors.Image, tv_tensors.Video)

    def __init__(self, transformation_matrix: Tensor, mean_vector: Tensor):
        super().__init__()
        rows, columns = transformation_matrix.shape
        if rows != columns:
            raise ValueError(f"transformation_matrix should be square. Got {tuple(transformation_matrix.shape)} rectangular matrix.")
        if mean_vector.size(0) != rows:
            raise ValueError(f"mean_vector should have the same length {mean_vector.size(0)} as any one of the dimensions of the transformation_matrix [{tuple(transformation_matrix.shape)}]")
        self.transformation_matrix = transformation_matrix
        self.mean_vector = mean_vector

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        if has_any(flat_inputs, pil.Image):
            raise TypeError(f"{type(self).__name__}() does not support PIL images.")

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        shape = inpt.shape
        n = shape[-3] * shape[-2] * shape[-1]
        if n != self.transformation_matrix.shape[0]:
            raise ValueError(f"Input tensor and transformation matrix have incompatible shape.[{shape[-3]} x {shape[-2]} x {shape[-1]}] != {self.transformation_matrix.shape[0]}")
        flat = inpt.as_subclass(Tensor).reshape(-1, n) - self.mean_vector
        out = mm(flat, self.transformation_matrix.to(flat.dtype)).reshape(shape)
        return tv_tensors.wrap(out, like=inpt) if isinstance(inpt, (tv_tensors.Image, tv_tensors.Video)) else out


class Normalize(Transform):
    """``(x - mean) / std`` of each channel of floats."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False):
        super().__init__()
        self.mean = list(mean)
        self.std = list(std)
        self.inplace = inplace

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        if has_any(flat_inputs, pil.Image):
            raise TypeError(f"{type(self).__name__}() does not support PIL images.")

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.normalize, inpt, mean=self.mean, std=self.std, inplace=self.inplace)


class GaussianBlur(Transform):
    """Blurred by a normal density whose deviation is drawn from ``sigma``."""

    get_params = staticmethod(_old.GaussianBlur.get_params)

    def __init__(self, kernel_size: int | Sequence[int], sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = _setup_size(kernel_size, "Kernel size should be a tuple/list of two integers")
        for size in self.kernel_size:
            if size <= 0 or size % 2 == 0:
                raise ValueError("Kernel size value should be an odd and positive number.")
        if not isinstance(sigma, (numbers.Number, Sequence)):
            raise TypeError(f"sigma should be a number or a sequence of numbers, but got {sigma}")
        self.sigma = [float(sigma)] * 2 if isinstance(sigma, numbers.Number) else [float(s) for s in sigma]  # type: ignore[arg-type]
        if len(self.sigma) == 1:
            self.sigma = self.sigma * 2
        if len(self.sigma) != 2 or not 0.0 < self.sigma[0] <= self.sigma[1]:
            raise ValueError(f"sigma values should be positive and of the form (min, max). Got {self.sigma}")

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"sigma": [_uniform(*self.sigma)] * 2}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.gaussian_blur, inpt, self.kernel_size, **params)


class GaussianNoise(Transform):
    """With noise added."""

    def __init__(self, mean: float = 0.0, sigma: float = 0.1, clip=True) -> None:
        super().__init__()
        self.mean = mean
        self.sigma = sigma
        self.clip = clip

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.gaussian_noise, inpt, mean=self.mean, sigma=self.sigma, clip=self.clip)


class ToDtype(Transform):
    """Another dtype, or one for each class; with ``scale`` full brightness of pictures stays what it is."""

    _transformed_types = (Tensor,)

    def __init__(self, dtype: Any, scale: bool = False) -> None:
        super().__init__()
        if not isinstance(dtype, (dict, type(float32))):
            raise ValueError(f"dtype must be a dict or a torch.dtype, got {type(dtype)} instead")
        if isinstance(dtype, dict) and Tensor in dtype and any(cls in dtype for cls in (tv_tensors.Image, tv_tensors.Video)):
            warnings.warn("Got `dtype` values for `torch.Tensor` and either `tv_tensors.Image` or `tv_tensors.Video`. Note that a plain `torch.Tensor` will *not* be transformed by this (or any other transformation) in case a `tv_tensors.Image` or `tv_tensors.Video` is present in the input.", stacklevel=2)
        self.dtype = dtype
        self.scale = scale

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if not isinstance(self.dtype, dict):
            if not is_pure_tensor(inpt) and not isinstance(inpt, (tv_tensors.Image, tv_tensors.Video)):
                return inpt
            dtype = self.dtype
        elif type(inpt) in self.dtype:
            dtype = self.dtype[type(inpt)]
        elif "others" in self.dtype:
            dtype = self.dtype["others"]
        else:
            raise ValueError(f"No dtype was specified for type {type(inpt)}. If you only need to convert the dtype of images or videos, you can just pass e.g. dtype=torch.float32. If you're passing a dict as dtype, you can use \"others\" as a catch-all key e.g. dtype={{tv_tensors.Mask: torch.int64, \"others\": None}} to pass-through the rest of the inputs.")
        return inpt if dtype is None else self._call_kernel(F.to_dtype, inpt, dtype=dtype, scale=self.scale)


class ConvertImageDtype(Transform):
    """Pictures in another dtype, full brightness staying what it is."""

    def __init__(self, dtype=float32) -> None:
        super().__init__()
        self.dtype = dtype

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.to_dtype, inpt, dtype=self.dtype, scale=True)


class _Sanitizing(Transform):
    """What both share: bad ones go, with the labels, and whatever else is indexed alike, that belong to them."""

    def _found(self, leaves: list[Any]) -> Any:
        """The boxes or points of a sample."""
        raise NotImplementedError

    def _valid(self, found: Any) -> Tensor:
        """Which of them stay."""
        raise NotImplementedError

    def forward(self, *inputs: Any) -> Any:
        sample = inputs if len(inputs) > 1 else inputs[0]
        labels = self._labels_getter(sample)
        several: Sequence[Any] = () if labels is None else labels if isinstance(labels, (tuple, list)) else (labels,)
        for one in several:
            if not isinstance(one, Tensor):
                raise ValueError(f"The labels in the input to forward() must be a tensor or None, got {type(one)} instead.")
        leaves: list[Any] = []
        build = flatten(sample, leaves)
        found = self._found(leaves)
        for one in several:
            if found.shape[0] != one.shape[0]:
                raise ValueError(f"there are {found.shape[0]} {type(found).__name__} but {one.shape[0]} labels")
        params = {"valid": self._valid(found), "labels": several}
        return build([self.transform(x, params) for x in leaves])

    def _kept(self, inpt: Any, params: dict[str, Any], kinds: Any) -> Any:
        if any(inpt is one for one in params["labels"]):
            return inpt.as_subclass(Tensor)[params["valid"]]
        if not isinstance(inpt, kinds):
            return inpt
        if inpt.ndim == 0 or inpt.shape[0] != params["valid"].shape[0]:
            return inpt  # masks that are not one for each box
        return tv_tensors.wrap(inpt.as_subclass(Tensor)[params["valid"]], like=inpt)


class SanitizeBoundingBoxes(_Sanitizing):
    """Boxes that are too small or outside removed, with their labels and masks.

    Args:
        min_size, min_area (float): of a box that stays, in pixels.
        labels_getter (callable, str or None): a function of the sample that returns what is indexed alike, a tensor or several;
            ``"default"`` looks for a key like ``labels``.

    Raises:
        ValueError: for sizes below one, for another ``labels_getter``, and for samples without boxes or with other labels.
    """

    def __init__(self, min_size: float = 1.0, min_area: float = 1.0, labels_getter: Any = "default") -> None:
        super().__init__()
        if min_size < 1:
            raise ValueError(f"min_size must be >= 1, got {min_size}.")
        self.min_size = min_size
        if min_area < 1:
            raise ValueError(f"min_area must be >= 1, got {min_area}.")
        self.min_area = min_area
        self.labels_getter = labels_getter
        self._labels_getter = labels_of(labels_getter)

    def _found(self, leaves: list[Any]) -> Any:
        return get_bounding_boxes(leaves)

    def _valid(self, found: Any) -> Tensor:
        return valid_boxes(found.as_subclass(Tensor), found.format, found.canvas_size, self.min_size, self.min_area)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._kept(inpt, params, (tv_tensors.BoundingBoxes, tv_tensors.Mask))


class SanitizeKeyPoints(_Sanitizing):
    """Points outside the picture removed, with their labels; of groups (N, ..., 2) those that are not inside whole.

    Args:
        labels_getter (callable, str or None): a function of the sample that returns what is indexed alike, a tensor or several;
            ``"default"`` looks for a key like ``labels``.

    Raises:
        ValueError: for another ``labels_getter``, and for samples without points or with other labels.

    >>> from rushlight.vision import tv_tensors
    >>> from rushlight.vision.transforms import v2
    >>> points = tv_tensors.KeyPoints([[1, 2], [9, 2]], canvas_size=(4, 8))
    >>> v2.SanitizeKeyPoints()(points)
    KeyPoints([[1, 2]], canvas_size=(4, 8))
    """

    def __init__(self, labels_getter: Any = None) -> None:
        super().__init__()
        self.labels_getter = labels_getter
        self._labels_getter = labels_of(labels_getter)

    def _found(self, leaves: list[Any]) -> Any:
        return get_keypoints(leaves)

    def _valid(self, found: Any) -> Tensor:
        return valid_points(found.as_subclass(Tensor), found.canvas_size)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._kept(inpt, params, (tv_tensors.KeyPoints,))
