"""The `reflow` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

_MODULE_FLAG = "-m"
_FULL_TRACEBACK_FLAG = "--full-traceback"
_NO_OLD_LIBRARIES_FLAG = "--no-old-libraries"
_WATCH_FLAG = "--watch"
_RECORD_ONLY_FLAG = "--record-only"
_QUIET_FLAG = "--quiet"
_FLAGS = (
    _MODULE_FLAG,
    _FULL_TRACEBACK_FLAG,
    _NO_OLD_LIBRARIES_FLAG,
    _WATCH_FLAG,
    _RECORD_ONLY_FLAG,
    _QUIET_FLAG,
)


def main() -> int:
    """Run the command line of this process; gives the exit status."""
    command, *words = sys.argv[1:] or [""]
    status = _run_plainly(words) if command == "run" else None
    if status is None:
        from reflow.running.command_line import app

        app()
    return status or 0


def _run_plainly(words: Sequence[str]) -> int | None:
    """What `run [OPTIONS] PROGRAM [ARGS]` comes to; None where that is not what the words say.

    So the common way needs no command line library, whose import takes longer than everything else
    that `reflow run` does before the program starts.
    """
    rest = list(words)
    options = set()
    while rest and rest[0] in _FLAGS:
        options.add(rest.pop(0))
    if not rest or rest[0].startswith("-"):
        return None
    from reflow.running import program
    from reflow.running.watching import Watching

    watching = None
    if options & {_WATCH_FLAG, _RECORD_ONLY_FLAG}:
        watching = Watching(page=_RECORD_ONLY_FLAG not in options, quiet=_QUIET_FLAG in options)
    target, *args = rest
    run = program.run_module if _MODULE_FLAG in options else program.run_script
    return run(
        target,
        args,
        full_traceback=_FULL_TRACEBACK_FLAG in options,
        old_libraries=_NO_OLD_LIBRARIES_FLAG not in options,
        watching=watching,
    )


if __name__ == "__main__":
    sys.exit(main())
