"""What matplotlib has lost since version 1.5, or takes no longer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reflow.graph import log
from reflow.running.old_libraries.advising import (
    add_method,
    is_of_program,
    replace,
    take_keywords,
)

__all__ = [
    "bivariate_normal",
    "hold",
    "ishold",
    "normpdf",
    "prepare_axes",
    "prepare_axes3d",
    "prepare_canvas",
    "prepare_figure",
    "prepare_matplotlib",
    "prepare_pyplot",
    "prepare_style",
]

#: Color maps that have another name now.
_OLD_MAPS: Final = {
    "Vega10": "tab10",
    "Vega20": "tab20",
    "spectral": "nipy_spectral",
    "spectral_r": "nipy_spectral_r",
}
#: Settings that matplotlib no longer has.
_OLD_SETTINGS: Final = frozenset(
    ["axes.hold", "examples.directory", "savefig.frameon", "text.latex.unicode"]
)
_NEED_DISPLAY: Final = ("gtk", "macosx", "qt", "tk", "wx")


def hold(b: bool | None = None) -> None:
    """Does nothing: matplotlib always adds to what is drawn."""


def ishold() -> bool:
    return True


def normpdf(x: npt.ArrayLike, mu: float, sigma: float) -> Any:
    """The normal density."""
    return np.exp(-0.5 * ((np.asarray(x) - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def bivariate_normal(
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    sigmax: float = 1.0,
    sigmay: float = 1.0,
    mux: float = 0.0,
    muy: float = 0.0,
    sigmaxy: float = 0.0,
) -> Any:
    """The density of two normal variables with covariance `sigmaxy`."""
    x, y = (np.asarray(X) - mux) / sigmax, (np.asarray(Y) - muy) / sigmay
    rho = sigmaxy / (sigmax * sigmay)
    z = x**2 + y**2 - 2 * rho * x * y
    scale = 2 * np.pi * sigmax * sigmay * np.sqrt(1 - rho**2)
    return np.exp(-z / (2 * (1 - rho**2))) / scale


def prepare_matplotlib(matplotlib: ModuleType) -> None:
    """`use` took `warn`; a window cannot be opened where there is no display; maps had other names
    and there were other settings."""
    _know_old_maps(matplotlib)

    @replace(matplotlib.RcParams, "__setitem__")
    def _(original: Any) -> Any:
        def setitem(settings: Any, key: str, value: Any) -> None:
            if key == "axes.color_cycle":
                log.advise("axes.color_cycle is gone: set axes.prop_cycle instead")
                key, value = "axes.prop_cycle", matplotlib.rcsetup.cycler("color", value)
            elif key in _OLD_SETTINGS:
                log.advise(f"the setting {key} is gone: leave it out")
                return
            original(settings, key, value)

        return setitem

    @replace(matplotlib, "use")
    def _(original: Any) -> Any:
        def use(backend: str, warn: Any = None, **options: Any) -> None:
            if _is_headless() and backend.lower().startswith(_NEED_DISPLAY):
                log.advise(f"there is no display for matplotlib's {backend}: it draws without")
                backend = os.environ.get("MPLBACKEND") or "Agg"  # a notebook has one of its own
            original(backend, **options)

        return use


def _know_old_maps(matplotlib: ModuleType) -> None:
    maps = matplotlib.colormaps
    known = [old for old in _OLD_MAPS if old not in maps]
    for old in known:
        maps.register(maps[_OLD_MAPS[old]], name=old)

    @replace(type(maps), "__getitem__")
    def _(original: Any) -> Any:
        def getitem(self: Any, name: str) -> Any:
            if name in known:
                log.advise(f"the color map {name} is gone: write {_OLD_MAPS[name]} instead")
            return original(self, name)

        return getitem


def _is_headless() -> bool:
    return sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()


def prepare_canvas(backend_bases: ModuleType) -> None:
    """Canvases had window titles; without a window, nobody ends `plt.waitforbuttonpress()`."""

    @add_method(
        backend_bases.FigureCanvasBase,
        "set_window_title",
        "figure.canvas.manager.set_window_title(title)",
    )
    def _(canvas: Any, title: str) -> None:
        if canvas.manager is not None:
            canvas.manager.set_window_title(title)

    @replace(backend_bases.FigureCanvasBase, "start_event_loop")
    def _(original: Any) -> Any:
        def start_event_loop(canvas: Any, timeout: float = 0) -> None:
            if timeout > 0:
                original(canvas, timeout)
            else:  # forever: windows have an event loop of their own
                log.advise("there is no window in which a key could be pressed: it goes on")

        return start_event_loop


def prepare_axes(axes: ModuleType) -> None:
    owner = axes.Axes
    add_method(owner, "hold", "nothing")(lambda self, b=None: None)
    add_method(owner, "ishold", "True")(lambda self: True)
    # So that Axes(axisbg="w") works too: keywords are set by setters of their names.
    for old in ("set_axis_bgcolor", "set_axisbg"):
        add_method(owner, old, "axes.set_facecolor(color)")(lambda self, c: self.set_facecolor(c))
    add_method(owner, "get_axis_bgcolor", "axes.get_facecolor()")(lambda self: self.get_facecolor())
    add_method(owner, "set_color_cycle", "axes.set_prop_cycle(color=colors)")(
        lambda self, colors: self.set_prop_cycle(color=colors)
    )

    add_method(owner.ArtistList, "remove", "artist.remove()")(lambda self, artist: artist.remove())
    take_keywords(owner, "grid", b="visible")

    @replace(owner, "scatter")
    def _(original: Any) -> Any:
        def scatter(self: Any, x: Any, y: Any, *args: Any, **options: Any) -> Any:
            if isinstance(x, np.matrix) or isinstance(y, np.matrix):
                log.advise("scatter takes no matrices any more: write numpy.asarray(x).ravel()")
                x, y = np.asarray(x).ravel(), np.asarray(y).ravel()
            return original(self, x, y, *args, **options)

        return scatter

    @replace(owner, "hist")
    def _(original: Any) -> Any:
        def hist(self: Any, *args: Any, normed: Any = None, **options: Any) -> Any:
            if normed is not None:
                log.advise("hist(normed=...) is gone: write density=... instead")
                options.setdefault("density", normed)
            return original(self, *args, **options)

        return hist


def prepare_figure(figure: ModuleType) -> None:
    """`gca` took options; `show` did nothing without a window, as after a notebook's cell."""

    @replace(figure.Figure, "show")
    def _(original: Any) -> Any:
        def show(self: Any, warn: bool = True) -> None:
            if self.canvas.manager is None:
                log.advise("the figure that is to be shown is closed: nothing is shown")
            else:
                original(self, warn)

        return show

    @replace(figure.Figure, "gca")
    def _(original: Any) -> Any:
        return _gca_with_options(original, lambda self: self)


