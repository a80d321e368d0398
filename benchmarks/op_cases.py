"""Ops of TensorFlow 1 and the calls of PyTorch that compute the same, on small operands.

Where an op promises what PyTorch's function of that name does not (which of equals comes first, an
error for ids out of order, the size of an output that depends on values), PyTorch has to keep the
promise too, in the fewest calls we know.  What TensorFlow builds of several ops, PyTorch computes
by the same formula.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

import reflow as tf


class Case(NamedTuple):
    """An op, on tensors of a graph and on those of PyTorch.

    Attributes:
      build: (*tensors of the graph) -> what is fetched, one tensor or a list.
      compute: (*tensors of PyTorch) -> the same.
      inputs: what is fed.
    """

    build: Callable[..., Any]
    compute: Callable[..., Any]
    inputs: tuple[np.ndarray[Any, Any], ...]


_random = np.random.RandomState(0)
X = _random.randn(8, 10).astype(np.float32)
Y = _random.randn(8, 10).astype(np.float32)
POSITIVE = _random.rand(8, 10).astype(np.float32) + 0.1
SQUARE = (X.T @ X + np.eye(10)).astype(np.float32)
IDS = np.array([3, 1, 4, 1, 5], np.int32)
LABELS = _random.randint(0, 10, 8).astype(np.int32)
SEGMENTS = np.array([0, 0, 1, 1, 2, 2, 2, 3], np.int32)
TRUTHS = X > 0
ONE_HOT = np.eye(10, dtype=np.float32)[LABELS]
VECTOR = _random.randn(10).astype(np.float32)
INTEGERS = _random.randint(-50, 50, (8, 10)).astype(np.int32)


def _gradient(build: Callable[..., Any]) -> Callable[..., Any]:
    """Builds the gradient by the first input, the outputs' gradient being the last one."""

    def gradient(*tensors: Any) -> Any:
        *inputs, dy = tensors
        return tf.gradients(build(*inputs), [inputs[0]], [dy])[0]

    return gradient


def _one_hot(ids: torch.Tensor) -> torch.Tensor:
    result = torch.zeros(len(ids), 10)
    return result.scatter_(1, ids.long().unsqueeze(1), 1.0)


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    log_softmax = torch.log_softmax(logits, 1)
    losses = (log_softmax * labels).sum(1).neg_()
    log_softmax.exp_().sub_(labels)  # the gradient, which the op gives too
    return losses


def _sparse_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    log_softmax, labels = torch.log_softmax(logits, 1), labels.long()
    losses = functional.nll_loss(log_softmax, labels, reduction="none")
    log_softmax.exp_().scatter_(1, labels.unsqueeze(1), -1.0, reduce="add")
    return losses


