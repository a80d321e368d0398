"""tf.initializers: what gives new variables their first values.

An initializer is called with the sizes of what it fills (and the type, and for a part of a
partitioned variable a PartitionInfo), and gives a tensor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph.dtypes import DType, as_dtype, float32
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import math as math_ops
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant as constant_op
from reflow.ops.diagonals import DiagPart
from reflow.ops.linear_algebra.factorizations import Qr
from reflow.tf import _arrays, _filling
from reflow.tf import random as random_functions
from reflow.tf._collections import (
    global_variables_initializer,
    local_variables_initializer,
    tables_initializer,
    variables_initializer,
)
from reflow.tf._partitions import PartitionInfo

# The standard deviation of a normal distribution of deviation 1 that is truncated at 2.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """What initializers have in common."""

    # The arguments that `get_config` tells, beside the type.
    _config: tuple[str, ...] = ()
    dtype: DType

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        """The initial value of a variable.

        Args:
          shape: the variable's sizes.
          dtype: its type; default: the initializer's own.
          partition_info: the place of the variable in a larger one of which it is a part.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initializer, as plain values."""
        config = {name: getattr(self, name) for name in self._config}
        return {**config, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """The initializer that `get_config` described."""
        return cls(**config)


def _floating(dtype: Any) -> DType:
    dtype = as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


def _full_shape(shape: Any, partition_info: PartitionInfo | None) -> Any:
    return shape if partition_info is None else partition_info.full_shape


# -- The same value everywhere ------------------------------------------------------------------


class Zeros(Initializer):
    """Zeros."""

    def __init__(self, dtype: Any = float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        return _filling.zeros(shape, self.dtype if dtype is None else dtype)


class Ones(Initializer):
    """Ones."""

    def __init__(self, dtype: Any = float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        return _filling.ones(shape, self.dtype if dtype is None else dtype)


class Constant(Initializer):
    """A value, or a list of values of which the last one fills what is left.

    Args:
      value: a number, a list, or an array, of any shape.
      verify_shape: whether the value must have the variable's shape.
    """

    _config = ("value",)

    def __init__(self, value: Any = 0, dtype: Any = float32, verify_shape: bool = False) -> None:
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                f"Invalid type for initial value: {type(value)} (expected Python scalar, list or "
                "tuple of values, or numpy.ndarray)."
            )
        self.value = value
        self.dtype = as_dtype(dtype)
        self._verify_shape = verify_shape

    def __call__(
        self,
        shape: Any,
        dtype: Any = None,
        partition_info: PartitionInfo | None = None,
        verify_shape: bool | None = None,
    ) -> Tensor:
        return constant_op(
            self.value,
            dtype=self.dtype if dtype is None else dtype,
            shape=shape,
            verify_shape=self._verify_shape if verify_shape is None else verify_shape,
        )


# -- Random values ------------------------------------------------------------------------------


class RandomUniform(Initializer):
    """Uniform numbers in [minval, maxval); see `tf.random_uniform`."""

    _config = ("minval", "maxval", "seed")

    def __init__(
        self, minval: Any = 0, maxval: Any = None, seed: int | None = None, dtype: Any = float32
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        dtype = self.dtype if dtype is None else dtype
        return random_functions.random_uniform(shape, self.minval, self.maxval, dtype, self.seed)


class RandomNormal(Initializer):
    """Normal numbers; see `tf.random_normal`."""

    _config = ("mean", "stddev", "seed")

    def __init__(
        self, mean: Any = 0.0, stddev: Any = 1.0, seed: int | None = None, dtype: Any = float32
    ) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        dtype = self.dtype if dtype is None else dtype
        return random_functions.random_normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomNormal):
    """Normal numbers less than 2 `stddev` from `mean`; see `tf.truncated_normal`."""

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        dtype = self.dtype if dtype is None else dtype
        return random_functions.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class UniformUnitScaling(Initializer):
    """Uniform numbers that keep the scale of a layer's input: within sqrt(3 / inputs) * factor."""

    _config = ("factor", "seed")

    def __init__(self, factor: float = 1.0, seed: int | None = None, dtype: Any = float32) -> None:
        self.factor = factor
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        inputs = 1.0
        for size in _full_shape(shape, partition_info)[:-1]:
            inputs *= float(size)
        limit = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        dtype = self.dtype if dtype is None else dtype
        return random_functions.random_uniform(shape, -limit, limit, dtype, self.seed)


