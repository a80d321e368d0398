"""Initializers whose convolutions keep lengths: tf.contrib.framework.convolutional_orthogonal_2d.

A filter is [sizes..., inputs, outputs], of sizes that are equal.  Xiao et al.: "Dynamical Isometry
and a Mean Field Theory of CNNs", 2018 (delta orthogonal and, in its appendix, the others, after
Kautsky and Turcajova: "A matrix approach to discrete wavelets", 1994).

Source: tensorflow/python/ops/init_ops.py; the nodes are made in its order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._partitions import PartitionInfo
from reflow.tf.initializers import Orthogonal

#: Square matrices by their place in a filter.
_Blocks = dict[tuple[int, ...], Tensor]


class ConvolutionDeltaOrthogonal(Orthogonal):
    """Zeros, but for `gain` times a random orthogonal matrix in the middle."""

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        if not 3 <= len(shape) <= 5:
            raise ValueError(
                "The tensor to initialize must be at least three-dimensional and at most "
                f"five-dimensional. Received: shape={shape}"
            )
        _check_filters(shape)
        dtype = self.dtype if dtype is None else dtype
        matrix = tf.random_normal([shape[-1], shape[-1]], dtype=dtype, seed=self.seed)
        matrix = _orthonormal(matrix)[: shape[-2], :]
        matrix *= tf.cast(self.gain, dtype=dtype)
        middle = [(size - 1) // 2 for size in shape[:-2]]
        return tf.scatter_nd([middle], tf.expand_dims(matrix, 0), shape)  # type: ignore[no-any-return]


class _ConvolutionOrthogonal(Orthogonal):
    """Random filters that keep the length of what they are applied to, times `gain`.

    A seed is counted up with every matrix that is drawn.
    """

    _dimensions: int
    _rank_in_words: str

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: PartitionInfo | None = None
    ) -> Tensor:
        if len(shape) != self._dimensions + 2:
            raise ValueError(
                f"The tensor to initialize must be {self._rank_in_words}-dimensional. "
                f"Received: shape={shape}"
            )
        _check_filters(shape)
        if any(size != shape[0] for size in shape[: self._dimensions]):
            raise ValueError(f"Kernel sizes must be equal. Received: shape={shape}")
        filters = self._filters(*shape[-3:])
        filters *= tf.cast(self.gain, dtype=self.dtype if dtype is None else dtype)
        return filters  # type: ignore[no-any-return]

    def _filters(self, size: int, inputs: int, outputs: int) -> Any:
        matrix = self._orthogonal_matrix(outputs)[0:inputs, :]  # type: ignore[index]
        if size == 1:
            for _ in range(self._dimensions):
                matrix = tf.expand_dims(matrix, 0)
            return matrix
        blocks = self._random_blocks(outputs)
        for i in range(size - 2):
            blocks = self._convolved(blocks, i + 2, self._random_blocks(outputs))
        for place in self._places(size):
            blocks[place] = tf.matmul(matrix, blocks[place])
        return self._stacked(blocks, size, ())

    def _orthogonal_matrix(self, n: int) -> Tensor:
        matrix = tf.random_normal([n, n], dtype=self.dtype, seed=self.seed)
        self._count_up()
        return _orthonormal(matrix)

    def _symmetric_projection(self, n: int) -> Tensor:
        """A matrix P = P' = P P: onto a random half of the columns of an orthogonal one."""
        matrix = self._orthogonal_matrix(n)
        chosen = tf.cast(tf.random_normal([n], seed=self.seed) > 0, self.dtype)
        self._count_up()
        columns = tf.multiply(matrix, chosen)
        return tf.matmul(columns, tf.matrix_transpose(columns))  # type: ignore[no-any-return]

    def _count_up(self) -> None:
        if self.seed:
            self.seed += 1

    def _random_blocks(self, n: int) -> _Blocks:
        """The orthogonal filter of size 2 that a projection for each dimension makes."""
        projections = [self._symmetric_projection(n) for _ in range(self._dimensions)]
        identity = tf.eye(n, dtype=self.dtype)
        blocks = {}
        for place in self._places(2):
            factors = [self._factor(i, p, identity) for i, p in zip(place, projections)]
            product = factors[0]
            for factor in factors[1:]:
                product = tf.matmul(product, factor)
            blocks[place] = product
        return blocks

    def _factor(self, i: int, projection: Any, identity: Any) -> Any:
        return projection if i == 0 else identity - projection

    def _convolved(self, left: _Blocks, size: int, right: _Blocks) -> _Blocks:
        """The convolution of two filters, of which the left one is of `size`, the other of 2."""
        n = left[(0,) * self._dimensions].shape.as_list()[0]
        result = {}
        for place in self._places(size + 1):
            total = tf.zeros([n, n], self.dtype)
            for i in itertools.product(*(range(min(size, at + 1)) for at in place)):
                rest = tuple(at - j for at, j in zip(place, i))
                if all(j < 2 for j in rest):
                    total += tf.matmul(left[i], right[rest])
            result[place] = total
        return result

    def _places(self, size: int) -> itertools.product[tuple[int, ...]]:
        return itertools.product(range(size), repeat=self._dimensions)

    def _stacked(self, blocks: _Blocks, size: int, place: tuple[int, ...]) -> Tensor:
        if len(place) == self._dimensions:
            return blocks[place]
        return tf.stack([self._stacked(blocks, size, (*place, i)) for i in range(size)])  # type: ignore[no-any-return]


class ConvolutionOrthogonal1D(_ConvolutionOrthogonal):
    """Of filters [size, inputs, outputs]."""

    _dimensions = 1
    _rank_in_words = "three"


class ConvolutionOrthogonal2D(_ConvolutionOrthogonal):
    """Of filters [size, size, inputs, outputs]."""

    _dimensions = 2
    _rank_in_words = "four"


class ConvolutionOrthogonal3D(_ConvolutionOrthogonal):
    """Of filters [size, size, size, inputs, outputs]."""

    _dimensions = 3
    _rank_in_words = "five"

    def _factor(self, i: int, projection: Any, identity: Any) -> Any:
        # TensorFlow's nodes, and its places: the other way round than in one and two dimensions.
        return i * projection + (1 - i) * (identity - projection)


def _orthonormal(matrix: Tensor) -> Any:
    """The orthogonal factor, with the signs that make it unique."""
    q, r = tf.linalg.qr(matrix, full_matrices=False)
    return q * tf.sign(tf.diag_part(r))


def _check_filters(shape: Sequence[int]) -> None:
    if shape[-2] > shape[-1]:
        raise ValueError(f"In_filters cannot be greater than out_filters. Received: shape={shape}")


convolutional_delta_orthogonal = ConvolutionDeltaOrthogonal
convolutional_orthogonal_1d = ConvolutionOrthogonal1D
convolutional_orthogonal_2d = ConvolutionOrthogonal2D
convolutional_orthogonal_3d = ConvolutionOrthogonal3D
