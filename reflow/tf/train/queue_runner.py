"""QueueRunner: threads that keep a queue filled (tf.train.queue_runner)."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.default_session import get_default_session
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.runtime.session import BaseSession
from reflow.tf import logging
from reflow.tf._absence import part_or_error
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._save_slices import prepend_name_scope, strip_name_scope
from reflow.tf.train.coordinator import Coordinator

# The fields of a QueueRunnerDef message that hold names; those that are lists.
_NAMES = ("queue_name", "enqueue_op_name", "close_op_name", "cancel_op_name")
_LISTS = ("enqueue_op_name", "queue_closed_exception_types")


@functools.cache
def queue_runner_def_class() -> Any:
    """The message class QueueRunnerDef (tensorflow/core/protobuf/queue_runner.proto)."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(
        name="tensorflow/core/protobuf/queue_runner.proto", package="tensorflow", syntax="proto3"
    )
    codes = file.enum_type.add(name="Code")
    for name, number in vars(errors).items():
        if type(number) is int:
            codes.value.add(name=name, number=number)
    message = file.message_type.add(name="QueueRunnerDef")
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, name in enumerate((*_NAMES, "queue_closed_exception_types"), 1):
        field = message.field.add(name=name, number=number, type=kinds.TYPE_STRING)
        field.label = kinds.LABEL_REPEATED if name in _LISTS else kinds.LABEL_OPTIONAL
    field.type, field.type_name = kinds.TYPE_ENUM, ".tensorflow.Code"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.QueueRunnerDef"))