class VarianceScaling(Initializer):
    """Random numbers of variance `scale / n`, where n is a layer's number of inputs or outputs.

    Args:
      scale: positive.
      mode: which n: "fan_in", "fan_out" or "fan_avg" (their mean).
      distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".

    Raises:
      ValueError: an argument is none of these.
    """

    _config = ("scale", "mode", "distribution", "seed")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = float32,
    ) -> None:
        if scale <= 0:
            raise ValueError(f"`scale` must be positive float. Received: {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}")
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(f"Invalid `distribution` argument: {distribution}")
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        fan_in, fan_out = _fans(_full_shape(shape, partition_info))
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        variance = self.scale / max(1.0, fans[self.mode])
        dtype = self.dtype if dtype is None else dtype
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random_functions.random_uniform(shape, -limit, limit, dtype, self.seed)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random_functions.random_normal(shape, 0.0, stddev, dtype, self.seed)
        stddev /= _TRUNCATED_STDDEV
        return random_functions.truncated_normal(shape, 0.0, stddev, dtype, self.seed)


def _fans(shape: Sequence[Any]) -> tuple[int, int]:
    """The inputs and outputs of a unit: a matrix's sizes, of a filter those times its area."""
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    area = math.prod(int(size) for size in shape[:-2])
    return int(shape[-2]) * area, int(shape[-1]) * area


class GlorotUniform(VarianceScaling):
    """Uniform numbers within sqrt(6 / (inputs + outputs)).  Also known as Xavier's.

    As in TensorFlow 1.15, `dtype` makes no difference: without a type in the call it is float32.
    """

    _config = ("seed",)

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal numbers of variance 2 / (inputs + outputs); `dtype` as GlorotUniform's."""

    _config = ("seed",)

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


# -- Matrices -----------------------------------------------------------------------------------


class Orthogonal(Initializer):
    """`gain` times a random matrix with orthonormal columns (or rows, where these are fewer).

    A shape of more than two dimensions is filled from the matrix with its last dimension as the
    columns.  Saxe et al.: "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", 2014.
    """

    _config = ("gain", "seed")

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype: Any = float32) -> None:
        self.gain = gain
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. "
                f"Received: shape={shape}"
            )
        rows, columns = math.prod(int(size) for size in shape[:-1]), int(shape[-1])
        dtype = self.dtype if dtype is None else dtype
        flat = (max(rows, columns), min(rows, columns))
        q, r = Qr(random_functions.random_normal(flat, dtype=dtype, seed=self.seed))
        # The signs make the factorisation unique, and with it all such matrices equally likely.
        q = math_ops.Mul(q, math_ops.Sign(DiagPart(r)), name="mul")
        if rows < columns:
            q = _arrays.matrix_transpose(q)
        return self.gain * Reshape(q, shape)


class Identity(Initializer):
    """`gain` times the identity matrix, which need not be square."""

    _config = ("gain",)

    def __init__(self, gain: float = 1.0, dtype: Any = float32) -> None:
        self.gain = gain
        self.dtype = _floating(dtype)

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        sizes = _full_shape(shape, partition_info)
        if len(sizes) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={sizes}"
            )
        sizes = sizes.as_list() if isinstance(sizes, TensorShape) else sizes
        matrix = _filling.eye(*sizes, dtype=self.dtype if dtype is None else dtype)
        if partition_info is not None:
            matrix = _arrays.slice(matrix, partition_info.var_offset, shape)
        return self.gain * matrix


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal numbers of variance 1 / inputs."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform numbers within sqrt(3 / inputs)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal numbers of variance 2 / inputs."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform numbers within sqrt(6 / inputs)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


# -- The public names ---------------------------------------------------------------------------

zeros = Zeros
ones = Ones
constant = Constant
random_uniform = RandomUniform
random_normal = RandomNormal
truncated_normal = TruncatedNormal
uniform_unit_scaling = UniformUnitScaling
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal
orthogonal = Orthogonal
identity = Identity
variables = variables_initializer
global_variables = global_variables_initializer
local_variables = local_variables_initializer
