"""`tensorflow.python.module.module`: what modules are made of."""

from reflow.tf._module import is_module as _is_module
from reflow.tf._module import is_trainable_variable as _is_trainable_variable
from reflow.tf._module import is_variable as _is_variable
from reflow.tf._module import snake_case as camel_to_snake

__all__ = ["_is_module", "_is_trainable_variable", "_is_variable", "camel_to_snake"]
