"""Ctrl-C and the request to end, while a cell of a notebook runs."""

import signal
from contextlib import contextmanager

import nbformat.v4
import pytest

from tests.running.processes import started_file


@contextmanager
def started(folder, *cells):
    """Runs a notebook until a cell has printed "ready"."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "nb.ipynb")
    with started_file(folder, "nb.ipynb") as process:
        assert process.stdout.readline() == "ready\n"
        yield process


WAITS = "import time\nprint('ready', flush=True)\ntime.sleep(600)"


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [(signal.SIGINT, 130, "reflow run: stopped by Ctrl-C\n"), (signal.SIGTERM, 143, "")],
)
def test_a_clean_stop(tmp_path, number, status, said):
    with started(tmp_path, WAITS, "print('not reached')") as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("", said)
    assert process.returncode == status


def test_a_program_may_answer_ctrl_c(tmp_path):
    answering = f"try:\n    {WAITS.replace(chr(10), '; ')}\nexcept KeyboardInterrupt:\n    print(1)"
    with started(tmp_path, answering, "print(2)") as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("1\n2\n", "")
    assert process.returncode == 0
