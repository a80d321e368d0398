"""Reads off a training run what it did to one learner."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice

import torch

from reflow.files.run_directory import Tags
from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.taps import Count
from reflow.watch.budget import Schedule
from reflow.watch.examples import Answer
from reflow.watch.reading import (
    batch_of,
    class_numbers,
    dead_fraction,
    elements,
    maps_of,
    norms,
    probabilities,
    together,
    units_of,
)
from reflow.watch.roles import RECTIFIERS, Learner
from reflow.watch.sample import Sample

# Models with more elements are not copied before a step, so their update ratio is not known.
_MOST_COPIED = 25_000_000

# The least time between two sets of pictures, in seconds, once there are some.
_PICTURES_INTERVAL = 1.0
_FIRST_PICTURES = 3

# Of so many activations the pictures are made each time, by turns: deep networks have dozens.
_PICTURED_ACTIVATIONS = 4


class Progress:
    """How far a learner is.

    Attributes:
      name: of the learner, unique in the process.
      learner: its roles.
      schedule: which training runs are read.
      count: of training runs.
      settled: the last training run that the budget knows of.
      recorded: the last one of which the fetched numbers are recorded.
    """

    def __init__(self, name: str, learner: Learner, schedule: Schedule) -> None:
        self.name = name
        self.learner = learner
        self.schedule = schedule
        self.count = Count()
        self.settled = 0
        self.recorded = 0
        self._rated = (0, time.perf_counter())
        self._pictures = 0
        self._next_pictures = 0.0

    @property
    def step(self) -> int:
        """The number of its last training run."""
        return self.count.step

    def rate(self, now: float) -> float | None:
        """Steps in a second since it was last asked; None if that was just now."""
        step, then = self._rated
        if now - then < 0.25 or self.step <= step:
            return None
        self._rated = self.step, now
        return (self.step - step) / (now - then)

    def wants_pictures(self, now: float) -> bool:
        """Whether it is time to show examples, filters and feature maps again."""
        if now < self._next_pictures and self._pictures >= _FIRST_PICTURES:
            return False
        self._pictures += 1
        self._next_pictures = now + _PICTURES_INTERVAL
        return True


class Reader:
    """What to read off the runs that train one learner, in one session.

    Attributes:
      progress: the learner's.
      tensors: those to tap.
    """

    def __init__(self, progress: Progress, slots: Mapping[Operation, VariableSlot]) -> None:
        self.progress = progress
        learner = self._learner = progress.learner
        self._slots = {op: slots[op] for op in learner.variables if op in slots}
        self._gradients = {
            update.variable: update.gradient
            for update in learner.updates
            if update.gradient is not None
        }
        self._turns = deque(learner.activations)
        answer = learner.answer
        wanted = [
            *learner.losses,
            learner.rate,
            *self._gradients.values(),
            *(activation.tensor for activation in learner.activations),
            *(activation.gradient for activation in learner.activations),
            *((answer.logits, answer.prediction) if answer is not None else ()),
            learner.labels,
            None if learner.images is None else learner.images.tensor,
        ]
        self.tensors = tuple(dict.fromkeys(tensor for tensor in wanted if tensor is not None))

    def before(self) -> dict[Operation, torch.Tensor]:
        """Copies of the variables, as they are before a step."""
        held = {op: slot.value for op, slot in self._slots.items() if slot.value is not None}
        if sum(value.numel() for value in held.values()) > _MOST_COPIED:
            return {}
        return {op: value.clone() for op, value in held.items()}

    def read(
        self,
        values: Mapping[Tensor, torch.Tensor],
        before: Mapping[Operation, torch.Tensor],
        sample: Sample,
    ) -> None:
        """Adds to a sample what the tapped tensors and the variables say after a step."""
        loss = self.loss(values)
        if loss is not None:
            sample.scalars[Tags.TRAINING_LOSS + self.progress.name] = loss
        rate = self._learner.rate
        if rate is not None and rate in values:
            sample.scalars[Tags.LEARNING_RATE + self.progress.name] = float(values[rate])
        self._read_variables(before, sample)
        self._read_gradients(values, sample)
        self._read_activations(values, sample)
        self._read_answer(values, sample)

    def loss(self, values: Mapping[Tensor, torch.Tensor]) -> float | None:
        """The loss; of several the mean."""
        found = [float(values[t].double().mean()) for t in self._learner.losses if t in values]
        return sum(found) / len(found) if found else None

    def _read_variables(self, before: Mapping[Operation, torch.Tensor], sample: Sample) -> None:
        held = {op: slot.value for op, slot in self._slots.items() if slot.value is not None}
        now = dict(zip(held, norms(list(held.values()))))
        changed = [op for op in held if op in before and before[op].shape == held[op].shape]
        old = norms([before[op] for op in changed])
        changes = norms([held[op] - before[op] for op in changed])
        for op, norm in now.items():
            sample.scalars[Tags.WEIGHT_NORM + op.name] = norm
            sample.arrays[Tags.VARIABLE + op.name] = elements(held[op])
        for op, change, norm in zip(changed, changes, old):
            if norm:
                sample.scalars[Tags.UPDATE_RATIO + op.name] = change / norm
        for tag, group in (
            (Tags.WEIGHTS, [value for value in held.values() if value.dim() >= 2]),
            (Tags.BIASES, [value for value in held.values() if value.dim() < 2]),
        ):
            if group:
                sample.arrays[tag] = together(group)

    def _read_gradients(self, values: Mapping[Tensor, torch.Tensor], sample: Sample) -> None:
        found = {op: values[g] for op, g in self._gradients.items() if g in values}
        for (op, gradient), norm in zip(found.items(), norms(list(found.values()))):
            sample.scalars[Tags.GRADIENT_NORM + op.name] = norm
            sample.arrays[Tags.GRADIENT + op.name] = elements(gradient)

    def _read_activations(self, values: Mapping[Tensor, torch.Tensor], sample: Sample) -> None:
        flows = {
            activation.name: values[activation.gradient]
            for activation in self._learner.activations
            if activation.gradient is not None and activation.gradient in values
        }
        for name, norm in zip(flows, norms(list(flows.values()))):
            sample.scalars[Tags.FLOW + name] = norm
        for activation in self._learner.activations:
            value = values.get(activation.tensor)
            if value is None or not value.is_floating_point():
                continue
            sample.arrays[Tags.ACTIVATION + activation.name] = elements(value)
            if activation.tensor.op.type in RECTIFIERS:
                sample.scalars[Tags.DEAD + activation.name] = dead_fraction(value)

    def _read_answer(self, values: Mapping[Tensor, torch.Tensor], sample: Sample) -> None:
        answer = self._learner.answer
        if answer is None:
            return
        if answer.logits is not None and answer.logits in values:
            sample.arrays[Tags.LOGITS + answer.logits.op.name] = elements(values[answer.logits])
        given = probabilities_of(answer, values)
        if given is not None:
            sample.arrays[Tags.PREDICTION + answer.judged.op.name] = elements(given)

    def accuracy(self, values: Mapping[Tensor, torch.Tensor]) -> float | None:
        """The share of right answers; None for what is no classifier of single classes."""
        answer, labels = self._learner.answer, self._learner.labels
        if answer is None or answer.kind != "softmax" or not self._learner.is_classifier:
            return None
        if labels is None or labels not in values:
            return None
        given, numbers = probabilities_of(answer, values), class_numbers(values[labels])
        if given is None or numbers is None or len(given) != len(numbers):
            return None
        return float((given.argmax(1) == numbers).float().mean())

    def picture(self, values: Mapping[Tensor, torch.Tensor], sample: Sample) -> None:
        """Adds the examples, and what the network makes of them on the way."""
        learner = self._learner
        kernel = None if learner.kernel is None else self._slots.get(learner.kernel)
        if kernel is not None and kernel.value is not None and kernel.value.dim() == 4:
            tag = Tags.FILTERS + kernel.name
            sample.kernels[tag] = kernel.value.contiguous().clone().cpu().numpy()
        if learner.images is None or learner.images.tensor not in values:
            return
        given = values[learner.images.tensor]
        labels = None
        if learner.is_classifier and learner.labels is not None:
            labels = values.get(learner.labels)
        sample.batch = batch_of(
            Tags.TRAINING_BATCH,
            learner.images,
            given,
            None if labels is None else class_numbers(labels),
            None if learner.answer is None else probabilities_of(learner.answer, values),
        )
        if sample.batch is None:
            return
        for activation in islice(self._turns, _PICTURED_ACTIVATIONS):
            value = values.get(activation.tensor)
            if value is None or len(value) != len(given) or not value.is_floating_point():
                continue
            if value.dim() == 4:
                sample.maps[Tags.FEATURE_MAPS + activation.name] = maps_of(value)
            units = units_of(value) if sample.batch.rows is None else None
            if units is not None:
                sample.units[Tags.STRONGEST + activation.name] = units
        self._turns.rotate(-_PICTURED_ACTIVATIONS)


def probabilities_of(answer: Answer, values: Mapping[Tensor, torch.Tensor]) -> torch.Tensor | None:
    """What a network says of each example, [n, classes], if that was tapped."""
    if answer.prediction is not None and answer.prediction in values:
        return probabilities(values[answer.prediction], answer.kind, is_logits=False)
    if answer.logits is not None and answer.logits in values:
        return probabilities(values[answer.logits], answer.kind, is_logits=True)
    return None


def slots_of_numbers(
    slots: Mapping[Operation, VariableSlot | None], variables: Sequence[Operation]
) -> dict[Operation, VariableSlot]:
    """The slots of those variables that hold floating point numbers."""
    found = {op: slots.get(op) for op in variables}
    return {
        op: slot
        for op, slot in found.items()
        if slot is not None and slot.dtype.base_dtype.is_floating
    }
