"""ipykernel, with reflow in TensorFlow's place: `python` this file, `-f CONNECTION_FILE`.

Not `python -m`, which would import from the notebook's folder before anything else: a `types.py`
there would be taken for Python's own.

--python2            the cells are Python 2
--no-old-libraries   other libraries are left as they are
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["main"]


def main(args: Sequence[str]) -> None:
    """Serve a notebook until it is told to stop."""
    from ipykernel.kernelapp import IPKernelApp

    from reflow.graph import device
    from reflow.hook import install
    from reflow.running.notebooks import extension
    from reflow.running.old_libraries import lookup
    from reflow.running.sources import OwnModules

    install()
    device.missing_gpus_are_replaced = True
    OwnModules.install()
    if "--no-old-libraries" not in args:
        lookup.install()
    app: Any = IPKernelApp.instance(log_level=logging.ERROR)
    app.initialize([arg for arg in args if arg not in ("--python2", "--no-old-libraries")])
    extension.load(app.shell, python2="--python2" in args)
    app.start()


if __name__ == "__main__":
    del sys.path[0]  # this file's folder; IPython adds the notebook's
    main(sys.argv[1:])
