"""`import reflow.hook`: what TensorFlow's names mean then, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def python(tmp_path):
    """Runs a program in a folder of its own; files given by name are written before."""

    def run(program, **files):
        for name, text in {"program": program, **files}.items():
            (tmp_path / f"{name}.py").write_text(text)
        return subprocess.run(
            [sys.executable, "program.py"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )

    return run


def check(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


HOOK = "import sys, reflow.hook\n"

ALL_FORMS = """
assert "reflow.tf" not in sys.modules, "nothing is imported before it is asked for"
import tensorflow
import tensorflow as tf
assert tf is tensorflow is sys.modules["tensorflow"] is sys.modules["reflow.tf"]
import tensorflow.compat.v1 as tf1
assert tf1 is tf
assert tf.__version__.startswith("1.15")

from tensorflow import float32, nn
import tensorflow.nn as nn_again
import tensorflow.compat.v1.nn as nn_of_v1
assert float32 is tf.float32
assert nn is nn_again is nn_of_v1 is tf.nn

from tensorflow.python.ops import array_ops, math_ops, nn_ops, variable_scope
from tensorflow.python.framework import constant_op, dtypes, errors_impl, ops, tensor_shape
from tensorflow.python.platform import app, flags, gfile, resource_loader, tf_logging
from tensorflow.python.client import session
from tensorflow.python.training import gradient_descent, moving_averages, optimizer
from tensorflow.python.lib.io import file_io
from tensorflow.python.framework.ops import Tensor, convert_to_tensor
assert math_ops.matmul is tf.matmul and array_ops.reshape is tf.reshape
assert nn_ops.relu is tf.nn.relu and variable_scope.get_variable is tf.get_variable
assert ops.Graph is tf.Graph and Tensor is tf.Tensor and convert_to_tensor is tf.convert_to_tensor
assert dtypes.float32 is tf.float32 and constant_op.constant_v1 is tf.constant
assert errors_impl.NotFoundError is tf.errors.NotFoundError
assert tensor_shape.TensorShape is tf.TensorShape and session.Session is tf.Session
assert app.run is tf.app.run and flags.DEFINE_string is tf.flags.DEFINE_string
assert gfile.GFile is tf.gfile.GFile and tf_logging.info is tf.logging.info
assert resource_loader.get_data_files_path and file_io.FileIO
assert gradient_descent.GradientDescentOptimizer is tf.train.GradientDescentOptimizer
assert optimizer.Optimizer is tf.train.Optimizer
assert "matmul" in dir(math_ops)
import tensorflow.python.ops.math_ops as math_ops_again
assert math_ops_again is math_ops and tensorflow.python.ops.math_ops is math_ops

from tensorflow.examples.tutorials.mnist import input_data
import tensorflow.examples.tutorials.mnist.input_data as input_data_again
from tensorflow.contrib.learn.python.learn.datasets import mnist
from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets
assert input_data is input_data_again is mnist
assert read_data_sets is input_data.read_data_sets

