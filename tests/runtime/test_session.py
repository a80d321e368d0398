import threading

import numpy as np
import pytest

from reflow import tf


def test_with_makes_the_session_and_its_graph_the_default_ones():
    graph = tf.Graph()
    with tf.Session(graph=graph) as session:
        assert tf.get_default_session() is session
        assert tf.get_default_graph() is graph
        c = tf.constant(3.0)
        assert c.eval() == 3.0
    assert tf.get_default_session() is None
    assert tf.get_default_graph() is not graph
    with pytest.raises(RuntimeError, match="closed Session"):
        session.run(c)


def test_with_closes_the_session_when_the_body_raises(graph):
    with pytest.raises(KeyError):
        with tf.Session() as session:
            raise KeyError
    assert tf.get_default_session() is None
    with pytest.raises(RuntimeError, match="closed Session"):
        session.run(tf.constant(1))


def test_as_default_nests_and_does_not_close():
    c = tf.constant(1.0)
    outer, inner = tf.Session(), tf.Session()
    with outer.as_default() as entered:
        assert entered is outer
        with inner.as_default():
            assert tf.get_default_session() is inner
        with outer.as_default():
            assert c.eval() == 1.0
        assert tf.get_default_session() is outer
    assert outer.run(c) == inner.run(c) == 1.0


def test_a_session_may_be_entered_again_after_leaving(graph):
    c = tf.constant(1.0)
    session = tf.Session()
    with session.as_default():
        assert c.eval() == 1.0
    with session as entered:
        assert entered is session


def test_interactive_session_is_the_default_one_until_closed():
    c = tf.constant(2.0)
    session = tf.InteractiveSession()
    assert tf.get_default_session() is session
    assert c.eval() == 2.0
    session.close()
    session.close()
    assert tf.get_default_session() is None


def test_interactive_session_of_a_graph_makes_it_the_default_graph(graph):
    other = tf.Graph()
    session = tf.InteractiveSession(graph=other)
    assert tf.get_default_graph() is other
    session.close()
    assert tf.get_default_graph() is graph


def test_second_interactive_session_warns():
    first = tf.InteractiveSession()
    with pytest.warns(UserWarning, match="An interactive session is already active"):
        second = tf.InteractiveSession()
    assert tf.get_default_session() is second
    first.close()
    assert tf.get_default_session() is second
    second.close()


def test_each_session_has_variables_of_its_own():
    w = tf.Variable(1.0)
    more = tf.assign_add(w, 1.0)
    with tf.Session() as a, tf.Session() as b:
        for session in (a, b):
            session.run(w.initializer)
        a.run(more)
        a.run(more)
        assert (a.run(w), b.run(w)) == (3.0, 1.0)


def test_sessions_of_several_graphs_at_once():
    sessions = []
    for value in (1.0, 2.0, 3.0):
        with tf.Graph().as_default() as graph:
            tf.multiply(tf.placeholder(tf.float32, name="x"), value, name="y")
            sessions.append(tf.Session(graph=graph))
    assert [s.run("y:0", {"x:0": 10.0}) for s in sessions] == [10.0, 20.0, 30.0]


def test_operations_added_after_a_run_can_be_run():
    session = tf.Session()
    a = tf.constant(1.0)
    assert session.run(a) == 1.0
    b = a + 1.0
    assert session.run([a, b]) == [1.0, 2.0]


def test_control_input_added_after_a_run_is_heeded():
    w = tf.Variable(1.0)
    y = tf.add(w, 0.0)
    more = tf.assign_add(w, 1.0)
    session = tf.Session()
    session.run(w.initializer)
    assert session.run(y) == 1.0
    w.value().op._add_control_input(more.op)
    y.op.inputs[0].op._add_control_input(more.op)
    assert session.run(y) == 2.0


def test_properties():
    graph = tf.Graph()
    session = tf.Session(graph=graph)
    assert session.graph is graph
    assert session.sess_str == b""
    with graph.as_default():
        tf.constant(1.0, name="c")
    assert [node.name for node in session.graph_def.node] == ["c"]


