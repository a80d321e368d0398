"""Variables of layers: model variables, in the collections that callers name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reflow import tf
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf.contrib.framework import model_variable
from reflow.tf.contrib.layers.utils import collect_named_outputs, get_variable_collections

CHANNELS_FORMATS = {"NHWC": "channels_last", "NCHW": "channels_first"}
VOLUME_FORMATS = {"NDHWC": "channels_last", "NCDHW": "channels_first"}


def channels_format(data_format: Any, formats: Mapping[str, str] = CHANNELS_FORMATS) -> str:
    """What tf.layers calls a format; ValueError if it is none of `formats`."""
    if data_format not in formats:
        last, first = formats
        raise ValueError(f"data_format has to be either {first} or {last}.")
    return formats[data_format]


def layer_parameter(name: str, variables_collections: Any, **arguments: Any) -> Any:
    """A model variable, in those of the collections that are for this name."""
    collections = get_variable_collections(variables_collections, name)
    return model_variable(name, collections=collections, **arguments)


def model_variable_getter(rename: Mapping[str, str] | None = None) -> Callable[..., Any]:
    """A custom getter that makes model variables, some of them under other names.

    Args:
      rename: last parts of names, such as {"kernel": "weights"}.
    """

    def model_getter(getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        scope, slash, short_name = name.rpartition("/")
        name = f"{scope}{slash}{(rename or {}).get(short_name, short_name)}"
        passed = {key: kwargs[key] for key in _PASSED if key in kwargs}
        return model_variable(name, *args, custom_getter=getter, **passed)

    return model_getter


# The arguments of `tf.get_variable` that `model_variable` has as well.
_PASSED = (
    "shape",
    "dtype",
    "initializer",
    "regularizer",
    "trainable",
    "collections",
    "caching_device",
    "partitioner",
    "use_resource",
    "synchronization",
    "aggregation",
)


def collect_variable(variable: Any, variables_collections: Any, name: str) -> None:
    """Adds a variable, or its parts, to those of the collections that are for this name, once."""
    parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    for collection in get_variable_collections(variables_collections, name) or ():
        for part in parts:
            if part not in tf.get_collection(collection):
                tf.add_to_collection(collection, part)


def apply_layer(
    layer: Any, inputs: Any, parameters: Mapping[str, str], variables_collections: Any
) -> Any:
    """What a layer of tf.layers gives, its variables added to collections.

    Args:
      parameters: what collections call the layer's attributes, such as {"kernel": "weights"}.
    """
    outputs = layer.apply(inputs)
    for attribute, name in parameters.items():
        variable = getattr(layer, attribute)
        if variable is not None:
            collect_variable(variable, variables_collections, name)
    return outputs


def normalized(outputs: Any, normalizer_fn: Any, normalizer_params: Any) -> Any:
    """The outputs after the normalizer, if there is one."""
    if normalizer_fn is None:
        return outputs
    return normalizer_fn(outputs, **(normalizer_params or {}))


def finished(outputs: Any, activation_fn: Any, outputs_collections: Any, alias: str) -> Any:
    """The outputs after the activation, if there is one, added to collections."""
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collect_named_outputs(outputs_collections, alias, outputs)
