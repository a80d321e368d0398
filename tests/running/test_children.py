"""Processes that a program starts through multiprocessing: TensorFlow means reflow there too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import multiprocessing, sys
import tensorflow as tf

def doubled(x):
    with tf.Graph().as_default(), tf.Session() as session:
        return tf.__name__, float(session.run(tf.constant(x) * 2.0))

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.map(doubled, [1.0, 2.0]))
"""


def run(tmp_path, *args):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *args],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,  # children that do not start are started again and again
    )


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_of_a_script(tmp_path, method):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = run(tmp_path, "-m", "reflow", "run", "program.py", method)
    assert (done.stdout, done.stderr) == ("[('reflow.tf', 2.0), ('reflow.tf', 4.0)]\n", "")


def test_children_of_a_module(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "program.py").write_text(PROGRAM)
    done = run(tmp_path, "-m", "reflow", "run", "-m", "package.program", "spawn")
    assert (done.stdout, done.stderr) == ("[('reflow.tf', 2.0), ('reflow.tf', 4.0)]\n", "")


def test_children_of_a_program_that_imports_the_hook_once_multiprocessing_is_there(tmp_path):
    program = "import multiprocessing.spawn\nif __name__ == '__main__':\n    import reflow.hook\n"
    (tmp_path / "program.py").write_text(program + PROGRAM)
    done = run(tmp_path, "program.py", "spawn")
    assert (done.stdout, done.stderr) == ("[('reflow.tf', 2.0), ('reflow.tf', 4.0)]\n", "")
