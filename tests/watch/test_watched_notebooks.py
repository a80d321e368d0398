"""`reflow run --watch NOTEBOOK.ipynb`."""

import json
import subprocess
import sys

from reflow.files.run_directory import Run
from tests.running.processes import environment

CELLS = (
    "from reflow.watch.current import current\nlearning_rate = 0.5",
    "current.recorder.feed({'loss/training/loss': 2.0}, 1)\nprint('printed')",
    "raise ValueError('no')",
)


def test_a_notebook_is_a_run(tmp_path):
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for source in CELLS
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "lesson.ipynb").write_text(json.dumps(notebook))
    done = subprocess.run(
        [sys.executable, "-m", "reflow", "run", "--record-only", "lesson.ipynb"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "printed\n")
    (directory,) = (tmp_path / "runs").iterdir()
    run = Run.read(str(directory))
    assert (run.state, run.error["type"], run.sources) == ("failed", "ValueError", ["lesson.ipynb"])
    assert run.hyperparameters == {"learning_rate": 0.5}
    assert run.figures["loss/training/loss"]["last"] == 2
    assert "printed\n" in (directory / "output.txt").read_text()
