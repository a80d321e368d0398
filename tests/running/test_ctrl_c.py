"""Ctrl-C wherever a program may be: it stops cleanly, says so in one line, and exits with 130."""

import signal
import time

import pytest

from tests.running.processes import started

# Each prints "ready" when it is where it is to be interrupted.
PROGRAMS = {
    "many_runs": """
import numpy as np
import tensorflow as tf
w = tf.Variable(tf.zeros([10]))
more = tf.assign_add(w, tf.ones([10]))
with tf.Session() as sess:
    sess.run(w.initializer)
    sess.run(more)
    print("ready", flush=True)
    while True:
        sess.run(more)
""",
    "one_long_run": """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [300, 300])
y = tf.py_func(lambda v: print("ready", flush=True) or v, [x], tf.float32)
y.set_shape([300, 300])
for _ in range(2000):
    y = tf.matmul(y, x)
with tf.Session() as sess:
    sess.run(y, {x: np.zeros((300, 300))})
    print("not interrupted")
""",
    "a_python_function_in_a_run": """
import time
import tensorflow as tf
def wait(v):
    print("ready", flush=True)
    time.sleep(600)
    return v
y = tf.py_func(wait, [1.0], tf.float32)
with tf.Session() as sess:
    try:
        sess.run(y)
    except Exception as error:
        print("caught", error)
""",
    "a_dataset_with_threads": """
import time
import tensorflow as tf
def slow(i):
    time.sleep(0.01)
    return i
numbers = tf.data.Dataset.range(10**9)
numbers = numbers.map(lambda i: tf.py_func(slow, [i], tf.int64), num_parallel_calls=2).prefetch(4)
number = numbers.make_one_shot_iterator().get_next()
with tf.Session() as sess:
    sess.run(number)
    print("ready", flush=True)
    while True:
        sess.run(number)
""",
    "the_dashboards_loop": """
import time
import tensorflowvisu
dashboard = tensorflowvisu.MnistDataVis()
def step(i, update_test, update_train):
    if update_test:
        dashboard.append_test_curves_data(i, 0.5, 3.0)
    if i == 30:
        print("ready", flush=True)
    time.sleep(0.001)
dashboard.animate(step, 1000000, 10, 20)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_clean_stop(tmp_path, name):
    with started(tmp_path, PROGRAMS[name]) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("", "reflow run: stopped by Ctrl-C\n")
    assert process.returncode == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["program.py"]
