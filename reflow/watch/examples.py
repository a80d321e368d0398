"""What of the examples a graph shows: images, labels, logits, predictions, accuracies."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from reflow.graph.operation import Operation, Tensor
from reflow.watch.walks import ancestors, descendants, is_scalar, origin, sources

Kind = Literal["softmax", "sigmoid"]

_CROSS_ENTROPIES = ("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")
_PRODUCTS = frozenset(("MatMul", "BatchMatMul", "BatchMatMulV2", "Conv2D", "Conv2DBackpropInput"))

# What takes the mean, or another part or multiple, of answers that are right.
_AVERAGING = frozenset(
    ("Mean", "Sum", "RealDiv", "Div", "DivNoNan", "Mul", "Add", "AddV2", "AddN", "Select")
)
# What multiplies examples by weights, or chooses some of them.
_WEIGHTING = frozenset(
    (
        "Mul",
        "RealDiv",
        "Div",
        "DivNoNan",
        "MatMul",
        "BatchMatMul",
        "BatchMatMulV2",
        "Select",
        "SelectV2",
        "GatherV2",
        "GatherNd",
    )
)
# What says how far an answer is from a label.
_DISTANCES = frozenset(
    ("Log", "Log1p", "LogSoftmax", *_CROSS_ENTROPIES, "Square", "SquaredDifference", "Pow")
)

_NAMED_ACCURACY = re.compile(r"(?:^|[/_])acc(?:uracy)?(?:$|[/_])")
_RIGHT = frozenset(("Equal", "InTopK", "InTopKV2", "LogicalAnd"))

# Sides of images in pixels.  What is flat and smaller may be anything.
_LEAST_SIDE = 8
_LEAST_FLAT_SIDE = 20
_CHANNELS = (1, 3, 4)


@dataclass(frozen=True)
class Answer:
    """What a network says of each example.

    Attributes:
      logits: [n, classes], or of a sigmoid [n] or [n, classes]; None if there are none.
      prediction: the probabilities, where the loss is computed from them; None if it is not.
      kind: what makes probabilities of logits.
    """

    logits: Tensor | None
    prediction: Tensor | None
    kind: Kind

    @property
    def judged(self) -> Tensor:
        """The prediction, else the logits."""
        judged = self.logits if self.prediction is None else self.prediction
        assert judged is not None
        return judged


@dataclass(frozen=True)
class Images:
    """Where images come in.

    Attributes:
      tensor: fed, or from a data set.
      height, width, channels: as what its rows can be read.
      is_planar: the channels come before height and width.
    """

    tensor: Tensor
    height: int
    width: int
    channels: int
    is_planar: bool = False


def answer_behind(loss: Sequence[Tensor]) -> Answer | None:
    """What the losses judge, by the last cross entropy before them, else by the last softmax or
    sigmoid behind which there is no other layer; None for what is no classifier."""
    before = sorted({t.op for t in ancestors(loss)}, key=lambda op: -op._id)
    among = set(before)
    for find in (_cross_entropy, _output_softmax, _logistic, _output_sigmoid):
        for op in before:
            found = find(op, among)
            if found is not None:
                return found
    return None


def _cross_entropy(op: Operation, among: Collection[Operation]) -> Answer | None:
    if op.type not in _CROSS_ENTROPIES:
        return None
    logits = op._inputs[0]
    if logits.op.type == "Reshape" and logits.op._inputs[0]._shape.ndims == 2:
        logits = logits.op._inputs[0]  # to_2d of what has two dimensions
    return Answer(logits, None, "softmax")


def _output_softmax(op: Operation, among: Collection[Operation]) -> Answer | None:
    if op.type not in ("Softmax", "LogSoftmax") or not _is_output(op, among):
        return None
    prediction = op._outputs[0] if op.type == "Softmax" else None
    return Answer(op._inputs[0], prediction, "softmax")


def _logistic(op: Operation, among: Collection[Operation]) -> Answer | None:
    """log(1 + exp(-|x|)), as tf.nn.sigmoid_cross_entropy_with_logits computes it."""
    if op.type != "Log1p" or op._inputs[0].op.type != "Exp":
        return None
    negative = op._inputs[0].op._inputs[0].op
    if negative.type not in ("Select", "SelectV2") or negative._inputs[1].op.type != "Neg":
        return None
    return Answer(negative._inputs[2], None, "sigmoid")


def _output_sigmoid(op: Operation, among: Collection[Operation]) -> Answer | None:
    if op.type != "Sigmoid" or not _is_output(op, among):
        return None
    return Answer(op._inputs[0], op._outputs[0], "sigmoid")


def _is_output(op: Operation, among: Collection[Operation]) -> bool:
    rank = op._outputs[0]._shape.ndims
    if rank is not None and rank > 2:
        return False
    return all(later.type not in _PRODUCTS for later in descendants(op._outputs[0], among))


def labels_behind(loss: Sequence[Tensor], answer: Answer | None) -> Tensor | None:
    """What the loss depends on and the answer does not: one-hot [n, classes] or numbers [n]."""
    if answer is None:
        return None
    inputs = set(sources([answer.judged]))
    found = [tensor for tensor in sources(loss) if tensor not in inputs]
    ranked = [(rank, tensor) for tensor in found if (rank := _label_rank(tensor, answer))]
    return min(ranked, key=lambda item: item[0])[1] if ranked else None


def judges_by_labels(loss: Sequence[Tensor], answer: Answer | None, labels: Tensor | None) -> bool:
    """Whether the loss is a cross entropy of the answer and the labels, or the square of their
    difference, weighted by nothing else that is fed.

    A policy's loss is weighted by how good its actions were: these are no right answers.
    """
    if answer is None or labels is None:
        return False
    among = {tensor.op for tensor in ancestors(loss)}
    behind = {answer.judged.op, *descendants(answer.judged, among)}
    if answer.logits is not None:
        behind |= descendants(answer.logits, among)
    own = {labels, *sources([answer.judged])}
    return any(op.type in _DISTANCES for op in behind) and not any(
        _is_weight(given, own)
        for op in behind
        if op.type in _WEIGHTING
        for given in op._inputs
        if given.op not in behind
    )


def _is_weight(tensor: Tensor, own: Collection[Tensor]) -> bool:
    """Whether it comes from other data than the answer and its labels; a whole number may be that
    of the examples."""
    return any(
        source not in own and not (source.dtype.is_integer and source._shape.ndims == 0)
        for source in sources([tensor])
    )


def _label_rank(tensor: Tensor, answer: Answer) -> int:
    """How well a tensor's shape and type suit labels: 1 is best, 0 says they do not."""
    shape, classes = tensor._shape, answer.judged._shape.sizes
    if tensor.dtype.base_dtype.name in ("string", "resource", "variant"):
        return 0
    whole = tensor.dtype.is_integer or tensor.dtype.is_bool
    if shape.ndims is None:
        return 4 if whole else 5
    if shape.ndims == 2 and classes is not None and shape.sizes is not None:
        if shape.sizes[1] == classes[-1] and classes[-1] is not None:
            return 1
    if shape.ndims == 1 or (shape.ndims == 2 and shape.sizes is not None and shape.sizes[1] == 1):
        return 2 if whole else 3 if answer.kind == "sigmoid" else 0
    return 0


