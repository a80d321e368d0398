"""Files of images read, whatever their format."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import as_dtype, uint8
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.image.decoding import DecodeBmp, DecodeGif, DecodeJpeg, DecodePng
from reflow.tf._checks import Assert
from reflow.tf._cond import cond
from reflow.tf._gathering import gather
from reflow.tf._scopes import name_scope
from reflow.tf.image._types import convert_image_dtype
from reflow.tf.math import equal, logical_and, not_equal
from reflow.tf.strings import substr


def is_jpeg(contents: Any, name: str | None = None) -> Tensor:
    """Whether the bytes are those of a JPEG file, by how they begin."""
    with name_scope(name, "is_jpeg"):
        return equal(substr(contents, 0, 3), b"\xff\xd8\xff", name=name)


def _is_png(contents: Any, name: str | None = None) -> Tensor:
    with name_scope(name, "is_png"):
        return equal(substr(contents, 0, 3), b"\x89PN", name=name)


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The image in a JPEG, PNG, GIF or BMP file.

    Args:
      contents: the file's bytes, a scalar string.
      channels: 1 (gray), 3 (RGB), 4 (RGBA); None and 0: as in the file.
      dtype: of the result; floats are from 0 to 1.
      expand_animations: a GIF gives [frames, height, width, 3], else only its first frame.

    Returns:
      [height, width, channels] of unknown static shape.

    Raises:
      ValueError: no such number of channels.
      InvalidArgumentError: in the run, if the file has no such format or cannot have `channels`.
    """
    with name_scope(name, "decode_image"):
        if channels not in (None, 0, 1, 3, 4):
            raise ValueError("channels must be in (None, 0, 1, 3, 4)")
        start = substr(contents, 0, 3)
        as_in_file = 0 if channels is None else channels

        def converted(checks: list[Operation], decode: Any) -> Tensor:
            with get_default_graph().control_dependencies(checks):
                return convert_image_dtype(decode(contents), dtype)

        def bmp() -> Tensor:
            is_bmp = equal(substr(contents, 0, 2), "BM", name="is_bmp")
            is_known = Assert(is_bmp, ["Unable to decode bytes as JPEG, PNG, GIF, or BMP"])
            is_possible = Assert(
                not_equal(as_in_file, 1, name="check_channels"),
                ["Channels must be in (None, 0, 3) when decoding BMP images"],
            )
            return converted([is_known, is_possible], DecodeBmp)

        def gif() -> Tensor:
            is_rgb = logical_and(
                not_equal(as_in_file, 1, name="check_gif_channels"),
                not_equal(as_in_file, 4, name="check_gif_channels"),
            )
            check = Assert(is_rgb, ["Channels must be in (None, 0, 3) when decoding GIF images"])
            with get_default_graph().control_dependencies([check]):
                frames = convert_image_dtype(DecodeGif(contents), dtype)
                return frames if expand_animations else gather(frames, 0)

        def png() -> Tensor:
            stored = "uint8" if as_dtype(dtype) is uint8 else "uint16"
            decoded = DecodePng(contents, channels=as_in_file, dtype=stored)
            return convert_image_dtype(decoded, dtype)

        def jpeg() -> Tensor:
            check = Assert(
                not_equal(as_in_file, 4, name="check_jpeg_channels"),
                ["Channels must be in (None, 0, 1, 3) when decoding JPEG images"],
            )
            return converted([check], lambda file: DecodeJpeg(file, channels=as_in_file))

        def gif_or_bmp() -> Tensor:
            return cond(equal(start, b"GIF", name="is_gif"), gif, bmp, name="cond_gif")

        def png_or_other() -> Tensor:
            return cond(_is_png(contents), png, gif_or_bmp, name="cond_png")

        return cond(is_jpeg(contents), jpeg, png_or_other, name="cond_jpeg")
