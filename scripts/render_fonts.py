"""Renders the characters of five fonts: python scripts/render_fonts.py [--places N] [FILE]

The fonts are those that matplotlib ships under free licences: DejaVu Sans, DejaVu Serif Bold, STIX
Italic, Computer Modern and its typewriter. FILE is an .npz of images `arr_0` [count, 36, 36], white
on black, and the sorted numbers of their fonts `arr_1` [count], 0 to 4: as public programs expect
their fonts file, which reflow finds in the data cache folder. That is where FILE is if none is
given.

It takes matplotlib and Pillow: `pip install '.[test]'`.
"""

from __future__ import annotations

import argparse
import itertools
import string
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reflow.datasets.local_files import cache_folder

FONTS = ("DejaVuSans", "DejaVuSerif-Bold", "STIXGeneralItalic", "cmr10", "cmtt10")
FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CHARACTERS = string.ascii_letters + string.digits
SIDE = 36  # pixels
SIZE = 22  # of the fonts, in pixels
STEP = 3  # pixels from one place to the next


def rendered(character: str, font: ImageFont.FreeTypeFont, middle: tuple[int, int]) -> np.ndarray:
    """One image [SIDE, SIDE] of a character around `middle`, (x, y)."""
    image = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(image).text(middle, character, fill=255, font=font, anchor="mm")
    return np.asarray(image)


def render(places: int) -> tuple[np.ndarray, np.ndarray]:
    """The images of all characters, in `places` rows and columns around the middle; their fonts."""
    middles = [SIDE // 2 + STEP * (place - places // 2) for place in range(places)]
    fonts = [ImageFont.truetype(str(FOLDER / f"{name}.ttf"), SIZE) for name in FONTS]
    images = [
        rendered(character, font, middle)
        for font, character, *middle in itertools.product(fonts, CHARACTERS, middles, middles)
    ]
    labels = np.repeat(np.arange(len(FONTS), dtype=np.uint8), len(images) // len(FONTS))
    return np.stack(images), labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=cache_folder() / "fonts_36x36.npz")
    parser.add_argument("--places", type=int, default=3, help="of each character, across and down")
    options = parser.parse_args()
    if options.file.exists():
        raise SystemExit(f"{options.file} exists already.")
    images, fonts = render(options.places)
    options.file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.file, images, fonts)
    print(f"{options.file}: {len(images)} characters")


if __name__ == "__main__":
    main()
