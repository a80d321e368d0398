import pytest

from reflow import tf
from reflow.tensorflow_names import is_tensorflow_name


def test_names_are_tensorflows():
    others = {"Any", "part_or_error"}
    public = [name for name in vars(tf.errors) if name[0] != "_" and name not in others]
    assert len(public) == 36
    for name in public:
        assert is_tensorflow_name(f"tf.errors.{name}")
    assert tf.OpError is tf.errors.OpError


def test_codes_and_classes_belong_together():
    for code in range(1, 17):
        error_type = tf.errors.exception_type_from_error_code(code)
        assert issubclass(error_type, tf.errors.OpError)
        assert tf.errors.error_code_from_exception_type(error_type) == code
        assert error_type(None, None, "message").error_code == code


def test_what_is_for_tensorflows_own_c_api_is_absent():
    with pytest.raises(AttributeError, match="not in reflow yet"):
        _ = tf.errors.raise_exception_on_not_ok_status
