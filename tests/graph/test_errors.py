"""reflow.graph.errors: TensorFlow 1.15.5's classes and codes, and what is reflow's own."""

import pickle

import pytest

from reflow.graph import errors
from tests.graph.recorded import disagreements


def test_classes_and_codes_are_as_recorded_from_tensorflow():
    assert disagreements("errors") == {}


def test_an_error_tells_what_it_was_made_of():
    error = errors.InvalidArgumentError("a node", "an op", "text")
    assert (error.node_def, error.op, error.message) == ("a node", "an op", "text")
    assert error.error_code == errors.INVALID_ARGUMENT
    assert str(error) == "text"
    assert repr(error) == "InvalidArgumentError('text')"


@pytest.mark.parametrize(
    "error",
    [
        errors.OpError(None, None, "text", errors.ABORTED),
        errors.UnknownError(None, None, "text", 77),
        errors.DataLossError(None, None, "text"),
    ],
)
def test_errors_can_be_pickled(error):
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is type(error)
    assert (found.message, found.error_code) == (error.message, error.error_code)


def test_a_class_without_a_code_is_an_error():
    with pytest.raises(KeyError):
        errors.error_code_from_exception_type(ValueError)


def test_asking_a_tensor_for_a_value_is_a_type_error():
    assert issubclass(errors.OperatorNotAllowedInGraphError, TypeError)
