"""tf.layers: layers of neural networks that hold their variables."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.layers._dense import Dense, dense
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer

__all__ = ["Dense", "InputSpec", "Layer", "dense"]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
