"""`tensorflow.python.training.training_util`: what reads and counts the global step."""

from reflow.tf.train.global_step import _READ_KEY as GLOBAL_STEP_READ_KEY
from reflow.tf.train.global_step import global_step_read as _get_or_create_global_step_read
from reflow.tf.train.global_step import increment_global_step as _increment_global_step

__all__ = [
    "GLOBAL_STEP_READ_KEY",
    "_get_or_create_global_step_read",
    "_increment_global_step",
]
