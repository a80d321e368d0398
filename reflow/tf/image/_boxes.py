"""Boxes in images: drawn, distorted at random, chosen among those that overlap."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.image.boxes import (
    DrawBoundingBoxes,
    DrawBoundingBoxesV2,
    SampleDistortedBoundingBoxV2,
)
from reflow.ops.image.combined_suppression import CombinedNonMaxSuppression
from reflow.ops.image.suppression import (
    NonMaxSuppressionV3,
    NonMaxSuppressionV4,
    NonMaxSuppressionV5,
    NonMaxSuppressionWithOverlaps,
)
from reflow.tf._scopes import name_scope

_NO_THRESHOLD = float("-inf")


def draw_bounding_boxes(
    images: Any, boxes: Any, name: str | None = None, colors: Any = None
) -> Tensor:
    """Images with frames of one pixel.

    Args:
      images: float32 or float16 [batch, height, width, 1, 3 or 4].
      boxes: [batch, n, 4] of (y1, x1, y2, x2), in parts of the image.
      colors: [m, channels], taken in turn; without them ten colors.
    """
    if colors is None:
        return DrawBoundingBoxes(images, boxes, name=name)
    return DrawBoundingBoxesV2(images, boxes, colors, name=name)


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """A part of an image, drawn at random, that covers some of the bounding boxes.

    Args:
      image_size: [3], height, width and channels.
      bounding_boxes: [batch, n, 4] of (y1, x1, y2, x2), in parts of the image.
      min_object_covered: how much of one of the boxes must be in the part, at least.
      aspect_ratio_range: the part's width over its height ([0.75, 1.33]).
      area_range: its area, in parts of the image ([0.05, 1]).
      max_attempts: after as many draws (100) the part is the whole image.
      use_image_if_no_bounding_boxes: without boxes, any part will do.

    Returns:
      begin [3] and size [3] for tf.slice, and the part as a box [1, 1, 4].
    """
    settings = {
        "seed": seed,
        "seed2": seed2,
        "aspect_ratio_range": aspect_ratio_range,
        "area_range": area_range,
        "max_attempts": max_attempts,
        "use_image_if_no_bounding_boxes": use_image_if_no_bounding_boxes,
    }
    given = {key: value for key, value in settings.items() if value is not None}
    with name_scope(name, "sample_distorted_bounding_box"):
        return SampleDistortedBoundingBoxV2(
            image_size, bounding_boxes, min_object_covered=min_object_covered, **given, name=name
        )


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NO_THRESHOLD,
    name: str | None = None,
) -> Tensor:
    """Which boxes are kept, best first, so that no two overlap much.

    Args:
      boxes: [n, 4] of two opposite corners, (y1, x1, y2, x2).
      scores: [n].
      max_output_size: how many are kept at most.
      iou_threshold: from this ratio of intersection to union on boxes overlap much.
      score_threshold: boxes of this score or less are left out.

    Returns:
      int32 [m], numbers of boxes.
    """
    with name_scope(name, "non_max_suppression"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV3(boxes, scores, max_output_size, iou_threshold, score_threshold)


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NO_THRESHOLD,
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """As non_max_suppression, and the scores [m] of what is kept.

    Args:
      soft_nms_sigma: above 0, overlaps lower the score, by a Gaussian of this variance.
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        soft_nms_sigma = convert_to_tensor(soft_nms_sigma, name="soft_nms_sigma")
        indices, kept_scores, _ = NonMaxSuppressionV5(
            boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma
        )
        return indices, kept_scores


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NO_THRESHOLD,
    pad_to_max_output_size: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """As non_max_suppression, with zeros up to `max_output_size` if so asked, and how many of the
    numbers count."""
    with name_scope(name, "non_max_suppression_padded"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV4(
            boxes,
            scores,
            max_output_size,
            iou_threshold,
            score_threshold,
            pad_to_max_output_size=pad_to_max_output_size,
        )


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = _NO_THRESHOLD,
    name: str | None = None,
) -> Tensor:
    """As non_max_suppression, with the overlaps of all boxes given: [n, n]."""
    with name_scope(name, "non_max_suppression_overlaps"):
        overlap_threshold = convert_to_tensor(overlap_threshold, name="overlap_threshold")
        return NonMaxSuppressionWithOverlaps(
            overlaps, scores, max_output_size, overlap_threshold, score_threshold
        )


def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NO_THRESHOLD,
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The detections of several classes in several images.

    Args:
      boxes: float32 [batch, n, 1 or classes, 4] of (y1, x1, y2, x2).
      scores: float32 [batch, n, classes].
      pad_per_class: the result has no more places than the classes together can fill.
      clip_boxes: boxes are cut off at 0 and 1.

    Returns:
      Boxes [batch, m, 4], scores [batch, m], classes [batch, m], with zeros behind those that
      count, and how many count [batch]; m is `max_total_size`.
    """
    with name_scope(name, "combined_non_max_suppression"):
        iou_threshold = convert_to_tensor(iou_threshold, "float32", name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, "float32", name="score_threshold")
        return CombinedNonMaxSuppression(
            boxes,
            scores,
            max_output_size_per_class,
            max_total_size,
            iou_threshold,
            score_threshold,
            pad_per_class=pad_per_class,
            clip_boxes=clip_boxes,
        )
