"""tf.raw_ops: every op that a program may name, under its type, with keyword arguments only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from reflow.graph.op_definition import OpDefinition, registered
from reflow.ops.exports import import_ops
from reflow.tf._absence import part_or_error


def _with_keywords_only(definition: OpDefinition) -> Callable[..., Any]:
    @functools.wraps(definition)
    def call(*args: Any, **keywords: Any) -> Any:
        if args:
            raise TypeError(
                f"{definition.name} only takes keyword args (possible keys: "
                f"{[*definition.parameters, 'name']}). Please pass these args as kwargs instead."
            )
        return definition(**keywords)

    return call


import_ops()
globals().update(
    (name, _with_keywords_only(definition))
    for name, definition in registered().items()
    if not name.startswith("_")
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
