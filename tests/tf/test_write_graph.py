"""tf.train.write_graph."""

from __future__ import annotations

import pathlib

import pytest
from google.protobuf import text_format

from reflow import tf


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        tf.multiply(tf.constant(0.1), 2.0, name="product")
        yield graph


def test_text(graph, tmp_path):
    path = tf.train.write_graph(graph, str(tmp_path / "new"), "graph.pbtxt")
    assert path == str(tmp_path / "new" / "graph.pbtxt")
    read = text_format.Parse(pathlib.Path(path).read_text(), tf.GraphDef())
    assert read == graph.as_graph_def()


def test_bytes(graph, tmp_path):
    path = tf.io.write_graph(graph.as_graph_def(), str(tmp_path), "graph.pb", as_text=False)
    assert tf.GraphDef.FromString(pathlib.Path(path).read_bytes()) == graph.as_graph_def()
