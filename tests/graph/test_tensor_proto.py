"""reflow.graph.tensor_proto: TensorFlow 1.15.5's bytes, and messages that nobody should trust."""

import numpy as np
import pytest
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from reflow.graph import dtypes
from reflow.graph.tensor_proto import make_ndarray, make_tensor_proto, read_tensor_proto
from tests.graph.recorded import disagreements


def message(dtype, sizes, unknown_rank=False, **fields):
    dims = [TensorShapeProto.Dim(size=size) for size in sizes]
    shape = TensorShapeProto(dim=dims, unknown_rank=unknown_rank)
    return TensorProto(dtype=int(dtype), tensor_shape=shape, **fields)


def test_messages_are_as_recorded_from_tensorflow():
    assert disagreements("tensor_proto") == {}


def test_a_message_is_returned_as_it_is():
    proto = make_tensor_proto([1, 2])
    assert make_tensor_proto(proto, dtype=dtypes.string, shape=[7]) is proto


@pytest.mark.parametrize("dtype", [dtypes.uint32, dtypes.uint64])
def test_single_unsigned_values_can_be_read_though_tensorflow_could_not(dtype):
    array = make_ndarray(make_tensor_proto(dtype.max, dtype, [2]))
    assert array.tolist() == [dtype.max] * 2
    assert dtypes.as_dtype(array.dtype) is dtype


def test_big_endian_arrays_are_written_as_what_they_hold():
    for values in ([1.5], [1.5, -2.0]):
        swapped = np.array(values, ">f4")
        assert make_ndarray(make_tensor_proto(swapped)).tolist() == values


def test_handles_have_no_message():
    with pytest.raises(TypeError, match="cannot hold values of type <dtype: 'resource'>"):
        make_tensor_proto([1, 2], dtypes.resource)


def test_arrays_are_copies_that_may_be_written():
    array = make_ndarray(make_tensor_proto([1, 2]))
    array[0] = 5
    assert array.flags.c_contiguous


@pytest.mark.parametrize(
    "proto",
    [
        message(dtypes.float32, [10**12], float_val=[2.5]),
        message(dtypes.float32, [10**6, 10**6]),
        message(dtypes.string, [10**12], string_val=[b"a"]),
        message(dtypes.complex64, [10**12], scomplex_val=[1, 2]),
        message(dtypes.qint8, [10**12], int_val=[3]),
    ],
)
def test_one_repeated_value_takes_no_memory_until_it_is_copied(proto):
    array = read_tensor_proto(proto)
    assert array.shape == tuple(dim.size for dim in proto.tensor_shape.dim)
    assert not any(array.strides)
    with pytest.raises(ValueError, match="takes 2GB at most"):
        make_ndarray(proto)


@pytest.mark.parametrize(
    "proto",
    [
        make_tensor_proto(2.5, shape=[3, 4]),
        make_tensor_proto("a", shape=[3]),
        make_tensor_proto((5,), dtypes.qint8, [3]),
        make_tensor_proto([[1, 2], [3, 4]]),
        make_tensor_proto([1.5, 2.5], dtypes.float16),
    ],
)
def test_what_was_read_is_written_as_it_was(proto):
    assert make_tensor_proto(read_tensor_proto(proto)) == proto


def test_the_last_of_too_few_values_stands_for_the_rest():
    assert make_ndarray(message(dtypes.int32, [2, 2], int_val=[1, 2])).tolist() == [[1, 2], [2, 2]]
    assert make_ndarray(message(dtypes.string, [2])).tolist() == [b"", b""]
    assert (
        make_ndarray(message(dtypes.complex64, [2], scomplex_val=[1, 2])).tolist() == [1 + 2j] * 2
    )


def test_whatever_byte_is_not_zero_is_true():
    array = make_ndarray(message(dtypes.bool, [3], tensor_content=b"\0\1\2"))
    assert array.tobytes() == b"\0\1\1"


@pytest.mark.parametrize(
    ("proto", "text"),
    [
        (message(dtypes.float32, [10**12], float_val=[1, 2]), "takes 2GB at most"),
        (message(dtypes.float32, [2**62, 2**62], float_val=[1]), None),
        (message(dtypes.float32, [0, 2**62, 2**62]), None),
        (message(dtypes.float32, [1] * 100, float_val=[1]), None),
        (message(dtypes.float32, [-5]), "must be >= 0"),
        (message(dtypes.float32, [-1]), "must be known"),
        (message(dtypes.float32, [], unknown_rank=True), "must be known"),
        (message(dtypes.float32, [1], float_val=[1, 2]), "Received: 2 values"),
        (message(dtypes.string, [], string_val=[b"a", b"b"]), "Received: 2 values"),
        (message(dtypes.float32, [3], tensor_content=b"123"), "tensor_content of 3 bytes"),
        (message(dtypes.float32, [10**12], tensor_content=b"1234"), "tensor_content of 4 bytes"),
        (message(dtypes.string, [3], tensor_content=b"123"), "held in string_val"),
        (message(dtypes.uint8, [2], int_val=[1, 300]), "Received: 300"),
        (message(dtypes.qint8, [1], int_val=[-129]), "Received: -129"),
        (message(dtypes.float16, [2], half_val=[1, -3]), "Received: -3"),
        (message(dtypes.complex64, [2], scomplex_val=[1, 2, 3]), "Received: 3 values"),
    ],
)
def test_messages_that_contradict_themselves_are_value_errors(proto, text):
    with pytest.raises(ValueError, match=text):
        make_ndarray(proto)


@pytest.mark.parametrize("number", [0, 20, 21, 99, 101])
def test_types_that_no_message_holds_are_type_errors(number):
    with pytest.raises(TypeError):
        make_ndarray(message(number, [1]))
