"""Compares what a library answers with what was recorded."""

import json

import numpy as np

from tests.reference import observe, spec

#: dtype -> (relative, absolute); other dtypes must be equal.
TOLERANCES = {
    "float16": (2e-3, 1e-3),
    "float32": (1e-5, 1e-6),
    "float64": (1e-9, 1e-12),
    "complex64": (1e-5, 1e-6),
    "complex128": (1e-9, 1e-12),
}


def same(expected, actual, entry, what):
    """Raises AssertionError unless `actual` is `expected`, within the tolerance of its dtype."""
    if isinstance(expected, np.ndarray):
        _same_array(expected, actual, entry, what)
    elif isinstance(expected, list):
        assert isinstance(actual, (list, tuple)), f"{what}: expected a list. Received: {actual!r}"
        assert len(expected) == len(actual), (
            f"{what}: expected {len(expected)} items. Received: {len(actual)}: {actual!r}"
        )
        for position, (left, right) in enumerate(zip(expected, actual)):
            same(left, right, entry, f"{what}[{position}]")
    elif isinstance(expected, dict):
        assert sorted(expected) == sorted(actual), f"{what}: {sorted(expected)}, {sorted(actual)}"
        for key, value in expected.items():
            same(value, actual[key], entry, f"{what}[{key!r}]")
    else:
        if isinstance(actual, np.ndarray) and actual.dtype == object and actual.shape == ():
            actual = actual.item()
        equal = expected == actual or (expected != expected and actual != actual)
        assert equal, f"{what}: expected {expected!r}. Received: {actual!r}"


def _same_array(expected, actual, entry, what):
    actual = np.asarray(actual)
    if expected.dtype == object and actual.dtype.kind in "SU":
        actual = actual.astype(object)
    assert expected.dtype == actual.dtype, (
        f"{what}: expected dtype {expected.dtype}. Received: {actual.dtype}"
    )
    assert expected.shape == actual.shape, (
        f"{what}: expected shape {expected.shape}. Received: {actual.shape}"
    )
    if expected.dtype.name not in TOLERANCES:
        np.testing.assert_array_equal(actual, expected, err_msg=what)
        return
    relative, absolute = TOLERANCES[expected.dtype.name]
    np.testing.assert_allclose(
        actual,
        expected,
        rtol=max(entry.rtol or 0, relative),
        atol=max(entry.atol or 0, absolute),
        err_msg=what,
    )


def outputs(recorded, built):
    """Op types and dtypes of the outputs."""
    seen = [[output.op, output.dtype] for output in built.outputs()]
    assert recorded == seen, f"op types and dtypes: expected {recorded}. Received: {seen}"


def nodes(recorded, built):
    """Every node: name, op type, inputs and attributes, in the order of creation."""
    expected = [json.dumps(node) for node in recorded]
    seen = [json.dumps(node) for node in built.nodes()]
    assert expected == seen, "nodes: expected\n  {}\nReceived:\n  {}".format(
        "\n  ".join(expected), "\n  ".join(seen)
    )


def shapes(tf, case, recorded):
    """The static shapes of the outputs, for all that may be known of the inputs' shapes."""
    wrong = []
    for variant, expected in recorded.items():
        try:
            seen = [output.shape for output in observe.Built(tf, case, variant=variant).outputs()]
        except (ValueError, TypeError) as raised:
            seen = "!" + type(raised).__name__
        if seen != expected:
            wrong.append(f"{variant}: expected {expected}. Received: {seen}")
    assert not wrong, "static shapes: " + "; ".join(wrong)


def values(case, recorded, built):
    """The values of successive runs in one session."""
    with built.tf.Session(graph=built.graph) as session:
        for run, expected in enumerate(recorded):
            seen = built.values(session)
            same(expected, seen, case, f"value of run {run}")
            static_shapes(built, seen)


def static_shapes(built, values):
    """That the values have the shapes that the graph says they have."""
    for leaf, value in zip(built.leaves, values):
        if isinstance(leaf, built.tf.Tensor):
            assert leaf.shape.is_compatible_with(np.shape(value)), (
                f"{leaf}: the value has another shape. Received: {np.shape(value)}"
            )


def gradients(case, recorded, built):
    """tf.gradients: which are None, which are IndexedSlices, and the dense values."""
    with built.tf.Session(graph=built.graph) as session:
        out_values = built.values(session)
    added = built.differentiate(out_values, second="gradients2" in recorded)
    with built.tf.Session(graph=built.graph) as session:
        seen = built.gradient_values(session, added)
    same(recorded["gradients"], seen.first, case, "gradient")
    if "gradients2" in recorded:
        same(recorded["gradients2"], seen.second, case, "second gradient")


def other_dtypes(tf, case, recorded):
    """All dtypes besides the first, save those for which TensorFlow has no kernel."""
    wrong = []
    for dtype, answers in recorded.items():
        try:
            if "no_kernel" not in answers:
                _other_dtype(tf, case, dtype, answers)
        except Exception as raised:  # all dtypes are tried
            wrong.append(f"{dtype}: {type(raised).__name__}: {raised}")
    assert not wrong, "\n".join(wrong)


def _other_dtype(tf, case, dtype, recorded):
    """Value, output dtype and gradient in another dtype, or the class of the error."""
    if "error" in recorded:
        stage, name = recorded["error"]
        seen = _error_in(tf, case, dtype)
        assert seen == [stage, name], f"expected {[stage, name]}. Received: {seen}"
        return
    built = observe.Built(tf, case, dtype)
    outputs(recorded["outputs"], built)
    values(case, recorded["values"], built)
    if "gradients" in recorded:
        gradients(case, recorded, built)


def _error_in(tf, case, dtype):
    stage = "build"
    try:
        built = observe.Built(tf, case, dtype)
        stage = "run"
        with tf.Session(graph=built.graph) as session:
            built.values(session)
    except Exception as raised:  # which class it is, is the observation
        return [stage, type(raised).__name__]
    return None


def failure(tf, failing, recorded):
    """Class and stage of the exception, and that its message shows what it should."""
    for variant, expected in recorded.items():
        expected = failing.instead or expected
        seen = observe.failure_of(tf, failing, variant)
        if expected is None:
            assert seen is None, f"{variant}: expected no error. Received: {seen}"
            continue
        assert seen is not None, f"{variant}: expected {expected}. Received no error."
        assert list(seen[:2]) == list(expected[:2]), (
            f"{variant}: expected {expected}. Received: {seen}"
        )
        missing = [shown for shown in failing.shows if spec.plain(shown) not in spec.plain(seen[2])]
        assert not missing, f"{variant}: the message does not show {missing}: {seen[2]}"
