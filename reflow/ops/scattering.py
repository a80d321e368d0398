"""Updates of parts of a variable: Scatter* of rows, ScatterNd* of any slices.

Where an index comes several times, its updates are applied one after the other, in order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.slicing import Masks, cut
from reflow.ops.unsigned import widened
from reflow.ops.values import placed
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot
Size = int | None

# (rows, updates) -> the rows' new values.
Combine = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
# (all rows, which ones, updates) -> all rows, changed in place.
Scatter = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _text(sizes: Sequence[int | None]) -> str:
    return f"[{','.join(str(size) for size in sizes)}]"


# -- Applying updates -----------------------------------------------------------------------------


def _update(rows: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
    return updates


def _divide(rows: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
    integers = not (rows.is_floating_point() or rows.is_complex())
    return torch.div(rows, updates, rounding_mode="trunc" if integers else None)


def rounds(indices: torch.Tensor) -> Iterator[torch.Tensor | slice]:
    """Positions in `indices`, so that the indices of each round differ and repeats come later."""
    if _all_differ(indices):
        yield slice(None)
        return
    ordered, order = torch.sort(indices, stable=True)
    comes_again = torch.eq(ordered[1:], ordered[:-1])
    first = torch.ones_like(ordered, dtype=torch.bool)
    torch.logical_not(comes_again, out=first[1:])
    positions = torch.arange(len(order), device=order.device)
    repeats = positions - torch.where(first, positions, 0).cummax(0).values
    for repeat in range(int(repeats.max()) + 1):
        yield order[repeats == repeat]


def _all_differ(indices: torch.Tensor) -> bool:
    if indices.device.type == "cpu":  # for few indices NumPy takes a fraction of the time
        array = np.sort(indices.numpy())
        return bool((array[1:] != array[:-1]).all())
    return len(torch.unique(indices)) == len(indices)


def _combined(combine: Combine) -> Scatter:
    """rows[i] = combine(rows[i], update) for each index i and its update."""

    def scatter(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        for chosen in rounds(indices):
            where = indices[chosen]
            new = combine(rows.index_select(0, where), updates[chosen])
            rows.index_copy_(0, where, new)
        return rows

    return scatter


def _added(sign: int) -> Scatter:
    """rows[i] += sign * update for each index i and its update."""

    def scatter(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        return rows.index_add_(0, indices, updates, alpha=sign)

    return scatter


def _scatter_into(rows: Any, indices: Any, updates: Any, scatter: Scatter) -> None:
    """Changes `rows` in place; `updates` has a row (or a value for all) for each of `indices`."""
    if not isinstance(rows, torch.Tensor):  # strings, which can only be replaced
        rows[indices] = updates
        return
    updates = updates.expand(len(indices), *rows.shape[1:])
    result = widened(scatter)(rows, indices, updates)
    if result is not rows:
        rows.copy_(result)


# -- Rows: ref[indices, ...] ----------------------------------------------------------------------


def _rows_shape(ref: TensorShape, indices: TensorShape, updates: TensorShape) -> TensorShape:
    if ref.sizes and indices.sizes is not None and updates.ndims != 0:
        shapes.merge(updates, shapes.of(*indices.sizes, *ref.sizes[1:]))
    return ref


def _scatter_rows(target: Any, indices: Host, updates: Any, scatter: Scatter) -> None:
    if not target.ndim:
        raise _invalid("params must be at least 1-D, got shape []")
    if updates.ndim and tuple(updates.shape) != (*indices.shape, *target.shape[1:]):
        raise _invalid(
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], "
            f"got updates.shape {_text(updates.shape)}, indices.shape {_text(indices.shape)}, "
            f"params.shape {_text(target.shape)}"
        )
    outside = np.argwhere((indices < 0) | (indices >= len(target)))
    if len(outside):
        where = tuple(outside[0])
        raise _invalid(
            f"indices{_text(where) if where else ''} = {indices[where]} is not in "
            f"[0, {len(target)})"
        )
    if updates.ndim:
        updates = updates.reshape(indices.size, *target.shape[1:])
    _scatter_into(target, _like(target, indices.reshape(-1)), updates, scatter)


# -- Slices: ref[indices[..., 0], indices[..., 1], ..., :] ----------------------------------------


def _slices_shape(ref: TensorShape, indices: TensorShape, updates: TensorShape) -> TensorShape:
    shapes.with_rank_at_least(indices, 1)
    shapes.with_rank_at_least(updates, 1)
    if ref.sizes is None or indices.sizes is None or updates.sizes is None:
        return ref
    *outer, depth = indices.sizes
    if depth is None:
        return ref
    inner = ref.sizes[depth:]
    shapes.check_part("outer", "indices", indices, outer, updates, updates.sizes[: len(outer)])
    shapes.check_part("inner", "input", ref, inner, updates, updates.sizes[len(outer) :])
    return ref


def _scatter_slices(target: Any, indices: Host, updates: Any, scatter: Scatter) -> None:
    if not target.ndim:
        raise _invalid("Output must be at least 1-D, got shape: []")
    batch, depth = indices.shape[:-1], indices.shape[-1]
    given = indices.size, math.prod(updates.shape)
    if any(given) and not all((math.prod(target.shape), *given)):
        raise _invalid(
            "Indices and updates specified for empty output.  indices shape: "
            f"{_text(indices.shape)}"
        )
    if updates.shape[:1] != indices.shape[:1]:
        raise _invalid(
            "The outermost dimension of updates and indices must match. "
            f"Got indices.shape {_text(indices.shape)}, updates.shape {_text(updates.shape)}"
        )
    if depth > target.ndim or tuple(updates.shape) != (*batch, *target.shape[depth:]):
        raise _invalid(
            "Must have updates.shape = indices.shape[:batch_dim] + params_shape[slice_dim:], "
            f"got updates.shape: {_text(updates.shape)}, indices.shape: "
            f"{_text(indices.shape)}, params_shape: {_text(target.shape)}, slice_dim: {depth}, "
            f"and batch_dim: {len(batch)}"
        )
    rows = target.reshape(math.prod(target.shape[:depth]), *target.shape[depth:])
    flat = _like(target, _flat(indices.reshape(-1, depth), target.shape))
    _scatter_into(rows, flat, updates.reshape(-1, *target.shape[depth:]), scatter)


def _flat(indices: np.ndarray[Any, Any], sizes: Sequence[int]) -> np.ndarray[Any, Any]:
    """The positions of [n, depth] indices among the slices, counted through."""
    limits = np.array(sizes[: indices.shape[1]], np.int64)
    outside = np.nonzero(((indices < 0) | (indices >= limits)).any(axis=1))[0]
    if len(outside):
        first = outside[0]
        received = ", ".join(str(index) for index in indices[first])
        raise _invalid(f"indices[{first}] = [{received}] does not index into shape {_text(sizes)}")
    strides = np.append(np.cumprod(limits[:0:-1])[::-1], 1)[: len(limits)]
    positions: np.ndarray[Any, Any] = indices.astype(np.int64) @ strides.astype(np.int64)
    return positions


def _like(target: Any, indices: np.ndarray[Any, Any]) -> Any:
    """int64 indices where `target` is: a tensor for a tensor, an array for an array."""
    indices = indices.astype(np.int64)
    return (
        placed(torch.from_numpy(indices), target.device)
        if isinstance(target, torch.Tensor)
        else indices
    )


# -- The ops --------------------------------------------------------------------------------------

_ANY = "T: type"
_NUMBERS = "T: numbertype"
_COMPARED = "T: {half, bfloat16, float, double, int32, int64}"


# Of these TensorFlow does not say that they have no gradient: differentiating them is an error.
_WITHOUT_GRADIENT_RULE = ("ScatterUpdate", "ScatterMin", "ScatterMax")


def _scatter_op(
    name: str,
    doc: str,
    shape: Callable[..., TensorShape],
    change: Callable[[Any, Host, Any, Scatter], None],
    scatter: Scatter,
    types: str,
) -> OpDefinition:
    def kernel(ref: Ref, indices: Host, updates: Any) -> None:
        with ref.lock:
            change(ref.read(), indices, updates, scatter)

    locking = "true" if types is _ANY else "false"
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "ref: Ref(T), indices: Tindices, updates: T",
        "outputs": "output_ref: Ref(T)",
        "attrs": (types, "Tindices: {int32, int64}", f"use_locking: bool = {locking}"),
        "stateful": True,
        "updates": True,
        "shape": staticmethod(shape),
        "kernel": staticmethod(kernel),
    }
    if name not in _WITHOUT_GRADIENT_RULE:
        rules["gradient"] = None
    return op(type(name, (), rules))


def _rows_op(name: str, doc: str, scatter: Scatter, types: str) -> OpDefinition:
    return _scatter_op(name, doc, _rows_shape, _scatter_rows, scatter, types)


def _slices_op(name: str, doc: str, scatter: Scatter, types: str) -> OpDefinition:
    return _scatter_op(name, doc, _slices_shape, _scatter_slices, scatter, types)


ScatterUpdate = _rows_op("ScatterUpdate", "ref[indices] = updates", _combined(_update), _ANY)
ScatterAdd = _rows_op("ScatterAdd", "ref[indices] += updates", _added(1), _NUMBERS)
ScatterSub = _rows_op("ScatterSub", "ref[indices] -= updates", _added(-1), _NUMBERS)
ScatterMul = _rows_op("ScatterMul", "ref[indices] *= updates", _combined(torch.mul), _NUMBERS)
ScatterDiv = _rows_op("ScatterDiv", "ref[indices] /= updates", _combined(_divide), _NUMBERS)
ScatterMin = _rows_op(
    "ScatterMin",
    "ref[indices] = min(ref[indices], updates)",
    _combined(torch.minimum),
    _COMPARED,
)
ScatterMax = _rows_op(
    "ScatterMax",
    "ref[indices] = max(ref[indices], updates)",
    _combined(torch.maximum),
    _COMPARED,
)

ScatterNdUpdate = _slices_op(
    "ScatterNdUpdate", "ref[indices...] = updates", _combined(_update), _ANY
)
ScatterNdAdd = _slices_op("ScatterNdAdd", "ref[indices...] += updates", _added(1), _NUMBERS)
ScatterNdSub = _slices_op("ScatterNdSub", "ref[indices...] -= updates", _added(-1), _NUMBERS)


# -- Ranges: ref[begin:end:strides] ---------------------------------------------------------------


@op
class StridedSliceAssign:
    """ref[begin:end:strides] = value, of exactly the slice's shape; see `slicing.Masks`."""

    inputs = "ref: Ref(T), begin: Index, end: Index, strides: Index, value: T"
    outputs = "output_ref: Ref(T)"
    attrs = (
        "T: type",
        "Index: {int32, int64}",
        "begin_mask: int = 0",
        "end_mask: int = 0",
        "ellipsis_mask: int = 0",
        "new_axis_mask: int = 0",
        "shrink_axis_mask: int = 0",
    )
    stateful = True
    updates = True

    def shape(
        ref: TensorShape,
        begin: TensorShape,
        end: TensorShape,
        strides: TensorShape,
        value: TensorShape,
    ) -> TensorShape:
        return ref

    def kernel(
        ref: Ref, begin: Host, end: Host, strides: Host, value: Any, *, op: Operation
    ) -> None:
        with ref.lock:
            target = ref.read()
            ends = tuple(begin.tolist()), tuple(end.tolist()), tuple(strides.tolist())
            taken = cut(*ends, Masks.of(op), tuple(target.shape))
            if 0 in taken.shape:
                return
            if tuple(value.shape) != taken.shape:
                raise errors.UnimplementedError(
                    None,
                    None,
                    f"sliced l-value shape {_text(taken.shape)} does not match r-value shape "
                    f"{_text(value.shape)}. Automatic broadcasting not yet implemented.",
                )
            taken.put_into(target, value)
