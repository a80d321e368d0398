import numpy as np
import pytest

from reflow import tf
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor, SparseTensorValue


def fed(dtype, value, shape=None):
    x = tf.placeholder(dtype, shape)
    return tf.Session().run(tf.identity(x), {x: value})


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        (tf.float32, 1, 1.0),
        (tf.float32, 0.5, 0.5),
        (tf.float32, np.float64(0.5), 0.5),
        (tf.float32, True, 1.0),
        (tf.float32, [[1, 2.5], [3, 4]], [[1.0, 2.5], [3.0, 4.0]]),
        (tf.float32, np.arange(3), [0.0, 1.0, 2.0]),
        (tf.float32, [np.float64(1.0), np.int64(2)], [1.0, 2.0]),
        (tf.float32, range(3), [0.0, 1.0, 2.0]),
        (tf.float32, [], []),
        (tf.float64, np.float32(0.5), 0.5),
        (tf.int32, 2.9, 2),
        (tf.int32, np.array([1.0, -1.9]), [1, -1]),
        (tf.int64, 1 << 40, 1 << 40),
        (tf.uint8, 255, 255),
        (tf.bool, 1, True),
        (tf.bool, [0, 1], [False, True]),
        (tf.complex64, 1, 1 + 0j),
        (tf.float16, [1.0, 2.0], [1.0, 2.0]),
        (tf.string, "é", "é".encode()),
        (tf.string, b"\xff", b"\xff"),
        (tf.string, [["a"], [b"b"]], [[b"a"], [b"b"]]),
        (tf.string, np.array(["a", "bc"]), [b"a", b"bc"]),
    ],
)
def test_values(dtype, value, expected):
    result = fed(dtype, value)
    assert result.tolist() == expected if not isinstance(result, bytes) else result == expected
    if dtype is not tf.string:
        assert result.dtype == dtype.as_numpy_dtype


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.arange(12, dtype=np.float32)[::2],
        np.arange(6, dtype=np.float32)[::-1],
        np.broadcast_to(np.float32(1.0), (2, 3)),
        np.arange(6, dtype=">f4"),
        np.zeros((0, 3), np.float32),
    ],
    ids=["transposed", "strided", "reversed", "read-only", "big-endian", "empty"],
)
def test_arrays_of_any_layout(array):
    before = array.copy()
    np.testing.assert_array_equal(fed(tf.float32, array), before)
    np.testing.assert_array_equal(array, before)


def test_keys():
    x = tf.placeholder(tf.float32, name="x")
    w = tf.Variable(1.0, name="w")
    c = tf.constant(2.0, name="c")
    y = x + w + c
    session = tf.Session()
    for _ in range(2):
        assert session.run(y, {x: 1.0, w: 10.0, c: 100.0}) == 111.0
        assert session.run(y, {"x:0": 1.0, b"w:0": 10.0, "c:0": 100.0}) == 111.0
        assert session.run(y, {(x, w): (1.0, 10.0), c: 100.0}) == 111.0
        assert session.run(y, {(x, (w, c)): [1.0, [10.0, 100.0]]}) == 111.0
        assert session.run(y * 2.0, {y: 4.0}) == 8.0
    session.run(w.initializer)
    assert session.run(y, {x: 1.0}) == 4.0
    assert session.run(w) == 1.0


def test_last_of_equal_keys_counts():
    x = tf.placeholder(tf.float32, [None], name="x")
    session = tf.Session()
    for _ in range(2):
        assert session.run(x * 2.0, {x: [1.0], "x:0": [2.0, 3.0]}).tolist() == [4.0, 6.0]


def test_fed_operations_do_not_run():
    w = tf.Variable(1.0)
    more = tf.assign_add(w, 1.0)
    with tf.control_dependencies([more]):
        y = tf.identity(3.0)
    session = tf.Session()
    session.run(w.initializer)
    assert session.run(y * 2.0, {y: 5.0}) == 10.0
    assert session.run(w) == 1.0


def test_fed_reference_cannot_be_assigned():
    w = tf.Variable(1.0, name="w")
    session = tf.Session()
    session.run(w.initializer)
    with pytest.raises(tf.errors.InvalidArgumentError, match="w:0"):
        session.run(tf.assign_add(w, 1.0, name="more"), {w: 5.0})


def test_placeholder_with_default():
    x = tf.placeholder_with_default([1.0, 2.0], [None])
    session = tf.Session()
    assert session.run(x * 2.0).tolist() == [2.0, 4.0]
    assert session.run(x * 2.0, {x: [5.0]}).tolist() == [10.0]


def test_sparse_values():
    sparse = SparseTensor(
        tf.placeholder(tf.int64, [None, 2]), tf.placeholder(tf.float32), tf.placeholder(tf.int64)
    )
    slices = IndexedSlices(tf.placeholder(tf.float32), tf.placeholder(tf.int32))
    session = tf.Session()
    total = tf.reduce_sum(sparse.values) + tf.reduce_sum(slices.values)
    one = SparseTensorValue([[0, 0]], [1.0], [1, 1])
    assert session.run(total, {sparse: one, slices: ([2.0], [0])}) == 3.0
    same = session.run(sparse, {sparse: tuple(one)})
    assert same.values.tolist() == [1.0]
    assert same.dense_shape.tolist() == [1, 1]


def test_torch_tensors():
    torch = pytest.importorskip("torch")
    parameter = torch.ones(2, dtype=torch.float64, requires_grad=True)
    assert fed(tf.float32, parameter).tolist() == [1.0, 1.0]


def test_fed_arrays_are_never_written_to():
    w = tf.Variable(np.zeros(2, np.float32))
    x = tf.placeholder(tf.float32, [2])
    session = tf.Session()
    array = np.ones(2, np.float32)
    assign = tf.assign(w, x)
    with tf.control_dependencies([assign]):
        more = tf.assign_add(w, x)
    session.run(more, {x: array})
    session.run(tf.assign_add(w, [1.0, 1.0]))
    assert array.tolist() == [1.0, 1.0]
    array[:] = 5.0
    assert session.run(w).tolist() == [3.0, 3.0]


def test_names_the_tensor_of_a_value_that_cannot_be_read():
    x = tf.placeholder(tf.float32, [2], name="x")
    with pytest.raises(
        ValueError, match=r"Tensor 'x:0', which has dtype float32 and shape '\(2,\)'"
    ):
        tf.Session().run(x, {x: ["a", "b"]})
