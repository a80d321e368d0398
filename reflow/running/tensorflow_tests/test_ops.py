"""`tensorflow.python.framework.test_ops`: the ops that TensorFlow tests graphs with.

Importing this module makes them known.  Those that tests run are here; of the others, in
test_ops.txt, tests only add nodes.

Source: TensorFlow 1.15, `tensorflow/python/framework/test_ops.cc`.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np

from reflow.graph.errors import AlreadyExistsError, NotFoundError
from reflow.graph.graph import PRODUCER_VERSION
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import function_names, shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle
from reflow.running.tensorflow_tests.op_def_library import OpDefLibrary

_DECLARATIONS = Path(__file__).with_name("test_ops.txt")

Array = np.ndarray[Any, Any]

_op_def_lib = OpDefLibrary()


def __getattr__(name: str) -> Any:
    return getattr(function_names, name)


# -- Kernels with labels ----------------------------------------------------------------------


def _label(op: Operation) -> Array:
    label = op.attrs.get("_kernel") or b"default"
    text = label if isinstance(label, bytes) else label.encode()
    return np.array(b"My label is: " + text, object)


@op
class KernelLabel:
    """Says which kernel the graph asks for."""

    outputs = "result: string"
    host = True

    def shape() -> TensorShape:
        return shapes.SCALAR

    def kernel(*, op: Operation) -> Array:
        return _label(op)


@op
class KernelLabelRequired:
    """As KernelLabel, of a vector."""

    inputs = "input: int32"
    outputs = "result: string"
    host = True

    def shape(input: TensorShape) -> TensorShape:
        shapes.with_rank(input, 1)
        return shapes.SCALAR

    def kernel(input: Host, *, op: Operation) -> Array:
        return _label(op)


# -- Versions of graphs -----------------------------------------------------------------------


@op
class GraphDefVersion:
    """The version of what produced the graph."""

    outputs = "version: int32"
    stateful = True
    host = True

    def shape() -> TensorShape:
        return shapes.SCALAR

    def kernel(*, op: Operation) -> Array:
        return np.array(op.graph.graph_def_versions.producer, np.int32)


@op
class RequiresOlderGraphVersion:
    """Its shape rule wants the version before this one."""

    outputs = "version: int32"
    stateful = True

    def shape(*, op: Operation) -> TensorShape:
        if op.graph._versions.producer != PRODUCER_VERSION - 1:
            raise ValueError("Wrong graph version for shape")
        return shapes.SCALAR


@op
class Old:
    """Removed in version 8."""

    def shape(*, op: Operation) -> list[TensorShape]:
        producer = op.graph._versions.producer
        if producer >= 8:
            raise NotImplementedError(
                f"Op Old is not available in GraphDef version {producer}. It has been removed in "
                "version 8. For reasons."
            )
        return []

    def kernel() -> None:
        return None


# -- A resource -------------------------------------------------------------------------------


class _StubResource:
    """A resource that is there or not."""

    def __init__(self, op: Operation) -> None:
        self.is_created = False
        self.name = op.attrs["shared_name"] or op.name


@op
class StubResourceHandleOp:
    """The handle of a resource that does nothing."""

    outputs = "resource: resource"
    attrs = ("container: string = ''", "shared_name: string = ''")
    stateful = True
    host = True

    def shape() -> TensorShape:
        return shapes.SCALAR

    def state(op: Operation) -> _StubResource:
        return _StubResource(op)

    def kernel(*, state: _StubResource) -> Array:
        return handle(state)


@op
class ResourceInitializedOp:
    """Whether the resource is there."""

    inputs = "resource: resource"
    outputs = "initialized: bool"
    host = True

    def shape(resource: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(resource: Host) -> Array:
        return np.array(resource.item().is_created)


@op
class ResourceCreateOp:
    """Makes the resource."""

    inputs = "resource: resource"
    host = True

    def kernel(resource: Host) -> None:
        stub = resource.item()
        if stub.is_created:
            raise AlreadyExistsError(None, None, f"Resource {stub.name} already exists.")
        stub.is_created = True


@op
class ResourceUsingOp:
    """Fails unless the resource is there."""

    inputs = "resource: resource"
    host = True

    def kernel(resource: Host) -> None:
        stub = resource.item()
        if not stub.is_created:
            raise NotFoundError(None, None, f"Resource {stub.name} does not exist.")


# -- Ops that have signatures only ------------------------------------------------------------


def _declare(line: str) -> None:
    """Makes an op type of a line of test_ops.txt."""
    name, inputs, outputs, attrs = (part.strip() for part in line.split("|"))

    def shape(*inputs: TensorShape, op: Operation) -> list[TensorShape]:
        return [shapes.UNKNOWN for _ in op._outputs]

    # Lists of inputs come as one argument each, so it matters how many parameters there are.
    parameters = [
        inspect.Parameter(f"_{index}", inspect.Parameter.POSITIONAL_ONLY)
        for index in range(len(inputs.split(",")) if inputs else 0)
    ]
    keyword = inspect.Parameter("op", inspect.Parameter.KEYWORD_ONLY)
    shape.__signature__ = inspect.Signature([*parameters, keyword])  # type: ignore[attr-defined]
    members = {
        "__doc__": "An op of TensorFlow's tests, never run.",
        "inputs": inputs,
        "outputs": outputs,
        "attrs": tuple(attr.strip() for attr in attrs.split(";") if attr.strip()),
        "shape": staticmethod(shape),
    }
    op(type(name, (), members))


for _line in _DECLARATIONS.read_text().splitlines():
    if not _line.startswith("#"):
        _declare(_line)
function_names.ops_by_function_name.cache_clear()
