"""tf.layers.experimental: layers that own their variables, as Keras' layers do."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.layers._keras_style import keras_style_scope, set_keras_style

__all__ = ["keras_style_scope", "set_keras_style"]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
