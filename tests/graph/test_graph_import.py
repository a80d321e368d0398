"""Messages that become graphs, against TensorFlow 1.15.5, and messages that nobody should trust."""

import random
import time

import numpy as np
import pytest

from reflow import tf
from tests.reference import graph_programs
from tests.tf import recorded


@pytest.fixture(autouse=True)
def graph():
    """An empty default graph for each test."""
    with tf.Graph().as_default() as graph:
        yield graph


@recorded.programs("imports")
def test_programs(program):
    recorded.check(program)


def test_a_graph_serialised_by_tensorflow_gives_its_values():
    ((data, fetches, array, values),) = recorded.recording("serialised")
    message = tf.GraphDef.FromString(data)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(message, name="")
        with tf.Session() as session:
            session.run("init")
            found = session.run(fetches[:-1], {"x:0": array}) + [session.run(fetches[-1])]
    for expected, actual in zip(values, found, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    again = graph.as_graph_def(add_shapes=True)
    assert {node.name: node for node in again.node} == {node.name: node for node in message.node}
    assert again.versions == message.versions


def test_functions_serialised_by_tensorflow_give_their_values():
    ((data, fetches, values),) = recorded.recording("serialised_functions")
    tf.import_graph_def(tf.GraphDef.FromString(data), name="")
    with tf.Session() as session:
        for expected in values:
            for left, right in zip(expected, session.run(fetches), strict=True):
                np.testing.assert_array_equal(left, right)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(fetches)


def test_round_trip_keeps_the_whole_message():
    with tf.Graph().as_default() as first:
        graph_programs.messages(tf)
    message = first.as_graph_def(add_shapes=True)
    with tf.Graph().as_default() as second:
        tf.import_graph_def(message, name="")
    assert second.as_graph_def(add_shapes=True) == message
    for op in first.get_operations():
        for mine, other in zip(op.outputs, second.get_operation_by_name(op.name).outputs):
            assert mine.shape.sizes == other.shape.sizes


def test_round_trip_keeps_the_library_of_functions():
    with tf.Graph().as_default() as first:
        doubled = tf.data.Dataset.range(3).map(lambda x: x * 2)
        first_element = tf.data.make_one_shot_iterator(doubled).get_next()
    message = first.as_graph_def()
    assert message.library.function
    with tf.Graph().as_default() as second:
        tf.import_graph_def(message, name="")
        assert second.as_graph_def().library == message.library
        with tf.Session() as session:
            assert [session.run(first_element.name) for _ in range(3)] == [0, 2, 4]


def test_unknown_attributes_are_left_out_where_they_have_the_default_of_the_producer():
    from tensorboard.compat.proto.op_def_pb2 import OpList

    message = graph_programs.small_message(tf)
    (node,) = (node for node in message.node if node.name == "c")
    node.attr["added"].i = 7
    producer = OpList()
    added = producer.op.add(name="Add").attr.add(name="added", type="int")
    added.default_value.i = 7
    (op,) = tf.import_graph_def(message, return_elements=["c"], producer_op_list=producer)
    assert "added" not in op.node_def.attr
    added.default_value.i = 8
    with pytest.raises(ValueError, match="mentions attr 'added'"):
        tf.import_graph_def(message, producer_op_list=producer)


def library(*functions):
    message = tf.GraphDef()
    message.library.function.extend(functions)
    return message


@pytest.fixture
def doubling():
    """A function of a library: twice its argument."""
    with tf.Graph().as_default() as graph:
        tf.data.make_one_shot_iterator(tf.data.Dataset.range(3).map(lambda x: x * 2)).get_next()
        functions = graph.as_graph_def().library.function
        return next(function for function in functions if function.signature.input_arg)


def test_functions_that_contradict_themselves_are_value_errors(doubling):
    tf.import_graph_def(library(doubling))

    def refused(text, damage, error=ValueError):
        function = type(doubling).FromString(doubling.SerializeToString())
        function.signature.name = "damaged"
        damage(function)
        with pytest.raises(error, match=text):
            tf.import_graph_def(library(function))
        assert "damaged" not in tf.get_default_graph()._functions

    result = doubling.signature.output_arg[0].name
    refused("does not say what its result", lambda f: f.ret.clear())
    refused("not found", lambda f: f.ret.update({result: "missing:z:0"}))
    refused("has no output 'none'", lambda f: f.ret.update({result: "mul:none:0"}))
    refused("not the name of an output", lambda f: f.ret.update({result: "mul:z:x"}))
    refused("has parameters", lambda f: f.signature.attr.add(name="T"))
    refused("Unknown input node", lambda f: f.node_def[-1].input.append("missing"))
    refused("NoSuchOp", lambda f: f.node_def.add(name="n", op="NoSuchOp"), tf.errors.NotFoundError)
    with pytest.raises(ValueError, match="same name"):
        tf.import_graph_def(library(doubling, doubling))


def test_functions_that_call_themselves_are_refused(doubling):
    doubling.node_def[-1].attr["f"].func.name = doubling.signature.name
    with pytest.raises(ValueError, match="calls itself"):
        tf.import_graph_def(library(doubling))


def test_one_name_means_one_function(doubling):
    tf.import_graph_def(library(doubling))
    tf.import_graph_def(library(doubling))
    doubling.node_def[-1].name = "other"
    doubling.ret[doubling.signature.output_arg[0].name] = "other:z:0"
    with pytest.raises(ValueError, match="different function with the same name"):
        tf.import_graph_def(library(doubling))


def test_ops_that_are_not_there_are_all_named():
    message = tf.GraphDef()
    message.node.add(name="a", op="NoSuchOp")
    message.node.add(name="b", op="NorThisOne")
    with pytest.raises(tf.errors.NotFoundError, match="'NoSuchOp', 'NorThisOne'"):
        tf.import_graph_def(message)


def test_a_refused_message_leaves_the_graph_as_it_was():
    x = tf.constant(1.0, name="x")
    graph = tf.get_default_graph()
    before = graph.as_graph_def(add_shapes=True)
    message = graph_programs.small_message(tf)
    message.node[-1].attr["num_split"].i = 3
    with pytest.raises(ValueError, match="divisible by 3"):
        tf.import_graph_def(message, input_map={"a": [1.0, 2.0]})
    assert graph.as_graph_def(add_shapes=True) == before
    assert x.consumers() == []
    assert tf.constant(2.0, name="c").name == "c:0"


def constant(name, sizes, content=b"", **values):
    message = tf.GraphDef()
    node = message.node.add(name=name, op="Const")
    node.attr["dtype"].type = 1
    tensor = node.attr["value"].tensor
    tensor.dtype = 1
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    tensor.tensor_content = content
    tensor.float_val.extend(values.get("floats", ()))
    return message


@pytest.mark.parametrize(
    "message",
    [
        constant("a", [1 << 40], b"1234"),
        constant("a", [1 << 62, 1 << 62], floats=[1.0]),
        constant("a", [1 << 40], floats=[1.0, 2.0]),
        constant("a", [3], b"123"),
        constant("a", [-7], floats=[1.0]),
    ],
)
def test_constants_that_say_too_much_are_value_errors(message):
    with pytest.raises(ValueError):
        tf.import_graph_def(message)


def test_one_value_for_a_huge_shape_takes_no_memory():
    tf.import_graph_def(constant("a", [1 << 40], floats=[1.0]), name="")
    assert tf.get_default_graph().get_tensor_by_name("a:0").shape.as_list() == [1 << 40]


def test_a_node_that_asks_for_countless_outputs_is_refused():
    message = graph_programs.small_message(tf)
    message.node[-1].attr["num_split"].i = 1 << 40
    with pytest.raises(ValueError, match="outputs"):
        tf.import_graph_def(message)


def test_deep_chains_need_no_deep_stack():
    message = tf.GraphDef()
    message.node.add(name="n0", op="NoOp")
    for number in range(1, 20_000):
        message.node.add(name=f"n{number}", op="NoOp", input=[f"^n{number - 1}"])
    tf.import_graph_def(message, name="")
    assert len(tf.get_default_graph().get_operations()) == 20_000


def test_damaged_bytes_are_an_error_or_a_graph():
    """Whatever single bytes of a message say: a clear error or a sound graph, and soon."""
    with tf.Graph().as_default() as graph:
        graph_programs.messages(tf)
        tf.data.make_one_shot_iterator(tf.data.Dataset.range(3).map(lambda x: x * 2)).get_next()
    data = graph.as_graph_def().SerializeToString()
    chance = random.Random(0)
    start = time.monotonic()
    accepted = 0
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            message = tf.GraphDef.FromString(bytes(damaged))
        except Exception:  # protobuf's own DecodeError: what is no message at all
            continue
        with tf.Graph().as_default():
            try:
                tf.import_graph_def(message, name="")
                accepted += 1
            except (ValueError, tf.errors.NotFoundError):
                assert tf.get_default_graph().get_operations() == []
    assert accepted
    assert time.monotonic() - start < 60
