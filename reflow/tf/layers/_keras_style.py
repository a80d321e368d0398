"""tf.layers.experimental: layers whose variables are their own, not the variable scope's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph.dtypes import DType
from reflow.tf._variables import Variable
from reflow.tf.initializers import glorot_uniform, zeros

_is_on = False


def is_in_keras_style_scope() -> bool:
    """Whether layers that are made here own their variables."""
    return _is_on


@contextmanager
def keras_style_scope() -> Iterator[None]:
    """Within: layers are made that own their variables, and take no scope and no `reuse`."""
    global _is_on
    before, _is_on = _is_on, True
    try:
        yield
    finally:
        _is_on = before


def set_keras_style() -> None:
    """From now on layers own their variables, and take no scope and no `reuse`."""
    global _is_on
    _is_on = True


def own_variable(
    name: str,
    shape: Any,
    dtype: DType,
    initializer: Any,
    trainable: bool,
    constraint: Any,
    use_resource: bool | None,
) -> Any:
    """A new variable, by default of `glorot_uniform` numbers, or of zeros if they are integers.

    Raises:
      ValueError: there is no initializer for this type.
    """
    if initializer is None:
        if not (dtype.is_floating or dtype.is_integer or dtype.is_bool):
            raise ValueError(
                f"An initializer for variable {name} of type {dtype.base_dtype} is required"
            )
        initializer = glorot_uniform() if dtype.is_floating else zeros()
    if isinstance(initializer, type):
        initializer = initializer()
    return Variable(
        lambda: initializer(shape, dtype=dtype),
        trainable=trainable,
        name=name,
        dtype=dtype,
        constraint=constraint,
        use_resource=True if use_resource is None else use_resource,
        validate_shape=True,
    )
