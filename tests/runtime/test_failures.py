"""Failures inside kernels, in the words of the program that ran them."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.graph import op_definition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.op import op
from reflow.runtime.failures import describe


@pytest.fixture
def failing(graphs):
    """Runs a graph of one operation whose kernel raises the given exception."""

    def fail(error):
        @op
        class Failing:
            """Raises."""

            inputs = "input: float"
            outputs = "output: float"
            gradient = None

            def shape(input: TensorShape) -> TensorShape:
                return input

            def kernel(input: torch.Tensor) -> torch.Tensor:
                raise error

        try:
            x = tf.placeholder(tf.float32, [None], name="x")
            tf.Session().run(Failing(x, name="failing"), {x: [1.0, 2.0]})
        finally:
            del op_definition._registry["Failing"]
            graphs.discard(tf.get_default_graph())  # of an op type that is no longer there

    return fail


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (IndexError("index 5 is out of range"), tf.errors.InvalidArgumentError),
        (ValueError("bad value"), tf.errors.InvalidArgumentError),
        (ZeroDivisionError("division by zero"), tf.errors.InvalidArgumentError),
        (RuntimeError("The size of tensor a must match"), tf.errors.InvalidArgumentError),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            tf.errors.ResourceExhaustedError,
        ),
        (MemoryError("no memory"), tf.errors.ResourceExhaustedError),
        (torch.OutOfMemoryError("CUDA out of memory"), tf.errors.ResourceExhaustedError),
        (NotImplementedError("no such kernel"), tf.errors.UnimplementedError),
        (tf.errors.OutOfRangeError(None, None, "at the end"), tf.errors.OutOfRangeError),
        (tf.errors.DataLossError(None, None, "corrupt"), tf.errors.DataLossError),
    ],
)
def test_classes(failing, error, expected):
    with pytest.raises(expected) as caught:
        failing(error)
    assert type(caught.value) is expected
    headline, node, line, inputs, fed = str(caught.value).splitlines()
    assert headline == str(error)
    assert node.startswith("\t [[node failing (op: Failing) (defined at ")
    assert line.endswith('tf.Session().run(Failing(x, name="failing"), {x: [1.0, 2.0]})')
    assert inputs == "\t inputs: x:0 float32 [2]"
    assert fed == "\t fed: x:0 float32 [2]"
    assert caught.value.op.name == "failing"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "error", [TypeError("defect"), KeyError("defect"), AssertionError("defect")]
)
def test_defects_of_reflow_show_their_traceback(failing, error):
    with pytest.raises(
        tf.errors.InternalError, match=f"^{type(error).__name__}: .*defect"
    ) as caught:
        failing(error)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_what_is_no_failure_passes_through(failing, error):
    with pytest.raises(type(error)) as caught:
        failing(error)
    assert caught.value is error


def test_describe():
    assert describe(torch.zeros(2, 3)) == "float32 [2, 3]"
    assert describe(np.zeros((2,), np.int64)) == "int64 [2]"
    assert describe(np.array([b"a"], object)) == "string [1]"
    assert describe([torch.zeros(2), torch.zeros(())]) == "[float32 [2], float32 []]"
    assert describe(TensorShape([None, 3])) == "[?, 3]"
    assert describe(TensorShape(None)) == "[...]"


def test_an_assertion_that_comes_before_tells_more_than_a_clash_of_shapes():
    x = tf.placeholder(tf.float32)
    y = tf.placeholder(tf.float32)
    with tf.control_dependencies([tf.assert_equal(tf.shape(x), tf.shape(y), message="alike?")]):
        total = x + y
    with tf.Session() as session:
        assert session.run(total, {x: [1.0, 2.0], y: [3.0, 4.0]}).tolist() == [4.0, 6.0]
        with pytest.raises(tf.errors.InvalidArgumentError, match="alike"):
            session.run(total, {x: [1.0, 2.0], y: [3.0, 4.0, 5.0]})


def test_a_clash_after_an_assertion_that_holds_is_still_told():
    x = tf.placeholder(tf.float32)
    with tf.control_dependencies([tf.assert_rank(x, 1)]):
        total = x + tf.ones([2])
    with (
        tf.Session() as session,
        pytest.raises(tf.errors.InvalidArgumentError, match=r"2 and 3|3 and 2"),
    ):
        session.run(total, {x: [1.0, 2.0, 3.0]})
