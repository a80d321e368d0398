"""Of boxes that overlap, the one with the highest score: non-maximum suppression.

Source: tensorflow/core/kernels/non_max_suppression_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.heap import MaxHeap
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

Similarity = Callable[[int, list[int]], npt.NDArray[Any]]
Chosen = tuple[list[int], list[Any]]

_TYPE = "T: {half, float} = float"
_TYPES = (_TYPE, "T_threshold: {half, float} = float")
_PADDED = "pad_to_max_output_size: bool = false"


def debug_shape(array: Host) -> str:
    return shapes.text(shapes.of(*array.shape))


def overlaps_of(boxes: Host) -> Similarity:
    """The areas in common over the areas covered by either, of box i and each of some others."""
    low = np.minimum(boxes[:, :2], boxes[:, 2:])
    high = np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = (high - low).prod(1)
    zero = boxes.dtype.type(0)

    def similarity(box: int, others: list[int]) -> npt.NDArray[Any]:
        sides = np.minimum(high[box], high[others]) - np.maximum(low[box], low[others])
        common = np.maximum(sides, zero).prod(1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = common / (areas[box] + areas[others] - common)
        return np.where((areas[box] <= 0) | (areas[others] <= 0), zero, ratio)

    return similarity


def _suppressed(
    scores: Host,
    limit: int,
    similarity: Similarity,
    threshold: Any,
    least_score: Any,
    sigma: Any = 0,
) -> Chosen:
    """The boxes that are kept, best first, and their scores.

    With `sigma`, overlapping boxes lose score, by a Gaussian, rather than being left out (Bodla
    and others: "Soft-NMS", 2017).
    """
    number = scores.dtype.type
    scale = number(-0.5) / number(sigma) if sigma > 0 else number(0)
    candidates = MaxHeap()
    for box in np.flatnonzero(scores > least_score).tolist():
        candidates.push(scores[box], (box, 0))
    chosen: list[int] = []
    chosen_scores: list[Any] = []
    while candidates and not 0 <= limit <= len(chosen):
        given, (box, begin) = candidates.pop()
        score, overlaps = given, similarity(box, chosen[begin:])
        if scale:
            score, overlaps = _decayed(given, overlaps[::-1], threshold, least_score, scale)
        if (overlaps >= threshold).any():
            continue
        begin = len(chosen)
        if score == given:
            chosen.append(box)
            chosen_scores.append(score)
        if score > least_score:
            candidates.push(score, (box, begin))
    return chosen, chosen_scores


def _decayed(
    score: Any, overlaps: npt.NDArray[Any], threshold: Any, least_score: Any, scale: Any
) -> tuple[Any, npt.NDArray[Any]]:
    """The score left after these overlaps, and those of them that it took to make it too low."""
    for count, overlap in enumerate(overlaps, start=1):
        if overlap >= threshold:
            return score, overlaps[:count]
        score = score * type(score)(np.exp(np.float32(scale * overlap * overlap)))
        if score <= least_score:
            return score, overlaps[:count]
    return score, overlaps


def check_scalars(**values: Host) -> None:
    for name, value in values.items():
        if value.ndim:
            raise invalid(f"{name} must be 0-D, got shape {debug_shape(value)}")


def _of_boxes(
    boxes: Host,
    scores: Host,
    max_output_size: Host,
    iou_threshold: Any,
    score_threshold: Any = None,
    soft_nms_sigma: Any = 0,
) -> Chosen:
    """`_suppressed` of boxes [n, 4] and scores [n]; InvalidArgumentError for anything else."""
    check_scalars(max_output_size=max_output_size)
    if not 0 <= iou_threshold <= 1:
        raise invalid("iou_threshold must be in [0, 1]")
    if soft_nms_sigma < 0:
        raise invalid("soft_nms_sigma_val must be >= 0")
    if boxes.ndim != 2:
        raise invalid(f"boxes must be 2-D{debug_shape(boxes)}")
    if boxes.shape[1] != 4:
        raise invalid("boxes must have 4 columns")
    _check_scores(scores, len(boxes))
    least = np.finfo(scores.dtype).min if score_threshold is None else score_threshold
    similarity = overlaps_of(boxes)
    return _suppressed(
        scores, int(max_output_size), similarity, iou_threshold, least, soft_nms_sigma
    )


def _check_scores(scores: Host, count: int) -> None:
    if scores.ndim != 1:
        raise invalid(f"scores must be 1-D{debug_shape(scores)}")
    if len(scores) != count:
        raise invalid("scores has incompatible shape")


def _indices(chosen: list[int]) -> Host:
    return np.array(chosen, np.int32)


def _filled_up(values: list[Any], max_output_size: Host, dtype: Any, is_padded: bool) -> Host:
    """As an array, with zeros at its end up to the size that is asked for."""
    if is_padded and max_output_size < 0:
        raise invalid(f"max_output_size must be non-negative, got {int(max_output_size)}")
    result = np.zeros(int(max_output_size) if is_padded else len(values), dtype)
    result[: len(values)] = values
    return result


def _check_shapes(boxes: TensorShape, scores: TensorShape, *scalars: TensorShape) -> None:
    count, columns = shapes.with_rank(boxes, 2).as_list()
    (scored,) = shapes.with_rank(scores, 1).as_list()
    for scalar in scalars:
        shapes.with_rank(scalar, 0)
    shapes.merge_sizes(count, scored)
    if columns not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {columns}")


def _some(boxes: TensorShape, scores: TensorShape, *scalars: TensorShape) -> TensorShape:
    _check_shapes(boxes, scores, *scalars)
    return shapes.of(None)


def _selected_shape(limit: Value, is_padded: bool) -> TensorShape:
    return shapes.of(shapes.scalar_size(limit, 2) if is_padded else None)


@op
class NonMaxSuppression:
    """Which boxes are kept.  boxes [n, 4], scores [n], max_output_size [] -> [m] indices."""

    inputs = "boxes: float, scores: float, max_output_size: int32"
    outputs = "selected_indices: int32"
    attrs = ("iou_threshold: float = 0.5",)
    host = True
    gradient = None

    def shape(boxes: TensorShape, scores: TensorShape, max_output_size: TensorShape) -> TensorShape:
        return _some(boxes, scores, max_output_size)

    def kernel(boxes: Host, scores: Host, max_output_size: Host, *, iou_threshold: float) -> Host:
        threshold = np.float32(iou_threshold)
        return _indices(_of_boxes(boxes, scores, max_output_size, threshold)[0])


@op
class NonMaxSuppressionV2:
    """The same with the threshold an input."""

    inputs = "boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold"
    outputs = "selected_indices: int32"
    attrs = _TYPES
    host = True
    gradient = None

    def shape(
        boxes: TensorShape,
        scores: TensorShape,
        max_output_size: TensorShape,
        iou_threshold: TensorShape,
    ) -> TensorShape:
        return _some(boxes, scores, max_output_size, iou_threshold)

    def kernel(boxes: Host, scores: Host, max_output_size: Host, iou_threshold: Host) -> Host:
        check_scalars(iou_threshold=iou_threshold)
        return _indices(_of_boxes(boxes, scores, max_output_size, iou_threshold[()])[0])


@op
class NonMaxSuppressionV3:
    """As V2, of the boxes whose score is above `score_threshold`."""

    inputs = (
        "boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
        "score_threshold: T_threshold"
    )
    outputs = "selected_indices: int32"
    attrs = _TYPES
    host = True

    def shape(
        boxes: TensorShape,
        scores: TensorShape,
        max_output_size: TensorShape,
        iou_threshold: TensorShape,
        score_threshold: TensorShape,
    ) -> TensorShape:
        return _some(boxes, scores, max_output_size, iou_threshold, score_threshold)

    def kernel(
        boxes: Host,
        scores: Host,
        max_output_size: Host,
        iou_threshold: Host,
        score_threshold: Host,
    ) -> Host:
        check_scalars(iou_threshold=iou_threshold, score_threshold=score_threshold)
        thresholds = iou_threshold[()], score_threshold[()]
        return _indices(_of_boxes(boxes, scores, max_output_size, *thresholds)[0])


@op
class NonMaxSuppressionV4:
    """As V3, with zeros up to `max_output_size` if so asked; and how many indices count."""

    inputs = (
        "boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
        "score_threshold: T_threshold"
    )
    outputs = "selected_indices: int32, valid_outputs: int32"
    attrs = (*_TYPES, _PADDED)
    host = True

    def shape(
        boxes: TensorShape,
        scores: TensorShape,
        max_output_size: Value,
        iou_threshold: TensorShape,
        score_threshold: TensorShape,
        *,
        input_shapes: list[TensorShape],
        pad_to_max_output_size: bool,
    ) -> list[TensorShape]:
        _check_shapes(boxes, scores, *input_shapes[2:])
        return [_selected_shape(max_output_size, pad_to_max_output_size), shapes.SCALAR]

    def kernel(
        boxes: Host,
        scores: Host,
        max_output_size: Host,
        iou_threshold: Host,
        score_threshold: Host,
        *,
        pad_to_max_output_size: bool,
    ) -> tuple[Host, Host]:
        check_scalars(iou_threshold=iou_threshold, score_threshold=score_threshold)
        thresholds = iou_threshold[()], score_threshold[()]
        chosen, _ = _of_boxes(boxes, scores, max_output_size, *thresholds)
        indices = _filled_up(chosen, max_output_size, np.int32, pad_to_max_output_size)
        return indices, np.array(len(chosen), np.int32)


@op
class NonMaxSuppressionV5:
    """As V4, with the scores too, which with `soft_nms_sigma` overlaps make lower."""

    inputs = (
        "boxes: T, scores: T, max_output_size: int32, iou_threshold: T, score_threshold: T, "
        "soft_nms_sigma: T"
    )
    outputs = "selected_indices: int32, selected_scores: T, valid_outputs: int32"
    attrs = (_TYPE, _PADDED)
    host = True

    def shape(
        boxes: TensorShape,
        scores: TensorShape,
        max_output_size: Value,
        iou_threshold: TensorShape,
        score_threshold: TensorShape,
        soft_nms_sigma: TensorShape,
        *,
        input_shapes: list[TensorShape],
        pad_to_max_output_size: bool,
    ) -> list[TensorShape]:
        _check_shapes(boxes, scores, *input_shapes[2:])
        selected = _selected_shape(max_output_size, pad_to_max_output_size)
        return [selected, selected, shapes.SCALAR]

    def kernel(
        boxes: Host,
        scores: Host,
        max_output_size: Host,
        iou_threshold: Host,
        score_threshold: Host,
        soft_nms_sigma: Host,
        *,
        pad_to_max_output_size: bool,
    ) -> tuple[Host, Host, Host]:
        check_scalars(
            iou_threshold=iou_threshold,
            score_threshold=score_threshold,
            soft_nms_sigma=soft_nms_sigma,
        )
        settings = iou_threshold[()], score_threshold[()], soft_nms_sigma[()]
        chosen, kept = _of_boxes(boxes, scores, max_output_size, *settings)
        indices, kept_scores = (
            _filled_up(values, max_output_size, dtype, pad_to_max_output_size)
            for values, dtype in ((chosen, np.int32), (kept, scores.dtype))
        )
        return indices, kept_scores, np.array(len(chosen), np.int32)


@op
class NonMaxSuppressionWithOverlaps:
    """As NonMaxSuppressionV3, with the overlaps given: a matrix [n, n]."""

    inputs = (
        "overlaps: float, scores: float, max_output_size: int32, overlap_threshold: float, "
        "score_threshold: float"
    )
    outputs = "selected_indices: int32"
    host = True
    gradient = None

    def shape(
        overlaps: TensorShape,
        scores: TensorShape,
        max_output_size: TensorShape,
        overlap_threshold: TensorShape,
        score_threshold: TensorShape,
    ) -> TensorShape:
        rows, columns = shapes.with_rank(overlaps, 2).as_list()
        (count,) = shapes.with_rank(scores, 1).as_list()
        for scalar in (max_output_size, overlap_threshold, score_threshold):
            shapes.with_rank(scalar, 0)
        shapes.merge_sizes(rows, count)
        shapes.merge_sizes(rows, columns)
        return shapes.of(None)

    def kernel(
        overlaps: Host,
        scores: Host,
        max_output_size: Host,
        overlap_threshold: Host,
        score_threshold: Host,
    ) -> Host:
        check_scalars(max_output_size=max_output_size)
        check_scalars(overlap_threshold=overlap_threshold, score_threshold=score_threshold)
        if overlaps.ndim != 2:
            raise invalid(f"overlaps must be 2-D{debug_shape(overlaps)}")
        if overlaps.shape[0] != overlaps.shape[1]:
            raise invalid(f"overlaps must be square{debug_shape(overlaps)}")
        _check_scores(scores, len(overlaps))
        chosen, _ = _suppressed(
            scores,
            int(max_output_size),
            lambda box, others: overlaps[box, others],
            overlap_threshold[()],
            score_threshold[()],
        )
        return _indices(chosen)
