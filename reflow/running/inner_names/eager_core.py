"""`tensorflow.python.eager.core`: what went wrong, as TensorFlow's C++ parts say it."""

from __future__ import annotations

from reflow.graph import errors

__all__ = [
    "_FallbackException",
    "_NotOkStatusException",
    "_SymbolicException",
    "_status_to_exception",
]


def _status_to_exception(code: int, message: str) -> errors.OpError:
    """The error of TensorFlow's for a code."""
    try:
        error_type = errors.exception_type_from_error_code(code)
    except KeyError:
        return errors.UnknownError(None, None, message, code)
    return error_type(None, None, message)  # type: ignore[call-arg]


class _NotOkStatusException(Exception):
    """An operation has failed; here the error itself is raised, never this."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        error = _status_to_exception(self.code, self.message)
        return f"{type(error).__name__}: {error}"


class _FallbackException(Exception):
    """A fast way cannot be taken; here there is one way."""


class _SymbolicException(Exception):
    """A tensor of a graph was met while executing eagerly."""
