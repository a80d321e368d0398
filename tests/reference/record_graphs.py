"""Records what the programs of graph_programs.py yield under TensorFlow 1.15.5.

    python tests/reference/record_graphs.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same files, graphs.jsonl and graphs.npz.
"""

import logging
import os
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402

from tests.reference import graph_programs, store  # noqa: E402


def main():
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    recorded = {}
    for programs in graph_programs.GROUPS.values():
        for program in programs:
            with tf.Graph().as_default():
                recorded[program.__name__] = {"observations": list(program(tf))}
    store.write("graphs", recorded, HERE)


if __name__ == "__main__":
    main()
