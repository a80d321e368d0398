"""Notebooks, in a real kernel."""

import json
import subprocess
import sys

import pytest

from reflow.running.notebooks.install_lines import without_ours
from tests.running.processes import environment


@pytest.fixture
def run(tmp_path):
    """Runs a notebook of these code cells in a folder below the current one."""

    def run_cells(*cells, **metadata):
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        text = {"cell_type": "markdown", "metadata": {}, "source": "# Text"}
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 2,
            "metadata": metadata,
            "cells": [text, *({**code, "source": cell} for cell in cells)],
        }
        (folder / "nb.ipynb").write_text(json.dumps(notebook))
        return subprocess.run(
            [sys.executable, "-m", "reflow", "run", "folder/nb.ipynb"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run_cells


def test_cells_run_in_order_up_to_the_first_error(run, tmp_path):
    done = run(
        "!pip install tensorflow==1.15\n%tensorflow_version 1.x\nimport tensorflow as tf",
        "x = tf.mul(2, 3)\nprint(tf.Session().run(x))\n7 / 2",
        "!echo hello\nimport os\nos.path.basename(os.getcwd())",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import numpy as np\n\nraise ValueError(np.float.__name__)",
        "print('not reached')",
    )
    assert done.stdout == (
        "reflow stands in for tensorflow==1.15: pip has nothing to do\n"
        "6\n"
        "3.5\n"
        "hello\n"
        "'folder'\n"
        "[picture: nb_cell4.png]\n"
    )
    assert (tmp_path / "nb_cell4.png").read_bytes().startswith(b"\x89PNG")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0].endswith("it is tf.multiply now (cell 2:1)")
    assert lines[1] == "numpy.float is gone: write float instead (cell 5:3)"
    assert "ValueError: float" in lines
    assert lines[-1] == ("reflow run: folder/nb.ipynb stopped in cell 5, line 3: ValueError")


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"name": "python2", "display_name": ""}}])
def test_cells_of_python_2(run, metadata):
    done = run(
        "%matplotlib inline\nprint 'half', 1 / 2",
        "from __future__ import division\ndisplay(3)",
        "{'a': 1 / 2}.items()[0]",
        **metadata,
    )
    assert done.stdout == "half 0\n3\n('a', 0.5)\n"
    assert done.stderr == (
        "reflow run: folder/nb.ipynb is Python 2: its cells are translated before they run\n"
    )
    assert done.returncode == 0


def test_an_error_inside_reflow_shows_the_cells(run):
    done = run(
        "import tensorflow as tf",
        "def add(x, y):\n    return x + y",
        "x = tf.constant([1, 2])\nadd(x, tf.constant([1, 2, 3]))",
    )
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(", in ")[0] for line in lines if line.startswith(("Cell In", "File "))] == [
        "Cell In[3], line 2",
        "Cell In[2], line 2",
    ]
    assert lines[-2].startswith("ValueError: Dimensions must be equal, but are 2 and 3")
    assert lines[-1].endswith("stopped in cell 3, line 2: ValueError")
    assert done.stderr.count("Traceback") == 1


def test_modules_beside_a_notebook(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "types.py").write_text("raise ImportError('not for Python itself')")
    (tmp_path / "folder" / "helper.py").write_text("print('helped')")
    done = run("import helper")
    assert (done.stdout, done.stderr, done.returncode) == ("helped\n", "", 0)


@pytest.mark.parametrize(
    ("start", "place"), [("", "in cell 1"), ("import os; os._exit(3)", "before the first cell")]
)
def test_a_kernel_that_dies(run, tmp_path, monkeypatch, start, place):
    monkeypatch.setenv("HOME", str(tmp_path))
    startup = tmp_path / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "start.py").write_text(start)
    done = run("import os; os._exit(3)")
    assert done.stderr == f"reflow run: folder/nb.ipynb: the kernel died {place}\n"
    assert (done.stdout, done.returncode) == ("", 1)


def test_a_file_that_is_no_notebook(run, tmp_path):
    (tmp_path / "x.ipynb").write_text("x = 1")
    for name, status in (("x.ipynb", 1), ("y.ipynb", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "reflow", "run", name],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == status
        assert done.stderr.startswith("reflow run: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("!pip install -q tensorflow-gpu==1.4", "print("),
        (" ! pip3 install 'tensorflow>=1' tqdm", " %pip install tqdm"),
        ("!python -m pip install tqdm", "%pip install tqdm"),
        ("!pip uninstall -y tensorflow", "print("),
        ("!pip install tensorflow_datasets", "%pip install tensorflow_datasets"),
        ("pip install tensorflow==2.0.0-rc0", "print("),
        ("! pip show tensorflow", "! pip show tensorflow"),
        ("#! pip install tensorflow", "#! pip install tensorflow"),
    ],
)
def test_lines_that_install(line, expected):
    (new,) = without_ours([f"{line}\n"])
    assert new.rstrip("\n") == expected or (expected == "print(" and new.startswith(expected))
