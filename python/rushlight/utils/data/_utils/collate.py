"""How samples become a batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy
from typing import Any

import numpy as np

from .... import _C

Tensor = _C.Tensor
np_str_obj_array_pattern = re.compile(r"[SaUO]")  # kinds of arrays of text and objects, which programs ask of dtypes
default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def _is_numpy(kind):
    return kind.__module__ == "numpy" and kind.__name__ not in ("str_", "string_", "bytes_")


def _holds_text(array):
    return array.dtype.kind in "SaUO"


def default_convert(data):
    """Turns NumPy arrays inside nested containers into tensors and leaves everything else.

    >>> import numpy
    >>> rl.utils.data.default_convert({"x": numpy.arange(2), "name": "a"})
    {'x': tensor([0, 1]), 'name': 'a'}
    """
    kind = type(data)
    if isinstance(data, Tensor):
        return data
    if _is_numpy(kind):
        return data if kind.__name__ == "ndarray" and _holds_text(data) else _C.as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(item) for item in data))
    if isinstance(data, tuple):
        return [default_convert(item) for item in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like_sequence(data, [default_convert(item) for item in data])
    return data


def _like_mapping(model, items):
    """`items` in a mapping of the kind of `model`, if that can be made."""
    if type(model) is dict:
        return items
    try:
        if isinstance(model, MutableMapping):
            made = copy(model)
            made.update(items)
            return made
        return type(model)(items)
    except TypeError:
        return items


def _like_sequence(model, items):
    if type(model) is list:
        return items
    try:
        if isinstance(model, MutableSequence):
            made = copy(model)
            for place, item in enumerate(items):
                made[place] = item
            return made
        return type(model)(items)
    except TypeError:
        return items


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Tensors, stacked."""
    return _C.stack(batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """Arrays, stacked as tensors of their dtype."""
    first = batch[0]
    if _holds_text(first):
        raise TypeError(default_collate_err_msg_format.format(first.dtype))
    return collate([_C.as_tensor(item) for item in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    """NumPy's numbers, as a tensor of their dtype."""
    return _C.as_tensor(np.array(batch))


def collate_float_fn(batch, *, collate_fn_map=None):
    """Numbers of Python, which are float64."""
    return _C.tensor(batch, dtype=_C.float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    """Whole numbers of Python, and truth values."""
    return _C.tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    """Texts, as they are."""
    return batch


default_collate_fn_map: dict[Any, Callable] = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def collate(batch, *, collate_fn_map=None):
    """Makes a batch of samples by a table of functions for their types, going into containers.

    Args:
        batch (sequence): the samples.
        collate_fn_map (dict, optional): functions ``f(batch, collate_fn_map=...)`` by type, or tuple of types.
    """
    first = batch[0]
    kind = type(first)
    if collate_fn_map is not None:
        if kind in collate_fn_map:
            return collate_fn_map[kind](batch, collate_fn_map=collate_fn_map)
        for types, function in collate_fn_map.items():
            if isinstance(first, types):
                return function(batch, collate_fn_map=collate_fn_map)

    def below(samples):
        return collate(samples, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return _like_mapping(first, {key: below([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return kind(*(below(samples) for samples in zip(*batch)))
    if isinstance(first, Sequence):
        size = len(first)
        if any(len(sample) != size for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [below(samples) for samples in zip(*batch)]
        return columns if isinstance(first, tuple) else _like_sequence(first, columns)
    raise TypeError(default_collate_err_msg_format.format(kind))


def default_collate(batch):
    """Makes a batch: tensors are stacked, numbers become tensors, texts a list; containers keep their form.

    Args:
        batch (sequence): the samples.

    Examples::

        >>> rl.utils.data.default_collate([{"a": 0}, {"a": 1}])
        {'a': tensor([0, 1])}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
