"""Single-image random-dot stereograms.

Thimbleby, Inglis, Witten, "Displaying 3D Images: Algorithms for Single-Image Random-Dot
Stereograms", 1994.
Source: single_image_random_dot_stereograms_ops.cc in tensorflow/contrib/image/kernels of
TensorFlow 1.15, whose pictures these are, dot for dot.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host
from reflow.ops.op import op

_Floats = npt.NDArray[np.float64]
_Integers = npt.NDArray[np.int64]


def _rounded(x: Any) -> _Integers:
    """To the nearest whole number, halves away from 0; of numbers that are not negative."""
    whole = np.floor(x)
    return (whole + (x - whole >= 0.5)).astype(np.int64)


class _Dots:
    """Random numbers as the C library of Linux gives them where none asked for a seed.

    The op draws from it whatever is run, so what it gives depends on what was drawn before.
    """

    def __init__(self) -> None:
        states = [1]
        for _ in range(30):
            states.append(16807 * states[-1] % (2**31 - 1))
        self._states = deque([*states[3:], *states[:3]], maxlen=31)
        self._lock = threading.Lock()
        self.draw(310)

    def draw(self, count: int) -> _Integers:
        """So many numbers from 0 to 2 ** 31 - 1."""
        drawn = []
        with self._lock:
            states = self._states
            for _ in range(count):
                state = (states[0] + states[-3]) & 0xFFFFFFFF
                states.append(state)
                drawn.append(state >> 1)
        return np.array(drawn, np.int64)


_DOTS = _Dots()


@dataclass(frozen=True)
class _Scene:
    """Depths and how they are looked at.

    Attributes:
      depths: [rows, columns], from 0 (far) to 1 (near).
      border: the depth around them.
      left, top, width, height: where the picture shows them, in pixels.
      eyes: the distance between the eyes in pixels.
      mu: the depth of the field in parts of the distance from the eyes.
    """

    depths: _Floats
    border: float
    left: int
    top: int
    width: int
    height: int
    eyes: int
    mu: np.float32

    def rows(self, count: int) -> _Integers:
        """The row of the depths at each row of the picture, -1 for the border."""
        return _places(np.arange(count) - self.top, self.height, self.depths.shape[0])

    def depths_at(self, rows: _Integers, columns: _Integers) -> _Floats:
        """At rows of the depths and columns of the picture: [rows, columns]."""
        places = _places(columns - self.left, self.width, self.depths.shape[1])
        found = self.depths[rows[:, None], places]
        return np.where((rows[:, None] < 0) | (places < 0), self.border, found)

    def separations(self, depths: Any) -> _Integers:
        """How many pixels apart the eyes see a point of such a depth."""
        mu = float(self.mu)
        apart = (1 - mu * depths) * self.eyes / (2 - mu * depths)
        return _rounded(np.nan_to_num(apart))

    def is_seen(self, rows: _Integers, depths: _Floats) -> npt.NDArray[np.bool_]:
        """Whether both eyes see the points: nothing nearer is in the way.  [rows, columns]"""
        seen = np.ones(depths.shape, bool)
        columns = np.arange(depths.shape[1])
        slope = 2 * (2 - float(self.mu) * depths)
        going, step = seen, 0
        while going.any():
            step += 1
            ray = depths + slope * step / float(self.mu * np.float32(self.eyes))
            for side in (columns - step, columns + step):
                seen &= ~going | (self.depths_at(rows, side) < ray)
            going = seen & (ray < 1)
        return seen


def _places(pixels: _Integers, shown: int, count: int) -> _Integers:
    """Of `count` places along an axis, shown by `shown` pixels, that at each pixel; -1 outside."""
    places = count * pixels.astype(np.float64) / shown
    return np.where((places >= 0) & (places < count), places, -1).astype(np.int64)


def _linked(lefts: list[int], rights: list[int], width: int) -> list[int]:
    """For each pixel of a row the one, of a greater column or itself, that has its colour.

    Args:
      lefts, rights: pixels that are to have one colour.
    """
    same = list(range(width))
    for left, right in zip(lefts, rights):
        other = same[left]
        while other not in (left, right):
            if other < right:
                left, other = other, same[other]
            else:
                same[left] = right
                left = right
                other = right = same[left]
        same[left] = right
    for pixel in reversed(range(width)):
        same[pixel] = same[same[pixel]]
    return same


def _links(scene: _Scene, rows: _Integers, width: int, hides: bool) -> _Integers:
    """`_linked` for rows of the depths: [rows, width]."""
    columns = np.arange(width)
    depths = scene.depths_at(rows, columns)
    apart = scene.separations(depths)
    lefts = columns - apart // 2
    rights = lefts + apart
    counts = (lefts >= 0) & (rights < width)
    if hides:
        counts &= scene.is_seen(rows, depths)
    links = [
        _linked(left[inside].tolist(), right[inside].tolist(), width)
        for left, right, inside in zip(lefts, rights, counts)
    ]
    return np.array(links, np.int64).reshape(len(rows), width)


def _coloured(links: _Integers, channels: int, colors: int) -> npt.NDArray[np.uint8]:
    """A picture [height, width, channels] whose pixels have the colours of those they link to."""
    height, width = links.shape
    # Colours are drawn from right to left.
    is_free = (links == np.arange(width))[:, ::-1]
    drawn = _DOTS.draw(int(is_free.sum()) * channels)
    dots = np.zeros((height, width, channels), np.uint8)
    values = drawn % 2 * 255 if colors == 2 else drawn % 256
    dots[is_free] = values.reshape(-1, channels)
    return np.take_along_axis(dots[:, ::-1], links[:, :, None], 1)


def _normalized(
    depths: _Floats, normalize: bool, normalize_max: float, normalize_min: float
) -> _Floats:
    if normalize:
        high, low = normalize_max, normalize_min
        if high < low:
            high, low = depths.max(), depths.min()
        with np.errstate(divide="ignore", invalid="ignore"):
            depths = (depths - low) / (high - low)
    return np.clip(depths, 0, 1)


@op
class SingleImageRandomDotStereograms:
    """A picture [height, width, 1 or 3] of random dots that shows depths [rows, columns].

    `output_image_shape` is (width, height, channels), `output_data_window` (width, height); more
    than 256 colours make 3 channels.
    """

    inputs = "depth_values: T"
    outputs = "image: uint8"
    attrs = (
        "T: {double, float, int64, int32}",
        "hidden_surface_removal: bool = true",
        "convergence_dots_size: int = 8",
        "dots_per_inch: int = 72",
        "eye_separation: float = 2.5",
        "mu: float = .3333",
        "normalize: bool = true",
        "normalize_max: float = -100.0",
        "normalize_min: float = 100.0",
        "border_level: float = 0.0",
        "number_colors: int = 256",
        "output_image_shape: shape = [1024, 768, 1]",
        "output_data_window: shape = [1022, 757]",
    )
    host = True
    gradient = None

    def shape(
        depth_values: TensorShape, *, output_image_shape: TensorShape, number_colors: int
    ) -> TensorShape:
        width, height, *_ = output_image_shape.as_list()
        return shapes.of(height, width, 3 if number_colors > 256 else 1)

    def kernel(depth_values: Host, *, op: Operation) -> Host:
        if depth_values.ndim != 2 or not depth_values.size:
            received = shapes.text(shapes.of(*depth_values.shape))
            raise invalid(f"depth_values must be a matrix that is not empty. Received: {received}")
        settings = op.attrs
        width, height, channels = settings["output_image_shape"].as_list()
        channels = 3 if settings["number_colors"] > 256 else channels
        scene, last_row = _scene(depth_values.astype(np.float64), settings)
        rows, of_pixels = np.unique(scene.rows(height), return_inverse=True)
        links = _links(scene, rows, width, settings["hidden_surface_removal"])
        picture = _coloured(links[of_pixels], channels, settings["number_colors"])
        size = settings["convergence_dots_size"]
        if size > 0:
            apart = int(scene.separations(0.0)) // 2
            for middle in (width // 2 - apart, width // 2 + apart):
                start = middle - size // 2
                dots = slice(max(start, 0), max(start + size, 0))
                picture[max(last_row + 1 - size, 0) : last_row + 1, dots] = 0
        return picture


def _scene(depths: _Floats, settings: Mapping[str, Any]) -> tuple[_Scene, int]:
    """The scene, and the last row of the convergence dots."""
    width, height, _ = settings["output_image_shape"].as_list()
    shown_width, shown_height = settings["output_data_window"].as_list()
    size = settings["convergence_dots_size"]
    space = height - shown_height
    if size > 0:
        space = max(0, space - size)
    top = int(space / (3 if size > 0 else 2))
    scene = _Scene(
        depths=_normalized(
            depths, *(settings[name] for name in ("normalize", "normalize_max", "normalize_min"))
        ),
        border=settings["border_level"],
        left=int((width - shown_width) / 2),
        top=top,
        width=shown_width,
        height=shown_height,
        eyes=int(np.float32(settings["eye_separation"]) * np.float32(settings["dots_per_inch"])),
        mu=np.float32(settings["mu"]),
    )
    return scene, height - 1 - top
