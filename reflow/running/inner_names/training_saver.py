"""`tensorflow.python.training.saver`: the saver of a graph."""

from reflow.tf.train.saver import saver_or_default as _get_saver_or_default

__all__ = ["_get_saver_or_default"]
