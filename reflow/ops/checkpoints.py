"""Tensors to and from checkpoint files."""

from __future__ import annotations

import os
from typing import Any

import torch

from reflow.files.tensor_bundle import BundleReader, SavedTensor, Slice, write_bundle
from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import HOST_TYPES, to_torch


@op
class SaveV2:
    """Writes tensors to the checkpoint PREFIX.index and PREFIX.data-00000-of-00001.

    prefix: a scalar; tensor_names, shape_and_slices: [n]; of these the latter tell which part of a
    whole a tensor is ("4 2 0,2:0,2"; "": the whole).
    """

    inputs = "prefix: string, tensor_names: string, shape_and_slices: string, tensors: dtypes"
    outputs = ""
    attrs = ("dtypes: list(type) >= 1",)
    stateful = True
    gradient = None

    def shape(
        prefix: TensorShape,
        tensor_names: TensorShape,
        shape_and_slices: TensorShape,
        tensors: list[TensorShape],
    ) -> list[TensorShape]:
        _check_names(prefix, tensor_names, shape_and_slices, len(tensors))
        return []

    def kernel(
        prefix: Host,
        tensor_names: Host,
        shape_and_slices: Host,
        tensors: list[Host],
        *,
        dtypes: list[DType],
    ) -> None:
        names = [name.decode() for name in tensor_names]
        specs = [_slice(spec) for spec in shape_and_slices]
        saved = map(SavedTensor, names, tensors, dtypes, specs)
        path = _text(prefix)
        try:
            # In the order of names, as TensorFlow writes them.
            write_bundle(path, sorted(saved, key=lambda tensor: tensor.name))
        except FileNotFoundError as error:
            folder = os.path.dirname(path)
            raise errors.NotFoundError(None, None, f"{folder}; {error.strerror}") from error
        except OSError as error:
            raise errors.PermissionDeniedError(None, None, f"{path}; {error.strerror}") from error


@op
class RestoreV2:
    """Reads tensors from a checkpoint; arguments as of SaveV2.  NotFoundError for a missing one."""

    inputs = "prefix: string, tensor_names: string, shape_and_slices: string"
    outputs = "tensors: dtypes"
    attrs = ("dtypes: list(type) >= 1",)
    stateful = True
    gradient = None

    def shape(
        prefix: TensorShape,
        tensor_names: TensorShape,
        shape_and_slices: TensorShape,
        *,
        dtypes: list[DType],
        op: Operation,
    ) -> list[TensorShape]:
        _check_names(prefix, tensor_names, shape_and_slices, len(dtypes))
        return [shapes.UNKNOWN] * len(dtypes)

    def kernel(
        prefix: Host,
        tensor_names: Host,
        shape_and_slices: Host,
        *,
        dtypes: list[DType],
        device: torch.device,
    ) -> list[Any]:
        reader = BundleReader(_text(prefix))
        return [
            _restored(reader, name.decode(), _slice(spec), dtype, device)
            for name, spec, dtype in zip(tensor_names, shape_and_slices, dtypes)
        ]


def _check_names(prefix: TensorShape, names: TensorShape, slices: TensorShape, count: int) -> None:
    shapes.with_rank(prefix, 0)
    for vector in (names, slices):
        shapes.merge(shapes.with_rank(vector, 1), shapes.of(count))


def _text(prefix: Host) -> str:
    return os.path.expanduser(prefix.item().decode())


def _slice(spec: bytes) -> Slice | None:
    try:
        return Slice.parse(spec.decode())
    except ValueError:
        raise errors.InvalidArgumentError(
            None, None, f"Expected a shape and a slice. Received: {spec.decode()!r}"
        ) from None


def _restored(
    reader: BundleReader, name: str, part: Slice | None, dtype: DType, device: torch.device
) -> Any:
    saved = reader.dtype(name)
    if saved != dtype:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {name}; expected dtype {dtype.name} does not equal original dtype "
            f"{saved.name}",
        )
    if part is not None and reader.shape(name) != part.full_shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"tensor_name = {name}; shape in shape_and_slice spec {list(part.full_shape)} does not "
            f"match the shape stored in checkpoint: {list(reader.shape(name))}",
        )
    value = reader.read(name, part)
    return value if dtype in HOST_TYPES else to_torch(value.copy(), dtype, device)
