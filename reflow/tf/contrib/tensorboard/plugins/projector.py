"""tf.contrib.tensorboard.plugins.projector: embeddings as clouds of points in TensorBoard."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format
from tensorboard.plugins.projector import projector_config_pb2
from tensorboard.plugins.projector.projector_config_pb2 import (
    EmbeddingInfo,
    ProjectorConfig,
    SpriteMetadata,
)

from reflow.files import file_io
from reflow.tf._absence import part_or_error

# Where the plugin looks for it.
_FILE = "projector_config.pbtxt"


def visualize_embeddings(summary_writer: Any, config: ProjectorConfig) -> None:
    """Writes down, for TensorBoard, which tensors of a checkpoint are to be shown, and how.

    Args:
      summary_writer: of the directory that TensorBoard is to read.
      config: the tensors, their labels and images.

    Raises:
      ValueError: the writer has no directory.
    """
    directory = summary_writer.get_logdir()
    if directory is None:
        raise ValueError("Summary writer must have a logdir")
    text = text_format.MessageToString(config)
    file_io.write_string_to_file(os.path.join(directory, _FILE), text)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
