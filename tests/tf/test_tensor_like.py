"""What counts as a tensor, and what is converted to one."""

import numpy as np
import pytest

import reflow as tf


def sparse():
    return tf.SparseTensor([[0, 1]], [1.0], [2, 2])


def slices():
    return tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0]), tf.constant([3, 2]))


@pytest.mark.parametrize(
    "make", [lambda: tf.constant(1), lambda: tf.Variable(1.0, name="v"), sparse, slices]
)
def test_tensors_and_variables_are_tensors(make):
    assert tf.is_tensor(make())


@pytest.mark.parametrize("value", [1, [1], np.ones(2), "text", None, tf.float32])
def test_values_are_no_tensors(value):
    assert not tf.is_tensor(value)


def test_slices_stay_slices():
    value = slices()
    assert tf.convert_to_tensor_or_indexed_slices(value, tf.float32) is value
    assert tf.convert_to_tensor_or_indexed_slices([1, 2], name="c").name == "c:0"
    with pytest.raises(ValueError, match="requested dtype int32 for Tensor with dtype float32"):
        tf.convert_to_tensor_or_indexed_slices(value, tf.int32)


def test_sparse_tensors_stay_sparse():
    value = sparse()
    assert tf.convert_to_tensor_or_sparse_tensor(value) is value
    assert tf.convert_to_tensor_or_sparse_tensor(2.0, tf.float64).dtype == tf.float64
    converted = tf.convert_to_tensor_or_sparse_tensor(tf.SparseTensorValue([[0]], [1.0], [1]))
    assert isinstance(converted, tf.SparseTensor)
    with pytest.raises(RuntimeError, match="requested = int32, actual = float32"):
        tf.convert_to_tensor_or_sparse_tensor(value, tf.int32)
