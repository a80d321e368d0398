"""Candidate samplers: classes drawn as negative examples (tf.nn.* and tf.random.*).

Each takes the true classes, [batch, num_true], and gives three tensors: the classes drawn,
[num_sampled]; how often each true class is expected among them, [batch, num_true]; and how often
each class drawn is, [num_sampled].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.op_definition import OpDefinition
from reflow.graph.seeds import get_seed
from reflow.ops import candidate_sampling


def _sampler(name: str, does: str, op: OpDefinition) -> Callable[..., Any]:
    def sample(
        true_classes: Any,
        num_true: int,
        num_sampled: int,
        unique: bool,
        range_max: int,
        seed: int | None = None,
        name: str | None = None,
    ) -> Any:
        seed, seed2 = get_seed(seed)
        return op(
            true_classes,
            num_true,
            num_sampled,
            unique,
            range_max,
            seed=seed,
            seed2=seed2,
            name=name,
        )

    sample.__name__ = sample.__qualname__ = name
    sample.__doc__ = f"""{does}

    Args:
      true_classes: [batch, num_true] int64.
      num_true: how many true classes an example has.
      num_sampled: how many classes to draw.
      unique: whether those are all different.
      range_max: how many classes there are.
    """
    return sample


uniform_candidate_sampler = _sampler(
    "uniform_candidate_sampler",
    "Classes drawn evenly.",
    candidate_sampling.UniformCandidateSampler,
)
log_uniform_candidate_sampler = _sampler(
    "log_uniform_candidate_sampler",
    "Classes drawn by about Zipf's law: for classes in descending order of frequency.",
    candidate_sampling.LogUniformCandidateSampler,
)
learned_unigram_candidate_sampler = _sampler(
    "learned_unigram_candidate_sampler",
    "Classes drawn as often as they were true in the runs so far.",
    candidate_sampling.LearnedUnigramCandidateSampler,
)


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Classes drawn by weights that are given.

    Args:
      vocab_file: lines whose last field, after a comma, is a weight.
      unigrams: the weights themselves, if there is no such file.
      distortion: the power that each weight is raised to.
      num_reserved_ids: how many classes come before, and are never drawn.
      num_shards, shard: only every num_shards-th class counts, from this one on.
    """
    seed, seed2 = get_seed(seed)
    return candidate_sampling.FixedUnigramCandidateSampler(
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        vocab_file=vocab_file,
        distortion=distortion,
        num_reserved_ids=num_reserved_ids,
        num_shards=num_shards,
        shard=shard,
        unigrams=unigrams,
        seed=seed,
        seed2=seed2,
        name=name,
    )


def all_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """All num_sampled classes, each once."""
    seed, seed2 = get_seed(seed)
    return candidate_sampling.AllCandidateSampler(
        true_classes, num_true, num_sampled, unique, seed=seed, seed2=seed2, name=name
    )


def compute_accidental_hits(
    true_classes: Any,
    sampled_candidates: Any,
    num_true: int,
    seed: int | None = None,
    name: str | None = None,
) -> Any:
    """Where a class drawn is a true class of an example.

    Args:
      true_classes: [batch, num_true] int64.
      sampled_candidates: [num_sampled] int64.

    Returns:
      For each hit: the example (int32), the place among the candidates (int64), and the lowest
      float32, which takes the candidate out of the loss when it is added to its logit.
    """
    seed, seed2 = get_seed(seed)
    return candidate_sampling.ComputeAccidentalHits(
        true_classes, sampled_candidates, num_true, seed=seed, seed2=seed2, name=name
    )
