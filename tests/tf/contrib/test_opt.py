"""tf.contrib.opt against TensorFlow 1.15.5 (see training_programs.py); what SciPy minimizes."""

import numpy as np
import pytest

import reflow as tf
from tests.tf import recorded


@recorded.programs("contrib_optimizers")
def test_programs(program):
    recorded.check(program)


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def distances(session, names=("v",)):
    """Variables that begin at 7, and the sum of their squares."""
    variables = [tf.Variable([7.0, 7.0], name=name) for name in names]
    session.run(tf.global_variables_initializer())
    return variables, tf.add_n([tf.reduce_sum(tf.square(v)) for v in variables])


def test_l_bfgs_finds_the_minimum(session):
    variables, loss = distances(session, ("v", "w"))
    losses, steps = [], []
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, options={"maxiter": 50})
    optimizer.minimize(
        session, fetches=[loss], loss_callback=losses.append, step_callback=steps.append
    )
    np.testing.assert_allclose(session.run(variables), np.zeros([2, 2]), atol=1e-5)
    assert losses[0] == 196.0
    assert steps[-1].shape == (4,)


def test_bounds_hold(session):
    (v,), loss = distances(session)
    bounds = {v: ([1, 2], np.inf)}
    tf.contrib.opt.ScipyOptimizerInterface(loss, var_to_bounds=bounds).minimize(session)
    np.testing.assert_allclose(session.run(v), [1.0, 2.0], rtol=1e-6)


def test_constraints_hold(session):
    (v,), loss = distances(session)
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(
        loss, equalities=[v[1] - 1.0], inequalities=[v[0] - 2.0], method="SLSQP"
    )
    optimizer.minimize(session)
    np.testing.assert_allclose(session.run(v), [2.0, 1.0], rtol=1e-5)


def test_variables_that_do_not_matter_stay(session):
    (v,), loss = distances(session)
    other = tf.Variable(3.0, use_resource=True)
    session.run(other.initializer)
    factor = tf.placeholder(tf.float32, [])
    tf.contrib.opt.ScipyOptimizerInterface(loss * factor).minimize(session, {factor: 2.0})
    np.testing.assert_allclose(session.run(v), [0.0, 0.0], atol=1e-5)
    assert session.run(other) == 3.0


@pytest.mark.parametrize(
    ("argument", "message"),
    [("bounds", "must be set using the var_to_bounds"), ("jac", "cannot be injected manually")],
)
def test_arguments_that_are_set_already_are_refused(session, argument, message):
    _, loss = distances(session)
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, **{argument: None})
    with pytest.raises(ValueError, match=message):
        optimizer.minimize(session)


def test_an_algorithm_of_ones_own_is_needed(session):
    _, loss = distances(session)
    with pytest.raises(NotImplementedError, match="_minimize"):
        tf.contrib.opt.ExternalOptimizerInterface(loss).minimize(session)


def test_a_swapping_saver_saves_averages_in_the_place_of_variables(session, tmp_path):
    v = tf.Variable([1.0, 2.0], name="v")
    optimizer = tf.contrib.opt.MovingAverageOptimizer(
        tf.train.GradientDescentOptimizer(0.5), average_decay=0.5
    )
    step = optimizer.minimize(tf.reduce_sum(v))
    swapping, plain = optimizer.swapping_saver(), tf.train.Saver()
    session.run(tf.global_variables_initializer())
    session.run(step)
    average = v.graph.get_tensor_by_name("v/ExponentialMovingAverage:0")
    before = session.run([v, average])
    plain.restore(session, swapping.save(session, str(tmp_path / "model")))
    np.testing.assert_array_equal(session.run([average, v]), before)
