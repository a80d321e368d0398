"""The op of 2015, which new graphs no longer get: what tf.nn.batch_normalization computes."""

from __future__ import annotations

import numpy as np
import pytest

from reflow import tf
from reflow.ops.global_batch_norm import BatchNormWithGlobalNormalization


@pytest.mark.parametrize("scaled", [False, True])
def test_it_is_batch_normalization(scaled):
    rng = np.random.RandomState(0)
    x = tf.constant(rng.randn(2, 3, 4, 5))
    mean, beta, gamma = (tf.constant(rng.randn(5)) for _ in range(3))
    variance = tf.constant(rng.rand(5) + 0.5)
    old = BatchNormWithGlobalNormalization(
        x, mean, variance, beta, gamma, variance_epsilon=0.001, scale_after_normalization=scaled
    )
    new = tf.nn.batch_normalization(x, mean, variance, beta, gamma if scaled else None, 0.001)
    weights = tf.constant(rng.randn(2, 3, 4, 5))
    inputs = [x, mean, variance, beta] + ([gamma] if scaled else [])
    with tf.Session() as session:
        values, expected = session.run([old, new])
        gradients = session.run(tf.gradients(old, inputs, weights))
        expected_gradients = session.run(tf.gradients(new, inputs, weights))
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    for gradient, other in zip(gradients, expected_gradients):
        np.testing.assert_allclose(gradient, other, rtol=1e-5, atol=1e-9)
