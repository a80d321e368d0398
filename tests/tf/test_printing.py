"""tf.print and tf.Print: what they write, and where."""

import logging
import sys

import numpy as np
import pytest

import reflow as tf


def printed(capsys, *inputs, **options):
    """What tf.print writes to the standard error stream."""
    tf.Session().run(tf.print(*inputs, **options))
    return capsys.readouterr().err


def test_tensors_and_other_values_in_structures(capsys):
    tensor = tf.range(10)
    structure = {"small": tf.constant([0.3, 12.4]), "Big": [tensor * 10, 2]}
    assert printed(capsys, "first:", tensor, structure, None, 1.5) == (
        "first: [0 1 2 ... 7 8 9] {'Big': [[0 10 20 ... 70 80 90], 2], 'small': [0.3 12.4]} "
        "None 1.5\n"
    )


def test_options(capsys):
    tensor = tf.range(6)
    assert printed(capsys, tensor, summarize=1) == "[0 ... 5]\n"
    assert printed(capsys, tensor, summarize=-1) == "[0 1 2 3 4 5]\n"
    assert printed(capsys, tensor[:2], "x", sep="; ", end="!") == "[0 1]; x!"
    assert printed(capsys, tf.constant("text")) == "text\n"
    assert printed(capsys, tf.constant(["text"])) == '["text"]\n'
    assert printed(capsys, "{}", {"{}": tensor[:1]}) == "{} {'{}': [0]}\n"
    assert tf.print(tensor, name="shown").name == "shown"


def test_sparse_tensors_and_variables(capsys):
    sparse = tf.SparseTensor([[0, 1]], [5], [2, 2])
    assert printed(capsys, sparse) == ("'SparseTensor(indices=[[0 1]], values=[5], shape=[2 2])'\n")
    variable = tf.Variable([1.0, 2.0])
    session = tf.Session()
    session.run(variable.initializer)
    session.run(tf.print(variable, output_stream=sys.stderr))
    assert capsys.readouterr().err == "[1 2]\n"


def test_streams(capsys, caplog, tmp_path):
    session = tf.Session()
    session.run(tf.print(tf.constant(1), output_stream=sys.stdout))
    assert capsys.readouterr().out == "1\n"
    target = tmp_path / "printed.txt"
    for number in (1, 2):
        session.run(tf.print(tf.constant(number), output_stream=f"file://{target}"))
    assert target.read_text() == "1\n2\n"
    with caplog.at_level(logging.INFO, "tensorflow"):
        for stream in (tf.logging.info, tf.logging.WARN, logging.error):
            session.run(tf.print(tf.constant("logged"), output_stream=stream))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "logged"),
        ("WARNING", "logged"),
        ("ERROR", "logged"),
    ]
    with pytest.raises(ValueError, match="Unsupported output stream"):
        tf.print("x", output_stream="unknown")
    with pytest.raises(ValueError, match="Unrecognized keyword arguments"):
        tf.print("x", color="red")


def test_print_passes_its_input_on(capsys):
    x = tf.constant([1.0, 2.0])
    shown = tf.Print(x, [x, tf.constant("a"), x * 2], message="so: ", first_n=2, summarize=1)
    (gradient,) = tf.gradients(shown, x)
    session = tf.Session()
    for _ in range(3):
        np.testing.assert_array_equal(session.run(shown), [1.0, 2.0])
    assert capsys.readouterr().err == "so: [1...][a][2...]\n" * 2
    np.testing.assert_array_equal(session.run(gradient), [1.0, 1.0])
