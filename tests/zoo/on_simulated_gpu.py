"""Runs a program of the zoo on a simulated GPU.

python -m tests.zoo.on_simulated_gpu MODULE ARGUMENT...
"""

import sys

from reflow.cli import main
from tests.runtime.simulated_gpu import simulated_gpu

if __name__ == "__main__":
    with simulated_gpu():
        sys.argv[:1] = ["reflow", "run", "-m"]
        main()
