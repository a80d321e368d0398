"""Tells mypy what `@op` does: the class becomes an OpDefinition, and calling it adds a node.

mypy ignores what a class decorator returns, and would take `Relu(x)` for the making of an object.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import ARG_STAR, ARG_STAR2, RefExpr, TypeInfo
from mypy.plugin import FunctionSigContext, Plugin
from mypy.types import AnyType, FunctionLike, TypeOfAny

_DECORATOR = "reflow.ops.op.op"


class OpPlugin(Plugin):
    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        symbol = self.lookup_fully_qualified(fullname)
        if symbol is None or not isinstance(symbol.node, TypeInfo):
            return None
        decorators = symbol.node.defn.decorators
        if any(isinstance(d, RefExpr) and d.fullname == _DECORATOR for d in decorators):
            return _call_of_definition
        return None


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
