"""tf.test.TestCase: assertions pass where TensorFlow's pass, and fail where they fail."""

import collections

import numpy as np
import pytest

import reflow.tf as tf

Point = collections.namedtuple("Point", "x y")


@pytest.fixture
def case():
    case = tf.test.TestCase()
    case.setUp()
    yield case
    case.tearDown()


def constant(value):
    return tf.constant(value)


PASS = [
    ("assertAllClose", [1.0, 2.0], [1.0, 2.0 + 1e-7]),
    ("assertAllClose", {"a": [1, (2, 3)], "b": 4}, {"b": 4, "a": [1, (2, 3)]}),
    ("assertAllClose", [(1, 1), {"d": (6, 7)}], [(1, 1), {"d": (6, 7)}]),
    ("assertAllClose", Point([1, 2], 3.0), Point([1, 2], 3.0)),
    ("assertAllClose", [np.nan], [np.nan]),
    ("assertAllClose", 1.0, 1.1, 0.2),
    ("assertAllClose", 1.0, 1.1, 0, 0.11),
    ("assertAllCloseAccordingToType", np.float16([1]), np.float16([1.001])),
    ("assertAllCloseAccordingToType", np.float64([1]), np.float64([1 + 1e-7])),
    ("assertNotAllClose", [1.0], [1.1]),
    ("assertAllEqual", [1, 2], np.array([1, 2])),
    ("assertAllEqual", [np.nan], [np.nan]),
    ("assertAllEqual", [b"a"], [b"a"]),
    ("assertNotAllEqual", [1, 2], [1, 3]),
    ("assertNotAllEqual", [1, 2], [1, 2, 3]),
    ("assertAllGreater", [2, 3], 1),
    ("assertAllGreaterEqual", [2, 3], 2),
    ("assertAllLess", [2, 3], 4),
    ("assertAllLessEqual", [2, 3], 3),
    ("assertAllInRange", [1, 2], 1, 2),
    ("assertAllInRange", [np.inf], 0, np.inf),
    ("assertAllInSet", [[1, 2], [2, 1]], {1, 2, 3}),
    ("assertNear", 1.0, 1.05, 0.1),
    ("assertNear", np.inf, np.inf, 0.1),
    ("assertArrayNear", [1.0, 2.0], [1.05, 2.0], 0.1),
    ("assertNDArrayNear", np.array([1.0]), np.array([1.05]), 0.1),
    ("assertDTypeEqual", np.float32(1), np.float32),
    ("assertStartsWith", "tensor flow", "tensor"),
    ("assertDeviceEqual", "/cpu:0", "/device:CPU:0"),
    ("assertItemsEqual", [1, 2], [2, 1]),
    ("assertEquals", 1, 1),
]
FAIL = [
    ("assertAllClose", [1.0, 2.0], [1.0, 2.1]),
    ("assertAllClose", {"a": 1}, {"b": 1}),
    ("assertAllClose", {"a": [1, (2, 3)]}, {"a": [1, (2, 4)]}),
    ("assertAllClose", [1.0, 2.0], [1.0]),
    ("assertAllClose", [np.nan], [1.0]),
    ("assertAllCloseAccordingToType", np.float32([1]), np.float32([1.001])),
    ("assertNotAllClose", [1.0], [1.0]),
    ("assertAllEqual", [1, 2], [1, 3]),
    ("assertAllEqual", [1, 2], [[1, 2]]),
    ("assertAllEqual", [np.nan], [1.0]),
    ("assertNotAllEqual", [1, 2], [1, 2]),
    ("assertAllGreater", [2, 3], 2),
    ("assertAllGreaterEqual", [2, 3], 3),
    ("assertAllLess", [2, 3], 3),
    ("assertAllLessEqual", [2, 3], 2),
    ("assertAllInRange", [1, 2], 1, 2, True),
    ("assertAllInRange", [1, 2], 1, 2, False, True),
    ("assertAllInRange", [1, np.nan], 0, 2),
    ("assertAllInRange", [b"a"], 0, 2),
    ("assertAllInSet", [1, 4], [1, 2]),
    ("assertNear", 1.0, 1.2, 0.1),
    ("assertArrayNear", [1.0, 2.0], [1.05, 2.2], 0.1),
    ("assertArrayNear", [1.0, 2.0], [1.0], 0.1),
    ("assertNDArrayNear", np.array([1.0]), np.array([1.2]), 0.1),
    ("assertDTypeEqual", np.float32(1), np.float64),
    ("assertStartsWith", "tensor flow", "flow"),
    ("assertDeviceEqual", "/cpu:0", "/gpu:0"),
]


