"""ResNet, quantized: names and published weights; see ``utils``."""

from .._api import published
from .utils import refused

__all__ = [
    "ResNeXt101_32X8D_QuantizedWeights",
    "ResNeXt101_64X4D_QuantizedWeights",
    "ResNet18_QuantizedWeights",
    "ResNet50_QuantizedWeights",
    "resnet18",
    "resnet50",
    "resnext101_32x8d",
    "resnext101_64x4d",
]

ResNet18_QuantizedWeights = published("ResNet18_QuantizedWeights")
ResNet50_QuantizedWeights = published("ResNet50_QuantizedWeights")
ResNeXt101_32X8D_QuantizedWeights = published("ResNeXt101_32X8D_QuantizedWeights")
ResNeXt101_64X4D_QuantizedWeights = published("ResNeXt101_64X4D_QuantizedWeights")
resnet18 = refused("resnet18", ResNet18_QuantizedWeights)
resnet50 = refused("resnet50", ResNet50_QuantizedWeights)
resnext101_32x8d = refused("resnext101_32x8d", ResNeXt101_32X8D_QuantizedWeights)
resnext101_64x4d = refused("resnext101_64x4d", ResNeXt101_64X4D_QuantizedWeights)
