"""What a kernel says of inputs whose shapes clash.

A plan notices a clash before anything runs, by the op's shape rule.  TensorFlow notices it when the
kernel runs, and words it otherwise: so the kernel is asked, with zeros for what is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import evaluate
from reflow.ops.values import HOST_TYPES

# More elements than these are not made up for the sake of a message.
_MAX_ELEMENTS = 1 << 20


def complaint_of_kernel(
    op: Operation, shapes: Sequence[TensorShape], constants: Sequence[Any]
) -> str | None:
    """The message of the kernel's error for inputs of these shapes and values, or None.

    Args:
      constants: the values of the inputs, None where they are not known.
    """
    if op.definition.stateful:
        return None
    values = []
    for tensor, shape, constant in zip(op.inputs, shapes, constants):
        count = shape.num_elements()
        if constant is None and (count is None or count > _MAX_ELEMENTS):
            return None
        if constant is None:
            dtype = tensor.dtype.base_dtype
            fill = b"" if dtype in HOST_TYPES else 0
            constant = np.full(shape.as_list(), fill, dtype.as_numpy_dtype)
        values.append(constant)
    try:
        evaluate(op, values)
    except errors.InvalidArgumentError as error:
        return error.message
    except ValueError as error:
        return str(error)
    except Exception:  # what torch says is in its own words
        return None
    return None
