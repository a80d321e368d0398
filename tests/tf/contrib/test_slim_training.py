"""Training and evaluation loops of tf.contrib.slim and tf.contrib.training, and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reflow as tf

slim = tf.contrib.slim
training = tf.contrib.training


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph
    tf.summary.FileWriterCache.clear()


def regression() -> Any:
    """A train_op; its loss falls from 16 by a factor of 4 at each step."""
    loss = tf.square(tf.get_variable("w", initializer=4.0))
    tf.summary.scalar("loss", loss)
    optimizer = tf.train.GradientDescentOptimizer(0.25)
    return slim.learning.create_train_op(loss, optimizer)


def trained(folder: Path, steps: int = 3) -> None:
    with tf.Graph().as_default():
        slim.learning.train(regression(), str(folder), number_of_steps=steps, log_every_n_steps=0)


def test_slim_trains_and_goes_on(tmp_path: Path) -> None:
    loss = slim.learning.train(regression(), str(tmp_path), number_of_steps=2, log_every_n_steps=1)
    assert loss == 4.0
    with tf.Graph().as_default():
        loss = slim.learning.train(
            regression(), str(tmp_path), number_of_steps=3, save_summaries_secs=0
        )
    assert loss == 1.0
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-3")


def test_slim_trains_without_a_folder() -> None:
    starts = []
    loss = slim.learning.train(
        regression(), None, number_of_steps=2, init_fn=lambda session: starts.append(session)
    )
    assert loss == 4.0
    assert len(starts) == 1


def test_slim_ends_with_the_input(tmp_path: Path) -> None:
    factor = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).make_one_shot_iterator().get_next()
    loss = factor * tf.square(tf.get_variable("w", initializer=4.0))
    train_op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.25))
    assert slim.learning.train(train_op, str(tmp_path)) == 8.0


def test_slim_begins_again_after_an_abortion() -> None:
    sessions = []

    def step(session: Any, train_op: Any, global_step: Any, kwargs: Any) -> tuple[Any, Any]:
        sessions.append(session)
        if len(sessions) == 1:
            raise tf.errors.AbortedError(None, None, "preempted")
        return slim.learning.train_step(session, train_op, global_step, kwargs)

    assert slim.learning.train(regression(), None, step, number_of_steps=1) == 16.0
    assert len(sessions) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"train_op": None}, "train_op cannot be None"),
        ({"summary_op": None}, "Cannot provide summary_op because logdir=None"),
        ({"trace_every_n_steps": 1}, "Cannot provide trace_every_n_steps because logdir=None"),
        ({"number_of_steps": 0}, "either None or a positive number"),
    ],
)
def test_slim_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slim.learning.train(**{"train_op": regression(), "logdir": None, **arguments})


def test_training_with_hooks(tmp_path: Path) -> None:
    loss = training.train(regression(), str(tmp_path), hooks=[tf.train.StopAtStepHook(num_steps=2)])
    assert loss == 4.0
    with pytest.raises(ValueError, match="logdir cannot be None"):
        training.train(regression, None)


def evaluated() -> tuple[Any, Any]:
    """(the mean over some steps of w times 1, 2, 3, ..., the operation that makes a step)."""
    w = tf.get_variable("w", initializer=0.0)
    count = tf.get_local_variable("count", initializer=0.0)
    return tf.metrics.mean(w * tf.assign_add(count, 1.0))


def test_slim_evaluates_a_checkpoint(tmp_path: Path) -> None:
    trained(tmp_path)
    value, update = evaluated()
    tf.summary.scalar("value", value)
    path = tf.train.latest_checkpoint(str(tmp_path))
    final = slim.evaluation.evaluate_once(
        "", path, str(tmp_path / "eval"), num_evals=4, eval_op=update, final_op=value
    )
    assert final == 0.5 * 2.5
    (events,) = (tmp_path / "eval").glob("events*")
    steps = [each.step for each in tf.train.summary_iterator(str(events)) if each.summary.value]
    assert steps == [3]


def test_slim_evaluates_those_that_come(tmp_path: Path) -> None:
    trained(tmp_path)
    value, update = evaluated()
    final = slim.evaluation.evaluation_loop(
        "",
        str(tmp_path),
        str(tmp_path / "eval"),
        num_evals=2,
        eval_op=update,
        final_op=value,
        summary_op=None,
        max_number_of_evaluations=1,
    )
    assert final == 0.5 * 1.5
    with tf.Graph().as_default():
        tf.get_variable("w", initializer=0.0)
        nothing = slim.evaluation.evaluation_loop(
            "", str(tmp_path / "none"), str(tmp_path), timeout=0, summary_op=None
        )
    assert nothing is None


def test_evaluation_until_the_input_ends(tmp_path: Path) -> None:
    trained(tmp_path)
    numbers = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    value, update = tf.metrics.mean(numbers)
    final = training.evaluate_repeatedly(
        str(tmp_path),
        eval_ops={"update": update},
        final_ops=value,
        hooks=[training.StopAfterNEvalsHook(None)],
        max_number_of_evaluations=1,
    )
    assert final == 1.0


# -- Checkpoints -----------------------------------------------------------------------------------


def test_checkpoints_tell_what_they_hold(tmp_path: Path) -> None:
    trained(tmp_path)
    folder = str(tmp_path)
    assert tf.train.list_variables(folder) == [("global_step", []), ("w", [])]
    assert tf.train.load_variable(folder, "w:0") == 0.5
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(folder))
    assert reader.has_tensor("w")
    assert not reader.has_tensor("v")
    assert reader.get_variable_to_shape_map() == {"global_step": [], "w": []}
    assert reader.get_variable_to_dtype_map()["global_step"] is tf.int64
    np.testing.assert_array_equal(reader.get_tensor("global_step"), 3)
    with pytest.raises(tf.errors.NotFoundError, match="v not found in checkpoint"):
        reader.get_tensor("v")
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        tf.train.load_checkpoint(str(tmp_path / ".."))


def test_checkpoints_come_one_by_one(tmp_path: Path) -> None:
    trained(tmp_path)
    seen = []
    for path in tf.train.checkpoints_iterator(str(tmp_path), timeout=0):
        seen.append(Path(path).name)
        if len(seen) == 1:
            trained(tmp_path, steps=4)
    assert seen == ["model.ckpt-3", "model.ckpt-4"]


def test_the_placeholders_of_a_graph(graph: tf.Graph) -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    assert tf.contrib.framework.get_placeholders(graph) == [a, b]
