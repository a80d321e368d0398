"""Records what the programs of the zoo print in their first steps, under TensorFlow 1.15.5.

    python tests/reference/record_zoo.py [PROGRAM...]

Run it with Python 3.7 and `pip install tensorflow==1.15.5 'protobuf<3.21'`.  It writes zoo.json,
beside this file; with names of programs, only their part of it.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "reflow"
FILE = HERE / "zoo.json"
#: As on the command line, by the module's name in the zoo.
ARGUMENTS = {
    "mnist.convolutional": "--steps=20 --report=20",
    "mnist.convolutional_bigger_dropout": "--steps=5 --report=5",
    "mnist.batch_norm": "--steps=1 --report=1",
    "autoencoder.plain": "--steps=20 --report=10",
    "autoencoder.denoising": "--steps=20 --report=10",
    "autoencoder.stacked": "--steps=20 --report=10",
    "gan.dcgan": "--steps=10 --report=5",
    "blocks.inception": "--steps=10 --report=10",
    "blocks.residual": "--steps=10 --report=10",
    "blocks.highway": "--steps=20 --report=10",
    "fonts.logistic": "--steps=20 --report=10",
    "fonts.feed_forward": "--steps=20 --report=10",
    "fonts.cnn": "--steps=20 --report=10",
    "detection.yolo": "--steps=10 --report=5",
}


def record(program):
    """The lines of steps that the program prints."""
    with tempfile.TemporaryDirectory() as folder:
        # Programs look for MNIST there, and for the fonts beside what is recorded.
        (pathlib.Path(folder) / "mnist").symlink_to(PACKAGE / "datasets" / "data" / "mnist")
        done = subprocess.run(
            [sys.executable, "-m", f"zoo.{program}", *ARGUMENTS[program].split()],
            cwd=str(PACKAGE),
            env={**os.environ, "TMPDIR": folder, "REFLOW_DATA": str(HERE / "zoo")},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [line for line in done.stdout.splitlines() if line.startswith("step")]


def main():
    recorded = json.loads(FILE.read_text()) if FILE.exists() else {}
    for program in sys.argv[1:] or ARGUMENTS:
        recorded[program] = {"arguments": ARGUMENTS[program], "lines": record(program)}
        FILE.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
