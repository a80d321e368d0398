"""tf.dtypes: the element types, and changes from one to another."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import *  # noqa: F403
from reflow.graph.dtypes import DType, as_dtype
from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._casts import cast, saturate_cast
from reflow.tf.math import complex

globals().update(exported("dtypes"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
