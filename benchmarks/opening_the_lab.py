"""Measures how fast the lab opens long runs and many, in a real browser.

    python -m benchmarks.opening_the_lab [--runs N] [--variables N] [--records N] [--pages N]

Writes a directory of runs, the last of them of a million steps, and opens its views one by one,
each with a server that has just been started; then many pages at once, while the run goes on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reflow.files.run_directory import RUNNING, Tags
from tests.lab import sample_runs
from tests.lab.browser import Lab, Page

STEPS = 1_000_000
LONG = "long"
# What is there once a view shows what was asked for.
SKETCHED = "document.querySelectorAll('{} .sketch').length"
PLOTTED = "document.querySelectorAll('{} .js-plotly-plot .scatterlayer .trace').length"
VIEWS: dict[str, tuple[str, str]] = {
    "the list of runs": ("/", "document.querySelectorAll('tbody tr').length > 100"),
    "the six graphs": (
        f"/run/{LONG}",
        f"{SKETCHED.format('.panel')} >= 3 || {PLOTTED.format('.panel')} >= 4",
    ),
    "the six graphs, to be zoomed": (f"/run/{LONG}", f"{PLOTTED.format('.panel')} >= 4"),
    "the wall": (
        f"/run/{LONG}/wall",
        "document.querySelectorAll('.card canvas, .card svg').length > 8",
    ),
    "the curves": (
        f"/run/{LONG}/curves",
        f"{SKETCHED.format('main')} + {PLOTTED.format('main')} >= 1",
    ),
}


class LongRun:
    """A run of a million steps that is still at it."""

    def __init__(self, directory: str, variables: int, records: int) -> None:
        self._directory = directory
        os.makedirs(directory)
        self._run = sample_runs.new_run(directory, "long.py", time.time() - 10_000)
        self._writer = sample_runs.Writer(directory, time.time() - 10_000, 0.01)
        self._random = np.random.default_rng(0)
        self._names = [f"layer_{i // 2}/{'bias' if i % 2 else 'kernel'}" for i in range(variables)]
        self._step = 0
        for _ in range(records):
            self.add(STEPS // records)

    def add(self, steps: int) -> None:
        """Records what a watched program records of a step."""
        self._step += steps
        random = self._random
        spread = [sample_runs.distribution(random.normal(size=40)) for _ in range(8)]
        norms = random.random((3, len(self._names)))
        loss = float(np.exp(-self._step / STEPS) + random.normal() / 20)
        small: dict[str, object] = {
            Tags.TRAINING_LOSS + "loss": loss,
            Tags.TRAINING_ACCURACY: 1 - loss / 2,
            Tags.TEST_LOSS + "loss": loss,
            Tags.TEST_ACCURACY: 1 - loss / 2,
        }
        large: dict[str, object] = {Tags.WEIGHTS: spread[0], Tags.BIASES: spread[1]}
        for i, name in enumerate(self._names):
            small[Tags.GRADIENT_NORM + name] = norms[0, i]
            small[Tags.WEIGHT_NORM + name] = norms[1, i]
            small[Tags.UPDATE_RATIO + name] = norms[2, i]
            large[Tags.VARIABLE + name] = spread[i % 8]
            large[Tags.GRADIENT + name] = spread[(i + 1) % 8]
        self._writer.put(self._step, small)
        self._writer.put(self._step, large)
        self._writer.flush()
        self._run.steps, self._run.state = {"loss": self._step}, RUNNING
        self._run.heartbeat = time.time()
        self._run.write(self._directory)


def write_runs(directory: str, runs: int, variables: int, records: int) -> LongRun:
    """So many short runs and a long one."""
    first = os.path.join(directory, "run-000")
    sample_runs.two_losses(first)
    for i in range(1, runs - 1):
        shutil.copytree(first, os.path.join(directory, f"run-{i:03}"))
    return LongRun(os.path.join(directory, LONG), variables, records)


def seconds_until(page: Page, true: str) -> float:
    """How long it takes until an expression of the page is true."""
    return _seconds(lambda: page.js(true))


def _seconds(true: Callable[[], object]) -> float:
    start = time.monotonic()
    while not true():
        if time.monotonic() > start + 60:
            raise TimeoutError("a minute went by")
        time.sleep(0.01)
    return time.monotonic() - start


def memory(process: int) -> float:
    """Resident, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def open_cold(directory: str, page: Page) -> None:
    """Opens each view with a server of its own."""
    for name, (view, there) in VIEWS.items():
        page.driver.get("about:blank")
        start = time.monotonic()
        lab = Lab(directory)
        started = time.monotonic() - start
        try:
            page.driver.get(f"{lab.address}#{view}")
            seconds_until(page, there)
            whole = time.monotonic() - start
            print(f"{name}: {whole:.2f} s, of which the server took {started:.2f} to start")
        finally:
            lab.stop()


def open_many(directory: str, page: Page, long: LongRun, pages: int) -> None:
    """Shows the run in many pages, and tells how late they hear of a step."""
    lab = Lab(directory)
    try:
        for _ in range(pages):
            page.driver.switch_to.new_window("tab")
            page.driver.get(f"{lab.address}#/run/{LONG}")
            seconds_until(page, VIEWS["the six graphs, to be zoomed"][1])
        last = page.plot(2, "data[0].x.at(-1)")
        long.add(1)
        late = seconds_until(
            page,
            "document.querySelector('.panel[data-number=\"2\"] .js-plotly-plot')"
            f".data[0].x.at(-1) > {last}",
        )
        used = memory(lab.process.pid)
        print(f"{pages} pages: a step is seen {late:.2f} s later; the server has {used:.0f} MB")
    finally:
        lab.stop()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.opening_the_lab",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--variables", type=int, default=500)
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--pages", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        directory = os.path.join(folder, "runs")
        os.makedirs(directory)
        long = write_runs(directory, options.runs, options.variables, options.records)
        size = sum(path.stat().st_size for path in Path(directory, LONG).iterdir())
        print(f"the long run has {size / 1e6:.0f} MB")
        page = Page(os.path.join(folder, "browser"))
        try:
            open_cold(directory, page)
            open_many(directory, page, long, options.pages)
        finally:
            page.close()


if __name__ == "__main__":
    main()
