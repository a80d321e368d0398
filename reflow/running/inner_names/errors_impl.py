"""`tensorflow.python.framework.errors_impl`."""

from __future__ import annotations

import warnings
from typing import Any

from reflow.graph.errors import OpError, UnknownError
from reflow.graph.errors import error_code_from_exception_type as _code_of
from reflow.graph.errors import exception_type_from_error_code as _type_of

__all__ = ["error_code_from_exception_type"]


def _make_specific_exception(node_def: Any, op: Any, message: str, error_code: int) -> OpError:
    """The error of a code; an UnknownError, with a warning, for a code that there is not."""
    try:
        kind: Any = _type_of(error_code)
    except KeyError:
        warnings.warn(f"Unknown error code: {error_code}", stacklevel=2)
        return UnknownError(node_def, op, message, error_code)
    return kind(node_def, op, message)  # type: ignore[no-any-return]


def error_code_from_exception_type(cls: Any) -> Any:
    """The code of a class of errors; an UnknownError, with a warning, for another class."""
    try:
        return _code_of(cls)
    except KeyError:
        warnings.warn("Unknown class exception", stacklevel=2)
        return UnknownError(None, None, "Unknown class exception", None)  # type: ignore[arg-type]
