"""The functions of layers: each makes a layer, and gives what that makes of some inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf.layers._layer import Layer

_INPUTS = inspect.Parameter("inputs", inspect.Parameter.POSITIONAL_OR_KEYWORD)
_REUSE = _INPUTS.replace(name="reuse", default=None)
_TRAINING = _INPUTS.replace(name="training", default=False)


def function_of(
    layer_class: type[Layer], name: str, order: str | None = None
) -> Callable[..., Tensor]:
    """function(inputs, ...the arguments of a class of layers, reuse): a new layer's outputs.

    Args:
      order: the arguments after `inputs`, in an order of their own; `training`, if it is among
        them, goes to the layer's `call`.
    """
    parameters = {
        each.name: each
        for each in inspect.signature(layer_class).parameters.values()
        if each.kind is each.POSITIONAL_OR_KEYWORD
    }
    parameters["reuse"] = _REUSE
    if order is None:
        taken = list(parameters.values())
    else:
        parameters["training"] = _TRAINING
        taken = [parameters[each] for each in order.split()]
    signature = inspect.Signature([_INPUTS, *taken], return_annotation=Tensor)

    def function(*args: Any, **kwargs: Any) -> Tensor:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as fault:
            raise TypeError(f"{name}() {fault}") from None
        inputs, reuse = given.pop("inputs"), given.pop("reuse", None)
        in_call = {"training": given.pop("training")} if "training" in given else {}
        layer = layer_class(**given, _scope=given.get("name"), _reuse=reuse)
        return layer.apply(inputs, **in_call)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = name
    function.__module__ = layer_class.__module__
    function.__doc__ = (
        f"What a new `{layer_class.__name__}` layer gives for `inputs`; see there.\n\n"
        "    `reuse`: whether to take the variables of an earlier layer of the same name.\n    "
    )
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function
