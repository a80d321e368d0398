"""What the lab's addresses answer, as plain values: the HTTP around it is in `app`."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reflow.files.run_directory import (
    GRAPH_FILE,
    OUTPUT_FILE,
    SOURCE_FOLDER,
    TRACE_FILE,
    read_json,
)
from reflow.lab.contents import unpacked
from reflow.lab.run_reader import RunReader
from reflow.lab.series import Series, evenly, extremes, number

_LONGEST_TEXT = 1 << 22


class NothingThereError(Exception):
    """What was asked for is not recorded (yet)."""


def entry(reader: RunReader) -> dict[str, Any]:
    """A run in the list of runs."""
    run = reader.run
    return {
        "id": reader.id,
        "program": run.program,
        "arguments": run.arguments,
        "state": reader.state,
        "started": run.started,
        "ended": run.ended,
        "steps": run.steps,
        "hyperparameters": run.hyperparameters,
        "overhead": run.overhead,
        "figures": run.figures,
        "error": run.error,
    }


def description(reader: RunReader) -> dict[str, Any]:
    """A run, and what is recorded of it."""
    run = asdict(reader.run) | {"id": reader.id, "state": reader.state}
    run["remarks"] = [*reader.run.remarks, *reader.problems]
    return {"run": run, "tags": reader.tags(), "version": reader.version}


def scalars(reader: RunReader, tags: Sequence[str], points: int, after: int) -> dict[str, Any]:
    """The numbers of some tags; of tags that there are not, nothing."""
    found = {}
    for tag in tags:
        series = reader.scalars(tag)
        if series is None:
            continue
        part = series.added_since(after)
        places = extremes(series.items, points) if part is None else _places(part, series)
        found[tag] = {
            **_at(series, places, part is None),
            "value": [number(series.items[i]) for i in places],
        }
    return found


def distributions(
    reader: RunReader, tags: Sequence[str], points: int, after: int
) -> dict[str, Any]:
    """The distributions of some tags; of tags that there are not, nothing."""
    found = {}
    for tag in tags:
        series = reader.distributions(tag)
        if series is None:
            continue
        part = series.added_since(after)
        places = evenly(len(series.items), points) if part is None else _places(part, series)
        items = [unpacked(series.items[i]) for i in places]
        found[tag] = {
            **_at(series, places, part is None),
            "edges": [[number(edge) for edge in item.edges] for item in items],
            "basis": [[number(value) for value in item.basis] for item in items],
            **{
                name: [number(getattr(item, name)) for item in items]
                for name in ("count", "mean", "deviation", "norm", "zeros", "not_finite")
            },
        }
    return found


def _places(part: slice, series: Series[Any]) -> Sequence[int]:
    return range(*part.indices(len(series.items)))


def _at(series: Series[Any], places: Sequence[int], whole: bool) -> dict[str, Any]:
    return {
        "step": [series.steps[i] for i in places],
        "time": [series.times[i] for i in places],
        "serial": series.serial,
        "whole": whole,
    }


def tiles(reader: RunReader, tags: Sequence[str], step: int | None) -> dict[str, Any]:
    """The tiles of some tags at a step or the last ones before it; None: the latest."""
    found = {}
    for tag in tags:
        there = reader.tiles(tag, step)
        if there is not None:
            at, steps, pictures = there
            found[tag] = vars(pictures) | {
                "step": at,
                "steps": steps,
                "png": base64.b64encode(pictures.png).decode(),
            }
    return found


def texts(reader: RunReader, tags: Sequence[str]) -> dict[str, Any]:
    """The texts of some tags."""
    found = {}
    for tag in tags:
        series = reader.texts(tag)
        if series is not None:
            places = range(len(series.items))
            found[tag] = _at(series, places, True) | {"text": list(series.items)}
    return found


def graph(reader: RunReader) -> Any:
    """graph.json."""
    return _json(reader, GRAPH_FILE)


def trace(reader: RunReader) -> Any:
    """trace.json."""
    return _json(reader, TRACE_FILE)


def _json(reader: RunReader, name: str) -> Any:
    try:
        return read_json(os.path.join(reader.directory, name))
    except (OSError, ValueError) as error:
        raise NothingThereError(f"{name} is not there (yet), or cannot be read") from error


def source(reader: RunReader) -> dict[str, Any]:
    """The program's files, as they were when it ran."""
    folder = os.path.join(reader.directory, SOURCE_FOLDER)
    files = []
    for name in reader.run.sources:
        path = os.path.realpath(os.path.join(folder, name))
        if os.path.commonpath([path, os.path.realpath(folder)]) == os.path.realpath(folder):
            files.append({"name": name, "text": _text(path)})
    return {"files": files}


def output(reader: RunReader) -> dict[str, Any]:
    """What the program printed."""
    return {"text": _text(os.path.join(reader.directory, OUTPUT_FILE))}


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return str(file.read(_LONGEST_TEXT), "utf-8", "replace")
    except OSError:
        return ""
