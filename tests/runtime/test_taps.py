"""What an observer reads off runs, and that nothing changes by it."""

import threading

import numpy as np
import pytest

from reflow import tf
from reflow.runtime.session import observe
from reflow.runtime.taps import Count, Tap, fed_values, nothing_bad, slot_of


class Recording:
    """Watches all runs, and taps what `choose` gives for their operations."""

    def __init__(self, choose=lambda tensors, operations: (), traced=False):
        self._choose = choose
        self._traced = traced
        self.asked = []
        self.runs = []
        self.watchers = []
        self.ended = False
        self.left = []

    def watch(self, session, tensors, operations):
        self.asked.append((list(tensors), list(operations)))
        tapped = tuple(self._choose(tensors, operations))
        self.watchers.append(_Watcher(self.runs, tapped, self._traced))
        return self.watchers[-1]

    def session_ends(self, graph):
        self.left.append(graph)

    def end(self):
        self.ended = True


class _Watcher:
    def __init__(self, runs, tensors, traced):
        self.count = Count()
        self.item = nothing_bad
        self._runs = runs
        self._tensors = tensors
        self._traced = traced

    def before(self, key):
        return Tap(self._tensors, self._traced) if self._tensors or self._traced else None

    def alarm(self, fetched):
        self._runs.append(("alarm", fetched))

    def after(self, tap, key, fed, fetched, seconds):
        self._runs.append((tap, fed_values(key, fed), fetched, seconds))


@pytest.fixture
def observing():
    """Sets the process's observer until the test ends."""
    yield observe
    observe(None)


