"""`tf.logging`: the standard library's logger named 'tensorflow', under TensorFlow's names.

Lines look like `INFO:tensorflow:Saving checkpoints` and go to stderr, unless the root logger has
handlers when the first message comes: then those alone get it.
"""

from __future__ import annotations

import logging as _logging
import sys as _sys
from collections import Counter as _Counter
from functools import cache as _cache
from logging import DEBUG, ERROR, FATAL, INFO, WARN
from typing import Any as _Any

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "TaskLevelStatusMessage",
    "debug",
    "error",
    "fatal",
    "flush",
    "get_verbosity",
    "info",
    "log",
    "log_every_n",
    "log_first_n",
    "log_if",
    "set_verbosity",
    "vlog",
    "warn",
    "warning",
]

# How often each line of the program called log_every_n or log_first_n.
_calls: _Counter[tuple[str, int]] = _Counter()


@_cache
def get_logger() -> _logging.Logger:
    """The logger below (`tf.get_logger`); the first call gives it a handler if none is there."""
    logger = _logging.getLogger("tensorflow")
    if not _logging.getLogger().handlers:
        interactive = hasattr(_sys, "ps1") or bool(_sys.flags.interactive)
        handler = _logging.StreamHandler(_sys.stdout if interactive else _sys.stderr)
        handler.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT))
        logger.addHandler(handler)
        if interactive:
            logger.setLevel(INFO)
    return logger


def log(level: int, msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at a level."""
    get_logger().log(level, msg, *args, stacklevel=2, **kwargs)


def vlog(level: int, msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at a level."""
    get_logger().log(level, msg, *args, stacklevel=2, **kwargs)


def debug(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level DEBUG."""
    get_logger().debug(msg, *args, stacklevel=2, **kwargs)


def info(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level INFO."""
    get_logger().info(msg, *args, stacklevel=2, **kwargs)


def warning(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level WARN."""
    get_logger().warning(msg, *args, stacklevel=2, **kwargs)


def warn(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level WARN."""
    get_logger().warning(msg, *args, stacklevel=2, **kwargs)


def error(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level ERROR."""
    get_logger().error(msg, *args, stacklevel=2, **kwargs)


def fatal(msg: object, *args: _Any, **kwargs: _Any) -> None:
    """Log `msg % args` at level FATAL; the program goes on, as in TensorFlow."""
    get_logger().critical(msg, *args, stacklevel=2, **kwargs)


def TaskLevelStatusMessage(msg: object) -> None:
    """Log a message at level ERROR."""
    get_logger().error(msg, stacklevel=2)


def log_if(level: int, msg: object, condition: object, *args: _Any) -> None:
    """Log `msg % args` at a level if the condition is true."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_every_n(level: int, msg: object, n: int, *args: _Any) -> None:
    """Log the 1st, (n+1)st, (2n+1)st ... time that the program's line gets here."""
    if _times_called_before() % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_first_n(level: int, msg: object, n: int, *args: _Any) -> None:
    """Log the first `n` times that the program's line gets here."""
    if _times_called_before() < n:
        get_logger().log(level, msg, *args, stacklevel=2)


def _times_called_before() -> int:
    """How often the line that called our caller has called it before."""
    frame = _sys._getframe(2)
    line = frame.f_code.co_filename, frame.f_lineno
    _calls[line] += 1
    return _calls[line] - 1


def flush() -> None:
    """Hand what was logged to the operating system."""
    for handler in get_logger().handlers:
        handler.flush()


def get_verbosity() -> int:
    """The level from which on messages are logged."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v: int | str) -> None:
    """Log only messages of level `v` and above."""
    get_logger().setLevel(v)
