"""Ops that put elements aside in staging areas, and take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow.resources import Array, invalid
from reflow.ops.data_flow.staging import StagedByKey, StagedElements
from reflow.ops.data_flow.waiting import Attempt, awaited
from reflow.ops.kernels import Host
from reflow.ops.op import op

_ATTRS = (
    "capacity: int >= 0 = 0",
    "memory_limit: int >= 0 = 0",
    "dtypes: list(type)",
    "container: string = ''",
    "shared_name: string = ''",
)
# Of ops that take or give an element's components.
_WITH_COMPONENTS = (*_ATTRS[:2], "dtypes: list(type) >= 1", *_ATTRS[3:])


def _area_key(op: Operation) -> Any:
    """Which staging area: nodes of one shared name, which is their own by default, have one."""
    kind = "ordered" if op.type.startswith("Ordered") else "map" if "Map" in op.type else "stage"
    return kind, op.attrs["container"], op.attrs["shared_name"] or op.name


def _unknown_shapes(op: Operation) -> list[TensorShape]:
    return [shapes.UNKNOWN] * len(op.definition.output_types(op.attrs))


class _OfElements:
    """What the ops of a staging area without keys share."""

    attrs = _WITH_COMPONENTS
    stateful = True
    gradient = None
    state = StagedElements
    state_key = _area_key


@op
class Stage(_OfElements):
    """Puts an element aside; waits while the staging area is full."""

    inputs = "values: dtypes"

    def shape(values: list[TensorShape]) -> tuple[()]:
        return ()

    @awaited
    def kernel(values: list[Any], *, state: StagedElements) -> Attempt:
        return state.put(values)


def _fitting(attempt: Attempt, given: int, dtypes: list[DType]) -> Attempt:
    if given != len(dtypes):
        raise invalid(f"Mismatch stage/unstage: {given} vs. {len(dtypes)}")
    return attempt


@op
class Unstage(_OfElements):
    """Takes the first element, waited for while there is none."""

    outputs = "values: dtypes"

    def shape(*, op: Operation) -> list[TensorShape]:
        return _unknown_shapes(op)

    @awaited
    def kernel(*, state: StagedElements, dtypes: list[DType]) -> Attempt:
        return _fitting(state.get(), len(state.types), dtypes)


@op
class StagePeek(_OfElements):
    """The element of a number, waited for while there are not so many; it stays."""

    inputs = "index: int32"
    outputs = "values: dtypes"

    def shape(index: TensorShape, *, op: Operation) -> list[TensorShape]:
        return _unknown_shapes(op)

    @awaited
    def kernel(index: Host, *, state: StagedElements, dtypes: list[DType]) -> Attempt:
        if index.ndim:
            raise invalid("index must be scalar")
        return _fitting(state.peek(int(index)), len(state.types), dtypes)


def _size_op(name: str, base: type, method: str, doc: str) -> OpDefinition:
    def kernel(*, state: Any) -> Array:
        return np.array(getattr(state, method)(), np.int32)

    rules = {
        "__doc__": doc,
        "outputs": "size: int32",
        "attrs": _ATTRS,
        "host": True,
        "shape": shapes.scalar,
        "kernel": kernel,
    }
    return op(type(name, (base,), rules))


def _nothing() -> tuple[()]:
    return ()


def _clear(*, state: Any) -> None:
    state.clear()


def _clear_op(name: str, base: type) -> OpDefinition:
    rules = {
        "__doc__": "Drops all elements.",
        "attrs": _ATTRS,
        "shape": _nothing,
        "kernel": _clear,
    }
    return op(type(name, (base,), rules))


StageSize = _size_op("StageSize", _OfElements, "size", "The number of elements.")
StageClear = _clear_op("StageClear", _OfElements)


class _ByKey:
    """What the ops of a staging area with keys share."""

    attrs: tuple[str, ...] = _WITH_COMPONENTS
    stateful = True
    gradient = None
    state = StagedByKey
    state_key = _area_key


def _indices(indices: Array) -> list[int]:
    return [int(index) for index in indices.ravel()]


class _Put(_ByKey):
    """Puts components of an element aside under a key; waits while the staging area is full."""

    inputs = "key: int64, indices: int32, values: fake_dtypes"
    attrs = (*_ATTRS[:3], "fake_dtypes: list(type) >= 1", *_ATTRS[3:])

    def shape(key: TensorShape, indices: TensorShape, values: list[TensorShape]) -> tuple[()]:
        return ()

    @awaited
    def kernel(key: Host, indices: Host, values: list[Any], *, state: StagedByKey) -> Attempt:
        return state.put(int(key), _indices(indices), values)


class _Peek(_ByKey):
    """Components of the element under a key, waited for while there is none; they stay."""

    inputs = "key: int64, indices: int32"
    outputs = "values: dtypes"

    def shape(key: TensorShape, indices: TensorShape, *, op: Operation) -> list[TensorShape]:
        return _unknown_shapes(op)

    @awaited
    def kernel(key: Host, indices: Host, *, state: StagedByKey, dtypes: list[DType]) -> Attempt:
        places = _indices(indices)
        return _fitting(state.peek(int(key), places), len(places), dtypes)


class _Get(_Peek):
    """Takes components of the element under a key, waited for while there is none."""

    @awaited
    def kernel(key: Host, indices: Host, *, state: StagedByKey, dtypes: list[DType]) -> Attempt:
        places = _indices(indices)
        return _fitting(state.get(int(key), places), len(places), dtypes)


class _GetAny(_ByKey):
    """Takes components of an element, with its key, waited for while there is none."""

    inputs = "indices: int32"
    outputs = "key: int64, values: dtypes"

    def shape(indices: TensorShape, *, op: Operation) -> list[TensorShape]:
        return _unknown_shapes(op)

    @awaited
    def kernel(indices: Host, *, state: StagedByKey, dtypes: list[DType]) -> Attempt:
        places = _indices(indices)
        return _fitting(state.get_any(places), len(places), dtypes)


def _keyed(prefix: str) -> None:
    """The ops of one kind of staging area with keys: in any order, or in that of the keys."""
    for name, rules in (
        ("Stage", _Put),
        ("Peek", _Peek),
        ("Unstage", _Get),
        ("UnstageNoKey", _GetAny),
    ):
        op(type(f"{prefix}{name}", (rules,), {"__doc__": rules.__doc__}))
    _size_op(f"{prefix}Size", _ByKey, "size", "The number of elements that have all components.")
    _size_op(
        f"{prefix}IncompleteSize",
        _ByKey,
        "incomplete_size",
        "The number of elements that lack components.",
    )
    _clear_op(f"{prefix}Clear", _ByKey)


_keyed("Map")
_keyed("OrderedMap")
