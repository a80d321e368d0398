"""Runs the public programs of `programs.csv` on reflow and prints how they fare.

    python -m canon CHECKOUTS [--only PATTERN]

CHECKOUTS is a folder of checkouts, each named as its repository is (`TensorFlow-Examples`), with
`@COMMIT` behind it where the list names one.  Data that programs would download is looked for in
$REFLOW_DATA.  To add a program, add a line to `programs.csv`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from canon.programs import Outcome, Program, read_programs, run_program

_WIDTH = 60


def main(arguments: Sequence[str]) -> int:
    """Gives 0 if all of them ran."""
    parser = argparse.ArgumentParser(
        prog="python -m canon",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only", metavar="PATTERN", default="", help="a regular expression")
    options = parser.parse_args(arguments)
    programs = [each for each in read_programs() if re.search(options.only, each.name)]
    print(_row("program", "ran, or its first error", "s", "figure"))
    outcomes = []
    for program in programs:
        outcome = run_program(program, options.checkouts)
        outcomes.append(outcome)
        print(_line(program, outcome), flush=True)
    succeeded = sum(outcome.succeeded for outcome in outcomes)
    print(f"{succeeded} of {len(outcomes)} ran")
    return 0 if succeeded == len(outcomes) else 1


def _line(program: Program, outcome: Outcome) -> str:
    result = outcome.result
    if len(result) > _WIDTH:
        result = result[: _WIDTH - 1] + "…"
    return _row(program.name, result, f"{outcome.seconds:.1f}", outcome.figure)


def _row(name: str, result: str, seconds: str, figure: str) -> str:
    return f"{name:<34} {result:<{_WIDTH}} {seconds:>7}  {figure}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
