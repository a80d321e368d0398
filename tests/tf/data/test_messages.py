"""What programs are told: the line that made what failed, and what is not there."""

import pytest

import reflow as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def raised(dataset):
    get_next = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as session, pytest.raises(tf.errors.OpError) as error:
        session.run(get_next)
    return error.value


def test_failing_map_names_the_line_of_the_program():
    def divide(x):
        return tf.check_numerics(1.0 / x, "quotient")

    error = raised(tf.data.Dataset.from_tensor_slices([0.0]).map(divide))
    assert isinstance(error, tf.errors.InvalidArgumentError)
    assert "quotient : Tensor had Inf values" in str(error)
    assert f"{__file__}:{divide.__code__.co_firstlineno + 1}" in str(error)
    assert 'in divide: return tf.check_numerics(1.0 / x, "quotient")' in str(error)


def test_failing_python_function_shows_its_traceback():
    def broken(x):
        raise KeyError("no such word")

    dataset = tf.data.Dataset.range(1).map(lambda x: tf.py_func(broken, [x], tf.int64))
    error = raised(dataset)
    assert isinstance(error, tf.errors.UnknownError)
    assert "KeyError: 'no such word'" in str(error)
    assert "in broken" in str(error)


def test_caching_in_a_file():
    error = raised(tf.data.Dataset.range(1).cache("name"))
    assert isinstance(error, tf.errors.UnimplementedError)
    assert "Received: 'name'" in str(error)


@pytest.mark.parametrize("name", ["TFRecordDataset"])
def test_absent(name):
    with pytest.raises(AttributeError, match=f"tf.data.{name} is in TensorFlow 1.15, but not in"):
        getattr(tf.data, name)


@pytest.mark.parametrize("name", ["copy_to_device", "make_csv_dataset", "Optional"])
def test_absent_from_experimental(name):
    with pytest.raises(AttributeError, match=f"tf.data.experimental.{name} is in TensorFlow 1.15"):
        getattr(tf.data.experimental, name)


def test_names_that_tensorflow_has_not_either():
    with pytest.raises(AttributeError):
        _ = tf.data.NoSuchDataset


def test_many_calls_of_get_next():
    iterator = tf.data.Dataset.range(1).make_one_shot_iterator()
    for _ in range(32):
        iterator.get_next()
    with pytest.warns(UserWarning, match="unusually high number"):
        iterator.get_next()
