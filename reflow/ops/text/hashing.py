"""Hashes of strings, as numbers of buckets and as fingerprints."""

from __future__ import annotations

import math

import numpy as np
import torch

from reflow.graph.dtypes import uint8
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.text.elements import invalid, text
from reflow.ops.text.hashes import (
    Hash,
    Texts,
    Words,
    fingerprint64,
    murmur_hash,
    sip_hash,
)
from reflow.ops.values import placed, to_torch


def _buckets(strings: Host, function: Hash, num_buckets: int, device: torch.device) -> torch.Tensor:
    hashes = function(Texts.of_strings(strings.ravel().tolist())) % np.uint64(num_buckets)
    return placed(torch.from_numpy(hashes.astype(np.int64).reshape(strings.shape)), device)


@op
class StringToHashBucket:
    """The hash of every string modulo `num_buckets`: MurmurHash, the oldest of the three."""

    inputs = "string_tensor: string"
    outputs = "output: int64"
    attrs = ("num_buckets: int >= 1",)
    shape = shapes.same
    gradient = None

    def kernel(string_tensor: Host, *, num_buckets: int, device: torch.device) -> torch.Tensor:
        return _buckets(string_tensor, murmur_hash, num_buckets, device)


@op
class StringToHashBucketFast:
    """The hash of every string modulo `num_buckets`: FarmHash's fingerprint."""

    inputs = "input: string"
    outputs = "output: int64"
    attrs = ("num_buckets: int >= 1",)
    export = ("string_to_hash_bucket_fast", "strings.to_hash_bucket_fast")
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, num_buckets: int, device: torch.device) -> torch.Tensor:
        return _buckets(input, fingerprint64, num_buckets, device)


@op
class StringToHashBucketStrong:
    """The hash of every string modulo `num_buckets`: SipHash with a key of two integers, without
    which nobody finds strings of one hash."""

    inputs = "input: string"
    outputs = "output: int64"
    attrs = ("num_buckets: int >= 1", "key: list(int)")
    export = ("string_to_hash_bucket_strong", "strings.to_hash_bucket_strong")
    shape = shapes.same
    gradient = None

    def kernel(
        input: Host, *, num_buckets: int, key: list[int], device: torch.device
    ) -> torch.Tensor:
        if len(key) != 2:
            raise invalid(f"Key must have 2 elements. Received: {key}")
        return _buckets(input, sip_hash((key[0], key[1])), num_buckets, device)


@op
class Fingerprint:
    """The fingerprint of each row along the first axis.

    data: [n, ...] -> [n, 8] bytes.  A row of several strings has that of their fingerprints.
    """

    inputs = "data: T, method: string"
    outputs = "fingerprint: uint8"
    attrs = ("T: type",)
    gradient = None

    def shape(data: TensorShape, method: Value) -> TensorShape:
        shapes.with_rank_at_least(data, 1)
        if method is not None and method.item() != b"farmhash64":
            raise ValueError(f"Unsupported method: {text(method.item())}")
        return shapes.of(None if data.sizes is None else data.sizes[0], 8)

    def kernel(data: Host, method: Host, *, device: torch.device) -> torch.Tensor:
        if not data.ndim:
            raise invalid("`data` must be at least one-dimensional tensor.")
        if method.item() != b"farmhash64":
            raise invalid(f"Unsupported fingerprint method: {text(method.item())}")
        return to_torch(_fingerprints(data), uint8, device)


def _fingerprints(data: Host) -> Host:
    count, per_row = len(data), math.prod(data.shape[1:])
    if data.dtype != object:
        rows = np.ascontiguousarray(data).reshape(count, per_row).view(np.uint8)
        return _bytes_of(fingerprint64(Texts.of_rows(rows)))
    hashes = _bytes_of(fingerprint64(Texts.of_strings(data.ravel().tolist())))
    if per_row <= 1:
        return hashes
    return _bytes_of(fingerprint64(Texts.of_rows(hashes.reshape(count, -1))))


def _bytes_of(hashes: Words) -> Host:
    return hashes.astype("<u8").view(np.uint8).reshape(-1, 8)
