"""Every op case: what reflow answers against what TensorFlow 1.15.5 answered.

The cases are the tables of tests/ops/cases/, the answers lie in tests/reference/ops/, recorded by
tests/reference/record_ops.py. The gradients are checked against central differences as well, and
that check against gradients that are wrong on purpose.
"""

from functools import cache

import pytest

import reflow as tf
from reflow.graph.op_definition import registered
from reflow.graph.shape_inference import ShapeRule
from reflow.graph.tensor_shape import TensorShape
from tests.ops import cases
from tests.reference import compare, differences, observe, spec, store

TABLES = cases.names()
ENTRIES = [(table, entry) for table in TABLES for entry in cases.load(table)]

recordings = cache(store.read)


def recorded(table, entry):
    """What TensorFlow answered; AssertionError if it was never asked, or about other inputs."""
    answers = recordings(table).get(entry.name)
    again = f"Run `python tests/reference/record_ops.py {table}` with TensorFlow 1.15.5."
    assert answers is not None, f"{entry.name} is not recorded. {again}"
    if isinstance(entry, spec.Fed):
        assert answers["inputs"] == entry.checksum(), f"{entry.name} has other inputs now. {again}"
    return answers


def entries(kind, wanted=lambda entry: True):
    """Parametrises a test over the entries of one kind."""
    chosen = [(t, e) for t, e in ENTRIES if isinstance(e, kind) and wanted(e)]
    return pytest.mark.parametrize(
        ("table", "entry"), chosen, ids=[f"{table}:{entry.name}" for table, entry in chosen]
    )


@pytest.mark.parametrize("table", TABLES)
def test_recording_holds_the_table(table):
    assert list(recordings(table)) == [entry.name for entry in cases.load(table)]


@entries(spec.Case)
def test_values(table, entry):
    answers = recorded(table, entry)
    built = observe.Built(tf, entry)
    compare.outputs(answers["outputs"], built)
    compare.values(entry, answers["values"], built)


@entries(spec.Case, lambda entry: "unknown" in entry.variants)
def test_values_with_unknown_shapes(table, entry):
    answers = recorded(table, entry)
    if isinstance(answers["shapes"].get("unknown"), list):
        compare.values(entry, answers["values"], observe.Built(tf, entry, variant="unknown"))


@entries(spec.Case)
def test_static_shapes(table, entry):
    compare.shapes(tf, entry, recorded(table, entry)["shapes"])


@entries(spec.Case, lambda entry: entry.nodes)
def test_nodes(table, entry):
    compare.nodes(recorded(table, entry)["nodes"], observe.Built(tf, entry))


@entries(spec.Case, lambda entry: entry.grad)
def test_gradients(table, entry):
    answers = recorded(table, entry)
    compare.gradients(entry, answers, observe.Built(tf, entry))


@entries(spec.Case, lambda entry: entry.grad and "unknown" in entry.variants)
def test_gradients_with_unknown_shapes(table, entry):
    answers = recorded(table, entry)
    if isinstance(answers["shapes"].get("unknown"), list):
        compare.gradients(entry, answers, observe.Built(tf, entry, variant="unknown"))


@entries(spec.Case, lambda entry: entry.grad and not entry.no_fd)
def test_gradients_are_central_differences(table, entry):
    differences.check(tf, entry)


@entries(spec.Case, lambda entry: len(entry.dtypes) > 1)
def test_other_dtypes(table, entry):
    compare.other_dtypes(tf, entry, recorded(table, entry)["dtypes"])


@entries(spec.Failure)
def test_errors(table, entry):
    compare.failure(tf, entry, recorded(table, entry)["errors"])


@entries(spec.Script)
def test_scripts(table, entry):
    seen = observe.script_observations(tf, entry)
    compare.same(recorded(table, entry)["observations"], seen, entry, "observation")


# -- The checks themselves, on what is wrong on purpose ------------------------------------------


@tf.RegisterGradient("PlantedSign")
def planted_sign(op, gradient):
    return -2.0 * op.inputs[0] * gradient


@tf.RegisterGradient("PlantedFactor")
def planted_factor(op, gradient):
    return 2.01 * op.inputs[0] * gradient


@tf.RegisterGradient("PlantedNone")
def planted_none(op, gradient):
    return None


@tf.RegisterGradient("PlantedElement")
def planted_element(op, gradient):
    """Right but for one element."""
    ones = tf.ones_like(op.inputs[0])
    return 2.0 * op.inputs[0] * gradient * (ones - tf.one_hot(0, 6, dtype=ones.dtype)[:3] / 100.0)


@tf.RegisterGradient("PlantedSum")
def planted_sum(op, gradient):
    """Right by its sum only."""
    return tf.reverse(2.0 * op.inputs[0] * gradient, [0])


@tf.RegisterGradient("PlantedConstant")
def planted_constant(op, gradient):
    """Right at first order, but its own derivative is lost."""
    return tf.stop_gradient(2.0 * op.inputs[0]) * gradient


@tf.RegisterGradient("PlantedWeight")
def planted_weight(op, gradient):
    """Right at first order, but its derivative by the weights is lost."""
    return 2.0 * op.inputs[0] * tf.stop_gradient(gradient)


