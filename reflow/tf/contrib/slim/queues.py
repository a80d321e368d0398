"""tf.contrib.slim.queues: the threads that fill a graph's queues."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys

_lock = threading.Lock()


class NestedQueueRunnerError(Exception):
    """QueueRunners inside another."""


@contextlib.contextmanager
def QueueRunners(session: Any) -> Iterator[None]:
    """Has the graph's queues filled within.

    Raises:
      NestedQueueRunnerError: that is so already.
    """
    if not _lock.acquire(blocking=False):
        raise NestedQueueRunnerError("QueueRunners cannot be nested")
    coordinator = tf.train.Coordinator()
    threads = [
        thread
        for runner in tf.get_collection(GraphKeys.QUEUE_RUNNERS)
        for thread in runner.create_threads(session, coord=coordinator, daemon=True, start=True)
    ]
    try:
        yield
    finally:
        coordinator.request_stop()
        try:
            coordinator.join(threads, stop_grace_period_secs=120)
        except RuntimeError:
            session.close()
        _lock.release()
