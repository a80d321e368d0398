"""Bytes written in the 64 characters of base64, and compressed."""

from __future__ import annotations

import base64
import re
import zlib

from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, invalid, mapped

_BASE64 = re.compile(rb"[A-Za-z0-9_-]*")


@op
class EncodeBase64:
    """Every string in base64, with "-" and "_" as its last characters; `pad`: "=" fills it up."""

    inputs = "input: string"
    outputs = "output: string"
    attrs = ("pad: bool = false",)
    export = ("encode_base64", "io.encode_base64")
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, pad: bool) -> Array:
        end = b"" if pad else b"="
        return mapped(lambda string: base64.urlsafe_b64encode(string).rstrip(end), input)


@op
class DecodeBase64:
    """The bytes behind base64, with or without "=" at the end."""

    inputs = "input: string"
    outputs = "output: string"
    export = ("decode_base64", "io.decode_base64")
    shape = shapes.same
    gradient = None

    def kernel(input: Host) -> Array:
        return mapped(_decoded, input)


def _decoded(string: bytes) -> bytes:
    if len(string) % 4 == 1:
        raise invalid("Base64 string length cannot be 1 modulo 4.")
    digits = string
    if string and len(string) % 4 == 0:
        digits = string[:-2] + string[-2:].rstrip(b"=")
    if not _BASE64.fullmatch(digits):
        raise invalid("Invalid character found in base64.")
    return base64.urlsafe_b64decode(digits + b"=" * (-len(digits) % 4))


@op
class DecodeCompressed:
    """What was compressed: by "ZLIB" or "GZIP", or not at all ("")."""

    inputs = "bytes: string"
    outputs = "output: string"
    attrs = ("compression_type: string = ''",)
    export = ("decode_compressed", "io.decode_compressed")
    shape = shapes.same
    gradient = None

    def kernel(bytes: Host, *, compression_type: str) -> Array:
        formats = {"": None, "ZLIB": zlib.MAX_WBITS, "GZIP": 16 + zlib.MAX_WBITS}
        if compression_type not in formats:
            raise invalid(
                f"Only ZLIB, GZIP or NONE are supported compressions. Received: {compression_type}"
            )
        window = formats[compression_type]
        if window is None:
            return bytes.copy()
        return mapped(lambda string: _decompressed(string, window), bytes)


def _decompressed(string: bytes, window: int) -> bytes:
    decompressor = zlib.decompressobj(window)
    try:
        return decompressor.decompress(string)
    except zlib.error as error:
        raise invalid(f"The string is not compressed as expected: {error}") from None
