"""Non-maximum suppression of the boxes of several classes, in several images.

Source: tensorflow/core/kernels/non_max_suppression_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import numpy as np

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.image.suppression import check_scalars, debug_shape, overlaps_of
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

_Detection = tuple[np.float32, int, Host]  # score, class, box


def _kept(boxes: Host, scores: Host, limit: int, threshold: float, least: float) -> list[int]:
    """Which of boxes [n, 4] of one class are kept, best first."""
    similarity = overlaps_of(boxes)
    candidates = np.flatnonzero(scores > least)
    chosen: list[int] = []
    for box in candidates[np.argsort(-scores[candidates], kind="stable")].tolist():
        if len(chosen) >= limit:
            break
        if not (similarity(box, chosen) > threshold).any():
            chosen.append(box)
    return chosen


def _detections(
    boxes: Host, scores: Host, limit: int, threshold: float, least: float
) -> list[_Detection]:
    """Of one image, best first.  boxes [n, 1 or classes, 4], scores [n, classes]."""
    found: list[_Detection] = []
    for label in range(scores.shape[1]):
        of_class = boxes[:, label if boxes.shape[1] > 1 else 0]
        limit_of_class = min(limit, len(boxes))
        for box in _kept(of_class, scores[:, label], limit_of_class, threshold, least):
            found.append((scores[box, label], label, of_class[box]))
    return sorted(found, key=lambda detection: -detection[0])


def _check(boxes: Host, scores: Host) -> None:
    if scores.ndim != 3:
        raise invalid(f"scores must be 3-D{debug_shape(scores)}")
    if boxes.ndim != 4:
        raise invalid(f"boxes must be 4-D{debug_shape(boxes)}")
    if boxes.shape[2] not in (1, scores.shape[2]):
        raise invalid("third dimension of boxes must be either 1 or num classes")
    if boxes.shape[3] != 4:
        raise invalid("boxes must have 4 columns")
    if scores.shape[:2] != boxes.shape[:2]:
        raise invalid("scores has incompatible shape")


@op
class CombinedNonMaxSuppression:
    """The detections in each image: boxes of all classes that are kept, by score.

    boxes [batch, n, 1 or classes, 4], scores [batch, n, classes] -> boxes [batch, m, 4], scores
    [batch, m] and classes [batch, m], zeros behind the last; how many count [batch].  m is
    `max_total_size`, or less with `pad_per_class` if the classes together cannot have as many.
    """

    inputs = (
        "boxes: float, scores: float, max_output_size_per_class: int32, max_total_size: int32, "
        "iou_threshold: float, score_threshold: float"
    )
    outputs = (
        "nmsed_boxes: float, nmsed_scores: float, nmsed_classes: float, valid_detections: int32"
    )
    attrs = ("pad_per_class: bool = false", "clip_boxes: bool = true")
    host = True

    def shape(
        boxes: TensorShape,
        scores: TensorShape,
        max_output_size_per_class: Value,
        max_total_size: Value,
        iou_threshold: TensorShape,
        score_threshold: TensorShape,
        *,
        input_shapes: list[TensorShape],
        pad_per_class: bool,
    ) -> list[TensorShape]:
        batch, count, classes_of_boxes, columns = shapes.with_rank(boxes, 4).as_list()
        images, scored, classes = shapes.with_rank(scores, 3).as_list()
        for scalar in input_shapes[2:]:
            shapes.with_rank(scalar, 0)
        shapes.merge_sizes(batch, images)
        shapes.merge_sizes(count, scored)
        if columns not in (None, 4):
            raise ValueError(f"Dimension must be 4 but is {columns}")
        if None not in (classes_of_boxes, classes) and classes_of_boxes not in (1, classes):
            raise ValueError(
                "third dimension of boxes must be either 1 or equal to the third dimension of "
                "scores"
            )
        size = shapes.scalar_size(max_total_size, 3)
        if size == 0:
            raise ValueError("max_total_size should be > 0 ")
        per_class = shapes.scalar_size(max_output_size_per_class, 2)
        if pad_per_class:
            if per_class == 0:
                raise ValueError(
                    "max_output_size_per_class must be > 0 if pad_per_class is set to true "
                )
            if per_class is not None and classes is not None and size is not None:
                size = min(size, per_class * classes)
            else:
                size = None
        return [
            shapes.of(batch, size, 4),
            shapes.of(batch, size),
            shapes.of(batch, size),
            shapes.of(batch),
        ]

    def kernel(
        boxes: Host,
        scores: Host,
        max_output_size_per_class: Host,
        max_total_size: Host,
        iou_threshold: Host,
        score_threshold: Host,
        *,
        pad_per_class: bool,
        clip_boxes: bool,
    ) -> tuple[Host, Host, Host, Host]:
        check_scalars(
            max_size_per_class=max_output_size_per_class,
            max_total_size=max_total_size,
            iou_threshold=iou_threshold,
            score_threshold=score_threshold,
        )
        if max_output_size_per_class <= 0:
            raise invalid("max_size_per_class must be positive")
        if max_total_size <= 0:
            raise invalid("max_total_size must be > 0")
        if not 0 <= iou_threshold <= 1:
            raise invalid("iou_threshold must be in [0, 1]")
        _check(boxes, scores)
        per_class, size = int(max_output_size_per_class), int(max_total_size)
        if pad_per_class:
            size = min(size, per_class * scores.shape[2])
        batch = len(boxes)
        kept_boxes = np.zeros((batch, size, 4), np.float32)
        kept_scores, classes = (np.zeros((batch, size), np.float32) for _ in range(2))
        counts = np.zeros(batch, np.int32)
        thresholds = float(iou_threshold), float(score_threshold)
        for image in range(batch):
            found = _detections(boxes[image], scores[image], per_class, *thresholds)[:size]
            counts[image] = len(found)
            for place, (score, label, box) in enumerate(found):
                kept_scores[image, place] = score
                classes[image, place] = label
                kept_boxes[image, place] = box.clip(0, 1) if clip_boxes else box
        return kept_boxes, kept_scores, classes, counts
