"""Call: an op type with attributes, and all that is found out once to run it many times."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.execution import current
from reflow.graph.op_definition import OpDefinition
from reflow.runtime.eager.kernel_calls import compute_function
from reflow.runtime.eager.shape_checks import shape_check
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
        self._check = shape_check(definition, attrs)
        self._compute = compute_function(definition, attrs, device)

    def run(self, tensors: list[EagerTensor], name: str | None) -> Any:
        """What the op gives for these inputs, lists of them laid out flat.

        Raises:
          tf.errors.OpError: the op refuses its inputs, or fails.
        """
        definition = self._definition
        try:
            refusal = None if self._check is None else self._check(tensors)
            computed = self._compute(tensors, name)
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
            raise failure from (error if isinstance(failure, errors.InternalError) else None)
        if refusal is not None:
            raise self._error(errors.InvalidArgumentError, str(refusal))
        if definition.is_single_output:
            outputs = [_tensor(computed, self._output_types[0])]
        else:
            values = computed if isinstance(computed, (list, tuple)) else [computed]
            outputs = [_tensor(value, dtype) for value, dtype in zip(values, self._output_types)]
        if current.tapes:
            op = EagerOperation(definition, tensors, outputs, self._attrs, name or "")
            for tape in current.tapes:
                tape.record(op)
        if definition.is_single_output:
            return outputs[0]
        return definition.structured(outputs, self._attrs) if definition.outputs else None

    def _failure(self, error: Exception) -> errors.OpError | None:
        """What a kernel raised, as TensorFlow's class; None for what is no op's failure."""
        error_type = classify(error)
        if error_type is None:
            return None
        message = error.message if isinstance(error, errors.OpError) else str(error)
        if error_type is errors.InternalError:
            message = f"{type(error).__name__}: {message}"
        return self._error(error_type, message)

    def _error(self, error_type: type[errors.OpError], message: str) -> errors.OpError:
        return error_type(None, None, f"{message} [Op:{self._definition.name}]")  # type: ignore[call-arg]


def _tensor(value: Any, dtype: DType) -> EagerTensor:
    """A tensor of what a kernel gave."""
    if isinstance(value, torch.Tensor):
        return EagerTensor(dtype, value)
    return EagerTensor(dtype, None, value)
