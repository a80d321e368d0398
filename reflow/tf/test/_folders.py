"""Folders of a test: the one that it may write in, and the sources'."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile


@functools.cache
def get_temp_dir() -> str:
    """A folder for the tests of this process, removed when it ends.

    It lies in the folder that the environment variable TEST_TMPDIR names, if it names one.
    """
    folder = tempfile.mkdtemp(prefix="reflow_test_", dir=os.environ.get("TEST_TMPDIR"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def test_src_dir_path(relative_path: str) -> str:
    """The path of a source file, given from TensorFlow's root, for tests that Bazel runs.

    Raises:
      KeyError: there is no environment variable TEST_SRCDIR.
    """
    return os.path.join(os.environ["TEST_SRCDIR"], "org_tensorflow", "tensorflow", relative_path)
