"""`tensorflow.python.training.checkpoint_ops`: matrices from checkpoints by vocabularies."""

from reflow.tf.train._remapping import load_and_remap_matrix as _load_and_remap_matrix
from reflow.tf.train._remapping import (
    load_and_remap_matrix_initializer as _load_and_remap_matrix_initializer,
)
from reflow.tf.train._remapping import load_embedding_initializer as _load_embedding_initializer

__all__ = [
    "_load_and_remap_matrix",
    "_load_and_remap_matrix_initializer",
    "_load_embedding_initializer",
]
