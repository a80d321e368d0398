"""Runs of one session in several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from reflow import tf

THREADS = 8
RUNS = 60


def in_threads(body):
    """Calls body(0), body(1), ... at once and gives the results."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(body, range(THREADS)))


def test_same_fetch():
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(tf.square(x) + 1.0)
    session = tf.Session()

    def body(i):
        return [float(session.run(y, {x: np.full(i + 1, float(k))})) for k in range(RUNS)]

    for i, values in enumerate(in_threads(body)):
        assert values == [(k * k + 1.0) * (i + 1) for k in range(RUNS)]


def test_different_fetches_and_feeds():
    x = tf.placeholder(tf.float32, [None, 3])
    fetches = [x + float(i) for i in range(THREADS)]
    session = tf.Session()

    def body(i):
        results = []
        for k in range(RUNS):
            n = 1 + (i + k) % 12  # more shapes than there are exact plans
            results.append(session.run({"y": fetches[i]}, {x: np.ones((n, 3))})["y"])
        return results

    for i, values in enumerate(in_threads(body)):
        for k, value in enumerate(values):
            assert value.shape == (1 + (i + k) % 12, 3)
            assert np.all(value == 1.0 + i)


@pytest.mark.parametrize("shape", [(), (50_000,)])
def test_totals_are_exact(shape):
    w = tf.Variable(np.zeros(shape, np.int64))
    more = tf.assign_add(w, np.ones(shape, np.int64), use_locking=True)
    less = tf.assign_sub(w, np.ones(shape, np.int64), use_locking=True)
    session = tf.Session()
    session.run(w.initializer)

    def body(i):
        for _ in range(RUNS):
            session.run([more, w] if i % 2 else more.op)
            session.run([more.op, less.op])

    in_threads(body)
    assert np.all(session.run(w) == THREADS * RUNS)


def test_counting_up_gives_every_number_once():
    w = tf.Variable(0)
    count = tf.count_up_to(w, THREADS * RUNS)
    session = tf.Session()
    session.run(w.initializer)
    numbers = in_threads(lambda i: [int(session.run(count)) for _ in range(RUNS)])
    assert sorted(n for part in numbers for n in part) == list(range(THREADS * RUNS))
    with pytest.raises(tf.errors.OutOfRangeError):
        session.run(count)


def test_sessions_of_their_own(graph):
    w = tf.Variable(0.0)
    more = tf.assign_add(w, 1.0)

    def body(i):
        with graph.as_default(), tf.Session() as session:
            assert tf.get_default_session() is session
            w.initializer.run()
            for _ in range(i + 1):
                more.eval()
            return float(w.eval())

    assert in_threads(body) == [float(i + 1) for i in range(THREADS)]
    assert tf.get_default_session() is None


def test_traces_in_several_threads():
    x = tf.placeholder(tf.float32, [None])
    y = tf.exp(tf.nn.relu(x))
    session = tf.Session()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)

    def body(i):
        metadata = tf.RunMetadata()
        session.run(y, {x: np.ones(4)}, options, metadata)
        return len(metadata.step_stats.dev_stats[0].node_stats)

    assert len(set(in_threads(body))) == 1


def test_training_and_watching_at_once():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(np.zeros((3, 1), np.float32))
    steps = tf.Variable(0, trainable=False)
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=steps)
    session = tf.Session()
    session.run(tf.global_variables_initializer())

    def body(i):
        if i % 2:
            for _ in range(RUNS):
                session.run(train, {x: np.ones((4, 3))})
            return True
        seen = [session.run([steps, w, loss], {x: np.ones((2, 3))}) for _ in range(RUNS)]
        counts = [int(count) for count, _, _ in seen]
        # A weight is read whole: its rows, which learn the same, are never of different steps.
        whole = all(np.ptp(weight) == 0 for _, weight, _ in seen)
        return whole and counts == sorted(counts)

    assert all(in_threads(body))
    assert session.run(loss, {x: np.ones((1, 3))}) < 0.01


def test_many_graphs_and_sessions_at_once():
    def body(i):
        with tf.Graph().as_default() as graph:
            w = tf.get_variable("w", initializer=float(i))
            more = tf.assign_add(w, 1.0)
            sessions = [tf.Session(graph=graph) for _ in range(3)]
            for session in sessions:
                session.run(w.initializer)
            for k, session in enumerate(sessions):
                for _ in range(k * 5):
                    session.run(more)
            return [float(session.run("w:0")) for session in sessions]

    assert in_threads(body) == [[i, i + 5.0, i + 10.0] for i in range(THREADS)]
