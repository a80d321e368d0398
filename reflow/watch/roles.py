"""What the tensors of a training run are to it: found from the graph alone.

A learner is what makes one loss smaller: a GAN has two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reflow.graph.gradients import Differentiation
from reflow.graph.graph import Graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.watch.examples import (
    Answer,
    Images,
    answer_behind,
    as_images,
    images_behind,
    is_accuracy,
    judges_by_labels,
    labels_behind,
)
from reflow.watch.settings import Settings
from reflow.watch.updates import Losses, Update, losses_of, updates_among
from reflow.watch.walks import ancestors, is_scalar, running, variable_of

# Activation functions, the op of their gradient, and at which of its inputs dy stands.
_ACTIVATIONS = {
    "Relu": ("ReluGrad", 0),
    "Relu6": ("Relu6Grad", 0),
    "Elu": ("EluGrad", 0),
    "Selu": ("SeluGrad", 0),
    "LeakyRelu": ("LeakyReluGrad", 0),
    "Sigmoid": ("SigmoidGrad", 1),
    "Tanh": ("TanhGrad", 1),
    "Softplus": ("SoftplusGrad", 0),
    "Softsign": ("SoftsignGrad", 0),
}
# Those that are 0 where nothing passes.
RECTIFIERS = frozenset(("Relu", "Relu6"))

_LAYERS = frozenset(
    (
        "MatMul",
        "BatchMatMul",
        "BatchMatMulV2",
        "Conv2D",
        "Conv3D",
        "DepthwiseConv2dNative",
        "Conv2DBackpropInput",
        "Conv3DBackpropInputV2",
        "GatherV2",
        "ResourceGather",
    )
)
_BIASES = frozenset(("BiasAdd", "Add", "AddV2"))


@dataclass(frozen=True)
class Activation:
    """What an activation function gives, and the loss's gradient by it where that is computed."""

    tensor: Tensor
    gradient: Tensor | None

    @property
    def name(self) -> str:
        return self.tensor.op.name


@dataclass(frozen=True)
class Layer:
    """An operation with weights, the variables that it and its bias have, and what follows it."""

    op: Operation
    variables: tuple[Operation, ...]
    activation: Operation | None


@dataclass(frozen=True)
class Learner:
    """What makes one loss smaller.

    Attributes:
      name: that of the loss's op; of a learner without a known loss, of the training op.
      losses: empty if it is not known; several if those of several devices are averaged.
      training_op: the name of what the program runs.
      updates: of its variables, in the order of creation.
      activations, layers: in order from input to loss.
      answer, images, labels: None if they are not found.
      is_classifier: whether the losses are plainly how far answers are from labels: then the share
        of right ones is an accuracy.
      kernel: the op that owns the weights of the first convolution on images, or None.
    """

    name: str
    losses: tuple[Tensor, ...]
    training_op: str
    updates: tuple[Update, ...]
    activations: tuple[Activation, ...] = ()
    layers: tuple[Layer, ...] = ()
    answer: Answer | None = None
    images: Images | None = None
    labels: Tensor | None = None
    is_classifier: bool = False
    kernel: Operation | None = None

    @property
    def variables(self) -> list[Operation]:
        """The ops that own the variables that it trains, in the order of creation."""
        return sorted({update.variable for update in self.updates}, key=lambda op: op._id)

    @property
    def rate(self) -> Tensor | None:
        """The learning rate of its first update that has one."""
        return next((update.rate for update in self.updates if update.rate is not None), None)


def learners_of(
    tensors: Sequence[Tensor], operations: Sequence[Operation], graph: Graph, settings: Settings
) -> list[Learner]:
    """The learners that a run of these fetches trains; none if it is no training run."""
    updates = updates_among(running([*tensors, *operations]), graph)
    if not updates:
        return []
    groups: dict[tuple[Tensor, ...], list[Update]] = {}
    unknown: list[Update] = []
    calls: dict[tuple[Tensor, ...], dict[Differentiation, None]] = {}
    for update in updates:
        losses = losses_of(update, graph) if not settings.loss else _as_set(graph, settings.loss)
        if losses.tensors or losses.are_known:
            groups.setdefault(losses.tensors, []).append(update)
        else:
            unknown.append(update)
        calls.setdefault(losses.tensors, {}).update(dict.fromkeys(losses.calls))
    if unknown:
        groups.setdefault(_losses_of_unknown(groups, tensors), []).extend(unknown)
    found = []
    for losses_, group in groups.items():
        training_op = _training_op(group, tensors, operations)
        found.append(_learner(losses_, training_op, group, list(calls.get(losses_, ())), settings))
    return found


def _as_set(graph: Graph, name: str) -> Losses:
    tensor = named_tensor(graph, name)
    return Losses(() if tensor is None else (tensor,), ())


