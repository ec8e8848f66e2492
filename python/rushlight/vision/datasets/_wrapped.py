"""Data sets whose targets are tensors that know what they are, as ``transforms.v2`` takes them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from typing import Any

from ... import from_numpy, stack, tensor
from .. import tv_tensors
from ..transforms.v2 import functional as F
from . import (
    caltech,
    celeba,
    cifar,
    cityscapes,
    coco,
    country211,
    eurosat,
    fakedata,
    fer2013,
    folder,
    gtsrb,
    hmdb51,
    imagenette,
    kinetics,
    kitti,
    mnist,
    oxford_iiit_pet,
    sbd,
    semeion,
    stl10,
    svhn,
    ucf101,
    usps,
    vision,
    voc,
    widerface,
)  # fmt: skip
from .vision import VisionDataset

_CLASSES = """aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa
train tvmonitor""".split()
KITTI_CATEGORY_TO_IDX = {
    name: i for i, name in enumerate("Car Van Truck Pedestrian Person_sitting Cyclist Tram Misc DontCare".split())
}
VOC_DETECTION_CATEGORY_TO_IDX = {name: i for i, name in enumerate(["__background__", *_CLASSES])}


Wrapper = Callable[..., Any]  # of an index, and the parts of a sample


def _refuse(description: str) -> None:
    raise RuntimeError(f"{description} is not supported: transforms.v2 could not change such targets with the picture")


def _as_it_is(dataset: Any, keys: Any) -> Wrapper:
    return lambda index, *sample: sample


def _caltech101(dataset: Any, keys: Any) -> Wrapper:
    if "annotation" in dataset.target_type:
        _refuse("Caltech101 dataset with `target_type=['annotation', ...]`")
    return _as_it_is(dataset, keys)


def _masked(dataset: Any, keys: Any) -> Wrapper:
    return lambda index, picture, target: (picture, tv_tensors.Mask(target))


def _boundaries(dataset: Any, keys: Any) -> Wrapper:
    if dataset.mode == "boundaries":
        _refuse("SBDataset with mode='boundaries'")
    return _masked(dataset, keys)


def _boxes(values: Any, picture: Any, format: str) -> Any:
    """Boxes in a picture, by their corners."""
    boxes = tv_tensors.BoundingBoxes(values, format=format, canvas_size=tuple(F.get_size(picture)))
    return F.convert_bounding_box_format(boxes, new_format="XYXY")


def _columns(rows: list[dict]) -> dict[str, list]:
    """Rows of a table as its columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row[name] for row in rows if name in row] for name in names}


def _coco_mask(segmentation: Any, size: tuple[int, int]) -> Any:
    try:
        from pycocotools import mask
    except ImportError as error:
        raise ImportError("masks of COCO's outlines are drawn by pycocotools: pip install pycocotools") from error
    if isinstance(segmentation, dict):
        if not isinstance(segmentation["counts"], str):
            segmentation = mask.frPyObjects(segmentation, *size)
    elif isinstance(segmentation, list):
        segmentation = mask.merge(mask.frPyObjects(segmentation, *size))
    else:
        raise ValueError(f"COCO segmentation expected to be a dict or a list, got {type(segmentation)}")
    return from_numpy(mask.decode(segmentation))


def _coco(dataset: Any, keys: Any) -> Wrapper:
    there = ("segmentation", "area", "iscrowd", "image_id", "bbox", "category_id", "boxes", "masks", "labels")
    keys = _chosen(keys, there, ("image_id", "boxes", "labels"))

    def wrapped(index: int, picture: Any, target: Any) -> tuple[Any, Any]:
        if not target:
            return picture, {"image_id": dataset.ids[index]}
        columns, size = _columns(target), tuple(F.get_size(picture))
        out: dict[str, Any] = {}
        if "image_id" in keys:
            out["image_id"] = dataset.ids[index]
        if "boxes" in keys:
            out["boxes"] = _boxes(columns["bbox"], picture, "XYWH")
        if "masks" in keys:
            out["masks"] = tv_tensors.Mask(stack([_coco_mask(one, size) for one in columns["segmentation"]]))
        if "labels" in keys:
            out["labels"] = tensor(columns["category_id"])
        return picture, {**out, **{key: columns[key] for key in keys - {"image_id", "boxes", "masks", "labels"}}}

    return wrapped


def _annotated(dataset: Any, keys: Any) -> Wrapper:
    keys = _chosen(keys, ("annotation", "boxes", "labels"), ("boxes", "labels"))

    def wrapped(index: int, picture: Any, target: Any) -> tuple[Any, Any]:
        things = target["annotation"]["object"]
        out = dict(target) if "annotation" in keys else {}
        if "boxes" in keys:
            corners = [[int(thing["bndbox"][side]) for side in ("xmin", "ymin", "xmax", "ymax")] for thing in things]
            out["boxes"] = _boxes(corners, picture, "XYXY")
        if "labels" in keys:
            out["labels"] = tensor([VOC_DETECTION_CATEGORY_TO_IDX[thing["name"]] for thing in things])
        return picture, out

    return wrapped


