"""tf.raw_ops: every op that a program may name, under its type, with keyword arguments only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from reflow.graph.op_definition import OpDefinition, registered
from reflow.ops.exports import import_ops
from reflow.tf._absence import part_or_error

# What TensorFlow's Python functions call `axis`, in the ops' signatures.
_AXIS_NAMES = frozenset(("dim", "reduction_indices", "split_dim", "squeeze_dims"))


def _with_keywords_only(definition: OpDefinition) -> Callable[..., Any]:
    axis = next(iter(_AXIS_NAMES.intersection(definition.parameters)), "axis")

    @functools.wraps(definition)
    def call(*args: Any, **keywords: Any) -> Any:
        if args:
            keys = ["axis" if key == axis else key for key in (*definition.parameters, "name")]
            raise TypeError(
                f"{definition.name} only takes keyword args (possible keys: {keys}). Please pass "
                "these args as kwargs instead."
            )
        return definition(**{axis if key == "axis" else key: v for key, v in keywords.items()})

    return call


import_ops()
globals().update(
    (name, _with_keywords_only(definition))
    for name, definition in registered().items()
    if not name.startswith("_")
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
