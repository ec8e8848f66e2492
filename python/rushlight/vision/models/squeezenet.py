"""SqueezeNet (Iandola et al., 2016: AlexNet-level accuracy with 50x fewer parameters)."""

from __future__ import annotations

from functools import partial

from ... import cat, flatten, nn
from ..._C import Tensor
from ._api import builder, classifier, published

__all__ = ["SqueezeNet", "SqueezeNet1_0_Weights", "SqueezeNet1_1_Weights", "squeezenet1_0", "squeezenet1_1"]


class Fire(nn.Module):
    """A 1 x 1 convolution to few channels, then 1 x 1 and 3 x 3 ones side by side."""

    def __init__(self, inplanes: int, squeeze_planes: int, expand1x1_planes: int, expand3x3_planes: int) -> None:
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        return cat([self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1)


# the first convolution, then "squeeze expand" of each module, M a pooling
_LAYOUTS = {
    "1_0": ((96, 7), "M 16:64 16:64 32:128 M 32:128 48:192 48:192 64:256 M 64:256"),
    "1_1": ((64, 3), "M 16:64 16:64 M 32:128 32:128 M 48:192 48:192 64:256 64:256"),
}


class SqueezeNet(nn.Module):
    """SqueezeNet of version ``"1_0"`` or ``"1_1"``, for pictures (N, 3, H, W).

    Args:
        version (str): which.
        num_classes (int): outputs.
        dropout (float): probability before the last convolution.

    Raises:
        ValueError: for another version.
    """

    def __init__(self, version: str = "1_0", num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.num_classes = num_classes
        if version not in _LAYOUTS:
            raise ValueError(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")
        (channels, size), modules = _LAYOUTS[version]
        layers: list[nn.Module] = [nn.Conv2d(3, channels, kernel_size=size, stride=2), nn.ReLU(inplace=True)]
        for word in modules.split():
            if word == "M":
                layers.append(nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True))
                continue
            squeeze, expand = map(int, word.split(":"))
            layers.append(Fire(channels, squeeze, expand, expand))
            channels = 2 * expand
        self.features = nn.Sequential(*layers)
        final_conv = nn.Conv2d(512, num_classes, kernel_size=1)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), final_conv, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m is final_conv:
                    nn.init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    nn.init.kaiming_uniform_(m.weight)
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)

    def forward(self, x: Tensor) -> Tensor:
        return flatten(self.classifier(self.features(x)), 1)


SqueezeNet1_0_Weights = published("SqueezeNet1_0_Weights")
SqueezeNet1_1_Weights = published("SqueezeNet1_1_Weights")
squeezenet1_0 = builder("squeezenet1_0", SqueezeNet1_0_Weights, classifier(partial(SqueezeNet, "1_0")), "SqueezeNet 1.0.")
squeezenet1_1 = builder(
    "squeezenet1_1", SqueezeNet1_1_Weights, classifier(partial(SqueezeNet, "1_1")), "SqueezeNet 1.1, of 2.4 times less work."
)
