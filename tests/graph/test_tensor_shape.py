"""reflow.graph.tensor_shape: TensorFlow 1.15.5's answers, and what is reflow's own."""

import pytest

from reflow.graph.tensor_shape import Dimension, TensorShape, broadcast_static_shape, unknown_shape
from tests.graph.recorded import disagreements


def test_shapes_answer_as_recorded_from_tensorflow():
    assert disagreements("tensor_shape") == {}


@pytest.mark.parametrize("sizes", [None, (), (3,), (None, 784)])
def test_of_takes_sizes_as_they_are(sizes):
    shape = TensorShape.of(sizes)
    assert shape.sizes == sizes
    assert repr(shape) == repr(TensorShape(sizes))


def test_sizes_are_plain_numbers_however_the_shape_was_given():
    assert TensorShape([Dimension(2), "3", 4.0, None]).sizes == (2, 3, 4, None)
    assert unknown_shape(2).sizes == (None, None)


def test_equal_sizes_in_two_objects_are_equal_only_if_all_are_known():
    sizes = (None, 3)
    shape = TensorShape.of(sizes)
    assert shape == shape
    assert TensorShape.of(sizes) != TensorShape.of(sizes)
    assert TensorShape.of((2, 3)) == TensorShape.of((2, 3))


def test_dims_may_be_changed_without_changing_the_shape():
    shape = TensorShape([1, 2])
    shape.dims.append(Dimension(3))
    assert shape.dims == [Dimension(1), Dimension(2)]
    assert shape.as_list() == [1, 2]


def test_a_dimension_of_a_shape_is_always_the_same_object():
    shape = TensorShape([None])
    assert shape[0] is shape[0] is shape.dims[0] is next(iter(shape))


def test_an_unknown_dimension_is_no_integer():
    with pytest.raises(TypeError, match=r"Received: Dimension\(None\)"):
        int(Dimension(None))
    with pytest.raises(TypeError, match=r"Received: Dimension\(None\)"):
        range(Dimension(None))


def test_what_is_no_size_is_compatible_with_no_dimension():
    assert not Dimension(3).is_compatible_with("a")
    with pytest.raises(ValueError, match="Dimensions 3 and a are not compatible"):
        Dimension(3).merge_with("a")


def test_broadcasting_takes_whatever_a_shape_is_made_of():
    assert broadcast_static_shape([2, 1], (3,)) == [2, 3]
