"""`reflow check`: the findings, for people or for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from reflow.running.check.findings import Finding, check_program
from reflow.running.check.sources import UnreadableError, programs_in

__all__ = ["check"]

_NOTHING_MISSING: Final = 0
_MISSING: Final = 1
_UNREADABLE: Final = 2


def check(paths: Sequence[str], as_json: bool = False) -> int:
    """Check programs, and print what is found.

    Args:
      paths: files of programs, notebooks, or folders of them.
      as_json: print one JSON object.

    Returns:
      The exit status: 0, 1 if reflow lacks a name, 2 if a file cannot be read.
    """
    from reflow.hook import install

    install()
    programs = [program for path in paths for program in programs_in(path)]
    results = [_result(program) for program in programs]
    if as_json:
        print(json.dumps({"programs": results}, indent=2))
    else:
        for result in results:
            _print(result)
    if any(result["error"] for result in results):
        return _UNREADABLE
    return _MISSING if any(result["missing"] for result in results) else _NOTHING_MISSING


def _result(program: str) -> dict[str, Any]:
    try:
        findings = check_program(program)
    except UnreadableError as error:
        return {"program": program, "error": str(error), "missing": [], "translated": []}
    broken = [each for each in findings if each.kind == "unparsable"]
    missing = [each for each in findings if each.kind == "missing"]
    translated = [each for each in findings if each.kind not in ("missing", "unparsable")]
    return {
        "program": program,
        "error": "\n".join(f"{_place(each)} {each.message}" for each in broken) or None,
        "missing": [each._asdict() for each in missing],
        "translated": [each._asdict() for each in translated],
    }


def _print(result: dict[str, Any]) -> None:
    program = result["program"]
    if result["error"]:
        print(result["error"])
    for finding in (*result["translated"], *result["missing"]):
        print(f"{_place(Finding(**finding))}: {finding['message']}")
    missing = len({finding["name"] for finding in result["missing"]})
    names = "1 name is" if missing == 1 else f"{missing} names are"
    if missing:
        print(f"{program}: {names} missing")
    elif not result["error"]:
        print(f"{program}: nothing is missing")


def _place(finding: Finding) -> str:
    cell = "" if finding.cell is None else f" cell {finding.cell}"
    return f"{finding.file}{cell}" + ("" if finding.line is None else f":{finding.line}")
