"""Files by their names."""

from __future__ import annotations

import numpy as np

from reflow.files import file_io
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
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
