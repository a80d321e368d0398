"""Answers downloads from this machine: MNIST's old addresses, and files in the data cache folder.

`local_files` says which addresses have an answer here. While installed, they get it whether they
are asked through urllib (also as six and Python 2 programs call it) or through requests; all other
addresses go to the network as before. `numpy.load` finds files that programs expect beside them.
"""

from __future__ import annotations

from reflow.datasets import answers_numpy, answers_requests, answers_urllib

__all__ = ["install", "uninstall"]


def install() -> None:
    """Starts answering. A second call changes nothing."""
    answers_urllib.install()
    answers_requests.install()
    answers_numpy.install()


def uninstall() -> None:
    """Stops answering: all addresses go to the network again."""
    answers_urllib.uninstall()
    answers_requests.uninstall()
    answers_numpy.uninstall()
