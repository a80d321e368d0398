"""Runs TensorFlow's own tests on reflow and keeps the table of how they fare.

    python -m canon.tensorflow_tests CHECKOUT [FILE...] [--failures] [--refresh]

CHECKOUT holds TensorFlow v1.15.5's sources; FILEs lie below its tensorflow/python, as
`kernel_tests/constant_op_test.py`; without any, those that the table names.  Each file runs
unchanged, where it lies, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from canon.not_applicable import reason_of
from canon.tensorflow_tests_table import Row, read_table, write_table

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "tensorflow-tests.md"
DEFAULT_LIMIT_S = 600


@dataclass(frozen=True)
class Outcome:
    """How a test method ended.

    Attributes:
      method: "Class.method".
      kind: "passed", "failed", "error" or "not applicable".
      detail: the traceback, or the reason.
    """

    method: str
    kind: str
    detail: str = ""


@dataclass
class Report:
    """How the tests of a file ended."""

    file: str
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(outcome.kind == kind for outcome in self.outcomes)

    def row(self) -> Row:
        """The file's line in the table."""
        reasons = Counter(o.detail for o in self.outcomes if o.kind == "not applicable")
        return Row(
            self.file,
            self.count("passed"),
            self.count("failed"),
            self.count("error"),
            "; ".join(f"{reason} ({count})" for reason, count in sorted(reasons.items())),
            self.count("not applicable"),
        )


def run_file(checkout: Path, file: str, limit_s: float, pattern: str = "") -> Report:
    """Runs the tests of a file.

    Args:
      checkout: TensorFlow's sources.
      file: below its tensorflow/python.
      limit_s: after this time the process is ended; what has not ended by then is an error.
      pattern: run only methods with this in their names.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "outcomes.jsonl")
        output = Path(folder, "output.txt")
        # What tests read lies below where they run.
        Path(folder, "tensorflow").mkdir()
        Path(folder, "tensorflow", "core").symlink_to(checkout.resolve() / "tensorflow" / "core")
        with output.open("w") as stream:
            words = ["-m", "canon.tensorflow_test_process", checkout, file, log, pattern]
            process = subprocess.Popen(
                [sys.executable, *map(str, words)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "TEST_TMPDIR": folder},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
            try:
                process.wait(limit_s)
                end = f"the process ended with status {process.returncode}"
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                end = f"not ended after {limit_s:.0f} s"
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return _report(file, events, f"{end}\n{output.read_text()[-2000:]}")


def _report(file: str, events: Sequence[dict[str, str]], end: str) -> Report:
    """What the process has written down; tests that it began with and did not end are errors."""
    planned = next((event["planned"] for event in events if "planned" in event), None)
    if planned is None:
        return Report(file, [Outcome("(the file)", "error", end)])
    ended = {event["method"]: event for event in events if "method" in event}
    report = Report(file)
    for method in planned:
        event = ended.get(method, {"kind": "error", "detail": end})
        kind, detail = event["kind"], event["detail"]
        reason = reason_of(file, method, kind, detail)
        if reason is not None:
            kind, detail = "not applicable", reason
        report.outcomes.append(Outcome(method, kind, detail))
    return report


def _print_failures(report: Report) -> None:
    for outcome in report.outcomes:
        if outcome.kind in ("failed", "error"):
            print(f"--- {report.file} {outcome.method} ({outcome.kind})\n{outcome.detail}\n")


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command line; 1 if a test failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="TensorFlow v1.15.5's sources")
    parser.add_argument("files", nargs="*", help="below tensorflow/python; default: the table's")
    parser.add_argument("--failures", action="store_true", help="print what failed")
    parser.add_argument("--refresh", action="store_true", help="write docs/tensorflow-tests.md")
    parser.add_argument("--only", default="", help="run only methods with this in their names")
    parser.add_argument("--limit", type=float, default=DEFAULT_LIMIT_S, help="seconds for a file")
    options = parser.parse_args(words)
    table = read_table(TABLE)
    reports = []
    for file in options.files or sorted(table):
        report = run_file(options.checkout.resolve(), file, options.limit, options.only)
        if options.failures:
            _print_failures(report)
        print(report.row(), flush=True)
        reports.append(report)
        if options.refresh:
            # Read again: others may refresh their files at the same time.
            write_table(TABLE, {**read_table(TABLE), file: report.row()})
    return int(any(report.count("failed") + report.count("error") for report in reports))


if __name__ == "__main__":
    sys.exit(main())
