"""What TensorFlow's dataset modules share (tensorflow.contrib.learn.datasets.base).

Source: TensorFlow 1.15, its names and arguments.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import urllib.request
import uuid
from collections import namedtuple

from reflow.datasets.local_files import open_announced

__all__ = ["Dataset", "Datasets", "maybe_download"]

Dataset = namedtuple("Dataset", ["data", "target"])
Datasets = namedtuple("Datasets", ["train", "validation", "test"])


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """Returns the path of a file in a folder, after downloading it if it is not there.

    Args:
      filename: the name that it has in the folder.
      work_directory: the folder; created if need be.
      source_url: where it comes from. An address that this machine can answer is not asked on the
        network.

    Raises:
      OSError: the folder cannot be written to, or the address cannot be reached.
    """
    os.makedirs(work_directory, exist_ok=True)
    path = os.path.join(work_directory, filename)
    if not os.path.exists(path):
        _download(source_url, path)
        print("Successfully downloaded", filename, os.path.getsize(path), "bytes.")
    return path


def _download(source_url: str, path: str) -> None:
    """Writes under another name first: a cut-off download must not look like the whole file."""
    partial = f"{path}.{uuid.uuid4().hex}.part"
    local = open_announced(source_url)
    try:
        if local is None:
            urllib.request.urlretrieve(source_url, partial)
        else:
            with local, open(partial, "xb") as target:
                shutil.copyfileobj(local, target)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
        raise
