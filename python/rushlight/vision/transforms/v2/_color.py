"""Transforms that change colours, and those that blur, convert, erase and mix."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image as pil

from .... import float32, mm, rand, randint, randperm, tensor
from ...._C import Tensor
from ....nn import functional as nnF
from ... import tv_tensors
from .. import transforms as _old
from .._arguments import _setup_size, _uniform
from .._erasing import check_erasing, erasing_place
from ..autoaugment import sample_dirichlet
from . import functional as F
from ._transform import RandomApplyTransform, Transform, flatten, has, is_pure_tensor, query_chw
from .functional._boxes import valid_boxes


class Grayscale(Transform):
    """In grey, of one channel or of three that are alike."""

    def __init__(self, num_output_channels: int = 1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.rgb_to_grayscale, inpt, num_output_channels=self.num_output_channels)


class RGB(Transform):
    """Grey with three channels."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.grayscale_to_rgb, inpt)


class RandomGrayscale(RandomApplyTransform):
    """In grey with probability ``p``, of as many channels as before."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p=p)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"num_input_channels": query_chw(flat_inputs)[0]}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.rgb_to_grayscale, inpt, num_output_channels=params["num_input_channels"])


def _bounds(value, name: str, center: float = 1.0, bound=(0.0, float("inf")), clip_first_on_zero: bool = True):
    if isinstance(value, numbers.Number):
        if value < 0:  # type: ignore[operator]
            raise ValueError(f"If {name} is a single number, it must be non negative.")
        value = [center - value, center + value]  # type: ignore[operator]
        if clip_first_on_zero:
            value[0] = max(value[0], 0.0)
    elif isinstance(value, Sequence) and len(value) == 2:
        value = [float(v) for v in value]
    else:
        raise TypeError(f"{name}={value} should be a single number or a sequence with length 2.")
    if not bound[0] <= value[0] <= value[1] <= bound[1]:
        raise ValueError(f"{name} values should be between {bound}, but got {value}.")
    return None if value[0] == value[1] == center else (float(value[0]), float(value[1]))


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed by chance, in an order by chance."""

    get_params = staticmethod(_old.ColorJitter.get_params)

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        super().__init__()
        self.brightness = _bounds(brightness, "brightness")
        self.contrast = _bounds(contrast, "contrast")
        self.saturation = _bounds(saturation, "saturation")
        self.hue = _bounds(hue, "hue", center=0, bound=(-0.5, 0.5), clip_first_on_zero=False)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        order, *factors = _old.ColorJitter.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        return {"order": order.tolist(), "factors": factors}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        functions = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for i in params["order"]:
            if params["factors"][i] is not None:
                inpt = self._call_kernel(functions[i], inpt, params["factors"][i])
        return inpt


class RandomChannelPermutation(Transform):
    """Channels in an order that is drawn."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"permutation": randperm(query_chw(flat_inputs)[0]).tolist()}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.permute_channels, inpt, params["permutation"])


class RandomPhotometricDistort(Transform):
    """SSD's changes of colour, each with probability ``p``."""

    def __init__(
        self,
        brightness: tuple[float, float] = (0.875, 1.125),
        contrast: tuple[float, float] = (0.5, 1.5),
        saturation: tuple[float, float] = (0.5, 1.5),
        hue: tuple[float, float] = (-0.05, 0.05),
        p: float = 0.5,
    ):
        super().__init__()
        self.brightness = brightness
        self.contrast = contrast
        self.hue = hue
        self.saturation = saturation
        self.p = p

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        channels = query_chw(flat_inputs)[0]
        params: dict[str, Any] = {}
        for name in ("brightness", "contrast", "saturation", "hue"):
            params[name] = _uniform(*getattr(self, name)) if rand(1) < self.p else None
        params["contrast_before"] = bool(rand(()) < 0.5)
        params["permutation"] = randperm(channels).tolist() if rand(1) < self.p else None
        return params

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        contrast = [("contrast", F.adjust_contrast)]
        steps = [("brightness", F.adjust_brightness), *(contrast if params["contrast_before"] else [])]
        steps += [("saturation", F.adjust_saturation), ("hue", F.adjust_hue), *([] if params["contrast_before"] else contrast)]
        for name, function in [*steps, ("permutation", F.permute_channels)]:
            if params[name] is not None:
                inpt = self._call_kernel(function, inpt, params[name])
        return inpt


