"""Files by their names."""

from __future__ import annotations

import os

import numpy as np

from reflow.files import file_io
from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import handle
from reflow.ops.kernels import Host
from reflow.ops.op import op


@op
class MatchingFiles:
    """The names of the files that match a pattern or any of several, sorted.

    pattern: a scalar or a vector -> [n] strings.
    """

    inputs = "pattern: string"
    outputs = "filenames: string"
    gradient = None
    export = ("matching_files", "io.matching_files")

    def shape(pattern: TensorShape) -> TensorShape:
        if pattern.ndims is not None and pattern.ndims > 1:
            raise ValueError("Shape must be at most rank 1 but is rank " + str(pattern.ndims))
        return shapes.of(None)

    def kernel(pattern: Host) -> Host:
        names = file_io.get_matching_files(pattern.ravel().tolist())
        found = sorted(name.encode() for name in names)
        return np.array(found, object)


@op
class ReadFile:
    """What is in a file; NotFoundError if there is none."""

    inputs = "filename: string"
    outputs = "contents: string"
    export = ("read_file", "io.read_file")
    stateful = True  # the name may be a constant, the file is none
    gradient = None

    def shape(filename: TensorShape) -> TensorShape:
        return shapes.with_rank(filename, 0)

    def kernel(filename: Host) -> Host:
        with file_io.FileIO(_scalar("filename", filename), "rb") as file:
            return handle(file.read())


@op
class WriteFile:
    """Writes a file anew, and the directories above it where they are missing."""

    inputs = "filename: string, contents: string"
    export = ("write_file", "io.write_file")
    stateful = True
    gradient = None

    def shape(filename: TensorShape, contents: TensorShape) -> tuple[()]:
        shapes.with_rank(filename, 0)
        shapes.with_rank(contents, 0)
        return ()

    def kernel(filename: Host, contents: Host) -> None:
        name = _scalar("filename", filename)
        directory = os.path.dirname(name)
        if directory:
            file_io.recursive_create_dir(directory)
        file_io.write_string_to_file(name, _scalar("contents", contents))


def _scalar(name: str, array: Host) -> bytes:
    if array.ndim:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Input {name} tensor must be scalar, but had shape: {list(array.shape)}",
        )
    content: bytes = array.item()
    return content
