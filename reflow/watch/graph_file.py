"""graph.json and trace.json: the graph with the roles that were found, and what its ops cost."""

from __future__ import annotations

import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from reflow.graph.graph import Graph
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.watch.not_finite import line_of
from reflow.watch.roles import Layer, Learner
from reflow.watch.walks import trainable_variables

_MAKERS_OF_VARIABLES = ("VariableV2", "Variable", "VarHandleOp")

# A graph with more operations is recorded without the rest.
_MOST_NODES = 50_000


def graph_record(graph: Graph, learners: Sequence[Learner]) -> dict[str, Any]:
    """What graph.json holds: nodes, roles, and the source texts of the ops' classes."""
    operations = graph.get_operations()[:_MOST_NODES]
    types = {op.type: op.definition for op in operations}
    return {
        "nodes": [_node(op) for op in operations],
        "roles": _roles(graph, operations, learners),
        "kernels": {name: text for name in sorted(types) if (text := source_of(types[name]))},
    }


def trace_record(step: int, times: Mapping[str, tuple[float, int]]) -> dict[str, Any]:
    """What trace.json holds: how long each op took in a step, and how much memory it took."""
    ops = {
        name: {"microseconds": round(seconds * 1e6, 1), "bytes": size}
        for name, (seconds, size) in times.items()
    }
    return {"step": step, "ops": ops}


def _node(op: Operation) -> dict[str, Any]:
    dtype = op._outputs[0].dtype.base_dtype.name if op._outputs else ""
    return {
        "name": op.name,
        "op": op.type,
        "inputs": [
            *(tensor.name for tensor in op._inputs),
            *(f"^{control.name}" for control in op._control_inputs),
        ],
        "shapes": [_shape(tensor) for tensor in op._outputs],
        "dtype": dtype,
        "device": op.device,
        "line": line_of(op),
    }


def _shape(tensor: Tensor) -> list[int | None] | None:
    sizes = tensor._shape.sizes
    return None if sizes is None else list(sizes)


def _roles(
    graph: Graph, operations: Iterable[Operation], learners: Sequence[Learner]
) -> dict[str, Any]:
    trainable = {op for learner in learners for op in learner.variables}
    trainable.update(trainable_variables(graph))
    layers = {layer.op: layer for learner in learners for layer in learner.layers}
    seen = [learner.images for learner in learners if learner.images is not None]
    answers = [learner.answer for learner in learners if learner.answer is not None]
    return {
        "learners": [_learner(learner) for learner in learners],
        "image": _first(images.tensor for images in seen),
        "labels": _first(learner.labels for learner in learners),
        "logits": _first(answer.logits for answer in answers),
        "prediction": _first(answer.prediction for answer in answers),
        "layers": [_layer(layer) for layer in layers.values()],
        "variables": [
            _variable(op, op in trainable) for op in operations if op.type in _MAKERS_OF_VARIABLES
        ],
    }


def _first(tensors: Iterable[Tensor | None]) -> str | None:
    return next((tensor.name for tensor in tensors if tensor is not None), None)


def _learner(learner: Learner) -> dict[str, Any]:
    return {
        "name": learner.name,
        "loss": _first(learner.losses),
        "training_op": learner.training_op,
        "learning_rate": _first([learner.rate]),
        "variables": [op.name for op in learner.variables],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.op.name,
        "op": layer.op.type,
        "variables": [op.name for op in layer.variables],
        "activation": None if layer.activation is None else layer.activation.name,
    }


def _variable(op: Operation, is_trainable: bool) -> dict[str, Any]:
    sizes = op.attrs["shape"].sizes
    return {
        "name": op.name,
        "shape": None if sizes is None else list(sizes),
        "dtype": op.attrs["dtype"].base_dtype.name,
        "trainable": is_trainable,
    }


@cache
def source_of(definition: OpDefinition) -> str | None:
    """The text of the class that describes an op; of one that a factory made, that of its rules;
    None if there is no text."""
    rules = definition.rules
    text = _class_text(rules)
    if text is not None:
        return text
    parts = [f'"""{inspect.cleandoc(rules.__doc__)}"""'] if rules.__doc__ else []
    for name in ("shape", "kernel", "gradient"):
        try:
            text = inspect.getsource(getattr(rules, name))
        except (AttributeError, OSError, TypeError):
            continue
        parts.append(textwrap.dedent(text).strip())
    return "\n\n".join(parts) or None


def _class_text(rules: type) -> str | None:
    """The lines of a class at the top of its module, with its decorators.

    `inspect` finds them too, by parsing the module for each class, which takes far longer.
    """
    file = getattr(sys.modules.get(rules.__module__), "__file__", None)
    lines = [] if file is None else linecache.getlines(file)
    first = f"class {rules.__name__}"
    starts = (i for i, line in enumerate(lines) if line.startswith((f"{first}:", f"{first}(")))
    start = next(starts, None)
    if start is None:
        return None
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" ")):
        end += 1
    while start and lines[start - 1].startswith("@"):
        start -= 1
    return "".join(lines[start:end]).strip()
