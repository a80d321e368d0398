"""`tf.resource_loader`: files that lie beside a program."""

from __future__ import annotations

import os as _os
import sys as _sys
from itertools import pairwise as _pairwise
from pathlib import Path as _Path

__all__ = [
    "get_data_files_path",
    "get_path_to_datafile",
    "get_root_dir_with_all_resources",
    "load_resource",
    "readahead_file_path",
]

_TENSORFLOW = _os.path.dirname(_os.path.abspath(__file__))


def get_data_files_path() -> str:
    """The folder of the file that calls this."""
    return _folder_of_caller()


def get_path_to_datafile(path: str) -> str:
    """The path of a file, given from the folder of the file that calls this."""
    return _os.path.join(_folder_of_caller(), path)


def get_root_dir_with_all_resources() -> str:
    """The folder where Bazel put a program's data, or else that of the file that calls this."""
    here = _folder_of_caller()
    paths = [_Path(here), *_Path(here).parents]
    roots = (path for path, parent in _pairwise(paths) if ".runfiles" in parent.name)
    return str(next(roots, here))


def load_resource(path: str) -> bytes:
    """The contents of a file, whose path is given from the folder of the `tensorflow` module.

    Raises:
      OSError: if it cannot be read.
    """
    return _Path(_TENSORFLOW, path).read_bytes()


def readahead_file_path(path: str, readahead: str = "128M") -> str:
    """The path itself: it tells where to read a file ahead, which the operating system does."""
    return path


def _folder_of_caller() -> str:
    return _os.path.dirname(_sys._getframe(2).f_code.co_filename)