WRONG = ["PlantedSign", "PlantedFactor", "PlantedNone", "PlantedElement", "PlantedSum"]


def planted(gradient, **options):
    """A case of a square whose gradient is another function."""

    def build(tf, a):
        with tf.get_default_graph().gradient_override_map({"Square": gradient}):
            return tf.square(a)

    return spec.case("planted", build, [spec.x(2, 3)], grad=True, **options)


def right(**options):
    return spec.case("planted", lambda tf, a: tf.square(a), [spec.x(2, 3)], grad=True, **options)


def answers_of(case):
    """What a recording would say of a case as reflow answers it."""
    built = observe.Built(tf, case)
    with tf.Session(graph=built.graph) as session:
        values = built.values(session)
    added = built.differentiate(values, second=case.grad2)
    with tf.Session(graph=built.graph) as session:
        gradients = built.gradient_values(session, added)

    def plain(found):
        return [None if g is None else list(g) for g in found]

    answers = {"values": [values], "gradients": plain(gradients.first)}
    if case.grad2:
        answers["gradients2"] = plain(gradients.second)
    return answers


@pytest.mark.parametrize("gradient", WRONG)
def test_a_wrong_gradient_contradicts_central_differences(gradient):
    with pytest.raises(differences.WrongGradient, match="planted: gradient by input 0"):
        differences.check(tf, planted(gradient))


@pytest.mark.parametrize("gradient", WRONG)
def test_a_wrong_gradient_contradicts_the_recording(gradient):
    answers = answers_of(right())
    with pytest.raises(AssertionError, match="gradient"):
        compare.gradients(right(), answers, observe.Built(tf, planted(gradient)))


def test_a_wrong_second_gradient_contradicts_central_differences():
    differences.check(tf, planted("PlantedConstant"))
    with pytest.raises(differences.WrongGradient, match="planted: second gradient by input 0"):
        differences.check(tf, planted("PlantedConstant", grad2=True))


@pytest.mark.parametrize("gradient", ["PlantedConstant", "PlantedWeight"])
def test_a_wrong_second_gradient_contradicts_the_recording(gradient):
    answers = answers_of(right(grad2=True))
    with pytest.raises(AssertionError, match="second gradient"):
        compare.gradients(right(grad2=True), answers, observe.Built(tf, planted(gradient)))


def test_right_gradients_contradict_nothing():
    case = right(grad2=True)
    differences.check(tf, case)
    compare.gradients(case, answers_of(case), observe.Built(tf, case))


@pytest.fixture
def plant(monkeypatch, graphs):
    """plant(op_type, rule=function): replaces rules of an op type during the test."""

    def replace(op_type, **rules):
        definition = registered()[op_type]
        for name, rule in rules.items():
            monkeypatch.setattr(definition.rules, name, staticmethod(rule))
        monkeypatch.setitem(vars(definition), "_shape_rule", ShapeRule(definition))

    yield replace
    graphs.clear()  # They are not well-formed.


def one_more_column(x):
    *rows, columns = x.sizes or (None,)
    return TensorShape.of((*rows, None if columns is None else columns + 1))


def no_rank(x):
    return TensorShape(None)


@pytest.mark.parametrize("shape", [one_more_column, no_rank])
def test_a_wrong_static_shape_contradicts_the_recording(plant, shape):
    recorded_shapes = {
        "full": [[2, 3]],
        "batch": [[None, 3]],
        "rank": [[None, None]],
        "unknown": [None],
    }
    compare.shapes(tf, right(), recorded_shapes)
    plant("Square", shape=shape)
    with pytest.raises(AssertionError, match="static shapes: full: expected"):
        compare.shapes(tf, right(), recorded_shapes)


def test_a_wrong_static_shape_contradicts_the_value(plant):
    answers = answers_of(right())
    plant("Square", shape=one_more_column)
    with pytest.raises(AssertionError, match="the value has another shape"):
        compare.values(right(), answers["values"], observe.Built(tf, right()))


def test_a_wrong_value_contradicts_the_recording():
    case = spec.case("planted", lambda tf, a: tf.square(a) * 1.0001, [spec.x(2, 3)])
    with pytest.raises(AssertionError, match="value of run 0"):
        compare.values(case, answers_of(right())["values"], observe.Built(tf, case))


def test_another_type_contradicts_the_recording():
    case = spec.case("planted", lambda tf, a: tf.cast(tf.square(a), tf.float64), [spec.x(2, 3)])
    built = observe.Built(tf, case)
    with pytest.raises(AssertionError, match="expected dtype float32"):
        compare.values(case, answers_of(right())["values"], built)
    with pytest.raises(AssertionError, match="op types and dtypes"):
        compare.outputs([["Square", "float32"]], built)


def test_another_node_contradicts_the_recording():
    nodes = observe.Built(tf, right()).nodes()
    case = spec.case("planted", lambda tf, a: tf.multiply(a, a, name="Square"), [spec.x(2, 3)])
    with pytest.raises(AssertionError, match="nodes: expected"):
        compare.nodes(nodes, observe.Built(tf, case))