class RandomEqualize(RandomApplyTransform):
    """Brightness spread evenly, with probability ``p``."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.equalize, inpt)


class RandomInvert(RandomApplyTransform):
    """Bright and dark exchanged, with probability ``p``."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.invert, inpt)


class RandomPosterize(RandomApplyTransform):
    """The highest ``bits`` of each channel, with probability ``p``."""

    def __init__(self, bits: int, p: float = 0.5) -> None:
        super().__init__(p=p)
        self.bits = bits

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.posterize, inpt, self.bits)


class RandomSolarize(RandomApplyTransform):
    """What is as bright as ``threshold`` or brighter inverted, with probability ``p``."""

    def __init__(self, threshold: float, p: float = 0.5) -> None:
        super().__init__(p=p)
        self.threshold = threshold

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.solarize, inpt, self.threshold)


class RandomAutocontrast(RandomApplyTransform):
    """Each channel stretched to full brightness, with probability ``p``."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.autocontrast, inpt)


class RandomAdjustSharpness(RandomApplyTransform):
    """Sharper or smoother, with probability ``p``."""

    def __init__(self, sharpness_factor: float, p: float = 0.5) -> None:
        super().__init__(p=p)
        self.sharpness_factor = sharpness_factor

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.adjust_sharpness, inpt, self.sharpness_factor)


class RandomErasing(RandomApplyTransform):
    """With probability ``p`` a part written over."""

    get_params = staticmethod(_old.RandomErasing.get_params)

    def __init__(self, p: float = 0.5, scale: Sequence[float] = (0.02, 0.33), ratio: Sequence[float] = (0.3, 3.3), value: Any = 0.0, inplace: bool = False):
        super().__init__(p=p)
        check_erasing(scale, ratio, value)
        self.scale = scale
        self.ratio = ratio
        if isinstance(value, (int, float)):
            self.value: Any = [float(value)]
        elif isinstance(value, str):
            self.value = None
        else:
            self.value = [float(v) for v in value]
        self.inplace = inplace

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        channels, height, width = query_chw(flat_inputs)
        if self.value is not None and len(self.value) not in (1, channels):
            raise ValueError(f"If value is a sequence, it should have either a single value or {channels} (number of inpt channels)")
        drawn = erasing_place(channels, height, width, self.scale, self.ratio, self.value)
        return {"place": drawn}

    def _call_kernel(self, functional: Callable, inpt: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(inpt, (tv_tensors.BoundingBoxes, tv_tensors.KeyPoints, tv_tensors.Mask)):
            warnings.warn(f"{type(self).__name__}() is currently passing through inputs of type tv_tensors.{type(inpt).__name__}. This will likely change in the future.", stacklevel=2)
        return super()._call_kernel(functional, inpt, *args, **kwargs)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt if params["place"] is None else self._call_kernel(F.erase, inpt, *params["place"], inplace=self.inplace)


# ---- numbers and classes ------------------------------------------------------------------------------------------------
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
        if has((pil.Image,), flat_inputs):
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
        if has((pil.Image,), flat_inputs):
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
        if isinstance(inpt, pil.Image):
            raise TypeError("GaussianNoise() does not support PIL images.")
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
        if isinstance(inpt, tv_tensors.TVTensor) and not isinstance(inpt, (tv_tensors.Image, tv_tensors.Video)):
            return inpt
        return self._call_kernel(F.to_dtype, inpt, dtype=self.dtype, scale=True)


class ToTensor(Transform):
    """The old transform of this name: pictures and arrays as plain tensors of floats."""

    def __init__(self) -> None:
        warnings.warn("The transform `ToTensor()` is deprecated and will be removed in a future release. Instead, please use `v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])`. Output is equivalent up to float precision.", stacklevel=2)
        super().__init__()

    _transformed_types = (pil.Image, lambda x: type(x).__name__ == "ndarray")

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        from ..functional import to_tensor

        return to_tensor(inpt)


class PILToTensor(Transform):
    """Pillow's pictures as plain tensors."""

    _transformed_types = (pil.Image,)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.pil_to_tensor(inpt)


