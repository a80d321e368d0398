"""tf.py_func and tf.numpy_function, against TensorFlow 1.15.5 (see data_programs.py)."""

from tests.tf import recorded


@recorded.programs("python_functions")
def test_programs(program):
    recorded.check(program)
