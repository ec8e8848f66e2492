"""Transforms that write over a part, compress, and mix the samples of a batch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image as pil

from .... import randint, tensor
from ...._C import Tensor
from ....nn import functional as nnF
from ... import tv_tensors
from .. import transforms as _old
from .._erasing import check_erasing, erasing_place
from ..autoaugment import sample_dirichlet
from . import functional as F
from ._transform import RandomApplyTransform, Transform, flatten
from ._utils import has_any, is_pure_tensor, labels_of, query_chw


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


class _Mixing(Transform):
    """What CutMix and MixUp share: labels become shares of classes."""

    def __init__(self, *, alpha: float = 1.0, num_classes: int | None = None, labels_getter: Any = "default") -> None:
        super().__init__()
        self.alpha = float(alpha)
        self.num_classes = num_classes
        self._labels_getter = labels_of(labels_getter)

    def forward(self, *inputs: Any) -> Any:
        sample = inputs if len(inputs) > 1 else inputs[0]
        leaves: list[Any] = []
        build = flatten(sample, leaves)
        if has_any(leaves, pil.Image, tv_tensors.BoundingBoxes, tv_tensors.Mask):
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
        return build([self.transform(x, params) if needed else x for x, needed in zip(leaves, needs)])

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

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
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
