"""What a program sets and does not compute: its flags, its arguments, its constants."""

from __future__ import annotations

import contextlib
import dis
import itertools
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FrameType, ModuleType
from typing import Any, Final

from reflow.graph import source

__all__ = ["constants", "hyperparameters", "program_codes"]

_MOST: Final = 100
_LONGEST_TEXT: Final = 200


def hyperparameters(main: Mapping[str, Any], codes: Sequence[CodeType]) -> dict[str, Any]:
    """By name: constants, arguments and flags of a program, as far as they are set by now.

    Args:
      main: the namespace of its `__main__`.
      codes: of its module and functions that led to the training.
    """
    found: dict[str, Any] = {}
    for code in [*_cells(main), *codes]:
        found.update(constants(code))
    for value in list(main.values()):
        found.update(_parsed_arguments(value))
    found.update(_flags())
    shown = {name: value for name, value in found.items() if _is_shown(value)}
    return dict(list(shown.items())[:_MOST])


def constants(code: CodeType) -> dict[str, Any]:
    """What a module or function sets once, to a value that is written there.

    It is read off the code, which Python 2's programs and the cells of notebooks have too.
    """
    instructions = list(dis.get_instructions(code))
    stored = Counter(filter(None, map(_stored_name, instructions)))
    stored.update(_global_names(code))
    found = {}
    for before, instruction in itertools.pairwise(instructions):
        name = _stored_name(instruction)
        if name and before.opname == "LOAD_CONST" and stored[name] == 1:
            found[name] = before.argval
    return {name: value for name, value in found.items() if not name.startswith("_")}


def _stored_name(instruction: dis.Instruction) -> str | None:
    if instruction.opname == "STORE_NAME":
        return str(instruction.argval)
    if instruction.opname.startswith("STORE_FAST"):  # from Python 3.13 on also two in one
        stored = instruction.argval
        return str(stored[0] if isinstance(stored, tuple) else stored)
    return None


def _global_names(code: CodeType) -> Iterator[str]:
    """What the functions that a module defines set in it."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for instruction in dis.get_instructions(inner):
                if instruction.opname == "STORE_GLOBAL":
                    yield instruction.argval


def program_codes(frame: FrameType | None) -> list[CodeType]:
    """The code of the program's modules and functions that led to a frame, outermost first."""
    codes = []
    while frame is not None:
        if source.is_program_file(frame.f_code.co_filename):
            codes.append(frame.f_code)
        frame = frame.f_back
    return codes[::-1]


def _cells(main: Mapping[str, Any]) -> Iterator[CodeType]:
    """The code of a notebook's cells so far, but for those that are not Python alone."""
    cells = main.get("In")
    for text in cells if isinstance(cells, list) else ():
        with contextlib.suppress(SyntaxError, ValueError, TypeError):
            yield compile(text, "<cell>", "exec")


def _parsed_arguments(value: Any) -> dict[str, Any]:
    """Those of an `argparse.Namespace`."""
    argparse: ModuleType | None = sys.modules.get("argparse")
    return dict(vars(value)) if argparse and isinstance(value, argparse.Namespace) else {}


def _flags() -> dict[str, Any]:
    """Those of absl, which tf.flags is, that the program's own modules define."""
    absl_flags = sys.modules.get("absl.flags")
    if absl_flags is None or not absl_flags.FLAGS.is_parsed():
        return {}
    own = {"__main__", sys.argv[0]} | {
        name
        for name, module in list(sys.modules.items())
        if source.is_program_file(getattr(module, "__file__", None) or "<frozen >")
    }
    return {
        flag.name: flag.value
        for module, flags in absl_flags.FLAGS.flags_by_module_dict().items()
        if module in own
        for flag in flags
    }


def _is_shown(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
