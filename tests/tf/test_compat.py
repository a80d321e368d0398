"""tf.compat, and what programs written for TensorFlow 1 and 2 ask for first."""

import pathlib

import numpy as np
import pytest

from reflow import tf


def test_the_namespace_of_version_1_is_tf():
    assert tf.compat.v1 is tf
    assert not hasattr(tf.compat, "v2")


def test_text_and_bytes():
    compat = tf.compat
    assert compat.as_bytes("é") == "é".encode() and compat.as_bytes(b"x") == b"x"
    assert compat.as_bytes(bytearray(b"x")) == b"x"
    assert compat.as_bytes("é", "latin-1") == b"\xe9" and compat.as_text(b"\xe9", "latin-1") == "é"
    assert compat.as_text("é".encode()) == compat.as_str("é".encode()) == "é"
    assert [compat.as_str_any(v) for v in (b"x", "x", 3)] == ["x", "x", "3"]
    assert [compat.path_to_str(v) for v in (pathlib.Path("/a"), b"x", 3)] == ["/a", "x", 3]
    for convert in (compat.as_bytes, compat.as_text):
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
            convert(3)


def test_kinds_of_numbers():
    compat = tf.compat
    assert isinstance(np.int8(1), compat.integral_types) and isinstance(1, compat.integral_types)
    assert not isinstance(1.0, compat.integral_types)
    assert isinstance(np.float32(1), compat.real_types) and isinstance(1.5, compat.real_types)
    assert isinstance(np.complex64(1), compat.complex_types)
    assert not isinstance(1j, compat.real_types)
    assert isinstance("x", compat.bytes_or_text_types)


def test_dimensions():
    compat = tf.compat
    assert [compat.dimension_value(d) for d in (tf.Dimension(3), 3, None)] == [3, 3, None]
    shape = tf.TensorShape([2, None])
    assert compat.dimension_at_index(shape, 0) == tf.Dimension(2)
    assert compat.dimension_at_index(tf.TensorShape(None), 7).value is None
    with pytest.raises(IndexError):
        compat.dimension_at_index(shape, 5)


def test_a_program_may_ask_for_tensorflow_1():
    tf.disable_v2_behavior()
    tf.disable_eager_execution()
    tf.disable_v2_tensorshape()
    tf.disable_tensor_equality()
    tf.disable_control_flow_v2()
    assert not tf.executing_eagerly() and not tf.control_flow_v2_enabled()
    assert not hasattr(tf, "enable_v2_behavior")
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2])
        assert (x == 3) is False and type(x.shape[0]) is tf.Dimension