@pytest.mark.parametrize(("assertion", "args"), [(a, args) for a, *args in PASS])
def test_what_holds_passes(case, assertion, args):
    getattr(case, assertion)(*args)


@pytest.mark.parametrize(("assertion", "args"), [(a, args) for a, *args in FAIL])
def test_what_does_not_hold_fails(case, assertion, args):
    with pytest.raises(AssertionError):
        getattr(case, assertion)(*args)


def test_tensors_are_evaluated_also_inside_structures(case):
    case.assertAllClose({"a": [tf.constant([1.0, 2.0]), 3]}, {"a": [[1.0, 2.0], tf.constant(3)]})
    case.assertAllEqual(tf.constant([1, 2]) + 1, [2, 3])
    case.assertAllInRange(tf.constant([1, 2]), 1, 2)
    with pytest.raises(AssertionError, match="not equal lhs"):
        case.assertAllEqual(tf.constant([1, 2]), [2, 3])


def test_where_structures_differ_is_said(case):
    with pytest.raises(ValueError, match=r"Can't compare dict to non-dict, a\[x\] vs b\[x\]"):
        case.assertAllClose({"x": {"y": 1}}, {"x": [1]})
    with pytest.raises(AssertionError, match="Shape mismatch"):
        case.assertAllClose([1, [[1], [1, 2]]], [1, [[1]]])
    with pytest.raises(AssertionError, match=r"a\[x\]\[1\] is different from b\[x\]\[1\]"):
        case.assertAllClose({"x": (1, [1.0], {})}, {"x": (1, [2.0], {})})


def test_what_is_out_of_range_is_listed_up_to_a_limit(case):
    with pytest.raises(AssertionError, match=r"(?s)2 of the 3 .*\[1, 2\].*\[0\] : 0.*\[2\] : 3"):
        case.assertAllInRange([0, 1, 3], 1, 2)
    with pytest.raises(AssertionError, match=r"\.\.\.$"):
        case.assertAllInRange(np.zeros(20), 1, 2)


def test_errors_are_expected_by_class_and_message(case):
    with case.assertRaisesWithPredicateMatch(ValueError, "wor"):
        raise ValueError("words")
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: len(error.args) == 2):
        raise ValueError("two", "words")
    for error, pattern in ((ValueError("words"), "number"), (KeyError("words"), "words")):
        with pytest.raises(AssertionError):
            with case.assertRaisesWithPredicateMatch(ValueError, pattern):
                raise error
    with pytest.raises(AssertionError, match="ValueError not raised"):
        with case.assertRaisesWithPredicateMatch(ValueError, ""):
            pass


def test_an_op_error_is_found_by_its_operation_too(case):
    with case.cached_session():
        failing = tf.check_numerics(tf.log(tf.constant(-1.0)), "bad", name="checked")
        with case.assertRaisesOpError("bad.*NaN"):
            failing.eval()
        with case.assertRaisesOpError("Caused by: checked"):
            failing.eval()


def test_messages_are_compared_as_text_or_message(case):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="a", op="NoOp")
    case.assertProtoEquals("node { name: 'a' op: 'NoOp' }", graph_def)
    case.assertProtoEquals(graph_def, graph_def)
    graph_def.versions.producer = 134
    case.assertProtoEqualsVersion("node { name: 'a' op: 'NoOp' }", graph_def)
    with pytest.raises(AssertionError, match="b"):
        case.assertProtoEquals("node { name: 'b' op: 'NoOp' }", graph_def)
    with pytest.raises(AssertionError, match="Can't compare protos"):
        case.assertProtoEquals(tf.NodeDef(), graph_def)


def test_static_shapes_are_compared_with_those_of_arrays(case):
    case.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3]))
    with pytest.raises(AssertionError):
        case.assertShapeEqual(np.zeros([2, 3]), tf.zeros([3, 2]))
    with pytest.raises(TypeError, match="must be a Numpy"):
        case.assertShapeEqual([1], tf.zeros([1]))
    with pytest.raises(TypeError, match="must be a Tensor"):
        case.assertShapeEqual(np.zeros(1), [0])