def _kitti(dataset: Any, keys: Any) -> Wrapper:
    there = "type truncated occluded alpha bbox dimensions location rotation_y boxes labels".split()
    keys = _chosen(keys, tuple(there), ("boxes", "labels"))

    def wrapped(index: int, picture: Any, target: Any) -> tuple[Any, Any]:
        if target is None:
            return picture, target
        columns, out = _columns(target), {}
        if "boxes" in keys:
            out["boxes"] = _boxes(columns["bbox"], picture, "XYXY")
        if "labels" in keys:
            out["labels"] = tensor([KITTI_CATEGORY_TO_IDX[kind] for kind in columns["type"]])
        return picture, {**out, **{key: columns[key] for key in keys - {"boxes", "labels"}}}

    return wrapped


def _wider(dataset: Any, keys: Any) -> Wrapper:
    there = ("bbox", "blur", "expression", "illumination", "occlusion", "pose", "invalid")
    keys = _chosen(keys, there, there)

    def wrapped(index: int, picture: Any, target: Any) -> tuple[Any, Any]:
        if target is None:
            return picture, target
        out = {key: target[key] for key in there if key in keys}
        if "bbox" in keys:
            out["bbox"] = _boxes(out["bbox"], picture, "XYWH")
        return picture, out

    return wrapped


def _by_kind(kinds: list[str], ways: dict[str, Callable[[Any, Any], Any]]) -> Wrapper:
    """Targets of several kinds: each that has a way goes it, with the picture."""

    def wrapped(index: int, picture: Any, target: Any) -> tuple[Any, Any]:
        if target is None:
            return picture, target
        several = target if isinstance(target, (tuple, list)) else [target]
        parts = tuple(ways[kind](part, picture) if kind in ways else part for kind, part in zip(kinds, several))
        return picture, parts[0] if len(parts) == 1 else parts

    return wrapped


def _celeba(dataset: Any, keys: Any) -> Wrapper:
    if any(kind in dataset.target_type for kind in ("attr", "landmarks")):
        _refuse("`CelebA` dataset with `target_type=['attr', 'landmarks', ...]`")
    return _by_kind(dataset.target_type, {"bbox": lambda values, picture: _boxes(values, picture, "XYWH")})


def _mask_of(picture: Any, _: Any) -> tv_tensors.Mask:
    return tv_tensors.Mask(picture)


def _instances(picture: Any, _: Any) -> dict[str, Any]:
    """Each number in a picture as a mask; the thousands of large ones say what it is."""
    numbers = F.pil_to_tensor(picture)
    found = numbers.unique()
    labels = [one // 1000 if one >= 1000 else one for one in found]
    return {"masks": tv_tensors.Mask(stack([numbers == one for one in found])), "labels": stack(labels)}


def _cityscapes(dataset: Any, keys: Any) -> Wrapper:
    if any(kind in dataset.target_type for kind in ("polygon", "color")):
        _refuse("`Cityscapes` dataset with `target_type=['polygon', 'color', ...]`")
    return _by_kind(dataset.target_type, {"instance": _instances, "semantic": _mask_of})


def _videos(dataset: Any, keys: Any) -> Wrapper:
    if dataset.video_clips.output_format == "THWC":
        raise RuntimeError(f"{type(dataset).__name__} with `output_format='THWC'` is not supported by this wrapper, since it is not compatible with the transformations. Please use `output_format='TCHW'` instead.")
    return lambda index, video, sound, label: (tv_tensors.Video(video), sound, label)


def _pet(dataset: Any, keys: Any) -> Wrapper:
    return _by_kind(dataset._target_types, {"segmentation": _mask_of})


_WRAPPERS: dict[type, Callable[[Any, Any], Wrapper]] = {
    **dict.fromkeys(
        (
            caltech.Caltech256, cifar.CIFAR10, country211.Country211, eurosat.EuroSAT, fakedata.FakeData, fer2013.FER2013,
            folder.DatasetFolder, gtsrb.GTSRB, imagenette.Imagenette, mnist.MNIST,
            semeion.SEMEION, stl10.STL10, svhn.SVHN, usps.USPS, vision.ListedPictures, coco.CocoCaptions,
        ),
        _as_it_is,
    ),
    caltech.Caltech101: _caltech101,
    celeba.CelebA: _celeba,
    cityscapes.Cityscapes: _cityscapes,
    coco.CocoDetection: _coco,
    **dict.fromkeys((hmdb51.HMDB51, kinetics.Kinetics, ucf101.UCF101), _videos),
    kitti.Kitti: _kitti,
    oxford_iiit_pet.OxfordIIITPet: _pet,
    sbd.SBDataset: _boundaries,
    voc.VOCDetection: _annotated,
    voc.VOCSegmentation: _masked,
    widerface.WIDERFace: _wider,
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
        sample = wrapper(index, *dataset[index])
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
