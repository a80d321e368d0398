"""`tensorflow.python.eager.core` and `execute`, and the class of eager tensors: whole programs."""

import subprocess
import sys

from tests.running.processes import environment

PROGRAM = """
import reflow.hook
import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context, core
from tensorflow.python.eager.execute import execute
from tensorflow.python.framework import errors, ops

tf.enable_eager_execution()
three, five = tf.constant(3), tf.constant(5)
assert execute(b"Mul", 1, [three, five], ("T", 3))[0].numpy() == 15
assert execute("AddN", 1, [three, five], ("T", 3, "N", 2))[0].numpy() == 8
parts = execute("Split", 3, [tf.constant(0), tf.constant([1, 2, 3])], ("num_split", 3, "T", 3))
assert [part.numpy().tolist() for part in parts] == [[1], [2], [3]]


def fails(error_type, function, *args):
    try:
        function(*args)
    except error_type as error:
        return str(error)
    raise AssertionError(f"no {error_type.__name__}")


invalid = errors.InvalidArgumentError
assert "BlahBlah" in fails(errors.NotFoundError, execute, "BlahBlah", 1, [], None)
assert "unknown" in fails(invalid, execute, "Mul", 1, [three, five], ("unknown", 1))
assert "Expected int" in fails(invalid, execute, "AddN", 1, [three], ("T", 3, "N", "2"))
assert "too few inputs" in fails(invalid, execute, "Mul", 1, [three], ("T", 3))
assert "Expecting 1 outputs" in fails(invalid, execute, "Mul", 0, [three, five], ("T", 3))
fails(TypeError, execute, "Mul", [], [three, five], ("T", 3))

device = context.context().device_name
tensor = ops.EagerTensor([1.5, 2.5], device=device, dtype=tf.float64.as_datatype_enum)
assert isinstance(tensor, ops.EagerTensor) and tensor.dtype == tf.float64
assert not isinstance(1, ops.EagerTensor) and issubclass(type(tensor), ops.EagerTensor)
assert "pos 2" in fails(TypeError, ops.EagerTensor, 1)
assert "Expecting a DataType" in fails(TypeError, ops.EagerTensor, 1, device, "1")
assert "Invalid dtype argument value" in fails(TypeError, ops.EagerTensor, 1, device, 12345)
assert "non-rectangular Python sequence" in fails(ValueError, tf.constant, [[1, 2], [3]])
assert "out-of-range integer" in fails(ValueError, tf.constant, [2**64])
assert "mixed types" in fails(ValueError, tf.constant, [1.5, "a"], tf.string)
message = fails(TypeError, tf.constant, [[1.5], [2]], tf.int64)
assert message == "Cannot convert [[1.5], [2]] to EagerTensor of dtype int64"
assert fails(TypeError, tf.constant, [1j], tf.float32).endswith("EagerTensor of dtype float")
assert "unsupported type (<class 'NoneType'>)" in fails(ValueError, tf.constant, [None])
assert "out-of-range integer" in fails(ValueError, tf.constant, 10**400, tf.float64)
error = core._status_to_exception(3, "text")
assert isinstance(error, invalid) and error.message == "text"
assert str(core._NotOkStatusException("text", 3)) == "InvalidArgumentError: text"
"""


def test_operations_run_by_the_names_of_their_types():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
