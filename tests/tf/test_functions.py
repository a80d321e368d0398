"""Functions of the graph (Defun), graphs as functions (wrap_function), eager variable stores."""

import numpy as np
import pytest

import reflow.tf as tf
from reflow.graph.execution import eager_mode
from reflow.tf._defun import Defun, get_extra_vars
from reflow.tf._eager_variable_store import EagerVariableStore


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def values(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


@Defun(tf.float32, tf.float32)
def squared_plus(x, b):
    return x * x + b


def test_a_function_is_called_by_a_node_and_differentiated():
    x, b = tf.constant([2.0]), tf.constant([1.0])
    y = squared_plus(squared_plus(x, b), b)
    assert y.op.type == y.op.name.removesuffix("_1") == squared_plus.name
    assert values([y, *tf.gradients(y, [x, b])]) == [[26], [40], [11]]
    (second,) = tf.gradients(tf.gradients(y, x)[0], x)
    assert values(second) == [4 * 12 + 4]


def test_a_function_captures_what_it_uses_of_the_graph_around_it():
    factor = tf.placeholder(tf.float32)

    @Defun()
    def doubled():
        return factor * 2, factor

    first, second = doubled()
    assert values([first, second], {factor: 3.0}) == [6, 3]
    assert values(tf.gradients(first, factor), {factor: 3.0}) == [2]


def test_a_function_may_say_its_gradient():
    by_function = Defun(tf.float32, tf.float32)(lambda x, dy: dy * 10)
    y = Defun(tf.float32, grad_func=by_function)(lambda x: x + 0)(1.0)
    z = Defun(tf.float32, python_grad_func=lambda op, dy: dy * 20)(lambda x: x + 0)(1.0)
    assert values(tf.gradients(y, y.op.inputs[0]) + tf.gradients(z, z.op.inputs[0])) == [10, 20]
    with pytest.raises(ValueError, match="Gradient defined twice"):
        Defun(tf.float32, grad_func=by_function, python_grad_func=print)(lambda x: x + 0)(1.0)
    with pytest.raises(ValueError, match=r"2 arguments\. Number of specified input types: 1"):
        Defun(tf.float32)(lambda x, y: x)
    with pytest.raises(ValueError, match="Expected number of arguments: 2, received: 1"):
        squared_plus(1.0)


def test_the_nodes_that_call_and_differentiate_a_function_are_tensorflows(graph):
    power = Defun(tf.float32, func_name="Power", noinline=True)(lambda x: x**2.0)
    x = tf.constant(3.0)
    y = power(x, name="y")
    (dx,) = tf.gradients(y, x)
    assert [(op.name, op.type) for op in graph.get_operations()][1:] == [
        ("y", "Power"),
        ("gradients/Shape", "Shape"),
        ("gradients/grad_ys_0", "Const"),
        ("gradients/Fill", "Fill"),
        ("gradients/y_grad/SymbolicGradient", "SymbolicGradient"),
    ]
    message = graph.as_graph_def()
    (function,) = message.library.function
    assert function.signature.name == "Power" and function.attr["_noinline"].b
    with tf.Graph().as_default():
        again = tf.import_graph_def(message, return_elements=[y.name, dx.name], name="")
        assert values(again) == [9, 6]
        (source,) = again[0].op.inputs
        assert values(tf.gradients(again[0], source)) == [6]


def test_functions_have_variables_of_the_graph_around_them(graph):
    @Defun(tf.float32)
    def layer(x):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        r = tf.get_variable("r", [2], initializer=tf.ones_initializer(), use_resource=True)
        assert get_extra_vars() == [w, *tf.global_variables()[1:]]
        return x * w + r

    with tf.variable_scope("a"):
        y = layer(tf.constant([1.0, 2.0]))
    with tf.variable_scope("b"):
        z = layer(y)
    names = ["a/w", "a/r"]
    assert [v.op.name for v in tf.global_variables()] == names
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(session.run(z), [3, 4])


def test_functions_update_the_variables_that_they_capture():
    total = tf.get_variable("total", initializer=1.0, use_resource=True)

    @Defun(tf.float32)
    def add(x):
        with tf.control_dependencies([total.assign_add(x)]):
            return total.read_value()

    @Defun(tf.float32)
    def twice(x):
        return add(add(x))

    y = twice(2.0)
    with tf.Session() as session:
        session.run(total.initializer)
        assert session.run([y, y]) == [6, 6]
        assert session.run([y, total])[0] == 16


def test_functions_of_control_flow_have_no_gradient_of_their_own():
    x = tf.constant(1.0)
    y = Defun(tf.float32)(lambda x: tf.cond(x > 0, lambda: x, lambda: -x))(x)
    assert values(y) == 1
    with pytest.raises(LookupError, match="holds conditionals or loops"):
        tf.gradients(y, x)


def test_a_gradient_gives_as_much_as_the_function_takes():
    grad = Defun(tf.float32, tf.float32, tf.float32)(lambda x, dy, dz: (x, dy + dz))
    x = tf.constant(1.0)
    y, z = Defun(tf.float32, grad_func=grad)(lambda x: (x, x))(x)
    (dx,) = tf.gradients(y + z, x)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"expects to return 1.*but get 2"):
        values(dx)


