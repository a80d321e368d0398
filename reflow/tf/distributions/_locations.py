"""Distributions of one shape, moved by a location and stretched by a scale."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED, ScalarDistribution


class LocationScaleDistribution(ScalarDistribution):
    """A distribution of (x - loc) / scale, with `scale` > 0; the two broadcast."""

    _batch_parameters = ("loc", "scale")

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool, allow_nan_stats: bool, name: str
    ) -> None:
        with tf.name_scope(name, values=[loc, scale]) as name:
            with tf.control_dependencies([tf.assert_positive(scale)] if validate_args else []):
                self._loc = tf.identity(loc, name="loc")
                self._scale = tf.identity(scale, name="scale")
                tf.debugging.assert_same_float_dtype([self._loc, self._scale])
        super().__init__(
            dtype=self._scale.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._loc, self._scale],
            name=name,
        )

    @property
    def loc(self) -> Tensor:
        """The mean."""
        return self._loc

    @property
    def scale(self) -> Tensor:
        """How far it is stretched."""
        return self._scale
