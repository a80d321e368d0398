"""Records what TensorFlow's `input_data` gives, for tests/datasets/test_input_data.py.

python -m tests.reference.record_input_data      (Python 3.7, tensorflow==1.15.5 'protobuf<3.21')
"""

import json
import os

import tensorflow as tf
from tensorflow.contrib.learn.python.learn.datasets import mnist

from tests.reference import input_data_steps

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, "datasets", "input_data.json")
EMBEDDED = os.path.join(HERE, "..", "..", "reflow", "datasets", "data", "mnist")

if __name__ == "__main__":
    answers = input_data_steps.run(
        mnist, tf.get_default_graph, tf.reset_default_graph, os.path.normpath(EMBEDDED)
    )
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(answers.items())]
    with open(RECORDED, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
