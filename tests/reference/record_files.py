"""Records what TensorFlow's `tf.gfile` does, for tests/files/test_file_io.py.

python -m tests.reference.record_files      (Python 3.7, tensorflow==1.15.5 'protobuf<3.21')
"""

import json
import os
import tempfile

import tensorflow as tf
from tensorflow.python.lib.io import file_io

from tests.reference import file_steps

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files", "gfile.json")

if __name__ == "__main__":
    os.makedirs(os.path.dirname(RECORDED), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        results = file_steps.run(tf, file_io)
    with open(RECORDED, "w") as file:
        json.dump(results, file, indent=1, sort_keys=True)
        file.write("\n")
