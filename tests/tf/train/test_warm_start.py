"""tf.train.warm_start from checkpoints of objects; savers of tf.contrib.opt's centres."""

import numpy as np
import pytest
from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

import reflow as tf
from reflow.files.tensor_bundle import SavedTensor, write_bundle
from reflow.graph import dtypes

KEY = "layer/kernel/.ATTRIBUTES/VARIABLE_VALUE"


@pytest.fixture
def objects(tmp_path):
    """A checkpoint as tf.train.Checkpoint writes it, of a variable that is called "w"."""
    described = TrackableObjectGraph()
    attribute = described.nodes.add().attributes.add()
    attribute.name, attribute.full_name, attribute.checkpoint_key = "VARIABLE_VALUE", "w", KEY
    graph = np.array(described.SerializeToString(), object)
    path = str(tmp_path / "model")
    tensors = [
        SavedTensor("_CHECKPOINTABLE_OBJECT_GRAPH", graph, dtypes.string),
        SavedTensor(KEY, np.array([1.0, 2.0], np.float32), dtypes.float32),
    ]
    write_bundle(path, tensors)
    return path


def test_objects_go_by_the_names_of_variables(objects):
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.get_variable("w", [2])
        tf.train.warm_start(objects)
        session.run(variable.initializer)
        np.testing.assert_array_equal(session.run(variable), [1.0, 2.0])


def test_objects_that_are_missing(objects):
    with tf.Graph().as_default():
        tf.get_variable("v", [2])
        with pytest.raises(ValueError, match=r"object-based.*missing: {'v'}"):
            tf.train.warm_start(objects)


def test_centres_are_saved_under_the_names_of_variables(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        getter = tf.contrib.opt.ElasticAverageCustomGetter("/cpu:0")
        descent = tf.train.GradientDescentOptimizer(0.1)
        optimizer = tf.contrib.opt.ElasticAverageOptimizer(descent, 1, getter)
        with pytest.raises(RuntimeError, match="global_center_variable is empty"):
            optimizer.swapping_saver()
        with tf.variable_scope("", custom_getter=getter):
            whole = tf.get_variable("whole", initializer=[3.0, 4.0])
            parts = tf.get_variable(
                "parts",
                [2],
                partitioner=tf.fixed_size_partitioner(2),
                initializer=tf.ones_initializer(),
            )
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        session.run([whole.assign([7.0, 7.0]), *(part.assign([7.0]) for part in parts)])
        path = optimizer.swapping_saver().save(session, str(tmp_path / "model"))
        assert tf.train.list_variables(path) == [("parts", [2]), ("whole", [2])]
        np.testing.assert_array_equal(tf.train.load_variable(path, "whole"), [3.0, 4.0])
        np.testing.assert_array_equal(tf.train.load_variable(path, "parts"), [1.0, 1.0])