def _losses_of_unknown(
    groups: Collection[tuple[Tensor, ...]], tensors: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """Updates of an unknown loss belong to the only known one, or to the one that is fetched."""
    known = [losses for losses in groups if losses]
    fetched = [t for t in tensors if is_scalar(t) and t._shape.ndims == 0 and not is_accuracy(t)]
    told = [t for t in fetched if any(w in t.op.name.lower() for w in ("loss", "cost", "entropy"))]
    if len(known) == 1:
        return known[0]
    return ((told or fetched)[0],) if not known and (told or fetched) else ()


def _training_op(
    group: Sequence[Update], tensors: Sequence[Tensor], operations: Sequence[Operation]
) -> str:
    """The name of the first fetched operation, or tensor, that runs the updates."""
    elements: list[Operation | Tensor] = [*operations, *tensors]
    for element in elements:
        if group[0].op in running([element]):
            return element.name
    return group[0].op.name


def _learner(
    losses: tuple[Tensor, ...],
    training_op: str,
    updates: Sequence[Update],
    calls: Sequence[Differentiation],
    settings: Settings,
) -> Learner:
    name = losses[0].op.name if losses else training_op
    if not losses:
        return Learner(name, (), training_op, tuple(updates))
    graph = losses[0].graph
    before = sorted({tensor.op for tensor in ancestors(losses)}, key=lambda op: op._id)
    answer, labels, images = examples_of(losses, graph, settings)
    layers = _layers(before)
    return Learner(
        name,
        losses,
        training_op,
        tuple(updates),
        tuple(_activations(before, calls)),
        tuple(layers),
        answer,
        images,
        labels,
        judges_by_labels(losses, answer, labels),
        _first_kernel(layers),
    )


def examples_of(
    losses: Sequence[Tensor], graph: Graph, settings: Settings
) -> tuple[Answer | None, Tensor | None, Images | None]:
    """The answer that the losses judge, the labels, and the images; each None if not found."""
    prediction = named_tensor(graph, settings.prediction)
    answer = answer_behind(losses)
    if prediction is not None:
        answer = Answer(None, prediction, "softmax")
    labels = named_tensor(graph, settings.labels)
    if labels is None:
        labels = labels_behind(losses, answer)
    wanted = named_tensor(graph, settings.image)
    if wanted is not None:
        return answer, labels, as_images(wanted, least_side=1)
    found = None if answer is None else images_behind([answer.judged], labels is not None)
    if found is None:
        found = images_behind(losses, labels is not None)
    return answer, labels, found


def named_tensor(graph: Graph, name: str | None) -> Tensor | None:
    """The tensor that a setting names, with or without ":0"; None if there is none."""
    op = graph._nodes.get((name or "").partition(":")[0])
    number = int((name or "").partition(":")[2] or 0)
    return op._outputs[number] if op is not None and number < len(op._outputs) else None


# -- Activations and layers -----------------------------------------------------------------------


def _activations(
    operations: Sequence[Operation], calls: Sequence[Differentiation]
) -> list[Activation]:
    return [
        Activation(op._outputs[0], _gradient_by(op, calls))
        for op in operations
        if is_activation(op) and op._control_flow_context is None
    ]


def is_activation(op: Operation) -> bool:
    """Whether an operation is an activation function; a leaky rectifier may be the maximum of a
    value and a part of it."""
    if op.type != "Maximum":
        return op.type in _ACTIVATIONS
    x, y = op._inputs
    return any(
        part.op.type == "Mul" and whole in part.op._inputs for part, whole in ((x, y), (y, x))
    )


def _gradient_by(op: Operation, calls: Sequence[Differentiation]) -> Tensor | None:
    """The loss's gradient by an activation; in an imported graph, what its gradient op takes."""
    output = op._outputs[0]
    for call in calls:
        total = call.totals.get(output)
        if total is not None:
            return total.values if isinstance(total, IndexedSlices) else total
    gradient_type, position = _ACTIVATIONS.get(op.type, ("", 0))
    for consumer in (*output._consumers, *op._inputs[0]._consumers):
        if consumer.type == gradient_type and not calls:
            return consumer._inputs[position]
    return None


def _layers(operations: Sequence[Operation]) -> list[Layer]:
    among = set(operations)
    found = []
    for op in operations:
        weights = _weights(op) if op.type in _LAYERS else []
        if weights:
            biases, activation = _what_follows(op, among)
            found.append(Layer(op, tuple(dict.fromkeys((*weights, *biases))), activation))
    return found


def _weights(op: Operation) -> list[Operation]:
    owners = [variable_of(tensor) for tensor in op._inputs]
    return [owner for owner in owners if owner is not None]


def _what_follows(
    op: Operation, among: Collection[Operation]
) -> tuple[list[Operation], Operation | None]:
    """The variables added to what a layer gives, and its activation function, up to the next."""
    biases: list[Operation] = []
    stack, seen = [op], {op}
    for current in stack:  # it grows
        for consumer in (c for output in current._outputs for c in output._consumers):
            if consumer not in among or consumer in seen or consumer.type in _LAYERS:
                continue
            if is_activation(consumer) or consumer.type == "Softmax":
                return biases, consumer
            seen.add(consumer)
            stack.append(consumer)
            if consumer.type in _BIASES:
                biases += _weights(consumer)
    return biases, None


def _first_kernel(layers: Sequence[Layer]) -> Operation | None:
    first = next((layer for layer in layers if layer.op.type == "Conv2D"), None)
    return None if first is None else variable_of(first.op._inputs[1])
