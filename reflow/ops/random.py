"""Random numbers: with seeds set, TensorFlow's own (reflow.ops.philox).

An op's stream lives in the session, so that its runs continue one another.  Numbers are drawn on
the host and then moved to where the op's outputs belong: the same seeds give the same numbers on
every device.
"""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Size
from reflow.ops.constants import constant
from reflow.ops.filling import Range
from reflow.ops.kernels import Dims, Host, Value
from reflow.ops.math import Mul
from reflow.ops.op import op
from reflow.ops.philox import RandomStream, random_stream
from reflow.ops.reductions import Sum
from reflow.ops.values import placed, torch_type

_SEEDS = ("seed: int = 0", "seed2: int = 0")
_SHAPED = (*_SEEDS, "dtype: {half, bfloat16, float, double}", "T: {int32, int64}")


def _stream(op: Operation) -> RandomStream:
    return random_stream(op.attrs["seed"], op.attrs["seed2"])


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def sizes_of(shape: Host) -> tuple[int, ...]:
    """The sizes that a shape input asks for."""
    if shape.ndim != 1:
        raise _invalid(f"shape must be a vector of {{int32,int64}}, got shape {list(shape.shape)}")
    sizes = tuple(shape.tolist())
    for size in sizes:
        if size < 0:
            raise _invalid(f"Dimension {size} must be >= 0")
    return sizes


def described_shape(shape: Dims, *, input_shapes: list[TensorShape]) -> TensorShape:
    """The shape that the input named `shape` asks for."""
    shapes.with_rank(input_shapes[0], 1)
    return shape


@op
class RandomUniform:
    """Floats in [0, 1), of the given shape."""

    inputs = "shape: T"
    outputs = "output: dtype"
    attrs = _SHAPED
    stateful = True
    gradient = None
    shape = described_shape
    state = _stream

    def kernel(shape: Host, *, dtype: DType, state: RandomStream, device: Any) -> torch.Tensor:
        return placed(state.uniform(sizes_of(shape), torch_type(dtype)), device)


@op
class RandomUniformInt:
    """Integers in [minval, maxval), of the given shape; the bounds are scalars."""

    inputs = "shape: T, minval: Tout, maxval: Tout"
    outputs = "output: Tout"
    attrs = (*_SEEDS, "Tout: {int32, int64}", "T: {int32, int64}")
    stateful = True
    gradient = None
    state = _stream

    def shape(
        shape: Dims, minval: TensorShape, maxval: TensorShape, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.with_rank(minval, 0)
        shapes.with_rank(maxval, 0)
        return described_shape(shape, input_shapes=input_shapes)

    def kernel(
        shape: Host, minval: Host, maxval: Host, *, Tout: DType, state: RandomStream, device: Any
    ) -> torch.Tensor:
        sizes = sizes_of(shape)
        if 0 not in sizes and minval >= maxval:
            raise _invalid(f"Need minval < maxval, got {minval} >= {maxval}")
        return placed(state.uniform_int(sizes, int(minval), int(maxval), torch_type(Tout)), device)


@op
class RandomStandardNormal:
    """Normal numbers of mean 0 and standard deviation 1, of the given shape."""

    inputs = "shape: T"
    outputs = "output: dtype"
    attrs = _SHAPED
    stateful = True
    gradient = None
    shape = described_shape
    state = _stream

    def kernel(shape: Host, *, dtype: DType, state: RandomStream, device: Any) -> torch.Tensor:
        return placed(state.standard_normal(sizes_of(shape), torch_type(dtype)), device)


@op
class TruncatedNormal:
    """As RandomStandardNormal, but numbers of magnitude 2 and more are drawn again."""

    inputs = "shape: T"
    outputs = "output: dtype"
    attrs = _SHAPED
    stateful = True
    gradient = None
    shape = described_shape
    state = _stream

    def kernel(shape: Host, *, dtype: DType, state: RandomStream, device: Any) -> torch.Tensor:
        return placed(state.truncated_normal(sizes_of(shape), torch_type(dtype)), device)


@op
class RandomShuffle:
    """The input's rows (its parts along the first axis) in random order."""

    inputs = "value: T"
    outputs = "output: T"
    attrs = (*_SEEDS, "T: type")
    stateful = True
    state = _stream
    shape = shapes.same

    def kernel(value: Any, *, state: RandomStream) -> Any:
        if not value.ndim or value.shape[0] < 2:
            return value.clone() if isinstance(value, torch.Tensor) else value.copy()
        order = state.permutation(value.shape[0])
        if not isinstance(value, torch.Tensor):
            return value[order.numpy()]
        return value.index_select(0, placed(order, value.device))


def shape_of_classes(
    logits: TensorShape, num_samples: Value, *, input_shapes: list[TensorShape]
) -> TensorShape:
    batch = shapes.with_rank(logits, 2).as_list()[0]
    shapes.with_rank(input_shapes[1], 0)
    return shapes.of(batch, shapes.scalar_size(num_samples, 1))


def classes_drawn(
    stream: RandomStream, logits: torch.Tensor, num_samples: Host, dtype: DType
) -> torch.Tensor:
    """[batch, classes] -> [batch, num_samples]."""
    if logits.dim() != 2:
        raise _invalid(f"logits should be a matrix, got shape {list(logits.shape)}")
    if num_samples.ndim:
        raise _invalid(f"num_samples should be a scalar, got shape {list(num_samples.shape)}")
    if logits.shape[1] < 1:
        raise _invalid(f"num_classes should be positive, got {logits.shape[1]}")
    count = int(num_samples)
    if count < 0:
        raise _invalid(f"num_samples should be nonnegative, got {count}")
    drawn = stream.multinomial(logits.cpu(), count, torch_type(dtype))
    return placed(drawn, logits.device)


@op
class Multinomial:
    """Classes drawn by unnormalised log-probabilities: [batch, classes] -> [batch, num_samples]."""

    inputs = "logits: T, num_samples: int32"
    outputs = "output: output_dtype"
    attrs = (*_SEEDS, "T: realnumbertype", "output_dtype: {int32, int64} = int64")
    stateful = True
    gradient = None
    state = _stream

    shape = shape_of_classes

    def kernel(
        logits: torch.Tensor,
        num_samples: Host,
        *,
        output_dtype: DType,
        state: RandomStream,
    ) -> torch.Tensor:
        return classes_drawn(state, logits, num_samples, output_dtype)


@op
class RandomGamma:
    """Numbers of the gamma distributions with the given shape parameters and scale 1.

    [n...], [alphas...] -> [n..., alphas...].
    """

    inputs = "shape: S, alpha: T"
    outputs = "output: T"
    attrs = (*_SEEDS, "S: {int32, int64}", "T: {half, float, double}")
    stateful = True
    state = _stream

    def shape(shape: Dims, alpha: TensorShape, *, input_shapes: list[TensorShape]) -> TensorShape:
        return described_shape(shape, input_shapes=input_shapes).concatenate(alpha)

    def kernel(shape: Host, alpha: torch.Tensor, *, state: RandomStream) -> torch.Tensor:
        return placed(state.gamma(sizes_of(shape), alpha.cpu()), alpha.device)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor]:
        shape, alpha = op.inputs
        # The samples' own dimensions come first: over these alpha was broadcast.
        samples = Range(constant(0), Size(shape), constant(1))
        return None, Sum(Mul(dy, RandomGammaGrad(alpha, op.outputs[0])), samples)


