"""tf.CriticalSection between threads; tensors that a session keeps."""

import gc
import threading

import numpy as np
import pytest

import reflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_threads_count_one_after_the_other(session):
    variable = tf.get_variable("v", initializer=0, use_resource=True)

    def count():
        before = variable.read_value()
        slow = tf.py_func(lambda value: value, [before], tf.int32)
        with tf.control_dependencies([variable.assign(slow + 1)]):
            return tf.identity(before)

    counted = tf.CriticalSection().execute(count)
    session.run(variable.initializer)
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.extend(session.run(counted) for _ in range(25)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(100))
    assert session.run(variable) == 100


def test_a_run_that_fails_gives_the_lock_back(session):
    fails = tf.placeholder(tf.bool, [])

    def check():
        with tf.control_dependencies([tf.Assert(tf.logical_not(fails), ["told to"])]):
            return tf.constant(1)

    checked = tf.CriticalSection().execute(check)
    for _ in range(3):
        with pytest.raises(tf.errors.InvalidArgumentError, match="told to"):
            session.run(checked, {fails: True})
    assert session.run(checked, {fails: False}) == 1


def test_eager_execution(tmp_path):
    program = (
        "import reflow as tf\n"
        "tf.enable_eager_execution()\n"
        "v, section = tf.Variable(1), tf.CriticalSection()\n"
        "for _ in range(3):\n"
        "    result = section.execute(lambda: (v.assign_add(2), None))\n"
        "assert int(v) == 7 and result[1] is None\n"
    )
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", program], check=True)


def test_kept_tensors_do_not_change(session):
    variable = tf.Variable([1.0, 2.0])
    session.run(variable.initializer)
    kept, same = session.run([tf.get_session_handle(variable.read_value()), variable.read_value()])
    same[0] = 9.0
    session.run(variable.assign([3.0, 4.0]))
    np.testing.assert_array_equal(kept.eval(), [1.0, 2.0])
    kept.eval()[0] = 9.0
    fed = tf.placeholder(tf.float32)
    np.testing.assert_array_equal(session.run(fed + 0.0, {fed: kept}), [1.0, 2.0])


def test_a_handle_that_goes_frees_its_tensor(session):
    fetch = tf.get_session_handle(tf.constant(1.0))
    kept = session.run(fetch)
    holder, tensor = tf.get_session_tensor(kept.handle, tf.float32)
    text = kept.handle
    assert session.run(tensor, {holder: text}) == 1.0
    del kept
    gc.collect()
    with pytest.raises(tf.errors.InvalidArgumentError, match="not in the session store"):
        session.run(tensor, {holder: text})


def test_kept_tensors_have_their_types(session):
    kept = session.run(tf.get_session_handle(tf.constant([1, 2])))
    holder, tensor = tf.get_session_tensor(kept.handle, tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        session.run(tensor, {holder: kept.handle})
