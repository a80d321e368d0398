"""`reflow export`: a run as a file, made without a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

from reflow.files.run_directory import Tags, write_text
from reflow.lab.export import as_csv, as_html
from reflow.lab.pictures import Graphs
from reflow.lab.run_reader import RunReader
from reflow.lab.series import evenly

_FRAMES = 60
_FRAMES_PER_SECOND = 8


class CannotExportError(Exception):
    """Why the file is not written."""


def export(run: str, output: str | None, movie: bool) -> int:
    """Writes a run into a file and prints its name.

    Args:
      run: the run's directory.
      output: the file: .html, .csv, .png or .svg, with `movie` .mp4 or .gif; None: the run's name
        with .html (or .mp4, or .gif where there is no ffmpeg) in the working directory.
      movie: the graphs as they grew.

    Returns:
      The exit status: 2 if that cannot be done.
    """
    reader = RunReader(os.path.abspath(run))
    try:
        reader.poll()
        reader.read_on()
        path = output or reader.id + _usual_ending(movie)
        _write(reader, path, movie)
    except FileNotFoundError as error:
        print(f"reflow export: {error.filename}: there is no such run", file=sys.stderr)
        return 2
    except (CannotExportError, OSError) as error:
        print(f"reflow export: {error}", file=sys.stderr)
        return 2
    print(path)
    return 0


def _usual_ending(movie: bool) -> str:
    if movie:
        return ".mp4" if shutil.which("ffmpeg") else ".gif"
    return ".html"


def _write(reader: RunReader, path: str, movie: bool) -> None:
    ending = os.path.splitext(path)[1].lower()
    if movie and ending == ".gif":
        _write_gif(reader, path)
    elif movie and ending == ".mp4":
        _write_mp4(reader, path)
    elif not movie and ending == ".html":
        write_text(path, as_html(reader))
    elif not movie and ending == ".csv":
        write_text(path, as_csv(reader))
    elif not movie and ending in (".png", ".svg"):
        graphs = Graphs(reader)
        graphs.draw()
        graphs.save(path)
    else:
        kinds = ".mp4 or .gif" if movie else ".html, .csv, .png or .svg"
        raise CannotExportError(f"the file's name must end in {kinds}. Received: {path}")


def _frames(reader: RunReader) -> Iterator[Graphs]:
    """The graphs at some steps, from the first to the last."""
    graphs = Graphs(reader, dots=70)
    steps = {step for series in reader.all_scalars().values() for step in series.steps}
    for tag in (Tags.TRAINING_BATCH, Tags.TEST_BATCH):
        found = reader.tiles(tag)
        steps |= set() if found is None else set(found[1])
    ordered = sorted(steps)
    if not ordered:
        raise CannotExportError(f"{reader.directory}: nothing is recorded")
    for i in evenly(len(ordered), _FRAMES):
        graphs.draw(ordered[i])
        yield graphs


def _write_gif(reader: RunReader, path: str) -> None:
    images = [graphs.image().quantize(64) for graphs in _frames(reader)]
    duration = 1000 // _FRAMES_PER_SECOND
    first, *others = images
    first.save(path, format="GIF", save_all=True, append_images=others, duration=duration, loop=0)


def _write_mp4(reader: RunReader, path: str) -> None:
    if not shutil.which("ffmpeg"):
        raise CannotExportError("an .mp4 takes the program ffmpeg (https://ffmpeg.org)")
    from matplotlib.animation import FFMpegWriter

    writer = FFMpegWriter(fps=_FRAMES_PER_SECOND, extra_args=["-pix_fmt", "yuv420p"])
    frames = _frames(reader)
    graphs = next(frames)
    with writer.saving(graphs.figure, path, graphs.figure.dpi):
        writer.grab_frame()
        for _ in frames:
            writer.grab_frame()
