"""Steps that write over what nobody needs any more, beside the same steps left alone."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime import fusion, in_place
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

SIZES = [6, 5]


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(in_place, "_LARGE", 1)


def numbers(seed=0, sizes=SIZES):
    return np.random.RandomState(seed).uniform(-1, 1, sizes).astype(np.float32)


def written_over(fetches, targets=(), fed=()):
    """The types of the steps that write over an input."""
    shapes = {tensor: tensor.shape for tensor in fed}
    plan = Plan(fetches, targets, shapes, States(), torch.device("cpu"))
    return [step.op.type for step in plan.steps if _writes_over(step)]


def _writes_over(step):
    rule = getattr(step.op.definition.rules, "in_place", None)
    if step.function is rule is not None or step.function in in_place._SUMS.values():
        return True
    return getattr(step.function, "func", None) is in_place._over


def check_same(fetches, feeds=None, runs=2):
    """Run after run, what the steps give and what they leave as it was."""
    results = []
    for function in (fusion.write_in_place, lambda steps, kept: steps):
        with pytest.MonkeyPatch.context() as patch, tf.Session() as session:
            patch.setattr(fusion, "write_in_place", function)
            session.run(tf.global_variables_initializer())
            results.append([session.run(fetches, feeds) for _ in range(runs)])
            results[-1].append(session.run(tf.global_variables()))
    for one, other in zip(*map(tf.contrib.framework.nest.flatten, results)):
        np.testing.assert_array_equal(one, other)


ACTIVATIONS = [tf.nn.relu, tf.nn.leaky_relu, lambda x: tf.nn.leaky_relu(x, 0.3)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_chain(activation):
    x = tf.placeholder(tf.float32, SIZES)
    w, b = tf.Variable(numbers(1, [5, 5])), tf.Variable(numbers(2, [5]))
    y = activation((tf.matmul(x, w) * 2.0 - 1.0) + b)
    assert written_over([y], fed=[x])[:3] == ["Mul", "Sub", "AddV2"]
    assert len(written_over([y], fed=[x])) == 4
    given = numbers(3)
    check_same(y, {x: given})
    np.testing.assert_array_equal(given, numbers(3))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients(activation):
    x = tf.placeholder(tf.float32, SIZES)
    w = tf.Variable(numbers(1, [5, 5]))
    y = activation(tf.matmul(x, w))
    grads = tf.gradients(tf.matmul(y, w), [w, x], numbers(4))
    assert any(kind.endswith("Grad") for kind in written_over(grads, fed=[x]))
    check_same(grads, {x: numbers(3)})


@pytest.mark.parametrize("order", [0, 1])
def test_either_operand_of_arithmetic(order):
    given = tf.placeholder(tf.float32, SIZES)
    made = tf.matmul(given, numbers(2, [5, 5]))
    operands = [made, given][:: 1 - 2 * order]
    outputs = [operation(*operands) for operation in (tf.add, tf.subtract, tf.multiply)]
    for output in outputs:
        check_same(output, {given: numbers(3)})
        assert written_over([output], fed=[given]) == [output.op.type]
    # Of three steps that need it, the last one writes over it.
    check_same(outputs, {given: numbers(3)})
    assert written_over(outputs, fed=[given]) == [outputs[-1].op.type]


def test_what_an_update_takes_is_kept():
    """Updates of several variables wait for each other: when they come, it would be another."""
    x = tf.placeholder(tf.float32, SIZES)
    gradient = tf.matmul(x, numbers(1, [5, 5]))
    variables = [tf.Variable(numbers(seed)) for seed in (2, 3)]
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    first = optimizer.apply_gradients([(gradient, variables[0])])
    with tf.control_dependencies([first]):
        other = tf.nn.relu(gradient) * 2.0
    second = optimizer.apply_gradients([(other, variables[1])])
    assert "Relu" not in written_over([other], [first, second], fed=[x])
    check_same([other, first, second], {x: numbers(4)})


def test_what_a_queue_takes_is_kept():
    x = tf.placeholder(tf.float32, SIZES)
    made = tf.matmul(x, numbers(1, [5, 5]))
    queue = tf.FIFOQueue(1, tf.float32, [SIZES])
    enqueue = queue.enqueue(made)
    with tf.control_dependencies([enqueue]):
        output = tf.nn.relu(made * 2.0)
    assert written_over([output], [enqueue], fed=[x]) == ["Relu"]
    with tf.Session() as session:
        expected = session.run(made, {x: numbers(3)})
        session.run([output, enqueue], {x: numbers(3)})
        np.testing.assert_array_equal(session.run(queue.dequeue()), expected)


def test_what_a_function_takes_is_kept():
    x = tf.placeholder(tf.float32, SIZES)
    made = tf.matmul(x, numbers(1, [5, 5]))
    seen = []
    taken = tf.py_func(lambda array: seen.append(array) or np.float32(0), [made], tf.float32)
    with tf.control_dependencies([taken]):
        output = tf.nn.relu(made * 2.0)
    assert written_over([output], [taken.op], fed=[x]) == ["Relu"]
    with tf.Session() as session:
        expected = session.run(made, {x: numbers(3)})
        session.run([output, taken], {x: numbers(3)})
        np.testing.assert_array_equal(seen[0], expected)


def test_weighted_sums():
    sizes = [64, 1024]
    x, y = (tf.placeholder(tf.float32, sizes) for _ in range(2))
    row = tf.constant(numbers(1, [1024]))
    made = tf.matmul(x, numbers(2, [1024, 1024]))
    feeds = {x: numbers(3, sizes), y: numbers(4, sizes)}
    for total in (made * row + row, made * row + y * 0.5, made - y * row + 1.0, made * row - made):
        check_same([total], feeds)
        check_same([total, made], feeds)
    assert written_over([made * row + y * 0.5], fed=[x, y]) == ["AddV2"]
    assert written_over([made * row + row], fed=[x, y]) == ["AddV2"]
    assert written_over([made * row + row, made], fed=[x, y]) == []
    assert written_over([y * row + made * 0.5], fed=[x, y]) == []


def test_what_is_needed_is_kept():
    x = tf.placeholder(tf.float32, SIZES)
    inner = tf.matmul(x, numbers(1, [5, 5]))
    outer = tf.nn.relu(inner)
    assert written_over([outer], fed=[x]) == ["Relu"]
    assert written_over([outer, inner], fed=[x]) == []
    assert written_over([outer, tf.reduce_sum(inner)], fed=[x]) == []
    # A view of it is another name for the same memory.
    flat = tf.reshape(inner, [-1])
    assert written_over([outer, flat], fed=[x]) == []
    check_same([outer, flat], {x: numbers(3)})
    check_same([tf.nn.relu(tf.reshape(inner, [-1])), inner], {x: numbers(3)})


def test_feeds_variables_and_constants_are_left_alone():
    x, w, c = tf.placeholder(tf.float32, SIZES), tf.Variable(numbers(1)), tf.constant(numbers(2))
    for given in (x, w, c, tf.identity(w), tf.reshape(x, SIZES[::-1])):
        outputs = [tf.nn.relu(given), given * 2.0, given + 1.0]
        for output in outputs:
            assert written_over([output], fed=[x]) == []
        check_same(outputs, {x: numbers(3)})


def test_where_sizes_grow_a_new_tensor_is_made():
    x = tf.placeholder(tf.float32, [1, 5])
    inner = tf.matmul(x, numbers(1, [5, 5]))
    output = inner + numbers(2)
    assert written_over([output], fed=[x]) == []
    check_same(output, {x: numbers(3, [1, 5])})


def test_branches_and_loops():
    x = tf.placeholder(tf.float32, SIZES)
    flag = tf.placeholder(tf.bool, [])
    inner = tf.matmul(x, numbers(1, [5, 5]))
    branch = tf.cond(flag, lambda: tf.nn.relu(inner), lambda: inner * 2.0)
    looped = tf.while_loop(
        lambda i, y: i < 3, lambda i, y: (i + 1, tf.nn.relu(inner) + y), (0, tf.zeros(SIZES))
    )
    for value in (True, False):
        check_same([branch, looped], {x: numbers(3), flag: value})
        check_same([branch], {x: numbers(3), flag: value})


@pytest.mark.parametrize("dtype", [tf.float64, tf.float16, tf.int32])
def test_types(dtype):
    x = tf.cast(tf.constant(numbers(1) * 9), dtype)
    made = tf.matmul(x, tf.cast(numbers(2, [5, 5]) * 9, dtype))
    check_same([tf.nn.relu(made * tf.cast(2, dtype))])


def test_small_tensors_are_not_worth_it(monkeypatch):
    monkeypatch.undo()
    x = tf.placeholder(tf.float32, SIZES)
    assert written_over([tf.nn.relu(tf.matmul(x, numbers(1, [5, 5])))], fed=[x]) == []
