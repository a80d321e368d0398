"""Measures what it costs to be watched, beside TensorBoard summaries of as much under TensorFlow.

    python -m benchmarks.watching [--tensorflow PYTHON] [--rounds N] [--seconds S] [PROGRAM ...]

Each program trains in two processes, plainly in one and watched in the other, for so many seconds;
they take turns of a second, in which the other one stands still.  The ratio is that of the mean
times of a step, all that watching takes in it.  Under TensorFlow histograms of all variables and
gradients, the loss and the images are summarized and written as often as reflow read a step.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).resolve().parent
PROGRAMS = ["softmax", "five_layers", "convolutional"]


class Training:
    """A process that trains when it has a turn, and stands still between its turns.

    Args:
      complaints: a file for what it says on stderr.

    Attributes:
      steps, seconds: of its turns so far.
    """

    def __init__(self, complaints: IO[str], python: str, *arguments: str) -> None:
        self.steps, self.seconds = 0, 0.0
        self._complaints = complaints
        own = {"PYTHONPATH": str(HERE.parent) if arguments[0] == "reflow" else ""}
        self._process = subprocess.Popen(
            [python, str(HERE / "watching_worker.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env={**os.environ, **own},
            cwd=HERE,
        )

    def __enter__(self) -> Training:
        self.turn(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # one that failed leaves the other standing still
        self._process.wait()

    def turn(self, seconds: float) -> None:
        """Lets it train so long."""
        self._process.send_signal(signal.SIGCONT)
        print(seconds, file=self._stdin, flush=True)
        found = self._answer()
        self._process.send_signal(signal.SIGSTOP)
        self.steps += found["steps"]
        self.seconds += found["seconds"]

    def end(self) -> int:
        """Ends it; how many steps it read."""
        self._process.send_signal(signal.SIGCONT)
        self._stdin.close()
        records: int = self._answer()["records"]
        return records

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._complaints.seek(0)
            sys.exit(f"{self._process.args} failed:\n{self._complaints.read()[-2000:]}")
        found: dict[str, Any] = json.loads(line)
        return found


def compare(
    python: str, framework: str, program: str, seconds: int, records: float
) -> tuple[float, float]:
    """A step's time watched over plain, and how many steps a second were read.

    The machine grows faster and slower meanwhile, for seconds or minutes: so they take turns.
    """
    with (
        tempfile.TemporaryDirectory() as directory,
        tempfile.TemporaryFile("w+") as complaints,
        Training(complaints, python, framework, program, "", str(records)) as plain,
        Training(complaints, python, framework, program, directory, str(records)) as watched,
    ):
        for turn in range(seconds):
            for training in (plain, watched) if turn % 2 else (watched, plain):
                training.turn(1)
        read = watched.end() / watched.seconds
    return watched.seconds / watched.steps * plain.steps / plain.seconds, read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching", description=__doc__)
    parser.add_argument("--tensorflow", metavar="PYTHON", help="a Python that has TensorFlow")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", choices=[[], *PROGRAMS])
    options = parser.parse_args()
    for program in options.programs or PROGRAMS:
        for _ in range(options.rounds):
            ratio, rate = compare(sys.executable, "reflow", program, options.seconds, 0)
            line = f"{program}: watched {ratio:.3f}, {rate:.1f} steps a second read"
            if options.tensorflow:
                other, _ = compare(options.tensorflow, "tensorflow", program, options.seconds, rate)
                line += f"; TensorFlow with summaries of as much {other:.3f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
