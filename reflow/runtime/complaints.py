"""What a kernel says of inputs that its op's shape rule refuses.

A plan notices a clash before anything runs, by the op's shape rule.  TensorFlow notices it when the
kernel runs, and words it otherwise: so the kernel is asked, with zeros for what is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import evaluate
from reflow.ops.values import HOST_TYPES

# More elements than these are not made up for the sake of a message.
_MAX_ELEMENTS = 1 << 20


@dataclass(frozen=True)
class Verdict:
    """What a kernel made of inputs.

    Attributes:
      complaint: the message of its error, None if it has none that tells anything.
      shapes: those of its outputs, None if it was not asked or failed.
    """

    complaint: str | None = None
    shapes: list[TensorShape] | None = None


_NOT_ASKED = Verdict()


def verdict_of_kernel(
    op: Operation, shapes: Sequence[TensorShape], constants: Sequence[Any]
) -> Verdict:
    """What the kernel makes of inputs of these shapes and values.

    Args:
      constants: the values of the inputs, None where they are not known.
    """
    if op.definition.stateful:
        return _NOT_ASKED
    values: list[Any] = []
    for tensor, shape, constant in zip(op.inputs, shapes, constants):
        if constant is None:
            count = shape.num_elements()
            if count is None or count > _MAX_ELEMENTS:
                return _NOT_ASKED
            sizes: Any = shape.sizes
            dtype = tensor.dtype.base_dtype
            fill: Any = b"" if dtype in HOST_TYPES else 0
            values.append(np.full(sizes, fill, dtype.as_numpy_dtype))
        else:
            values.append(constant)
    try:
        outputs = evaluate(op, values)
    except errors.InvalidArgumentError as error:
        return Verdict(error.message)
    except ValueError as error:
        return Verdict(str(error))
    except Exception:  # what torch says is in its own words
        return _NOT_ASKED
    return Verdict(shapes=None if outputs is None else [TensorShape.of(a.shape) for a in outputs])