def prepare_axes3d(axes3d: ModuleType) -> None:
    """Axes3D(figure) was put into the figure."""

    @replace(axes3d.Axes3D, "__init__")
    def _(original: Any) -> Any:
        def init(self: Any, figure: Any, *args: Any, **options: Any) -> None:
            original(self, figure, *args, **options)
            if is_of_program(sys._getframe(1)) and self not in figure.axes:
                log.advise("Axes3D(figure): write figure.add_subplot(projection='3d') instead")
                figure.add_axes(self)

        return init


def prepare_pyplot(pyplot: ModuleType) -> None:
    take_keywords(pyplot, "grid", b="visible")

    @replace(pyplot, "gca")
    def _(original: Any) -> Any:
        return _gca_with_options(original, lambda: pyplot.gcf())

    @replace(pyplot, "hist")
    def _(original: Any) -> Any:
        def hist(*args: Any, **options: Any) -> Any:
            return (
                pyplot.gca().hist(*args, **options)
                if "normed" in options
                else original(*args, **options)
            )

        return hist


def _gca_with_options(original: Any, figure_of: Callable[..., Any]) -> Callable[..., Any]:
    """gca(projection="3d"), which made axes with these options."""

    def gca(*args: Any, **options: Any) -> Any:
        if not options:
            return original(*args)
        log.advise("gca takes no options any more: write figure.add_subplot(...) instead")
        return figure_of(*args).add_subplot(**options)

    return gca


def prepare_style(style: ModuleType) -> None:
    """The styles named after seaborn have a version in their names."""

    @replace(style, "use")
    def _(original: Any) -> Any:
        def use(name: Any) -> None:
            names = [name] if isinstance(name, (str, dict)) else list(name)
            original([_style_of_today(style, one) for one in names])

        return use


def _style_of_today(style: ModuleType, name: Any) -> Any:
    if not isinstance(name, str) or not name.startswith("seaborn") or name in style.available:
        return name
    new = name.replace("seaborn", "seaborn-v0_8", 1)
    log.advise(f"the style {name!r} is gone: write {new!r} instead")
    return new
