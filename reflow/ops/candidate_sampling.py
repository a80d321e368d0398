"""Classes drawn as negative examples, for losses that do not look at all classes.

Source: tensorflow/core/kernels/candidate_sampler_ops.cc of TensorFlow 1.15, whose numbers these
are where seeds are set.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.files import file_io
from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import range_samplers, shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.philox import random_stream
from reflow.ops.philox.words import Floats32, Integers, WordSequence
from reflow.ops.range_samplers import RangeSampler
from reflow.ops.values import placed

# Blocks that a run reserves for each class that it draws.
_RESERVED_PER_CLASS = 512

_OUTPUTS = "sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float"
_SEEDS = ("seed: int = 0", "seed2: int = 0")
_COUNTS = ("num_true: int >= 1", "num_sampled: int >= 1", "unique: bool")


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


class CandidateSampler:
    """What a sampling op keeps between its runs: its stream, and a distribution that may learn."""

    def __init__(self, op: Operation, distribution: RangeSampler) -> None:
        self._stream = random_stream(op.attrs["seed"], op.attrs["seed2"])
        self._distribution = distribution
        self._lock = threading.Lock()

    def sample(
        self, true_classes: Integers, count: int, unique: bool
    ) -> tuple[Integers, Floats32, Floats32]:
        """`count` classes; how often the true classes, and those drawn, were to be expected."""
        distribution = self._distribution
        if unique and count > distribution.possible:
            raise _invalid(
                f"Sampler's range is too small. Expected at least {count} classes that can be "
                f"drawn. Received: {distribution.possible}"
            )
        words = WordSequence(self._stream, count * _RESERVED_PER_CLASS)
        with self._lock:
            if unique:
                sampled, tries = _distinct(distribution, words, count)
            else:
                sampled, tries = distribution.draw(words, count), count
            expected = [
                _expected_count(distribution.probability(classes), count, tries)
                for classes in (true_classes, sampled)
            ]
            distribution.learn(true_classes)
        return sampled, expected[0], expected[1]


def _distinct(distribution: RangeSampler, words: WordSequence, count: int) -> tuple[Integers, int]:
    """The first `count` different integers drawn, and how many draws that took."""
    chosen: dict[int, None] = {}
    tries = 0
    while True:
        for integer in distribution.draw(words, 2 * count).tolist():
            tries += 1
            chosen[integer] = None
            if len(chosen) == count:
                return np.array(list(chosen), np.int64), tries


def _expected_count(probability: Floats32, count: int, tries: int) -> Floats32:
    """How often a class of this probability is expected among `count` that took `tries`."""
    if tries == count:
        return probability * np.float32(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.expm1(np.float32(tries) * np.log1p(-probability))


def _shape(true_classes: TensorShape, *, num_true: int, num_sampled: int) -> list[TensorShape]:
    batch = shapes.with_rank(true_classes, 2).as_list()[0]
    sampled = shapes.of(num_sampled)
    return [sampled, shapes.of(batch, num_true), sampled]


def _check_true_classes(true_classes: Host, num_true: int) -> None:
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise _invalid(
            f"true_classes must be a matrix with num_true ({num_true}) columns. "
            f"Received: {list(true_classes.shape)}"
        )


def _sampling_op(
    name: str,
    doc: str,
    distribution: Callable[[Operation], RangeSampler],
    attrs: tuple[str, ...] = (),
) -> OpDefinition:
    """true_classes [batch, num_true] -> [num_sampled], [batch, num_true], [num_sampled]."""

    def kernel(
        true_classes: Host,
        *,
        num_true: int,
        num_sampled: int,
        unique: bool,
        state: CandidateSampler,
        device: torch.device,
    ) -> list[torch.Tensor]:
        _check_true_classes(true_classes, num_true)
        found = state.sample(true_classes, num_sampled, unique)
        return [placed(torch.from_numpy(array), device) for array in found]

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "true_classes: int64",
        "outputs": _OUTPUTS,
        "attrs": (*_COUNTS, "range_max: int >= 1", *attrs, *_SEEDS),
        "stateful": True,
        "gradient": None,
        "shape": _shape,
        "state": lambda op: CandidateSampler(op, distribution(op)),
        "kernel": kernel,
    }
    return op(type(name, (), rules))


UniformCandidateSampler: OpDefinition = _sampling_op(
    "UniformCandidateSampler",
    "Classes drawn evenly.",
    lambda op: range_samplers.Uniform(op.attrs["range_max"]),
)
LogUniformCandidateSampler: OpDefinition = _sampling_op(
    "LogUniformCandidateSampler",
    "Classes drawn by about Zipf's law: for classes in descending order of frequency.",
    lambda op: range_samplers.LogUniform(op.attrs["range_max"]),
)
LearnedUnigramCandidateSampler: OpDefinition = _sampling_op(
    "LearnedUnigramCandidateSampler",
    "Classes drawn as often as they were true in the runs so far.",
    lambda op: range_samplers.LearnedUnigram(op.attrs["range_max"]),
)
ThreadUnsafeUnigramCandidateSampler: OpDefinition = _sampling_op(
    "ThreadUnsafeUnigramCandidateSampler",
    "LearnedUnigramCandidateSampler, which is as fast here.",
    lambda op: range_samplers.LearnedUnigram(op.attrs["range_max"]),
)


def _fixed_unigram(op: Operation) -> RangeSampler:
    attrs = op.attrs
    path, unigrams = attrs["vocab_file"], attrs["unigrams"]
    if bool(path) == bool(unigrams):
        raise _invalid("Must provide either vocab_file or unigrams, and only one of them.")
    weights = [*[0.0] * attrs["num_reserved_ids"]]
    given = _vocabulary_weights(path) if path else unigrams
    weights += np.power(np.array(given, np.float32), np.float32(attrs["distortion"])).tolist()
    weights = weights[attrs["shard"] :: attrs["num_shards"]]
    if not any(weights):
        raise _invalid(f"Expected a class that can be drawn. Received: weights {weights}")
    if len(weights) != attrs["range_max"]:
        raise _invalid(
            f"range_max must be the number of weights, {len(weights)}. "
            f"Received: {attrs['range_max']}"
        )
    return range_samplers.FixedUnigram(weights)


def _vocabulary_weights(path: str) -> list[float]:
    """The last of the fields in each line of a file, which commas separate."""
    with file_io.FileIO(path, "r") as file:
        lines = file.read().splitlines()
    try:
        return [float(line.rpartition(",")[2]) for line in lines]
    except ValueError as error:
        raise _invalid(f"Wrong vocabulary format in {path}: {error}") from None


FixedUnigramCandidateSampler: OpDefinition = _sampling_op(
    "FixedUnigramCandidateSampler",
    """Classes drawn by weights that are given, each to the power of `distortion`.

    The first `num_reserved_ids` classes are never drawn; of all only those count that the shard
    has, every num_shards-th.
    """,
    _fixed_unigram,
    (
        "vocab_file: string = ''",
        "distortion: float = 1.0",
        "num_reserved_ids: int = 0",
        "num_shards: int >= 1 = 1",
        "shard: int >= 0 = 0",
        "unigrams: list(float) = []",
    ),
)


@op
class AllCandidateSampler:
    """All classes, each once."""

    inputs = "true_classes: int64"
    outputs = _OUTPUTS
    attrs = (*_COUNTS, *_SEEDS)
    stateful = True
    gradient = None
    shape = _shape

    def kernel(
        true_classes: Host, *, num_true: int, num_sampled: int, device: torch.device
    ) -> list[torch.Tensor]:
        _check_true_classes(true_classes, num_true)
        return [
            torch.arange(num_sampled, device=device),
            torch.ones(true_classes.shape, device=device),
            torch.ones(num_sampled, device=device),
        ]


@op
class ComputeAccidentalHits:
    """Where a class drawn is among the true classes of an example.

    true_classes [batch, num_true], sampled_candidates [num_sampled] -> for each hit the example,
    the place among the candidates, and the lowest float32: what to add to the logit.
    """

    inputs = "true_classes: int64, sampled_candidates: int64"
    outputs = "indices: int32, ids: int64, weights: float"
    attrs = ("num_true: int", *_SEEDS)
    gradient = None

    def shape(
        true_classes: TensorShape, sampled_candidates: TensorShape, *, num_true: int
    ) -> list[TensorShape]:
        shapes.merge_sizes(shapes.with_rank(true_classes, 2).as_list()[1], num_true)
        shapes.with_rank(sampled_candidates, 1)
        return [shapes.of(None)] * 3

    def kernel(
        true_classes: Host, sampled_candidates: Host, *, num_true: int, device: torch.device
    ) -> list[torch.Tensor]:
        _check_true_classes(true_classes, num_true)
        # Where a class was drawn twice, the last place counts.
        place_of = {candidate: i for i, candidate in enumerate(sampled_candidates.tolist())}
        hits = [
            (example, place_of[true])
            for example, row in enumerate(true_classes.tolist())
            for true in row
            if true in place_of
        ]
        found = torch.tensor(hits, dtype=torch.int64, device=device).reshape(-1, 2)
        lowest = torch.full((len(hits),), torch.finfo(torch.float32).min, device=device)
        return [found[:, 0].int(), found[:, 1], lowest]
