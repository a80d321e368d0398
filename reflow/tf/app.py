"""`tf.app`: `run`, which parses the flags and calls the program's main; and `tf.app.flags`."""

from __future__ import annotations

import sys as _sys
from collections.abc import Callable as _Callable
from typing import Any as _Any
from typing import NoReturn as _NoReturn

from reflow.tf import flags

__all__ = ["flags", "run"]

_HELP = ("-h", "-help", "--help", "--helpshort", "--helpfull")


def run(
    main: _Callable[[list[str]], _Any] | None = None, argv: list[str] | None = None
) -> _NoReturn:
    """Parse the flags, call `main(argv)` with what is left, and exit with what it returns.

    Flags that nobody defined are left in `argv`; `--help` prints those that are.  Not absl's
    `app.run`: that defines flags of its own (`log_dir`, `v`, ...), which many programs define too.

    Args:
      main: the function to call; by default the `main` of the program.
      argv: the program's name and its arguments; by default those of the process.
    """
    main = main or _sys.modules["__main__"].main
    try:
        rest = flags.FLAGS(_sys.argv if argv is None else argv, known_only=True)
    except flags.Error as error:
        _sys.exit(f"FATAL Flags parsing error:\n  {error}\nPass --help to see help on flags.")
    if not {*rest[1:]}.isdisjoint(_HELP):
        print(_sys.modules["__main__"].__doc__ or f"USAGE: {rest[0]} [flags]")
        print("flags:\n" + flags.FLAGS.get_help())
        _sys.exit(1)
    _sys.exit(main(rest))