class ToImage(Transform):
    """Pictures, arrays and plain tensors as ``tv_tensors.Image``."""

    _transformed_types = (is_pure_tensor, pil.Image, lambda x: type(x).__name__ == "ndarray")

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.to_image(inpt)


class ToPILImage(Transform):
    """Tensors and arrays as Pillow's pictures, of ``mode``."""

    _transformed_types = (is_pure_tensor, tv_tensors.Image, lambda x: type(x).__name__ == "ndarray")

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


class JPEG(Transform):
    """As it is after writing and reading it as JPEG, of a quality that is drawn."""

    def __init__(self, quality: int | Sequence[int]):
        super().__init__()
        if isinstance(quality, int):
            if isinstance(quality, bool):
                raise TypeError("quality can't be bool")
            quality = [quality, quality]
        else:
            if not isinstance(quality, Sequence):
                raise TypeError("quality should be an int or a sequence of two ints")
            if len(quality) != 2:
                raise ValueError("quality should be a sequence of length 2.")
            for value in quality:
                if not isinstance(value, int):
                    raise TypeError("quality should be a sequence of ints")
        if not 1 <= quality[0] <= quality[1] <= 100:
            raise ValueError(f"quality must be an integer from 1 to 100, got {quality}")
        self.quality = quality

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"quality": int(randint(self.quality[0], self.quality[1] + 1, ()))}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.jpeg, inpt, quality=params["quality"])


class UniformTemporalSubsample(Transform):
    """As many frames of a video, spread evenly."""

    _transformed_types = (is_pure_tensor, tv_tensors.Video)

    def __init__(self, num_samples: int):
        super().__init__()
        self.num_samples = num_samples

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.uniform_temporal_subsample, inpt, self.num_samples)


# ---- boxes --------------------------------------------------------------------------------------------------------------
class ConvertBoundingBoxFormat(Transform):
    """Boxes in another format."""

    _transformed_types = (tv_tensors.BoundingBoxes,)

    def __init__(self, format: str | tv_tensors.BoundingBoxFormat) -> None:
        super().__init__()
        self.format = tv_tensors.BoundingBoxFormat[format.upper()] if isinstance(format, str) else format

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.convert_bounding_box_format(inpt, new_format=self.format)


class ClampBoundingBoxes(Transform):
    """Boxes cut at the picture's edges."""

    _transformed_types = (tv_tensors.BoundingBoxes,)

    def __init__(self, clamping_mode: Any = "auto") -> None:
        super().__init__()
        self.clamping_mode = clamping_mode

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.clamp_bounding_boxes(inpt, clamping_mode=self.clamping_mode)


class SetClampingMode(Transform):
    """Boxes that are cut in another way from here on.

    Raises:
        ValueError: for a mode that is not ``"soft"``, ``"hard"`` or None.
    """

    _transformed_types = (tv_tensors.BoundingBoxes,)

    def __init__(self, clamping_mode: Any) -> None:
        super().__init__()
        if clamping_mode is not None and clamping_mode not in ("soft", "hard"):
            raise ValueError(f"clamping_mode must be soft, hard or None, got {clamping_mode}")
        self.clamping_mode = clamping_mode

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return tv_tensors.wrap(inpt.as_subclass(Tensor).clone(), like=inpt, clamping_mode=self.clamping_mode)


class ClampKeyPoints(Transform):
    """Points moved to the picture's edges where they lie outside."""

    _transformed_types = (tv_tensors.KeyPoints,)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        from .functional._boxes import clamp_points

        return tv_tensors.wrap(clamp_points(inpt.as_subclass(Tensor), inpt.canvas_size), like=inpt)


