"""How samples become a batch."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy

from ... import _C

Tensor = _C.Tensor
_NOT_COLLATABLE = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def _is_numpy(kind):
    return kind.__module__ == "numpy" and kind.__name__ not in ("str_", "string_", "bytes_")


def _holds_text(array):
    return array.dtype.kind in "SaUO"


def default_convert(data):
    """Turns NumPy arrays inside nested containers into tensors and leaves everything else."""
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


def _collate_tensor(batch, *, collate_fn_map=None):
    return _C.stack(batch, 0)


def _collate_float(batch, *, collate_fn_map=None):
    return _C.tensor(batch, dtype=_C.float64)


def _collate_int(batch, *, collate_fn_map=None):
    return _C.tensor(batch)


def _collate_text(batch, *, collate_fn_map=None):
    return batch


def _collate_numpy(batch):
    first = batch[0]
    if first.shape == ():
        return (
            _C.as_tensor(batch)
            if not hasattr(first, "ndim") or type(first).__name__ != "ndarray"
            else (_C.as_tensor([item.item() for item in batch]))
        )
    if _holds_text(first):
        raise TypeError(_NOT_COLLATABLE.format(first.dtype))
    return _C.stack([_C.as_tensor(item) for item in batch], 0)


default_collate_fn_map = {
    Tensor: _collate_tensor,
    float: _collate_float,
    int: _collate_int,
    str: _collate_text,
    bytes: _collate_text,
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
        if _is_numpy(kind) and hasattr(first, "dtype"):
            return _collate_numpy(batch)

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
    raise TypeError(_NOT_COLLATABLE.format(kind))


def default_collate(batch):
    """Makes a batch: tensors are stacked, numbers become tensors, texts a list; containers keep their form.

    Args:
        batch (sequence): the samples.

    Examples::

        >>> rl.utils.data.default_collate([{"a": 0}, {"a": 1}])
        {'a': tensor([0, 1])}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
