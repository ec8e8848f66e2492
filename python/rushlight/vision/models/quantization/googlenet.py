"""GoogLeNet, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "GoogLeNet_QuantizedWeights",
    "googlenet",
]

GoogLeNet_QuantizedWeights = published("GoogLeNet_QuantizedWeights")
googlenet = refused("googlenet", GoogLeNet_QuantizedWeights)
