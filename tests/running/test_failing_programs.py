"""What a newcomer reads when a program fails under `reflow run`: short, about the program's lines.

Each program is whole, and what it writes to stderr is compared as text.  Below `Traceback` only
the frames and the last line count: how carets are drawn differs from Python to Python.
"""

import json
import re
import textwrap

import pytest

from tests.running.processes import reflow_run

HEADER = """
import numpy as np
import tensorflow as tf

"""

SHAPE_CLASH_IN_RUN = (
    HEADER
    + """
x = tf.placeholder(tf.float32, [None, None], name="x")
w = tf.Variable(tf.zeros([3, 2]), name="w")

def layer(x):
    return tf.matmul(x, w, name="logits")

y = layer(x)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(y, {x: np.zeros((5, 4))})
""",
    """
    InvalidArgumentError: Matrix size-incompatible: In[0]: [5,4], In[1]: [3,2]
    \t [[node logits (op: MatMul) (defined at program.py:10)]]
    \t in layer: return tf.matmul(x, w, name="logits")
    \t inputs: x:0 float32 [5, 4], w/read:0 float32 [3, 2]
    \t fed: x:0 float32 [5, 4]

    Traceback (most recent call last):
      File "program.py", line 15, in <module>
    reflow.graph.errors.InvalidArgumentError: Matrix size-incompatible: In[0]: [5,4], In[1]: [3,2]
    """,
)

SHAPE_CLASH_IN_BUILD = (
    HEADER
    + """
def model(x):
    w = tf.Variable(tf.zeros([785, 10]))
    return tf.matmul(x, w)

model(tf.placeholder(tf.float32, [None, 784]))
""",
    """
    Traceback (most recent call last):
      File "program.py", line 10, in <module>
      File "program.py", line 8, in model
    ValueError: Dimensions must be equal, but are 784 and 785 for 'MatMul' (op: 'MatMul') with \
input shapes: [?,784], [785,10].
    """,
)

UNINITIALIZED_VARIABLE = (
    HEADER
    + """
w = tf.Variable(tf.zeros([3]), name="w")
x = tf.placeholder(tf.float32, [3], name="x")
y = w * x
with tf.Session() as sess:
    sess.run(y, {x: [1, 2, 3]})
""",
    """
    FailedPreconditionError: Attempting to use uninitialized value w
    \t [[node w/read (op: Identity) (defined at program.py:6)]]
    \t in <module>: w = tf.Variable(tf.zeros([3]), name="w")
    \t fed: x:0 float32 [3]

    Traceback (most recent call last):
      File "program.py", line 10, in <module>
    reflow.graph.errors.FailedPreconditionError: Attempting to use uninitialized value w
    """,
)

MISSING_FEED = (
    HEADER
    + """
x = tf.placeholder(tf.float32, [None, 784], name="x")
keep = tf.placeholder(tf.float32, name="keep")
y = tf.nn.dropout(x, keep)
with tf.Session() as sess:
    sess.run(y, {x: np.zeros((2, 784))})
""",
    """
    InvalidArgumentError: You must feed a value for placeholder tensor 'keep' with dtype float
    \t [[node keep (op: Placeholder) (defined at program.py:7)]]
    \t in <module>: keep = tf.placeholder(tf.float32, name="keep")
    \t fed: x:0 float32 [2, 784]

    Traceback (most recent call last):
      File "program.py", line 10, in <module>
    reflow.graph.errors.InvalidArgumentError: You must feed a value for placeholder tensor 'keep' \
with dtype float
    """,
)

WRONG_FEED_SHAPE = (
    HEADER
    + """
x = tf.placeholder(tf.float32, [None, 784], name="x")
with tf.Session() as sess:
    sess.run(x + 1.0, {x: np.zeros((100, 28, 28, 1))})
""",
    """
    Traceback (most recent call last):
      File "program.py", line 8, in <module>
    ValueError: Cannot feed value of shape (100, 28, 28, 1) for Tensor 'x:0', which has shape \
'(?, 784)' (defined at program.py:6)
    """,
)

WRONG_FEED_TYPE = (
    HEADER
    + """
x = tf.placeholder(tf.float32, [None], name="x")
with tf.Session() as sess:
    sess.run(x + 1.0, {x: ["five"]})
""",
    """
    Traceback (most recent call last):
      File "program.py", line 8, in <module>
    ValueError: could not convert string to float: 'five' (The value of type list was fed to \
Tensor 'x:0', which has dtype float32 and shape '(?,)' (defined at program.py:6).)
    """,
)

WRONG_NAME = (
    HEADER
    + """
tf.add(1.0, 2.0, name="logits")
with tf.Session() as sess:
    sess.run("logit:0")
""",
    """
    Traceback (most recent call last):
      File "program.py", line 8, in <module>
    ValueError: Fetch argument 'logit:0' cannot be interpreted as a Tensor. ("The name 'logit:0' \
refers to a Tensor which does not exist. The operation, 'logit', does not exist in the graph. Did \
you mean 'logits'?")
    """,
)

