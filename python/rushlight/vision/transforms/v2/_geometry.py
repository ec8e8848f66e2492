"""Transforms that move places."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Sequence
from typing import Any, Literal

from .... import rand, randint, tensor
from ...._C import Tensor
from ... import tv_tensors
from ...ops.boxes import box_iou
from .. import transforms as _old
from .._arguments import _check_sequence_input, _integer, _setup_angle, _setup_size, _uniform
from .._crops import crop_of_area
from .._geometry import four_paddings, perspective_coefficients
from .._warps import elastic_field
from . import functional as F
from ._transform import RandomApplyTransform, Transform
from ._utils import IMAGES, get_bounding_boxes, has_any, is_pure_tensor, query_size
from .functional._boxes import Format, convert

_SIZE = "Please provide only two dimensions (h, w) for size."


def check_fill(fill: Any) -> Any:
    """``fill``, if it is a number, a sequence of them, None, or a dict of those by class."""
    if isinstance(fill, dict):
        for value in fill.values():
            check_fill(value)
        return fill
    if fill is not None and not isinstance(fill, (numbers.Number, tuple, list)):
        raise TypeError("Got inappropriate fill arg, only Numbers, tuples, lists and dicts are allowed.")
    return fill


def fill_for(fill: Any, inpt: Any) -> Any:
    """What fills empty places of an input of this class.

    Raises:
        RuntimeError: if a dict does not say it.
    """
    if not isinstance(fill, dict):
        return fill
    for key in (type(inpt), Tensor if is_pure_tensor(inpt) else None, "others"):
        if key in fill:
            return fill[key]
    raise RuntimeError(f"fill has no entry for {type(inpt).__name__}, and none for others")


class RandomHorizontalFlip(RandomApplyTransform):
    """Left and right exchanged, with probability ``p``."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.horizontal_flip, inpt)


class RandomVerticalFlip(RandomApplyTransform):
    """Top and bottom exchanged, with probability ``p``."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.vertical_flip, inpt)


class Resize(Transform):
    """Another size: of the short side, or height and width; or by the long side, with ``size=None``."""

    def __init__(self, size, interpolation: Any = "bilinear", max_size: int | None = None, antialias: bool | None = True):
        super().__init__()
        if isinstance(size, int):
            size = [size]
        elif isinstance(size, Sequence) and len(size) in (1, 2):
            size = list(size)
        elif size is None:
            if not isinstance(max_size, int):
                raise ValueError(f"max_size must be an integer when size is None, but got {max_size} instead.")
        else:
            raise ValueError(f"size can be an integer, a sequence of one or two integers, or None, but got {size} instead.")
        self.size = size
        self.interpolation = interpolation
        self.max_size = max_size
        self.antialias = antialias

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.resize, inpt, self.size, interpolation=self.interpolation, max_size=self.max_size, antialias=self.antialias)


class CenterCrop(Transform):
    """The middle."""

    def __init__(self, size: int | Sequence[int]):
        super().__init__()
        self.size = _setup_size(size, error_msg=_SIZE)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.center_crop, inpt, output_size=self.size)


class RandomResizedCrop(Transform):
    """A part, drawn by area and ratio, in another size."""

    get_params = staticmethod(_old.RandomResizedCrop.get_params)

    def __init__(
        self,
        size: int | Sequence[int],
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = "bilinear",
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size = _setup_size(size, error_msg=_SIZE)
        if not isinstance(scale, Sequence):
            raise TypeError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise TypeError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        self.scale = scale
        self.ratio = ratio
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return dict(zip(("top", "left", "height", "width"), crop_of_area(*query_size(flat_inputs), self.scale, self.ratio)))

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.resized_crop, inpt, **params, size=self.size, interpolation=self.interpolation, antialias=self.antialias)


class _Crops(Transform):
    _transformed_types = (*IMAGES, tv_tensors.Video)

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = _setup_size(size, error_msg=_SIZE)

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        if has_any(flat_inputs, tv_tensors.BoundingBoxes, tv_tensors.Mask):
            raise TypeError(f"BoundingBoxes'es and Mask's are not supported by {type(self).__name__}()")


class FiveCrop(_Crops):
    """The four corners and the middle."""

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.five_crop, inpt, self.size)


class TenCrop(_Crops):
    """``FiveCrop`` of the input and of its mirror image."""

    def __init__(self, size: int | Sequence[int], vertical_flip: bool = False) -> None:
        super().__init__(size)
        self.vertical_flip = vertical_flip

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.ten_crop, inpt, self.size, vertical_flip=self.vertical_flip)


_MODES = ("constant", "edge", "reflect", "symmetric")


def _check_padding(padding: Any, padding_mode: str) -> None:
    if isinstance(padding, str) or not isinstance(padding, (int, Sequence)):
        raise (ValueError if isinstance(padding, str) else TypeError)("Padding must be an int or a 1, 2, or 4 element of tuple or list")
    if isinstance(padding, Sequence) and len(padding) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple")
    if padding_mode not in _MODES:
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")


class Pad(Transform):
    """Borders of one colour, or of what lies beside them."""

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: Literal["constant", "edge", "reflect", "symmetric"] = "constant"):
        super().__init__()
        _check_padding(padding, padding_mode)
        self.padding = padding if isinstance(padding, int) else list(padding)
        self.fill = check_fill(fill)
        self.padding_mode = padding_mode

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.pad, inpt, padding=self.padding, fill=fill_for(self.fill, inpt), padding_mode=self.padding_mode)


class RandomZoomOut(RandomApplyTransform):
    """With probability ``p`` laid somewhere on a larger canvas, larger by a factor from ``side_range`` (SSD's expansion)."""

    def __init__(self, fill: Any = 0, side_range: Sequence[float] = (1.0, 4.0), p: float = 0.5) -> None:
        super().__init__(p=p)
        self.fill = check_fill(fill)
        _check_sequence_input(side_range, "side_range", req_sizes=(2,))
        self.side_range = side_range
        if side_range[0] < 1.0 or side_range[0] > side_range[1]:
            raise ValueError(f"Invalid side range provided {side_range}.")

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        h, w = query_size(flat_inputs)
        factor = self.side_range[0] + rand(1) * (self.side_range[1] - self.side_range[0])
        canvas_w, canvas_h = int(w * factor), int(h * factor)
        r = rand(2)
        left, top = int((canvas_w - w) * r[0]), int((canvas_h - h) * r[1])
        return {"padding": [left, top, canvas_w - (left + w), canvas_h - (top + h)]}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.pad, inpt, **params, fill=fill_for(self.fill, inpt))


