"""Records what the programs of control_flow_programs.py yield under TensorFlow 1.15.5.

    python tests/reference/record_control_flow.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same files, control_flow.jsonl and control_flow.npz.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.reference import control_flow_programs, recording

if __name__ == "__main__":
    recording.record("control_flow", control_flow_programs.GROUPS)
