"""reflow.graph.check: each kind of damage is planted and must be found."""

import pytest

from reflow import tf
from reflow.graph import check, op_definition
from reflow.graph.dtypes import int32
from reflow.graph.tensor_shape import TensorShape


@pytest.fixture
def graph(graphs):
    """A sound graph of a few operations, which the test may damage."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.ones([3, 4], name="w")
        with tf.control_dependencies([tf.no_op(name="first")]):
            y = tf.matmul(x, w, name="y")
        tf.split(y, 2, axis=1, name="parts")
        tf.Variable(1.0, name="v")
        yield graph
    graphs.discard(graph)


def test_a_sound_graph_has_no_problems(graph):
    assert check.problems(graph) == []
    check.check(graph)


def _other_graph_tensor():
    with tf.Graph().as_default():
        return tf.ones([3, 4], name="elsewhere")


def _rename(graph, y):
    y.name = "z"


def _forget_name(graph, y):
    del graph._nodes["y"]


def _forget_position(graph, y):
    graph._ordered.remove(y)


def _repeat_position(graph, y):
    graph._ordered.append(y)


def _wrong_number(graph, y):
    y._id = 1


def _number_beyond_the_last(graph, y):
    graph._last_id = 2


def _unfeedable_elsewhere(graph, y):
    graph._unfeedable.add(_other_graph_tensor())


def _unfetchable_elsewhere(graph, y):
    graph._unfetchable.add(_other_graph_tensor().op)


def _other_definition(graph, y):
    y.definition = op_definition.lookup("Add")


def _other_graph(graph, y):
    y.graph = tf.Graph()


def _wrong_device(graph, y):
    y.device = "/nowhere:0"


def _missing_attribute(graph, y):
    del y.attrs["transpose_a"]


def _unknown_attribute(graph, y):
    y.attrs["other"] = 3


def _wrong_attribute(graph, y):
    y.attrs["transpose_a"] = "yes"


def _too_few_inputs(graph, y):
    y._inputs.pop()


def _input_of_another_graph(graph, y):
    y._inputs[1] = _other_graph_tensor()


def _input_that_is_no_output(graph, y):
    tensor = y._inputs[1]
    tensor.op._outputs = [type(tensor)(tensor.op, 0, tensor.dtype)]


def _input_of_another_type(graph, y):
    y._inputs[1].dtype = int32


def _unknown_consumer(graph, y):
    y._inputs[1]._consumers.clear()


def _control_input_twice(graph, y):
    y._control_inputs *= 2


def _control_input_of_another_graph(graph, y):
    y._control_inputs = (_other_graph_tensor().op,)


def _one_sided_control_input(graph, y):
    graph.get_operation_by_name("first")._control_outputs.clear()


def _one_sided_control_output(graph, y):
    y._control_outputs.append(graph.get_operation_by_name("x"))


def _too_few_outputs(graph, y):
    graph.get_operation_by_name("parts")._outputs.pop()


def _wrong_position(graph, y):
    graph.get_operation_by_name("parts")._outputs[1].value_index = 0


def _output_of_another_type(graph, y):
    graph.get_operation_by_name("parts")._outputs[1].dtype = int32


def _wrong_consumer(graph, y):
    graph.get_operation_by_name("parts")._outputs[1]._consumers.append(y)


def _no_shape(graph, y):
    y._outputs[0]._shape = (3, 4)


def _wrong_shape(graph, y):
    y._outputs[0]._shape = TensorShape([3, 5])


def _shapes_that_do_not_fit(graph, y):
    y._inputs[1]._shape = TensorShape([5, 4])


def _cycle(graph, y):
    graph.get_operation_by_name("first")._add_control_input(y)


DAMAGES = [
    (_rename, "'z': the graph knows it as 'y'"),
    (_forget_name, "'y': it is either only among the names or only in the order"),
    (_forget_position, "'y': it is either only among the names or only in the order"),
    (_repeat_position, "an operation stands in the order more than once"),
    (_wrong_number, "'y': expected a number above"),
    (_number_beyond_the_last, "at most 2. Received: 3"),
    (_unfeedable_elsewhere, "'elsewhere:0': it may not be fed, but is not in the graph"),
    (_unfetchable_elsewhere, "'elsewhere': it may not be fetched, but is not in the graph"),
    (_other_definition, "'y': its definition is not the one of op type 'MatMul'"),
    (_other_graph, "'y': the graph that it belongs to does not know it"),
    (_wrong_device, "'y': its device has no valid name"),
    (_missing_attribute, "'y': attribute 'transpose_a' is missing"),
    (_unknown_attribute, "'y': attribute 'other' is not in the signature of MatMul"),
    (_wrong_attribute, "'y': attribute 'transpose_a': Expected bool"),
    (_too_few_inputs, "'y': expected 2 inputs. Received: 1"),
    (_input_of_another_graph, "'y': input 1, 'elsewhere:0', is not in the graph"),
    (_input_that_is_no_output, "'y': input 1 is not among the outputs of 'w'"),
    (_input_of_another_type, "'y': expected float32 as input 1. Received: int32"),
    (_unknown_consumer, "'y': input 1, 'w:0', does not know it as its consumer"),
    (_control_input_twice, "'y': a control input is there twice"),
    (_control_input_of_another_graph, "'y': control input 'elsewhere' is not in the graph"),
    (_one_sided_control_input, "'y': control input 'first' does not know it"),
    (_one_sided_control_output, "'y': 'x' does not wait for it"),
    (_too_few_outputs, "'parts': expected 2 outputs. Received: 1"),
    (_wrong_position, "'parts': output 1 says that it is 'parts:0'"),
    (_output_of_another_type, "'parts': expected float32 as output 1. Received: int32"),
    (_wrong_consumer, "'parts': 'y' does not take output 1"),
    (_no_shape, "'y': output 0 has no static shape. Received: (3, 4)"),
    (_wrong_shape, "'y': expected a shape like (?, 4) of output 0. Received: (3, 5)"),
    (_shapes_that_do_not_fit, "'y': its inputs have shapes that do not fit"),
    (_cycle, "it waits for itself"),
]


@pytest.mark.parametrize(
    ("damage", "text"), DAMAGES, ids=lambda item: getattr(item, "__name__", "")
)
def test_damage_is_found(graph, damage, text):
    damage(graph, graph.get_operation_by_name("y"))
    found = check.problems(graph)
    assert any(text in problem for problem in found), found
    with pytest.raises(ValueError, match="not well-formed"):
        check.check(graph)


def test_every_graph_made_in_a_test_is_looked_at(graphs):
    with tf.Graph().as_default() as first, tf.Graph().as_default() as second:
        tf.constant(1.0)
    assert {first, second} <= set(graphs)