class RandomRotation(Transform):
    """Turned by an angle that is drawn."""

    get_params = staticmethod(_old.RandomRotation.get_params)

    def __init__(self, degrees: Any, interpolation: Any = "nearest", expand: bool = False, center: list[float] | None = None, fill: Any = 0):
        super().__init__()
        self.degrees = _setup_angle(degrees, name="degrees", req_sizes=(2,))
        self.interpolation = interpolation
        self.expand = expand
        self.fill = check_fill(fill)
        if center is not None:
            _check_sequence_input(center, "center", req_sizes=(2,))
        self.center = center

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"angle": _uniform(self.degrees[0], self.degrees[1])}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(
            F.rotate,
            inpt,
            **params,
            interpolation=self.interpolation,
            expand=self.expand,
            center=self.center,
            fill=fill_for(self.fill, inpt),
        )


class RandomAffine(Transform):
    """Turned, moved, scaled and sheared by chance."""

    get_params = staticmethod(_old.RandomAffine.get_params)

    def __init__(
        self,
        degrees: Any,
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: Any = None,
        interpolation: Any = "nearest",
        fill: Any = 0,
        center: list[float] | None = None,
    ) -> None:
        super().__init__()
        self.degrees = _setup_angle(degrees, name="degrees", req_sizes=(2,))
        if translate is not None:
            _check_sequence_input(translate, "translate", req_sizes=(2,))
            if not all(0.0 <= t <= 1.0 for t in translate):
                raise ValueError("translation values should be between 0 and 1")
        self.translate = translate
        if scale is not None:
            _check_sequence_input(scale, "scale", req_sizes=(2,))
            if not all(s > 0 for s in scale):
                raise ValueError("scale values should be positive")
        self.scale = scale
        self.shear = _setup_angle(shear, name="shear", req_sizes=(2, 4)) if shear is not None else shear
        self.interpolation = interpolation
        self.fill = check_fill(fill)
        if center is not None:
            _check_sequence_input(center, "center", req_sizes=(2,))
        self.center = center

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        height, width = query_size(flat_inputs)
        angle = _uniform(self.degrees[0], self.degrees[1])
        move = (0, 0)
        if self.translate is not None:
            x, y = float(self.translate[0] * width), float(self.translate[1] * height)
            tx = round(_uniform(-x, x))
            move = (tx, round(_uniform(-y, y)))
        scale = _uniform(*self.scale) if self.scale is not None else 1.0
        shear_x = shear_y = 0.0
        if self.shear is not None:
            shear_x = _uniform(self.shear[0], self.shear[1])
            if len(self.shear) == 4:
                shear_y = _uniform(self.shear[2], self.shear[3])
        return {"angle": angle, "translate": move, "scale": scale, "shear": (shear_x, shear_y)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(
            F.affine, inpt, **params, interpolation=self.interpolation, fill=fill_for(self.fill, inpt), center=self.center
        )


class RandomCrop(Transform):
    """A part, at a place that is drawn; borders first, if asked for."""

    get_params = staticmethod(_old.RandomCrop.get_params)

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: Literal["constant", "edge", "reflect", "symmetric"] = "constant",
    ) -> None:
        super().__init__()
        self.size = _setup_size(size, error_msg=_SIZE)
        if pad_if_needed or padding is not None:
            if padding is not None:
                _check_padding(padding, padding_mode)
            elif padding_mode not in _MODES:
                raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
        self.padding = None
        if padding is not None:  # kept as left, right, top, bottom
            left, top, right, bottom = four_paddings(padding)
            self.padding = [left, right, top, bottom]
        self.pad_if_needed = pad_if_needed
        self.fill = check_fill(fill)
        self.padding_mode = padding_mode

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        height, width = query_size(flat_inputs)
        left, right, top, bottom = self.padding if self.padding is not None else (0, 0, 0, 0)
        height, width = height + top + bottom, width + left + right
        new_h, new_w = self.size
        if self.pad_if_needed:
            if height < new_h:
                more = new_h - height
                top, bottom, height = top + more, bottom + more, height + 2 * more
            if width < new_w:
                more = new_w - width
                left, right, width = left + more, right + more, width + 2 * more
        if height < new_h or width < new_w:
            raise ValueError(f"Required crop size {(new_h, new_w)} is larger than {'padded ' if self.padding is not None else ''}input image size {(height, width)}.")
        y = int(randint(0, height - new_h + 1, size=())) if height > new_h else 0
        x = int(randint(0, width - new_w + 1, size=())) if width > new_w else 0
        padding = [left, top, right, bottom]
        return {
            "needs_crop": height > new_h or width > new_w,
            "place": (y, x, new_h, new_w),
            "padding": padding if any(padding) else None,
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if params["padding"] is not None:
            fill = fill_for(self.fill, inpt)
            inpt = self._call_kernel(F.pad, inpt, padding=params["padding"], fill=fill, padding_mode=self.padding_mode)
        return self._call_kernel(F.crop, inpt, *params["place"]) if params["needs_crop"] else inpt


class RandomPerspective(RandomApplyTransform):
    """With probability ``p`` seen from aside: each corner moved inwards by up to ``distortion_scale``."""

    get_params = staticmethod(_old.RandomPerspective.get_params)

    def __init__(self, distortion_scale: float = 0.5, p: float = 0.5, interpolation: Any = "bilinear", fill: Any = 0) -> None:
        super().__init__(p=p)
        if not 0 <= distortion_scale <= 1:
            raise ValueError("Argument distortion_scale value should be between 0 and 1")
        self.distortion_scale = distortion_scale
        self.interpolation = interpolation
        self.fill = check_fill(fill)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        height, width = query_size(flat_inputs)
        dy, dx = int(self.distortion_scale * (height // 2)) + 1, int(self.distortion_scale * (width // 2)) + 1
        left, right, top, bottom = (0, dx), (width - dx, width), (0, dy), (height - dy, height)
        end = [[_integer(*x), _integer(*y)] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return {"coefficients": perspective_coefficients(start, end)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(
            F.perspective,
            inpt,
            startpoints=None,
            endpoints=None,
            fill=fill_for(self.fill, inpt),
            interpolation=self.interpolation,
            **params,
        )


def _floats(value: Any, name: str) -> list[float]:
    values = [value] if isinstance(value, (int, float)) else value
    if not isinstance(values, Sequence):
        raise TypeError(f"{name} should be a number or a sequence of numbers. Got {type(value)}")
    values = [float(v) for v in values]
    if len(values) not in (1, 2):
        raise ValueError(f"{name} should have one or two numbers. Got {len(values)}")
    return values * 2 if len(values) == 1 else values


class ElasticTransform(Transform):
    """Every place moved a little, smoothly."""

    get_params = staticmethod(_old.ElasticTransform.get_params)

    def __init__(self, alpha: float | Sequence[float] = 50.0, sigma: float | Sequence[float] = 5.0, interpolation: Any = "bilinear", fill: Any = 0):
        super().__init__()
        self.alpha, self.sigma = _floats(alpha, "alpha"), _floats(sigma, "sigma")
        self.interpolation = interpolation
        self.fill = check_fill(fill)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"displacement": elastic_field(self.alpha, self.sigma, list(query_size(flat_inputs)), F.gaussian_blur)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return self._call_kernel(F.elastic, inpt, **params, fill=fill_for(self.fill, inpt), interpolation=self.interpolation)


class RandomIoUCrop(Transform):
    """A part that overlaps the boxes enough, and the boxes whose centres lie in it (SSD's crop)."""

    def __init__(
        self,
        min_scale: float = 0.3,
        max_scale: float = 1.0,
        min_aspect_ratio: float = 0.5,
        max_aspect_ratio: float = 2.0,
        sampler_options: list[float] | None = None,
        trials: int = 40,
    ):
        super().__init__()
        self.min_scale = min_scale
        self.max_scale = max_scale
        self.min_aspect_ratio = min_aspect_ratio
        self.max_aspect_ratio = max_aspect_ratio
        self.options = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0] if sampler_options is None else sampler_options
        self.trials = trials

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        if not (has_any(flat_inputs, tv_tensors.BoundingBoxes) and has_any(flat_inputs, *IMAGES, tv_tensors.Video)):
            raise TypeError(f"{type(self).__name__}() requires input sample to contain tensor or PIL images and bounding boxes. Sample can also contain masks.")

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        h, w = query_size(flat_inputs)
        found = get_bounding_boxes(flat_inputs)
        xyxy = convert(found.as_subclass(Tensor), found.format, Format.XYXY)
        cx, cy = 0.5 * (xyxy[..., 0] + xyxy[..., 2]), 0.5 * (xyxy[..., 1] + xyxy[..., 3])
        while True:
            least = self.options[_integer(0, len(self.options))]
            if least >= 1.0:
                return {}
            for _ in range(self.trials):
                r = self.min_scale + (self.max_scale - self.min_scale) * rand(2)
                new_w, new_h = int(w * r[0]), int(h * r[1])
                if not self.min_aspect_ratio <= new_w / new_h <= self.max_aspect_ratio:
                    continue
                r = rand(2)
                left, top = int((w - new_w) * r[0]), int((h - new_h) * r[1])
                right, bottom = left + new_w, top + new_h
                if left == right or top == bottom:
                    continue
                within = (left < cx) & (cx < right) & (top < cy) & (cy < bottom)
                if not within.any():
                    continue
                place = tensor([[left, top, right, bottom]], dtype=xyxy.dtype)
                if box_iou(xyxy[within], place).max() < least:
                    continue
                return {"top": top, "left": left, "height": new_h, "width": new_w, "within": within}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if not params:
            return inpt
        out = self._call_kernel(F.crop, inpt, *(params[key] for key in ("top", "left", "height", "width")))
        if isinstance(out, tv_tensors.BoundingBoxes):  # those outside are of no size, for SanitizeBoundingBoxes to remove
            out = tv_tensors.wrap(out.as_subclass(Tensor).masked_fill(~params["within"][:, None], 0), like=out)
        return out


def _to_new_size(self: Any, inpt: Any, params: dict[str, Any]) -> Any:
    """The ``transform`` of those that draw a size."""
    return self._call_kernel(F.resize, inpt, size=params["size"], interpolation=self.interpolation, antialias=self.antialias)


class ScaleJitter(Transform):
    """Scaled to fit ``target_size``, times a factor that is drawn from ``scale_range``."""

    def __init__(self, target_size: tuple[int, int], scale_range: tuple[float, float] = (0.1, 2.0), interpolation: Any = "bilinear", antialias: bool | None = True):
        super().__init__()
        self.target_size = target_size
        self.scale_range = scale_range
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        h, w = query_size(flat_inputs)
        scale = self.scale_range[0] + rand(1) * (self.scale_range[1] - self.scale_range[0])
        r = min(self.target_size[1] / h, self.target_size[0] / w) * scale
        return {"size": (int(h * r), int(w * r))}

    transform = _to_new_size


class RandomShortestSize(Transform):
    """The short side of a size that is drawn from ``min_size``, the long one up to ``max_size``."""

    def __init__(self, min_size: list[int] | tuple[int] | int, max_size: int | None = None, interpolation: Any = "bilinear", antialias: bool | None = True):
        super().__init__()
        self.min_size = [min_size] if isinstance(min_size, int) else list(min_size)
        self.max_size = max_size
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        h, w = query_size(flat_inputs)
        least = self.min_size[int(randint(len(self.min_size), ()))]
        r = least / min(h, w)
        if self.max_size is not None:
            r = min(r, self.max_size / max(h, w))
        return {"size": (int(h * r), int(w * r))}

    transform = _to_new_size


class RandomResize(Transform):
    """The short side of a size that is drawn from ``min_size`` to below ``max_size``."""

    def __init__(self, min_size: int, max_size: int, interpolation: Any = "bilinear", antialias: bool | None = True):
        super().__init__()
        self.min_size = min_size
        self.max_size = max_size
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"size": [int(randint(self.min_size, self.max_size, ()))]}

    transform = _to_new_size
