"""tf.gradients as a whole: what it accepts, adds up, stops at and refuses, and what it says then.

Values are held against closed forms.  What TensorFlow 1.15.5 answers to the same kind of programs
is recorded in the table tests/ops/cases/gradients.py.
"""

import re

import numpy as np
import pytest

import reflow as tf
from reflow.graph.gradients import AggregationMethod

A = np.array([1.0, 2.0], np.float32)
B = np.array([3.0, 4.0], np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def a():
    return tf.constant(A, name="a")


@pytest.fixture
def b():
    return tf.constant(B, name="b")


def run(fetches, feed=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def same(found, expected):
    found = run(found)
    assert len(found) == len(expected)
    for left, right in zip(found, expected):
        np.testing.assert_allclose(left, right, rtol=1e-6)


def override(graph, op_type, function):
    """The context in which `function` is the gradient of an op type."""
    name = f"{op_type}-{id(function)}"
    tf.RegisterGradient(name)(function)
    return graph.gradient_override_map({op_type: name})


def wrong_square(graph, a, function):
    """A square whose gradient is `function`, named "wrong"."""
    with override(graph, "Square", function):
        return tf.square(a, name="wrong")


# -- grad_ys ------------------------------------------------------------------------------------


def test_grad_ys_weigh_the_elements_of_each_y(a, b):
    weights = [np.float32([2.0, 3.0]), np.float32([5.0, 7.0])]
    found = tf.gradients([a * b, a + b], [a, b], grad_ys=weights)
    same(found, [weights[0] * B + weights[1], weights[0] * A + weights[1]])


def test_grad_ys_may_leave_some_to_ones(a, b):
    same(tf.gradients([a * b, a + b], a, grad_ys=[None, [5.0, 7.0]]), [B + [5.0, 7.0]])


def test_grad_ys_are_differentiated_too(a, b):
    first = tf.gradients(a * a, a, grad_ys=b)
    same(tf.gradients(first, b), [2 * A])


def test_grad_ys_may_be_slices():
    table = tf.constant(np.ones((3, 2), np.float32))
    rows = tf.IndexedSlices(tf.constant([[1.0, 10.0]]), tf.constant([1]), tf.constant([3, 2]))
    weights = np.float32([[0, 0], [1, 10], [0, 0]])
    (passed,) = tf.gradients(tf.identity(table), table, grad_ys=rows)
    assert isinstance(passed, tf.IndexedSlices)
    same([tf.convert_to_tensor(passed)], [weights])
    same(tf.gradients(table * 3.0, table, grad_ys=rows), [3 * weights])


@pytest.mark.parametrize(
    ("grad_ys", "error", "message"),
    [
        ([A, A], ValueError, "Passed 2 grad_ys for 1 ys"),
        ([], ValueError, "Passed 0 grad_ys for 1 ys"),
        ([np.complex64(A)], TypeError, "Gradient type complex64 generated for real"),
        ([["x", "y"]], TypeError, "Gradient type string generated for real"),
        ([[True, False]], TypeError, "Gradient type bool generated for real"),
    ],
)
def test_grad_ys_that_do_not_fit(a, grad_ys, error, message):
    with pytest.raises(error, match=message):
        tf.gradients(a * a, a, grad_ys=grad_ys)


def test_grad_ys_of_another_shape(a):
    with pytest.raises(ValueError, match=r"(?i)shapes?.*\[?3"):
        tf.gradients(a * a, a, grad_ys=[[1.0, 2.0, 3.0]])


# -- ys and xs ----------------------------------------------------------------------------------


def test_x_by_itself(a):
    same(tf.gradients(a, a), [[1.0, 1.0]])
    same(tf.gradients([a, a], [a, a]), [[2.0, 2.0]] * 2)


def test_gradients_pass_through_an_x_to_another(a):
    square = a * a
    same(tf.gradients(square * a, [a, square]), [3 * A**2, A])


def test_ys_may_depend_on_each_other(a):
    square = a * a
    same(tf.gradients([square * a, square], a), [3 * A**2 + 2 * A])


def test_lists_tuples_and_single_tensors(a, b):
    assert isinstance(tf.gradients(a * b, a), list)
    same(tf.gradients((a * b,), (a, b)), [B, A])
    assert tf.gradients(a * b, []) == []


def test_slices_as_ys_are_differentiated_at_their_values(a):
    slices = tf.IndexedSlices(a * a, tf.constant([0, 5]), tf.constant([6]))
    same(tf.gradients(slices, a), [2 * A])


def test_variables_and_placeholders_as_xs():
    v = tf.Variable(A)
    p = tf.placeholder(tf.float32, [None])
    by_variable, by_placeholder = tf.gradients(v * v * p, [v, p])
    np.testing.assert_allclose(run(by_variable, {p: B}), 2 * A * B)
    np.testing.assert_allclose(run(by_placeholder, {p: B}), A**2)


@pytest.mark.parametrize("ys", [None, 3.0, []])
def test_no_tensor_to_differentiate(ys):
    with pytest.raises(ValueError, match=r"takes tensors or variables\. Received: \["):
        tf.gradients(ys, [])


def test_a_y_that_is_none(a):
    with pytest.raises(ValueError, match="None"):
        tf.gradients([a, None], a)


def test_tensors_of_another_graph(a):
    with tf.Graph().as_default():
        foreign = tf.constant(1.0, name="foreign")
    for ys, xs in ((a, foreign), (foreign, a)):
        with pytest.raises(ValueError, match="must be from the same graph"):
            tf.gradients(ys, xs)


def test_integer_ys_have_no_gradients():
    whole = tf.constant([1, 2])
    assert tf.gradients(whole * whole, whole) == [None]
    same(tf.gradients(whole, whole, grad_ys=[[3, 4]]), [[3, 4]])


def test_text_has_no_default_gradient(a):
    with pytest.raises(TypeError):
        tf.gradients(tf.constant("text"), a)


def test_complex_ys_need_weights():
    z = tf.constant([1 + 2j], tf.complex64)
    with pytest.raises(TypeError, match=r"Gradients of complex tensors must set grad_ys"):
        tf.gradients(z * z, z)
    # TensorFlow's convention: the conjugate of the derivative.
    same(
        tf.gradients(z * z, z, grad_ys=[np.complex64([1 + 1j])]),
        [[(1 + 1j) * np.conj(2 * (1 + 2j))]],
    )


# -- Where gradients end ------------------------------------------------------------------------


def test_stop_gradients_are_held_constant(a, b):
    product = a * b
    same(tf.gradients(product * a, [a, product], stop_gradients=[product]), [A * B, A])
    assert tf.gradients(product, b, stop_gradients=product) == [None]


def test_stop_gradient_is_the_identity_forward_only(a):
    same([tf.stop_gradient(a) * a], [A * A])
    same(tf.gradients(tf.stop_gradient(a) * a, a), [A])
    assert tf.gradients(tf.stop_gradient(a), a) == [None]


@pytest.mark.parametrize("zero", ["zero", tf.UnconnectedGradients.ZERO])
def test_unconnected_xs(a, b, zero):
    assert tf.gradients(a * 2.0, [b]) == [None]
    assert tf.gradients(a * 2.0, b, unconnected_gradients="none") == [None]
    same(tf.gradients(a * 2.0, [b, a], unconnected_gradients=zero), [[0.0, 0.0], [2.0, 2.0]])


def test_unknown_ways_of_unconnected_gradients(a):
    with pytest.raises(ValueError, match="'ones'"):
        tf.gradients(a, a, unconnected_gradients="ones")


# -- Sums ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method",
    [
        None,
        AggregationMethod.ADD_N,
        AggregationMethod.EXPERIMENTAL_TREE,
        AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
    ],
)
def test_all_uses_add_up(a, method):
    uses = [a * 2.0, tf.exp(a), a * a]
    same(tf.gradients(uses, a, aggregation_method=method), [2 + np.exp(A) + 2 * A])


def test_unknown_aggregation_method(a):
    with pytest.raises(ValueError, match="Invalid aggregation_method specified 99"):
        tf.gradients(a, a, aggregation_method=99)


def test_slices_add_up_to_slices():
    table = tf.constant(np.zeros((4, 2), np.float32))
    (total,) = tf.gradients([tf.gather(table, [1, 3]), tf.gather(table, [1])], table)
    assert isinstance(total, tf.IndexedSlices)
    assert sorted(run(total.indices)) == [1, 1, 3]
    same([tf.convert_to_tensor(total)], [[[0, 0], [2, 2], [0, 0], [1, 1]]])


def test_slices_become_dense_beside_a_dense_part():
    table = tf.constant(np.zeros((3, 2), np.float32))
    (total,) = tf.gradients([tf.gather(table, [1, 1]), table * 5.0], table)
    assert isinstance(total, tf.Tensor)
    same([total], [[[5, 5], [7, 7], [5, 5]]])


@pytest.mark.parametrize("gate", [False, True])
def test_gates_change_no_number(a, b, gate):
    same(tf.gradients(a * b, [a, b], gate_gradients=gate), [B, A])


def test_a_gate_waits_for_all_gradients_of_an_op(graph, a, b):
    by_a, by_b = tf.gradients(a * b, [a, b], gate_gradients=True)
    assert by_a.op is by_b.op or by_a.op.control_inputs == by_b.op.control_inputs != []


def test_colocation_puts_each_gradient_beside_its_op(graph, a):
    product = tf.multiply(a, a, name="product")
    tf.gradients(product, a, colocate_gradients_with_ops=True, name="beside")
    tf.gradients(product, a, name="anywhere")

    def groups(scope):
        ops = [op for op in graph.get_operations() if op.name.startswith(scope)]
        return {group for op in ops for group in op.colocation_groups()}

    assert b"loc:@product" in groups("beside/product_grad/")
    assert b"loc:@product" not in groups("anywhere/product_grad/")


def test_nodes_lie_in_their_scope(graph, a):
    before = len(graph.get_operations())
    tf.gradients(a * a, a, name="mine")
    added = graph.get_operations()[before + 1 :]
    assert added
    assert all(op.name.startswith("mine/") for op in added)


# -- Rules of programs --------------------------------------------------------------------------


def test_registered_gradients_get_the_op_and_the_gradient(graph, a):
    seen = []

    def gradient(op, dy):
        seen.append((op.type, op.inputs[0] is a, dy.shape.as_list()))
        return dy * 10.0

    same(tf.gradients(wrong_square(graph, a, gradient), a), [[10.0, 10.0]])
    assert seen == [("Square", True, [2])]


def test_a_name_is_registered_once():
    tf.RegisterGradient("RegisteredOnce")(lambda op, dy: dy)
    with pytest.raises(KeyError, match=r"two gradient.*RegisteredOnce.*test_gradients\.py"):
        tf.RegisterGradient("RegisteredOnce")(lambda op, dy: dy)
    with pytest.raises(KeyError, match=r"MatMul.*built in"):
        tf.RegisterGradient("MatMul")(lambda op, dy: dy)


def test_not_differentiable_ops_cut_the_way(graph, a):
    tf.NotDifferentiable("CutHere")
    with graph.gradient_override_map({"Square": "CutHere"}):
        assert tf.gradients(tf.square(a), a) == [None]


def test_no_gradient_names_the_op_and_the_line_that_made_it(graph, a):
    with graph.gradient_override_map({"Square": "NobodyKnowsIt"}):
        y = tf.square(a, name="lost")  # the line in the message
    expected = r"'lost' \(op type: NobodyKnowsIt\), made at .*test_gradients\.py:(\d+)"
    with pytest.raises(LookupError, match=expected) as caught:
        tf.gradients(y, a)
    line = int(re.search(expected, str(caught.value)).group(1))
    with open(__file__) as source:
        assert "the line in the message" in source.readlines()[line - 1]


def test_an_op_without_a_rule_is_only_missed_where_it_lies_between(a):
    with pytest.raises(LookupError, match="SegmentProd"):
        tf.gradients(tf.segment_prod(a, [0, 1]), a)
    assert tf.gradients(tf.segment_prod(a, [0, 1]), tf.constant(1.0)) == [None]


# -- Rules that are wrong -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 2])
def test_a_rule_that_gives_the_wrong_number_is_refused(graph, a, count):
    y = wrong_square(graph, a, lambda op, dy: [dy] * count)
    with pytest.raises(ValueError, match=rf"Num gradients {count} (?s:.)*wrong(?s:.)*inputs 1"):
        tf.gradients(y, a)


def test_a_rule_that_gives_another_shape_is_refused(graph, a):
    y = wrong_square(graph, a, lambda op, dy: tf.reduce_sum(dy))
    with pytest.raises(ValueError, match=r"Incompatible shapes.*operation: wrong.*\(2,\).*\(\)"):
        tf.gradients(y, a)


def test_a_rule_that_gives_another_shape_is_refused_when_run(graph):
    p = tf.placeholder(tf.float32, [None])
    y = wrong_square(graph, p, lambda op, dy: tf.concat([dy, dy], 0))
    total = tf.gradients([y, p * 2.0], p)
    with pytest.raises(tf.errors.InvalidArgumentError, match="shape"):
        run(total, {p: A})


@pytest.mark.parametrize("dtype", [tf.int32, tf.complex64, tf.bool])
def test_a_rule_that_gives_another_kind_of_number_is_refused(graph, a, dtype):
    y = wrong_square(graph, a, lambda op, dy: tf.cast(dy, dtype))
    with pytest.raises(TypeError, match=rf"type {dtype.name} generated for input 0 of 'wrong'"):
        tf.gradients(y, a)


def test_a_rule_that_gives_no_tensor_is_refused(graph, a):
    y = wrong_square(graph, a, lambda op, dy: object())
    with pytest.raises(TypeError):
        tf.gradients(y, a)


# -- Functions with their own gradient ----------------------------------------------------------


def test_custom_gradients_replace_what_lies_between(a):
    @tf.custom_gradient
    def clipped(x):
        return x * 3.0, lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    same([clipped(a)], [3 * A])
    same(tf.gradients(clipped(a) * 5.0, a), [[1.0, 1.0]])


def test_custom_gradients_of_several_inputs_and_outputs(a, b):
    @tf.custom_gradient
    def pair(x, y):
        return (x * y, x + y), lambda dp, ds: (dp * 10.0, ds * 100.0)

    product, total = pair(a, b)
    same([product, total], [A * B, A + B])
    same(tf.gradients([product, total], [a, b]), [[10.0, 10.0], [100.0, 100.0]])


def test_custom_gradients_are_differentiated_in_turn(a):
    @tf.custom_gradient
    def cube(x):
        return x**3.0, lambda dy: dy * 3.0 * x * x

    (first,) = tf.gradients(cube(a), a)
    same([first], [3 * A**2])
    same(tf.gradients(first, a), [6 * A])


def test_custom_gradients_may_be_nested(a):
    @tf.custom_gradient
    def inner(x):
        return x * x, lambda dy: dy * 7.0

    @tf.custom_gradient
    def outer(x):
        y = inner(x)
        return y, lambda dy: tf.gradients(y, x, grad_ys=dy * 2.0)

    same(tf.gradients(outer(a), a), [[14.0, 14.0]])


@pytest.mark.parametrize("use_resource", [False, True])
def test_custom_gradients_of_variables(a, use_resource):
    w = tf.get_variable("w", initializer=B, use_resource=use_resource)

    @tf.custom_gradient
    def scaled(x):
        def gradient(dy, variables=None):
            assert variables == [w]
            return dy * 10.0, [dy * 100.0]

        return x * w, gradient

    same(tf.gradients(scaled(a), [a, w]), [[10.0, 10.0], [100.0, 100.0]])
    same(tf.gradients(scaled(a) * w, w), [A * B + 100.0 * B])


def test_custom_gradients_must_take_the_variables_that_there_are(a):
    w = tf.get_variable("w", initializer=B)
    forgets = tf.custom_gradient(lambda x: (x * w, lambda dy: dy))
    with pytest.raises(TypeError, match=r"'variables'.*'w:0'"):
        forgets(a)
    passed = tf.custom_gradient(lambda x, w: (x * w, lambda dy: (dy, dy)))
    same(tf.gradients(passed(a, w), w), [[1.0, 1.0]])


def test_custom_gradients_make_resource_variables_only(a):
    @tf.custom_gradient
    def makes_one(x):
        return x * tf.get_variable("made", [2]), lambda dy, variables: (dy, [dy])

    with pytest.raises(TypeError, match=r"`ResourceVariable`s.*made"):
        makes_one(a)


def test_custom_gradients_take_no_keywords(a):
    with pytest.raises(ValueError, match=r"keywords.*\['x'\]"):
        tf.custom_gradient(lambda x: (x, lambda dy: dy))(x=a)


def test_custom_gradients_of_the_wrong_number(a):
    y = tf.custom_gradient(lambda x: (x * 1.0, lambda dy: (dy, dy)))(a)
    with pytest.raises(ValueError, match=r"must give 1 gradients.*Received: 2"):
        tf.gradients(y, a)


# -- Second derivatives -------------------------------------------------------------------------


def test_hessians(a):
    (hessian,) = tf.hessians(tf.reduce_sum(a**3.0) + a[0] * a[1], a)
    same([hessian], [np.diag(6 * A) + [[0.0, 1.0], [1.0, 0.0]]])


def test_hessians_of_matrices_have_four_dimensions():
    m = tf.constant(np.ones((2, 3), np.float32))
    (hessian,) = tf.hessians(tf.reduce_sum(m * m), m)
    assert hessian.shape.as_list() == [2, 3, 2, 3]
    same([tf.reshape(hessian, [6, 6])], [2 * np.eye(6)])


def test_hessians_where_the_first_derivative_is_constant(a):
    with pytest.raises(ValueError, match="first derivatives depend on x"):
        tf.hessians(a * 3.0, a)


def test_hessians_of_what_has_a_shape_only_in_the_run():
    p = tf.placeholder(tf.float32, [None])
    (hessian,) = tf.hessians(tf.reduce_sum(p**3.0), p)
    with tf.Session() as sess:
        for values in ([1.0, 2.0, 3.0], [4.0]):
            np.testing.assert_allclose(
                sess.run(hessian, {p: values}), np.diag(6 * np.array(values))
            )


# -- What is remembered ------------------------------------------------------------------------


def test_the_graph_remembers_what_each_call_found(graph, a):
    b = tf.constant(B)
    product = a * b
    loss = tf.reduce_sum(product * product + product)
    nodes = len(graph.get_operations())
    da, none = tf.gradients(loss, [a, tf.constant(1.0)])
    (found,) = graph._differentiations
    assert found.ys == (loss,) and found.xs[0] is a
    assert found.results == (da, none) == (da, None)
    between = found.totals[product]
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(between), 2 * A * B + 1)
    assert len(graph.get_operations()) > nodes
    tf.gradients(da, b)
    assert [call.ys for call in graph._differentiations] == [(loss,), (da,)]
    assert "_differentiations" not in str(graph.as_graph_def()) and not graph.collections