def network(keep=0.5):
    """A net with dropout: hidden activations, loss and training step, with its placeholder."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 4])
    w = tf.Variable(tf.random_normal([4, 3], seed=2))
    hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w)), keep)
    loss = tf.reduce_sum(tf.square(hidden - 1.0))
    return x, w, hidden, loss, tf.train.AdamOptimizer(0.1).minimize(loss)


BATCH = np.arange(20, dtype=np.float32).reshape(5, 4) / 20


def losses_of(steps, x, loss, train):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run([loss, train], {x: BATCH})[0] for _ in range(steps)]


def test_numbers_are_the_same_whatever_is_tapped(graph, observing):
    x, _, hidden, loss, train = network()
    plain = losses_of(8, x, loss, train)
    floats = [t for op in graph.get_operations() for t in op.outputs if t.dtype.is_floating]
    observer = Recording(lambda tensors, operations: floats)
    observing(observer)
    assert losses_of(8, x, loss, train) == plain
    tapped = [tap for tap, _, fetched, _ in observer.runs if len(fetched) > 1]
    # What the initializer computes does not run in a training step, and is not read.
    by_tensor = dict(zip(floats, tapped[-1].values))
    assert by_tensor[graph.get_tensor_by_name("random_normal:0")] is None
    assert float(by_tensor[loss]) == plain[-1]
    assert by_tensor[hidden].shape == (5, 3)


def test_what_is_tapped_belongs_to_the_observer(observing):
    x, w, hidden, _, train = network()
    read = w.value()
    observer = Recording(lambda tensors, operations: [x, read, hidden])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        observing(observer)
        batch = BATCH.copy()
        fetched, _ = session.run([hidden, train], {x: batch})
        tap = observer.runs[-1][0]
        before = [value.clone() for value in tap.values]
        batch[:] = 7
        fetched[:] = 7
        session.run(train, {x: BATCH})
        for value, old in zip(tap.values, before):
            np.testing.assert_array_equal(value, old)


def test_what_may_not_be_there_is_none(observing):
    x = tf.placeholder(tf.float32, [])
    branch = tf.cond(x > 0, lambda: tf.sin(x, name="inside"), lambda: x)
    loop = tf.while_loop(lambda v: v < 10, lambda v: tf.add(v, 1, name="again"), [branch])
    graph = tf.get_default_graph()
    inside, again = (
        graph.get_operation_by_name(f"{n}").outputs[0] for n in ("cond/inside", "while/again")
    )
    elsewhere = tf.cos(x) + tf.random_uniform([])
    text = tf.as_string(x)
    whole = tf.floor(x)
    observer = Recording(lambda tensors, operations: [inside, again, elsewhere, text, whole])
    observing(observer)
    with tf.Session() as session:
        for value in (-1.5, 1.5):
            session.run([loop, text, whole], {x: value})
            values = observer.runs[-1][0].values
            assert values[:4] == (None,) * 4
            assert float(values[4]) == np.floor(value)


@pytest.mark.parametrize("use_resource", [False, True])
def test_what_only_computes_is_computed_besides(observing, use_resource):
    x = tf.placeholder(tf.float32, [])
    w = tf.Variable(2.0, use_resource=use_resource)
    loss = tf.square(w * x) + 0.5 * w
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    unfed = loss * tf.placeholder(tf.float32, [])
    checked = tf.check_numerics(loss, "")
    other = tf.identity(tf.Variable(1.0, use_resource=use_resource))
    observer = Recording(lambda tensors, operations: [loss, unfed, checked, other])
    observing(observer)
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(train, {x: 3.0})
    values = observer.runs[-1][0].values
    assert float(values[0]) == 37.0 and values[1:] == (None,) * 3


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_variable_that_only_the_tapped_loss_needs(observing, use_resource):
    x = tf.placeholder(tf.float32, [])
    w, bias = (tf.Variable(value, use_resource=use_resource) for value in (2.0, 0.5))
    loss = -(w * x + bias)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[w])
    observer = Recording(lambda tensors, operations: [loss])
    observing(observer)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for expected in (-6.5, -7.4):
            session.run(train, {x: 3.0})
            assert float(observer.runs[-1][0].values[0]) == pytest.approx(expected)


def test_a_traced_run_tells_times(observing):
    x, _, hidden, loss, train = network()
    observer = Recording(traced=True)
    observing(observer)
    losses_of(1, x, loss, train)
    times = observer.runs[-1][0].times
    seconds, size = times[hidden.op.name]
    assert 0 < seconds < 1 and size == 5 * 3 * 4
    assert loss.op.name in times


def test_options_callables_and_other_sessions_are_watched(observing):
    x = tf.placeholder(tf.float32, [None])
    y = x * 2
    observer = Recording(lambda tensors, operations: [y])
    observing(observer)
    first, second = tf.Session(), tf.Session()
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert first.run(y, {x: [1]}, options, metadata).tolist() == [2]
    assert metadata.step_stats.dev_stats
    call = second.make_callable(y, [x])
    assert call([3]).tolist() == [6]
    first.run(y, {x: [5]}, None, tf.RunMetadata())
    values = [tap.values for tap, _, _, _ in observer.runs]
    assert values[0] == ()  # the program's own trace is of the program's own plan
    assert values[1][0].tolist() == [6] and values[2][0].tolist() == [10]
    assert len(observer.asked) == 2


def test_only_runs_that_end_well_are_told(observing):
    x = tf.placeholder(tf.float32, [None])
    y = tf.check_numerics(x, "no number")
    observer = Recording()
    observing(observer)
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="no number"):
            session.run(y, {x: [np.nan]})
        session.run(y, {x: [1]})
    assert len(observer.runs) == 1


def test_sessions_that_ran_before_are_watched_from_now_on_and_no_longer(observing):
    c = tf.constant(1.0)
    observer = Recording(lambda tensors, operations: [c])
    with tf.Session() as session:
        session.run(c)
        observing(observer)
        session.run(c)
        observing(None)
        session.run(c)
    assert len(observer.runs) == 1
    assert observer.ended


def test_many_shapes_share_the_tapped_plan_for_any_shape(observing):
    x = tf.placeholder(tf.float32, [None])
    y = x + 1
    z = y * 2
    observer = Recording(lambda tensors, operations: [y])
    observing(observer)
    with tf.Session() as session:
        for n in range(1, 20):
            session.run(z, {x: np.zeros(n)})
            assert observer.runs[-1][0].values[0].shape == (n,)
        assert observer.runs[-1][0].planning < observer.runs[0][0].planning


def test_threads(observing):
    x = tf.placeholder(tf.float32, [])
    y = x * 2
    z = y + 1
    observer = Recording(lambda tensors, operations: [y])
    observing(observer)
    wrong = []
    with tf.Session() as session:

        def work(k):
            for _ in range(50):
                if session.run(z, {x: k}) != 2 * k + 1:
                    wrong.append(k)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong and len(observer.runs) == 200
    for tap, fed, fetched, _ in observer.runs:
        assert float(tap.values[0]) == 2 * float(fed[x]) == fetched[0] - 1


def test_the_slot_of_a_variable(observing):
    for use_resource in (False, True):
        w = tf.Variable([1.0, 2.0], use_resource=use_resource)
        owner = w.handle.op if use_resource else w.op
        with tf.Session() as session:
            session.run(w.initializer)
            assert slot_of(session, owner).value.tolist() == [1, 2]
            assert slot_of(session, w.initializer) is None


def test_runs_that_are_only_counted(observing):
    observer = Recording()
    observing(observer)
    x = tf.placeholder(tf.float32, [2])
    y = x * 2.0
    with tf.Session() as session:
        session.run(y, {x: [1, 2]})
        watcher = observer.watchers[0]
        watcher.count.wake = 4
        for _ in range(3):
            np.testing.assert_array_equal(session.run(y, {x: [3, 4]}), [6, 8])
        assert len(observer.runs) == 1 and watcher.count.step == 3
        np.testing.assert_array_equal(fed_values(*watcher.count.fed)[x], [3, 4])

        session.run(y, {x: [5, 6]})  # the fourth: it is told of
        assert len(observer.runs) == 2

        watcher.count.wake = 10
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        session.run(y, {x: [5, 6]}, options=options, run_metadata=tf.RunMetadata())
        assert len(observer.runs) == 3 and watcher.count.step == 3

        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(tf.check_numerics(y, "y"), {x: [np.nan, 1]})
        assert watcher.count.step == 3


def test_a_number_that_goes_bad_between_runs_that_are_told_of(observing):
    observer = Recording()
    observing(observer)
    y = tf.constant(1.0) + 1.0
    with tf.Session() as session:
        session.run(y)
        watcher = observer.watchers[0]
        watcher.count.wake = 100
        numbers = iter([0.0, 1.0, np.inf, np.nan])
        watcher.item = lambda _: next(numbers)
        for _ in range(4):
            session.run(y)
    assert observer.runs[1:] == [("alarm", (2.0,))] * 2
