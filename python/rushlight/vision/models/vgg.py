"""VGG (Simonyan and Zisserman, 2015: Very deep convolutional networks for large-scale image recognition)."""

from __future__ import annotations

from typing import Any

from ... import flatten, nn
from ..._C import Tensor
from ._api import builder, load_weights, published
from ._utils import _ovewrite_named_param

__all__ = [
    "VGG",
    "VGG11_Weights",
    "VGG11_BN_Weights",
    "VGG13_Weights",
    "VGG13_BN_Weights",
    "VGG16_Weights",
    "VGG16_BN_Weights",
    "VGG19_Weights",
    "VGG19_BN_Weights",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]

# channels of the 3 x 3 convolutions, M a pooling, by the letters of the paper
cfgs: dict[str, list[Any]] = {
    "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "B": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "D": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"],
    "E": [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M"],
}


class VGG(nn.Module):
    """VGG's head over ``features``.

    Args:
        features (Module): the convolutions, to 512 channels.
        num_classes (int): outputs.
        init_weights (bool): whether to draw weights as the paper does.
        dropout (float): probability after the linear layers.
    """

    def __init__(self, features: nn.Module, num_classes: int = 1000, init_weights: bool = True, dropout: float = 0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            for m in self.modules():
                if isinstance(m, nn.Conv2d):
                    nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                    if m.bias is not None:
                        nn.init.constant_(m.bias, 0)
                elif isinstance(m, nn.BatchNorm2d):
                    nn.init.constant_(m.weight, 1)
                    nn.init.constant_(m.bias, 0)
                elif isinstance(m, nn.Linear):
                    nn.init.normal_(m.weight, 0, 0.01)
                    nn.init.constant_(m.bias, 0)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


def make_layers(cfg: list[Any], batch_norm: bool = False) -> nn.Sequential:
    """The convolutions of a configuration, each with its norm and ReLU."""
    layers: list[nn.Module] = []
    channels = 3
    for width in cfg:
        if width == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(channels, width, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU(inplace=True))
        channels = width
    return nn.Sequential(*layers)


def _vgg(cfg: str, batch_norm: bool):
    def build(weights=None, progress=True, **kwargs):
        if weights is not None:
            kwargs["init_weights"] = False
            if weights.meta["categories"] is not None:
                _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
        return load_weights(VGG(make_layers(cfgs[cfg], batch_norm), **kwargs), weights, progress)

    return build


VGG11_Weights = published("VGG11_Weights")
VGG11_BN_Weights = published("VGG11_BN_Weights")
VGG13_Weights = published("VGG13_Weights")
VGG13_BN_Weights = published("VGG13_BN_Weights")
VGG16_Weights = published("VGG16_Weights")
VGG16_BN_Weights = published("VGG16_BN_Weights")
VGG19_Weights = published("VGG19_Weights")
VGG19_BN_Weights = published("VGG19_BN_Weights")

vgg11 = builder("vgg11", VGG11_Weights, _vgg("A", False), "VGG of 11 layers.")
vgg11_bn = builder("vgg11_bn", VGG11_BN_Weights, _vgg("A", True), "VGG of 11 layers with batch norm.")
vgg13 = builder("vgg13", VGG13_Weights, _vgg("B", False), "VGG of 13 layers.")
vgg13_bn = builder("vgg13_bn", VGG13_BN_Weights, _vgg("B", True), "VGG of 13 layers with batch norm.")
vgg16 = builder("vgg16", VGG16_Weights, _vgg("D", False), "VGG of 16 layers.")
vgg16_bn = builder("vgg16_bn", VGG16_BN_Weights, _vgg("D", True), "VGG of 16 layers with batch norm.")
vgg19 = builder("vgg19", VGG19_Weights, _vgg("E", False), "VGG of 19 layers.")
vgg19_bn = builder("vgg19_bn", VGG19_BN_Weights, _vgg("E", True), "VGG of 19 layers with batch norm.")
