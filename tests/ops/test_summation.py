"""Sums and means of many short rows, beside NumPy's in double precision."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.ops import summation

RANDOM = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(summation, "_MANY", 1)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [1], [1, 2], [0, 2], [3]])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_sums_and_means(axes, keep, dtype):
    # 7 is prime: rows cannot always be grouped.
    for sizes in ((6, 4, 10, 3), (7, 1, 1, 5), (1, 1, 1, 1), (2, 3, 5, 3000)):
        x = RANDOM.rand(*sizes).astype(dtype)
        exact = x.astype(np.float64)
        tolerance = 2e-3 if dtype == np.float16 else 1e-6
        pairs = [(summation.sum_over, np.sum), (summation.mean_over, np.mean)]
        for ours, theirs in pairs:
            found = ours(torch.from_numpy(x), axes, keep).numpy()
            expected = theirs(exact, tuple(axes), keepdims=keep)
            assert found.dtype == dtype and found.shape == expected.shape
            np.testing.assert_allclose(found, expected, rtol=tolerance)


def grouped(x, axes):
    found = summation._in_wide_rows(x, axes)
    return None if found is None else tuple(found.shape)


def test_short_rows_are_grouped():
    assert grouped(torch.ones(100, 28, 28, 24), [0, 1, 2]) == (8, 490, 20, 24)
    assert grouped(torch.ones(100, 7, 7, 1024), [0, 1, 2]) == (4, 1225, 1, 1024)
    assert grouped(torch.ones(7, 3), [0]) == (1, 1, 7, 3)
    assert grouped(torch.ones(1009, 1024), [0]) is None
    assert grouped(torch.ones(64, 1), [0]) is None
    assert grouped(torch.ones(8, 3), [1]) is None
    assert grouped(torch.ones(8, 3, dtype=torch.int32), [0]) is None
    assert grouped(torch.ones(24, 100).t(), [0]) is None


def test_many_ones_are_counted():
    """Added one after the other, single precision would stop at 2 ** 24."""
    rows = np.broadcast_to(np.float32(1), ((1 << 24) + 64, 2))
    assert summation.sum_over(torch.from_numpy(rows.copy()), [0]).tolist() == [16777280.0] * 2


@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_the_gradient_of_a_bias(data_format):
    x = RANDOM.rand(6, 4, 10, 3).astype(np.float32)
    axis = 3 if data_format == "NHWC" else 1
    bias = tf.constant(np.zeros(x.shape[axis], np.float32))
    output = tf.nn.bias_add(tf.zeros(x.shape), bias, data_format=data_format)
    (gradient,) = tf.gradients(output, bias, x)
    with tf.Session() as session:
        others = tuple(i for i in range(4) if i != axis)
        np.testing.assert_allclose(session.run(gradient), x.sum(others), rtol=1e-6)
