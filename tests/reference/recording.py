"""What the commands that record groups of programs have in common: record_data.py and others.

Importing it sets up TensorFlow, which must be silenced before it is imported.
"""

import logging
import os
import pathlib
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402

from tests.reference import store  # noqa: E402


def record(name, groups, mode=None):
    """Writes what each program of the groups yields to the files of that name beside this one.

    mode: what the programs run in; by default a graph of their own.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    recorded = {}
    for programs in groups.values():
        for program in programs:
            with tf.Graph().as_default() if mode is None else mode():
                recorded[program.__name__] = {"observations": list(program(tf))}
    store.write(name, recorded, pathlib.Path(__file__).resolve().parent)
