"""Takes the pictures of the lab's page for the documentation: `python -m tests.lab.screenshots`."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image

from tests.lab import sample_runs
from tests.lab.browser import Lab, Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZE = (1280, 800)

# Name, view, what it waits for, whether dark, and what is done before the picture is taken.
VIEWS = [
    ("dashboard-light", "/run/digits", "[data-drawn]", False, None),
    ("dashboard-dark", "/run/digits", "[data-drawn]", True, lambda page: page.slide(60)),
    (
        "digits",
        "/run/digits",
        "[data-drawn]",
        False,
        lambda page: (page.slide(60), page.press("9")),
    ),
    ("wall-light", "/run/gan/wall", ".wall[data-drawn]", False, lambda page: _search(page)),
    ("wall-dark", "/run/digits/wall", ".wall[data-drawn]", True, None),
    ("pictures", "/run/digits/wall", ".wall[data-drawn]", False, lambda page: page.press("3")),
    ("graph-light", "/run/digits/graph", ".box", False, lambda page: _open(page)),
    ("graph-dark", "/run/digits/graph", ".box", True, lambda page: _open(page)),
    ("compare-light", "/compare?ids=digits,digits-fast,digits-slow", "[data-drawn]", False, None),
    ("compare-dark", "/compare?ids=digits,digits-fast,digits-slow", "[data-drawn]", True, None),
    ("runs", "/", "tbody tr", False, None),
]


def _open(page: Page) -> None:
    for name in ("hidden", "hidden/MatMul"):
        page.js(
            f"""document.querySelector('[data-name="{name}"]')"""
            ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
        )


def _search(page: Page) -> None:
    page.js("document.querySelector('input[type=search]').focus()")
    page.driver.switch_to.active_element.send_keys("discriminator/dense_1")


def main() -> None:
    """Writes docs/images/lab-*.png."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        runs = os.path.join(folder, "runs")
        os.mkdir(runs)
        sample_runs.write_all(runs)
        lab = Lab(runs)
        page = Page(os.path.join(folder, "browser"), *SIZE)
        try:
            for name, view, ready, dark, act in VIEWS:
                page.media(dark)
                page.show(lab, view, ready)
                page.js("new Promise((done) => setTimeout(() => done(1), 2500))")
                if act is not None:
                    act(page)
                    page.js("new Promise((done) => setTimeout(() => done(1), 2500))")
                _write(IMAGES / f"lab-{name}.png", page.driver.get_screenshot_as_png())
        finally:
            page.close()
            lab.stop()


def _write(path: Path, png: bytes) -> None:
    """With 256 colours: a third of the bytes, and no difference that the eye sees."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
