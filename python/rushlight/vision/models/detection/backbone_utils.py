"""Backbones of detectors: a classifier's maps, and a pyramid over them."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from .... import nn
from ...._C import Tensor
from ...ops import FrozenBatchNorm2d
from ...ops.feature_pyramid_network import ExtraFPNBlock, FeaturePyramidNetwork, LastLevelMaxPool
from .. import mobilenetv2, mobilenetv3, resnet
from .._api import WeightsEnum
from .._utils import IntermediateLayerGetter, stages

Norm = Callable[..., nn.Module]


class BackboneWithFPN(nn.Module):
    """Some maps of a backbone, and a pyramid over them.

    Args:
        backbone (Module): its direct children are called one after another.
        return_layers (dict): of a child's name, the key of its map.
        in_channels_list (list of int): channels of those maps.
        out_channels (int): of the pyramid.
        extra_blocks (ExtraFPNBlock, optional): adds further maps. Default: one by pooling.
        norm_layer (callable, optional): of the pyramid.
    """

    def __init__(
        self,
        backbone: nn.Module,
        return_layers: dict[str, str],
        in_channels_list: list[int],
        out_channels: int,
        extra_blocks: ExtraFPNBlock | None = None,
        norm_layer: Norm | None = None,
    ) -> None:
        super().__init__()
        self.body = IntermediateLayerGetter(backbone, return_layers=return_layers)
        self.fpn = FeaturePyramidNetwork(in_channels_list, out_channels, extra_blocks or LastLevelMaxPool(), norm_layer=norm_layer)
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return self.fpn(self.body(x))


def _validate_trainable_layers(is_trained: bool, trainable_backbone_layers: int | None, max_value: int, default_value: int) -> int:
    """How many stages of a backbone are trained: all, unless weights are given."""
    n = trainable_backbone_layers
    if not is_trained:
        if n is not None:
            warnings.warn(
                "Changing trainable_backbone_layers has no effect if neither pretrained nor pretrained_backbone have been set to "
                f"True, falling back to trainable_backbone_layers={max_value} so that all layers are trainable",
                stacklevel=3,
            )
        n = max_value
    elif n is None:
        n = default_value
    if not 0 <= n <= max_value:
        raise ValueError(f"Trainable backbone layers should be in the range [0,{max_value}], got {n} ")
    return n


def freeze(modules) -> None:
    """What these modules have is not trained."""
    for module in modules:
        for parameter in module.parameters():
            parameter.requires_grad_(False)


def freeze_stages(features: nn.Sequential, at: list[int], trainable_layers: int) -> None:
    """Only the last stages are trained, whose first layers are ``at``."""
    if not 0 <= trainable_layers <= len(at):
        raise ValueError(f"trainable_layers should be in the range [0,{len(at)}], got {trainable_layers} ")
    freeze(features[: len(features) if trainable_layers == 0 else at[len(at) - trainable_layers]])


def resnet_fpn_backbone(
    *,
    backbone_name: str,
    weights: WeightsEnum | None,
    norm_layer: Norm = FrozenBatchNorm2d,
    trainable_layers: int = 3,
    returned_layers: list[int] | None = None,
    extra_blocks: ExtraFPNBlock | None = None,
) -> BackboneWithFPN:
    """A ResNet with a pyramid over its stages.

    Args:
        backbone_name (str): of a constructor in ``models.resnet``.
        weights (WeightsEnum, optional): for it.
        norm_layer (callable): its norm.
        trainable_layers (int): how many stages are trained, 0 to 5.
        returned_layers (list of int, optional): which of the four stages are read. Default: all.
        extra_blocks (ExtraFPNBlock, optional): adds further maps.
    """
    model = vars(resnet)[backbone_name](weights=weights, norm_layer=norm_layer)
    return _resnet_fpn_extractor(model, trainable_layers, returned_layers, extra_blocks)


def _resnet_fpn_extractor(
    backbone: resnet.ResNet,
    trainable_layers: int,
    returned_layers: list[int] | None = None,
    extra_blocks: ExtraFPNBlock | None = None,
    norm_layer: Norm | None = None,
) -> BackboneWithFPN:
    if not 0 <= trainable_layers <= 5:
        raise ValueError(f"Trainable layers should be in the range [0,5], got {trainable_layers}")
    trained = ["layer4", "layer3", "layer2", "layer1", "conv1"][:trainable_layers] + ["bn1"] * (trainable_layers == 5)
    for name, parameter in backbone.named_parameters():
        if not name.startswith(tuple(trained)):
            parameter.requires_grad_(False)
    returned = [1, 2, 3, 4] if returned_layers is None else returned_layers
    if min(returned) <= 0 or max(returned) >= 5:
        raise ValueError(f"Each returned layer should be in the range [1,4]. Got {returned}")
    layers = {f"layer{stage}": str(i) for i, stage in enumerate(returned)}
    channels = [backbone.inplanes // 8 * 2 ** (stage - 1) for stage in returned]
    return BackboneWithFPN(backbone, layers, channels, 256, extra_blocks, norm_layer)


def mobilenet_backbone(
    *,
    backbone_name: str,
    weights: WeightsEnum | None,
    fpn: bool,
    norm_layer: Norm = FrozenBatchNorm2d,
    trainable_layers: int = 2,
    returned_layers: list[int] | None = None,
    extra_blocks: ExtraFPNBlock | None = None,
) -> nn.Module:
    """A MobileNet, with a pyramid over its stages or with one convolution behind it: as ``resnet_fpn_backbone``."""
    model = {**vars(mobilenetv2), **vars(mobilenetv3)}[backbone_name](weights=weights, norm_layer=norm_layer)
    return _mobilenet_extractor(model, fpn, trainable_layers, returned_layers, extra_blocks)


def _mobilenet_extractor(
    backbone: nn.Module,
    fpn: bool,
    trainable_layers: int,
    returned_layers: list[int] | None = None,
    extra_blocks: ExtraFPNBlock | None = None,
    norm_layer: Norm | None = None,
) -> nn.Module:
    features = backbone.features
    at = stages(features)
    freeze_stages(features, at, trainable_layers)
    if not fpn:
        single = nn.Sequential(features, nn.Conv2d(features[-1].out_channels, 256, 1))
        single.out_channels = 256
        return single
    returned = [len(at) - 2, len(at) - 1] if returned_layers is None else returned_layers
    if min(returned) < 0 or max(returned) >= len(at):
        raise ValueError(f"Each returned layer should be in the range [0,{len(at) - 1}], got {returned} ")
    layers = {str(at[stage]): str(i) for i, stage in enumerate(returned)}
    return BackboneWithFPN(features, layers, [features[at[stage]].out_channels for stage in returned], 256, extra_blocks, norm_layer)
