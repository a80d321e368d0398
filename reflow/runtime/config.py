"""What a session makes of its ConfigProto, and a run of its RunOptions.

The message classes are those of TensorBoard, which reads the same files.  They are imported
only where a program uses one: their import takes longer than a small program runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from reflow.graph import errors
from reflow.runtime.devices import Placement

if TYPE_CHECKING:
    from tensorboard.compat.proto.config_pb2 import ConfigProto, RunOptions


def check_target(target: Any) -> None:
    """Refuses a session's `target` that is not this process.

    Raises:
      TypeError: it is no string.
      NotFoundError: it names something else, such as a server.
    """
    if target in (None, "", b""):
        return
    if isinstance(target, (str, bytes)):
        name = target if isinstance(target, str) else target.decode(errors="replace")
        raise errors.NotFoundError(
            None,
            None,
            f'No session factory registered for the given session options: {{target: "{name}"}}'
            '. Sessions run in this process, whose target is "".',
        )
    hint = ""
    if type(target).__name__ == "ConfigProto":
        hint = '. Did you do "Session(config)" instead of "Session(config=config)"?'
    raise TypeError(f"target must be a string, but got {type(target)}{hint}")


def check_config(config: Any) -> None:
    """TypeError for what is no ConfigProto."""
    from tensorboard.compat.proto.config_pb2 import ConfigProto

    if not isinstance(config, ConfigProto):
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")


def placement_for(config: ConfigProto | None) -> Placement:
    """The devices of a session, and how strictly operations are placed on them."""
    if config is None:
        return Placement()
    return Placement(
        dict(config.device_count), config.allow_soft_placement, config.log_device_placement
    )


def apply_threads(config: ConfigProto | None) -> None:
    """Sets how many threads one operation uses, where the program says so.

    The number holds for the whole process, for the sessions that exist already too: torch has
    one pool of threads.  How many operations run at once (inter_op_parallelism_threads) has no
    meaning here: a plan runs one after the other.
    """
    if config is not None and config.intra_op_parallelism_threads > 0:
        torch.set_num_threads(config.intra_op_parallelism_threads)


def check_run_options(options: Any, run_metadata: Any) -> None:
    """TypeError for what is no RunOptions, or no RunMetadata."""
    from tensorboard.compat.proto.config_pb2 import RunMetadata, RunOptions

    if options is not None and not isinstance(options, RunOptions):
        raise TypeError(f"options must be a tf.RunOptions, but got {type(options)}")
    if run_metadata is not None and not isinstance(run_metadata, RunMetadata):
        raise TypeError(f"run_metadata must be a tf.RunMetadata, but got {type(run_metadata)}")


def wants_trace(options: RunOptions | None) -> bool:
    """Whether the program asks for each operation's times."""
    return options is not None and options.trace_level > options.NO_TRACE
