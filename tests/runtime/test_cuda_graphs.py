"""CUDA graphs on a simulated GPU: what is recorded, and that nobody can tell from the numbers."""

import threading

import numpy as np
import pytest

from reflow import tf
from reflow.runtime import cuda_graphs, taps
from reflow.runtime.cuda_graphs import CudaGraph
from tests.runtime.simulated_gpu import simulated_gpu

RUNS = 8  # enough for a graph to be recorded and replayed


@pytest.fixture
def gpu():
    with simulated_gpu() as gpu:
        yield gpu


def graphs_of(session, tensor=None):
    """The CUDA graphs of all plans of a session, or of those that compute a tensor."""
    plans = [p for p in session._plans.values() if tensor is None or tensor in p.tensors]
    steps = [step for p in plans for plan in p.exact.values() for step in plan.steps]
    return [step.function for step in steps if isinstance(step.function, CudaGraph)]


def recorded(session):
    return [graph for graph in graphs_of(session) if graph._recorded is not None]


def network():
    """A small network with all that usually makes a training step."""
    tf.set_random_seed(1)
    images = tf.placeholder(tf.float32, [None, 8, 8, 1])
    labels = tf.placeholder(tf.int64, [None])
    keep_prob = tf.placeholder(tf.float32)
    step = tf.train.get_or_create_global_step()
    values = tf.layers.conv2d(images, 4, 3, padding="same", activation=tf.nn.relu)
    values = tf.layers.batch_normalization(tf.layers.max_pooling2d(values, 2, 2), training=True)
    values = tf.nn.dropout(tf.layers.dense(tf.layers.flatten(values), 16, tf.nn.relu), keep_prob)
    logits = tf.layers.dense(values, 3)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    rate = tf.train.exponential_decay(0.01, step, 3, 0.5)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(rate).minimize(loss, step)
    return images, labels, keep_prob, loss, train


def losses(fed, loss, train, session, runs=RUNS):
    images, labels, keep_prob = fed
    random = np.random.RandomState(0)
    session.run(tf.global_variables_initializer())
    found = []
    for _ in range(runs):
        batch = {images: random.rand(5, 8, 8, 1), labels: random.randint(3, size=5), keep_prob: 0.7}
        found.append(session.run([loss, train], batch)[0])
    return found


def test_a_training_step_is_one_graph_and_gives_the_same_losses():
    *fed, loss, train = network()
    with tf.Session() as session:
        expected = losses(fed, loss, train, session)
    with simulated_gpu() as gpu, tf.Session() as session:
        received = losses(fed, loss, train, session)
        (graph,) = recorded(session)
        waits = gpu.waits
        losses(fed, loss, train, session)
    np.testing.assert_allclose(received, expected, rtol=1e-6)
    assert graph.refusal is None
    # The host waits for the loss, and for nothing else.
    assert gpu.waits - waits == RUNS


def test_plans_can_do_without(gpu, monkeypatch):
    monkeypatch.setenv("REFLOW_CUDA_GRAPHS", "0")
    *fed, loss, train = network()
    with tf.Session() as session:
        losses(fed, loss, train, session)
        assert not graphs_of(session)


def test_what_comes_between_is_not_recorded(gpu, capfd):
    v = tf.Variable([1.0, 2.0])
    doubled = v * 2.0 + 1.0 - 0.5
    shown = tf.Print(doubled, [doubled], "seen: ")
    result = tf.assign_add(v, tf.nn.relu(shown) * 0.0 + 1.0)
    with tf.Session() as session:
        session.run(v.initializer)
        for _ in range(RUNS):
            session.run(result.op)
        assert len(recorded(session)) == 2
        assert session.run(v).tolist() == [1.0 + RUNS, 2.0 + RUNS]
    lines = capfd.readouterr().err.splitlines()
    assert [line.partition("seen: ")[2] for line in lines] == [
        f"[{2 * i + 2.5} {2 * i + 4.5}]".replace(".0 ", " ") for i in range(RUNS)
    ]


def test_random_numbers_are_new_in_each_run():
    def drawn(session):
        return [session.run(scaled).tolist() for _ in range(RUNS)]

    numbers = tf.random_uniform([4], seed=3)
    scaled = tf.sqrt(tf.square(numbers * 2.0 - 1.0) + 1.0)
    with tf.Session() as session:
        expected = drawn(session)
    with simulated_gpu(), tf.Session() as session:
        assert drawn(session) == expected
        assert recorded(session)


def test_a_loop_and_a_branch_stay_as_they_are():
    x = tf.placeholder(tf.float32, [])
    tripled = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y + x), [0, x * 0.0])[1]
    result = tf.cond(x > 2.0, lambda: tripled * 10.0, lambda: tripled) + x * 2.0 - 1.0

    def results(session):
        return [session.run(result, {x: value}) for value in (1, 2, 3, 4, 5, 1, 2, 3)]

    with tf.Session() as session:
        expected = results(session)
    with simulated_gpu(), tf.Session() as session:
        assert results(session) == expected


