"""CUDA graphs: what a plan launches on a GPU, recorded once and launched together from then on.

A small network's training step launches hundreds of kernels that take microseconds each, so a GPU
waits for Python most of the time.  A CUDA graph launches them all by one call.  It repeats exactly
what was recorded, in the memory where it was recorded, so only steps are joined into one that
compute nothing but numbers of known shapes on the GPU.  What comes from elsewhere (feeds, random
numbers, text) is computed before and copied in.

Source: PyTorch's documentation, "CUDA semantics", section "CUDA Graphs".
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from reflow.ops.philox import RandomStream
from reflow.ops.values import copies
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.codegen import Code
from reflow.runtime.lifetimes import slots_to_unshare
from reflow.runtime.lowering import is_for_cpu
from reflow.runtime.steps import Loop, Step, Value

# Fewer steps are not worth a graph.
_FEWEST_STEPS = 4
# Runs before the recording: the first ones give variables their memory and choose kernels.
_RUNS_BEFORE = 3
# So many times a graph is recorded again because variables have other memory than before.
_MOST_RECORDINGS = 4


def are_wanted(device: torch.device) -> bool:
    """Whether plans for this device are to have graphs: REFLOW_CUDA_GRAPHS=0 says no."""
    return device.type == "cuda" and os.environ.get("REFLOW_CUDA_GRAPHS") != "0"


def capture(steps: Sequence[Step], kept: Sequence[Value], numbers: Iterator[int]) -> list[Step]:
    """The same computation with runs of steps on the GPU as single steps, to be CUDA graphs.

    Args:
      kept: the values that are needed after the last step.
      numbers: those that the plan's values are named by.
    """
    arranged = _segments(steps)
    needed = _needed_after(arranged, kept)
    joined = {
        index: _joined(item, needed[index], numbers)
        for index, item in enumerate(arranged)
        if len(item) >= _FEWEST_STEPS and _launches_only(item[0])
    }
    whole = [step for index, item in enumerate(arranged) for step in joined.get(index) or item]
    # A variable that gets other memory in each run cannot be part of a graph.
    moving = slots_to_unshare(whole, kept)
    return [
        step
        for index, item in enumerate(arranged)
        for step in (item if moving.keys() & joined.get(index, ()) else joined.get(index) or item)
    ]


# -- Which steps ---------------------------------------------------------------------------------


def _segments(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps in lists: each those of a graph to be, or one that cannot be in a graph.

    What is computed on the host, and needs nothing of a graph, comes before it.
    """
    arranged: list[list[Step]] = []
    segment: list[Step] = []
    for step in steps:
        if _launches_only(step):
            segment.append(step)
        elif _can_come_before(step, segment):
            arranged.append([step])
        else:
            arranged += [segment, [step]]
            segment = []
    arranged.append(segment)
    return arranged


def _launches_only(step: Step) -> bool:
    """Whether a step does the same on the GPU in each run, whatever the numbers are."""
    if isinstance(step, Loop) or step.guard or is_for_cpu(step.op):
        return False
    if step.stateful and not step.updates and step.slot_read is None:
        return False
    values = [item for item in (*step.values(), *step.outputs) if isinstance(item, Value)]
    if any(value.on_host and value.constant is None for value in values):
        return False
    # Where the numbers decide on the shape, it is that of the first output.
    return not step.outputs or step.outputs[0].shape.is_fully_defined()


def _slots(step: Step) -> list[VariableSlot]:
    """The variables that a step reads or updates."""
    taken = [item for item in step.values() if isinstance(item, VariableSlot)]
    read = step.slot_read
    return [*taken, *step.updates, *([] if read is None else [read])]


def _can_come_before(step: Step, segment: Sequence[Step]) -> bool:
    """Whether a step may run before those of the segment, which come before it now."""
    draws = isinstance(step.keywords.get("state"), RandomStream)
    if isinstance(step, Loop) or step.updates or (step.stateful and not draws):
        return False
    made = {value for other in segment for value in other.outputs}
    updated = {slot for other in segment for slot in other.updates}
    used = [item for item in step.values() if isinstance(item, Value)]
    return made.isdisjoint(used) and not any(updated & value.roots for value in used)


def _needed_after(arranged: Sequence[Sequence[Step]], kept: Sequence[Value]) -> list[set[Value]]:
    """For each list of steps the values that are needed after it."""
    used = set(kept)
    after: list[set[Value]] = []
    for steps in reversed(arranged):
        after.append(set(used))
        used.update(v for step in steps for v in step.values() if isinstance(v, Value))
    after.reverse()
    return after


