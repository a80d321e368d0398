"""Strings that match regular expressions, and what matches replaced."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, as_bytes, invalid, mapped, text
from reflow.ops.text.regular_expressions import PatternError, compiled
from reflow.ops.values import placed

# As the bytes that are not UTF-8 travel through expressions of characters.
_ERRORS = "surrogateescape"


def _expression(pattern: bytes) -> re.Pattern[str]:
    try:
        return compiled(pattern)
    except PatternError as error:
        raise invalid(f"Invalid pattern: {text(pattern)}, error: {error}") from None


# -- Replacing -----------------------------------------------------------------------------------


def _rewriting(rewrite: str) -> tuple[list[str | int], bool]:
    """The parts of a rewriting: text, and numbers of groups; False if RE2 refuses what follows."""
    parts: list[str | int] = []
    position = 0
    for escape in re.finditer(r"\\(?s:(.)|\Z)", rewrite):
        parts.append(rewrite[position : escape.start()])
        position = escape.end()
        if escape[1] is None or escape[1] not in "0123456789\\":
            return parts, False
        parts.append("\\" if escape[1] == "\\" else int(escape[1]))
    return [*parts, rewrite[position:]], True


def _rewritten(match: re.Match[str], parts: list[str | int]) -> str:
    """What takes a match's place; a group that the expression does not have is empty."""
    groups = (match[0], *match.groups(""))
    return "".join(
        part if isinstance(part, str) else groups[part] if part < len(groups) else ""
        for part in parts
    )


def _first_replaced(expression: re.Pattern[str], parts: list[str | int], string: str) -> str:
    match = expression.search(string)
    if match is None:
        return string
    return string[: match.start()] + _rewritten(match, parts) + string[match.end() :]


def _all_replaced(expression: re.Pattern[str], parts: list[str | int], string: str) -> str:
    pieces: list[str] = []
    position, last_end = 0, -1
    while position <= len(string):
        match = expression.search(string, position)
        if match is None:
            break
        pieces.append(string[position : match.start()])
        position = match.end()
        if match.start() == match.end() == last_end:
            # RE2 takes no empty match at the end of the last one.
            pieces.append(string[position : position + 1])
            position += 1
            continue
        pieces.append(_rewritten(match, parts))
        last_end = position
    return "".join([*pieces, string[position:]])


# What matches no characters, but places: beginnings and ends of texts and words.
_PLACES = re.compile(rb"[$^]|\\[ABbz]")


def _needs_characters(pattern: bytes, expression: re.Pattern[str]) -> bool:
    """Whether no match is empty, for sure.  Behind empty ones Python goes on otherwise than RE2."""
    return not _PLACES.search(pattern) and not expression.fullmatch("")


def _replace_all(input: Array, pattern: bytes, rewrite: bytes, replace_global: bool) -> Array:
    expression = _expression(pattern)
    parts, is_valid = _rewriting(rewrite.decode(errors=_ERRORS))
    if not (replace_global or is_valid):
        return input.copy()
    if replace_global and _needs_characters(pattern, expression):
        fixed = "".join(part for part in parts if isinstance(part, str))
        with_groups = partial(_rewritten, parts=parts)
        replaced = partial(
            expression.sub, fixed.replace("\\", r"\\") if len(parts) == 1 else with_groups
        )
    else:
        replaced = partial(_all_replaced if replace_global else _first_replaced, expression, parts)

    def function(string: bytes) -> bytes:
        return replaced(string.decode(errors=_ERRORS)).encode(errors=_ERRORS)

    return mapped(function, input)


@op
class RegexReplace:
    """Every string with what matches `pattern` replaced by `rewrite`.

    In that, \\1 to \\9 are groups of the match, and \\0 is the whole.
    replace_global: whether all matches are replaced, or only the first.
    """

    inputs = "input: string, pattern: string, rewrite: string"
    outputs = "output: string"
    attrs = ("replace_global: bool = true",)
    gradient = None

    def shape(input: TensorShape, pattern: TensorShape, rewrite: TensorShape) -> TensorShape:
        shapes.with_rank(pattern, 0)
        shapes.with_rank(rewrite, 0)
        return input

    def kernel(input: Host, pattern: Host, rewrite: Host, *, replace_global: bool) -> Array:
        for name, array in (("Pattern", pattern), ("Rewrite", rewrite)):
            if array.ndim:
                raise invalid(f"{name} must be scalar, but received {list(array.shape)}")
        return _replace_all(input, pattern.item(), rewrite.item(), replace_global)


@op
class StaticRegexReplace:
    """As RegexReplace, of a pattern and a rewriting that are known beforehand."""

    inputs = "input: string"
    outputs = "output: string"
    attrs = ("pattern: string", "rewrite: string", "replace_global: bool = true")
    shape = shapes.same
    gradient = None

    def kernel(
        input: Host, *, pattern: str | bytes, rewrite: str | bytes, replace_global: bool
    ) -> Array:
        return _replace_all(input, as_bytes(pattern), as_bytes(rewrite), replace_global)


# -- Matching ------------------------------------------------------------------------------------


def _matches(input: Array, pattern: bytes, device: torch.device) -> torch.Tensor:
    expression = _expression(pattern)
    found = [
        expression.fullmatch(string.decode(errors=_ERRORS)) is not None
        for string in input.ravel().tolist()
    ]
    return placed(torch.from_numpy(np.array(found, bool).reshape(input.shape)), device)


@op
class RegexFullMatch:
    """Whether the whole string matches the pattern, for every string."""

    inputs = "input: string, pattern: string"
    outputs = "output: bool"
    gradient = None

    def shape(input: TensorShape, pattern: TensorShape) -> TensorShape:
        shapes.with_rank(pattern, 0)
        return input

    def kernel(input: Host, pattern: Host, *, device: torch.device) -> torch.Tensor:
        if pattern.ndim:
            raise invalid(f"Pattern must be scalar, but received {list(pattern.shape)}")
        return _matches(input, pattern.item(), device)


@op
class StaticRegexFullMatch:
    """As RegexFullMatch, of a pattern that is known beforehand."""

    inputs = "input: string"
    outputs = "output: bool"
    attrs = ("pattern: string",)
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, pattern: str | bytes, device: torch.device) -> torch.Tensor:
        return _matches(input, as_bytes(pattern), device)