from tensorflow.core.framework import graph_pb2
from tensorflow.core.framework.summary_pb2 import Summary
assert graph_pb2.GraphDef().node is not None and Summary().value is not None
"""

AFTERWARDS = """
import importlib, pickle
assert not hasattr(tf, "nonsense") and not hasattr(math_ops, "nonsense")
assert importlib.util.find_spec("tensorflow.nonsense") is None
assert importlib.util.find_spec("reflow.tf.nonsense") is None
assert importlib.util.find_spec("tensorflow").name in ("tensorflow", "reflow.tf")
assert importlib.reload(tf) is tf is sys.modules["tensorflow"]
assert importlib.reload(tf.nn) is tf.nn and importlib.reload(math_ops) is math_ops
assert tf.__spec__.name == "reflow.tf" and tf.nn.__spec__.name == "reflow.tf.nn"
assert pickle.loads(pickle.dumps(tf.Graph)) is tf.Graph
assert pickle.loads(pickle.dumps(tf.float32)) is tf.float32
"""


def test_every_form_of_import_means_reflow(python):
    check(python(HOOK + ALL_FORMS + AFTERWARDS))


DYNAMIC = """
import importlib
tf = importlib.import_module("tensorflow")
assert importlib.import_module("tensorflow.compat.v1") is tf
assert importlib.import_module(".nn", "tensorflow") is tf.nn
math_ops = importlib.import_module("tensorflow.python.ops.math_ops")
assert math_ops.matmul is tf.matmul
assert __import__("tensorflow.nn") is tf
assert __import__("tensorflow.nn", fromlist=["relu"]) is tf.nn
"""

# Each in a process of its own (forked, so that torch is imported once only): what one imports must
# not help the next.
FIRST_IMPORTS = [
    DYNAMIC,
    "import tensorflow as tf; tf.compat.v1.disable_eager_execution(); tf.compat.v1.Session()",
    "import tensorflow.compat.v1 as tf; tf.disable_v2_behavior(); tf.Session()",
    "from tensorflow.compat import v1 as tf; tf.placeholder(tf.float32)",
    "from tensorflow.compat.v1.nn import relu",
    "from tensorflow.python.util import compat; assert compat.as_text(b'x') == 'x'",
    "from tensorflow.python.framework import tensor_util; tensor_util.make_tensor_proto",
    "from tensorflow.python.client import device_lib, timeline; device_lib.list_local_devices()",
    "import tensorflow.examples.tutorials.mnist.input_data as data; data.read_data_sets",
    "from tensorflow import *; assert Session and matmul",
]


IN_FORKS = f"""
import os, torch
for statements in {FIRST_IMPORTS!r}:
    child = os.fork()
    if not child:
        import reflow.hook
        exec(statements, {{}})
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, statements
"""


def test_a_first_import_in_any_form(python):
    check(python(IN_FORKS))


def test_on_the_command_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import reflow.hook; import tensorflow as tf; print(tf.__name__)"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert check(done) == "reflow.tf\n"


def absence(statement):
    return f"""
try:
    {statement}
except (ImportError, AttributeError) as error:
    print(type(error).__name__, error)
