"""What the functions that draw random numbers do with their arguments."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import Dimension

_UNIFORM_TYPES = (
    dtypes.float16,
    dtypes.bfloat16,
    dtypes.float32,
    dtypes.float64,
    dtypes.int32,
    dtypes.int64,
)


def shape_tensor(shape: Any) -> Tensor:
    """A shape given as a tensor, a TensorShape, or a list of sizes (Dimensions among them)."""
    dtype = None
    if isinstance(shape, (tuple, list)):
        if not shape:
            dtype = dtypes.int32
        shape = [size.value if isinstance(size, Dimension) else size for size in shape]
    return convert_to_tensor(shape, dtype, "shape")


def uniform_bounds(dtype: Any, maxval: Any) -> tuple[DType, Any]:
    """The type of uniform numbers and their upper bound, 1 for floats by default.

    Raises:
      ValueError: another type; no `maxval` for integers.
    """
    dtype = as_dtype(dtype)
    if dtype not in _UNIFORM_TYPES:
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    return dtype, maxval
