"""Tensors written into templates, and printed."""

from __future__ import annotations

import logging
import sys

from reflow.files.file_io import FileIO
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import handle
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.summaries import nested_summary
from reflow.ops.text.elements import Array, as_bytes, invalid, text


@op
class StringFormat:
    """The template with the inputs in the place of its placeholders.

    summarize: how many elements are shown at either end of each axis (-1: all).
    """

    inputs = "inputs: T"
    outputs = "output: string"
    attrs = (
        "T: list(type) >= 0",
        "template: string = '%s'",
        "placeholder: string = '%s'",
        "summarize: int = 3",
    )
    gradient = None

    def shape(
        inputs: list[TensorShape], *, template: str | bytes, placeholder: str | bytes
    ) -> TensorShape:
        count = len(_split(template, placeholder)) - 1
        if count != len(inputs):
            raise ValueError(
                f"num placeholders in template and num inputs must match: {count} vs. {len(inputs)}"
            )
        return shapes.SCALAR

    def kernel(
        inputs: list[Host], *, template: str | bytes, placeholder: str | bytes, summarize: int
    ) -> Array:
        first, *others = _split(template, placeholder)
        pieces = [first]
        for array, piece in zip(inputs, others):
            pieces += [nested_summary(array, summarize).encode(), piece]
        return handle(b"".join(pieces))


def _split(template: str | bytes, placeholder: str | bytes) -> list[bytes]:
    return as_bytes(template).split(as_bytes(placeholder))


_LEVELS = {
    "log(info)": logging.INFO,
    "log(warning)": logging.WARNING,
    "log(error)": logging.ERROR,
}


@op
class PrintV2:
    """Writes a string, and `end`, to a stream, to the log, or behind what is in a file
    ("file://PATH")."""

    inputs = "input: string"
    attrs = ("output_stream: string = 'stderr'", "end: string = '\n'")
    stateful = True
    gradient = None

    def shape(input: TensorShape) -> tuple[()]:
        if input.ndims is not None and input.ndims:
            raise ValueError(f"input must be a scalar, but has rank: {input.ndims}")
        return ()

    def kernel(input: Host, *, output_stream: str, end: str | bytes) -> None:
        if input.ndim:
            raise invalid(f"Input is expected to be scalar, but got {list(input.shape)}")
        shown = text(input.item()) + text(as_bytes(end))
        if output_stream.startswith("file://"):
            with FileIO(output_stream.removeprefix("file://"), "a") as file:
                file.write(shown)
        elif output_stream in ("stdout", "stderr"):
            print(shown, end="", file=getattr(sys, output_stream), flush=True)
        elif output_stream in _LEVELS:
            logging.getLogger("tensorflow").log(_LEVELS[output_stream], shown.rstrip("\n"))
        else:
            raise invalid(
                f"Unknown output stream: {output_stream}, expected a file, "
                f"stdout, stderr, {', '.join(_LEVELS)}"
            )
