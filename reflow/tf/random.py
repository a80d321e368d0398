"""tf.random: random numbers, shuffles and samples.  Also the source of `tf.random_uniform` etc."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.seeds import get_seed, set_random_seed
from reflow.ops import math as math_ops
from reflow.ops import random as random_ops
from reflow.tf import _arrays as array_functions
from reflow.tf._candidate_sampling import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from reflow.tf._control_flow import check, with_dependencies
from reflow.tf._filling import zeros_like
from reflow.tf._random_arguments import shape_tensor, uniform_bounds
from reflow.tf._reductions import reduce_all
from reflow.tf._scopes import name_scope
from reflow.tf._stateless_random import (
    stateless_categorical,
    stateless_multinomial,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)


def _scaled(
    numbers: Any, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: Any, name: str
) -> Tensor:
    """`numbers` (an op that draws around 0) times `stddev` plus `mean`; `name` is the scope's."""
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype, "mean")
    stddev = convert_to_tensor(stddev, dtype, "stddev")
    seed, seed2 = get_seed(seed)
    drawn = numbers(shape, dtype=dtype, seed=seed, seed2=seed2)
    return math_ops.Add(math_ops.Mul(drawn, stddev, name="mul"), mean, name=name)


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Normal numbers.

    Args:
      shape: of the result; a list of sizes or an int32 or int64 vector.
      mean, stddev: scalars of type `dtype`, or what broadcasts with `shape`.
      dtype: a floating type.
      seed: makes the numbers repeatable; see `tf.set_random_seed`.
    """
    with name_scope(name, "random_normal", [shape, mean, stddev]) as scope:
        return _scaled(random_ops.RandomStandardNormal, shape, mean, stddev, dtype, seed, scope)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """As `random_normal`, but numbers 2 `stddev` and more from `mean` are drawn again."""
    with name_scope(name, "truncated_normal", [shape, mean, stddev]) as scope:
        return _scaled(random_ops.TruncatedNormal, shape, mean, stddev, dtype, seed, scope)


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Uniform numbers in [minval, maxval).

    Args:
      shape: of the result; a list of sizes or an int32 or int64 vector.
      minval: the smallest number.
      maxval: the bound that is not reached; 1 for floats, required for integers.
      dtype: float16, bfloat16, float32, float64, int32 or int64.
      seed: makes the numbers repeatable; see `tf.set_random_seed`.

    Raises:
      ValueError: another `dtype`; no `maxval` for integers.
    """
    dtype, maxval = uniform_bounds(dtype, maxval)
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        seed, seed2 = get_seed(seed)
        if dtype.is_integer:
            return random_ops.RandomUniformInt(
                shape, minval, maxval, seed=seed, seed2=seed2, name=scope
            )
        drawn = random_ops.RandomUniform(shape, dtype=dtype, seed=seed, seed2=seed2)
        width = math_ops.Sub(maxval, minval, name="sub")
        return math_ops.Add(math_ops.Mul(drawn, width, name="mul"), minval, name=scope)


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """`value` with its rows (its parts along the first axis) in random order."""
    seed, seed2 = get_seed(seed)
    return random_ops.RandomShuffle(value, seed=seed, seed2=seed2, name=name)


def multinomial(
    logits: Any,
    num_samples: Any,
    seed: int | None = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Tensor:
    """Classes drawn with the probabilities softmax(logits).

    Args:
      logits: [batch, classes], of any real type.
      num_samples: a scalar: how many to draw for each row.
      output_dtype: int64 (the default) or int32.

    Returns:
      [batch, num_samples].
    """
    with name_scope(name, "multinomial", [logits]):
        return _sampled_classes(logits, num_samples, output_dtype, seed)


def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """As `multinomial`, which is its older name."""
    with name_scope(name, "categorical", [logits]):
        return _sampled_classes(logits, num_samples, dtype, seed)


def _sampled_classes(logits: Any, num_samples: Any, dtype: Any, seed: int | None) -> Tensor:
    logits = convert_to_tensor(logits, name="logits")
    seed, seed2 = get_seed(seed)
    return random_ops.Multinomial(logits, num_samples, seed=seed, seed2=seed2, output_dtype=dtype)


def random_gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of gamma distributions, differentiable by both of their parameters.

    Args:
      shape: how many to draw for each pair of parameters.
      alpha: the shape parameters.
      beta: the inverse scales, broadcast with `alpha`; default 1.
      dtype: float16, float32 or float64.

    Returns:
      [*shape, *(shape of alpha + beta)].
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, dtypes.int32, "shape")
        alpha = convert_to_tensor(alpha, dtype, "alpha")
        beta = convert_to_tensor(1 if beta is None else beta, dtype, "beta")
        broadcast = math_ops.AddV2(alpha, zeros_like(beta), name="add")
        seed, seed2 = get_seed(seed)
        drawn = random_ops.RandomGamma(shape, broadcast, seed=seed, seed2=seed2)
        scaled = math_ops.RealDiv(drawn, beta, name="truediv")
        # What is too small for the type becomes its smallest number rather than 0.
        return math_ops.Maximum(np.finfo(alpha.dtype.as_numpy_dtype).tiny, scaled)


def random_poisson(
    lam: Any,
    shape: Any,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of Poisson distributions.

    Args:
      lam: the rates.
      shape: how many to draw for each rate.
      dtype: float16, float32, float64, int32 or int64.

    Returns:
      [*shape, *(shape of lam)].
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, dtypes.int32, "shape")
        seed, seed2 = get_seed(seed)
        return random_ops.RandomPoissonV2(shape, lam, dtype=dtype, seed=seed, seed2=seed2)


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A part of `value` of shape `size`, from a random place.

    Running it raises InvalidArgumentError where `value` is smaller than `size`.
    """
    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtypes.int32, "size")
        whole = array_functions.shape(value)
        fits = check(
            reduce_all(whole >= size),
            ["Need value.shape >= size, got ", whole, size],
            summarize=1000,
        )
        limit = with_dependencies([fits], whole) - size + 1
        offset = random_uniform(
            array_functions.shape(whole), dtype=size.dtype, maxval=size.dtype.max, seed=seed
        )
        return array_functions.slice(value, offset % limit, size, name=scope)


uniform = random_uniform
normal = random_normal
shuffle = random_shuffle
gamma = random_gamma
poisson = random_poisson
