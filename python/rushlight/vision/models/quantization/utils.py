"""What the builders of this package say."""

from __future__ import annotations

from typing import Any

from .. import googlenet, inception, mobilenetv2, mobilenetv3, resnet, shufflenetv2
from .._api import WeightsEnum, builder

FLOATS = (googlenet, inception, mobilenetv2, mobilenetv3, resnet, shufflenetv2)  # their weights come first: quantized ones name them


def refused(name: str, enum: type[WeightsEnum]):
    """Registers the constructor ``quantized_<name>``, which says what to use instead: there is no arithmetic of quantized tensors."""

    def build(**kwargs: Any):
        raise NotImplementedError(
            f"models.quantization.{name} needs quantized tensors (qint8), which are not there; models.{name} is the same network in floats."
        )

    made = builder(f"quantized_{name}", enum, build, f"{name}, quantized: refused.", None, quantize=False)
    made.__name__ = made.__qualname__ = name
    return made
