"""What detectors share: how boxes become numbers to learn, which box belongs to which anchor, and which anchors are learned from."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

from .... import (
    arange,
    as_tensor,
    bool as bool_,
    cat,
    exp,
    log,
    nn,
    no_grad,
    randperm,
    stack,
    where,
    zeros,
    zeros_like,
)
from ...._C import Tensor
from ....nn import functional as F
from ...ops import FrozenBatchNorm2d, complete_box_iou_loss, distance_box_iou_loss, generalized_box_iou_loss


def check_targets(targets: list[dict[str, Tensor]] | None) -> None:
    """Boxes to learn from are tensors (N, 4).

    Raises:
        AssertionError: where there are none, or others.
    """
    if targets is None:
        raise AssertionError("targets should not be none when in training mode")
    for target in targets:
        boxes = target["boxes"]
        if not isinstance(boxes, Tensor):
            raise AssertionError(f"Expected target boxes to be of type Tensor, got {type(boxes)}.")
        if boxes.ndim != 2 or boxes.shape[-1] != 4:
            raise AssertionError(f"Expected target boxes to be a tensor of shape [N, 4], got {boxes.shape}.")


def check_extent(targets: list[dict[str, Tensor]] | None) -> None:
    """Boxes have a width and a height.

    Raises:
        AssertionError: for the first that has not.
    """
    for i, target in enumerate(targets or []):
        flat = (target["boxes"][:, 2:] <= target["boxes"][:, :2]).any(dim=1)
        if bool(flat.any()):
            box = target["boxes"][flat][0].tolist()
            raise AssertionError(
                f"All bounding boxes should have positive height and width. Found invalid box {box} for target at index {i}."
            )


class BalancedPositiveNegativeSampler:
    """Draws so many anchors of each picture, of which at most a part are positive.

    Args:
        batch_size_per_image (int): how many.
        positive_fraction (float): the part.
    """

    def __init__(self, batch_size_per_image: int, positive_fraction: float) -> None:
        self.batch_size_per_image = batch_size_per_image
        self.positive_fraction = positive_fraction

    def __call__(self, matched_idxs: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Of labels (above 0 positive, 0 negative, below ignored) the masks of positives and of negatives that were drawn."""
        drawn: tuple[list[Tensor], list[Tensor]] = ([], [])
        for labels in matched_idxs:
            left, most = self.batch_size_per_image, int(self.batch_size_per_image * self.positive_fraction)
            for kind, masks in zip((labels >= 1, labels == 0), drawn):
                members = where(kind)[0]
                chosen = members[randperm(members.numel(), device=members.device)[: min(members.numel(), most)]]
                mask = zeros_like(labels, dtype=bool_)
                mask[chosen] = True
                masks.append(mask)
                left -= chosen.numel()
                most = left
        return drawn


