"""Records what the programs of layer_programs.py yield under TensorFlow 1.15.5.

    python tests/reference/record_layers.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same files, layers.jsonl and layers.npz.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.reference import layer_programs, recording

if __name__ == "__main__":
    recording.record("layers", layer_programs.GROUPS)
