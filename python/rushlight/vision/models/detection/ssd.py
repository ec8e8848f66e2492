"""SSD (Liu et al., 2016: Single shot multibox detector)."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Any, cast

from .... import cat, full, int64, nn, ones, softmax, stack, where
from ...._C import Tensor
from ....nn import functional as F
from ...ops.boxes import box_iou, clip_boxes_to_image
from .._api import builder, load_weights, published
from ..vgg import VGG, VGG16_Weights, vgg16
from ._one_stage import OneStageDetector, best_of_classes, by_anchor
from ._utils import BoxCoder, SSDMatcher, retrieve_out_channels
from .anchor_utils import DefaultBoxGenerator
from .backbone_utils import freeze_stages
from .faster_rcnn import MEAN, STD, WORDS, settled
from .transform import GeneralizedRCNNTransform

__all__ = ["SSD300_VGG16_Weights", "ssd300_vgg16"]


def _xavier_init(conv: nn.Module) -> None:
    for layer in conv.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0.0)


class SSDHead(nn.Module):
    """Classes, and how default boxes are to be moved.

    Args:
        in_channels (list of int): of each map.
        num_anchors (list of int): at each place of each map.
        num_classes (int): classes, with nothing as class 0.
    """

    def __init__(self, in_channels: list[int], num_anchors: list[int], num_classes: int):
        super().__init__()
        self.classification_head = SSDClassificationHead(in_channels, num_anchors, num_classes)
        self.regression_head = SSDRegressionHead(in_channels, num_anchors)

    def forward(self, x: list[Tensor]) -> dict[str, Tensor]:
        return {"bbox_regression": self.regression_head(x), "cls_logits": self.classification_head(x)}


class SSDScoringHead(nn.Module):
    """A layer for each map.

    Args:
        module_list (ModuleList): the layers.
        num_columns (int): numbers of each default box.
    """

    def __init__(self, module_list: nn.ModuleList, num_columns: int):
        super().__init__()
        self.module_list = module_list
        self.num_columns = num_columns

    def forward(self, x: list[Tensor]) -> Tensor:
        return cat([by_anchor(layer(one), self.num_columns) for layer, one in zip(self.module_list, x)], dim=1)


def _layers(in_channels: list[int], num_anchors: list[int], numbers: int) -> nn.ModuleList:
    layers = nn.ModuleList(nn.Conv2d(c, numbers * n, kernel_size=3, padding=1) for c, n in zip(in_channels, num_anchors))
    _xavier_init(layers)
    return layers


class SSDClassificationHead(SSDScoringHead):
    """Logits of classes: as of ``SSDHead``."""

    def __init__(self, in_channels: list[int], num_anchors: list[int], num_classes: int):
        super().__init__(_layers(in_channels, num_anchors, num_classes), num_classes)


class SSDRegressionHead(SSDScoringHead):
    """How default boxes are to be moved: as of ``SSDHead``."""

    def __init__(self, in_channels: list[int], num_anchors: list[int]):
        super().__init__(_layers(in_channels, num_anchors, 4), 4)


class SSD(OneStageDetector):
    """SSD: boxes and classes.

    Args:
        backbone (Module): answers with a dict of maps.
        anchor_generator (DefaultBoxGenerator): the default boxes of those.
        size (tuple of int): width and height that pictures are brought to.
        num_classes (int): classes, with nothing as class 0.
        image_mean, image_std (list of float, optional): ImageNet's, if None.
        head (Module, optional): ``SSDHead``, if None.
        score_thresh (float): what is less likely is not answered.
        nms_thresh (float): overlap from which the less likely goes.
        detections_per_img (int): at most so many are answered.
        iou_thresh (float): overlap with a box from which a default box shows it.
        topk_candidates (int): how many of each class are looked at.
        positive_fraction (float): at least such a part of what is learned from shows something.
        **kwargs: for ``GeneralizedRCNNTransform``.
    """

    def __init__(
        self,
        backbone: nn.Module,
        anchor_generator: DefaultBoxGenerator,
        size: tuple[int, int],
        num_classes: int,
        image_mean: list[float] | None = None,
        image_std: list[float] | None = None,
        head: nn.Module | None = None,
        score_thresh: float = 0.01,
        nms_thresh: float = 0.45,
        detections_per_img: int = 200,
        iou_thresh: float = 0.5,
        topk_candidates: int = 400,
        positive_fraction: float = 0.25,
        **kwargs: Any,
    ):
        super().__init__()
        self.backbone = backbone
        self.anchor_generator = anchor_generator
        self.box_coder = BoxCoder(weights=(10.0, 10.0, 5.0, 5.0))
        if head is None:
            channels = backbone.out_channels if hasattr(backbone, "out_channels") else retrieve_out_channels(backbone, size)
            per_place = anchor_generator.num_anchors_per_location()
            if len(channels) != len(per_place):
                raise AssertionError(
                    f"The length of the output channels from the backbone ({len(channels)}) do not match the length of the anchor "
                    f"generator aspect ratios ({len(per_place)})"
                )
            head = SSDHead(channels, per_place, num_classes)
        self.head = head
        self.proposal_matcher = SSDMatcher(iou_thresh)
        how = {"size_divisible": 1, "fixed_size": size, **kwargs}
        self.transform = GeneralizedRCNNTransform(min(size), max(size), image_mean or MEAN, image_std or STD, **how)
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img
        self.topk_candidates = topk_candidates
        self.neg_to_pos_ratio = (1.0 - positive_fraction) / positive_fraction

    def compute_loss(
        self, targets: list[dict[str, Tensor]], head_outputs: dict[str, Tensor], anchors: list[Tensor], matched_idxs: list[Tensor]
    ) -> dict[str, Tensor]:
        """``bbox_regression`` and ``classification``; of what shows nothing only the dearest count, so many for each that shows something."""
        moves, logits = head_outputs["bbox_regression"], head_outputs["cls_logits"]
        box_losses, labels = [], []
        for target, move, mine, match in zip(targets, moves, anchors, matched_idxs):
            shown = where(match >= 0)[0]
            known = match[shown]
            wanted = self.box_coder.encode_single(target["boxes"][known], mine[shown])
            box_losses.append(F.smooth_l1_loss(move[shown], wanted, reduction="sum"))
            label = target["labels"].new_zeros((logits.shape[1],))
            label[shown] = target["labels"][known]
            labels.append(label)
        classes = stack(labels)
        loss = F.cross_entropy(logits.flatten(0, 1), classes.flatten(), reduction="none").view(classes.shape)
        shown = classes > 0
        count = max(1, sum(int((match >= 0).sum()) for match in matched_idxs))
        rank = loss.detach().masked_fill(shown, -float("inf")).sort(1, descending=True)[1].sort(1)[1]
        dear = rank < self.neg_to_pos_ratio * shown.sum(1, keepdim=True)
        return {
            "bbox_regression": stack(box_losses).sum() / count,
            "classification": (loss[shown].sum() + loss[dear].sum()) / count,
        }

    def losses(self, targets, said, anchors, maps):
        matched = []
        for mine, target in zip(anchors, targets):
            if target["boxes"].numel() == 0:
                matched.append(full((mine.size(0),), -1, dtype=int64, device=mine.device))
            else:
                matched.append(self.proposal_matcher(box_iou(target["boxes"], mine)))
        return self.compute_loss(targets, said, anchors, matched)

    def postprocess_detections(
        self, head_outputs: dict[str, Tensor], image_anchors: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> list[dict[str, Tensor]]:
        """Answers for each picture."""
        scores = softmax(head_outputs["cls_logits"], dim=-1)
        found = []
        for move, score, mine, shape in zip(head_outputs["bbox_regression"], scores, image_anchors, image_shapes):
            boxes = clip_boxes_to_image(self.box_coder.decode_single(move, mine), shape)
            found.append(self.kept(*best_of_classes(score, boxes, self.score_thresh, self.topk_candidates)))
        return found

    def answers(self, said, anchors, sizes, maps):
        return self.postprocess_detections(said, anchors, sizes)


class SSDFeatureExtractorVGG(nn.Module):
    """VGG's maps from its fourth stage on, and further ones behind.

    Args:
        backbone (Sequential): the features of a VGG.
        highres (bool): whether for pictures of 512 pixels: one map more.
    """

    def __init__(self, backbone: nn.Sequential, highres: bool):
        super().__init__()
        _, _, third, fourth, _ = (i for i, layer in enumerate(backbone) if isinstance(layer, nn.MaxPool2d))
        backbone[third].ceil_mode = True  # 75 becomes 38
        self.scale_weight = nn.Parameter(ones(512) * 20)
        self.features = nn.Sequential(*backbone[:fourth])
        extra = nn.ModuleList(
            [
                _extra(1024, 256, 512, padding=1, stride=2),
                _extra(512, 128, 256, padding=1, stride=2),
                _extra(256, 128, 256),
                _extra(256, 128, 256),
            ]
        )
        if highres:
            extra.append(_extra(256, 128, 256, kernel_size=4))
        _xavier_init(extra)
        fc = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=False),
            nn.Conv2d(512, 1024, kernel_size=3, padding=6, dilation=6),
            nn.ReLU(inplace=True),
            nn.Conv2d(1024, 1024, kernel_size=1),
            nn.ReLU(inplace=True),
        )
        _xavier_init(fc)
        extra.insert(0, nn.Sequential(*backbone[fourth:-1], fc))
        self.extra = extra

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.features(x)
        maps = [self.scale_weight.view(1, -1, 1, 1) * F.normalize(x)]
        for block in self.extra:
            x = block(x)
            maps.append(x)
        return OrderedDict((str(i), one) for i, one in enumerate(maps))


def _extra(channels: int, inner: int, outer: int, kernel_size: int = 3, stride: int = 1, padding: int = 0) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, inner, kernel_size=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(inner, outer, kernel_size=kernel_size, stride=stride, padding=padding),
        nn.ReLU(inplace=True),
    )


def _vgg_extractor(backbone: VGG, highres: bool, trainable_layers: int) -> SSDFeatureExtractorVGG:
    features = cast(nn.Sequential, backbone.features)  # VGG takes any module, its builders give it a sequence
    pools = [i for i, layer in enumerate(features) if isinstance(layer, nn.MaxPool2d)]
    freeze_stages(features, [0, *pools[:-1]], trainable_layers)
    return SSDFeatureExtractorVGG(features, highres)


def warn_of_size(kwargs: dict[str, Any]) -> None:
    """The size of a published model is no argument."""
    if kwargs.pop("size", None) is not None:
        warnings.warn("The size of the model is already fixed; ignoring the parameter.", stacklevel=4)


def _ssd300(weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, **kwargs):
    warn_of_size(kwargs)
    num_classes, weights_backbone, trainable, _ = settled(
        weights, num_classes, weights_backbone, trainable_backbone_layers, 5, default=4
    )
    backbone = _vgg_extractor(vgg16(weights=weights_backbone, progress=progress), False, trainable)
    anchors = DefaultBoxGenerator(
        [[2], [2, 3], [2, 3], [2, 3], [2], [2]],
        scales=[0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
        steps=[8, 16, 32, 64, 100, 300],
    )
    how = {"image_mean": [0.48235, 0.45882, 0.40784], "image_std": [1.0 / 255.0] * 3, **kwargs}  # VGG was trained on bytes
    return load_weights(SSD(backbone, anchors, (300, 300), num_classes, **how), weights, progress)


SSD300_VGG16_Weights = published("SSD300_VGG16_Weights")
ssd300_vgg16 = builder(
    "ssd300_vgg16",
    SSD300_VGG16_Weights,
    _ssd300,
    "SSD over VGG-16, for pictures of 300 pixels.",
    "COCO_V1",
    (VGG16_Weights, "IMAGENET1K_FEATURES"),
    **WORDS,
)
