"""`python -m reflow`: the `reflow` command."""

import sys

from reflow.cli import main

if __name__ == "__main__":
    sys.exit(main())