ANOTHER_GRAPH = (
    HEADER
    + """
with tf.Graph().as_default():
    stranger = tf.placeholder(tf.float32, [], name="stranger")
y = tf.add(1.0, 2.0)
with tf.Session() as sess:
    sess.run(y, {stranger: 1.0})
""",
    """
    Traceback (most recent call last):
      File "program.py", line 10, in <module>
    TypeError: Cannot interpret feed_dict key as Tensor: Tensor Tensor("stranger:0", shape=(), \
dtype=float32) is not an element of this graph.
    """,
)

CLOSED_SESSION = (
    HEADER
    + """
y = tf.add(1.0, 2.0)
with tf.Session() as sess:
    sess.run(y)
sess.run(y)
""",
    """
    Traceback (most recent call last):
      File "program.py", line 9, in <module>
    RuntimeError: Attempted to use a closed Session.
    """,
)

VARIABLE_NAME_CLASH = (
    HEADER
    + """
def layer(x):
    w = tf.get_variable("w", [3])
    return x * w

layer(1.0)
layer(2.0)
""",
    """
    Traceback (most recent call last):
      File "program.py", line 11, in <module>
      File "program.py", line 7, in layer
    ValueError: Variable w already exists, disallowed. Did you mean to set reuse=True or \
reuse=tf.AUTO_REUSE in VarScope? Originally defined at:

      File "program.py", line 7, in layer
      File "program.py", line 10, in <module>

    """,
)

NAN_IN_LOSS = (
    HEADER
    + """
x = tf.placeholder(tf.float32, [None, 3], name="x")
w = tf.Variable(tf.ones([3, 2]), name="w")
y = tf.matmul(x, w, name="y")
loss = tf.reduce_sum(tf.log(y))
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
check = tf.add_check_numerics_ops()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run([train, check], {x: np.ones((5, 3))})
    sess.run([train, check], {x: -np.ones((5, 3))})
""",
    """
    InvalidArgumentError: Log:0 : Tensor had NaN values
    \t [[node CheckNumerics_4 (op: CheckNumerics) (defined at program.py:9)]]
    \t in <module>: loss = tf.reduce_sum(tf.log(y))
    \t inputs: Log:0 float32 [5, 2]
    \t fed: x:0 float32 [5, 3]

    Traceback (most recent call last):
      File "program.py", line 15, in <module>
    reflow.graph.errors.InvalidArgumentError: Log:0 : Tensor had NaN values
    """,
)

NOT_BUILT_YET = (
    HEADER
    + """
from tensorflow.contrib.ffmpeg import decode_audio
""",
    """
    Traceback (most recent call last):
      File "program.py", line 6, in <module>
    ModuleNotFoundError: tensorflow.contrib.ffmpeg is in TensorFlow 1.15, but not in reflow yet. \
(program.py, line 6)
    """,
)

MISSPELT = (
    HEADER
    + """
tf.train.GradientDecentOptimizer(0.1)
""",
    """
    Traceback (most recent call last):
      File "program.py", line 6, in <module>
    AttributeError: tf.train.GradientDecentOptimizer is not a name of TensorFlow 1.15. Did you \
mean tf.train.GradientDescentOptimizer?
    """,
)

PROGRAMS = {
    name.lower(): value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, tuple)
}


def essential(text):
    """`text` without the quoted lines and carets below frames, and how many frames are hidden."""
    text = re.sub(r'(  File "program\.py", .*\n)(    .*\n)+', r"\1", text)
    return re.sub(r"\(\d+ frames? (is|are) hidden; .*\)\n", "", text)


# Runs the programs in one process, so that torch is imported once only.
RUN_ALL = """
import contextlib, io, json, linecache
import tensorflow as tf
from reflow.running.program import run_script

outcomes = {}
for name, program in json.load(open("programs.json")).items():
    with open("program.py", "w") as file:
        file.write(program)
    linecache.clearcache()
    tf.reset_default_graph()
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run_script("program.py")
    outcomes[name] = status, out.getvalue(), err.getvalue()
with open("outcomes.json", "w") as file:
    json.dump(outcomes, file)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Status, stdout and stderr of each program."""
    folder = tmp_path_factory.mktemp("programs")
    programs = {name: program for name, (program, _) in PROGRAMS.items()}
    (folder / "programs.json").write_text(json.dumps(programs))
    done = reflow_run(folder, RUN_ALL)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads((folder / "outcomes.json").read_text())


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_shown(outcomes, name):
    _, expected = PROGRAMS[name]
    status, out, err = outcomes[name]
    assert essential(err) == textwrap.dedent(expected).lstrip("\n")
    assert (status, out) == (1, "")


def test_a_process_shows_the_same(tmp_path, outcomes):
    name = "shape_clash_in_run"
    done = reflow_run(tmp_path, PROGRAMS[name][0])
    assert [done.returncode, done.stdout, done.stderr] == outcomes[name]
