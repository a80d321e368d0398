"""`tensorflow.python.eager.test`: tests of which all execute eagerly."""

from __future__ import annotations

from typing import Any

from reflow.tf import test
from reflow.tf._execution_modes import enable_eager_execution

__all__ = ["main"]


def main(argv: Any = None) -> Any:
    """`tf.test.main`, executing eagerly."""
    enable_eager_execution()
    return test.main(argv)
