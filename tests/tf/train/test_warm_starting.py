"""Variables whose first values come from a checkpoint, as TensorFlow 1.15.5 gives them."""

import numpy as np
import pytest

from reflow import tf

OLD_A = np.arange(6, dtype=np.float32).reshape(2, 3)
OLD_B = np.arange(4, dtype=np.float32)
WHOLE = np.arange(8, dtype=np.float32).reshape(4, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a checkpoint of old/a, old/b and whole."""
    path = tmp_path_factory.mktemp("checkpoint")
    with tf.Graph().as_default(), tf.Session() as session:
        for name, value in {"old/a": OLD_A, "old/b": OLD_B, "whole": WHOLE}.items():
            tf.get_variable(name, initializer=value)
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(path / "model"))
    return path


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def values(variables):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(list(variables))


def two(use_resource=False):
    with tf.variable_scope("new", use_resource=use_resource):
        return tf.get_variable("a", [2, 3]), tf.get_variable("b", [4])


def parts():
    with tf.variable_scope("new", partitioner=tf.fixed_size_partitioner(2)):
        return tf.get_variable("whole", [4, 2])


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize(
    "mapping",
    [
        lambda a, b: {"old/": "new/"},
        lambda a, b: {"old/a": "new/a", "old/b": "new/b"},
        lambda a, b: {"old/a": a, "old/b": [b]},
    ],
)
def test_scopes_names_and_variables(folder, graph, use_resource, mapping):
    a, b = two(use_resource)
    tf.train.init_from_checkpoint(str(folder), mapping(a, b))
    for found, expected in zip(values([a, b]), [OLD_A, OLD_B]):
        np.testing.assert_array_equal(found, expected)
    restore = graph.get_operation_by_name("checkpoint_initializer_1")
    assert restore.type == "RestoreV2"
    names = ["prefix", "tensor_names", "shape_and_slices"]
    assert [x.op.name for x in restore.inputs] == [f"checkpoint_initializer_1/{n}" for n in names]
    assert b.initial_value is restore.outputs[0] and b.initial_value.shape == [4]


@pytest.mark.parametrize("mapping", [lambda whole: {"whole": "new/whole"},
                                     lambda whole: {"whole": whole},
                                     lambda whole: {"whole": list(whole)}])  # fmt: skip
def test_parts_of_a_variable(folder, mapping):
    whole = parts()
    tf.train.init_from_checkpoint(str(folder / "model"), mapping(whole))
    np.testing.assert_array_equal(np.concatenate(values(whole)), WHOLE)


def test_all_that_there_is(folder):
    whole = tf.get_variable("whole", [4, 2])
    tf.contrib.framework.init_from_checkpoint(str(folder), {"/": "/"})
    np.testing.assert_array_equal(values([whole])[0], WHOLE)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"old/a": "new/a", "old/x": "new/b"}, "Tensor old/x, for new/b, is not found in"),
        ({"old/a": "new/a", "old/b": "new/x"}, "scope only name new/x should map to scope only"),
        ({"old/a": "new/b"}, r"Shape of variable new/b:0 \(\(4,\)\) doesn't match .* old/a"),
        ({"whole": "new/whole"}, "Shape of variable new/whole/part_0:0 .*doesn't match"),
    ],
)
def test_what_does_not_fit_changes_nothing(folder, graph, mapping, message):
    a, _ = two()
    with tf.variable_scope("new", partitioner=tf.fixed_size_partitioner(2)):
        tf.get_variable("whole", [4, 6])
    before, initializer = len(graph.get_operations()), a.initializer
    with pytest.raises(ValueError, match=message):
        tf.train.init_from_checkpoint(str(folder), mapping)
    assert len(graph.get_operations()) == before and a.initializer is initializer


def test_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        tf.train.init_from_checkpoint(str(tmp_path), {"/": "/"})
    with pytest.raises(tf.errors.NotFoundError):
        tf.train.init_from_checkpoint(str(tmp_path / "none"), {"/": "/"})
