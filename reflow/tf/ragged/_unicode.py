"""Characters of strings: tf.strings.unicode_decode and its like, and tf.strings.bytes_split."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.text.splitting import StringSplit
from reflow.ops.text.unicode import UnicodeDecode, UnicodeDecodeWithOffsets, UnicodeEncode
from reflow.tf._arrays import shape as shape_of
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._arrays import expand_dims
from reflow.tf.ragged._tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged


def bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of each string, as a ragged tensor with one axis more; of a scalar, a vector.

    Raises:
      ValueError: the rank is not known.
    """
    with name_scope(name, "StringsByteSplit", [input]):
        strings = convert_to_tensor_or_ragged_tensor(input, name="input")
        if isinstance(strings, RaggedTensor):
            return strings.with_flat_values(bytes_split(strings.flat_values))
        rank = strings.shape.ndims
        if rank is None:
            raise ValueError("input must have a statically-known rank.")
        if rank == 0:
            return bytes_split(stack([strings]))[0]
        if rank > 1:
            return bytes_split(RaggedTensor.from_tensor(strings))
        indices, values, shape = StringSplit(strings, delimiter="", skip_empty=False)
        return RaggedTensor.from_value_rowids(values, indices[:, 0], nrows=shape[0], validate=False)


# -- To code points ------------------------------------------------------------------------------


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The code points of each string, as a ragged tensor with one axis more; of a scalar, a vector.

    Args:
      input: strings, ragged or not.
      input_encoding: "UTF-8" or any other that Python knows.
      errors: what is no character is an error ("strict"), replaced, or left out ("ignore").
      replacement_char: what takes its place.
      replace_control_characters: whether that takes the place of U+0000 to U+001F, too.

    Raises:
      ValueError: the rank of `input` is not known.
      InvalidArgumentError: (at run time) a string has what is no character, if errors are "strict".
    """
    with name_scope(name, "UnicodeDecode", [input]):
        policy = errors, replacement_char, replace_control_characters
        (codepoints,) = _decoded(input, input_encoding, *policy, with_offsets=False)
        return codepoints


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """As `unicode_decode`, and at which byte of its string each character starts."""
    with name_scope(name, "UnicodeDecodeWithOffsets", [input]):
        policy = errors, replacement_char, replace_control_characters
        codepoints, offsets = _decoded(input, input_encoding, *policy, with_offsets=True)
        return codepoints, offsets


def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    name: str | None = None,
) -> Any:
    """The characters of each string, as strings of one each; arguments as of `unicode_decode`."""
    with name_scope(name, "UnicodeSplit", [input]):
        policy = errors, replacement_char
        (codepoints,) = _decoded(input, input_encoding, *policy, False, with_offsets=False)
        return unicode_encode(expand_dims(codepoints, -1), input_encoding, *policy)


def unicode_split_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    name: str | None = None,
) -> tuple[Any, Any]:
    """As `unicode_split`, and at which byte of its string each character starts."""
    with name_scope(name, "UnicodeSplitWithOffsets", [input]):
        policy = errors, replacement_char
        codepoints, offsets = _decoded(input, input_encoding, *policy, False, with_offsets=True)
        return unicode_encode(expand_dims(codepoints, -1), input_encoding, *policy), offsets


def _decoded(
    input: Any,
    input_encoding: str,
    errors: str,
    replacement_char: int,
    replace_control_characters: bool,
    with_offsets: bool,
) -> list[Any]:
    """The code points and, if wanted, the offsets."""
    strings = convert_to_tensor_or_ragged_tensor(input, name="input")
    rank = strings.shape.ndims
    if rank is None:
        raise ValueError("Rank of `input` must be statically known.")
    if rank > 1:
        strings = _ragged_throughout(strings, rank)
    flat = Reshape(strings.flat_values if is_ragged(strings) else strings, [-1])
    decode = UnicodeDecodeWithOffsets if with_offsets else UnicodeDecode
    splits, *found = decode(
        flat,
        input_encoding=input_encoding,
        errors=errors,
        replacement_char=replacement_char,
        replace_control_characters=replace_control_characters,
    )
    if rank == 0:
        return found
    rows = [RaggedTensor.from_row_splits(part, splits, validate=False) for part in found]
    return rows if rank == 1 else [strings.with_flat_values(part) for part in rows]


def _ragged_throughout(strings: Any, rank: int) -> RaggedTensor:
    """The strings as a ragged tensor whose flat values are a vector."""
    if not isinstance(strings, RaggedTensor):
        return RaggedTensor.from_tensor(strings, ragged_rank=rank - 1)
    if strings.ragged_rank == rank - 1:
        return strings
    inner = RaggedTensor.from_tensor(
        strings.flat_values, ragged_rank=rank - strings.ragged_rank - 1
    )
    return strings.with_flat_values(inner)


# -- From code points ----------------------------------------------------------------------------


def unicode_encode(
    input: Any,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    """The strings whose characters have these code points: those along the last axis make one.

    Args:
      input: int32, ragged or not.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors, replacement_char: as of `unicode_decode`, of numbers that are no code points.

    Raises:
      ValueError: the rank of `input` is not known, or 0.
    """
    with name_scope(name, "UnicodeEncode", [input]):
        codes = convert_to_tensor_or_ragged_tensor(input)
        rank = codes.shape.ndims
        if rank is None:
            raise ValueError("Rank of input_tensor must be statically known.")
        policy = output_encoding, errors, replacement_char
        if isinstance(codes, RaggedTensor):
            return _ragged_encoded(codes, *policy)
        if rank == 0:
            raise ValueError("input_tensor's rank must be at least 1.")
        if rank == 1:
            count = shape_of(codes, out_type=dtypes.int32)[0]
            row = RaggedTensor.from_row_splits(codes, stack([0, count]), validate=False)
            return Reshape(unicode_encode(row, *policy), [])
        if rank == 2:
            return unicode_encode(RaggedTensor.from_tensor(codes), *policy)
        return _tensor_encoded(codes, *policy)


def _ragged_encoded(codes: RaggedTensor, *policy: Any) -> Any:
    if codes.flat_values.shape.ndims != 1:
        return codes.with_flat_values(unicode_encode(codes.flat_values, *policy))
    if codes.ragged_rank > 1:
        return codes.with_values(unicode_encode(codes.values, *policy))
    encoding, errors, replacement_char = policy
    return UnicodeEncode(
        codes.values,
        codes.row_splits,
        output_encoding=encoding,
        errors=errors,
        replacement_char=replacement_char,
    )


def _tensor_encoded(codes: Tensor, *policy: Any) -> Tensor:
    rows = Reshape(codes, stack([-1, shape_of(codes)[-1]]))
    strings: Tensor = Reshape(unicode_encode(rows, *policy), codes.shape[:-1])
    return strings
