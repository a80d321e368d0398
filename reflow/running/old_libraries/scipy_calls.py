"""scipy.misc's images, by Pillow, and what else SciPy has lost.

Source: the behaviour of SciPy 1.1, the last version that had them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reflow.graph import log
from reflow.running.old_libraries.advising import replace

__all__ = [
    "bytescale",
    "derivative",
    "fromimage",
    "imread",
    "imresize",
    "imrotate",
    "imsave",
    "imshow",
    "prepare_ndimage",
    "toimage",
]

_RESAMPLING: Final = {
    "nearest": "NEAREST",
    "lanczos": "LANCZOS",
    "bilinear": "BILINEAR",
    "bicubic": "BICUBIC",
    "cubic": "BICUBIC",
}
_ELSEWHERE: Final = ("scipy.special", "scipy.datasets")


def __getattr__(name: str) -> Any:
    # factorial, comb, logsumexp, face, ...
    if not name.startswith("_"):
        for module in _ELSEWHERE:
            found = getattr(importlib.import_module(module), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module 'scipy.misc' has no attribute {name!r}", name=name)


def _pillow() -> Any:
    try:
        return importlib.import_module("PIL.Image")
    except ImportError as error:
        raise ImportError("scipy.misc's images need Pillow: `pip install pillow`") from error


def bytescale(
    data: npt.ArrayLike, cmin: Any = None, cmax: Any = None, high: int = 255, low: int = 0
) -> Any:
    """`data` scaled linearly from cmin..cmax (by default its own range) to low..high, as bytes."""
    values = np.asarray(data)
    if values.dtype == np.uint8:
        return values
    if not 0 <= low <= high <= 255:
        raise ValueError(f"Expected 0 <= low <= high <= 255. Received: {low}, {high}")
    cmin = values.min() if cmin is None else cmin
    cmax = values.max() if cmax is None else cmax
    if cmax < cmin:
        raise ValueError(f"`cmax` should be larger than `cmin`. Received: {cmin}, {cmax}")
    scaled = (values * 1.0 - cmin) * ((high - low) / ((cmax - cmin) or 1)) + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def fromimage(image: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """The pixels of a Pillow image: [height, width] or [height, width, channels]."""
    if mode is not None and mode != image.mode:
        image = image.convert(mode)
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if flatten:
        image = image.convert("F")
    elif image.mode == "1":
        image = image.convert("L")
    return np.array(image)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """The pixels of an image file: uint8, or float32 greys with `flatten`."""
    with _pillow().open(name) as image:
        return fromimage(image, flatten, mode)


def toimage(
    arr: npt.ArrayLike,
    high: int = 255,
    low: int = 0,
    cmin: Any = None,
    cmax: Any = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Any:
    """A Pillow image of [height, width] or of three or four channels, scaled to bytes."""
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("Cannot convert a complex-valued array.")
    if data.ndim == 2:
        if mode == "F":
            return _pillow().fromarray(data.astype(np.float32))
        image = _pillow().fromarray(bytescale(data, cmin, cmax, high, low))
        return image if mode in (None, "L", "P") else image.convert(mode)
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError(
            f"'arr' does not have a suitable array shape for any mode. Received: shape {data.shape}"
        )
    if channel_axis is None:
        channel_axis = data.shape.index(3 if 3 in data.shape else 4)
    channels_last = np.moveaxis(data, channel_axis, 2)
    image = _pillow().fromarray(
        np.ascontiguousarray(bytescale(channels_last, cmin, cmax, high, low))
    )
    return image if mode is None else image.convert(mode)


def imsave(name: Any, arr: npt.ArrayLike, format: str | None = None) -> None:
    """Write an image file; floats are scaled to their own range."""
    toimage(arr, channel_axis=2).save(name, format)


def imresize(
    arr: npt.ArrayLike,
    size: float | Sequence[int],
    interp: str = "bilinear",
    mode: str | None = None,
) -> Any:
    """`arr` in another size: percent (int), a fraction (float), or (height, width)."""
    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        size = float(size) / 100.0
    if isinstance(size, (float, np.floating)):
        width, height = (int(pixels * size) for pixels in image.size)
    else:
        height, width = (int(pixels) for pixels in tuple(size)[:2])
    resampling = getattr(_pillow().Resampling, _RESAMPLING[interp])
    return fromimage(image.resize((width, height), resample=resampling))


def imrotate(arr: npt.ArrayLike, angle: float, interp: str = "bilinear") -> Any:
    """`arr` turned counter-clockwise by `angle` degrees, in its size."""
    resampling = getattr(_pillow().Resampling, _RESAMPLING[interp])
    return fromimage(toimage(arr).rotate(angle, resample=resampling))


def imshow(arr: npt.ArrayLike) -> None:
    """Show an image with what the system has for that."""
    toimage(arr).show()


def derivative(
    func: Callable[..., Any],
    x0: float,
    dx: float = 1.0,
    n: int = 1,
    args: tuple[Any, ...] = (),
    order: int = 3,
) -> Any:
    """The n-th derivative at x0 by central differences on `order` points."""
    if order < n + 1 or order % 2 == 0:
        raise ValueError(f"'order' must be odd and above n. Received: order={order}, n={n}")
    offsets = np.arange(order) - order // 2
    powers = np.vander(offsets.astype(float), increasing=True).T
    wanted = np.zeros(order)
    wanted[n] = np.prod(np.arange(1, n + 1))
    weights = np.linalg.solve(powers, wanted)
    return sum(w * func(x0 + k * dx, *args) for w, k in zip(weights, offsets)) / dx**n


def prepare_ndimage(ndimage: ModuleType) -> None:
    """An array of one number is no angle any more."""

    @replace(ndimage, "rotate")
    def _(original: Any) -> Any:
        def rotate(input: Any, angle: Any, *args: Any, **options: Any) -> Any:
            if np.ndim(angle) and np.size(angle) == 1:
                log.advise("scipy.ndimage.rotate takes no array as angle now: write angle.item()")
                angle = np.asarray(angle).item()
            return original(input, angle, *args, **options)

        return rotate
