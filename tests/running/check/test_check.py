"""`reflow check`: what is said of programs before they run."""

import json
import subprocess
import sys

import pytest

from tests.running.processes import environment

PROGRAM = """import numpy as np
import tensorflow as tf
from tensorflow.contrib import tpu
from tensorflow.python.ops import math_ops, no_such_ops
import helper

tfe = tf.contrib.eager
x = tf.mul(np.float(1), tf.no_such_thing)
y = tf.concat(1, [x, x])
z = tf.contrib.ffmpeg.decode_audio(
    tf.nn.relu(x), tf.contrib.cloud.BigtableTable)
math_ops.add(x, y), tfe.Variable, tf.Session.run, tf.GraphKeys.VARIABLES
tf.nn.state_saving_rnn
raise RuntimeError("it does not run")
"""

HELPER = """print 'helped'
import tensorflow
from tensorflow.examples.tutorials.mnist import input_data
tensorflow.contrib.tfprof
"""


@pytest.fixture
def check(tmp_path):
    def run(*args):
        return subprocess.run(
            [sys.executable, "-m", "reflow", "check", *args],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
        )

    return run


def test_a_program_and_what_it_imports(tmp_path, check):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "helper.py").write_text(HELPER)
    done = check("program.py", "--json")
    assert done.returncode == 1 and done.stderr == ""
    (result,) = json.loads(done.stdout)["programs"]
    assert [
        (one["file"].split("/")[-1], one["line"], one["name"]) for one in result["missing"]
    ] == [
        ("program.py", 3, "tensorflow.contrib.tpu"),
        ("program.py", 4, "tensorflow.python.ops.no_such_ops"),
        ("program.py", 8, "tensorflow.no_such_thing"),
        ("program.py", 10, "tensorflow.contrib.ffmpeg.decode_audio"),
        ("program.py", 11, "tensorflow.contrib.cloud.BigtableTable"),
        ("program.py", 13, "tensorflow.nn.state_saving_rnn"),
        ("helper.py", 4, "tensorflow.contrib.tfprof"),
    ]
    by_line = {(one["file"][-9:], one["line"]): one["message"] for one in result["missing"]}
    assert by_line["rogram.py", 10] == (
        "tf.contrib.ffmpeg.decode_audio is in TensorFlow 1.15, but not in reflow yet."
    )
    assert "tf.nn.static_state_saving_rnn now" in by_line["rogram.py", 13]
    assert {(one["kind"], one["line"]) for one in result["translated"]} == {
        ("old library", 8),
        ("old name", 8),
        ("old order", 9),
        ("python2", None),
    }


def write_notebook(path, *cells):
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}}
    notebook["cells"] = [{**code, "source": cell} for cell in cells]
    path.write_text(json.dumps(notebook))


def test_a_notebook(tmp_path, check):
    write_notebook(
        tmp_path / "nb.ipynb",
        "%matplotlib inline\nimport tensorflow as tf",
        " !ls\n tf.sub(2, 1)\n tf.nn.no_such_op",
        "%%time\ntf.model = 1\ntf.model, tf.no_such_thing",
    )
    done = check("nb.ipynb")
    assert done.stdout == (
        "nb.ipynb cell 2:2: tf.sub is of TensorFlow 0.x: it is taken as tf.subtract\n"
        "nb.ipynb cell 2:3: tf.nn.no_such_op is not a name of TensorFlow 1.15.\n"
        "nb.ipynb cell 3:3: tf.no_such_thing is not a name of TensorFlow 1.15.\n"
        "nb.ipynb: 2 names are missing\n"
    )
    assert done.returncode == 1


def test_a_notebook_with_a_cell_that_is_not_python(tmp_path, check):
    write_notebook(tmp_path / "nb.ipynb", "import tensorflow as tf", "x =\ntf.sub", "tf.mul(2, 1)")
    done = check("nb.ipynb")
    assert done.stdout == (
        "nb.ipynb cell 2:1 does not parse: invalid syntax\n"
        "nb.ipynb cell 3:1: tf.mul is of TensorFlow 0.x: it is taken as tf.multiply\n"
    )
    assert done.returncode == 2


def test_what_is_translated(tmp_path, check):
    (tmp_path / "x.py").write_text(
        "import numpy as np, tensorflow as tf\n"
        "from matplotlib import pyplot as plt\n"
        "np.object, np.object, tf.batch_matmul\n"
        "tf.reverse(x, [True, False]), tf.reverse(x, [0])\n"
        "plt.figure().canvas.set_window_title('t'), plt.title('t')\n"
    )
    done = check("x.py")
    assert done.stderr == ""
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["x.py:3:", "numpy.object"],
        ["x.py:3:", "tf.batch_matmul"],
        ["x.py:4:", "tf.reverse"],
        ["x.py:5:", "canvas.set_window_title"],
        ["x.py:", "nothing"],
    ]


def test_a_folder_of_programs(tmp_path, check):
    (tmp_path / "a.py").write_text("import tensorflow as tf\ntf.constant(1)\n")
    (tmp_path / "b.py").write_text("import os, tensorflow.nn as nn\nnn.relu, os.nothing\n")
    done = check(".")
    assert done.stdout == "a.py: nothing is missing\nb.py: nothing is missing\n"
    assert done.returncode == 0


def test_a_module_that_is_imported_by_a_call(tmp_path, check):
    (tmp_path / "model.py").write_text("import tensorflow as tf\ntf.no_such_thing\n")
    (tmp_path / "x.py").write_text("import importlib\nmodel = importlib.import_module('model')\n")
    assert check("x.py").stdout.splitlines()[-1] == "x.py: 1 name is missing"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot open 'x.py': No such file or directory\n"),
        ("\nx = (1", "x.py:2 does not parse: '(' was never closed\n"),
    ],
)
def test_what_cannot_be_read(tmp_path, check, text, message):
    if text is not None:
        (tmp_path / "x.py").write_text(text)
    done = check("x.py")
    assert done.stdout == message
    assert done.returncode == 2


GUARDED = """import tensorflow as tf

if "tpu_a" in dir(tf):
    def join(tensors):
        return tf.tpu_a.join(tensors)
else:
    join = tf.tpu_b
if not hasattr(tf.nn, "tpu_c"):
    tf.nn.tpu_d
else:
    tf.nn.tpu_c(1)
relu = tf.tpu_e if hasattr(tf, "tpu_e") else tf.nn.relu
hasattr(tf, "tpu_f") and tf.tpu_f()
try:
    scalar = tf.tpu_g
    tf.add(scalar, 1)
except (ValueError, AttributeError):
    scalar = tf.tpu_h
try:
    from tensorflow.contrib import tpu_i
    graph = tf.tpu_j
except:
    graph = None
try:
    tf.tpu_k(1)
except Exception as error:
    print(error)
try:
    step = tf.tpu_l
except tf.errors.NotFoundError:
    step = None
"""


def test_names_whose_absence_a_program_is_ready_for(tmp_path, check):
    (tmp_path / "program.py").write_text(GUARDED)
    done = check("program.py", "--json")
    (result,) = json.loads(done.stdout)["programs"]
    missing = [one["name"].removeprefix("tensorflow.") for one in result["missing"]]
    assert missing == ["tpu_b", "nn.tpu_d", "tpu_h", "tpu_k", "tpu_l"]
