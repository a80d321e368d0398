"""A run's trace: when each step ran, how long, and what it gave, as TensorFlow's StepStats."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes
from reflow.graph.dtypes import as_dtype
from reflow.runtime.steps import Step, Value


@dataclass(frozen=True)
class _Output:
    """What a step gave: element type number, sizes, bytes, and where they begin."""

    dtype: int
    sizes: tuple[int, ...]
    bytes: int
    pointer: int
    owns_memory: bool


@dataclass(frozen=True)
class _Record:
    step: Step
    start: float
    end: float
    outputs: tuple[_Output, ...]


class _Records(threading.local):
    def __init__(self) -> None:
        self.list: list[_Record] = []


class Tracer:
    """Takes a plan's calls after each step; a plan may run in several threads at once."""

    def __init__(self) -> None:
        self._records = _Records()
        # perf_counter counts from an arbitrary point; traces count from 1970.
        self._epoch = time.time_ns() - time.perf_counter_ns()

    def begin(self) -> None:
        """Forgets what this thread's last run recorded."""
        self._records.list = []

    def __call__(self, step: Step, start: float, end: float, outputs: Sequence[Any]) -> None:
        described = tuple(
            _output(declared, value) for declared, value in zip(step.outputs, outputs)
        )
        self._records.list.append(_Record(step, start, end, described))

    def times(self) -> dict[str, tuple[float, int]]:
        """Of this thread's last run, by the names of operations: their seconds, and the bytes of
        what they gave.  Operations that run as one share its time evenly."""
        found: dict[str, tuple[float, int]] = {}
        for record in self._records.list:
            step = record.step
            names = [op.name for op in (*step.fused, step.op)]
            seconds = (record.end - record.start) / len(names)
            allocated = sum(output.bytes for output in record.outputs if output.owns_memory)
            for name in names:
                before = found.get(name, (0.0, 0))
                found[name] = before[0] + seconds, before[1] + allocated // len(names)
        return found

    def step_stats(self, device: str) -> Any:
        """This thread's last run as a StepStats message."""
        from tensorboard.compat.proto.step_stats_pb2 import StepStats

        stats = StepStats()
        device_stats = stats.dev_stats.add(device=device)
        thread = threading.current_thread()
        thread_id = threading.get_native_id()
        device_stats.thread_names[thread_id] = thread.name
        allocator = "cpu" if "CPU" in device else "gpu_bfc"
        for record in self._records.list:
            self._fill(device_stats.node_stats.add(), record, thread_id, allocator)
        return stats

    def _fill(self, node: Any, record: _Record, thread_id: int, allocator: str) -> None:
        """Fills a NodeExecStats.  Times are kept in micro- and in nanoseconds."""
        step = record.step
        start = self._epoch + round(record.start * 1e9)
        duration = round((record.end - record.start) * 1e9)
        node.node_name = step.op.name
        node.timeline_label = _label(step)
        node.thread_id = thread_id
        node.all_start_nanos = node.scheduled_nanos = start
        node.op_end_rel_nanos = node.all_end_rel_nanos = duration
        node.all_start_micros = node.scheduled_micros = start // 1000
        node.op_end_rel_micros = node.all_end_rel_micros = -(-duration // 1000)
        allocated = sum(output.bytes for output in record.outputs if output.owns_memory)
        if allocated:
            node.memory.add(
                allocator_name=allocator,
                total_bytes=allocated,
                peak_bytes=allocated,
                live_bytes=allocated,
            )
        for slot, output in enumerate(record.outputs):
            tensor = node.output.add(slot=slot).tensor_description
            tensor.dtype = output.dtype
            tensor.shape.SetInParent()
            for size in output.sizes:
                tensor.shape.dim.add(size=size)
            memory = tensor.allocation_description
            memory.requested_bytes = output.bytes
            memory.allocated_bytes = output.bytes if output.owns_memory else 0
            memory.allocator_name = allocator
            memory.ptr = output.pointer


def _label(step: Step) -> str:
    """ "y = MatMul(x, w)"; the names of all operations that the step joins stand before the "="."""
    names = ", ".join(op.name for op in (*step.fused, step.op))
    inputs = ", ".join(
        tensor.name.removesuffix(":0") for op in (*step.fused, step.op) for tensor in op.inputs
    )
    return f"{names} = {step.op.type}({inputs})"


def _output(declared: Value, value: Any) -> _Output:
    owns_memory = declared.roots == {declared}
    if isinstance(value, torch.Tensor):
        size, pointer = value.element_size() * value.nelement(), value.data_ptr()
        dtype = declared.tensor.dtype if declared.tensor is not None else dtypes.float32
        sizes = tuple(value.shape)
    else:
        array = np.asarray(value)
        size, pointer, sizes = array.nbytes, array.ctypes.data, array.shape
        dtype = as_dtype(array.dtype) if array.dtype != object else dtypes.string
    return _Output(dtype.base_dtype.as_datatype_enum, sizes, size, pointer, owns_memory)
