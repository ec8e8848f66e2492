"""Inception v3, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "Inception_V3_QuantizedWeights",
    "inception_v3",
]

Inception_V3_QuantizedWeights = published("Inception_V3_QuantizedWeights")
inception_v3 = refused("inception_v3", Inception_V3_QuantizedWeights)
