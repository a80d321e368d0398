"""FeedingQueueRunner: threads that fill a queue with what functions give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reflow.graph import errors
from reflow.runtime.session import BaseSession
from reflow.tf.train.queue_runner import QueueRunner

_FeedFunction = Callable[[], Mapping[Any, Any]]


class _FedOperation(NamedTuple):
    """What a thread runs, and what it is fed each time."""

    op: Any
    feed_fn: _FeedFunction | None

    @property
    def name(self) -> str:
        return str(self.op.name)


class FeedingQueueRunner(QueueRunner):
    """A QueueRunner whose operations are fed.

    Args:
      queue, enqueue_ops, close_op, cancel_op: see QueueRunner.
      feed_fns: for each operation a function that gives the dict to feed, or None.
      queue_closed_exception_types: see QueueRunner; default: OutOfRangeError and CancelledError.

    Raises:
      ValueError: there are more or fewer functions than operations; or see QueueRunner.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Any = None,
        close_op: Any = None,
        cancel_op: Any = None,
        feed_fns: Sequence[_FeedFunction | None] | None = None,
        queue_closed_exception_types: tuple[type[errors.OpError], ...] | None = None,
    ) -> None:
        closed_types = queue_closed_exception_types or (
            errors.OutOfRangeError,
            errors.CancelledError,
        )
        super().__init__(
            queue, enqueue_ops, close_op, cancel_op, queue_closed_exception_types=closed_types
        )
        if feed_fns is None:
            feed_fns = [None] * len(enqueue_ops)
        if len(feed_fns) != len(enqueue_ops):
            raise ValueError(
                "If feed_fns is not None, it must have the same length as enqueue_ops."
            )
        self._enqueue_ops = [_FedOperation(*pair) for pair in zip(enqueue_ops, feed_fns)]

    @property
    def enqueue_ops(self) -> Sequence[Any]:
        """What the threads run."""
        return [fed.op for fed in self._enqueue_ops]

    def _enqueuer(self, sess: BaseSession, enqueue_op: Any) -> Callable[[], Any]:
        op, feed_fn = enqueue_op
        if feed_fn is None:
            return super()._enqueuer(sess, op)
        return lambda: sess.run(op, feed_dict=feed_fn())

    def to_proto(self, export_scope: str | None = None) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} does not support serialization to proto: its functions cannot "
            "be written down."
        )
