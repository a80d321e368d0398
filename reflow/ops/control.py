"""Ops that order and guard others."""

from __future__ import annotations

from reflow.ops.op import op


@op
class NoOp:
    """Does nothing: a place for control inputs to meet."""

    export = ("no_op",)
    gradient = None
