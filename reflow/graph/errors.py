"""The exceptions that a run raises: `OpError` and a subclass for each error code.

Source: TensorFlow 1.15, `tf.errors`. The codes are those of its `error_codes.proto`.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from tensorboard.compat.proto.node_def_pb2 import NodeDef

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OperatorNotAllowedInGraphError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "error_code_from_exception_type",
    "exception_type_from_error_code",
]

OK: Final = 0
CANCELLED: Final = 1
UNKNOWN: Final = 2
INVALID_ARGUMENT: Final = 3
DEADLINE_EXCEEDED: Final = 4
NOT_FOUND: Final = 5
ALREADY_EXISTS: Final = 6
PERMISSION_DENIED: Final = 7
RESOURCE_EXHAUSTED: Final = 8
FAILED_PRECONDITION: Final = 9
ABORTED: Final = 10
OUT_OF_RANGE: Final = 11
UNIMPLEMENTED: Final = 12
INTERNAL: Final = 13
UNAVAILABLE: Final = 14
DATA_LOSS: Final = 15
UNAUTHENTICATED: Final = 16


class OpError(Exception):
    """A run failed. What is raised is a subclass, one for each error code.

    Args:
      node_def: the `NodeDef` of the operation that failed, or None.
      op: the `Operation` that failed, or None.
      message: what went wrong.
      error_code: one of the codes of this module.
    """

    def __init__(self, node_def: NodeDef | None, op: Any, message: str, error_code: int) -> None:
        super().__init__(message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    @property
    def message(self) -> str:
        """What went wrong."""
        return self._message

    @property
    def op(self) -> Any:
        """The `Operation` that failed, or None if it is not known."""
        return self._op

    @property
    def node_def(self) -> NodeDef | None:
        """The `NodeDef` of the operation that failed, or None if it is not known."""
        if self._node_def is None and self._op is not None:
            self._node_def = self._op.node_def
        return self._node_def

    @property
    def error_code(self) -> int:
        """The code of the error, one of those of this module."""
        return self._error_code

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[Any, ...]:
        # Not by way of __init__: its arguments differ from subclass to subclass.
        return copyreg.__newobj__, (type(self),), self.__dict__  # type: ignore[attr-defined]


class _CodedError(OpError):
    """An error whose class alone says its code."""

    _CODE: ClassVar[int]

    def __init__(self, node_def: NodeDef | None, op: Any, message: str) -> None:
        super().__init__(node_def, op, message, self._CODE)


class UnknownError(OpError):
    """The cause is not known, or its code is none of TensorFlow's."""

    def __init__(
        self, node_def: NodeDef | None, op: Any, message: str, error_code: int = UNKNOWN
    ) -> None:
        super().__init__(node_def, op, message, error_code)


class CancelledError(_CodedError):
    """The operation or the step was cancelled, as by closing a queue or the session."""

    _CODE = CANCELLED


class InvalidArgumentError(_CodedError):
    """An operation received a value or a shape that it cannot work on."""

    _CODE = INVALID_ARGUMENT


class DeadlineExceededError(_CodedError):
    """The time allowed ran out before the operation was done."""

    _CODE = DEADLINE_EXCEEDED


class NotFoundError(_CodedError):
    """What was asked for, such as a file or a key of a checkpoint, does not exist."""

    _CODE = NOT_FOUND


class AlreadyExistsError(_CodedError):
    """What was to be created exists already."""

    _CODE = ALREADY_EXISTS


class PermissionDeniedError(_CodedError):
    """The caller may not do this, such as read a file that it has no right to."""

    _CODE = PERMISSION_DENIED


class UnauthenticatedError(_CodedError):
    """The request does not say validly who makes it."""

    _CODE = UNAUTHENTICATED


class ResourceExhaustedError(_CodedError):
    """Something ran out: memory, disk space, a quota."""

    _CODE = RESOURCE_EXHAUSTED


class FailedPreconditionError(_CodedError):
    """The system is not in the state needed, as when a variable is read uninitialized."""

    _CODE = FAILED_PRECONDITION


class AbortedError(_CodedError):
    """The operation was given up, mostly because another one got in its way."""

    _CODE = ABORTED


class OutOfRangeError(_CodedError):
    """The operation went past the end, as of a dataset or a file."""

    _CODE = OUT_OF_RANGE


class UnimplementedError(_CodedError):
    """The operation is not implemented for what it was given."""

    _CODE = UNIMPLEMENTED


class InternalError(_CodedError):
    """Something that the runtime relies on does not hold: a defect in it."""

    _CODE = INTERNAL


class UnavailableError(_CodedError):
    """The runtime cannot be reached at present."""

    _CODE = UNAVAILABLE


class DataLossError(_CodedError):
    """Data is lost or corrupt beyond recovery, such as a truncated file."""

    _CODE = DATA_LOSS


class OperatorNotAllowedInGraphError(TypeError):
    """Python asked a graph's tensor for a value, which it has only in a session."""


_EXCEPTION_TYPES: Final[dict[int, type[OpError]]] = {
    UNKNOWN: UnknownError,
    **{error._CODE: error for error in _CodedError.__subclasses__()},
}
_ERROR_CODES: Final = {error: code for code, error in _EXCEPTION_TYPES.items()}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of the errors with this code.

    Raises:
      KeyError: no error has this code.
    """
    return _EXCEPTION_TYPES[error_code]


def error_code_from_exception_type(cls: type[BaseException]) -> int:
    """The code of the errors of this class.

    Raises:
      KeyError: `cls` is not one of the 16 classes that have a code.
    """
    return _ERROR_CODES[cls]  # type: ignore[index]
