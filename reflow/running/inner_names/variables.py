"""`tensorflow.python.ops.variables`, whose `Variable` is TensorFlow 2's."""

from __future__ import annotations

from typing import Any

from reflow.tf._distribution import VariableAggregation as VariableAggregationV2
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._ref_variable import RefVariable
from reflow.tf._variables import Variable as VariableV1

__all__ = [
    "PartitionedVariable",
    "RefVariable",
    "Variable",
    "VariableAggregationV2",
    "VariableV1",
]


class _VariableType(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _resource_variable(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, VariableV1)

    def __getattr__(cls, name: str) -> Any:
        return getattr(VariableV1, name)


class Variable(metaclass=_VariableType):
    """Makes a resource variable.  Every variable is an instance."""


def _resource_variable(
    initial_value: Any = None,
    trainable: bool | None = None,
    validate_shape: bool = True,
    caching_device: Any = None,
    name: str | None = None,
    variable_def: Any = None,
    dtype: Any = None,
    import_scope: str | None = None,
    constraint: Any = None,
    *rest: Any,
    **kwargs: Any,
) -> Any:
    """`tf.Variable` with the order of arguments that TensorFlow 2 gave it."""
    names = ("synchronization", "aggregation", "shape")
    make: Any = VariableV1
    return make(
        initial_value,
        trainable=trainable,
        validate_shape=validate_shape,
        caching_device=caching_device,
        name=name,
        variable_def=variable_def,
        dtype=dtype,
        import_scope=import_scope,
        constraint=constraint,
        use_resource=True,
        **dict(zip(names, rest)),
        **kwargs,
    )
