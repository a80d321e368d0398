"""Our op declarations against the registry of TensorFlow 1.15.5.

tests/reference/record_op_defs.py tells how the registry was recorded and in which notation.
"""

import copy
import gzip
import json
import pathlib

import numpy as np
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

# TensorFlow marks no op that takes a reference as stateful: the reference says it.  Here all that
# reads or changes what a session keeps is; so is what must not be folded for another reason.
STATEFUL_HERE = {
    "GenerateVocabRemapping": "the files may change",
    "IsVariableInitialized": "it reads a variable",
    "Placeholder": "it is fed",
    "PlaceholderWithDefault": "it may be fed",
    "ReadFile": "the file may change",
}


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
    if isinstance(value, np.ndarray):
        return value.tolist()
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


def signature(definition):
    """The op as we declare it, in the order of its declaration."""
    return {
        "in": [argument(arg) for arg in definition.inputs],
        "out": [argument(arg) for arg in definition.outputs],
        "attr": [(name, attribute(attr)) for name, attr in definition.attrs.items()],
    }


def recorded_signature(op_def):
    return {
        "in": op_def.get("in", []),
        "out": op_def.get("out", []),
        "attr": [(fields[0], recorded_attribute(fields)) for fields in op_def.get("attr", [])],
    }


def test_every_op_is_one_of_tensorflows():
    assert set(REFLOW) <= set(TENSORFLOW)


@pytest.mark.parametrize("op_type", sorted(REFLOW))
def test_signature_is_tensorflows(op_type):
    assert signature(REFLOW[op_type]) == recorded_signature(TENSORFLOW[op_type])


@pytest.mark.parametrize("op_type", sorted(REFLOW))
def test_stateful_ops_are_tensorflows(op_type):
    definition = REFLOW[op_type]
    updates = any(arg.is_ref for arg in definition.inputs) and getattr(
        definition.rules, "updates", False
    )
    expected = TENSORFLOW[op_type].get("stateful", False) or updates or op_type in STATEFUL_HERE
    assert definition.stateful == expected


def test_listed_differences_are_some():
    assert not [name for name in STATEFUL_HERE if TENSORFLOW[name].get("stateful")]


DAMAGES = {
    "an input's name": lambda op_def: op_def["in"].__setitem__(0, "x: T"),
    "an input's type": lambda op_def: op_def["in"].__setitem__(0, "values: N * float32"),
    "a list for an input": lambda op_def: op_def["in"].__setitem__(0, "values: T"),
    "a reference for an input": lambda op_def: op_def["in"].__setitem__(0, "values: Ref(T)"),
    "the order of inputs": lambda op_def: op_def["in"].reverse(),
    "one output too many": lambda op_def: op_def["out"].append("more: T"),
    "an attribute's name": lambda op_def: op_def["attr"][0].__setitem__(0, "M"),
    "an attribute's type": lambda op_def: op_def["attr"][0].__setitem__(1, "type"),
    "a minimum": lambda op_def: op_def["attr"][0].__setitem__(3, 1),
    "a default": lambda op_def: op_def["attr"][2].__setitem__(2, "int64"),
    "the allowed values": lambda op_def: op_def["attr"][2][4].append("int16"),
    "no allowed values": lambda op_def: op_def["attr"][2].pop(),
    "the order of attributes": lambda op_def: op_def["attr"].reverse(),
    "an attribute missing": lambda op_def: op_def["attr"].pop(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_difference_is_noticed(damage):
    op_def = copy.deepcopy(TENSORFLOW["ConcatV2"])
    DAMAGES[damage](op_def)
    assert signature(REFLOW["ConcatV2"]) != recorded_signature(op_def)
