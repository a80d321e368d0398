"""A run's trace as a picture of time: what chrome://tracing and ui.perfetto.dev show.

Source: the "Trace Event Format" of Chrome, its events X (an op), s and t (a value on its way), C
(memory) and M (names); the names and arguments of TensorFlow's `client.timeline`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Timeline"]

_Event = dict[str, Any]

# "y = MatMul(x, w)"; the names of joined operations stand before the "=", the last one last.
_LABEL: Final = re.compile(r"(?P<names>.+) = (?P<type>\w+)\((?P<inputs>.*)\)")


@dataclass(frozen=True)
class _Call:
    """One op that ran."""

    names: Sequence[str]  # its own last, before it those that were joined to it
    type: str
    inputs: Sequence[str]
    start: int  # microseconds
    duration: int
    allocated: int  # bytes
    process: int
    thread: int

    @property
    def end(self) -> int:
        return self.start + self.duration


class Timeline:
    """Turns a trace into a timeline.

        metadata = tf.RunMetadata()
        session.run(step, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                    run_metadata=metadata)
        Timeline(metadata.step_stats).generate_chrome_trace_format()

    Args:
      step_stats: a StepStats message, as a run leaves it in `RunMetadata.step_stats`.
      graph: not needed; TensorFlow does not look at it either.
    """

    def __init__(self, step_stats: Any, graph: Any = None) -> None:
        self._step_stats = step_stats

    def generate_chrome_trace_format(
        self, show_dataflow: bool = True, show_memory: bool = False
    ) -> str:
        """The timeline as JSON text.

        Args:
          show_dataflow: add an arrow from each op to those that use what it gives.
          show_memory: add the bytes that the values hold, as a curve for each device.
        """
        calls = list(self._calls())
        events = list(self._process_names())
        events += map(_op_event, calls)
        if show_dataflow:
            events += _dataflow_events(calls)
        if show_memory:
            events += _memory_events(calls)
        return json.dumps({"traceEvents": events}, indent=4)

    def _process_names(self) -> Iterator[_Event]:
        for process, device in enumerate(self._step_stats.dev_stats):
            arguments = {"name": f"{device.device} Compute"}
            yield {"name": "process_name", "ph": "M", "pid": process, "args": arguments}

    def _calls(self) -> Iterator[_Call]:
        for process, device in enumerate(self._step_stats.dev_stats):
            threads: dict[int, int] = {}
            for node in device.node_stats:
                label = _LABEL.fullmatch(node.timeline_label)
                yield _Call(
                    names=label["names"].split(", ") if label else [node.node_name],
                    type=label["type"] if label else "unknown",
                    inputs=label["inputs"].split(", ") if label and label["inputs"] else [],
                    start=node.all_start_micros,
                    duration=node.all_end_rel_micros,
                    allocated=sum(memory.total_bytes for memory in node.memory),
                    process=process,
                    thread=threads.setdefault(node.thread_id, len(threads)),
                )


def _op_event(call: _Call) -> _Event:
    arguments = {"name": ", ".join(call.names), "op": call.type}
    arguments.update((f"input{index}", name) for index, name in enumerate(call.inputs))
    return {
        "ph": "X",
        "cat": "Op",
        "name": call.type,
        "pid": call.process,
        "tid": call.thread,
        "ts": call.start,
        "dur": call.duration,
        "args": arguments,
    }


def _edges(calls: Sequence[_Call]) -> Iterator[tuple[_Call, _Call]]:
    """Each call that gave something, with each that used it."""
    producers = {name: call for call in calls for name in call.names}
    for call in calls:
        names = dict.fromkeys(name.partition(":")[0] for name in call.inputs)
        for name in names:
            producer = producers.get(name)
            if producer is not None and producer is not call:
                yield producer, call


def _dataflow_events(calls: Sequence[_Call]) -> Iterator[_Event]:
    numbers = itertools.count()
    for producer, consumer in _edges(calls):
        number = next(numbers)
        for phase, call, time in (("s", producer, producer.end), ("t", consumer, consumer.start)):
            yield {
                "ph": phase,
                "cat": "DataFlow",
                "name": producer.names[-1],
                "pid": call.process,
                "tid": call.thread,
                "ts": time,
                "id": number,
            }


def _memory_events(calls: Sequence[_Call]) -> Iterator[_Event]:
    """What is allocated is held from the start of its op to the end of the last that uses it."""
    released = {id(call): call.end for call in calls}
    for producer, consumer in _edges(calls):
        released[id(producer)] = max(released[id(producer)], consumer.end)
    changes = [
        change
        for call in calls
        if call.allocated
        for change in (
            (call.start, call.allocated, call.process),
            (released[id(call)], -call.allocated, call.process),
        )
    ]
    held: dict[int, int] = {}
    for time, change, process in sorted(changes):
        held[process] = held.get(process, 0) + change
        yield {
            "ph": "C",
            "cat": "Memory",
            "name": "bytes",
            "pid": process,
            "ts": time,
            "args": {"bytes": held[process]},
        }
