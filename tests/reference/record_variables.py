"""Records what the programs of variable_programs.py yield under TensorFlow 1.15.5.

    python tests/reference/record_variables.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same files, variables.jsonl and variables.npz.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.reference import recording, variable_programs

if __name__ == "__main__":
    recording.record("variables", variable_programs.GROUPS)
