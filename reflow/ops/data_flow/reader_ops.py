"""Ops that make readers, and that read with them."""

from __future__ import annotations

import numpy as np

from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow import readers
from reflow.ops.data_flow.queues import Queue
from reflow.ops.data_flow.readers import Record
from reflow.ops.data_flow.resources import (
    Array,
    Place,
    Reference,
    found,
    give_resource,
    invalid,
    shared_key,
    taking_references,
    two_strings,
)
from reflow.ops.data_flow.waiting import Attempt, awaited
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle

_NAMES = ("container: string = ''", "shared_name: string = ''")
_HEADER = ("skip_header_lines: int = 0",)
_LENGTHS = (
    "header_bytes: int = 0",
    "record_bytes: int",
    "footer_bytes: int = 0",
    "hop_bytes: int = 0",
)
_ENCODING = ("encoding: string = ''",)


def _making(
    reader: type[readers.Reader], attrs: tuple[str, ...], later_attrs: tuple[str, ...] = ()
) -> tuple[OpDefinition, OpDefinition]:
    """The op that makes such a reader, and the one of TensorFlow 0.x.

    Args:
      later_attrs: what the one of 0.x lacks.
    """
    rules = {
        "__doc__": reader.__doc__,
        "outputs": "reader_handle: resource",
        "attrs": (*attrs, *_NAMES, *later_attrs),
        "stateful": True,
        "gradient": None,
        "shape": shapes.scalar,
        "state": Place,
        "state_key": shared_key("reader"),
        "kernel": give_resource,
        "make": reader,
    }
    of_reference = {
        **rules,
        "outputs": "reader_handle: Ref(string)",
        "attrs": (*attrs, *_NAMES),
        "shape": two_strings,
        "state": Reference,
        "kernel": None,
    }
    return op(type(f"{reader.kind}V2", (), rules)), op(type(reader.kind, (), of_reference))


WholeFileReaderV2, WholeFileReader = _making(readers.WholeFileReader, ())
IdentityReaderV2, IdentityReader = _making(readers.IdentityReader, ())
TextLineReaderV2, TextLineReader = _making(readers.TextLineReader, _HEADER)
FixedLengthRecordReaderV2, FixedLengthRecordReader = _making(
    readers.FixedLengthRecordReader, _LENGTHS, _ENCODING
)


def _reader(handle: Array) -> readers.Reader:
    return found(handle, readers.Reader, "a reader")  # type: ignore[type-abstract]


def _queue(handle: Array) -> Queue:
    return found(handle, Queue, "a queue")  # type: ignore[type-abstract]


def _vector(items: list[bytes]) -> Array:
    strings = np.empty(len(items), object)
    strings[:] = items
    return strings


def _single(records: list[Record]) -> list[Array]:
    return [handle(part) for part in records[0]]


def _several(records: list[Record]) -> list[Array]:
    return [_vector([record[part] for record in records]) for part in (0, 1)]


@op
class ReaderReadV2:
    """The next record of a reader, waited for while the queue has no work for it: key and value."""

    inputs = "reader_handle: resource, queue_handle: resource"
    outputs = "key: string, value: string"
    stateful = True
    gradient = None

    def shape(reader_handle: TensorShape, queue_handle: TensorShape) -> list[TensorShape]:
        return [shapes.SCALAR] * 2

    @awaited
    def kernel(reader_handle: Host, queue_handle: Host) -> Attempt:
        return _reader(reader_handle).read(_queue(queue_handle), 1, _single)


@op
class ReaderReadUpToV2:
    """The next records of a reader, `num_records` at most: keys and values.

    They are fewer where a work unit ends.
    """

    inputs = "reader_handle: resource, queue_handle: resource, num_records: int64"
    outputs = "keys: string, values: string"
    stateful = True
    gradient = None

    def shape(
        reader_handle: TensorShape, queue_handle: TensorShape, num_records: TensorShape
    ) -> list[TensorShape]:
        shapes.with_rank(num_records, 0)
        return [shapes.of(None)] * 2

    @awaited
    def kernel(reader_handle: Host, queue_handle: Host, num_records: Host) -> Attempt:
        if num_records.ndim or num_records < 0:
            raise invalid(f"num_records must be a scalar >= 0, got {num_records.tolist()}")
        return _reader(reader_handle).read(_queue(queue_handle), int(num_records), _several)


def _count_op(name: str, output: str, attribute: str, doc: str) -> OpDefinition:
    def shape(reader_handle: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(reader_handle: Host) -> Array:
        return np.array(getattr(_reader(reader_handle), attribute), np.int64)

    rules = {
        "__doc__": doc,
        "inputs": "reader_handle: resource",
        "outputs": f"{output}: int64",
        "host": True,
        "stateful": True,
        "gradient": None,
        "shape": shape,
        "kernel": kernel,
    }
    return op(type(name, (), rules))


ReaderNumRecordsProducedV2 = _count_op(
    "ReaderNumRecordsProducedV2",
    "records_produced",
    "num_records_produced",
    "The number of records that a reader has made.",
)
ReaderNumWorkUnitsCompletedV2 = _count_op(
    "ReaderNumWorkUnitsCompletedV2",
    "units_completed",
    "num_work_units_completed",
    "The number of work units that a reader is done with.",
)


@op
class ReaderSerializeStateV2:
    """What a reader remembers, as a string."""

    inputs = "reader_handle: resource"
    outputs = "state: string"
    stateful = True
    gradient = None

    def shape(reader_handle: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(reader_handle: Host) -> Host:
        return handle(_reader(reader_handle).state())


@op
class ReaderRestoreStateV2:
    """Has a reader go back to what ReaderSerializeStateV2 gave."""

    inputs = "reader_handle: resource, state: string"
    stateful = True
    gradient = None

    def shape(reader_handle: TensorShape, state: TensorShape) -> tuple[()]:
        shapes.with_rank(state, 0)
        return ()

    def kernel(reader_handle: Host, state: Host) -> None:
        if state.ndim:
            raise invalid(f"Reader state must be scalar, but had shape: {list(state.shape)}")
        _reader(reader_handle).restore(state.item())


@op
class ReaderResetV2:
    """Has a reader forget all."""

    inputs = "reader_handle: resource"
    stateful = True
    gradient = None

    def shape(reader_handle: TensorShape) -> tuple[()]:
        return ()

    def kernel(reader_handle: Host) -> None:
        _reader(reader_handle).reset()


ReaderRead = taking_references(ReaderReadV2)
ReaderReadUpTo = taking_references(ReaderReadUpToV2)
ReaderNumRecordsProduced = taking_references(ReaderNumRecordsProducedV2)
ReaderNumWorkUnitsCompleted = taking_references(ReaderNumWorkUnitsCompletedV2)
ReaderSerializeState = taking_references(ReaderSerializeStateV2)
ReaderRestoreState = taking_references(ReaderRestoreStateV2)
ReaderReset = taking_references(ReaderResetV2)
