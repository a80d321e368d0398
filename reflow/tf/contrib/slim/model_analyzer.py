"""tf.contrib.slim.model_analyzer: how large operations and variables are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reflow.graph.graph import Graph


def tensor_description(var: Any) -> str:
    """Such as "(float32 784x10)"."""
    return f"({var.dtype.name} {'x'.join(str(size) for size in var.get_shape())})"


def analyze_ops(graph: Graph, print_info: bool = False) -> int:
    """How many elements the outputs of all operations have, as far as their shapes are known."""
    if print_info:
        print("---------", "Operations: name -> (type shapes) [size]", "---------", sep="\n")
    total = 0
    for op in graph.get_operations():
        size = sum(output.shape.num_elements() or 0 for output in op.outputs)
        if print_info:
            shapes = ", ".join(tensor_description(out) for out in op.outputs if out.shape)
            print(op.name, "\t->", shapes, f"[{size}]")
        total += size
    return total


def analyze_vars(variables: Iterable[Any], print_info: bool = False) -> tuple[int, int]:
    """How many elements variables have, and how many bytes."""
    if print_info:
        print("---------", "Variables: name (type shape) [size]", "---------", sep="\n")
    total_size = total_bytes = 0
    for variable in variables:
        size = variable.get_shape().num_elements() or 0
        total_size += size
        total_bytes += size * variable.dtype.size
        if print_info:
            in_bytes = size * variable.dtype.size
            print(variable.name, tensor_description(variable), f"[{size}, bytes: {in_bytes}]")
    if print_info:
        print(f"Total size of variables: {total_size}")
        print(f"Total bytes of variables: {total_bytes}")
    return total_size, total_bytes
