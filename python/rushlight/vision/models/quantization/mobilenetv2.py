"""MobileNet v2, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "MobileNet_V2_QuantizedWeights",
    "mobilenet_v2",
]

MobileNet_V2_QuantizedWeights = published("MobileNet_V2_QuantizedWeights")
mobilenet_v2 = refused("mobilenet_v2", MobileNet_V2_QuantizedWeights)
