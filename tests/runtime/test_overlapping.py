"""Python functions of one run that wait for each other, or must not."""

import queue
import threading

import numpy as np
import pytest

import reflow as tf


def test_one_waits_for_what_another_does():
    waiting: queue.Queue[int] = queue.Queue(1)

    def put():
        waiting.put(42)
        waiting.join()
        return np.int64(1)

    def get():
        found = waiting.get(timeout=10)
        waiting.task_done()
        return np.int64(found)

    fetches = [tf.py_func(put, [], tf.int64), tf.py_func(get, [], tf.int64)]
    assert tf.Session().run(fetches) == [1, 42]


def test_quick_functions_run_in_the_order_of_the_graph_and_in_the_callers_thread():
    calls = []

    def note(number):
        calls.append((int(number), threading.current_thread()))
        return number

    tensors = [tf.py_func(note, [tf.constant(i)], tf.int32) for i in range(5)]
    assert tf.Session().run(tf.add_n(tensors)) == 10
    assert calls == [(i, threading.current_thread()) for i in range(5)]


def test_one_that_depends_on_another_waits_for_it():
    calls = []
    first = tf.py_func(lambda: calls.append(1), [], [])
    with tf.control_dependencies([tf.group(first)]):
        second = tf.py_func(lambda: calls.append(2), [], [])
    third = tf.py_func(lambda x: x + 1, [tf.py_func(lambda: 1.0, [], tf.float64)], tf.float64)
    assert tf.Session().run([second, third]) == [None, 2.0]
    assert calls == [1, 2]


def test_the_error_of_one_names_its_node():
    def fail():
        raise ValueError("on purpose")

    good = tf.py_func(lambda: 1.0, [], tf.float64, name="good")
    bad = tf.py_func(fail, [], tf.float64, name="bad")
    last = tf.py_func(lambda: 2.0, [], tf.float64, name="last")
    with pytest.raises(tf.errors.InvalidArgumentError, match="on purpose") as raised:
        tf.Session().run([good, bad, last])
    assert raised.value.op is bad.op
