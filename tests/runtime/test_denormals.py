"""Numbers too small to be normal count as zero in runs, as in TensorFlow 1.15.5."""

import threading
import warnings

import numpy as np
import pytest
import torch

import reflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def denormals(array):
    return int(np.count_nonzero((array != 0) & (np.abs(array) < np.finfo(array.dtype).tiny)))


def test_products_too_small_are_zero(session):
    x = tf.placeholder(tf.float32, [None])
    assert session.run(x * 1e-10, {x: [1e-30, 1e-20]}).tolist() == [0.0, np.float32(1e-30)]
    assert session.run(tf.constant(1e-30) * 1e-10) == 0.0


def test_in_all_threads_of_a_large_operation(session):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        x = tf.placeholder(tf.float32, [None])
        tiny = np.full(1 << 20, 1e-30, np.float32)
        assert denormals(session.run(x * 1e-10, {x: tiny})) == 0
    finally:
        torch.set_num_threads(threads)


def test_in_threads_of_the_program(session):
    product = tf.constant([1e-30]) * tf.placeholder_with_default(1e-10, [])
    found = []
    thread = threading.Thread(target=lambda: found.append(session.run(product)))
    thread.start()
    thread.join()
    assert found[0].tolist() == [0.0]


@pytest.mark.parametrize(
    ("dtype", "zero", "normal"), [("float32", -95, -87), ("float64", -720, -708)]
)
@pytest.mark.parametrize("size", [1, 5000])
def test_the_exponential_function(session, dtype, zero, normal, size):
    x = tf.placeholder(dtype, [None])
    values = np.tile(np.array([zero, normal, -np.inf, np.nan, np.inf, 0.0], dtype), size)
    result = session.run(tf.exp(x), {x: values})[:6]
    assert result[[0, 2]].tolist() == [0.0, 0.0]
    assert result[1] >= np.finfo(dtype).tiny
    np.testing.assert_array_equal(result[3:], [np.nan, np.inf, 1.0])
    assert session.run(tf.log(tf.exp(x)), {x: values[:1]}).tolist() == [-np.inf]


def test_slots_of_optimizers_come_to_zero(session):
    rate = tf.placeholder(tf.float32, [])
    w = tf.get_variable("w", initializer=np.full(1000, 1e-20, np.float32))
    optimizer = tf.train.MomentumOptimizer(0.0, 0.1)
    step = optimizer.minimize(rate * tf.reduce_sum(tf.square(w)))
    session.run(tf.global_variables_initializer())
    session.run(step, {rate: 1.0})
    slot = optimizer.get_slot(w, "momentum")
    assert session.run(slot)[0] > 0
    for _ in range(20):
        session.run(step, {rate: 0.0})
    assert session.run(slot).tolist() == [0.0] * 1000


def test_the_program_keeps_its_own_small_numbers(session):
    session.run(tf.constant(1.0))
    assert np.float32(1e-30) * np.float32(1e-10) > 0
    with pytest.raises(tf.errors.InvalidArgumentError):
        session.run(tf.reshape(tf.placeholder_with_default([1.0], [None]), [2]))
    assert np.float32(1e-30) * np.float32(1e-10) > 0


def test_numpy_does_not_warn_of_it_in_a_python_function(session):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = tf.py_func(lambda: np.finfo(np.float32).eps, [], tf.float32)
        assert session.run(y) == np.finfo(np.float32).eps
