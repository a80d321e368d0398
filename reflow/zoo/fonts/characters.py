"""The characters of five fonts, as `python scripts/render_fonts.py` renders them."""

import os

import numpy as np

FOLDER = os.path.expanduser(os.environ.get("REFLOW_DATA") or "~/.cache/reflow/data")
FILE = os.path.join(FOLDER, "fonts_36x36.npz")


def load():
    """The training and the test set, a tenth, each images [count, 36, 36, 1] and labels [count].

    Pixels are between 0, paper, and 1, ink; labels are the numbers of fonts, 0 to 4.
    """
    if not os.path.exists(FILE):
        raise SystemExit(f"{FILE} is missing: `python scripts/render_fonts.py` makes it.")
    with np.load(FILE) as file:
        images, labels = file["arr_0"], file["arr_1"]
    order = np.random.RandomState(0).permutation(len(images))
    images, labels = images[order, :, :, np.newaxis] / np.float32(255), labels[order]
    tests = len(images) // 10
    return (images[tests:], labels[tests:]), (images[:tests], labels[:tests])
