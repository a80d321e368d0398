"""Tells mypy what `@op` does: the class becomes an OpDefinition, and calling it adds a node.

mypy ignores what a class decorator returns, and would take `Relu(x)` for the making of an object.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import ARG_STAR, ARG_STAR2, TypeInfo
from mypy.plugin import ClassDefContext, FunctionSigContext, Plugin
from mypy.types import AnyType, FunctionLike, TypeOfAny

_DECORATOR = "reflow.ops.op.op"
_MARK = "reflow_op"


class OpPlugin(Plugin):
    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        symbol = self.lookup_fully_qualified(fullname)
        if symbol is None or not isinstance(symbol.node, TypeInfo):
            return None
        return _call_of_definition if _MARK in symbol.node.metadata else None

    def get_class_decorator_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _mark if fullname == _DECORATOR else None


def _mark(context: ClassDefContext) -> None:
    """Notes it with the class, where mypy's cache keeps it from run to run."""
    context.cls.info.metadata[_MARK] = {}


def _call_of_definition(context: FunctionSigContext) -> FunctionLike:
    """(*args, **kwargs) -> Any: what the call gives depends on the op's signature."""
    anything = AnyType(TypeOfAny.special_form)
    return context.default_signature.copy_modified(
        arg_types=[anything, anything],
        arg_kinds=[ARG_STAR, ARG_STAR2],
        arg_names=["args", "kwargs"],
        ret_type=anything,
    )


def plugin(version: str) -> type[Plugin]:
    return OpPlugin
