"""Records a checkpoint of TensorFlow 1.15.5, and the operations that wrote it, into
tests/reference/checkpoint/.

    python tests/reference/record_checkpoint.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

from tests.reference import checkpoint_programs

FOLDER = pathlib.Path(__file__).parent / "checkpoint"


def main():
    FOLDER.mkdir(exist_ok=True)
    saver = checkpoint_programs.build(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        saver.save(session, str(FOLDER / "model"), write_meta_graph=False, write_state=False)
    nodes = checkpoint_programs.saving_nodes(tf.get_default_graph())
    (FOLDER / "nodes.json").write_text(json.dumps(nodes, indent=1) + "\n")


if __name__ == "__main__":
    main()
