"""The `checkpoint` file: which checkpoints of a folder are the latest."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reflow.files import file_io
from reflow.graph import errors, log

__all__ = [
    "CheckpointState",
    "checkpoint_exists",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "latest_checkpoint",
    "remove_checkpoint",
    "update_checkpoint_state",
]

_LINE = re.compile(r'^\s*(\w+)\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*$')


@dataclass
class CheckpointState:
    """What a `checkpoint` file says: the latest checkpoint, and all that are kept, oldest first."""

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: list[str] = field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = field(default_factory=list)
    last_preserved_timestamp: float = 0.0

    def __str__(self) -> str:
        """The text of the file: a CheckpointState message in text format."""
        lines = [f"model_checkpoint_path: {_quoted(self.model_checkpoint_path)}"]
        lines += [
            f"all_model_checkpoint_paths: {_quoted(path)}"
            for path in self.all_model_checkpoint_paths
        ]
        lines += [
            f"all_model_checkpoint_timestamps: {time!r}"
            for time in self.all_model_checkpoint_timestamps
        ]
        if self.last_preserved_timestamp:
            lines.append(f"last_preserved_timestamp: {self.last_preserved_timestamp!r}")
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> CheckpointState:
        """Of the text of a file; ValueError if it is none."""
        state = cls()
        for line in text.splitlines():
            match = _LINE.match(line)
            if match is None:
                if line.strip():
                    raise ValueError(f"not a line of a checkpoint state: {line!r}")
                continue
            name, quoted, plain = match.groups()
            if name == "model_checkpoint_path":
                state.model_checkpoint_path = _unquoted(quoted)
            elif name == "all_model_checkpoint_paths":
                state.all_model_checkpoint_paths.append(_unquoted(quoted))
            elif name == "all_model_checkpoint_timestamps":
                state.all_model_checkpoint_timestamps.append(float(plain))
            elif name == "last_preserved_timestamp":
                state.last_preserved_timestamp = float(plain)
        return state


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: str | None) -> str:
    return re.sub(r"\\(.)", r"\1", text or "")


def _state_path(folder: str, latest_filename: str | None) -> str:
    return os.path.join(folder, latest_filename or "checkpoint")


def update_checkpoint_state(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
    save_relative_paths: bool = False,
) -> None:
    """Write the `checkpoint` file of a folder.

    Args:
      save_relative_paths: write paths as seen from the folder, which can be moved then.
    """
    paths = list(all_model_checkpoint_paths or ())
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)

    def shown(path: str) -> str:
        if os.path.isabs(path):
            return os.path.relpath(path, save_dir) if save_relative_paths else path
        return os.path.relpath(path, save_dir or ".")

    target = _state_path(save_dir, latest_filename)
    if shown(model_checkpoint_path) == target:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state.  "
            "Please use a different save path."
        )
    state = CheckpointState(
        shown(model_checkpoint_path),
        [shown(path) for path in paths],
        list(all_model_checkpoint_timestamps or ()),
        last_preserved_timestamp or 0.0,
    )
    file_io.atomic_write_string_to_file(target, str(state))


def get_checkpoint_state(
    checkpoint_dir: str, latest_filename: str | None = None
) -> CheckpointState | None:
    """What the `checkpoint` file of a folder says, with the folder before relative paths; None
    without one."""
    path = _state_path(checkpoint_dir, latest_filename)
    if not file_io.file_exists(path):
        return None
    try:
        state = CheckpointState.parse(file_io.read_file_to_string(path))
    except (ValueError, errors.OpError) as error:
        log.warn(f"{path}: {error}\nCheckpoint ignored")
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    state.model_checkpoint_path = os.path.join(checkpoint_dir, state.model_checkpoint_path)
    state.all_model_checkpoint_paths = [
        os.path.join(checkpoint_dir, each) for each in state.all_model_checkpoint_paths
    ]
    return state


def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """The latest checkpoint of a folder; None if there is none."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    log.warn(f"Couldn't match files for checkpoint {state.model_checkpoint_path}")
    return None


def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """Whether there is a checkpoint, of either format."""
    return any(
        file_io.get_matching_files(pattern)
        for pattern in (f"{checkpoint_prefix}.index", checkpoint_prefix)
    )


def get_checkpoint_mtimes(checkpoint_prefixes: Sequence[str]) -> list[float]:
    """When those of the checkpoints that exist were written, in seconds since 1970."""
    times = []
    for prefix in checkpoint_prefixes:
        for pattern in (f"{prefix}.index", prefix):
            found = file_io.get_matching_files(pattern)
            if found:
                times.append(file_io.stat(found[0]).mtime_nsec / 1e9)
                break
    return times


def remove_checkpoint(
    checkpoint_prefix: str, checkpoint_format_version: int = 2, meta_graph_suffix: str = "meta"
) -> None:
    """Delete the files of a checkpoint."""
    for pattern in (
        f"{checkpoint_prefix}.{meta_graph_suffix}",
        f"{checkpoint_prefix}.index",
        f"{checkpoint_prefix}.data-?????-of-?????",
    ):
        for file in file_io.get_matching_files(pattern):
            file_io.delete_file(file)
