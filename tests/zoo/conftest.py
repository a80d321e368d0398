import re
import subprocess
import sys

import pytest

from tests.zoo.printed import ENVIRONMENT


@pytest.fixture
def run(tmp_path):
    """Runs a program of the zoo in a process of its own; what it prints on lines of steps.

    `data` is the data cache folder.
    """

    def run(module, *args, data=""):
        done = subprocess.run(
            [sys.executable, "-m", "reflow.cli", "run", "-m", f"reflow.zoo.{module}", *args],
            cwd=tmp_path,
            env={**ENVIRONMENT, "REFLOW_DATA": data, "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        lines = re.findall(r"^(?:step|epoch) .*", done.stdout, re.MULTILINE)
        return [re.sub(r" *\d+ steps/s$", "", line) for line in lines]

    return run
