"""A run to take away: its numbers as CSV, and the whole of it as one page that opens offline."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from reflow.lab import answers
from reflow.lab.run_reader import RunReader
from reflow.lab.series import evenly

_POINTS = 1000
_BANDS = 200
# Of tiles at many steps, so many steps go into a page.
_TILES = 12


def as_csv(reader: RunReader, tags: Sequence[str] = ()) -> str:
    """Lines of tag, step, time (seconds since 1970) and value; of all scalars if none is named."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("tag", "step", "time", "value"))
    everything = reader.all_scalars()
    for tag in tags or sorted(everything):
        series = everything.get(tag)
        if series is not None:
            for step, time, value in zip(series.steps, series.times, series.items):
                lines.writerow((tag, step, f"{time:.3f}", repr(value)))
    return out.getvalue()


def contents(reader: RunReader) -> dict[str, Any]:
    """What an exported page knows, in the words of the addresses below a run's."""
    tags = reader.tags()
    tiles = {}
    for tag in tags["tiles"]:
        latest = reader.tiles(tag)
        steps = [] if latest is None else latest[1]
        chosen = [steps[i] for i in evenly(len(steps), _TILES)]
        tiles[tag] = [answers.tiles(reader, [tag], step)[tag] for step in chosen]
    return {
        "description": answers.description(reader),
        "scalars": answers.scalars(reader, tags["scalars"], _POINTS, 0),
        "distributions": answers.distributions(reader, tags["distributions"], _BANDS, 0),
        "tiles": tiles,
        "texts": answers.texts(reader, tags["texts"]),
        "graph": _or_none(answers.graph, reader),
        "trace": _or_none(answers.trace, reader),
        "source": answers.source(reader),
        "output": answers.output(reader),
    }


def _or_none(answer: Any, reader: RunReader) -> Any:
    try:
        return answer(reader)
    except answers.NothingThereError:
        return None


def as_html(reader: RunReader) -> str:
    """One file: the page, its modules, plotly.js and the run."""
    from reflow.lab.app import PAGE, plotly_path
    from reflow.lab.bundle import bundled

    data = json.dumps(contents(reader), allow_nan=False)
    return bundled(PAGE, plotly_path(), _inert(data))


def _inert(data: str) -> str:
    """JSON that cannot end the element that it stands in."""
    return data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