def _default_labels(inputs: Any) -> Any:
    """The labels in a sample: the value of the key that looks like it."""
    if isinstance(inputs, (tuple, list)):
        inputs = inputs[1] if len(inputs) > 1 else inputs[0]
    if isinstance(inputs, Tensor) and not isinstance(inputs, tv_tensors.TVTensor):
        return inputs
    if not isinstance(inputs, dict):
        raise ValueError(f"When using the default labels_getter, the input passed to forward must be a dictionary or a two-tuple whose second item is a dictionary or a tensor, but got {inputs} instead.")
    for test in (lambda key: key.lower() == "labels", lambda key: "label" in key.lower()):
        for key in inputs:
            if isinstance(key, str) and test(key):
                return inputs[key]
    raise ValueError("Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter?If there are no labels in the sample by design, pass labels_getter=None.")


class SanitizeBoundingBoxes(Transform):
    """Boxes that are too small or outside removed, with their labels and masks."""

    def __init__(self, min_size: float = 1.0, min_area: float = 1.0, labels_getter: Any = "default") -> None:
        super().__init__()
        if min_size < 1:
            raise ValueError(f"min_size must be >= 1, got {min_size}.")
        self.min_size = min_size
        if min_area < 1:
            raise ValueError(f"min_area must be >= 1, got {min_area}.")
        self.min_area = min_area
        self.labels_getter = labels_getter
        if labels_getter == "default":
            self._labels_getter: Callable = _default_labels
        elif callable(labels_getter):
            self._labels_getter = labels_getter
        elif labels_getter is None:
            self._labels_getter = lambda inputs: None
        else:
            raise ValueError(f"labels_getter should either be 'default', a callable, or None, but got {labels_getter} of type {type(labels_getter)}.")

    def forward(self, *inputs: Any) -> Any:
        sample = inputs if len(inputs) > 1 else inputs[0]
        labels = self._labels_getter(sample)
        if labels is not None:
            several = list(labels) if isinstance(labels, (tuple, list)) else [labels]
            for one in several:
                if not isinstance(one, Tensor):
                    raise ValueError(f"The labels in the input to forward() must be a tensor or None, got {type(one)} instead.")
        else:
            several = []
        leaves: list[Any] = []
        build = flatten(sample, leaves)
        found = [x for x in leaves if isinstance(x, tv_tensors.BoundingBoxes)]
        if not found:
            raise ValueError("No bounding boxes were found in the sample")
        boxes = found[0]
        for one in several:
            if boxes.shape[0] != one.shape[0]:
                raise ValueError(f"Number of boxes (shape={tuple(boxes.shape)}) and must match the number of labels.Found labels with shape={tuple(one.shape)}).")
        valid = valid_boxes(boxes.as_subclass(Tensor), boxes.format, boxes.canvas_size, self.min_size, self.min_area)

        def kept(x: Any) -> Any:
            if any(x is one for one in several):
                return tv_tensors.wrap(x.as_subclass(Tensor)[valid], like=x) if isinstance(x, tv_tensors.TVTensor) else x[valid]
            if isinstance(x, tv_tensors.BoundingBoxes) or (isinstance(x, tv_tensors.Mask) and len(x) == len(valid)):
                return tv_tensors.wrap(x.as_subclass(Tensor)[valid], like=x)
            return x

        return build([kept(x) for x in leaves])