@op
class RandomGammaGrad:
    """How much a sample of a gamma distribution moves with the shape parameter alpha.

    It moves so that its distribution function keeps its value: by -(dF / dalpha) / density.
    Figurnov, Mohamed, Mnih: "Implicit reparameterization gradients", 2018.
    """

    inputs = "alpha: T, sample: T"
    outputs = "output: T"
    attrs = ("T: {float, double}",)
    shape = shapes.broadcast

    def kernel(alpha: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
        a, x = torch.broadcast_tensors(  # type: ignore[no-untyped-call]
            alpha.double(), sample.double()
        )
        log_density = (a - 1) * x.log() - x - torch.lgamma(a)
        return (-_gamma_cdf_slope(a, x) / log_density.exp()).to(alpha.dtype)


def _gamma_cdf_slope(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The derivative by `a` of the gamma distribution function at `x`, relative error 1e-8.

    Differences of fourth order, of whichever tail is small: 1 - tiny would lose its digits.
    """
    lower = torch.special.gammainc(a, x) < 0.5
    step = 3e-4 * torch.minimum(a, a.sqrt())

    def difference(distance: torch.Tensor) -> torch.Tensor:
        right, left = a + distance, a - distance
        return torch.where(
            lower,
            torch.special.gammainc(right, x) - torch.special.gammainc(left, x),
            torch.special.gammaincc(left, x) - torch.special.gammaincc(right, x),
        )

    return (8 * difference(step) - difference(2 * step)) / (12 * step)


@op
class RandomPoissonV2:
    """Numbers of the Poisson distributions with the given rates.

    [n...], [rates...] -> [n..., rates...].
    """

    inputs = "shape: S, rate: R"
    outputs = "output: dtype"
    attrs = (
        *_SEEDS,
        "S: {int32, int64}",
        "R: {half, float, double, int32, int64} = double",
        "dtype: {half, float, double, int32, int64} = int64",
    )
    stateful = True
    state = _stream

    def shape(shape: Dims, rate: TensorShape, *, input_shapes: list[TensorShape]) -> TensorShape:
        return described_shape(shape, input_shapes=input_shapes).concatenate(rate)

    def kernel(
        shape: Host, rate: torch.Tensor, *, dtype: DType, state: RandomStream
    ) -> torch.Tensor:
        return placed(state.poisson(sizes_of(shape), rate.cpu(), torch_type(dtype)), rate.device)
