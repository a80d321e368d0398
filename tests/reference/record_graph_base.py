"""Records what TensorFlow 1.15.5 answers to the expressions of graph_base.py, as graph_base.json.

    python tests/reference/record_graph_base.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same expressions
always give the same file.
"""

import logging
import os
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402
from tensorflow.python.framework import device, dtypes, tensor_shape  # noqa: E402

from tests.reference import graph_base  # noqa: E402


def main():
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    graph_base.record(
        graph_base.names(
            {
                "dtypes": dtypes,
                "tensor_shape": tensor_shape,
                "device": device,
                "errors": tf.errors,
                "nest": tf.contrib.framework.nest,
                "DeviceSpec": tf.DeviceSpec,
                "broadcast_static_shape": tf.broadcast_static_shape,
                "make_tensor_proto": tf.make_tensor_proto,
                "make_ndarray": tf.make_ndarray,
            }
        )
    )


if __name__ == "__main__":
    main()
