"""tf.raw_ops, and the public functions of ops that take sparse tensors."""

import pytest

import reflow as tf


def test_an_op_takes_keywords_only():
    with pytest.raises(TypeError, match=r"Add only takes keyword args \(possible keys: \['x', "):
        tf.raw_ops.Add(1.0, 2.0)
    with tf.Session() as session:
        assert session.run(tf.raw_ops.Add(x=1.0, y=2.0, name="sum")) == 3


def test_axis_is_what_the_signature_calls_otherwise():
    with tf.Session() as session:
        x = tf.constant([[1, 2], [3, 4]])
        assert session.run(tf.raw_ops.Sum(input=x, axis=0)).tolist() == [4, 6]
        assert session.run(tf.raw_ops.ExpandDims(input=x, axis=0)).shape == (1, 2, 2)
    with pytest.raises(TypeError, match=r"\['axis', 'value', 'num_split', 'name'\]"):
        tf.raw_ops.Split(0, x, 2)


def test_an_unknown_op_is_absent():
    with pytest.raises(AttributeError, match="NoSuchOp"):
        tf.raw_ops.NoSuchOp  # noqa: B018


@pytest.mark.parametrize("function", ["abs", "negative", "sign", "square", "sqrt", "erf", "tanh"])
def test_values_of_sparse_tensors_are_mapped(function):
    sparse = tf.SparseTensor([[0, 1]], [4.0], [2, 2])
    apply = getattr(tf, function)
    with tf.Session() as session:
        mapped, values = session.run([apply(sparse), apply(sparse.values)])
    assert mapped.values == values
    assert mapped.indices.tolist() == [[0, 1]]
    assert mapped.dense_shape.tolist() == [2, 2]


def test_softplus_parameters_are_of_contrib():
    with tf.Session() as session:
        normal = tf.contrib.distributions.NormalWithSoftplusScale([0.0], [1.0])
        expected = tf.nn.softplus([1.0])
        assert session.run(normal.stddev()) == session.run(expected)
        assert normal.parameters["scale"] == [1.0]