"""


ABSENT = [
    (
        "import tensorflow.lite",
        "ModuleNotFoundError tensorflow.lite is in TensorFlow 1.15, but not in reflow yet.",
    ),
    (
        "from tensorflow.nn import rellu",
        "ModuleNotFoundError tensorflow.nn.rellu is not a name of TensorFlow 1.15. "
        "Did you mean tensorflow.nn.relu?",
    ),
    (
        "from tensorflow import matmull",
        "ModuleNotFoundError tensorflow.matmull is not a name of TensorFlow 1.15. "
        "Did you mean tensorflow.matmul?",
    ),
    (
        "import tensorflow.nonsense",
        "ModuleNotFoundError tensorflow.nonsense is not a name of TensorFlow 1.15.",
    ),
    (
        "from tensorflow.contrib import ffmpeg",
        "ModuleNotFoundError tensorflow.contrib.ffmpeg is in TensorFlow 1.15, "
        "but not in reflow yet.",
    ),
    (
        "from tensorflow.contrib.ffmpeg.python.ops import anything",
        "ModuleNotFoundError tensorflow.contrib.ffmpeg is in TensorFlow 1.15, "
        "but not in reflow yet.",
    ),
    (
        "from tensorflow.python.tpu import tpu_estimator; tpu_estimator.TPUEstimatorSpec",
        "AttributeError tensorflow.python.tpu.tpu_estimator.TPUEstimatorSpec is not in reflow.",
    ),
    (
        "from tensorflow.python.ops import boosted_trees_ops; boosted_trees_ops.TreeEnsemble",
        "AttributeError tensorflow.python.ops.boosted_trees_ops.TreeEnsemble is in "
        "TensorFlow 1.15, but not in reflow yet.",
    ),
    (
        "from tensorflow.python.ops.math_ops import accumulate_n, nonsense",
        "ModuleNotFoundError tensorflow.python.ops.math_ops.nonsense is not a name of "
        "TensorFlow 1.15.",
    ),
    (
        "from tensorflow.python.ops import math_ops; math_ops.nonsense",
        "AttributeError tensorflow.python.ops.math_ops.nonsense is not a name of TensorFlow 1.15.",
    ),
    (
        "from tensorflow.python.ops import math_ops; math_ops._private",
        "AttributeError tensorflow.python.ops.math_ops._private is not in reflow.",
    ),
]


def test_what_there_is_not_is_named_explained_and_located(python):
    program = HOOK + "".join(absence(statement) for statement, _ in ABSENT)
    lines = check(python(program)).splitlines()
    for (statement, message), line in zip(ABSENT, lines, strict=True):
        number = program[: program.index(statement)].count("\n") + 1
        assert line.startswith(message) and line.endswith(f"program.py, line {number})")


def test_the_hook_wins_over_a_tensorflow_that_is_installed(python, tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "tensorflow" / "nn.py").write_text("raise SystemExit('the wrong one')")
    check(python(HOOK + "import tensorflow.nn\nassert 'reflow.tf.nn' in sys.modules"))


def test_a_tensorflow_imported_before_is_an_error(python, tmp_path):
    program = "import tensorflow\nimport reflow.hook"
    done = python(program, tensorflow="version = 'another'")
    assert done.returncode == 1
    assert "ImportError: import reflow.hook must come before anything that imports" in done.stderr
    assert f"already imported from {tmp_path / 'tensorflow.py'}" in done.stderr


def test_reflow_first_and_then_the_hook(python):
    check(python("import reflow.tf as tf\n" + HOOK + "import tensorflow\nassert tensorflow is tf"))


def test_installing_twice_changes_nothing(python):
    check(
        python(
            HOOK
            + "before = list(sys.meta_path)\nreflow.hook.install()\nassert before == sys.meta_path"
        )
    )


def test_the_excepthook_stays(python):
    check(python(HOOK + "assert sys.excepthook is sys.__excepthook__"))


def test_the_dashboard_is_ours_and_the_digits_the_programs(python):
    program = HOOK + (
        "import tensorflowvisu, tensorflowvisu_digits\n"
        "print(tensorflowvisu.__name__, tensorflowvisu_digits.__name__)"
    )
    names = "reflow.visu.tensorflowvisu reflow.visu.tensorflowvisu_digits"
    assert check(python(program)).split() == names.split()
    own = check(python(program, tensorflowvisu="1 / 0", tensorflowvisu_digits=""))
    assert own.split() == ["reflow.visu.tensorflowvisu", "tensorflowvisu_digits"]


def test_downloads_of_mnist_are_answered_locally(python):
    program = HOOK + (
        "from urllib.request import urlopen\n"
        "address = 'http://yann.lecun.com/exdb/mnist/t10k-labels-idx1-ubyte.gz'\n"
        "print(len(urlopen(address).read()) > 1000)"
    )
    assert python(program).stdout == "True\n"


def test_tensorboard_does_not_take_reflow_for_tensorflow(python):
    program = HOOK + (
        "from tensorboard.compat import tf\n"
        "print(tf.io.gfile.exists('/'), 'tensorflow' in sys.modules)"
    )
    assert check(python(program)) == "True False\n"


def test_the_start_imports_nothing_that_few_programs_need(python):
    heavy = "{'PIL', 'google.protobuf', 'matplotlib', 'scipy', 'tensorboard'}"
    run = "import sys\nimport tensorflow as tf\ntf.Session().run(tf.constant(1) + 1)\n"
    check(python(HOOK + run + f"assert not {heavy} & sys.modules.keys()"))
