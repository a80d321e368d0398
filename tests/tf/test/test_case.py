"""tf.test.TestCase: sessions, folders, threads, streams."""

import os
import random
import sys

import numpy as np
import pytest

import reflow.tf as tf


@pytest.fixture
def case():
    case = tf.test.TestCase()
    case.setUp()
    yield case
    case.tearDown()


def draw():
    case = tf.test.TestCase()
    case.setUp()
    return random.random(), np.random.random(), case.evaluate(tf.random_uniform([]))


def test_each_test_starts_with_an_empty_graph_and_the_same_seeds():
    assert draw() == draw()


def test_a_test_starts_anew_after_one_that_left_graphs_entered(case):
    tf.Graph().as_default().__enter__()
    case.setUp()
    assert not tf.get_default_graph().get_operations()


def test_sessions_are_the_default_inside(case):
    with case.session() as session:
        assert tf.get_default_session() is session
        assert tf.constant(1).op.device == "/device:CPU:0"
    with pytest.raises(RuntimeError, match="closed"):
        session.run(tf.constant(1))
    with case.session(use_gpu=True):
        assert tf.constant(1).op.device == ""


def test_the_cached_session_keeps_variables_until_the_test_ends(case):
    variable = tf.Variable(1.0)
    with case.cached_session() as first:
        variable.initializer.run()
    with case.cached_session() as again:
        assert again is first and variable.eval() == 1
    assert case.evaluate(variable) == 1
    with pytest.raises(ValueError, match="graph used to get the cached session is different"):
        with case.cached_session(graph=tf.Graph()):
            pass
    with case.test_session() as again:
        assert again is first
    case.tearDown()
    with pytest.raises(RuntimeError, match="closed"):
        first.run(variable)


def test_values_come_in_the_structure_of_the_tensors(case):
    values = case.evaluate({"a": tf.constant(1), "b": [tf.constant([2, 3])]})
    assert values["a"] == 1 and list(values["b"][0]) == [2, 3]


def test_a_folder_for_the_test(case):
    folder = case.get_temp_dir()
    assert os.path.isdir(folder) and case.get_temp_dir() == folder
    assert tf.test.TestCase().get_temp_dir() != folder
    assert os.path.dirname(folder) == tf.test.get_temp_dir()


def test_threads_pass_their_failures_on(case):
    def check(value, least=0):
        case.assertGreater(value, least)

    good = case.checkedThread(check, args=(1,), kwargs={"least": 0})
    good.start()
    good.join()
    assert not good.is_alive()
    bad = case.checkedThread(check, args=(0,))
    bad.start()
    with pytest.raises(AssertionError, match="Error in checkedThread: 0 not greater than 0"):
        bad.join()
    forgotten = case.checkedThread(check, args=(1,))
    with pytest.raises(AssertionError, match="A checked thread was not joined"):
        case.tearDown()
    forgotten.start()
    forgotten.join()


def test_what_is_written_to_a_stream_is_captured(case, capfd):
    with case.captureWritesToStream(sys.__stderr__) as captured:
        os.write(2, b"from anywhere\n")
    assert captured.contents() == "from anywhere\n"
    print("after", file=sys.__stderr__)
    assert capfd.readouterr().err == "after\n"


def test_stubs_are_taken_back():
    class Original:
        @staticmethod
        def name():
            return "original"

    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(os.path, "exists", lambda path: "stub")
        stubs.SmartSet(Original(), "name", staticmethod(lambda: "stub"))
        assert os.path.exists("") == Original.name() == "stub"
        with pytest.raises(AttributeError):
            stubs.SmartSet(Original, "nothing", 1)
    assert os.path.exists("") is False
    assert Original.name() == Original().name() == "original"