def images_behind(tensors: Sequence[Tensor], has_labels: bool) -> Images | None:
    """The image-shaped input of what computes `tensors`; None if there is none.

    That is one of the shape [n, height, width] or [n, height, width, channels], with the channels
    last or first, or one that the graph gives such a shape; else [n, pixels] if these make a
    square in gray or colours: a small one only where there are labels, as it may be noise.
    """
    least = _LEAST_SIDE if has_labels else _LEAST_FLAT_SIDE
    found = [images for tensor in sources(tensors) if (images := as_images(tensor, least))]
    return max(found, key=lambda images: images.height * images.width) if found else None


def as_images(tensor: Tensor, least_side: int) -> Images | None:
    """The images that a tensor has; those that it has flat have sides of `least_side` or more."""
    if not (tensor.dtype.is_floating or tensor.dtype.is_integer):
        return None
    shaped = _by_shape(tensor, tensor)
    if shaped is not None:
        return shaped
    for reshaped in _reshaped(tensor):
        shaped = _by_shape(tensor, reshaped)
        if shaped is not None:
            return shaped
    sizes = tensor._shape.sizes
    if sizes is None or len(sizes) != 2 or sizes[1] is None:
        return None
    for channels in (1, 3):
        side = math.isqrt(sizes[1] // channels)
        if side * side * channels == sizes[1] and side >= least_side:
            return Images(tensor, side, side, channels)
    return None


def _by_shape(tensor: Tensor, shaped: Tensor) -> Images | None:
    sizes = shaped._shape.sizes
    if sizes is None or len(sizes) not in (3, 4) or None in sizes[1:]:
        return None
    rest = [size for size in sizes[1:] if size is not None]
    if len(rest) == 2:
        height, width, channels, is_planar = rest[0], rest[1], 1, False
        if height != width:
            return None  # rather a sequence
    elif rest[2] in _CHANNELS:
        height, width, channels, is_planar = rest[0], rest[1], rest[2], False
    elif rest[0] in _CHANNELS:
        height, width, channels, is_planar = rest[1], rest[2], rest[0], True
    else:
        return None
    if min(height, width) < _LEAST_SIDE:
        return None
    return Images(tensor, height, width, channels, is_planar)


def _reshaped(tensor: Tensor) -> list[Tensor]:
    """The shapes that the graph gives a tensor, perhaps after arithmetic on its elements."""
    found, stack = [], [tensor]
    for current in stack:  # it grows
        for consumer in current._consumers[:8]:
            if consumer._inputs[0] is not current and consumer.type == "Reshape":
                continue
            if consumer.type == "Reshape":
                found.append(consumer._outputs[0])
            elif consumer.type in ("Cast", "Identity", "Mul", "Sub", "RealDiv", "Add", "AddV2"):
                if len(stack) < 16:
                    stack.append(consumer._outputs[0])
    return found


def is_accuracy(tensor: Tensor) -> bool:
    """Whether a scalar seems to be the share of right answers: the mean of what an Equal or
    InTopK says; or it is named so, as those of tf.metrics are."""
    if not is_scalar(tensor):
        return False
    if _NAMED_ACCURACY.search(tensor.op.name.lower()):
        return True
    is_right = False
    stack, seen = [tensor], {tensor}
    while stack:
        op = origin(stack.pop()).op
        if op.type in _RIGHT:
            is_right = True
        elif op.type == "NotEqual":
            return False  # the share of wrong ones
        elif op.type in _AVERAGING:
            values = op._inputs[1:] if op.type == "Select" else op._inputs
            for given in values:
                if given not in seen:
                    seen.add(given)
                    stack.append(given)
    return is_right
