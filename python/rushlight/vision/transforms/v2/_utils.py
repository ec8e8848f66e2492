"""Questions about samples: what is in them, how large it is, which part of them is the labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image as pil

from ... import tv_tensors
from . import functional as F
from .functional import is_pure_tensor

IMAGES = (pil.Image, tv_tensors.Image, is_pure_tensor)


def check_type(obj: Any, types_or_checks: tuple[type | Callable[[Any], bool], ...]) -> bool:
    """Whether ``obj`` is of one of some classes, or passes one of some tests."""
    return any(isinstance(obj, kind) if isinstance(kind, type) else kind(obj) for kind in types_or_checks)


def has_any(flat_inputs: list[Any], *types_or_checks: type | Callable[[Any], bool]) -> bool:
    """Whether there is a part of one of these classes, or that passes one of these tests."""
    return any(check_type(x, types_or_checks) for x in flat_inputs)


def has_all(flat_inputs: list[Any], *types_or_checks: type | Callable[[Any], bool]) -> bool:
    """Whether there is a part for each of these classes and tests."""
    return all(has_any(flat_inputs, kind) for kind in types_or_checks)


def get_bounding_boxes(flat_inputs: list[Any]) -> tv_tensors.BoundingBoxes:
    """The first boxes of a sample.

    Raises:
        ValueError: if there are none.
    """
    for x in flat_inputs:
        if isinstance(x, tv_tensors.BoundingBoxes):
            return x
    raise ValueError("No bounding boxes were found in the sample")


def get_keypoints(flat_inputs: list[Any]) -> tv_tensors.KeyPoints:
    """The first points of a sample.

    Raises:
        ValueError: if there are none.
    """
    for x in flat_inputs:
        if isinstance(x, tv_tensors.KeyPoints):
            return x
    raise ValueError("No keypoints were found in the sample")


def query_size(flat_inputs: list[Any]) -> tuple[int, int]:
    """Height and width of what is in a sample.

    Raises:
        TypeError: if nothing has a size.
        ValueError: if sizes differ.
    """
    kinds = (*IMAGES, tv_tensors.Video, tv_tensors.Mask, tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)
    sizes = {tuple(F.get_size(x)) for x in flat_inputs if check_type(x, kinds)}
    if not sizes:
        raise TypeError("No image, video, mask, bounding box of keypoint was found in the sample")
    if len(sizes) > 1:
        raise ValueError(f"Found multiple HxW dimensions in the sample: {', '.join(map(str, sorted(sizes)))}")
    h, w = sizes.pop()
    return h, w


def query_chw(flat_inputs: list[Any]) -> tuple[int, int, int]:
    """Channels, height and width of the pictures in a sample.

    Raises:
        TypeError: if there are none.
        ValueError: if they differ.
    """
    sizes = {tuple(F.get_dimensions(x)) for x in flat_inputs if check_type(x, (*IMAGES, tv_tensors.Video))}
    if not sizes:
        raise TypeError("No image or video was found in the sample")
    if len(sizes) > 1:
        raise ValueError(f"Found multiple CxHxW dimensions in the sample: {', '.join(map(str, sorted(sizes)))}")
    c, h, w = sizes.pop()
    return c, h, w


def _default_labels(inputs: Any) -> Any:
    """The labels in a sample: the second part, or the value of the key that looks like it."""
    if isinstance(inputs, (tuple, list)):
        inputs = inputs[1]
    if is_pure_tensor(inputs):
        return inputs
    if not isinstance(inputs, Mapping):
        raise ValueError(f"When using the default labels_getter, the input passed to forward must be a dictionary or a two-tuple whose second item is a dictionary or a tensor, but got {inputs} instead.")
    for test in (lambda key: key.lower() == "labels", lambda key: "label" in key.lower()):
        for key in inputs:
            if isinstance(key, str) and test(key):
                return inputs[key]
    raise ValueError("Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter?If there are no labels in the sample by design, pass labels_getter=None.")


def labels_of(labels_getter: Any) -> Callable[[Any], Any]:
    """The function that finds the labels in a sample.

    Raises:
        ValueError: unless it is one, ``"default"`` or None.
    """
    if isinstance(labels_getter, str) and labels_getter == "default":
        return _default_labels
    if callable(labels_getter):
        return labels_getter
    if labels_getter is None:
        return lambda _: None
    raise ValueError(f"labels_getter should either be 'default', a callable, or None, but got {labels_getter}.")
