"""`tensorflow.python.framework.test_ops`: the ops that TensorFlow tests graphs with.

Their signatures are read from the checkout, where TensorFlow declares them; kernels are here, for
those of them that are run.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reflow.graph.errors import FailedPreconditionError
from reflow.graph.graph import PRODUCER_VERSION
from reflow.graph.operation import Operation
from reflow.graph.signature import parse_attr
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import function_names, shapes
from reflow.ops.op import op

_SOURCE = Path("tensorflow", "python", "framework", "test_ops.cc")
_DECLARATION = re.compile(r'REGISTER_OP\("(\w+)"\)(.*?);\n', re.DOTALL)
_PART = re.compile(r'\.(Input|Output|Attr|SetIsStateful|SetShapeFn)\(\s*("(?:[^"]|"\s+")*"|[^)]*)')
_DEPRECATED = re.compile(r'\.Deprecated\((\d+), "(.*?)"\)')
_TYPE = re.compile(r"\bDT_(\w+)")


def _label(*, op: Operation) -> np.ndarray:
    label = op.attrs.get("_kernel") or b"default"
    text = label if isinstance(label, bytes) else label.encode()
    return np.array(b"My label is: " + text, object)


def _graph_def_version(*, op: Operation) -> np.ndarray:
    return np.array(op.graph.graph_def_versions.producer, np.int32)


def _attr(*, T: Any) -> torch.Tensor:
    if T.name == "double":
        raise FailedPreconditionError(None, None, "No kernel for double")
    return torch.tensor(100, dtype=torch.float32)


# What runs on the host, by op type.
_KERNELS: dict[str, Callable[..., Any]] = {
    "GraphDefVersion": _graph_def_version,
    "KernelLabel": _label,
    "KernelLabelRequired": lambda input, *, op: _label(op=op),
    "Old": lambda: None,
    "ResourceCreateOp": lambda resource: None,
}


def register(checkout: Path) -> None:
    """Makes ops of all declarations in the checkout's source, if it has it."""
    path = checkout / _SOURCE
    source = path.read_text() if path.exists() else ""
    for name, declaration in _DECLARATION.findall(source):
        rules = _rules(name, declaration)
        try:
            for attr in rules.attrs:  # type: ignore[attr-defined]
                parse_attr(attr)
        except ValueError:  # a default value that reflow's notation has no words for
            continue
        op(rules)
    function_names.ops_by_function_name.cache_clear()


def _rules(name: str, declaration: str) -> type:
    """The class that describes an op, as `@op` takes it."""
    parts: dict[str, list[str]] = {"Input": [], "Output": [], "Attr": [], "SetShapeFn": []}
    for kind, text in _PART.findall(declaration):
        plain = re.sub(r'"\s*"|^"|"$', "", text.strip())
        parts.setdefault(kind, []).append(_TYPE.sub(lambda match: match[1].lower(), plain))
    is_scalar = any("ScalarShape" in rule for rule in parts["SetShapeFn"])

    deprecated_in = _DEPRECATED.search(declaration)

    def shape(*inputs: TensorShape, op: Operation) -> list[TensorShape]:
        producer = op.graph._versions.producer
        if deprecated_in is not None and producer >= int(deprecated_in[1]):
            raise NotImplementedError(
                f"Op {name} is not available in GraphDef version {producer}. It has been removed "
                f"in version {deprecated_in[1]}. {deprecated_in[2]}."
            )
        if name == "RequiresOlderGraphVersion" and producer != PRODUCER_VERSION - 1:
            raise ValueError("Wrong graph version for shape")
        if name == "KernelLabelRequired":
            shapes.with_rank(inputs[0], 1)
        return [TensorShape([] if is_scalar else None) for _ in op._outputs]

    # Lists of inputs come as one argument each, so it matters how many parameters there are.
    parameters = [
        inspect.Parameter(arg.partition(":")[0], inspect.Parameter.POSITIONAL_ONLY)
        for arg in parts["Input"]
    ]
    keyword = inspect.Parameter("op", inspect.Parameter.KEYWORD_ONLY)
    shape.__signature__ = inspect.Signature([*parameters, keyword])  # type: ignore[attr-defined]

    members = {
        "__doc__": "An op of TensorFlow's tests.",
        "inputs": ", ".join(parts["Input"]),
        "outputs": ", ".join(parts["Output"]),
        "attrs": tuple(parts["Attr"]),
        "stateful": "SetIsStateful" in parts,
        "host": True,
        "shape": staticmethod(shape),
    }
    if name in _KERNELS:
        members["kernel"] = staticmethod(_KERNELS[name])
    return type(name, (), members)
