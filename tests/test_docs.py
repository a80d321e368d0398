"""What the documents show of the code, against the code."""

import pathlib
import re

import pytest
import torch

import reflow as tf
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

ROOT = pathlib.Path(__file__).parents[1]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/old-programs.md",
]
# Where the paths that the documents give may start.
FOLDERS = [ROOT, ROOT / "reflow", ROOT / "reflow/ops"]


def python_block(document, start):
    """The block of Python code that starts so."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    (found,) = (block for block in blocks if block.startswith(start))
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_exist(document):
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", (ROOT / document).read_text())
    missing = [path for path in named if not any((start / path).exists() for start in FOLDERS)]
    assert not missing


def test_generated_code_is_what_a_plan_generates():
    X = tf.placeholder(tf.float32, [None, 784])
    W = tf.Variable(tf.zeros([784, 10]))
    Y = tf.matmul(X, W)
    plan = Plan([Y], [], {X: tf.TensorShape([100, 784])}, States(), torch.device("cpu"))
    shown = python_block("docs/architecture.md", "def run(")
    assert re.sub(r" +#.*", "", shown).strip() == plan.source


def test_the_op_of_the_recipe_stands_in_the_sources():
    assert python_block("CONTRIBUTING.md", "@op") in (ROOT / "reflow/ops/losses.py").read_text()
