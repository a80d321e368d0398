"""Measures what it costs to be watched, beside TensorBoard summaries of as much under TensorFlow.

    python -m benchmarks.watching [--tensorflow PYTHON] [--rounds N] [--seconds S] [PROGRAM ...]

Each program trains for so many seconds, plainly and watched in turn, each time in a process of its
own; the ratio is that of the mean times of a step, all that watching takes in it.  Under
TensorFlow histograms of all variables and gradients, the loss and the images are summarized and
written as often as reflow read a step.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = ["softmax", "five_layers", "convolutional"]


def measure(python: str, *arguments: str) -> dict[str, Any]:
    """What a worker measured."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    run = subprocess.run(
        [python, str(HERE / "watching_worker.py"), *arguments],
        capture_output=True,
        text=True,
        env=environment if arguments[0] == "reflow" else {**environment, "PYTHONPATH": ""},
        cwd=HERE,
        check=False,
    )
    if run.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{run.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def compare(
    python: str, framework: str, program: str, seconds: str, records: float
) -> tuple[float, float]:
    """A step's time watched over plain, and how many steps a second were read.

    The machine may grow faster or slower meanwhile: so plain, watched, watched, plain.
    """
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for i, is_watched in enumerate([False, True, True, False]):
            directory = os.path.join(folder, str(i)) if is_watched else ""
            runs.append(measure(python, framework, program, seconds, directory, str(records)))
    watched = runs[1:3]
    ratio = (runs[1]["step"] + runs[2]["step"]) / (runs[0]["step"] + runs[3]["step"])
    read = sum(run["records"] for run in watched) / sum(run["seconds"] for run in watched)
    return ratio, read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching", description=__doc__)
    parser.add_argument("--tensorflow", metavar="PYTHON", help="a Python that has TensorFlow")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", default="15")
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
