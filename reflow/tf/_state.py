"""tf.assign and its like: updates of variables, of whichever kind they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.handles import handle_of
from reflow.graph.operation import Tensor
from reflow.ops import resource_updates, scattering, state
from reflow.ops.arrays import ExpandDims, Reshape
from reflow.ops.casts import Cast
from reflow.ops.filling import Range
from reflow.tf._arrays import shape as shape_of
from reflow.tf._filling import ones_like
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope


def assign(
    ref: Any,
    value: Any,
    validate_shape: bool | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """Gives a variable a value; the result is the variable as a tensor, after that.

    Args:
      value: a tensor of the variable's type.
      validate_shape: False lets the value have another shape than the variable.
    """
    if not ref.dtype._is_ref_dtype:
        return ref.assign(value, name=name)
    return state.Assign(
        ref, value, validate_shape=validate_shape, use_locking=use_locking, name=name
    )


def assign_add(
    ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None
) -> Tensor:
    """Adds `value`, of the variable's shape, to a variable."""
    if not ref.dtype._is_ref_dtype:
        return ref.assign_add(value)
    return state.AssignAdd(ref, value, use_locking=use_locking, name=name)


def assign_sub(
    ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None
) -> Tensor:
    """Subtracts `value`, of the variable's shape, from a variable."""
    if not ref.dtype._is_ref_dtype:
        return ref.assign_sub(value)
    return state.AssignSub(ref, value, use_locking=use_locking, name=name)


def batch_scatter_update(
    ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None
) -> Tensor:
    """ref[i, j, ..., indices[i, j, ..., k]] = updates[i, j, ..., k] for all i, j, ..., k.

    Args:
      ref: a variable whose first dimensions are the batch.
      indices: [*batch, n] integers, of a known rank.
      updates: [*batch, n, ...].

    Raises:
      ValueError: the rank of `indices` is not known.
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes = shape_of(indices)
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        last = ExpandDims(indices, -1)
        # The other coordinates count through their dimension.
        coordinates = []
        for axis in range(rank - 1):
            size = sizes[axis]
            lengths: list[Any] = [1] * (rank + 1)
            lengths[axis] = size
            numbers = Reshape(Range(0, size, 1), lengths)
            if numbers.dtype is not last.dtype:
                numbers = Cast(numbers, DstT=last.dtype)
            coordinates.append(numbers * ones_like(last))
        places = concat([*coordinates, last], axis=-1)
        return scatter_nd_update(ref, places, updates, use_locking=use_locking)


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """Counts a variable up by one and gives its old value; OutOfRangeError once it is `limit`."""
    handle = handle_of(ref)
    if handle is not None:
        return resource_updates.ResourceCountUpTo(handle, limit=limit, T=ref.dtype, name=name)
    return state.CountUpTo(ref, limit=limit, name=name)


def _scatter(
    name: str, of_references: Any, of_handles: Any, locks: bool = False
) -> Callable[..., Any]:
    """The public function of an update of some elements, of variables of both kinds."""

    def scatter(
        ref: Any, indices: Any, updates: Any, use_locking: bool = locks, name: str | None = None
    ) -> Any:
        if handle_of(ref) is not None:
            return ref.updated_at(of_handles, indices, updates, name)
        return of_references(ref, indices, updates, use_locking=use_locking, name=name)

    scatter.__name__ = scatter.__qualname__ = name
    scatter.__doc__ = of_references.__doc__
    return scatter


scatter_update = _scatter(
    "scatter_update",
    scattering.ScatterUpdate,
    resource_updates.ResourceScatterUpdate,
    locks=True,
)
scatter_add = _scatter("scatter_add", scattering.ScatterAdd, resource_updates.ResourceScatterAdd)
scatter_sub = _scatter("scatter_sub", scattering.ScatterSub, resource_updates.ResourceScatterSub)
scatter_mul = _scatter("scatter_mul", scattering.ScatterMul, resource_updates.ResourceScatterMul)
scatter_div = _scatter("scatter_div", scattering.ScatterDiv, resource_updates.ResourceScatterDiv)
scatter_min = _scatter("scatter_min", scattering.ScatterMin, resource_updates.ResourceScatterMin)
scatter_max = _scatter("scatter_max", scattering.ScatterMax, resource_updates.ResourceScatterMax)
scatter_nd_update = _scatter(
    "scatter_nd_update",
    scattering.ScatterNdUpdate,
    resource_updates.ResourceScatterNdUpdate,
    locks=True,
)
scatter_nd_add = _scatter(
    "scatter_nd_add", scattering.ScatterNdAdd, resource_updates.ResourceScatterNdAdd
)
scatter_nd_sub = _scatter(
    "scatter_nd_sub", scattering.ScatterNdSub, resource_updates.ResourceScatterNdSub
)
