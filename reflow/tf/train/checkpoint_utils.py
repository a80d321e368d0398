"""What checkpoints hold, and when there is a new one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from reflow.files import file_io
from reflow.files.tensor_bundle import BundleReader
from reflow.graph.dtypes import DType
from reflow.tf import logging
from reflow.tf.train.checkpoint_management import latest_checkpoint


class CheckpointReader:
    """Reads the tensors of a checkpoint by their names.

    Raises:
      NotFoundError: there is no checkpoint, or (of its methods) no tensor of the name.
    """

    def __init__(self, filepattern: str) -> None:
        self._bundle = BundleReader(filepattern)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shape of each tensor."""
        return {name: list(self._bundle.shape(name)) for name in self._bundle.names()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """The type of each tensor."""
        return {name: self._bundle.dtype(name) for name in self._bundle.names()}

    def has_tensor(self, name: str) -> bool:
        return name in self._bundle.names()

    def get_tensor(self, name: str) -> Any:
        """The values, an array."""
        return self._bundle.read(name)

    def debug_string(self) -> bytes:
        """A line for each tensor: its name, type and shape."""
        lines = [
            f"{name} ({self._bundle.dtype(name).name}) {list(self._bundle.shape(name))}"
            for name in self._bundle.names()
        ]
        return "\n".join(lines).encode()


def NewCheckpointReader(filepattern: str) -> CheckpointReader:
    """A reader of the checkpoint with this prefix."""
    return CheckpointReader(filepattern)


def load_checkpoint(ckpt_dir_or_file: str) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one in a folder; ValueError if it has none."""
    return CheckpointReader(checkpoint_path(ckpt_dir_or_file))


def checkpoint_path(ckpt_dir_or_file: str) -> str:
    """The prefix of a checkpoint, or of the latest one in a folder; ValueError if it has none."""
    if not file_io.is_directory(ckpt_dir_or_file):
        return ckpt_dir_or_file
    path = latest_checkpoint(ckpt_dir_or_file)
    if path is None:
        raise ValueError(
            f"Couldn't find 'checkpoint' file or checkpoints in given directory {ckpt_dir_or_file}"
        )
    return path


def load_variable(ckpt_dir_or_file: str, name: str) -> Any:
    """The values of a variable in a checkpoint, an array; see `load_checkpoint`."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: str) -> list[tuple[str, list[int]]]:
    """[(name, shape), ...] of the tensors in a checkpoint; see `load_checkpoint`."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


# -- Waiting ---------------------------------------------------------------------------------------


def wait_for_new_checkpoint(
    checkpoint_dir: str,
    last_checkpoint: str | None = None,
    seconds_to_sleep: float = 1,
    timeout: float | None = None,
) -> str | None:
    """The latest checkpoint in a folder once it is not `last_checkpoint` any more.

    None if that takes longer than `timeout` seconds.
    """
    logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    deadline = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            logging.info("Found new checkpoint at %s", path)
            return path
        if deadline is not None and time.time() + seconds_to_sleep > deadline:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(
    checkpoint_dir: str,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The checkpoints that come into a folder, the latest one first.

    Args:
      min_interval_secs: the least time between two.
      timeout: how long to wait for one, in seconds.
      timeout_fn: whether to end after that; by default yes.
    """
    path: str | None = None
    while True:
        newer = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if newer is None:
            if timeout_fn is None:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        path, start = newer, time.time()
        yield path
        rest = start + min_interval_secs - time.time()
        if rest > 0:
            time.sleep(rest)
