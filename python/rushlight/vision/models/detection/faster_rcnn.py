"""Faster R-CNN (Ren et al., 2015; with feature pyramids Lin et al., 2017; the second version as Li et al., 2021, train it)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .... import nn
from ...._C import Tensor
from ....nn import functional as F
from ...ops import Conv2dNormActivation, FrozenBatchNorm2d, MultiScaleRoIAlign
from .._api import builder, load_weights, published
from .._utils import _ovewrite_value_param
from ..mobilenetv3 import MobileNet_V3_Large_Weights, mobilenet_v3_large
from ..resnet import ResNet50_Weights, resnet50
from ._utils import overwrite_eps
from .anchor_utils import AnchorGenerator
from .backbone_utils import _mobilenet_extractor, _resnet_fpn_extractor, _validate_trainable_layers
from .generalized_rcnn import GeneralizedRCNN
from .roi_heads import RoIHeads
from .rpn import RegionProposalNetwork, RPNHead
from .transform import GeneralizedRCNNTransform

__all__ = [
    "FasterRCNN",
    "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights",
    "FasterRCNN_MobileNet_V3_Large_FPN_Weights",
    "FasterRCNN_ResNet50_FPN_V2_Weights",
    "FasterRCNN_ResNet50_FPN_Weights",
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "fasterrcnn_mobilenet_v3_large_fpn",
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
]

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
RATIOS = (0.5, 1.0, 2.0)


def _default_anchorgen() -> AnchorGenerator:
    sizes = ((32,), (64,), (128,), (256,), (512,))
    return AnchorGenerator(sizes, (RATIOS,) * len(sizes))


class FasterRCNN(GeneralizedRCNN):
    """Faster R-CNN: boxes and classes.

    Args:
        backbone (Module): with an attribute ``out_channels``.
        num_classes (int, optional): with nothing as class 0; unless ``box_predictor`` is given.
        min_size, max_size (int): bounds of pictures' sides.
        image_mean, image_std (list of float, optional): ImageNet's, if None.
        rpn_anchor_generator, rpn_head (Module, optional): of the first stage.
        rpn_pre_nms_top_n_train, rpn_pre_nms_top_n_test (int): proposals of a map kept before overlaps are removed.
        rpn_post_nms_top_n_train, rpn_post_nms_top_n_test (int): proposals of a picture kept after.
        rpn_nms_thresh, rpn_fg_iou_thresh, rpn_bg_iou_thresh, rpn_batch_size_per_image, rpn_positive_fraction, rpn_score_thresh:
            of ``RegionProposalNetwork``.
        box_roi_pool, box_head, box_predictor (Module, optional): of the second stage.
        box_score_thresh, box_nms_thresh, box_detections_per_img, box_fg_iou_thresh, box_bg_iou_thresh, box_batch_size_per_image,
            box_positive_fraction, bbox_reg_weights: of ``RoIHeads``.
        **kwargs: for ``GeneralizedRCNNTransform``.

    Raises:
        ValueError: for a backbone without ``out_channels``, or not one of ``num_classes`` and ``box_predictor``.
        TypeError: for another generator of anchors, or another pooling.

    Example:

        >>> from rushlight.vision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn
        >>> model = fasterrcnn_mobilenet_v3_large_320_fpn(weights_backbone=None, num_classes=3, box_score_thresh=0.9).eval()
        >>> with torch.no_grad():
        ...     answer = model([torch.rand(3, 64, 96)])[0]
        >>> sorted(answer)
        ['boxes', 'labels', 'scores']
    """

    def __init__(
        self,
        backbone,
        num_classes=None,
        min_size=800,
        max_size=1333,
        image_mean=None,
        image_std=None,
        rpn_anchor_generator=None,
        rpn_head=None,
        rpn_pre_nms_top_n_train=2000,
        rpn_pre_nms_top_n_test=1000,
        rpn_post_nms_top_n_train=2000,
        rpn_post_nms_top_n_test=1000,
        rpn_nms_thresh=0.7,
        rpn_fg_iou_thresh=0.7,
        rpn_bg_iou_thresh=0.3,
        rpn_batch_size_per_image=256,
        rpn_positive_fraction=0.5,
        rpn_score_thresh=0.0,
        box_roi_pool=None,
        box_head=None,
        box_predictor=None,
        box_score_thresh=0.05,
        box_nms_thresh=0.5,
        box_detections_per_img=100,
        box_fg_iou_thresh=0.5,
        box_bg_iou_thresh=0.5,
        box_batch_size_per_image=512,
        box_positive_fraction=0.25,
        bbox_reg_weights=None,
        **kwargs,
    ):
        width = out_channels(backbone)
        check_kind("rpn_anchor_generator", rpn_anchor_generator, AnchorGenerator)
        check_kind("box_roi_pool", box_roi_pool, MultiScaleRoIAlign)
        check_classes(num_classes, "box_predictor", box_predictor)
        anchors = rpn_anchor_generator or _default_anchorgen()
        rpn = RegionProposalNetwork(
            anchors,
            rpn_head or RPNHead(width, anchors.num_anchors_per_location()[0]),
            rpn_fg_iou_thresh,
            rpn_bg_iou_thresh,
            rpn_batch_size_per_image,
            rpn_positive_fraction,
            {"training": rpn_pre_nms_top_n_train, "testing": rpn_pre_nms_top_n_test},
            {"training": rpn_post_nms_top_n_train, "testing": rpn_post_nms_top_n_test},
            rpn_nms_thresh,
            score_thresh=rpn_score_thresh,
        )
        pool = box_roi_pool or MultiScaleRoIAlign(featmap_names=["0", "1", "2", "3"], output_size=7, sampling_ratio=2)
        heads = RoIHeads(
            pool,
            box_head or TwoMLPHead(width * pool.output_size[0] ** 2, 1024),
            box_predictor or FastRCNNPredictor(1024, num_classes),
            box_fg_iou_thresh,
            box_bg_iou_thresh,
            box_batch_size_per_image,
            box_positive_fraction,
            bbox_reg_weights,
            box_score_thresh,
            box_nms_thresh,
            box_detections_per_img,
        )
        transform = GeneralizedRCNNTransform(min_size, max_size, image_mean or MEAN, image_std or STD, **kwargs)
        super().__init__(backbone, rpn, heads, transform)


def out_channels(backbone: nn.Module) -> int:
    """Channels of a backbone's maps.

    Raises:
        ValueError: where it does not say.
    """
    if not hasattr(backbone, "out_channels"):
        raise ValueError(
            "backbone should contain an attribute out_channels specifying the number of output channels (assumed to be the same for "
            "all the levels)"
        )
    return backbone.out_channels


def check_kind(name: str, value: Any, kind: type) -> None:
    """Raises TypeError for what is neither of ``kind`` nor None."""
    if not isinstance(value, (kind, type(None))):
        raise TypeError(f"{name} should be of type {kind.__name__} or None, but got {type(value)}")


def check_classes(classes: int | None, name: str, predictor: Any, what: str = "num_classes") -> None:
    """Raises ValueError unless one of the number and the predictor is given."""
    if classes is not None and predictor is not None:
        raise ValueError(f"{what} should be None when {name} is specified")
    if classes is None and predictor is None:
        raise ValueError(f"{what} should not be None when {name} is not specified")


class TwoMLPHead(nn.Module):
    """Two linear layers over a region.

    Args:
        in_channels (int): numbers of a region.
        representation_size (int): of each layer.
    """

    def __init__(self, in_channels: int, representation_size: int):
        super().__init__()
        self.fc6 = nn.Linear(in_channels, representation_size)
        self.fc7 = nn.Linear(representation_size, representation_size)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.fc7(F.relu(self.fc6(x.flatten(start_dim=1)))))


class FastRCNNConvFCHead(nn.Sequential):
    """Convolutions and then linear layers over a region.

    Args:
        input_size (tuple of int): channels, height and width of a region.
        conv_layers (list of int): channels after each convolution.
        fc_layers (list of int): numbers after each linear layer.
        norm_layer (callable, optional): behind each convolution.
    """

    def __init__(
        self,
        input_size: tuple[int, int, int],
        conv_layers: list[int],
        fc_layers: list[int],
        norm_layer: Callable[..., nn.Module] | None = None,
    ):
        width, height, across = input_size
        layers: list[nn.Module] = []
        for channels in conv_layers:
            layers.append(Conv2dNormActivation(width, channels, norm_layer=norm_layer))
            width = channels
        layers.append(nn.Flatten())
        width *= height * across
        for numbers in fc_layers:
            layers += [nn.Linear(width, numbers), nn.ReLU(inplace=True)]
            width = numbers
        super().__init__(*layers)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)


class FastRCNNPredictor(nn.Module):
    """Class and box of a region.

    Args:
        in_channels (int): numbers of a region.
        num_classes (int): classes, with nothing as class 0.
    """

    def __init__(self, in_channels: int, num_classes: int):
        super().__init__()
        self.cls_score = nn.Linear(in_channels, num_classes)
        self.bbox_pred = nn.Linear(in_channels, num_classes * 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if x.dim() == 4 and tuple(x.shape[2:]) != (1, 1):
            raise AssertionError(f"x has the wrong shape, expecting the last two dimensions to be [1,1] instead of {list(x.shape[2:])}")
        x = x.flatten(start_dim=1)
        return self.cls_score(x), self.bbox_pred(x)


def settled(weights, num_classes, weights_backbone, trainable, stages: int, classes: int = 91, default: int = 3):
    """What weights decide: the classes, the backbone's weights, how many of its stages are trained, and whether it was trained."""
    if weights is not None:
        weights_backbone = None
        num_classes = _ovewrite_value_param("num_classes", num_classes, len(weights.meta["categories"]))
    elif num_classes is None:
        num_classes = classes
    trained = weights is not None or weights_backbone is not None
    return num_classes, weights_backbone, _validate_trainable_layers(trained, trainable, stages, default), trained