def _joined(steps: Sequence[Step], needed: set[Value], numbers: Iterator[int]) -> list[Step]:
    """The steps as one; none where they cannot be."""
    made = dict.fromkeys(value for step in steps for value in step.outputs)
    used = [item for step in steps for item in step.values() if isinstance(item, Value)]
    inputs = [v for v in dict.fromkeys(used) if v not in made and v.constant is None]
    outputs = [value for value in made if value in needed]
    if not all(value.shape.is_fully_defined() for value in (*inputs, *outputs)):
        return []
    if slots_to_unshare(steps, outputs):
        return []
    *before, last = steps
    return [
        Step(
            last.op,
            CudaGraph(Code(inputs, steps, (), taps=outputs, numbers=numbers), steps),
            list(inputs),
            outputs,
            updates=tuple(dict.fromkeys(slot for step in steps for slot in step.updates)),
            stateful=any(step.stateful or step.updates for step in steps),
            sequence=True,
            fused=tuple(step.op for step in before),
        )
    ]


# -- The graph -----------------------------------------------------------------------------------


class CudaGraph:
    """Steps that run plainly a few times, and then as a CUDA graph.

    A graph has one place for its inputs and outputs, so that one thread at a time uses it; others
    run the steps plainly.

    Attributes:
      code: the steps as Python.
      refusal: why they are run plainly for ever, if they are.
    """

    def __init__(self, code: Code, steps: Sequence[Step]) -> None:
        self.code = code
        self.refusal: str | None = None
        self._slots = list(dict.fromkeys(slot for step in steps for slot in _slots(step)))
        self._lock = threading.Lock()
        self._runs = 0
        self._recordings = 0
        self._recorded: _Recorded | None = None

    def __call__(self, *inputs: Any) -> Sequence[Any]:
        """The outputs' values."""
        if self.refusal is not None or not self._lock.acquire(blocking=False):
            return self._plainly(inputs)
        try:
            if self._is_recorded_for(inputs):
                return self._replayed(inputs)
            self._runs += 1
            return self._observed(inputs) if self._runs == _RUNS_BEFORE else self._plainly(inputs)
        finally:
            self._lock.release()

    def _is_recorded_for(self, inputs: Sequence[Any]) -> bool:
        """Whether there is a graph for these inputs, which is recorded when it is time."""
        if self._recorded is not None and not self._recorded.holds_for(inputs, self._slots):
            self._recorded, self._runs = None, 0
        if self._recorded is None and self._runs >= _RUNS_BEFORE:
            if self._recordings == _MOST_RECORDINGS:
                self.refusal = "its variables have other memory again and again"
                return False
            self._recordings += 1
            try:
                self._recorded = _Recorded(self.code, inputs, self._slots)
            except _NotRecorded as error:
                self.refusal = str(error)
        return self._recorded is not None

    def _replayed(self, inputs: Sequence[Any]) -> Sequence[Any]:
        assert self._recorded is not None
        # Another thread's run may overwrite them as soon as the lock is free.
        return [value.clone() for value in self._recorded.replayed(inputs)]

    def _plainly(self, inputs: Sequence[Any]) -> Sequence[Any]:
        outputs: Sequence[Any] = self.code.run(*inputs)
        return outputs

    def _observed(self, inputs: Sequence[Any]) -> Sequence[Any]:
        """A plain run that shows whether the host takes part in it."""
        mode, copied = torch.cuda.get_sync_debug_mode(), copies.made
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn")
            try:
                outputs = self._plainly(inputs)
            finally:
                torch.cuda.set_sync_debug_mode(mode)
        waits = [item for item in seen if "synchronizing CUDA operation" in str(item.message)]
        if waits:
            self.refusal = f"it waits for the GPU: {waits[0].message}"
        elif copies.made != copied:
            self.refusal = "it brings numbers to the GPU"
        return outputs


class _NotRecorded(Exception):
    """Steps that cannot be recorded, and why."""


class _Recorded:
    """A recorded graph.

    Args:
      code: the steps.
      inputs: values like those that it will get; they are not used.
      slots: the variables that it takes part in.
    """

    def __init__(self, code: Code, inputs: Sequence[Any], slots: Sequence[VariableSlot]) -> None:
        if not all(isinstance(value, torch.Tensor) and value.is_cuda for value in inputs):
            raise _NotRecorded("it takes what is not on the GPU")
        self._inputs = [value.clone() for value in inputs]
        self._memory = [slot.value for slot in slots]
        self._graph = torch.cuda.CUDAGraph()
        try:
            # Other threads may use the GPU meanwhile.
            with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
                self._outputs: Sequence[Any] = code.run(*self._inputs)
        except RuntimeError as error:
            raise _NotRecorded(str(error)) from error
        finally:
            moved = [s for s, value in zip(slots, self._memory) if s.value is not value]
            for slot, value in zip(slots, self._memory):
                slot.value = value
        if moved:
            raise _NotRecorded(f"it gives the variable {moved[0].name} other memory")

    def holds_for(self, inputs: Sequence[Any], slots: Sequence[VariableSlot]) -> bool:
        """Whether the graph does what the steps would do with these inputs."""
        return all(slot.value is value for slot, value in zip(slots, self._memory)) and all(
            own.shape == given.shape for own, given in zip(self._inputs, inputs)
        )

    def replayed(self, inputs: Sequence[Any]) -> Sequence[Any]:
        """The outputs, which the next replay overwrites."""
        for own, given in zip(self._inputs, inputs):
            own.copy_(given, non_blocking=True)
        self._graph.replay()
        return self._outputs
