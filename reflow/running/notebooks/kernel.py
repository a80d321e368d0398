"""ipykernel, with reflow in TensorFlow's place: `python` this file, `-f CONNECTION_FILE`.

Not `python -m`, which would import from the notebook's folder before anything else: a `types.py`
there would be taken for Python's own.

--python2            the cells are Python 2
--no-old-libraries   other libraries are left as they are
--watching JSON      [the notebook's path, the fields of a Watching]
"""

from __future__ import annotations

import argparse
import json
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
    from reflow.running.watching import Watching, begin_watching

    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--python2", action="store_true")
    parser.add_argument("--no-old-libraries", action="store_true")
    parser.add_argument("--watching", type=json.loads)
    options, others = parser.parse_known_args(args)
    install()
    device.missing_gpus_are_replaced = True
    OwnModules.install()
    if not options.no_old_libraries:
        lookup.install()
    app: Any = IPKernelApp.instance(log_level=logging.ERROR)
    app.initialize(others)
    extension.load(app.shell, python2=options.python2)
    if options.watching:
        path, *watching = options.watching
        begin_watching(Watching(*watching), path, [])
    app.start()


if __name__ == "__main__":
    del sys.path[0]  # this file's folder; IPython adds the notebook's
    main(sys.argv[1:])
