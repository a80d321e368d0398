"""The ops under the names of TensorFlow's generated functions: `mat_mul` is MatMul.

A name has an underscore in front where the plain one means something else to Python (`_max`), or
to TensorFlow; here both mean the op.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from reflow.graph.op_definition import OpDefinition, registered
from reflow.ops.exports import import_ops

__all__ = ["ops_by_function_name"]


@functools.cache
def ops_by_function_name() -> Mapping[str, OpDefinition]:
    """Every op by the name of its function."""
    import_ops()
    return {op.__name__: op for op in registered().values()}


def __getattr__(name: str) -> OpDefinition:
    op = ops_by_function_name().get(name.removeprefix("_"))
    if op is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return op


def __dir__() -> list[str]:
    return sorted(ops_by_function_name())