def test_eval_and_run_take_a_session():
    w = tf.Variable(4.0)
    session = tf.Session()
    w.initializer.run(session=session)
    assert w.eval(session=session) == 4.0
    x = tf.placeholder(tf.float32)
    assert (x * w).eval({x: 2.0}, session) == 8.0


def test_make_callable():
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.placeholder(tf.float32, [], name="y")
    w = tf.Variable(1.0)
    total = tf.reduce_sum(x) * y + w
    session = tf.Session()
    session.make_callable(w.initializer)()
    assert session.make_callable(w)() == 1.0
    call = session.make_callable({"total": total, "init": w.initializer}, [x, "y:0"])
    assert call([1.0, 2.0], 10.0) == {"total": 31.0, "init": None}
    assert call(np.array([4.0]), 1) == {"total": 5.0, "init": None}
    with pytest.raises(TypeError, match=r"takes 2 values.*Received: 1"):
        call([1.0])


def test_make_callable_with_options():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.nn.relu(x, name="y")
    call = tf.Session().make_callable(y, [x], accept_options=True)
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert call(-1.0, options=options, run_metadata=metadata) == 0.0
    assert [n.node_name for n in metadata.step_stats.dev_stats[0].node_stats] == ["y"]
    with pytest.raises(TypeError, match="options"):
        tf.Session().make_callable(tf.constant(1.0))(options=options)


def test_callable_of_closed_session():
    session = tf.Session()
    call = session.make_callable(tf.constant(1.0))
    session.close()
    with pytest.raises(RuntimeError, match="closed Session"):
        call()


def test_runs_in_a_thread_without_a_default_graph():
    c = tf.constant(1.0) + 1.0
    session = tf.Session()
    values = []
    thread = threading.Thread(target=lambda: values.append(session.run([c, "add:0"])))
    thread.start()
    thread.join()
    assert values == [[2.0, 2.0]]


def test_failed_run_leaves_variables_as_they_are():
    w = tf.Variable(np.ones(3, np.float32))
    value = tf.placeholder(tf.float32)
    assign = tf.assign(w, value)
    session = tf.Session()
    session.run(w.initializer)
    with pytest.raises(tf.errors.InvalidArgumentError):
        session.run(assign, {value: [1.0, 2.0]})
    assert session.run(w).tolist() == [1.0, 1.0, 1.0]
    assert session.run(assign, {value: [1.0, 2.0, 3.0]}).tolist() == [1.0, 2.0, 3.0]


def test_keyboard_interrupt_passes_through(monkeypatch):
    c = tf.Variable(1.0)
    session = tf.Session()
    session.run(c.initializer)
    y = tf.nn.relu(c)
    session.run(y)

    def interrupted(*args):
        raise KeyboardInterrupt

    plan = next(
        p for plans in session._plans.values() if y in plans.tensors for p in plans.exact.values()
    )
    monkeypatch.setattr(plan, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.run(y)
    monkeypatch.undo()
    assert session.run(y) == 1.0


def test_errors_know_their_operation():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.reshape(x, [2], name="y")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.Session().run(y, {x: [1.0]})
    error = caught.value
    assert error.op is y.op
    assert error.node_def.name == "y"
    assert error.error_code == tf.errors.INVALID_ARGUMENT
    assert error.message == str(error)
    assert isinstance(error, tf.OpError)


def test_failures_show_no_cause_but_for_defects(monkeypatch):
    x = tf.placeholder(tf.int32, [None], name="x")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.Session().run(tf.gather([1.0], x), {x: [3]})
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_reset_frees_all_sessions():
    v = tf.Variable(1.0)
    sessions = [tf.Session(), tf.Session()]
    for session in sessions:
        session.run(v.initializer)
    tf.Session.reset("", containers=["any"])
    for session in sessions:
        with pytest.raises(tf.errors.CancelledError, match="Session has been closed"):
            session.run(v)
        session.close()
        with pytest.raises(RuntimeError, match="closed Session"):
            session.run(v)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(v) == 1.0
