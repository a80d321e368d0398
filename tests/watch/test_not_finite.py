"""Where the first NaN or infinity is said to come from."""

import json

import numpy as np
import pytest

from reflow import tf
from reflow.files.run_directory import Tags
from tests.watch.recording import recorded


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(0)
        yield graph


def descent(loss, rate=0.6):
    return tf.train.GradientDescentOptimizer(rate).minimize(loss)


def finding(recorder):
    (text,) = recorder.texts(Tags.NOT_FINITE)
    return json.loads(text)


def run(train, steps, feed=lambda step: {}, **settings):
    """What is found in so many steps."""
    with recorded(**settings) as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(1, steps + 1):
            session.run(train, feed(step))
    return finding(recorder), recorder


def test_the_step_the_operation_the_variable_and_the_line(capsys):
    w = tf.Variable(1.0, name="w")
    x = tf.placeholder(tf.float32, [])
    logarithm = tf.log(w * x)  # 1, then 0.4, then -1.1
    found, recorder = run(descent(tf.identity(logarithm, name="loss")), 6, lambda step: {x: 1.0})
    assert (found["step"], found["what"], found["learner"]) == (3, "NaN", "loss")
    assert (found["op"], found["op_type"], found["variable"]) == ("Log", "Log", "w")
    assert found["line"]["file"] == __file__
    assert found["line"]["text"].startswith("logarithm = tf.log(w * x)")
    assert found["certain"] == "Step and operation are certain."
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "step 3" in lines[0] and "Log" in lines[0]
    assert recorder.scalars(Tags.TRAINING_LOSS + "loss")[0] == (1, 0.0)


@pytest.mark.parametrize("bad", [44, 737])  # later ones are mostly not even looked at
def test_a_step_that_is_not_read_is_found_too(bad):
    w = tf.Variable(50.0, name="w")
    x = tf.placeholder(tf.float32, [])
    train = descent(tf.sqrt(w - x), rate=0.0)
    found, _ = run(train, bad + 20, lambda step: {x: 60.0 if step == bad else 1.0})
    assert (found["step"], found["op"]) == (bad, "Sqrt")


def test_an_infinity_of_the_gradient_is_at_its_operation_s_line():
    w = tf.Variable([0.0, 1.0], name="w")
    root = tf.sqrt(w)  # its gradient at 0
    found, _ = run(descent(tf.reduce_sum(root)), 2)
    assert found["step"] == 1 and found["op"].startswith("gradients/Sqrt_grad")
    assert found["line"]["text"].startswith("root = tf.sqrt(w)")


def test_what_is_fed():
    w = tf.Variable(1.0, name="w")
    x = tf.placeholder(tf.float32, [None], name="x")
    train = descent(tf.reduce_sum(w * x))
    found, _ = run(train, 3, lambda step: {x: [1.0, np.inf if step == 2 else 1.0]})
    assert (found["step"], found["op"], found["op_type"]) == (2, "x", "Placeholder")
    assert "fed" in found["certain"]


def test_random_numbers_go_on_as_if_nothing_had_happened():
    def train_and_draw(watched):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(3)
            w = tf.Variable(1.0)
            noise = tf.random_normal([], seed=1)
            other = tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.sqrt(w) + 0.0 * noise)
            session.run(tf.global_variables_initializer())
            for _ in range(20):
                session.run(other)
            return session.run([noise, w])

    plain = train_and_draw(False)
    with recorded() as recorder:
        np.testing.assert_array_equal(train_and_draw(True), plain)
    assert finding(recorder)["op"] == "Sqrt"
    assert "other numbers" in finding(recorder)["certain"]


def test_a_step_that_cannot_be_run_again():
    data = tf.data.Dataset.from_tensor_slices([1.0, 1.0, 50.0, 1.0]).make_one_shot_iterator()
    w = tf.Variable(10.0, name="w")
    found, _ = run(descent(tf.sqrt(w - data.get_next()), rate=0.0), 4)
    assert (found["step"], found["op"], found["variable"]) == (3, None, "w")
    assert "IteratorGetNext" in found["certain"]


def test_a_fetched_loss_tells_it_though_nothing_is_poisoned():
    w = tf.Variable(1.0, name="w")
    x = tf.placeholder(tf.float32, [])
    loss = tf.reduce_sum(w) + tf.stop_gradient(tf.log(x))
    found, _ = run([descent(loss), loss], 40, lambda step: {x: 0.0 if step == 30 else 1.0})
    assert (found["step"], found["op"], found["what"]) == (30, "Log", "infinity")


def test_with_nothing_wrong_nothing_is_told(capsys):
    w = tf.Variable(1.0)
    with recorded() as recorder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run(descent(tf.square(w), 0.1))
    assert not recorder.texts(Tags.NOT_FINITE) and not capsys.readouterr().err
