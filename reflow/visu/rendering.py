"""The dashboard's six graphs as a picture and as a movie, drawn with matplotlib where it is there.

matplotlib is imported when it is needed, and used without pyplot: a program's own figures and
settings stay as they are.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from reflow.visu.distribution import HISTOGRAM_BUCKETS

if TYPE_CHECKING:
    from reflow.visu.dashboard import MnistDataVis

__all__ = ["Layout", "movie", "save_picture"]

_PICTURE = "tensorflowvisu.png"
_MOVIE = "tensorflowvisu_video.mp4"

_TITLES = ("Accuracy", "Cross entropy loss", "Training digits", "Weights", "Biases", "Test digits")
_BLUE, _RED, _GREEN = "#4444FF", "#FF3333", "#22AA22"
_COLOURS = (_BLUE, _RED, _GREEN)
_TEXT, _PANEL = "#555555", "#EEEEEE"
_LOSS_SHOWN = 100
# The first lines of the test digits hold the misrecognised: where they end, the accuracy is read.
_ACCURACIES = ("100%", "98%", "96%", "94%", "92%", "90%")


class Layout(NamedTuple):
    """How the graphs look: their titles, None for the usual ones; colours of the bands; size."""

    titles: tuple[str | None, ...]
    weights_colour: int | None
    biases_colour: int | None
    dpi: float


def save_picture(data: MnistDataVis, layout: Layout) -> None:
    """Save the six graphs as tensorflowvisu.png in the working directory, or say why not."""
    try:
        graphs = _Graphs(layout)
        graphs.draw(data)
        graphs.figure.savefig(_PICTURE)
    except ImportError:
        _say(f"{_PICTURE} is not saved: it takes matplotlib (pip install matplotlib)")
    except OSError as error:
        _say(f"{_PICTURE} is not saved: {error}")


@contextlib.contextmanager
def movie(data: MnistDataVis, layout: Layout) -> Iterator[Callable[[], None] | None]:
    """A movie of the graphs being made: gives the function that adds a frame, or None.

    None where matplotlib or ffmpeg is missing, which is said.
    """
    lacking = _lacking_for_movie()
    if lacking:
        _say(f"{_MOVIE} is not made: it takes {lacking}")
        yield None
        return
    from matplotlib.animation import FFMpegWriter

    encoding = ["-pix_fmt", "yuv420p", "-profile:v", "high", "-tune", "animation", "-crf", "18"]
    writer = FFMpegWriter(fps=24, codec="libx264", extra_args=encoding)
    graphs = _Graphs(layout)

    def add_frame() -> None:
        graphs.draw(data)
        writer.grab_frame()

    with writer.saving(graphs.figure, _MOVIE, layout.dpi):
        yield add_frame


def _lacking_for_movie() -> str | None:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return "matplotlib (pip install matplotlib)"
    return None if shutil.which("ffmpeg") else "the program ffmpeg (https://ffmpeg.org)"


def _say(message: str) -> None:
    print(f"tensorflowvisu: {message}", file=sys.stderr)


class _Graphs:
    """The six graphs in a matplotlib figure."""

    def __init__(self, layout: Layout) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=(19.2, 10.8), dpi=layout.dpi, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.figure.subplots_adjust(0.06, 0.07, 0.96, 0.93, wspace=0.22, hspace=0.2)
        panels = self.figure.subplots(2, 3).flat
        for axes, title, usual in zip(panels, layout.titles, _TITLES, strict=True):
            axes.set_title(title or usual, y=1.02, fontsize="xx-large", color=_TEXT)
            axes.set_facecolor(_PANEL)
            axes.grid(color="white")
            axes.set_axisbelow(True)
            axes.tick_params(colors=_TEXT, labelsize="x-large", length=0)
            axes.spines[:].set_visible(False)
        accuracy, loss, digits, weights, biases, test_digits = panels[:]
        self._by_iteration = (accuracy, loss, weights, biases)
        self._curves = (*_two_curves(accuracy, "accuracy", "lower right"),)
        self._curves += (*_two_curves(loss, "loss", "upper right"),)
        accuracy.set_ylim(0, 1)
        loss.set_ylim(0, _LOSS_SHOWN)
        digits.set_axis_off()
        test_digits.grid(False)
        test_digits.get_xaxis().set_visible(False)
        self._digits, self._test_digits = digits, test_digits
        self._bands = (
            (weights, _colour(layout.weights_colour)),
            (biases, _colour(layout.biases_colour)),
        )

    def draw(self, data: MnistDataVis) -> None:
        """Bring the graphs up to date."""
        for axes in self._by_iteration:
            axes.set_xlim(0, data.xmax + 1)
        curves = ((data.x1, data.y1), (data.x2, data.y2), (data.x1, data.z1), (data.x2, data.z2))
        for curve, points in zip(self._curves, curves, strict=True):
            curve.set_data(*points)
        _show_image(self._digits, data.im1)
        _show_image(self._test_digits, data.im2)
        height = data.im2.shape[0]
        ticks = [height * part / (len(_ACCURACIES) - 1) for part in range(len(_ACCURACIES))]
        self._test_digits.set_yticks(ticks, _ACCURACIES)
        for (axes, colour), boundaries in zip(self._bands, (data.w3, data.b3), strict=True):
            _show_bands(axes, data.x3, boundaries, colour)


def _colour(number: int | None) -> str:
    return _RED if number is None else _COLOURS[number % len(_COLOURS)]


def _two_curves(axes: Any, what: str, legend_place: str) -> Iterator[Any]:
    yield from axes.plot([], [], color=_BLUE, linewidth=1, label=f"training {what}")
    yield from axes.plot([], [], color=_RED, linewidth=3, label=f"test {what}")
    axes.legend(loc=legend_place, fontsize="x-large", labelcolor=_TEXT, framealpha=0.4)


def _show_image(axes: Any, image: Any) -> None:
    for old in list(axes.images):
        old.remove()
    axes.imshow(image, cmap="binary", vmin=0, vmax=1, interpolation="nearest", aspect="equal")


def _show_bands(axes: Any, x: Any, boundaries: Any, colour: str) -> None:
    """The middle bucket darkest: each band lies over those around it."""
    for old in list(axes.collections):
        old.remove()
    middle = HISTOGRAM_BUCKETS // 2
    for i in range(middle + 1):
        low, high = boundaries[:, middle - i], boundaries[:, middle + 1 + i]
        axes.fill_between(
            x, low, high, facecolor=colour, alpha=1.6 / HISTOGRAM_BUCKETS, linewidth=0
        )
