"""Measures reflow beside TensorFlow and PyTorch and prints ratios.

    python -m benchmarks [--tensorflow PYTHON] [--tensorflow1 PYTHON] [--rounds N] [TASK ...]

Each measurement runs in a process of its own; the frameworks take turns, round by round, and a
ratio compares the two measurements of one round, so that what disturbs the machine disturbs both.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # as in the workers

from flops import FLOPS  # noqa: E402

TASKS = {
    "step:softmax": ("a training step of softmax, batch 100", "ms"),
    "step:five_layers": ("a training step of five layers with Adam", "ms"),
    "step:five_layers_dropout": ("the same with dropout", "ms"),
    "step:embedding": ("a training step of 100 rows of a table of 100,000", "ms"),
    "step:small_embedding": ("a training step of 100 rows of a table of 100", "ms"),
    "step:convolutional": ("a training step of mnist_3.0, three convolutions", "ms"),
    "step:convolutional_dropout": ("a training step of mnist_3.1, larger, with dropout", "ms"),
    "step:batch_norm": ("a training step of mnist_4.2, with batch norm", "ms"),
    "step:dcgan": ("a step of a generator of digits and its discriminator, batch 64", "ms"),
    "step:yolo": ("tiny YOLO forward, one image", "ms"),
    "start:five_layers": ("process start to first step", "s"),
    "build": ("building a graph of 5,000 operations", "s"),
    "first_run": ("the first run of a graph of 10,000 operations", "s"),
    "memory:five_layers": ("peak memory of training", "MB"),
}
# What is not compared with PyTorch: it builds no graph; of tables the two sizes are compared.
WITHOUT_PYTORCH = {"build", "first_run", "step:embedding", "step:small_embedding"}


def measure(python: str, framework: str, task: str) -> float:
    """One measurement in a new process."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent) if framework == "reflow" else ""}
    run = subprocess.run(
        [python, str(HERE / "worker.py"), framework, task],
        capture_output=True,
        text=True,
        env=environment,
        cwd=HERE,
        check=False,
    )
    if run.returncode:
        sys.exit(f"{framework} failed at {task}:\n{run.stderr[-2000:]}")
    value: float = json.loads(run.stdout.splitlines()[-1])["value"]
    return value


def spread(values: list[float]) -> str:
    """The median, with the least and the greatest."""
    return f"{statistics.median(values):6.2f} ({min(values):.2f} to {max(values):.2f})"


@functools.cache
def peak() -> float:
    """GFLOP/s of a product of matrices here."""
    return measure(sys.executable, "pytorch", "product")


def share_of_peak(task: str, milliseconds: float) -> str:
    """What a convolutional program's step makes of the machine."""
    flops = FLOPS.get(task.partition(":")[2])
    if flops is None:
        return ""
    rate = flops / milliseconds / 1e6
    return f", {rate:.0f} GFLOP/s, {rate / peak():.0%} of those of a product of matrices"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--tensorflow", metavar="PYTHON", help="a Python with TensorFlow 2 (compat.v1)"
    )
    parser.add_argument("--tensorflow1", metavar="PYTHON", help="a Python with TensorFlow 1.15.5")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=", ".join(TASKS))
    options = parser.parse_args()
    pythons = {"reflow": sys.executable, "pytorch": sys.executable}
    if options.tensorflow:
        pythons["tensorflow"] = options.tensorflow
    if options.tensorflow1:
        pythons["tensorflow1"] = options.tensorflow1
    for task in options.tasks or TASKS:
        title, unit = TASKS[task]
        rivals = [f for f in pythons if not (f == "pytorch" and task in WITHOUT_PYTORCH)]
        results: dict[str, list[float]] = {framework: [] for framework in rivals}
        for framework in rivals:
            measure(pythons[framework], framework, task)  # files into the cache
        for _ in range(options.rounds):
            for framework in rivals:
                results[framework].append(measure(pythons[framework], framework, task))
        ours = statistics.median(results["reflow"])
        print(f"\n{title}: reflow {ours:.3g} {unit}{share_of_peak(task, ours)}")
        for framework in rivals[1:]:
            ratios = [mine / theirs for mine, theirs in zip(results["reflow"], results[framework])]
            print(f"  of {framework:12s} {spread(ratios)}", flush=True)


if __name__ == "__main__":
    main()
