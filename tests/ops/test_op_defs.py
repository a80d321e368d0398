"""Our op declarations against the registry of TensorFlow 1.15.5.

tests/reference/record_op_defs.py tells how the registry was recorded and in which notation.
"""

import gzip
import json
import pathlib

import pytest

import reflow as tf
from reflow.graph.dtypes import DType
from reflow.graph.op_definition import registered
from reflow.graph.tensor_shape import TensorShape

RECORDED = pathlib.Path(__file__).parents[1] / "reference" / "op_defs.json.gz"
with gzip.open(RECORDED) as file:
    TENSORFLOW = json.load(file)

# Loading the namespace registers every op.
REFLOW = registered() if tf.Graph else {}
SHARED = sorted(set(REFLOW) & set(TENSORFLOW))


def argument(arg):
    kind = arg.type_attr or arg.type_list_attr or arg.dtype.name
    if arg.number_attr:
        kind = f"{arg.number_attr} * {kind}"
    return f"{arg.name}: Ref({kind})" if arg.is_ref else f"{arg.name}: {kind}"


def plain(value):
    """An attribute's value as JSON holds it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, DType):
        return value.name
    if isinstance(value, TensorShape):
        return "unknown" if value.ndims is None else value.as_list()
    return value.decode("latin-1") if isinstance(value, bytes) else value


def attribute(attr):
    return {
        "type": attr.kind,
        "default": plain(attr.default),
        "minimum": attr.minimum,
        # The order of the allowed values means nothing.
        "allowed": None if attr.allowed is None else sorted(plain(attr.allowed)),
    }


def recorded_attribute(fields):
    _, kind, default, minimum, allowed = fields + [None] * (5 - len(fields))
    return {
        "type": kind,
        "default": default,
        "minimum": minimum,
        "allowed": None if allowed is None else sorted(allowed),
    }


@pytest.mark.parametrize("op_type", SHARED)
def test_signature_is_tensorflows(op_type):
    ours, theirs = REFLOW[op_type], TENSORFLOW[op_type]
    assert [argument(arg) for arg in ours.inputs] == theirs.get("in", [])
    assert [argument(arg) for arg in ours.outputs] == theirs.get("out", [])
    assert {name: attribute(attr) for name, attr in ours.attrs.items()} == {
        fields[0]: recorded_attribute(fields) for fields in theirs.get("attr", [])
    }
    # Ours says more: also of assignments, which TensorFlow knows by their references.
    assert ours.stateful or "stateful" not in theirs
