"""`tensorflow.python.eager.backprop`."""

from __future__ import annotations

from reflow.tf._gradient_functions import (
    gradients_function,
    make_vjp,
)
from reflow.tf._gradient_functions import implicit_gradients as implicit_grad
from reflow.tf._gradient_functions import implicit_value_and_gradients as implicit_val_and_grad
from reflow.tf._gradient_functions import value_and_gradients_function as val_and_grad_function
from reflow.tf._gradient_tape import GradientTape

__all__ = [
    "GradientTape",
    "gradients_function",
    "implicit_grad",
    "implicit_val_and_grad",
    "make_vjp",
    "val_and_grad_function",
]
