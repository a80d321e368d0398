"""Callbacks of eager operations.  The texts are those of TensorFlow 1.15.5."""

import threading

import numpy as np
import pytest

from reflow import tf
from reflow.graph.execution import eager_mode
from reflow.runtime.eager import callbacks
from reflow.runtime.eager.callbacks import ExecutionCallback, InfOrNanError


@pytest.fixture(autouse=True)
def eagerly():
    with eager_mode():
        yield
        callbacks.clear_execution_callbacks()


def test_callbacks_are_told_of_each_operation_in_this_thread():
    told = []

    def callback(op_type, inputs, attrs, outputs, op_name):
        told.append((op_type, [x.shape.as_list() for x in inputs], attrs, len(outputs), op_name))

    matrix = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    callbacks.add_execution_callback(callback)
    tf.matmul(matrix, matrix, name="product")
    tf.split(matrix, 2)
    elsewhere = threading.Thread(target=lambda: tf.exp(1.0))
    elsewhere.start()
    elsewhere.join()
    callbacks.clear_execution_callbacks()
    tf.exp(1.0)
    assert told == [
        (
            "MatMul",
            [[2, 2], [2, 2]],
            ("transpose_a", False, "transpose_b", False, "T", 1),
            1,
            "product/",
        ),
        ("Split", [[], [2, 2]], ("num_split", 2, "T", 1), 2, "split"),
    ]


def test_callbacks_are_told_of_gradients():
    told = []
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x)
    callbacks.add_execution_callback(lambda op_type, *rest: told.append(op_type))
    tape.gradient(y, x)
    assert told == ["Fill", "Cos", "Mul"]


def test_numbers_that_are_not_finite_are_errors():
    assert callbacks.seterr(inf_or_nan="raise") == {"inf_or_nan": ExecutionCallback.IGNORE}
    with pytest.raises(InfOrNanError) as caught:
        tf.truediv([1.0, 0.0, -1.0], [0.0, 0.0, 0.0])
    assert str(caught.value).endswith(
        "contains 2 inf(s) and 1 nan(s) out of a total of 3 element(s). "
        "Tensor value: [ inf  nan -inf]"
    )
    with pytest.raises(InfOrNanError) as caught:
        tf.math.log(0.0)
    error = caught.value
    assert str(error) == (
        "Output 1 of 1 of TFE operation Log (name: None) contains 1 inf(s) out of a total of 1 "
        "element(s). Tensor value: -inf"
    )
    parts = error.op_type, error.op_name, error.output_index, error.num_outputs, error.value
    assert parts == ("Log", None, 0, 1, -np.inf)


@pytest.mark.parametrize(
    "callback, raises, passes",
    [
        (callbacks.inf_callback, lambda: tf.math.log(0.0), lambda: tf.sqrt(-1.0)),
        (callbacks.nan_callback, lambda: tf.sqrt(-1.0), lambda: tf.math.log(0.0)),
    ],
)
def test_one_kind_of_number_only(callback, raises, passes):
    callbacks.add_execution_callback(callback)
    passes()
    with pytest.raises(InfOrNanError):
        raises()


def test_what_is_done_can_be_changed_for_a_while(capsys, caplog):
    with callbacks.errstate(inf_or_nan=ExecutionCallback.PRINT):
        tf.math.log(0.0)
        with callbacks.errstate(inf_or_nan="ignore"):
            tf.math.log(0.0)
    assert capsys.readouterr().out.count("Warning: Output 1 of 1 of TFE operation Log") == 1
    with pytest.raises(InfOrNanError), callbacks.errstate(inf_or_nan="raise"):
        tf.math.log(0.0)
    tf.math.log(0.0)
    callbacks.add_execution_callback(callbacks.inf_nan_callback)
    assert callbacks.seterr(inf_or_nan="warn") == {"inf_or_nan": ExecutionCallback.RAISE}
    tf.math.log(0.0)
    assert "contains 1 inf(s)" in caplog.text
    with pytest.raises(ValueError, match="'nonsense' is not a valid ExecutionCallback"):
        callbacks.seterr(inf_or_nan="nonsense")


def test_graphs_are_left_alone():
    graph = tf.Graph()
    with graph.as_default(), callbacks.errstate(inf_or_nan="raise"):
        tf.math.log(0.0)
    assert len(graph.get_operations()) == 2