# ---- batches ------------------------------------------------------------------------------------------------------------
class _Mixing(Transform):
    """What CutMix and MixUp share: labels become shares of classes."""

    def __init__(self, *, alpha: float = 1.0, num_classes: int | None = None, labels_getter: Any = "default") -> None:
        super().__init__()
        self.alpha = float(alpha)
        self.num_classes = num_classes
        self._labels_getter = _default_labels if labels_getter == "default" else labels_getter

    def forward(self, *inputs: Any) -> Any:
        sample = inputs if len(inputs) > 1 else inputs[0]
        leaves: list[Any] = []
        build = flatten(sample, leaves)
        if has((pil.Image, tv_tensors.BoundingBoxes, tv_tensors.Mask), leaves):
            raise ValueError(f"{type(self).__name__}() does not support PIL images, bounding boxes and masks.")
        needs = [isinstance(x, tv_tensors.TVTensor) or is_pure_tensor(x) for x in leaves]
        labels = self._labels_getter(sample)
        if not isinstance(labels, Tensor):
            raise ValueError(f"The labels must be a tensor, but got {type(labels)} instead.")
        if labels.ndim not in (1, 2):
            raise ValueError(f"labels should be index based with shape (batch_size,) or probability based with shape (batch_size, num_classes), but got a tensor of shape {tuple(labels.shape)} instead.")
        if labels.ndim == 2 and self.num_classes is not None and labels.shape[-1] != self.num_classes:
            raise ValueError(f"When passing 2D labels, the number of elements in last dimension must match num_classes: {labels.shape[-1]} != {self.num_classes}. You can Leave num_classes to None.")
        if labels.ndim == 1 and self.num_classes is None:
            raise ValueError("num_classes must be passed if the labels are index-based (1D)")
        params = {
            "labels": labels,
            "batch_size": labels.shape[0],
            **self.make_params([x for x, needed in zip(leaves, needs) if needed and x is not labels]),
        }
        return build([self._mix(x, params) if needed else x for x, needed in zip(leaves, needs)])

    def _draw(self) -> float:
        return float(sample_dirichlet(tensor([[self.alpha, self.alpha]]))[0, 0])

    def _check(self, inpt: Any, batch_size: int) -> None:
        n = 5 if isinstance(inpt, tv_tensors.Video) else 4
        if inpt.ndim != n:
            raise ValueError(f"Expected a batched input with {n} dims, but got {inpt.ndim} dimensions instead.")
        if inpt.shape[0] != batch_size:
            raise ValueError(f"The batch size of the image or video does not match the batch size of the labels: {inpt.shape[0]} != {batch_size}.")

    def _mix_labels(self, labels: Tensor, share: float) -> Tensor:
        if labels.ndim == 1:
            assert self.num_classes is not None  # checked before
            labels = nnF.one_hot(labels, num_classes=self.num_classes)
        if not labels.dtype.is_floating_point:
            labels = labels.float()
        return labels.roll(1, 0).mul(1.0 - share).add(labels.mul(share))

    def _mix_images(self, inpt: Any, params: dict[str, Any]) -> Tensor:
        raise NotImplementedError

    def _mix(self, inpt: Any, params: dict[str, Any]) -> Any:
        if inpt is params["labels"]:
            return self._mix_labels(inpt, params["lam"])
        if isinstance(inpt, (tv_tensors.Image, tv_tensors.Video)) or is_pure_tensor(inpt):
            self._check(inpt, params["batch_size"])
            out = self._mix_images(inpt.as_subclass(Tensor), params)
            return tv_tensors.wrap(out, like=inpt) if isinstance(inpt, tv_tensors.TVTensor) else out
        return inpt


class MixUp(_Mixing):
    """Each sample of a batch blended with its neighbour (Zhang et al., 2018: mixup)."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"lam": self._draw()}

    def _mix_images(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        share = params["lam"]
        out = inpt.roll(1, 0).mul(1.0 - share).add(inpt.mul(share))
        return out.to(inpt.dtype)


class CutMix(_Mixing):
    """A part of each sample of a batch taken from its neighbour (Yun et al., 2019: CutMix)."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        lam = self._draw()
        _, h, w = query_chw(flat_inputs)
        x, y = int(randint(w, size=(1,))), int(randint(h, size=(1,)))
        half = 0.5 * (1.0 - lam) ** 0.5
        half_w, half_h = int(half * w), int(half * h)
        x1, y1, x2, y2 = max(x - half_w, 0), max(y - half_h, 0), min(x + half_w, w), min(y + half_h, h)
        return {"box": (x1, y1, x2, y2), "lam": float(1.0 - (x2 - x1) * (y2 - y1) / (w * h))}

    def _mix_images(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        x1, y1, x2, y2 = params["box"]
        out = inpt.clone()
        out[..., y1:y2, x1:x2] = inpt.roll(1, 0)[..., y1:y2, x1:x2]
        return out
