"""Renders the characters of five fonts: python scripts/render_fonts.py [--variants N] [FILE]

The fonts are those that matplotlib ships under free licences: DejaVu Sans, DejaVu Serif, DejaVu
Sans Mono, STIX and Computer Modern. FILE is an .npz of images `arr_0` [count, 36, 36], white on
black, and the sorted numbers of their fonts `arr_1` [count], 0 to 4: as public programs expect
their fonts file, which reflow finds in the data cache folder. That is where FILE is if none is
given.

It takes matplotlib and Pillow: `pip install '.[test]'`.
"""

from __future__ import annotations

import argparse
import string
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reflow.datasets.local_files import cache_folder

FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral", "cmr10")
FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CHARACTERS = string.ascii_letters + string.digits
SIDE = 36  # pixels
SIZES = (18, 28)  # of the fonts, in pixels
SHIFT = 4  # pixels that a character may stand from the middle, in each direction


def rendered(character: str, font: ImageFont.FreeTypeFont, shift: np.ndarray) -> np.ndarray:
    """One image [SIDE, SIDE] of a character, `shift` pixels [x, y] from the middle."""
    image = Image.new("L", (SIDE, SIDE))
    middle = SIDE / 2 + shift
    ImageDraw.Draw(image).text(tuple(middle), character, fill=255, font=font, anchor="mm")
    return np.asarray(image)


def render(variants: int) -> tuple[np.ndarray, np.ndarray]:
    """The images of all characters, each in `variants` sizes and places, and their fonts."""
    random = np.random.RandomState(0)
    images = []
    for name in FONTS:
        for character in CHARACTERS * variants:
            font = ImageFont.truetype(str(FOLDER / f"{name}.ttf"), random.randint(*SIZES))
            images.append(rendered(character, font, random.randint(-SHIFT, SHIFT + 1, size=2)))
    each = len(CHARACTERS) * variants
    return np.stack(images), np.repeat(np.arange(len(FONTS), dtype=np.uint8), each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=cache_folder() / "fonts_36x36.npz")
    parser.add_argument("--variants", type=int, default=9, help="of each character in each font")
    options = parser.parse_args()
    if options.file.exists():
        raise SystemExit(f"{options.file} exists already.")
    images, fonts = render(options.variants)
    options.file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.file, images, fonts)
    print(f"{options.file}: {len(images)} characters")


if __name__ == "__main__":
    main()
