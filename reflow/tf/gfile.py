"""`tf.gfile`: files and directories, in TensorFlow 1's names."""

from __future__ import annotations

from collections.abc import Iterator

from reflow.files import file_io
from reflow.files.file_io import FileIO as _FileIO
from reflow.files.file_io import FileName as _FileName
from reflow.files.file_io import copy as Copy
from reflow.files.file_io import create_dir as MkDir
from reflow.files.file_io import delete_file as Remove
from reflow.files.file_io import delete_recursively as DeleteRecursively
from reflow.files.file_io import file_exists as Exists
from reflow.files.file_io import get_matching_files as Glob
from reflow.files.file_io import is_directory as IsDirectory
from reflow.files.file_io import list_directory as ListDirectory
from reflow.files.file_io import recursive_create_dir as MakeDirs
from reflow.files.file_io import rename as Rename
from reflow.files.file_io import stat as Stat

__all__ = [
    "Copy",
    "DeleteRecursively",
    "Exists",
    "FastGFile",
    "GFile",
    "Glob",
    "IsDirectory",
    "ListDirectory",
    "MakeDirs",
    "MkDir",
    "Open",
    "Remove",
    "Rename",
    "Stat",
    "Walk",
]


class GFile(_FileIO):
    """A file, opened when it is first read or first written; see `FileIO` for the modes."""

    def __init__(self, name: _FileName, mode: str = "r") -> None:
        super().__init__(name, mode)


class FastGFile(GFile):
    """The old name of `GFile`, to which it is equal."""


Open = GFile


def Walk(top: _FileName, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """The directories below `top`, as (directory, names of its directories, names of its files).

    Args:
      top: the directory to start at, itself included.
      in_order: a directory comes before those in it; if False, after.
    """
    return file_io.walk(top, in_order)
