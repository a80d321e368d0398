"""Records the script of every code point, as TensorFlow 1.15.5 tells it.

    python tests/reference/record_scripts.py

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`.  It writes
reflow/ops/text/scripts.txt: where each run of code points of one script starts, and the script.
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

FILE = pathlib.Path(__file__).resolve().parents[2] / "reflow/ops/text/scripts.txt"
HEADER = """\
# The script of every code point: where a run of one script starts, and its number in ICU's
# UScriptCode.  Source: the op UnicodeScript of TensorFlow 1.15.5, asked by
# tests/reference/record_scripts.py.
"""


def main():
    with tf.Session() as session:
        scripts = session.run(tf.strings.unicode_script(np.arange(0x110000, dtype=np.int32)))
    starts = np.concatenate([[0], np.flatnonzero(np.diff(scripts)) + 1])
    lines = (f"{start:x} {scripts[start]}\n" for start in starts)
    FILE.write_text(HEADER + "".join(lines))


if __name__ == "__main__":
    main()
