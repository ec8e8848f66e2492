"""Data sets whose targets are tensors that know what they are, as ``transforms.v2`` takes them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from typing import Any

from ... import tensor
from .. import tv_tensors
from ..transforms.v2 import functional as F
from . import (
    caltech,
    cifar,
    country211,
    dtd,
    eurosat,
    fakedata,
    fer2013,
    flowers102,
    folder,
    food101,
    gtsrb,
    imagenette,
    mnist,
    oxford_iiit_pet,
    semeion,
    stl10,
    svhn,
    usps,
    voc,
)  # fmt: skip
from .vision import VisionDataset

_CLASSES = """aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa
train tvmonitor""".split()
VOC_DETECTION_CATEGORY_TO_IDX = {name: i for i, name in enumerate(["__background__", *_CLASSES])}


def _as_it_is(dataset: Any, keys: Any) -> Callable:
    return lambda picture, target: (picture, target)


def _masked(dataset: Any, keys: Any) -> Callable:
    return lambda picture, target: (picture, tv_tensors.Mask(target))


def _annotated(dataset: Any, keys: Any) -> Callable:
    keys = _chosen(keys, ("annotation", "boxes", "labels"), ("boxes", "labels"))

    def wrapped(picture: Any, target: Any) -> tuple[Any, Any]:
        things = target["annotation"]["object"]
        out = dict(target) if "annotation" in keys else {}
        if "boxes" in keys:
            corners = [[int(thing["bndbox"][side]) for side in ("xmin", "ymin", "xmax", "ymax")] for thing in things]
            out["boxes"] = tv_tensors.BoundingBoxes(corners, format="XYXY", canvas_size=tuple(F.get_size(picture)))
        if "labels" in keys:
            out["labels"] = tensor([VOC_DETECTION_CATEGORY_TO_IDX[thing["name"]] for thing in things])
        return picture, out

    return wrapped


def _pet(dataset: Any, keys: Any) -> Callable:
    kinds = dataset._target_types

    def wrapped(picture: Any, target: Any) -> tuple[Any, Any]:
        several = target if len(kinds) > 1 else (target,) * len(kinds)
        parts = tuple(tv_tensors.Mask(part) if kind == "segmentation" else part for kind, part in zip(kinds, several))
        return picture, parts[0] if len(kinds) == 1 else parts or target

    return wrapped


_WRAPPERS: dict[type, Callable[[Any, Any], Callable]] = {
    **dict.fromkeys(
        (
            caltech.Caltech256, cifar.CIFAR10, country211.Country211, dtd.DTD, eurosat.EuroSAT, fakedata.FakeData, fer2013.FER2013,
            flowers102.Flowers102, folder.DatasetFolder, food101.Food101, gtsrb.GTSRB, imagenette.Imagenette, mnist.MNIST,
            semeion.SEMEION, stl10.STL10, svhn.SVHN, usps.USPS,
        ),
        _as_it_is,
    ),
    voc.VOCSegmentation: _masked,
    voc.VOCDetection: _annotated,
    oxford_iiit_pet.OxfordIIITPet: _pet,
}  # fmt: skip


def _chosen(keys: Any, there: tuple[str, ...], default: tuple[str, ...]) -> set[str]:
    if keys is None:
        return set(default)
    if keys == "all":
        return set(there)
    unknown = set(keys) - set(there)
    if unknown:
        raise ValueError(f"Target keys {sorted(unknown)} are not available; there are {sorted(there)}")
    return set(keys)


class _Wrapped:
    """A data set whose samples are wrapped before its transforms see them."""

    def __init__(self, dataset: VisionDataset, wrapper: Callable) -> None:
        self.__dict__.update(copy.copy(dataset).__dict__)
        self._wrapped = (_plain(dataset), wrapper)

    def __getitem__(self, index: int) -> Any:
        dataset, wrapper = self._wrapped
        sample = wrapper(*dataset[index])
        transforms = self.__dict__.get("transforms")
        return sample if transforms is None else transforms(*sample)

    def __len__(self) -> int:
        return len(self._wrapped[0])

    def __reduce__(self):
        return wrap_dataset_for_transforms_v2, (self._source, self._keys)

    _source: Any
    _keys: Any


def _plain(dataset: VisionDataset) -> VisionDataset:
    plain = copy.copy(dataset)
    for name in ("transform", "target_transform", "transforms"):
        if hasattr(plain, name):
            setattr(plain, name, None)
    return plain


def wrap_dataset_for_transforms_v2(dataset: VisionDataset, target_keys: Collection[str] | str | None = None) -> Any:
    """The data set with targets that ``transforms.v2`` understands: masks and boxes that know what they are.

    Args:
        dataset (VisionDataset): one of those of this package, or of a class made from one.
        target_keys (collection of str, optional): which parts of a target that is a dict; ``"all"`` for every one.

    Raises:
        TypeError: for what is no data set of this package.
        ValueError: for other ``target_keys``.

    >>> from rushlight.vision.datasets import FakeData, wrap_dataset_for_transforms_v2
    >>> picture, label = wrap_dataset_for_transforms_v2(FakeData(4, (3, 8, 8)))[0]
    >>> type(picture).__name__, type(label).__name__
    ('Image', 'int')
    """
    if not (
        target_keys is None
        or target_keys == "all"
        or (isinstance(target_keys, Collection) and not isinstance(target_keys, str) and all(isinstance(key, str) for key in target_keys))
    ):
        raise ValueError(f"`target_keys` can be None, 'all', or a collection of strings denoting the keys to be returned, but got {target_keys}")
    if not isinstance(dataset, VisionDataset):
        raise TypeError(f"This wrapper is meant for subclasses of `VisionDataset`, but got a '{type(dataset).__name__}' instead.")
    found = next((_WRAPPERS[kind] for kind in type(dataset).__mro__ if kind in _WRAPPERS), None)
    if found is None:
        raise TypeError(f"No wrapper exists for dataset class {type(dataset).__name__}.")
    made = type(f"Wrapped{type(dataset).__name__}", (_Wrapped, type(dataset)), {})
    wrapped: Any = made(dataset, found(dataset, target_keys))
    wrapped._source, wrapped._keys = dataset, target_keys
    return wrapped
