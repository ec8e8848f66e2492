"""ShuffleNet v2, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "ShuffleNet_V2_X0_5_QuantizedWeights",
    "ShuffleNet_V2_X1_0_QuantizedWeights",
    "ShuffleNet_V2_X1_5_QuantizedWeights",
    "ShuffleNet_V2_X2_0_QuantizedWeights",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
]

ShuffleNet_V2_X0_5_QuantizedWeights = published("ShuffleNet_V2_X0_5_QuantizedWeights")
ShuffleNet_V2_X1_0_QuantizedWeights = published("ShuffleNet_V2_X1_0_QuantizedWeights")
ShuffleNet_V2_X1_5_QuantizedWeights = published("ShuffleNet_V2_X1_5_QuantizedWeights")
ShuffleNet_V2_X2_0_QuantizedWeights = published("ShuffleNet_V2_X2_0_QuantizedWeights")
shufflenet_v2_x0_5 = refused("shufflenet_v2_x0_5", ShuffleNet_V2_X0_5_QuantizedWeights)
shufflenet_v2_x1_0 = refused("shufflenet_v2_x1_0", ShuffleNet_V2_X1_0_QuantizedWeights)
shufflenet_v2_x1_5 = refused("shufflenet_v2_x1_5", ShuffleNet_V2_X1_5_QuantizedWeights)
shufflenet_v2_x2_0 = refused("shufflenet_v2_x2_0", ShuffleNet_V2_X2_0_QuantizedWeights)
