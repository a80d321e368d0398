"""Tables of op cases: each module holds CASES, run under TensorFlow 1.15.5 and under reflow.

To add a case: write it in its table (the fields are described at `tests.reference.spec.case`), run
`python tests/reference/record_ops.py TABLE` with TensorFlow 1.15.5 (Python 3.7), commit both.
"""

import importlib
import pathlib


def names():
    """The names of all tables."""
    here = pathlib.Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if path.stem != "__init__")


def load(name):
    """The cases of one table."""
    return importlib.import_module("tests.ops.cases." + name).CASES
