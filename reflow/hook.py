"""`import reflow.hook`: from here on, `import tensorflow` means reflow.

    import reflow.hook
    import tensorflow as tf                                      # reflow.tf
    from tensorflow.python.ops import math_ops                   # inner modules too
    from tensorflow.examples.tutorials.mnist import input_data   # MNIST, embedded
    import tensorflowvisu                                        # the canon's dashboard

`reflow run PROGRAM` does this for a program that cannot be changed.  A TensorFlow that is installed
stays out of it.  Downloads of old data sets are answered locally, see `reflow.datasets.downloads`.
All this holds for the processes that a program starts through multiprocessing too.
"""

from __future__ import annotations

import sys

from reflow.datasets import downloads
from reflow.running import children
from reflow.running.finder import TensorFlowFinder

__all__ = ["install"]


def install() -> None:
    """Make TensorFlow's names mean reflow.  A second call changes nothing.

    Raises:
      ImportError: if another `tensorflow` has been imported already.
    """
    if any(isinstance(finder, TensorFlowFinder) for finder in sys.meta_path):
        return
    loaded = sys.modules.get("tensorflow")
    if loaded is not None and loaded is not sys.modules.get("reflow.tf"):
        raise ImportError(
            "import reflow.hook must come before anything that imports tensorflow. "
            f"Received: tensorflow already imported from {getattr(loaded, '__file__', '?')}"
        )
    sys.meta_path.insert(0, TensorFlowFinder())
    downloads.install()
    children.install()


install()
