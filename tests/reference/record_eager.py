"""Records what the programs of eager_programs.py yield under TensorFlow 1.15.5.

    python tests/reference/record_eager.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same files, eager.jsonl and eager.npz.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.reference import eager_programs, recording

if __name__ == "__main__":
    from tensorflow.python.eager import context

    recording.record("eager", eager_programs.GROUPS, context.eager_mode)
