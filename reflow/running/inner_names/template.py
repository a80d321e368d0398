"""`tensorflow.python.ops.template`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.tf._template import Template, make_template

__all__ = ["Template", "make_template"]


def _skip_common_stack_elements(stacktrace: Sequence[Any], base_case: Sequence[Any]) -> Any:
    """A stack without the frames at its start that it has in common with another one."""
    for index, (frame, base) in enumerate(zip(stacktrace, base_case)):
        if frame != base:
            return stacktrace[index:]
    return stacktrace[-1:]
