"""Call: an op type with attributes, and all that is found out once to run it many times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.execution import current
from reflow.graph.op_definition import OpDefinition
from reflow.runtime.eager.kernel_calls import KernelCall
from reflow.runtime.eager.shape_checks import ShapeCheck
from reflow.runtime.failures import classify


class Call:
    """An op type with its attributes, ready to be run.

    Args:
      definition: the op type.
      attrs: its complete attributes.
      device: where numbers are computed.
    """

    def __init__(
        self, definition: OpDefinition, attrs: dict[str, Any], device: torch.device
    ) -> None:
        self._definition = definition
        self._attrs = attrs
        self._output_types = definition.output_types(attrs)
        self._single_type = self._output_types[0] if definition.is_single_output else None
        self._check = ShapeCheck(definition, attrs)
        self._kernel = KernelCall(definition, attrs, device)

    def run(self, tensors: list[EagerTensor], name: str | None) -> Any:
        """What the op gives for these inputs, lists of them laid out flat.

        Raises:
          tf.errors.OpError: the op refuses its inputs, or fails.
        """
        refusal, kernel = self._check.verdict(tensors)
        try:
            if kernel is None:
                computed = self._kernel.compute(tensors, name)
            else:
                computed = kernel(*self._kernel.arguments(tensors))
        except Exception as error:
            failure = self._failure(error, refusal, tensors)
            if failure is None:
                raise
            raise failure from (error if isinstance(failure, errors.InternalError) else None)
        if refusal is not None:
            raise self._refused(refusal, tensors)
        if self._single_type is not None:
            output = EagerTensor(self._single_type, *_value_and_array(computed))
            if current.tapes or current.callbacks:
                self._report(tensors, [output], name)
            return output
        values = computed if isinstance(computed, (list, tuple)) else [computed]
        outputs = [
            EagerTensor(dtype, *_value_and_array(value))
            for value, dtype in zip(values, self._output_types)
        ]
        if current.tapes or current.callbacks:
            self._report(tensors, outputs, name)
        if not self._definition.outputs:
            return None
        return self._definition.structured(outputs, self._attrs)

    def _report(
        self, tensors: list[EagerTensor], outputs: list[EagerTensor], name: str | None
    ) -> None:
        """Tells those of the operation that want to know."""
        for callback in current.callbacks:
            callback(self._definition.name, list(tensors), self._named_attrs, list(outputs), name)
        if current.tapes:
            self._record(tensors, outputs, name)

    @cached_property
    def _named_attrs(self) -> tuple[Any, ...]:
        """The names and values of the attributes, in turn, those last that the inputs imply."""
        inferred = self._definition.inferred_attrs
        named: list[Any] = []
        for attr in sorted(self._attrs, key=lambda attr: attr in inferred):
            value = self._attrs[attr]
            is_implied_type = attr in inferred and isinstance(value, DType)
            named += [attr, value.as_datatype_enum if is_implied_type else value]
        return tuple(named)

    def _record(
        self, tensors: list[EagerTensor], outputs: list[EagerTensor], name: str | None
    ) -> None:
        op = EagerOperation(self._definition, [*tensors], [*outputs], self._attrs, name or "")
        for tape in current.tapes:
            tape.record(op)

    # -- Failures -------------------------------------------------------------------------------

    def _failure(
        self, error: Exception, refusal: ValueError | None, tensors: Sequence[EagerTensor]
    ) -> errors.OpError | None:
        """What a kernel raised, as TensorFlow's class; None for what is no op's failure."""
        if isinstance(error, errors.OpError):
            return self._error(type(error), error.message)
        if refusal is not None and not isinstance(error, ValueError):
            # The rule says it in TensorFlow's words, torch in its own.
            return self._refused(refusal, tensors)
        error_type = classify(error)
        if error_type is None:
            return None
        message = str(error)
        if error_type is errors.InternalError:
            message = f"{type(error).__name__}: {message}"
        return self._error(error_type, message)

    def _refused(self, refusal: ValueError, tensors: Sequence[EagerTensor]) -> errors.OpError:
        message = str(refusal)
        if getattr(self._definition.rules, "elementwise", False) and len(tensors) == 2:
            shapes = [str(list(tensor._sizes)).replace(" ", "") for tensor in tensors]
            message = f"Incompatible shapes: {shapes[0]} vs. {shapes[1]}"
        return self._error(errors.InvalidArgumentError, message)

    def _error(self, error_type: type[errors.OpError], message: str) -> errors.OpError:
        return error_type(None, None, f"{message} [Op:{self._definition.name}]")  # type: ignore[call-arg]


def _value_and_array(value: Any) -> tuple[Any, Any]:
    """What a kernel gave, as an eager tensor holds it."""
    return (value, None) if isinstance(value, torch.Tensor) else (None, value)
