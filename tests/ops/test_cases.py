"""Every op case: what reflow answers against what TensorFlow 1.15.5 answered.

The cases are the tables of tests/ops/cases/, the answers lie in tests/reference/ops/, recorded by
tests/reference/record_ops.py. The gradients are checked against central differences as well, and
that check against gradients that are wrong on purpose.
"""

from functools import cache

import pytest

import reflow as tf
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


@tf.RegisterGradient("PlantedSign")
def planted_sign(op, gradient):
    return -2.0 * op.inputs[0] * gradient


@tf.RegisterGradient("PlantedFactor")
def planted_factor(op, gradient):
    return 2.01 * op.inputs[0] * gradient


@tf.RegisterGradient("PlantedConstant")
def planted_constant(op, gradient):
    """Right at first order, but its own derivative is lost."""
    return tf.stop_gradient(2.0 * op.inputs[0]) * gradient


def square_with(gradient):
    def build(tf, a):
        with tf.get_default_graph().gradient_override_map({"Square": gradient}):
            return tf.square(a)

    return build


@pytest.mark.parametrize("planted", ["PlantedSign", "PlantedFactor"])
def test_a_wrong_gradient_is_caught(planted):
    case = spec.case("planted", square_with(planted), [spec.x(2, 3)], grad=True)
    with pytest.raises(differences.WrongGradient, match="planted: gradient by input 0"):
        differences.check(tf, case)


def test_a_wrong_second_gradient_is_caught():
    case = spec.case("planted", square_with("PlantedConstant"), [spec.x(2)], grad=True, grad2=True)
    with pytest.raises(differences.WrongGradient, match="planted: second gradient by input 0"):
        differences.check(tf, case)


def test_a_right_gradient_is_not():
    differences.check(
        tf, spec.case("right", lambda tf, a: tf.square(a), [spec.x(2)], grad=True, grad2=True)
    )
