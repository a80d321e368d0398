import pytest

from reflow import tf


@pytest.fixture(autouse=True)
def graph():
    """An empty default graph for each test."""
    with tf.Graph().as_default() as graph:
        yield graph
