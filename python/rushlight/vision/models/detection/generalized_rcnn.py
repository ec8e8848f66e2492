"""The frame of detectors of two stages: a backbone, proposals, and heads over the regions proposed."""

from __future__ import annotations

from collections import OrderedDict

from .... import nn
from ...._C import Tensor
from ._utils import check_extent, check_targets


class GeneralizedRCNN(nn.Module):
    """Finds things in two stages (Ren et al., 2015: Faster R-CNN).

    Args:
        backbone (Module): answers with a map or a dict of maps.
        rpn (Module): of pictures and maps makes proposals and their losses.
        roi_heads (Module): of maps and proposals makes answers and their losses.
        transform (Module): makes pictures ready, and brings answers back to their sizes.
    """

    def __init__(self, backbone: nn.Module, rpn: nn.Module, roi_heads: nn.Module, transform: nn.Module) -> None:
        super().__init__()
        self.transform = transform
        self.backbone = backbone
        self.rpn = rpn
        self.roi_heads = roi_heads
        self._has_warned = False

    def eager_outputs(self, losses: dict[str, Tensor], detections: list[dict[str, Tensor]]):
        """Losses in training, otherwise answers."""
        return losses if self.training else detections

    def forward(self, images: list[Tensor], targets: list[dict[str, Tensor]] | None = None):
        """Losses in training, otherwise for each picture a dict.

        Args:
            images (list of Tensor): pictures (3, H, W), floats in [0, 1].
            targets (list of dict): in training, ``boxes`` (N, 4) and ``labels`` (N,), with ``masks`` or ``keypoints`` where learned.

        Raises:
            AssertionError: for targets that are missing or wrong.
        """
        if self.training:
            check_targets(targets)
        before = [(int(image.shape[-2]), int(image.shape[-1])) for image in images]
        batch, targets = self.transform(images, targets)
        check_extent(targets)
        features = self.backbone(batch.tensors)
        if isinstance(features, Tensor):
            features = OrderedDict([("0", features)])
        proposals, proposal_losses = self.rpn(batch, features, targets)
        detections, detector_losses = self.roi_heads(features, proposals, batch.image_sizes, targets)
        detections = self.transform.postprocess(detections, batch.image_sizes, before)
        return self.eager_outputs({**detector_losses, **proposal_losses}, detections)