def movable_variable():
    """A variable, a run that gives it other memory, and a sum that a CUDA graph computes of it.

    The memory is another one since its old value is needed after the update.
    """
    v = tf.Variable([1.0, 2.0], use_resource=True)
    old = v.read_value()
    with tf.control_dependencies([old]):
        moved = old, v.assign(v * 1.0)
    return v, moved, tf.reduce_sum(tf.sqrt(tf.square(v) + 1.0) * 2.0) + 1.0


def test_a_variable_with_other_memory_is_recorded_again(gpu):
    v, moved, total = movable_variable()
    with tf.Session() as session:
        session.run(v.initializer)
        before = {session.run(total) for _ in range(RUNS)}
        (graph,) = graphs_of(session, total)
        first = graph._recorded
        session.run(moved)
        v.load([5.0, 5.0], session)
        after = {session.run(total) for _ in range(RUNS)}
        assert graph._recorded not in (None, first)
    np.testing.assert_allclose(list(before), [1 + 2 * (2**0.5 + 5**0.5)], rtol=1e-6)
    np.testing.assert_allclose(list(after), [1 + 4 * 26**0.5], rtol=1e-6)


def test_a_variable_whose_memory_changes_all_the_time_is_given_up(gpu):
    v, moved, total = movable_variable()
    with tf.Session() as session:
        session.run(v.initializer)
        for _ in range(cuda_graphs._MOST_RECORDINGS + 1):
            for _ in range(RUNS):
                session.run(total)
            session.run(moved)
        (graph,) = graphs_of(session, total)
        assert graph.refusal == "its variables have other memory again and again"


def test_a_kernel_that_waits_for_the_gpu_is_not_recorded(gpu):
    x = tf.placeholder(tf.int32, [3])
    quotient = (x * 2 + 1 - 1) // x  # which looks for zeros
    with tf.Session() as session:
        for i in range(1, RUNS):
            assert session.run(quotient, {x: [i, i + 1, i + 2]}).tolist() == [2, 2, 2]
        (graph,) = graphs_of(session)
        assert graph.refusal.startswith("it waits for the GPU")
        with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
            session.run(quotient, {x: [1, 0, 1]})


def test_an_error_within_names_the_operation_and_the_line(gpu):
    v = tf.Variable([1.0, 2.0], name="never_initialized")
    result = tf.sqrt(tf.square(v) * 2.0 + 1.0) - 1.0
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError) as caught:
            session.run(result)
    assert "uninitialized value never_initialized" in str(caught.value)
    assert caught.value.op.name.startswith("never_initialized")
    assert "result = tf.sqrt" in str(caught.value) or "v = tf.Variable" in str(caught.value)


def test_values_that_an_observer_keeps_are_not_overwritten(gpu):
    x = tf.placeholder(tf.float32, [2])
    middle = tf.square(x) + 1.0
    result = tf.reduce_sum(tf.sqrt(middle) * 2.0 - 1.0)
    with tf.Session() as session:
        feed = session._feed(x)
        plans = session._fetched(result)[1]
        kept = []
        for i in range(RUNS):
            values, shape = feed.take(np.full(2, i, np.float32))
            plan = plans.tapped(plans.plan((feed, shape)), (feed, shape), (middle,))
            kept.append(plan.run([values])[1])
        assert any(isinstance(step.function, CudaGraph) for step in plan.steps)
        assert [value.tolist() for value in kept] == [[i * i + 1.0] * 2 for i in range(RUNS)]
    assert taps.current.observer is None


def test_threads_that_come_at_once_get_their_own_numbers(gpu):
    x = tf.placeholder(tf.float32, [3])
    result = tf.reduce_sum(tf.sqrt(tf.square(x) + 0.0) * 2.0 - 1.0)
    wrong = []
    with tf.Session() as session:

        def work(number):
            for _ in range(50):
                received = session.run(result, {x: [number] * 3})
                if received != 3 * (2 * number - 1):
                    wrong.append((number, received))

        work(1)
        assert recorded(session)
        threads = [threading.Thread(target=work, args=[i]) for i in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_feeds_are_copied_without_waiting(gpu):
    x = tf.placeholder(tf.float32, [1000])
    v = tf.Variable(tf.zeros([1000]))
    update = tf.assign_add(v, x * 2.0)
    with tf.Session() as session:
        session.run(v.initializer)
        before = gpu.waits
        for _ in range(RUNS):
            session.run(update.op, {x: np.ones(1000)})
        assert gpu.waits == before
        assert session.run(v)[0] == 2.0 * RUNS
