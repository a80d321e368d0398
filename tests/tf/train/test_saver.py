"""tf.train.Saver and the `checkpoint` file."""

import json
import pathlib

import numpy as np
import pytest

import reflow as tf
from tests.reference import checkpoint_programs

RECORDED = pathlib.Path(__file__).parents[2] / "reference" / "checkpoint"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_the_operations_are_those_of_tensorflow(graph):
    checkpoint_programs.build(tf)
    assert checkpoint_programs.saving_nodes(graph) == json.loads(
        (RECORDED / "nodes.json").read_text()
    )


def test_the_files_are_those_of_tensorflow(tmp_path):
    saver = checkpoint_programs.build(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert saver.save(session, str(tmp_path / "model")) == str(tmp_path / "model")
    for suffix in (".index", ".data-00000-of-00001"):
        written = (tmp_path / f"model{suffix}").read_bytes()
        assert written == (RECORDED / f"model{suffix}").read_bytes()
    meta = tf.MetaGraphDef.FromString((tmp_path / "model.meta").read_bytes())
    assert meta.saver_def.restore_op_name == "save/restore_all"
    assert len(meta.collection_def["variables"].bytes_list.value) == 8


def test_variables_come_back_without_being_initialised(tmp_path):
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", initializer=[3, 4], use_resource=True)
    saver = tf.train.Saver({"first": v, "second": r})
    with tf.Session() as session:
        session.run([v.initializer, r.initializer])
        path = saver.save(session, str(tmp_path / "m"), global_step=7)
    assert path == str(tmp_path / "m-7") == tf.train.latest_checkpoint(str(tmp_path))
    with tf.Session() as session:
        saver.restore(session, path)
        assert [value.tolist() for value in session.run([v, r])] == [[1, 2], [3, 4]]


def test_old_checkpoints_go(tmp_path):
    v = tf.Variable(0)
    saver = tf.train.Saver(max_to_keep=2, save_relative_paths=True, pad_step_number=True)
    with tf.Session() as session:
        session.run(v.initializer)
        for step in range(4):
            saver.save(session, str(tmp_path / "m"), global_step=step)
    assert sorted(path.name for path in tmp_path.glob("*.index")) == [
        "m-00000002.index",
        "m-00000003.index",
    ]
    assert (tmp_path / "checkpoint").read_text() == (
        'model_checkpoint_path: "m-00000003"\n'
        'all_model_checkpoint_paths: "m-00000002"\n'
        'all_model_checkpoint_paths: "m-00000003"\n'
    )
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.all_model_checkpoint_paths == saver.last_checkpoints
    assert tf.train.checkpoint_exists(state.model_checkpoint_path)
    tf.train.remove_checkpoint(state.model_checkpoint_path)
    assert tf.train.latest_checkpoint(str(tmp_path)) is None


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_variable_that_no_message_can_hold_is_saved(tmp_path, caplog, use_resource):
    variable = tf.Variable(tf.ones([2]), "bias", use_resource=use_resource)  # trainable="bias"
    tf.Variable(0, False, collections=["steps"])
    with tf.Session() as session:
        session.run([variable.initializer, tf.get_collection("steps")[0].initializer])
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    assert tf.train.list_variables(path) == [("Variable", [2])]
    meta = tf.MetaGraphDef.FromString((tmp_path / "m.meta").read_bytes())
    assert list(meta.collection_def) == ["steps"]
    assert [record.message.partition(" is left out")[0] for record in caplog.records] == [
        "The collection variables",
        "The collection trainable_variables",
    ]


def test_another_shape_only_if_asked_for(tmp_path):
    v = tf.Variable(np.arange(4.0), name="v")
    with tf.Session() as session:
        session.run(v.initializer)
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable(np.zeros([2, 2]), name="v")
        tf.train.Saver(reshape=True, restore_sequentially=True).restore(session, path)
        assert session.run(v).tolist() == [[0, 1], [2, 3]]
        with pytest.raises(tf.errors.InvalidArgumentError, match="shapes of both tensors"):
            tf.train.Saver().restore(session, path)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(np.zeros([4], np.float32), name="v")
        with pytest.raises(tf.errors.InvalidArgumentError, match="expected dtype float"):
            tf.train.Saver().restore(session, path)
        tf.Variable(0, name="w")
        with pytest.raises(tf.errors.NotFoundError, match="Key w not found in checkpoint"):
            tf.train.Saver([tf.global_variables()[-1]]).restore(session, path)


def test_errors(tmp_path):
    with pytest.raises(ValueError, match="No variables to save"):
        tf.train.Saver()
    assert tf.train.Saver(allow_empty=True).save(tf.Session(), str(tmp_path / "m")) is None
    v = tf.Variable(0, name="v")
    with pytest.raises(TypeError, match="is not a Variable"):
        tf.train.Saver([3])
    with pytest.raises(ValueError, match="two names"):
        tf.train.Saver({"a": v, "b": v})
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(ValueError, match=r"Parent directory of .* doesn't exist"):
            saver.save(session, str(tmp_path / "no" / "m"))
        with pytest.raises(ValueError, match="not a valid checkpoint"):
            saver.restore(session, str(tmp_path / "none"))
        with pytest.raises(ValueError, match="when it is None"):
            saver.restore(session, None)
        with pytest.raises(ValueError, match="collides"):
            saver.save(session, str(tmp_path / "checkpoint"))
    with pytest.raises(TypeError, match="must be a Session"):
        saver.save(None, str(tmp_path / "m"))
