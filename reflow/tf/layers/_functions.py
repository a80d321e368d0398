"""The functions of layers: each makes a layer, and gives what that makes of some inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf.layers._layer import Layer

_INPUTS = inspect.Parameter("inputs", inspect.Parameter.POSITIONAL_OR_KEYWORD)
_REUSE = _INPUTS.replace(name="reuse", default=None)


def function_of(layer_class: type[Layer], name: str) -> Callable[..., Tensor]:
    """function(inputs, ...the arguments of a class of layers, reuse): a new layer's outputs.

    `reuse` says whether to take the variables of an earlier layer of the same name.
    """
    parameters = inspect.signature(layer_class).parameters.values()
    taken = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    signature = inspect.Signature([_INPUTS, *taken, _REUSE], return_annotation=Tensor)

    def function(*args: Any, **kwargs: Any) -> Tensor:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as fault:
            raise TypeError(f"{name}() {fault}") from None
        inputs, reuse = given.pop("inputs"), given.pop("reuse", None)
        layer = layer_class(**given, _scope=given.get("name"), _reuse=reuse)
        return layer.apply(inputs)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = name
    function.__module__ = layer_class.__module__
    function.__doc__ = (
        f"What a new `{layer_class.__name__}` layer gives for `inputs`; see there.\n\n"
        "    `reuse`: whether to take the variables of an earlier layer of the same name.\n    "
    )
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function
