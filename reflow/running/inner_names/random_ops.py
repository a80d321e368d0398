"""`tensorflow.python.ops.random_ops`."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.seeds import get_seed
from reflow.ops.parameterized_normal import ParameterizedTruncatedNormal
from reflow.tf._random_arguments import shape_tensor
from reflow.tf._scopes import name_scope

__all__ = ["parameterized_truncated_normal"]


def parameterized_truncated_normal(
    shape: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Normal numbers from `minvals` to `maxvals`.

    The parameters are scalars, or vectors with an element for each entry of the first dimension.
    """
    given = [shape, means, stddevs, minvals, maxvals]
    with name_scope(name, "parameterized_truncated_normal", given):
        shape = shape_tensor(shape)
        named = {"means": means, "stddevs": stddevs, "minvals": minvals, "maxvals": maxvals}
        parameters = [convert_to_tensor(value, dtype, key) for key, value in named.items()]
        seed, seed2 = get_seed(seed)
        drawn: Tensor = ParameterizedTruncatedNormal(shape, *parameters, seed=seed, seed2=seed2)
        return drawn
