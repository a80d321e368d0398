"""FileWriter: summaries and graphs to event files, for TensorBoard."""

from __future__ import annotations

import threading
import time
import warnings
from typing import Any, ClassVar

from reflow.files.event_files import EventFileWriter
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph
from reflow.tf import logging
from reflow.watch.current import current


class FileWriter:
    """Writes what a program says of its run into an event file in `logdir`.

    Args:
      logdir: the directory; made if it is not there.
      graph: what TensorBoard is to show as the graph; a Graph, as `session.graph`.
      max_queue: how many events may wait to be written before a caller does.
      flush_secs: the longest time in seconds that an event stays unwritten.
      graph_def: a GraphDef instead of the graph (deprecated).
      filename_suffix: the file's name ends with it.
      session: TensorFlow's writer may be an op of a session; here it changes nothing.

    Raises:
      RuntimeError: while executing eagerly.
      TypeError: the graph is none.
    """

    def __init__(
        self,
        logdir: Any,
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        if executing_eagerly():
            raise RuntimeError(
                "tf.summary.FileWriter is not compatible with eager execution. "
                "Use tf.contrib.summary instead."
            )
        self.event_writer = EventFileWriter(logdir, max_queue, flush_secs, filename_suffix)
        self._closed = False
        self._run_tags: set[str] = set()
        # TensorBoard needs the metadata of a tag once.
        self._described_tags: set[str] = set()
        if graph is not None or graph_def is not None:
            from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef

            given = _graph_def(graph, graph_def)
            self._add_graph_def(given, None)
            # Profilers read this message, TensorBoard the graph alone.
            self.add_meta_graph(MetaGraphDef(graph_def=given))

    # -- What can be written --------------------------------------------------------------------

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Writes a Summary message, or one as the bytes that a run gives."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        message = Summary()
        if isinstance(summary, bytes):
            message.ParseFromString(summary)
        else:
            message.CopyFrom(summary)
        for value in message.value:
            if not value.HasField("metadata"):
                continue
            if value.tag in self._described_tags:
                value.ClearField("metadata")
            self._described_tags.add(value.tag)
        self._add(Event(summary=message), global_step)

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Writes a graph, with the shapes of its tensors.

        Raises:
          ValueError: both a graph and a GraphDef are given.
          TypeError: neither.
        """
        self._add_graph_def(_graph_def(graph, graph_def), global_step)

    def _add_graph_def(self, graph_def: Any, global_step: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._add(Event(graph_def=graph_def.SerializeToString()), global_step)

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Writes a MetaGraphDef; TypeError for anything else."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef

        if not isinstance(meta_graph_def, MetaGraphDef):
            raise TypeError(
                f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}"
            )
        self._add(Event(meta_graph_def=meta_graph_def.SerializeToString()), global_step)

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Writes the RunMetadata of a run; ValueError if the tag was used before."""
        from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata

        if tag in self._run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_tags.add(tag)
        tagged = TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(Event(tagged_run_metadata=tagged), global_step)

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Writes a SessionLog: that a session began, ended or wrote a checkpoint."""
        from tensorboard.compat.proto.event_pb2 import Event

        self._add(Event(session_log=session_log), global_step)

    def add_event(self, event: Any) -> None:
        """Writes an Event as it is."""
        self._warn_if_closed()
        self.event_writer.add_event(event)
        if current.recorder is not None:
            from reflow.watch import summaries

            summaries.record(current.recorder, event)

    def _add(self, event: Any, step: Any) -> None:
        event.wall_time = time.time()
        if step is not None:
            event.step = int(step)
        self.add_event(event)

    def _warn_if_closed(self) -> None:
        if self._closed:
            warnings.warn(
                "Attempting to use a closed FileWriter. The operation will be a noop unless the "
                "FileWriter is explicitly reopened.",
                stacklevel=3,
            )

    # -- The file ---------------------------------------------------------------------------------

    def get_logdir(self) -> str:
        """The directory of the file."""
        return self.event_writer.get_logdir()

    def flush(self) -> None:
        """Waits until all that was added is in the file."""
        self._warn_if_closed()
        self.event_writer.flush()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self.event_writer.close()
        self._closed = True

    def reopen(self) -> None:
        """Goes on with a new file, if the writer is closed."""
        self.event_writer.reopen()
        self._closed = False

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _graph_def(graph: Any, graph_def: Any) -> Any:
    """The one of them that is given, as a GraphDef; see `FileWriter.add_graph`."""
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    if graph is not None and graph_def is not None:
        raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
    given = graph if graph is not None else graph_def
    if isinstance(given, Graph):
        return given.as_graph_def(add_shapes=True)
    if isinstance(given, GraphDef):
        logging.warning(
            "Passing a `GraphDef` to the SummaryWriter is deprecated. Pass a `Graph` object "
            "instead, such as `sess.graph`."
        )
        return given
    raise TypeError(
        "The passed graph must be an instance of `Graph` or the deprecated `GraphDef`. "
        f"Received: {given!r}"
    )


class FileWriterCache:
    """One FileWriter for each directory."""

    _writers: ClassVar[dict[str, FileWriter]] = {}
    _lock = threading.RLock()

    @staticmethod
    def get(logdir: Any) -> FileWriter:
        """The writer of a directory, made at the first call with the default graph."""
        from reflow.graph.graph import get_default_graph

        with FileWriterCache._lock:
            key = str(logdir)
            if key not in FileWriterCache._writers:
                FileWriterCache._writers[key] = FileWriter(key, graph=get_default_graph())
            return FileWriterCache._writers[key]

    @staticmethod
    def clear() -> None:
        """Closes all writers and forgets them."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._writers.values():
                writer.close()
            FileWriterCache._writers.clear()