def over_resnet50(model: Callable[..., nn.Module], legacy=None, extra=None, returned: list[int] | None = None):
    """A constructor of ``model`` over ResNet-50 with a pyramid; ``legacy`` are weights that were trained without ``eps``."""

    def build(weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, **kwargs):
        num_classes, weights_backbone, trainable, trained = settled(weights, num_classes, weights_backbone, trainable_backbone_layers, 5)
        backbone = resnet50(weights=weights_backbone, progress=progress, norm_layer=FrozenBatchNorm2d if trained else nn.BatchNorm2d)
        body = _resnet_fpn_extractor(backbone, trainable, returned_layers=returned, extra_blocks=extra() if extra is not None else None)
        made = load_weights(model(body, num_classes, **kwargs), weights, progress)
        if weights is not None and weights in (legacy or ()):
            overwrite_eps(made, 0.0)
        return made

    return build


def heads_v2(backbone: nn.Module) -> dict[str, nn.Module]:
    """The heads of the second version: two convolutions before proposals, four before boxes."""
    anchors = _default_anchorgen()
    width = out_channels(backbone)
    return {
        "rpn_anchor_generator": anchors,
        "rpn_head": RPNHead(width, anchors.num_anchors_per_location()[0], conv_depth=2),
        "box_head": FastRCNNConvFCHead((width, 7, 7), [256] * 4, [1024], norm_layer=nn.BatchNorm2d),
    }


