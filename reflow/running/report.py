"""What a program's failures look like in the terminal: short, about the user's lines."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator

from reflow.graph import source
from reflow.graph.errors import OpError

__all__ = ["show", "show_exception", "show_unparsable", "text_of"]

_LIBRARIES = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")})


def show(message: str, after_echo: bool = False) -> None:
    """Say one line on stderr.

    Args:
      message: the line.
      after_echo: the terminal has just echoed ^C.
    """
    newline = "\n" if after_echo and sys.stderr.isatty() else ""
    print(f"{newline}reflow run: {message}", file=sys.stderr)


def show_unparsable(path: str, error: SyntaxError | ValueError) -> None:
    """Say that a program is not Python: where, with a caret."""
    show(f"{path} does not parse:\n")
    sys.stderr.writelines(traceback.format_exception_only(error))


def show_exception(error: BaseException, full_traceback: bool = False) -> None:
    """Show what ended the program, by the program's own `sys.excepthook` if it set one.

    Args:
      error: the exception.
      full_traceback: show the frames inside reflow and below it too.
    """
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, error.__traceback__)
        return
    sys.stderr.write(text_of(error, full_traceback, _bold))


def text_of(
    error: BaseException, full_traceback: bool = False, headline_style: Callable[[str], str] = str
) -> str:
    """What is shown of an exception; see `show_exception`.

    Args:
      headline_style: what is done with the line that says most.
    """
    shown = traceback.TracebackException.from_exception(error)
    hidden = _drop_launcher(shown) if full_traceback else _drop_inner_frames(shown)
    lines = list(shown.format())
    heading = ""
    if isinstance(error, OpError):
        headline, *details = error.message.splitlines() or [""]
        styled = headline_style(f"{type(error).__name__}: {headline}")
        heading = "".join(f"{line}\n" for line in (styled, *details, ""))
        # Said above: the last line need not repeat it all.
        last = len(list(shown.format_exception_only()))
        lines[-last] = f"{shown.exc_type.__module__}.{type(error).__name__}: {headline}\n"
    note = ""
    if hidden:
        frames = "1 frame is" if hidden == 1 else f"{hidden} frames are"
        note = f"({frames} hidden; reflow run --full-traceback shows all)\n"
    return "".join([heading, *lines, note])


def _drop_launcher(shown: traceback.TracebackException) -> int:
    """Drop the frames of `reflow run` itself, above the program; gives 0: nothing is missed."""
    frames = list(shown.stack)
    while frames and _is_inner(frames[0]):
        del frames[0]
    shown.stack[:] = frames
    return 0


def _drop_inner_frames(shown: traceback.TracebackException) -> int:
    """Drop all frames but the program's, from chained exceptions too; gives their number.

    Chained exceptions that the program had no part in are dropped whole.
    """
    launcher = next((i for i, frame in enumerate(shown.stack) if not _is_inner(frame)), 0)
    kept = list(_program_frames(shown.stack))
    hidden = len(shown.stack) - launcher - len(kept)
    shown.stack[:] = kept
    for link in ("__cause__", "__context__"):
        chained = getattr(shown, link)
        if chained is not None:
            hidden += _drop_inner_frames(chained)
            if not chained.stack:
                setattr(shown, link, None)
    return hidden


def _program_frames(stack: traceback.StackSummary) -> Iterator[traceback.FrameSummary]:
    """The frames that are neither reflow's nor those of a library that reflow called."""
    below_reflow = False
    for frame in stack:
        if _is_inner(frame):
            below_reflow = True
        elif not (below_reflow and frame.filename.startswith(_LIBRARIES)):
            below_reflow = False
            yield frame


def _is_inner(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith("<frozen ") or source.is_internal_file(frame.filename)


def _bold(text: str) -> str:
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\033[1m{text}\033[0m"
