"""What transforms share: numbers drawn as torchvision draws them, and arguments that are a number or several."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from ... import empty, randint
from ..._C import Tensor
from .functional import _interpolation_modes_from_int


def _uniform(low: float, high: float) -> float:
    return float(empty(1).uniform_(float(low), float(high)).item())


def _integer(low: int, high: int) -> int:
    return int(randint(low, high, size=(1,)).item())


def _number_mode(interpolation: Any) -> Any:
    return _interpolation_modes_from_int(interpolation) if isinstance(interpolation, int) else interpolation


def _tensor_fill(img, fill, channels: int):
    if not isinstance(img, Tensor):
        return fill
    if isinstance(fill, (int, float)):
        return [float(fill)] * channels
    return [float(x) for x in fill]


def _setup_size(size, error_msg):
    if isinstance(size, numbers.Number):
        return int(size), int(size)
    if isinstance(size, Sequence) and len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueError(error_msg)
    return size


def _check_sequence_input(x, name, req_sizes):
    said = req_sizes[0] if len(req_sizes) < 2 else " or ".join(str(s) for s in req_sizes)
    if not isinstance(x, Sequence):
        raise TypeError(f"{name} should be a sequence of length {said}.")
    if len(x) not in req_sizes:
        raise ValueError(f"{name} should be a sequence of length {said}.")


def _setup_angle(x, name, req_sizes=(2,)):
    if isinstance(x, numbers.Number):
        if x < 0:
            raise ValueError(f"If {name} is a single number, it must be positive.")
        x = [-x, x]
    else:
        _check_sequence_input(x, name, req_sizes)
    return [float(d) for d in x]


def _pair(value, name: str) -> list[float]:
    if not isinstance(value, (float, Sequence)):
        raise TypeError(f"{name} should be float or a sequence of floats. Got {type(value)}")
    if isinstance(value, Sequence):
        if len(value) not in (1, 2):
            raise ValueError(f"{name} is a sequence its length should be 1 or 2. Got {len(value)}")
        for element in value:
            if not isinstance(element, float):
                raise TypeError(f"{name} should be a sequence of floats. Got {type(element)}")
    if isinstance(value, float):
        return [float(value), float(value)]
    return [float(value[0])] * 2 if len(value) == 1 else [float(value[0]), float(value[1])]