def _centres(boxes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Centre and size of boxes (N, 4), each as a column."""
    x1, y1, x2, y2 = boxes.unsqueeze(-1).unbind(-2)
    w, h = x2 - x1, y2 - y1
    return x1 + 0.5 * w, y1 + 0.5 * h, w, h


def encode_boxes(reference_boxes: Tensor, proposals: Tensor, weights: Tensor) -> Tensor:
    """``BoxCoder.encode_single`` with the weights as a tensor of four."""
    x, y, w, h = _centres(proposals)
    gx, gy, gw, gh = _centres(reference_boxes)
    a, b, c, d = weights.unbind()
    return cat((a * (gx - x) / w, b * (gy - y) / h, c * log(gw / w), d * log(gh / h)), dim=1)


class BoxCoder:
    """Boxes as shifts of centres and logarithms of sizes against others (Girshick et al., 2014, appendix C).

    Args:
        weights (tuple of float): of the four numbers.
        bbox_xform_clip (float): bound of the logarithms. Default: log(1000 / 16).

    Example:

        >>> from rushlight.vision.models.detection._utils import BoxCoder
        >>> coder, anchors = BoxCoder((1.0, 1.0, 1.0, 1.0)), torch.tensor([[0., 0, 4, 2]])
        >>> codes = coder.encode_single(torch.tensor([[1., 0, 5, 2]]), anchors)
        >>> codes
        tensor([[0.2500, 0.0000, 0.0000, 0.0000]])
        >>> coder.decode_single(codes, anchors)
        tensor([[1., 0., 5., 2.]])
    """

    def __init__(self, weights: tuple[float, float, float, float], bbox_xform_clip: float = math.log(1000.0 / 16)) -> None:
        self.weights = weights
        self.bbox_xform_clip = bbox_xform_clip

    def encode(self, reference_boxes: list[Tensor], proposals: list[Tensor]) -> list[Tensor]:
        """``encode_single`` of the boxes of each picture."""
        counts = [len(boxes) for boxes in reference_boxes]
        return list(self.encode_single(cat(list(reference_boxes)), cat(list(proposals))).split(counts, 0))

    def encode_single(self, reference_boxes: Tensor, proposals: Tensor) -> Tensor:
        """The numbers (N, 4) that make ``reference_boxes`` of ``proposals``."""
        return encode_boxes(reference_boxes, proposals, as_tensor(self.weights, dtype=reference_boxes.dtype, device=reference_boxes.device))

    def decode(self, rel_codes: Tensor, boxes: list[Tensor]) -> Tensor:
        """Boxes (N, classes, 4) that ``rel_codes`` make of the ``boxes`` of all pictures."""
        if not isinstance(boxes, (list, tuple)):
            raise AssertionError("This function expects boxes of type list or tuple.")
        n = sum(len(one) for one in boxes)
        codes = rel_codes.reshape(n, -1) if n > 0 else rel_codes
        found = self.decode_single(codes, cat(list(boxes)))
        return found.reshape(n, -1, 4) if n > 0 else found

    def decode_single(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        """Boxes (N, 4 classes) that ``rel_codes`` make of ``boxes`` (N, 4)."""
        x, y, w, h = _centres(boxes.to(rel_codes.dtype))
        dx, dy, dw, dh = (rel_codes[:, i::4] / weight for i, weight in enumerate(self.weights))
        cx, cy = dx * w + x, dy * h + y
        half_w = 0.5 * exp(dw.clamp(max=self.bbox_xform_clip)) * w
        half_h = 0.5 * exp(dh.clamp(max=self.bbox_xform_clip)) * h
        return stack((cx - half_w, cy - half_h, cx + half_w, cy + half_h), dim=2).flatten(1)


class BoxLinearCoder:
    """Boxes as the distances of their sides from the centres of others (Tian et al., 2019).

    Args:
        normalize_by_size (bool): whether distances are in sizes of the others. Default: True.
    """

    def __init__(self, normalize_by_size: bool = True) -> None:
        self.normalize_by_size = normalize_by_size

    def _base(self, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Centres (..., 4) and units (..., 4)."""
        low, high = boxes[..., :2], boxes[..., 2:]
        centre, size = 0.5 * (low + high), high - low
        return cat((centre, centre), -1), cat((size, size), -1)

    def encode(self, reference_boxes: Tensor, proposals: Tensor) -> Tensor:
        """Distances (..., 4) to left, top, right and bottom of ``proposals`` from the centres of ``reference_boxes``."""
        centre, size = self._base(reference_boxes)
        apart = proposals - centre
        apart = cat((-apart[..., :2], apart[..., 2:]), -1)
        return apart / size if self.normalize_by_size else apart

    def decode(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        """The boxes (..., 4) of which ``rel_codes`` are the distances."""
        boxes = boxes.to(dtype=rel_codes.dtype)
        centre, size = self._base(boxes)
        apart = rel_codes * size if self.normalize_by_size else rel_codes
        return cat((centre[..., :2] - apart[..., :2], centre[..., 2:] + apart[..., 2:]), -1)


class Matcher:
    """Gives each prediction the box it overlaps most, or none.

    Args:
        high_threshold (float): from here on it is that box's.
        low_threshold (float): below it is none's (-1); between the two it is left out (-2).
        allow_low_quality_matches (bool): whether a box takes the predictions nearest to it, however far.
    """

    BELOW_LOW_THRESHOLD = -1
    BETWEEN_THRESHOLDS = -2

    def __init__(self, high_threshold: float, low_threshold: float, allow_low_quality_matches: bool = False) -> None:
        if low_threshold > high_threshold:
            raise AssertionError("low_threshold should be <= high_threshold")
        self.high_threshold = high_threshold
        self.low_threshold = low_threshold
        self.allow_low_quality_matches = allow_low_quality_matches

    def __call__(self, match_quality_matrix: Tensor) -> Tensor:
        """Of overlaps (boxes, predictions) the index of each prediction's box, or -1, or -2.

        Raises:
            ValueError: where there are no boxes or no predictions.
        """
        if match_quality_matrix.numel() == 0:
            what = "ground-truth" if match_quality_matrix.shape[0] == 0 else "proposal"
            raise ValueError(f"No {what} boxes available for one of the images during training")
        best, nearest = match_quality_matrix.max(dim=0)
        matches = nearest.masked_fill(best < self.high_threshold, self.BETWEEN_THRESHOLDS)
        matches = matches.masked_fill(best < self.low_threshold, self.BELOW_LOW_THRESHOLD)
        if self.allow_low_quality_matches:
            self.set_low_quality_matches_(matches, nearest, match_quality_matrix)
        return matches

    def set_low_quality_matches_(self, matches: Tensor, all_matches: Tensor, match_quality_matrix: Tensor) -> None:
        """Gives predictions that no other surpasses for some box the box they overlap most, in place."""
        unsurpassed = (match_quality_matrix == match_quality_matrix.max(dim=1, keepdim=True)[0]).any(dim=0)
        matches.copy_(where(unsurpassed, all_matches, matches))


class SSDMatcher(Matcher):
    """``Matcher`` with one threshold, where each box also has the prediction that overlaps it most.

    Args:
        threshold (float): the threshold.
    """

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold, threshold, allow_low_quality_matches=False)

    def __call__(self, match_quality_matrix: Tensor) -> Tensor:
        matches = super().__call__(match_quality_matrix)
        nearest = match_quality_matrix.max(dim=1)[1]
        matches[nearest] = arange(nearest.shape[0], dtype=matches.dtype, device=matches.device)
        return matches


def overwrite_eps(model: nn.Module, eps: float) -> None:
    """Sets ``eps`` of all frozen norms: the first published weights were trained without one."""
    for module in model.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = eps


def retrieve_out_channels(model: nn.Module, size: tuple[int, int]) -> list[int]:
    """Channels of the maps that a backbone answers with, asked with a picture of ``size`` (width, height)."""
    training = model.training
    model.eval()
    with no_grad():
        device = next(model.parameters()).device
        maps = model(zeros((1, 3, size[1], size[0]), device=device))
    model.train(training)
    if isinstance(maps, Tensor):
        maps = OrderedDict([("0", maps)])
    return [one.shape[1] for one in maps.values()]


_IOU_LOSSES = {"ciou": complete_box_iou_loss, "diou": distance_box_iou_loss, "giou": generalized_box_iou_loss}


def _box_loss(
    type: str, box_coder: BoxCoder, anchors_per_image: Tensor, matched_gt_boxes_per_image: Tensor, bbox_regression_per_image: Tensor,
    cnf: dict[str, Any] | None = None,
) -> Tensor:  # fmt: skip
    if type in ("l1", "smooth_l1"):
        wanted = box_coder.encode_single(matched_gt_boxes_per_image, anchors_per_image)
        if type == "l1":
            return F.l1_loss(bbox_regression_per_image, wanted, reduction="sum")
        return F.smooth_l1_loss(bbox_regression_per_image, wanted, reduction="sum", beta=(cnf or {}).get("beta", 1.0))
    if type not in _IOU_LOSSES:
        raise AssertionError(f"Unsupported loss: {type}")
    boxes = box_coder.decode_single(bbox_regression_per_image, anchors_per_image)
    return _IOU_LOSSES[type](boxes, matched_gt_boxes_per_image, reduction="sum", eps=(cnf or {}).get("eps", 1e-7))
