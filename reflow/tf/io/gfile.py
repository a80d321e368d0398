"""`tf.io.gfile`: files and directories, in TensorFlow 2's names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reflow.files import file_io as _file_io
from reflow.files.file_io import FileName as _FileName
from reflow.files.file_io import FileStatistics as _FileStatistics
from reflow.graph.errors import OpError as _OpError
from reflow.tf.gfile import GFile

__all__ = [
    "GFile",
    "copy",
    "exists",
    "glob",
    "isdir",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


def copy(src: _FileName, dst: _FileName, overwrite: bool = False) -> None:
    """Copy a file's contents; an existing `dst` is an AlreadyExistsError unless `overwrite`."""
    _file_io.copy(src, dst, overwrite)


def exists(path: _FileName) -> bool:
    """Whether there is a file or directory of that name."""
    return _file_io.file_exists(path)


def glob(pattern: _FileName | Iterable[_FileName]) -> list[str]:
    """The files and directories that match one pattern or any of several, sorted for each."""
    return _file_io.get_matching_files(pattern)


def isdir(path: _FileName) -> bool:
    """Whether the name is that of a directory."""
    return _file_io.is_directory(path)


def listdir(path: _FileName) -> list[str]:
    """The names in a directory, sorted; NotFoundError if there is no such directory."""
    return _file_io.list_directory(path)


def makedirs(path: _FileName) -> None:
    """Create a directory and its missing parents."""
    _file_io.recursive_create_dir(path)


def mkdir(path: _FileName) -> None:
    """Create a directory in an existing one; NotFoundError if that is missing."""
    _file_io.create_dir(path)


def remove(path: _FileName) -> None:
    """Delete a file; NotFoundError if there is none."""
    _file_io.delete_file(path)


def rename(src: _FileName, dst: _FileName, overwrite: bool = False) -> None:
    """Rename or move; an existing `dst` is an AlreadyExistsError unless `overwrite`."""
    _file_io.rename(src, dst, overwrite)


def rmtree(path: _FileName) -> None:
    """Delete a directory with all that is in it; NotFoundError if there is none."""
    _file_io.delete_recursively(path)


def stat(path: _FileName) -> _FileStatistics:
    """Length in bytes, time of the last change, whether a directory; else NotFoundError."""
    return _file_io.stat(path)


def walk(
    top: _FileName, topdown: bool = True, onerror: Callable[[_OpError], None] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """The directories below `top`, as (directory, names of its directories, names of its files)."""
    return _file_io.walk(top, topdown, onerror)
