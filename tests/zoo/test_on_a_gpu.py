"""Programs of the zoo on a simulated GPU, with CUDA graphs: TensorFlow's numbers there, too."""

import json
import re
import subprocess
import sys

import pytest

from tests.zoo.printed import ENVIRONMENT, ROOT, assert_same

REFERENCE = ROOT / "tests" / "reference"


@pytest.mark.parametrize(
    "program", ["gan.dcgan", "blocks.highway", "fonts.feed_forward", "detection.yolo"]
)
def test_prints_what_tensorflow_prints(program, tmp_path):
    recorded = json.loads((REFERENCE / "zoo.json").read_text())[program]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.zoo.on_simulated_gpu"),
            *(f"reflow.zoo.{program}", *recorded["arguments"].split()),
        ],
        cwd=tmp_path,
        env={**ENVIRONMENT, "REFLOW_DATA": str(REFERENCE / "zoo"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = re.findall("^step.*", done.stdout, re.MULTILINE)
    assert_same(without_rates(lines), "\n".join(without_rates(recorded["lines"])))


def without_rates(lines):
    """The lines without steps per second."""
    return [re.sub(r" *\d+ steps/s$", "", line) for line in lines]
