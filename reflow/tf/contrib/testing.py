"""tf.contrib.testing: what tests say of summaries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reflow.files.event_files import read_events
from reflow.tf import summary
from reflow.tf._absence import part_or_error
from reflow.tf.summary import _writer
from reflow.tf.test._comparisons import assert_meta_graph_protos_equal

# -- Event files -----------------------------------------------------------------------------------


def latest_event_file(base_dir: str) -> str | None:
    """The event file in a folder whose name is the last one; None without any."""
    return max(map(str, Path(base_dir).glob("events.*")), default=None)


def latest_events(base_dir: str) -> Iterable[Any]:
    """The Events in the last event file of a folder."""
    path = latest_event_file(base_dir)
    return [] if path is None else read_events(path)


def latest_summaries(base_dir: str) -> list[Any]:
    """Those of `latest_events` with summaries."""
    return [event for event in latest_events(base_dir) if event.HasField("summary")]


def simple_values_from_events(events: Iterable[Any], tags: Collection[str]) -> dict[str, float]:
    """The last number of each tag in Events; ValueError if a tag has another kind of value."""
    values: dict[str, tuple[int, float]] = {}
    for event in events:
        for value in event.summary.value:
            if value.tag not in tags:
                continue
            if not value.HasField("simple_value"):
                raise ValueError(f"Summary for {value.tag} is not a simple_value.")
            if value.tag not in values or event.step > values[value.tag][0]:
                values[value.tag] = event.step, value.simple_value
    return {tag: value for tag, (_, value) in values.items()}


# -- Summaries -------------------------------------------------------------------------------------


def to_summary_proto(summary_str: bytes) -> Any:
    """A Summary of the bytes that a run gives."""
    message = summary.Summary()
    message.ParseFromString(summary_str)
    return message


def assert_summary(
    expected_tags: Iterable[str], expected_simple_values: Mapping[str, float], summary_proto: Any
) -> None:
    """A Summary has these tags and no others, and of some tags these numbers."""
    for value in summary_proto.value:
        if value.tag in expected_simple_values:
            expected = expected_simple_values[value.tag]
            np.testing.assert_almost_equal(
                value.simple_value, expected, decimal=2, err_msg=value.tag
            )
    tags, wanted = {value.tag for value in summary_proto.value}, set(expected_tags)
    if wanted != tags:
        raise ValueError(f"Expected tags {wanted}, got {tags}.")


# -- A writer that writes nothing ------------------------------------------------------------------


class FakeSummaryWriter:
    """A FileWriter that keeps what it is given, to be asked for it."""

    _replaced_summary_writer: Any = None

    @classmethod
    def install(cls) -> None:
        """Has FileWriterCache make writers of this class."""
        if cls._replaced_summary_writer:
            raise ValueError("FakeSummaryWriter already installed.")
        cls._replaced_summary_writer = _writer.FileWriter
        _writer.FileWriter = FakeSummaryWriter  # type: ignore[misc, assignment]

    @classmethod
    def uninstall(cls) -> None:
        if not cls._replaced_summary_writer:
            raise ValueError("FakeSummaryWriter not installed.")
        _writer.FileWriter = cls._replaced_summary_writer  # type: ignore[misc]
        cls._replaced_summary_writer = None

    def __init__(self, logdir: str, graph: Any = None) -> None:
        self._logdir = logdir
        self._graph = graph
        self._summaries: dict[Any, list[Any]] = {}
        self._added_graphs: list[Any] = []
        self._added_meta_graphs: list[Any] = []
        self._added_session_logs: list[Any] = []
        self._added_run_metadata: dict[str, Any] = {}

    @property
    def summaries(self) -> dict[Any, list[Any]]:
        """The Summaries of each step."""
        return self._summaries

    def assert_summaries(
        self,
        test_case: Any,
        expected_logdir: str | None = None,
        expected_graph: Any = None,
        expected_summaries: Mapping[Any, Mapping[str, float]] | None = None,
        expected_added_graphs: list[Any] | None = None,
        expected_added_meta_graphs: list[Any] | None = None,
        expected_session_logs: list[Any] | None = None,
    ) -> None:
        """What was added is what is expected, where that is said; `test_case` complains.

        The speed of training, "global_step/sec", is left out.
        """
        if expected_logdir is not None:
            test_case.assertEqual(expected_logdir, self._logdir)
        if expected_graph is not None:
            test_case.assertIs(expected_graph, self._graph)
        for step, expected in (expected_summaries or {}).items():
            test_case.assertIn(step, self._summaries)
            numbers = {
                value.tag: value.simple_value
                for each in self._summaries[step]
                for value in each.value
                if value.tag != "global_step/sec"
            }
            test_case.assertEqual(expected, numbers)
        if expected_added_graphs is not None:
            test_case.assertEqual(expected_added_graphs, self._added_graphs)
        if expected_added_meta_graphs is not None:
            added = self._added_meta_graphs
            test_case.assertEqual(len(expected_added_meta_graphs), len(added))
            for expected_graph_def, actual in zip(expected_added_meta_graphs, added):
                assert_meta_graph_protos_equal(test_case, expected_graph_def, actual)
        if expected_session_logs is not None:
            test_case.assertEqual(expected_session_logs, self._added_session_logs)

    def add_summary(self, summ: Any, current_global_step: Any) -> None:
        message = to_summary_proto(summ) if isinstance(summ, bytes) else summ
        self._summaries.setdefault(current_global_step, []).append(message)

    def add_graph(self, graph: Any, global_step: int | None = None, graph_def: Any = None) -> None:
        _check_step(global_step)
        if graph_def is not None:
            raise ValueError(f"Unexpected graph_def {graph_def}.")
        self._added_graphs.append(graph)

    def add_meta_graph(self, meta_graph_def: Any, global_step: int | None = None) -> None:
        _check_step(global_step)
        self._added_meta_graphs.append(meta_graph_def)

    def add_session_log(self, session_log: Any, global_step: int | None = None) -> None:
        self._added_session_logs.append(session_log)

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: int | None = None) -> None:
        _check_step(global_step)
        self._added_run_metadata[tag] = run_metadata

    def flush(self) -> None:
        """Nothing waits."""

    def reopen(self) -> None:
        """Nothing is closed."""

    def close(self) -> None:
        """What was added stays."""


def _check_step(global_step: int | None) -> None:
    if global_step is not None and global_step < 0:
        raise ValueError(f"Invalid global_step {global_step}.")


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
