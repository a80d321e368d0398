"""tf.random.stateless_uniform and its like: random numbers that follow from their seeds alone."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops import math as math_ops
from reflow.ops import stateless_random as ops
from reflow.tf._random_arguments import shape_tensor, uniform_bounds
from reflow.tf._scopes import name_scope


def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Uniform numbers in [minval, maxval).

    Args:
      shape: of the result; a list of sizes or an int32 or int64 vector.
      seed: two integers.
      maxval: 1 for floats by default, required for integers.
      dtype: float16, bfloat16, float32, float64, int32 or int64.

    Raises:
      ValueError: another `dtype`; no `maxval` for integers.
    """
    dtype, maxval = uniform_bounds(dtype, maxval)
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        if dtype.is_integer:
            return ops.StatelessRandomUniformInt(shape, seed, minval, maxval, name=scope)
        drawn = ops.StatelessRandomUniform(shape, seed, dtype=dtype)
        width = math_ops.Sub(maxval, minval, name="sub")
        return math_ops.Add(math_ops.Mul(drawn, width, name="mul"), minval, name=scope)


def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Normal numbers; `seed` is two integers."""
    with name_scope(name, "stateless_random_normal", [shape, seed, mean, stddev]) as scope:
        return _scaled(ops.StatelessRandomNormal, shape, seed, mean, stddev, dtype, scope)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """As `stateless_normal`, but numbers 2 `stddev` and more from `mean` are drawn again."""
    with name_scope(name, "stateless_truncated_normal", [shape, seed, mean, stddev]) as scope:
        return _scaled(ops.StatelessTruncatedNormal, shape, seed, mean, stddev, dtype, scope)


def _scaled(
    numbers: OpDefinition, shape: Any, seed: Any, mean: Any, stddev: Any, dtype: Any, name: str
) -> Tensor:
    """`numbers` (drawn around 0) times `stddev` plus `mean`; `name` is the scope's."""
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype, "mean")
    stddev = convert_to_tensor(stddev, dtype, "stddev")
    drawn = numbers(shape, seed, dtype=dtype)
    return math_ops.Add(math_ops.Mul(drawn, stddev, name="mul"), mean, name=name)


def stateless_multinomial(
    logits: Any,
    num_samples: Any,
    seed: Any,
    output_dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """Classes drawn with the probabilities softmax(logits): [batch, classes] ->
    [batch, num_samples], int32 or int64.  `seed` is two integers."""
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return ops.StatelessMultinomial(logits, num_samples, seed, output_dtype=output_dtype)


def stateless_categorical(
    logits: Any,
    num_samples: Any,
    seed: Any,
    dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """As `stateless_multinomial`, which is its older name."""
    with name_scope(name, "stateless_categorical", [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return ops.StatelessMultinomial(logits, num_samples, seed, output_dtype=dtype)