class QueueRunner:
    """Threads that each run an operation again and again which puts elements into a queue.

    When one of them finds that there is nothing more to put in, it ends, and the last one closes
    the queue.  Other exceptions are reported to the coordinator.

    Args:
      queue: a QueueBase.
      enqueue_ops: an operation for each thread.
      close_op: closes the queue; default: `queue.close()`.
      cancel_op: closes the queue and cancels what waits to put something in; default:
        `queue.close(cancel_pending_enqueues=True)`.
      queue_closed_exception_types: a tuple of exceptions which mean that there is nothing more;
        default: tf.errors.OutOfRangeError.
      queue_runner_def: a QueueRunnerDef that tells all of this by name, instead.
      import_scope: what the names in it begin with in this graph.

    Raises:
      ValueError: there is no queue, or no operation, or both these and `queue_runner_def`.
      TypeError: queue_closed_exception_types is no tuple of tf.errors.
      RuntimeError: eager execution is enabled.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Any = None,
        close_op: Any = None,
        cancel_op: Any = None,
        queue_closed_exception_types: tuple[type[errors.OpError], ...] | None = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if executing_eagerly():
            raise RuntimeError(
                "QueueRunners are not supported when eager execution is enabled. Instead, please "
                "use tf.data to get data into your model."
            )
        if not queue_runner_def:
            self._take(queue, enqueue_ops, close_op, cancel_op, queue_closed_exception_types)
        elif queue or enqueue_ops:
            raise ValueError("queue_runner_def and queue are mutually exclusive.")
        else:
            self._take_definition(queue_runner_def, import_scope)
        self._lock = threading.Lock()
        # How many threads have not ended, for each session.
        self._running: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._exceptions_raised: list[Exception] = []

    def _take(
        self, queue: Any, enqueue_ops: Any, close_op: Any, cancel_op: Any, closed_types: Any
    ) -> None:
        if not queue or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        if closed_types is not None and not (
            isinstance(closed_types, tuple)
            and closed_types
            and all(issubclass(kind, errors.OpError) for kind in closed_types)
        ):
            raise TypeError(
                "queue_closed_exception_types, when provided, must be a tuple of tf.error types, "
                f"but saw: {closed_types}"
            )
        self._queue = queue
        self._enqueue_ops = enqueue_ops
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = (
            queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        )
        self._queue_closed_exception_types = closed_types or (errors.OutOfRangeError,)

    def _take_definition(self, definition: Any, import_scope: str | None) -> None:
        graph = get_default_graph()

        def named(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._queue = named(definition.queue_name)
        self._enqueue_ops = [named(name) for name in definition.enqueue_op_name]
        self._close_op = named(definition.close_op_name)
        self._cancel_op = named(definition.cancel_op_name)
        # Definitions of the first releases do not name the exceptions.
        self._queue_closed_exception_types = tuple(
            errors.exception_type_from_error_code(code)
            for code in definition.queue_closed_exception_types
        ) or (errors.OutOfRangeError,)

    @property
    def queue(self) -> Any:
        """The queue; of a QueueRunner made from a definition the tensor of its handle."""
        return self._queue

    @property
    def enqueue_ops(self) -> Sequence[Any]:
        """What the threads run."""
        return self._enqueue_ops

    @property
    def close_op(self) -> Any:
        """What closes the queue."""
        return self._close_op

    @property
    def cancel_op(self) -> Any:
        """What closes the queue and cancels what waits to put something in."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type[errors.OpError], ...]:
        """The exceptions which mean that there is nothing more."""
        return self._queue_closed_exception_types

    @property
    def exceptions_raised(self) -> list[Exception]:
        """The exceptions of threads that no coordinator was there for."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The name of the queue."""
        return self._queue.name

    def _run(self, sess: BaseSession, enqueue_op: Any, coord: Coordinator | None = None) -> None:
        """What a thread does."""
        is_counted = True
        try:
            enqueue = self._enqueuer(sess, enqueue_op)
            while not (coord and coord.should_stop()):
                try:
                    enqueue()
                except self._queue_closed_exception_types:
                    is_counted = False
                    self._end(sess)
                    return
        except Exception as error:  # Nobody else sees what a thread raises.
            if coord:
                coord.request_stop(error)
            else:
                logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
        finally:
            if is_counted:
                with self._lock:
                    self._running[sess] -= 1

    def _enqueuer(self, sess: BaseSession, enqueue_op: Any) -> Callable[[], Any]:
        """What a thread calls again and again."""
        return sess.make_callable(enqueue_op)

    def _end(self, sess: BaseSession) -> None:
        """A thread has nothing more to put in; the last one closes the queue."""
        with self._lock:
            self._running[sess] -= 1
            if self._running[sess] == 0:
                self._run_quietly(sess, self._close_op)

    def _close_on_stop(self, sess: BaseSession, coord: Coordinator) -> None:
        """What the thread does that wakes the others when all are to stop."""
        coord.wait_for_stop()
        self._run_quietly(sess, self._cancel_op)

    def _run_quietly(self, sess: BaseSession, op: Any) -> None:
        """Runs what closes the queue, which somebody else may have done."""
        try:
            sess.run(op)
        except Exception as error:  # Closed already, or with its session.
            logging.vlog(1, "Ignored exception: %s", error)

    def create_threads(
        self,
        sess: BaseSession,
        coord: Coordinator | None = None,
        daemon: bool = False,
        start: bool = False,
    ) -> list[threading.Thread]:
        """The threads for a session; none if they run already.

        Args:
          coord: has them stop; one more thread waits for that.
          daemon: the program does not wait for them at its end.
          start: start them, too.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        name = f"QueueRunnerThread-{self.name}"
        threads = [
            threading.Thread(target=self._run, args=(sess, op, coord), name=f"{name}-{op.name}")
            for op in self._enqueue_ops
        ]
        if coord:
            closing = {"target": self._close_on_stop, "args": (sess, coord)}
            threads.append(threading.Thread(**closing, name=f"{name}-close_on_stop"))
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The QueueRunnerDef message; None if the queue is not in `export_scope`."""
        if export_scope is not None and not self.queue.name.startswith(export_scope):
            return None
        return queue_runner_def_class()(
            queue_name=strip_name_scope(self.queue.name, export_scope),
            enqueue_op_name=[strip_name_scope(op.name, export_scope) for op in self._enqueue_ops],
            close_op_name=strip_name_scope(self._close_op.name, export_scope),
            cancel_op_name=strip_name_scope(self._cancel_op.name, export_scope),
            queue_closed_exception_types=[
                errors.error_code_from_exception_type(kind)
                for kind in self._queue_closed_exception_types
            ],
        )

    @staticmethod
    def from_proto(queue_runner_def: Any, import_scope: str | None = None) -> QueueRunner:
        """The QueueRunner that a message describes, in the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Has `start_queue_runners` start this one, too."""
    get_default_graph().add_to_collection(collection, qr)


def start_queue_runners(
    sess: BaseSession | None = None,
    coord: Coordinator | None = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Makes and starts the threads of all QueueRunners of the session's graph.

    Args:
      sess: a session; default: the default one.
      coord: has the threads stop.
      daemon: the program does not wait for them at its end.
      start: start them, too.
      collection: where the QueueRunners are.

    Raises:
      ValueError: there is no session.
      TypeError: `sess` is no tf.Session.
      RuntimeError: eager execution is enabled.
    """
    if executing_eagerly():
        raise RuntimeError("Queues are not compatible with eager execution.")
    if sess is None:
        sess = get_default_session()
        if not sess:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use `with "
                "sess.as_default()` or pass an explicit session to "
                "tf.start_queue_runners(sess=sess)"
            )
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
            return []  # they start the threads themselves
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    graph = sess.graph
    runners = get_default_graph().get_collection(collection)
    if not runners:
        logging.warning(
            "`tf.train.start_queue_runners()` was called when no queue runners were defined. You "
            "can safely remove the call to this deprecated function."
        )
    with graph.as_default():
        return [
            thread
            for runner in graph.get_collection(collection)
            for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)
        ]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
