"""tf.raw_ops: every op that a program may name, under its type, with keyword arguments only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from reflow.graph.op_definition import OpDefinition, registered
from reflow.ops.exports import import_ops
from reflow.tf._absence import part_or_error

# What TensorFlow's Python functions call otherwise than the ops' signatures.
_REDUCTIONS = ("All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum")
_KEYWORDS = {
    ("ExpandDims", "dim"): "axis",
    ("Select", "t"): "x",
    ("Select", "e"): "y",
    ("Split", "split_dim"): "axis",
    ("SplitV", "split_dim"): "axis",
    ("Squeeze", "squeeze_dims"): "axis",
    ("Where", "input"): "condition",
    **{(reduction, "reduction_indices"): "axis" for reduction in _REDUCTIONS},
}


def _with_keywords_only(definition: OpDefinition) -> Callable[..., Any]:
    parameters = {
        _KEYWORDS.get((definition.name, parameter), parameter): parameter
        for parameter in (*definition.parameters, "name")
    }

    @functools.wraps(definition)
    def call(*args: Any, **keywords: Any) -> Any:
        if args:
            raise TypeError(
                f"{definition.name} only takes keyword args (possible keys: {list(parameters)}). "
                "Please pass these args as kwargs instead."
            )
        return definition(**{parameters.get(key, key): v for key, v in keywords.items()})

    return call


import_ops()
globals().update(
    (name, _with_keywords_only(definition))
    for name, definition in registered().items()
    if not name.startswith("_")
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
