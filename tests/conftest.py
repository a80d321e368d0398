import signal
import weakref

import pytest

from reflow.graph import check
from reflow.graph.graph import Graph


def pytest_configure():
    # What is started in a shell's background, or by nohup, is deaf to some signals, and so would be
    # all that tests start: a child inherits that a signal is ignored, but not that it is handled.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: None)


@pytest.fixture(autouse=True, scope="session")
def state_folder(tmp_path_factory):
    """Labs that tests start keep their key here, not in the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


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
