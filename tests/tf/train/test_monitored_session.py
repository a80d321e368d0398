"""Monitored sessions, hooks and supervisors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import reflow as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph
    tf.summary.FileWriterCache.clear()


def training() -> tuple[Any, Any]:
    """(an operation that makes a step, a loss that falls from 16)."""
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", initializer=4.0)
    loss = tf.square(w)
    tf.summary.scalar("loss", loss)
    return tf.train.GradientDescentOptimizer(0.25).minimize(loss, step), loss


def events(folder: Path) -> list[Any]:
    (path,) = folder.glob("events*")
    return list(tf.train.summary_iterator(str(path)))


# -- Sessions --------------------------------------------------------------------------------------


def test_trains_saves_and_goes_on(tmp_path: Path) -> None:
    train, loss = training()
    hooks = [tf.train.StopAtStepHook(last_step=3)]
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=str(tmp_path), hooks=hooks, save_summaries_steps=1, log_step_count_steps=2
    ) as session:
        losses = []
        while not session.should_stop():
            losses.append(session.run([train, loss])[1])
        with pytest.raises(RuntimeError, match="Run called even after should_stop requested"):
            session.run(train)
    assert losses == [16.0, 4.0, 1.0]
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-3")
    tags = [value.tag for event in events(tmp_path) for value in event.summary.value]
    assert tags.count("loss") == 3
    assert tags.count("global_step/sec") == 1

    with tf.Graph().as_default():
        train, loss = training()
        with tf.train.MonitoredTrainingSession(checkpoint_dir=str(tmp_path)) as session:
            assert session.run(tf.train.get_global_step()) == 3
            assert session.run(loss) == 0.25


def test_an_end_of_input_ends_the_block() -> None:
    numbers = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    seen = []
    with tf.train.MonitoredSession() as session:
        while not session.should_stop():
            seen.append(session.run(numbers))
    assert seen == [0, 1, 2]
    assert session.should_stop()


def test_other_errors_leave_the_block() -> None:
    class Ends(tf.train.SessionRunHook):
        ended = False

        def end(self, session: Any) -> None:
            self.ended = True

    hook = Ends()
    with pytest.raises(ZeroDivisionError):
        with tf.train.MonitoredSession(hooks=[hook]):
            raise ZeroDivisionError
    assert not hook.ended


def test_a_preempted_session_is_made_anew() -> None:
    class Preempts(tf.train.SessionRunHook):
        sessions: ClassVar[list[Any]] = []

        def after_create_session(self, session: Any, coord: Any) -> None:
            self.sessions.append(session)

        def before_run(self, run_context: Any) -> None:
            if len(self.sessions) == 1:
                raise tf.errors.AbortedError(None, None, "preempted")

    x = tf.constant(3)
    hook = Preempts()
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        assert session.run(x) == 3
    assert len(hook.sessions) == 2


def test_the_graph_can_change_afterwards(graph: tf.Graph) -> None:
    x = tf.constant(1)
    with tf.train.SingularMonitoredSession() as session:
        assert session.raw_session().run(x) == 1
        with pytest.raises(RuntimeError, match="finalized"):
            tf.constant(2)
    tf.constant(2)
    with pytest.raises(RuntimeError, match="already closed"):
        session.close()


def test_steps_with_and_without_hooks() -> None:
    class Counts(tf.train.SessionRunHook):
        runs = 0

        def after_run(self, run_context: Any, run_values: Any) -> None:
            self.runs += 1

    x, hook = tf.constant(5), Counts()

    def step(step_context: Any) -> Any:
        step_context.session.run(x)
        return step_context.run_with_hooks(x)

    with tf.train.MonitoredSession(hooks=[hook]) as session:
        assert session.run_step_fn(step) == 5
        assert hook.runs == 1
        with pytest.raises(ValueError, match="`step_fn` may either have one"):
            session.run_step_fn(lambda a, b: None)
        with pytest.raises(StopIteration):
            session.run_step_fn(lambda step_context: step_context.request_stop())


def test_variables_that_nothing_initializes() -> None:
    tf.get_variable("w", initializer=1.0)
    scaffold = tf.train.Scaffold(init_op=tf.no_op(), local_init_op=tf.no_op())
    scaffold._ready_for_local_init_op = tf.constant([], tf.string)
    with pytest.raises(RuntimeError, match="Variables not initialized: w"):
        tf.train.MonitoredSession(tf.train.ChiefSessionCreator(scaffold))


# -- Hooks -----------------------------------------------------------------------------------------


def test_hooks_fetch_and_feed() -> None:
    x, y = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])

    class Adds(tf.train.SessionRunHook):
        def before_run(self, run_context: Any) -> Any:
            assert run_context.original_args.fetches is total
            return tf.train.SessionRunArgs({"x": x}, {y: 2.0})

        def after_run(self, run_context: Any, run_values: Any) -> None:
            self.results = run_values.results

    total, hook = x + y, Adds()
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        assert session.run(total, {x: 1.0}) == 3.0
        assert hook.results == {"x": 1.0}
        with pytest.raises(RuntimeError, match="fed by a SessionRunHook and user"):
            session.run(total, {x: 1.0, y: 1.0})


def test_feeds_and_final_values() -> None:
    x = tf.placeholder(tf.float32, [])
    final = tf.train.FinalOpsHook(x * 2, {x: 4.0})
    hooks = [tf.train.FeedFnHook(lambda: {x: 3.0}), final]
    with tf.train.MonitoredSession(hooks=hooks) as session:
        assert session.run(x) == 3.0
    assert final.final_ops_values == 8.0


def test_logs_tensors(caplog: pytest.LogCaptureFixture) -> None:
    tf.logging.set_verbosity(tf.logging.INFO)
    try:
        a = tf.constant(1.5, name="a")
        hook = tf.train.LoggingTensorHook({"two": a, "one": "a"}, every_n_iter=2)
        with tf.train.MonitoredSession(hooks=[hook]) as session:
            for _ in range(3):
                session.run(a)
    finally:
        tf.logging.set_verbosity(tf.logging.WARN)
    assert caplog.text.count("one = 1.5, two = 1.5") == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf.train.LoggingTensorHook(["a"]), "exactly one of every_n_iter"),
        (lambda: tf.train.LoggingTensorHook(["a"], every_n_iter=0), "invalid every_n_iter=0"),
        (lambda: tf.train.StopAtStepHook(), "One of num_steps or last_step"),
        (lambda: tf.train.StopAtStepHook(1, 2), "Only one of num_steps or last_step"),
        (lambda: tf.train.StepCounterHook(1, 2), "exactly one of every_n_steps"),
        (lambda: tf.train.SecondOrStepTimer(), "Either every_secs or every_steps"),
        (lambda: tf.train.SummarySaverHook(1), "Exactly one of scaffold or summary_op"),
    ],
)
def test_hooks_that_are_told_too_little_or_too_much(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_loss_that_is_no_number() -> None:
    loss = tf.constant(np.nan)
    with pytest.raises(tf.train.NanLossDuringTrainingError, match="NaN loss during training"):
        with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(loss)]) as session:
            session.run(loss)
    with tf.Graph().as_default():
        loss = tf.constant(np.nan)
        hook = tf.train.NanTensorHook(loss, fail_on_nan_loss=False)
        with tf.train.MonitoredSession(hooks=[hook]) as session:
            session.run(loss)
            assert session.should_stop()


def test_listeners_see_checkpoints_and_stop(tmp_path: Path) -> None:
    class Listens(tf.train.CheckpointSaverListener):
        seen: ClassVar[list[Any]] = []

        def before_save(self, session: Any, global_step_value: int) -> None:
            self.seen.append(("before", global_step_value))

        def after_save(self, session: Any, global_step_value: int) -> bool:
            self.seen.append(("after", global_step_value))
            return global_step_value == 2

        def end(self, session: Any, global_step_value: int) -> None:
            self.seen.append(("end", global_step_value))

    train, _ = training()
    scaffold, listener = tf.train.Scaffold(), Listens()
    hook = tf.train.CheckpointSaverHook(
        str(tmp_path), save_steps=2, scaffold=scaffold, listeners=[listener]
    )
    creator = tf.train.ChiefSessionCreator(scaffold)
    with tf.train.MonitoredSession(creator, [hook]) as session:
        while not session.should_stop():
            session.run(train)
    assert listener.seen == [
        ("before", 0),
        ("after", 0),
        ("before", 2),
        ("after", 2),
        ("end", 2),
    ]
    assert (tmp_path / "graph.pbtxt").exists()


# -- Supervisors -----------------------------------------------------------------------------------


def test_a_supervisor_saves_and_restores(tmp_path: Path) -> None:
    train, loss = training()
    supervisor = tf.train.Supervisor(logdir=str(tmp_path))
    with supervisor.managed_session() as session:
        for _ in range(2):
            session.run(train)
        supervisor.saver.save(session, supervisor.save_path, supervisor.global_step)
    assert supervisor.should_stop()

    with tf.Graph().as_default():
        train, loss = training()
        again = tf.train.Supervisor(logdir=str(tmp_path), save_model_secs=0)
        with again.managed_session() as session:
            assert session.run([again.global_step, loss]) == [2, 1.0]


def test_errors_under_a_supervisor() -> None:
    tf.constant(1)
    with pytest.raises(ZeroDivisionError):
        with tf.train.Supervisor().managed_session():
            raise ZeroDivisionError


def test_an_end_of_input_under_a_supervisor() -> None:
    numbers = tf.data.Dataset.range(2).make_one_shot_iterator().get_next()
    supervisor = tf.train.Supervisor()
    with supervisor.managed_session() as session:
        while not supervisor.should_stop():
            session.run(numbers)


def test_only_chiefs_have_services(tmp_path: Path) -> None:
    tf.Variable(1.0)
    with pytest.raises(ValueError, match="all Variables must have their device set"):
        tf.train.Supervisor(is_chief=False, logdir=str(tmp_path))


def test_a_loop_begins_again_after_an_abortion() -> None:
    tf.constant(1)
    supervisor, calls = tf.train.Supervisor(), []

    def step(session: Any, number: int) -> None:
        calls.append(number)
        if len(calls) == 1:
            raise tf.errors.AbortedError(None, None, "preempted")
        supervisor.request_stop()

    tf.train.basic_train_loop(supervisor, step, args=[7])
    assert calls == [7, 7]


def test_an_initial_value_of_a_loop() -> None:
    count = tf.while_loop(lambda i: i < 1, lambda i: i + 1, [0])
    v = tf.Variable(tf.identity(count))
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    session = manager.prepare_session("", init_op=v.initializer)
    assert session.run(v) == 1
