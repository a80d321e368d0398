"""Records what TensorFlow 1.15.5 raises for the programs of session_programs.py, as session.json.

    python tests/reference/record_session.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`. The same programs
always give the same file.
"""

import json
import logging
import os
import pathlib
import re
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402

from tests.reference import session_programs  # noqa: E402


def steady(text):
    """The headline alone, without what differs from call to call and machine to machine."""
    text = re.split(r"\n|\t \[\[", text)[0].rstrip()
    return re.sub(r" \(defined at [^)]*\) ", "", text)


def main():
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    recorded = {}
    for name in sorted(session_programs.PROGRAMS):
        outcome = dict(session_programs.outcome(tf, name))
        if "message" in outcome:
            outcome["message"] = steady(outcome["message"])
        recorded[name] = outcome
    with open(str(HERE / "session.json"), "w") as file:
        json.dump(recorded, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
