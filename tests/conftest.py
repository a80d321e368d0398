import weakref

import pytest

from reflow.graph import check
from reflow.graph.graph import Graph


@pytest.fixture(autouse=True)
def graphs(monkeypatch):
    """The graphs made during a test: at its end each must be well-formed.

    A test that damages one discards it from the set.
    """
    made = weakref.WeakSet()
    initialise = Graph.__init__

    def record(graph):
        initialise(graph)
        made.add(graph)

    monkeypatch.setattr(Graph, "__init__", record)
    yield made
    for graph in list(made):
        check.check(graph)