def _segment_sum(x: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
    return x.new_zeros(4, 10).index_add_(0, segments, x)


def _sorted_segment_sum(x: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
    """The ids are in order, the last one says how many segments there are."""
    if not bool((segments[1:] >= segments[:-1]).all()):
        raise ValueError("segment ids are not increasing")
    return x.new_zeros(int(segments[-1]) + 1, 10).index_add_(0, segments, x)


def _descending(x: torch.Tensor) -> list[torch.Tensor]:
    """Of equals the first come first, which torch.topk does not promise."""
    return list(torch.sort(x, dim=1, descending=True, stable=True))


def _top_k(x: torch.Tensor) -> list[torch.Tensor]:
    values, places = _descending(x)
    return [values[:, :3], places[:, :3].to(torch.int32)]


def _in_top_k(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Equals are all among the first; where a number is not finite nothing is."""
    target = x.gather(1, labels.long().unsqueeze(1))
    return (x > target).sum(1).lt(1).logical_and_(x.isfinite().all(1))


def _unique(x: torch.Tensor) -> list[torch.Tensor]:
    """In the order in which they first come; torch.unique sorts them."""
    values, inverse = torch.unique(x, return_inverse=True)
    first = inverse.new_full((len(values),), len(x))
    first.scatter_reduce_(0, inverse, torch.arange(len(x)), "amin")
    order = first.argsort()
    return [values[order], order.argsort()[inverse].to(torch.int32)]


def _bincount(x: torch.Tensor) -> torch.Tensor:
    """What is beyond the last bin is not counted, and bins beyond the largest number are not."""
    size = int((x.max() + 1).clamp_(10, 10))
    return torch.bincount(x.clamp_max(size), minlength=size + 1)[:size].to(torch.int32)


def _multinomial(logits: torch.Tensor) -> torch.Tensor:
    """Probabilities are added up in double precision, and 0 for what is not finite."""
    finite = logits.isfinite()
    scores = logits.double().masked_fill_(~finite, -torch.inf)
    weights = scores.sub_(scores.amax(1, keepdim=True)).exp_().masked_fill_(~finite, 0)
    cumulative = weights.cumsum(1)
    sought = torch.rand(8, 3, dtype=torch.float64).mul_(cumulative[:, -1:])
    return torch.searchsorted(cumulative, sought, right=True)


def _slice_gradient(dy: torch.Tensor) -> torch.Tensor:
    result = dy.new_zeros(8, 10)
    result[:4].copy_(dy)
    return result


def _logsumexp(x: torch.Tensor) -> torch.Tensor:
    highest = x.amax()
    highest = torch.where(highest.isfinite(), highest, 0.0)
    return (x - highest).exp_().sum().log_().add_(highest)


def _gradient_of_max(x: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    """Rows that have their maximum several times share the gradient among these."""
    shares = (x == torch.amax(x, 1, True)).to(torch.float32)
    return shares.div_(shares.sum(1, True)).mul_(dy.unsqueeze(1))


def _moments(x: torch.Tensor) -> list[torch.Tensor]:
    mean = x.mean(0, keepdim=True)
    return [mean[0], (x - mean).square().mean(0)]


CASES: dict[str, Case] = {
    # Elements.
    "add": Case(tf.add, torch.add, (X, Y)),
    "add of a number": Case(lambda x: x + 1.5, lambda x: x + 1.5, (X,)),
    "add of a vector": Case(tf.add, torch.add, (X, VECTOR)),
    "multiply": Case(tf.multiply, torch.mul, (X, Y)),
    "divide": Case(tf.divide, torch.div, (X, POSITIVE)),
    "floordiv": Case(tf.floordiv, torch.floor_divide, (X, POSITIVE)),
    "floormod": Case(tf.floormod, torch.remainder, (X, POSITIVE)),
    "integer div": Case(
        tf.div, lambda x, y: torch.div(x, y, rounding_mode="trunc"), (INTEGERS, INTEGERS | 1)
    ),
    "integer floordiv": Case(tf.floordiv, torch.floor_divide, (INTEGERS, INTEGERS | 1)),
    "integer mod": Case(tf.mod, torch.remainder, (INTEGERS, INTEGERS | 1)),
    "pow": Case(tf.pow, torch.pow, (POSITIVE, Y)),
    "pow of a number": Case(lambda x: tf.pow(x, 2.0), lambda x: torch.pow(x, 2.0), (X,)),
    "maximum": Case(tf.maximum, torch.maximum, (X, Y)),
    "minimum": Case(tf.minimum, torch.minimum, (X, Y)),
    "squared_difference": Case(tf.squared_difference, lambda x, y: (x - y).square(), (X, Y)),
    "atan2": Case(tf.atan2, torch.atan2, (X, Y)),
    "negative": Case(tf.negative, torch.neg, (X,)),
    "abs": Case(tf.abs, torch.abs, (X,)),
    "sign": Case(tf.sign, torch.sign, (X,)),
    "square": Case(tf.square, torch.square, (X,)),
    "sqrt": Case(tf.sqrt, torch.sqrt, (POSITIVE,)),
    "rsqrt": Case(tf.rsqrt, torch.rsqrt, (POSITIVE,)),
    "exp": Case(tf.exp, torch.exp, (X,)),
    "log": Case(tf.log, torch.log, (POSITIVE,)),
    "log1p": Case(tf.log1p, torch.log1p, (POSITIVE,)),
    "sin": Case(tf.sin, torch.sin, (X,)),
    "tanh": Case(tf.tanh, torch.tanh, (X,)),
    "sigmoid": Case(tf.sigmoid, torch.sigmoid, (X,)),
    "round": Case(tf.round, torch.round, (X,)),
    "floor": Case(tf.floor, torch.floor, (X,)),
    "ceil": Case(tf.ceil, torch.ceil, (X,)),
    "reciprocal": Case(tf.reciprocal, torch.reciprocal, (POSITIVE,)),
    "erf": Case(tf.erf, torch.erf, (X,)),
    "lgamma": Case(tf.lgamma, torch.lgamma, (POSITIVE,)),
    "is_nan": Case(tf.is_nan, torch.isnan, (X,)),
    "is_finite": Case(tf.is_finite, torch.isfinite, (X,)),
    "clip_by_value": Case(
        lambda x: tf.clip_by_value(x, -1.0, 1.0),
        lambda x: torch.clamp_min(torch.clamp_max(x, 1.0), -1.0),
        (X,),
    ),
    "add_n": Case(lambda x, y: tf.add_n([x, y, x]), lambda x, y: x + y + x, (X, Y)),
    "cast to integers": Case(lambda x: tf.cast(x, tf.int32), lambda x: x.to(torch.int32), (X,)),
    "cast to floats": Case(
        lambda x: tf.cast(x, tf.float32), lambda x: x.to(torch.float32), (INTEGERS,)
    ),
    "cast of truths": Case(
        lambda x: tf.cast(x, tf.float32), lambda x: x.to(torch.float32), (TRUTHS,)
    ),
    # Comparisons and choices.
    "equal": Case(tf.equal, torch.eq, (INTEGERS, INTEGERS)),
    "less": Case(tf.less, torch.lt, (X, Y)),
    "greater of a number": Case(lambda x: tf.greater(x, 0.5), lambda x: torch.gt(x, 0.5), (X,)),
    "logical_and": Case(tf.logical_and, torch.logical_and, (TRUTHS, TRUTHS)),
    "logical_not": Case(tf.logical_not, torch.logical_not, (TRUTHS,)),
    "where": Case(tf.where, torch.where, (TRUTHS, X, Y)),
    "where of truths": Case(tf.where, torch.nonzero, (TRUTHS,)),
    "boolean_mask": Case(
        lambda x, truths: tf.boolean_mask(x, truths), lambda x, truths: x[truths], (X, TRUTHS[:, 0])
    ),
    # Reductions.
    "reduce_sum": Case(tf.reduce_sum, torch.sum, (X,)),
    "reduce_sum along an axis": Case(
        lambda x: tf.reduce_sum(x, 1), lambda x: torch.sum(x, 1), (X,)
    ),
    "reduce_mean": Case(tf.reduce_mean, torch.mean, (X,)),
    "reduce_mean of integers": Case(
        tf.reduce_mean, lambda x: torch.sum(x, dtype=torch.int32) // 80, (INTEGERS,)
    ),
    "reduce_max": Case(tf.reduce_max, torch.amax, (X,)),
    "reduce_max along an axis": Case(
        lambda x: tf.reduce_max(x, 1), lambda x: torch.amax(x, 1), (X,)
    ),
    "reduce_min": Case(tf.reduce_min, torch.amin, (X,)),
    "reduce_prod": Case(tf.reduce_prod, torch.prod, (X,)),
    "reduce_all": Case(tf.reduce_all, torch.all, (TRUTHS,)),
    "reduce_any": Case(tf.reduce_any, torch.any, (TRUTHS,)),
    "reduce_logsumexp": Case(tf.reduce_logsumexp, _logsumexp, (X,)),
    "count_nonzero": Case(tf.count_nonzero, lambda x: x.ne(0).to(torch.int64).sum(), (X,)),
    "argmax": Case(lambda x: tf.argmax(x, 1), lambda x: torch.argmax(x, 1), (X,)),
    "argmin": Case(lambda x: tf.argmin(x, 0), lambda x: torch.argmin(x, 0), (X,)),
    "argmax as int32": Case(
        lambda x: tf.argmax(x, 1, output_type=tf.int32),
        lambda x: torch.argmax(x, 1).to(torch.int32),
        (X,),
    ),
    "moments": Case(lambda x: list(tf.nn.moments(x, [0])), _moments, (X,)),
    "cumsum": Case(tf.cumsum, lambda x: torch.cumsum(x, 0), (X,)),
    "l2_loss": Case(tf.nn.l2_loss, lambda x: torch.sum(x * x) / 2, (X,)),
    "norm": Case(tf.norm, torch.norm, (X,)),
    "l2_normalize": Case(
        lambda x: tf.nn.l2_normalize(x, 1), lambda x: functional.normalize(x, dim=1), (X,)
    ),
    "top_k": Case(lambda x: list(tf.nn.top_k(x, 3)), _top_k, (X,)),
    "in_top_k": Case(lambda x, labels: tf.nn.in_top_k(x, labels, 1), _in_top_k, (X, LABELS)),
    # Matrices.
    "matmul": Case(tf.matmul, torch.matmul, (X, SQUARE)),
    "matmul of a transposed": Case(
        lambda x, y: tf.matmul(x, y, transpose_b=True), lambda x, y: torch.matmul(x, y.t()), (X, Y)
    ),
    "batched matmul": Case(
        tf.matmul, torch.matmul, (np.stack([SQUARE] * 3), np.stack([SQUARE] * 3))
    ),
    "tensordot": Case(
        lambda x, y: tf.tensordot(x, y, 1), lambda x, y: torch.tensordot(x, y, 1), (X, SQUARE)
    ),
    "einsum": Case(
        lambda x, y: tf.einsum("ij,jk->ik", x, y),
        lambda x, y: torch.einsum("ij,jk->ik", x, y),
        (X, SQUARE),
    ),
    "xw_plus_b": Case(tf.nn.xw_plus_b, lambda x, w, b: torch.addmm(b, x, w), (X, SQUARE, VECTOR)),
    "bias_add": Case(tf.nn.bias_add, torch.add, (X, VECTOR)),
    "cholesky": Case(tf.cholesky, torch.linalg.cholesky, (SQUARE,)),
    "matrix_inverse": Case(tf.matrix_inverse, torch.linalg.inv, (SQUARE,)),
    "matrix_determinant": Case(tf.matrix_determinant, torch.linalg.det, (SQUARE,)),
    "diag": Case(tf.diag, torch.diag, (VECTOR,)),
    "diag_part": Case(tf.diag_part, torch.diag, (SQUARE,)),
    "matrix_band_part": Case(lambda x: tf.matrix_band_part(x, -1, 0), torch.tril, (SQUARE,)),
    "trace": Case(tf.trace, torch.trace, (SQUARE,)),
    # Arrays.
    "reshape": Case(lambda x: tf.reshape(x, [4, 20]), lambda x: x.reshape(4, 20), (X,)),
    "transpose": Case(tf.transpose, torch.t, (X,)),
    "expand_dims": Case(lambda x: tf.expand_dims(x, 1), lambda x: x.unsqueeze(1), (X,)),
    "squeeze": Case(tf.squeeze, torch.squeeze, (X[:1],)),
    "concat": Case(lambda x, y: tf.concat([x, y], 1), lambda x, y: torch.cat([x, y], 1), (X, Y)),
    "stack": Case(lambda x, y: tf.stack([x, y]), lambda x, y: torch.stack([x, y]), (X, Y)),
    "unstack": Case(lambda x: tf.unstack(x[:3]), lambda x: list(x[:3].unbind()), (X,)),
    "split": Case(lambda x: tf.split(x, 2), lambda x: list(x.split(4)), (X,)),
    "split by sizes": Case(lambda x: tf.split(x, [2, 6]), lambda x: list(x.split([2, 6])), (X,)),
    "slice": Case(lambda x: tf.slice(x, [1, 2], [3, 4]), lambda x: x[1:4, 2:6], (X,)),
    "strided_slice": Case(lambda x: x[:, 1:5], lambda x: x[:, 1:5], (X,)),
    "strided_slice of a row": Case(lambda x: x[2], lambda x: x[2], (X,)),
    "strided_slice backward": Case(lambda x: x[::-1], lambda x: x.flip(0), (X,)),
    "gather": Case(tf.gather, lambda x, ids: x.index_select(0, ids), (X, IDS)),
    "gather along an axis": Case(
        lambda x, ids: tf.gather(x, ids, axis=1), lambda x, ids: x.index_select(1, ids), (X, IDS)
    ),
    "gather_nd": Case(
        tf.gather_nd,
        lambda x, ids: x[ids[:, 0].long(), ids[:, 1].long()],
        (X, IDS[:4].reshape(2, 2)),
    ),
    "scatter_nd": Case(
        lambda ids, values: tf.scatter_nd(ids, values, [8]),
        lambda ids, values: values.new_zeros(8).index_add_(0, ids[:, 0], values),
        (IDS[:, None], VECTOR[:5]),
    ),
    "tile": Case(lambda x: tf.tile(x, [3, 1]), lambda x: x.repeat(3, 1), (X,)),
    "broadcast_to": Case(
        lambda x: tf.broadcast_to(x, [8, 10]), lambda x: x.expand(8, 10), (VECTOR,)
    ),
    "pad": Case(
        lambda x: tf.pad(x, [[1, 2], [3, 4]]), lambda x: functional.pad(x, (3, 4, 1, 2)), (X,)
    ),
    "pad by reflection": Case(
        lambda x: tf.pad(x, [[0, 0], [3, 4]], "REFLECT"),
        lambda x: functional.pad(x, (3, 4), "reflect"),
        (X,),
    ),
    "reverse": Case(lambda x: tf.reverse(x, [1]), lambda x: x.flip(1), (X,)),
    "roll": Case(lambda x: tf.roll(x, 2, 0), lambda x: x.roll(2, 0), (X,)),
    "one_hot": Case(lambda ids: tf.one_hot(ids, 10), _one_hot, (LABELS,)),
    "zeros_like": Case(tf.zeros_like, torch.zeros_like, (X,)),
    "fill": Case(
        lambda value: tf.fill([8, 10], value),
        lambda value: value.expand(8, 10),
        (np.array(1.5, np.float32),),
    ),
    "range": Case(
        lambda n: tf.range(n),
        lambda n: torch.arange(int(n), dtype=torch.int32),
        (np.array(5, np.int32),),
    ),
    "sequence_mask": Case(
        lambda lengths: tf.sequence_mask(lengths, 10),
        lambda lengths: torch.arange(10) < lengths.unsqueeze(1),
        (LABELS,),
    ),
    "sort": Case(tf.sort, lambda x: _descending(x.neg())[0].neg_(), (X,)),
    "argsort": Case(tf.argsort, lambda x: _descending(x.neg())[1].to(torch.int32), (X,)),
    "unique": Case(lambda x: list(tf.unique(x)), _unique, (IDS,)),
    "dynamic_partition": Case(
        lambda x, truths: tf.dynamic_partition(x, truths, 2),
        lambda x, truths: [x[truths == i] for i in range(2)],
        (X, SEGMENTS // 2),
    ),
    "segment_sum": Case(tf.segment_sum, _sorted_segment_sum, (X, SEGMENTS)),
    "unsorted_segment_sum": Case(
        lambda x, segments: tf.unsorted_segment_sum(x, segments, 4), _segment_sum, (X, SEGMENTS)
    ),
    "bincount": Case(lambda x: tf.bincount(x, minlength=10, maxlength=10), _bincount, (LABELS,)),
    "space_to_depth": Case(
        lambda x: tf.space_to_depth(tf.reshape(x, [1, 4, 4, 5]), 2),
        lambda x: x.reshape(1, 2, 2, 2, 2, 5).permute(0, 1, 3, 2, 4, 5).reshape(1, 2, 2, 20),
        (X,),
    ),
    # Neurons.
    "relu": Case(tf.nn.relu, torch.relu, (X,)),
    "relu6": Case(tf.nn.relu6, lambda x: torch.clamp(x, 0, 6), (X,)),
    "elu": Case(tf.nn.elu, functional.elu, (X,)),
    "selu": Case(tf.nn.selu, torch.selu, (X,)),
    "leaky_relu": Case(tf.nn.leaky_relu, lambda x: functional.leaky_relu(x, 0.2), (X,)),
    "softplus": Case(tf.nn.softplus, functional.softplus, (X,)),
    "softsign": Case(tf.nn.softsign, functional.softsign, (X,)),
    "softmax": Case(tf.nn.softmax, lambda x: torch.softmax(x, 1), (X,)),
    "log_softmax": Case(tf.nn.log_softmax, lambda x: torch.log_softmax(x, 1), (X,)),
    "softmax cross entropy": Case(
        lambda x, labels: tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=x),
        _cross_entropy,
        (X, ONE_HOT),
    ),
    "sparse softmax cross entropy": Case(
        lambda x, labels: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x),
        _sparse_cross_entropy,
        (X, LABELS),
    ),
    "sigmoid cross entropy": Case(
        lambda x, labels: tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x),
        lambda x, labels: functional.binary_cross_entropy_with_logits(x, labels, reduction="none"),
        (X, ONE_HOT),
    ),
    "embedding_lookup": Case(
        tf.nn.embedding_lookup, lambda x, ids: functional.embedding(ids, x), (X, IDS)
    ),
    "dropout": Case(lambda x: tf.nn.dropout(x, 0.5), lambda x: functional.dropout(x, 0.5), (X,)),
    # Gradients.
    "gradient of tanh": Case(
        _gradient(tf.tanh),
        lambda x, dy: torch.ops.aten.tanh_backward(dy, torch.tanh(x)),
        (X, Y),
    ),
    "gradient of relu": Case(
        _gradient(tf.nn.relu),
        lambda x, dy: torch.ops.aten.threshold_backward(dy, torch.relu(x), 0),
        (X, Y),
    ),
    "gradient of softmax": Case(
        _gradient(tf.nn.softmax),
        lambda x, dy: torch.ops.aten._softmax_backward_data(
            dy, torch.softmax(x, 1), 1, torch.float32
        ),
        (X, Y),
    ),
    "gradient of a strided_slice": Case(
        _gradient(lambda x: x[:4]), lambda x, dy: _slice_gradient(dy), (X, Y[:4])
    ),
    "gradient of a row's slice": Case(
        _gradient(lambda x: x[2]),
        lambda x, dy: x.new_zeros(8, 10).select(0, 2).copy_(dy),
        (X, VECTOR),
    ),
    "gradient of concat": Case(
        _gradient(lambda x: tf.concat([x, x * 2.0], 1)),
        lambda x, dy: dy[:, :10] + dy[:, 10:] * 2.0,
        (X, np.hstack([X, Y])),
    ),
    "gradient of reduce_max": Case(
        _gradient(lambda x: tf.reduce_max(x, 1)),
        _gradient_of_max,
        (X, VECTOR[:8]),
    ),
    # Random numbers.
    "random_uniform": Case(lambda: tf.random_uniform([8, 10]), lambda: torch.rand(8, 10), ()),
    "random_normal": Case(lambda: tf.random_normal([8, 10]), lambda: torch.randn(8, 10), ()),
    "truncated_normal": Case(lambda: tf.truncated_normal([8, 10]), lambda: torch.randn(8, 10), ()),
    "multinomial": Case(lambda x: tf.multinomial(x, 3), _multinomial, (X,)),
}
