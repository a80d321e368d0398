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


# -- GGT and Shampoo -------------------------------------------------------------------------------

STEPS = 4


def losses_of(optimizer, use_resource=False, sparse=False):
    """The losses after each of the first steps on a small linear regression."""
    numbers = np.random.RandomState(0)
    w = tf.get_variable(
        "w", initializer=numbers.uniform(-1, 1, (4, 3)).astype("f"), use_resource=use_resource
    )
    b = tf.get_variable(
        "b", initializer=numbers.uniform(-1, 1, (3,)).astype("f"), use_resource=use_resource
    )
    x = tf.constant(numbers.uniform(-1, 1, (5, 4)).astype("f"))
    if sparse:
        product = tf.nn.embedding_lookup(w, [0, 2]) * tf.constant([[1.0], [2.0]])
    else:
        product = tf.matmul(x, w)
    loss = tf.reduce_sum(tf.square(product + b - 0.3))
    train = optimizer().minimize(loss)
    losses = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(STEPS):
            session.run(train)
            losses.append(session.run(loss))
    return losses


def ggt(**options):
    return lambda: tf.contrib.opt.GGTOptimizer(0.1, window=3, **options)


def shampoo(**options):
    return lambda: tf.contrib.opt.ShampooOptimizer(**{"learning_rate": 0.1, **options})


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize(
    ("optimizer", "sparse", "expected"),
    [
        (ggt(), False, [7.0089, 5.5737, 4.242, 3.2008]),
        (ggt(eps=10.0), False, [7.0096, 5.5768, 4.2427, 3.2016]),
        (shampoo(), False, [4.8994, 3.4412, 2.5212, 1.9681]),
        (shampoo(), True, [4.1527, 2.7989, 1.9664, 1.4101]),
        (shampoo(max_matrix_size=3), False, [4.6782, 3.2018, 2.3436, 1.8373]),
        (shampoo(max_matrix_size=1), False, [4.8015, 3.3384, 2.5086, 1.9759]),
        (shampoo(svd_interval=2), False, [2.0176, 0.7131, 0.3693, 0.2578]),
        (shampoo(svd_interval=2), True, [0.6094, 0.2569, 0.1121, 0.0489]),
        (
            shampoo(gbar_decay=0.9, gbar_weight=0.1, mat_gbar_decay=0.9, mat_gbar_weight=0.1),
            False,
            [7.0937, 5.6304, 4.1802, 2.896],
        ),
        (
            shampoo(gbar_decay=lambda t: t / (t + 1.0), learning_rate=lambda t: 0.1 / t),
            True,
            [4.1527, 2.0376, 0.8419, 0.2729],
        ),
        # Iterations of nearly singular matrices end where rounding takes them: a larger epsilon.
        (shampoo(use_iterative_root=True, epsilon=0.01), True, [4.1544, 2.7786, 1.9505, 1.4102]),
    ],
)
def test_preconditioned_steps(optimizer, sparse, expected, use_resource):
    """The losses are TensorFlow 1.15.5's; nearly singular matrices have no exact powers."""
    with tf.Graph().as_default():
        np.testing.assert_allclose(losses_of(optimizer, use_resource, sparse), expected, rtol=0.01)


@pytest.mark.parametrize(
    ("size", "use_resource", "expected"),
    [
        (3, False, [4.6546, 3.439, 2.6602, 2.0909]),
        (1, False, [5.2095, 4.2175, 3.5293, 3.0078]),
        (3, True, [5.9883, 5.3698, 4.9223, 4.574]),
        (1, True, [6.3115, 5.9, 5.5953, 5.3493]),
    ],
)
def test_rows_of_large_variables(size, use_resource, expected):
    """Here TensorFlow's resource variables and others differ."""
    with tf.Graph().as_default():
        losses = losses_of(shampoo(max_matrix_size=size), use_resource, sparse=True)
        np.testing.assert_allclose(losses, expected, rtol=0.01)


def test_ggt_has_no_sparse_updates():
    with tf.Graph().as_default(), pytest.raises(NotImplementedError, match="not supported"):
        losses_of(ggt(), sparse=True)
