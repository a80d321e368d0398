"""Truths: and, or, not."""

from __future__ import annotations

import torch

from reflow.ops import shapes
from reflow.ops.op import op


@op
class LogicalNot:
    """Whether x is false."""

    inputs = "x: bool"
    outputs = "y: bool"
    elementwise = True
    gradient = None
    export = ("logical_not", "math.logical_not")

    shape = shapes.same
    kernel = staticmethod(torch.logical_not)


@op
class LogicalAnd:
    """Whether both are true."""

    inputs = "x: bool, y: bool"
    outputs = "z: bool"
    elementwise = True
    gradient = None
    export = ("logical_and", "math.logical_and")

    shape = shapes.broadcast
    kernel = staticmethod(torch.logical_and)


@op
class LogicalOr:
    """Whether one is true, or both."""

    inputs = "x: bool, y: bool"
    outputs = "z: bool"
    elementwise = True
    gradient = None
    export = ("logical_or", "math.logical_or")

    shape = shapes.broadcast
    kernel = staticmethod(torch.logical_or)
