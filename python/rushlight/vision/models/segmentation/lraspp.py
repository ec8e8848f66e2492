"""LR-ASPP (Howard et al., 2019: Searching for MobileNetV3)."""

from __future__ import annotations

from collections import OrderedDict

from .... import nn
from ...._C import Tensor
from ....nn import functional as F
from .._api import builder, load_weights, published
from .._utils import IntermediateLayerGetter, _ovewrite_value_param, stages
from ..mobilenetv3 import MobileNet_V3_Large_Weights, mobilenet_v3_large

__all__ = ["LRASPP", "LRASPP_MobileNet_V3_Large_Weights", "lraspp_mobilenet_v3_large"]


class LRASPP(nn.Module):
    """A backbone and a light head; answers with ``out``, of the picture's size.

    Args:
        backbone (Module): answers with maps ``low`` and ``high``.
        low_channels, high_channels (int): of those.
        num_classes (int): classes.
        inter_channels (int): of the head.
    """

    def __init__(self, backbone: nn.Module, low_channels: int, high_channels: int, num_classes: int, inter_channels: int = 128):
        super().__init__()
        self.backbone = backbone
        self.classifier = LRASPPHead(low_channels, high_channels, num_classes, inter_channels)

    def forward(self, input: Tensor) -> dict[str, Tensor]:
        out = self.classifier(self.backbone(input))
        return OrderedDict(out=F.interpolate(out, size=input.shape[-2:], mode="bilinear", align_corners=False))


class LRASPPHead(nn.Module):
    """The deep map scaled by what it is like as a whole, added to the shallow one."""

    def __init__(self, low_channels: int, high_channels: int, num_classes: int, inter_channels: int) -> None:
        super().__init__()
        self.cbr = nn.Sequential(
            nn.Conv2d(high_channels, inter_channels, 1, bias=False), nn.BatchNorm2d(inter_channels), nn.ReLU(inplace=True)
        )
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(high_channels, inter_channels, 1, bias=False), nn.Sigmoid()
        )
        self.low_classifier = nn.Conv2d(low_channels, num_classes, 1)
        self.high_classifier = nn.Conv2d(inter_channels, num_classes, 1)

    def forward(self, input: dict[str, Tensor]) -> Tensor:
        low, high = input["low"], input["high"]
        x = self.cbr(high) * self.scale(high)
        x = F.interpolate(x, size=low.shape[-2:], mode="bilinear", align_corners=False)
        return self.low_classifier(low) + self.high_classifier(x)


def _lraspp(weights=None, progress=True, num_classes=None, weights_backbone=None, **kwargs):
    if kwargs.pop("aux_loss", False):
        raise NotImplementedError("This model does not use auxiliary loss")
    if weights is not None:
        weights_backbone = None
        num_classes = _ovewrite_value_param("num_classes", num_classes, len(weights.meta["categories"]))
    elif num_classes is None:
        num_classes = 21
    features = mobilenet_v3_large(weights=weights_backbone, dilated=True).features
    at = stages(features)
    low, high = at[-4], at[-1]
    body = IntermediateLayerGetter(features, return_layers={str(low): "low", str(high): "high"})
    model = LRASPP(body, features[low].out_channels, features[high].out_channels, num_classes, **kwargs)
    return load_weights(model, weights, progress)


LRASPP_MobileNet_V3_Large_Weights = published("LRASPP_MobileNet_V3_Large_Weights")
lraspp_mobilenet_v3_large = builder(
    "lraspp_mobilenet_v3_large",
    LRASPP_MobileNet_V3_Large_Weights,
    _lraspp,
    "LR-ASPP over MobileNet v3, large.",
    "COCO_WITH_VOC_LABELS_V1",
    (MobileNet_V3_Large_Weights, "IMAGENET1K_V1"),
    num_classes=None,
)
