"""MobileNet v3, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "MobileNet_V3_Large_QuantizedWeights",
    "mobilenet_v3_large",
]

MobileNet_V3_Large_QuantizedWeights = published("MobileNet_V3_Large_QuantizedWeights")
mobilenet_v3_large = refused("mobilenet_v3_large", MobileNet_V3_Large_QuantizedWeights)
