"""A plan: what one set of fetches and feeds computes, made once, run many times."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.runtime import cuda_graphs, failures
from reflow.runtime.awaiting import begins, cancelling, wait_late
from reflow.runtime.codegen import Code
from reflow.runtime.frames import arranged
from reflow.runtime.fusion import fuse
from reflow.runtime.lowering import Lowering
from reflow.runtime.prune import harmless, needed_operations
from reflow.runtime.states import States
from reflow.runtime.steps import Step, Value, without_dead

# torch.inference_mode as the class that it wraps: entering it takes a third of the time.
InferenceMode = getattr(torch._C, "_InferenceMode", torch.inference_mode)


class Plan:
    """Straight-line code for some fetches, given some feeds of given shapes.

    Args:
      fetches: the tensors whose values a run gives, as NumPy arrays, in this order.
      targets: operations to run beside.
      fed_shapes: the fed tensors, in the order of `run`'s arguments, and their shapes.
      states: where the session keeps what ops remember.
      device: where numbers are computed.
      trace: called as trace(step, start, end, outputs) after each step, times in seconds.
      done: operations that ran already, in earlier parts of a partial run.
      taps: tensors whose values a run gives besides, behind the fetches' (see `Lowering.tapped`).
    """

    def __init__(
        self,
        fetches: Sequence[Tensor],
        targets: Sequence[Operation],
        fed_shapes: Mapping[Tensor, TensorShape],
        states: States,
        device: torch.device,
        trace: Callable[..., None] | None = None,
        done: frozenset[Operation] = frozenset(),
        taps: Sequence[Tensor] = (),
    ) -> None:
        fed = frozenset(fed_shapes)
        wanted = [tensor.op for tensor in fetches if tensor not in fed]
        self.operations = needed_operations([*wanted, *targets], fed, done)
        taken = frozenset(harmless(taps, self.operations, fed, states))
        if taken:
            wanted += [tensor.op for tensor in taken if tensor not in fed]
            self.operations = needed_operations([*wanted, *targets], fed, done)
        self._fed = list(fed_shapes)
        try:
            with torch.inference_mode():
                lowering = Lowering(fed_shapes, frozenset(fetches), states, device)
                for item in arranged(self.operations, fed):
                    if item in done:
                        lowering.refer(item)
                    else:
                        lowering.lower(item)
                values = [lowering.fetched_value(i, tensor) for i, tensor in enumerate(fetches)]
                tapped = [lowering.tapped(tap) if tap in taken else None for tap in taps]
                watched = {value for value in tapped if value is not None}
                kept = {*values, *watched}
                steps = without_dead(lowering.steps, set(kept))
                steps = fuse(steps, kept, device, watched.difference(values))
                steps = wait_late(steps, self.operations)
                numbers = itertools.count()
                if trace is None and cuda_graphs.are_wanted(device):
                    steps = cuda_graphs.capture(steps, list(kept), numbers)
        except errors.OpError as error:
            raise failures.with_feeds(error, list(fed_shapes.items())) from None
        feeds = [lowering.values[tensor] for tensor in self._fed]
        self._code = Code(feeds, steps, values, trace, tapped, numbers)
        self._run = cancelling(self._code.run) if begins(steps) else self._code.run

    @property
    def source(self) -> str:
        """The generated Python, to read."""
        return self._code.source

    @property
    def steps(self) -> list[Step]:
        """What a run does, in order."""
        return list(dict.fromkeys(self._code.steps_by_line.values()))

    def run(self, feeds: Sequence[Any]) -> tuple[Any, ...]:
        """The fetches' values.  Raises tf.errors.* naming the operation that failed."""
        with InferenceMode(True):
            return self.execute(feeds)

    def execute(self, feeds: Sequence[Any]) -> tuple[Any, ...]:
        """As `run`, for a caller that is in inference mode already."""
        try:
            result: tuple[Any, ...] = self._run(*feeds)
            return result
        except Exception as error:
            failure = self._failure(error, feeds)
            self._forget_values(error.__traceback__)
            if failure is None:
                raise
            # Whose fault it is decides what is shown: a defect of reflow with its traceback,
            # a mistake of the program without.
            raise failure from (error if isinstance(failure, errors.InternalError) else None)

    def _failure(self, error: Exception, feeds: Sequence[Any]) -> errors.OpError | None:
        """`error` as the failure of the operation whose line raised it."""
        if isinstance(error, errors.OpError) and error.op is not None:
            return None
        error_type = failures.classify(error)
        where = self._failing_step(error.__traceback__)
        if error_type is None or where is None:
            return None
        step, local_values = where
        inputs = [self._value_of(item, local_values) for item in step.inputs]
        message = error.message if isinstance(error, errors.OpError) else str(error)
        if error_type is errors.InternalError:
            message = f"{type(error).__name__}: {message}"
        return failures.explain(error_type, message, step.op, inputs, list(zip(self._fed, feeds)))

    def _failing_step(self, traceback: TracebackType | None) -> tuple[Step, dict[str, Any]] | None:
        found = None
        code: Code | None = self._code
        while traceback is not None and code is not None:
            frame = traceback.tb_frame
            if frame.f_code.co_filename == code.filename:
                step = code.steps_by_line.get(traceback.tb_lineno)
                found = None if step is None else (step, frame.f_locals)
                # A step that stands for several has code of its own.
                code = None if step is None else getattr(step.function, "code", None)
            traceback = traceback.tb_next
        return found

    def _forget_values(self, traceback: TracebackType | None) -> None:
        """Has the run that failed let go of what it had computed, as memory and locks, although
        the error lives on."""
        while traceback is not None:
            frame = traceback.tb_frame
            if frame.f_code.co_filename == self._code.filename:
                frame.clear()
                _ = frame.f_locals  # the copy of them is up to date again
            traceback = traceback.tb_next

    @staticmethod
    def _value_of(item: Any, local_values: Mapping[str, Any]) -> Any:
        if isinstance(item, list):
            return [Plan._value_of(part, local_values) for part in item]
        if isinstance(item, Value):
            return (
                item.constant
                if item.constant is not None
                else local_values.get(item.name, item.shape)
            )
        return item.value if item.value is not None else "uninitialized"
