"""What models of segmentation share: a backbone that keeps some of its maps, and heads over them."""

from __future__ import annotations

from collections import OrderedDict

from .... import nn
from ...._C import Tensor
from ....nn import functional as F
from .._api import load_weights
from .._utils import IntermediateLayerGetter, _ovewrite_value_param, stages
from ..mobilenetv3 import MobileNetV3
from ..resnet import ResNet


class _SimpleSegmentationModel(nn.Module):
    def __init__(self, backbone: nn.Module, classifier: nn.Module, aux_classifier: nn.Module | None = None) -> None:
        super().__init__()
        self.backbone = backbone
        self.classifier = classifier
        self.aux_classifier = aux_classifier

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        size = x.shape[-2:]
        maps = self.backbone(x)
        out = OrderedDict()
        out["out"] = F.interpolate(self.classifier(maps["out"]), size=size, mode="bilinear", align_corners=False)
        if self.aux_classifier is not None:
            out["aux"] = F.interpolate(self.aux_classifier(maps["aux"]), size=size, mode="bilinear", align_corners=False)
        return out


def resnet_maps(backbone: ResNet, aux: bool) -> tuple[nn.Module, int, int]:
    """The backbone's last map and, if wanted, the one before; and their channels."""
    layers = {"layer4": "out", **({"layer3": "aux"} if aux else {})}
    return IntermediateLayerGetter(backbone, return_layers=layers), 2048, 1024


def mobilenet_maps(backbone: MobileNetV3, aux: bool) -> tuple[nn.Module, int, int]:
    """As ``resnet_maps``."""
    features = backbone.features
    at = stages(features)
    out, low = at[-1], at[-4]
    layers = {str(out): "out", **({str(low): "aux"} if aux else {})}
    return IntermediateLayerGetter(features, return_layers=layers), features[out].out_channels, features[low].out_channels


def segmenter(model, head, auxiliary, backbone, maps, **how):
    """A constructor of ``model`` with ``head`` and, if wanted, an ``auxiliary`` one over what ``maps`` keeps of ``backbone``."""

    def build(weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs):
        if weights is not None:
            weights_backbone = None
            num_classes = _ovewrite_value_param("num_classes", num_classes, len(weights.meta["categories"]))
            aux_loss = _ovewrite_value_param("aux_loss", aux_loss, True)
        elif num_classes is None:
            num_classes = 21
        body, width, aux_width = maps(backbone(weights=weights_backbone, **how), bool(aux_loss))
        aux = auxiliary(aux_width, num_classes) if aux_loss else None
        return load_weights(model(body, head(width, num_classes), aux, **kwargs), weights, progress)

    return build