def test_one_name_is_one_function():
    Defun(tf.float32, func_name="f")(lambda x: x + 1)(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot add function 'f' because"):
        Defun(tf.float32, func_name="f")(lambda x: x + 2)(1.0)


def test_options_of_functions():
    named = Defun(tf.float32, out_names=["result"], experimental_tag=3, shape_func=lambda op: [[]])
    f = named(lambda x: x + 1)
    assert f(1.0).shape == []
    assert f.definition.signature.output_arg[0].name == "result"
    assert f.definition.attr["experimental_tag"].i == 3
    with pytest.raises(ValueError, match="Unknown keyword arguments"):
        f(1.0, device="x")
    with pytest.raises(tf.errors.InvalidArgumentError, match="output names size = 1 outputs size"):
        named(lambda x: (x, x))(1.0)
    with pytest.raises(ValueError, match="can not return None"):
        Defun()(lambda: (None, 1))()
    with pytest.raises(ValueError, match="defaults are not supported"):
        Defun()(lambda x=1: x)
    by_type = Defun(func_name="g")(lambda x: x * 2)
    assert by_type(1).op.type == "g_i32" and by_type(1.0).op.type == "g_f32"


def test_a_graph_as_a_function_keeps_its_variables():
    def count(by):
        total = tf.get_variable("total", initializer=10.0)
        return {"total": tf.assign_add(total, by), "nothing": None}

    with eager_mode():
        function = tf.wrap_function(count, [tf.TensorSpec([], tf.float32)])
        assert function(1.0)["total"].numpy() == 11
        result = function(tf.constant(2.0))
        assert result["total"].numpy() == 13 and result["nothing"] is None
        read = function.prune([], "total/read:0")
        assert read().numpy() == 13
        with pytest.raises(ValueError, match="takes 1 arguments"):
            function()


def test_a_store_keeps_eager_variables():
    with eager_mode():
        store = EagerVariableStore()
        with store.as_default():
            w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
            b = tf.get_variable("b", [], trainable=False)
            assert tf.get_variable("w", [2]) is w
        assert store.variables() == [b, w]
        assert store.trainable_variables() == [w] and store.non_trainable_variables() == [b]
        (_, copied) = store.copy().variables()
        copied.assign([5.0, 5.0])
        np.testing.assert_array_equal(w.numpy(), [1, 1])
        assert tf.get_variable("w", [2]) is not w


def test_gradients_are_recomputed_or_passed_through():
    x = tf.constant([1.0, 2.0])
    with tf.variable_scope("", use_resource=True):
        y = tf.recompute_grad(lambda x: tf.sin(x) * x)(x)
        passed = tf.grad_pass_through(tf.floor)(x * 1.5)
    plain = tf.sin(x) * x
    found = values([*tf.gradients(y, x), *tf.gradients(plain, x), *tf.gradients(passed, x), passed])
    np.testing.assert_allclose(found[0], found[1])
    np.testing.assert_allclose(found[2:], [[1.5, 1.5], [1, 3]])
