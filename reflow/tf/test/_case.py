"""`tf.test.TestCase`: a test that starts with an empty graph and a fixed seed."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import numpy as np

from reflow.graph.default_session import leave_all as leave_all_sessions
from reflow.graph.graph import leave_all_graphs, reset_default_graph
from reflow.graph.seeds import DEFAULT_GRAPH_SEED, set_random_seed
from reflow.tf.test._array_assertions import ArrayAssertions
from reflow.tf.test._errors_and_text import OtherAssertions
from reflow.tf.test._folders import get_temp_dir
from reflow.tf.test._ragged_assertions import RaggedAssertions
from reflow.tf.test._sessions import SessionMethods
from reflow.tf.test._threads import CheckedThread


class CapturedWrites:
    """What was written to a stream, kept in a file."""

    def __init__(self, capture_location: str) -> None:
        self.capture_location = capture_location

    def contents(self) -> str:
        """All of it, as text."""
        with open(self.capture_location) as file:
            return file.read()


class TestCase(SessionMethods, RaggedAssertions, OtherAssertions):
    """A test of what a graph computes.

    Each test method starts with an empty default graph whose seed is fixed, as Python's and
    NumPy's are.
    """

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._threads: list[CheckedThread] = []
        self._tempdir: str | None = None

    def setUp(self) -> None:
        super().setUp()
        self._skip_if_not_a_test()
        self._ClearCachedSession()
        random.seed(DEFAULT_GRAPH_SEED)
        np.random.seed(DEFAULT_GRAPH_SEED)
        # A test that failed may have left graphs and sessions entered.
        leave_all_graphs()
        leave_all_sessions()
        reset_default_graph()
        set_random_seed(DEFAULT_GRAPH_SEED)

    def tearDown(self) -> None:
        for thread in self._threads:
            thread.check_termination()
        self._ClearCachedSession()
        super().tearDown()

    def get_temp_dir(self) -> str:
        """A folder for this test; the same one each time."""
        if not self._tempdir:
            self._tempdir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._tempdir

    @contextmanager
    def captureWritesToStream(self, stream: IO[str]) -> Iterator[CapturedWrites]:
        """Keeps what is written to `stream`, by whichever part of the process.

        Args:
          stream: one with a file descriptor, such as sys.stderr.
        """
        stream.flush()
        descriptor = stream.fileno()
        original = os.dup(descriptor)
        with tempfile.NamedTemporaryFile("w", dir=self.get_temp_dir(), delete=False) as file:
            os.dup2(file.fileno(), descriptor)
            try:
                yield CapturedWrites(file.name)
            finally:
                stream.flush()
                os.dup2(original, descriptor)
                os.close(original)

    def checkedThread(
        self,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> CheckedThread:
        """A thread that calls `target(*args, **kwargs)`; the test fails if that fails.

        It has `start`, `join` and `is_alive`, and must be joined before the test ends.
        """
        thread = CheckedThread(self, target, args, kwargs)
        self._threads.append(thread)
        return thread