def over_resnet50_v2(model: Callable[..., nn.Module], heads: Callable[[nn.Module], dict[str, nn.Module]]):
    """A constructor of ``model`` over ResNet-50 with norms in the pyramid and in ``heads``."""

    def build(weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, **kwargs):
        num_classes, weights_backbone, trainable, _ = settled(weights, num_classes, weights_backbone, trainable_backbone_layers, 5)
        body = _resnet_fpn_extractor(resnet50(weights=weights_backbone, progress=progress), trainable, norm_layer=nn.BatchNorm2d)
        return load_weights(model(body, num_classes=num_classes, **heads(body), **kwargs), weights, progress)

    return build


def _over_mobilenet(**defaults: Any):
    def build(weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, **kwargs):
        num_classes, weights_backbone, trainable, trained = settled(weights, num_classes, weights_backbone, trainable_backbone_layers, 6)
        norm = FrozenBatchNorm2d if trained else nn.BatchNorm2d
        backbone = mobilenet_v3_large(weights=weights_backbone, progress=progress, norm_layer=norm)
        body = _mobilenet_extractor(backbone, True, trainable)
        anchors = AnchorGenerator(((32, 64, 128, 256, 512),) * 3, (RATIOS,) * 3)
        model = FasterRCNN(body, num_classes, rpn_anchor_generator=anchors, **{**defaults, **kwargs})
        return load_weights(model, weights, progress)

    return build


FasterRCNN_ResNet50_FPN_Weights = published("FasterRCNN_ResNet50_FPN_Weights")
FasterRCNN_ResNet50_FPN_V2_Weights = published("FasterRCNN_ResNet50_FPN_V2_Weights")
FasterRCNN_MobileNet_V3_Large_FPN_Weights = published("FasterRCNN_MobileNet_V3_Large_FPN_Weights")
FasterRCNN_MobileNet_V3_Large_320_FPN_Weights = published("FasterRCNN_MobileNet_V3_Large_320_FPN_Weights")

WORDS: dict[str, Any] = {"num_classes": None, "trainable_backbone_layers": None}
RESNET, _MOBILENET = (ResNet50_Weights, "IMAGENET1K_V1"), (MobileNet_V3_Large_Weights, "IMAGENET1K_V1")
fasterrcnn_resnet50_fpn = builder(
    "fasterrcnn_resnet50_fpn",
    FasterRCNN_ResNet50_FPN_Weights,
    over_resnet50(FasterRCNN, [FasterRCNN_ResNet50_FPN_Weights["COCO_V1"]]),
    "Faster R-CNN over ResNet-50.",
    "COCO_V1",
    RESNET,
    **WORDS,
)
fasterrcnn_resnet50_fpn_v2 = builder(
    "fasterrcnn_resnet50_fpn_v2",
    FasterRCNN_ResNet50_FPN_V2_Weights,
    over_resnet50_v2(FasterRCNN, heads_v2),
    "Faster R-CNN over ResNet-50, the second version.",
    "COCO_V1",
    (ResNet50_Weights, None),
    **WORDS,
)
fasterrcnn_mobilenet_v3_large_fpn = builder(
    "fasterrcnn_mobilenet_v3_large_fpn",
    FasterRCNN_MobileNet_V3_Large_FPN_Weights,
    _over_mobilenet(rpn_score_thresh=0.05),
    "Faster R-CNN over MobileNet v3, large.",
    "COCO_V1",
    _MOBILENET,
    **WORDS,
)
fasterrcnn_mobilenet_v3_large_320_fpn = builder(
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
    _over_mobilenet(min_size=320, max_size=640, rpn_pre_nms_top_n_test=150, rpn_post_nms_top_n_test=150, rpn_score_thresh=0.05),
    "Faster R-CNN over MobileNet v3, large, for pictures of 320 to 640 pixels.",
    "COCO_V1",
    _MOBILENET,
    **WORDS,
)
