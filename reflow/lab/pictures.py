"""A run's graphs drawn by matplotlib, for files that are made without a browser."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from reflow.files.run_directory import Tags, Tiles
from reflow.lab.contents import unpacked
from reflow.lab.run_reader import RunReader
from reflow.lab.series import Scalars

# Colours that are told apart without red and green, as on the page.
TRAINING, TEST, WEIGHTS, BIASES, WRONG = "#3070c8", "#d06000", "#3070c8", "#d06000", "#f4b6ae"
_TEXT, _LINES = "#555555", "#dddddd"
_DIGITS = 100


class Graphs:
    """Six panels: accuracy, loss and digits of the training batch; weights, biases, test digits.

    Where a run has no digits or no accuracy, its other numbers take the place.

    Args:
      reader: the run, read.
      dots: per inch; the picture is 16 by 9 inches.
    """

    def __init__(self, reader: RunReader, dots: float = 80) -> None:
        self._reader = reader
        self.figure = Figure(figsize=(16, 9), dpi=dots, facecolor="white")
        self._canvas: Any = FigureCanvasAgg(self.figure)

    def draw(self, step: int | None = None) -> None:
        """Draws the run as it was at a step; None: at its end."""
        self.figure.clear()
        self.figure.subplots_adjust(0.04, 0.07, 0.98, 0.94, wspace=0.16, hspace=0.26)
        accuracy, loss, digits, weights, biases, test_digits = self.figure.subplots(2, 3).flat
        tags = self._reader.tags()
        losses = [tag for tag in tags["scalars"] if tag.startswith("loss/")]
        accuracies = [tag for tag in tags["scalars"] if tag.startswith("accuracy/")]
        others = [tag for tag in tags["scalars"] if tag.startswith((Tags.FETCHED, Tags.SUMMARY))]
        norms = [tag for tag in tags["scalars"] if tag.startswith(Tags.GRADIENT_NORM)]
        ratios = [tag for tag in tags["scalars"] if tag.startswith(Tags.UPDATE_RATIO)]
        self._curves(accuracy, "Accuracy" if accuracies else "Fetched", accuracies or others, step)
        if accuracies:
            accuracy.set_ylim(0, 1)
        self._curves(loss, "Loss", losses, step)
        if not self._tiles(digits, "Training digits", Tags.TRAINING_BATCH, step):
            self._curves(digits, "Gradient norms", norms, step)
        for axes, number, title, tag, colour in (
            (weights, 4, "Weights", Tags.WEIGHTS, WEIGHTS),
            (biases, 5, "Biases", Tags.BIASES, BIASES),
        ):
            # The program itself may show something else there.
            prefix = f"{Tags.SHOWN}{number}/"
            shown = next((t for t in tags["distributions"] if t.startswith(prefix)), None)
            self._bands(axes, shown[len(prefix) :] if shown else title, shown or tag, colour, step)
        if not self._tiles(test_digits, "Test digits", Tags.TEST_BATCH, step):
            self._curves(test_digits, "Updates against weights", ratios, step)

    def save(self, path: str) -> None:
        """Writes what is drawn as a .png or .svg."""
        self.figure.savefig(path)

    def image(self) -> Image.Image:
        """What is drawn, as pixels."""
        self._canvas.draw()
        return Image.fromarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    def _curves(self, axes: Any, title: str, tags: Sequence[str], step: int | None) -> None:
        _prepare(axes, title)
        named = [(tag, self._reader.scalars(tag)) for tag in tags[:12]]
        for tag, series in named:
            if series is not None:
                colour = TEST if "/test" in tag else TRAINING if "/training" in tag else None
                steps, values = _until(series, step)
                axes.plot(steps, values, label=tag, color=colour, linewidth=1.2)
        if named:
            axes.legend(fontsize="small", labelcolor=_TEXT, framealpha=0.5)
        axes.set_xlabel("step", color=_TEXT)

    def _bands(self, axes: Any, title: str, tag: str, colour: str, step: int | None) -> None:
        _prepare(axes, title)
        series = self._reader.distributions(tag)
        if series is None:
            return
        count = sum(step is None or at <= step for at in series.steps)
        edges = np.array([unpacked(item).edges for item in series.items[:count]])
        if not count:
            return
        for i in range(4):
            low, high = edges[:, 3 - i], edges[:, 4 + i]
            axes.fill_between(series.steps[:count], low, high, color=colour, alpha=0.22, lw=0)
        axes.set_xlabel("step", color=_TEXT)

    def _tiles(self, axes: Any, title: str, tag: str, step: int | None) -> bool:
        """Draws tiles with their labels; whether there are any."""
        found = self._reader.tiles(tag, step)
        if found is None:
            return False
        _prepare(axes, title)
        axes.set_axis_off()
        axes.imshow(_with_marks(found[2]), interpolation="nearest")
        tiles = found[2]
        if tiles.total and tiles.correct is not None:
            axes.set_title(f"{title}: {tiles.correct} of {tiles.total} right", color=_TEXT)
        return True


def _prepare(axes: Any, title: str) -> None:
    axes.set_title(title, color=_TEXT)
    axes.grid(color=_LINES)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_TEXT, length=0)
    axes.spines[:].set_visible(False)


def _until(series: Scalars, step: int | None) -> tuple[list[int], list[float]]:
    chosen = [i for i, at in enumerate(series.steps) if step is None or at <= step]
    return [series.steps[i] for i in chosen], [series.items[i] for i in chosen]


def _with_marks(tiles: Tiles) -> Any:
    """The large picture, dark on light, the wrong answers on a reddish ground."""
    picture = Image.open(io.BytesIO(tiles.png))
    shade = np.asarray(picture.convert("RGB"), np.float32) / 255
    if picture.mode == "RGB":
        return shade
    paper = np.ones_like(shade)
    wrong = [int(WRONG[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    for i, (label, answer) in enumerate(zip(tiles.labels or (), tiles.predictions or ())):
        if label != answer:
            top, left = i // tiles.columns * tiles.height, i % tiles.columns * tiles.width
            paper[top : top + tiles.height, left : left + tiles.width] = wrong
    return paper * (1 - shade)
