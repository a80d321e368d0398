"""What an op type tells of itself."""

from __future__ import annotations

import inspect
import pydoc

import pytest

from reflow.graph.op_definition import OpDefinition, registered
from reflow.ops.exports import import_ops


@pytest.mark.parametrize(
    ("op_type", "signature"),
    [
        ("Exp", "(x, name=None)"),
        ("MatMul", "(a, b, transpose_a=False, transpose_b=False, name=None)"),
        ("Cast", "(x, DstT, Truncate=False, name=None)"),
        ("NoOp", "(name=None)"),
    ],
)
def test_an_op_shows_its_signature(op_type: str, signature: str) -> None:
    import_ops()
    definition = registered()[op_type]
    assert str(inspect.signature(definition)) == signature
    assert signature in pydoc.plain(pydoc.render_doc(definition))


def test_every_op_has_a_signature() -> None:
    import_ops()
    for definition in registered().values():
        assert list(inspect.signature(definition).parameters) == [*definition.parameters, "name"]


def test_the_class_of_op_types_keeps_its_own_signature() -> None:
    assert list(inspect.signature(OpDefinition).parameters) == [
        "rules",
        "evaluate",
        "is_of_library",
    ]
