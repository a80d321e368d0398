"""The zoo's networks: their first steps beside TensorFlow's, and what they learn."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.zoo.printed import ROOT, assert_same

REFERENCE = ROOT / "tests" / "reference"
RECORDED = json.loads((REFERENCE / "zoo.json").read_text())
#: The number that a network is about, and how far it gets.
AT_LEAST = {
    "mnist.convolutional": (r"test accuracy ([\d.]+)%", 98.9),
    "mnist.convolutional_bigger_dropout": (r"test accuracy ([\d.]+)%", 99.3),
    "mnist.batch_norm": (r"test accuracy ([\d.]+)%", 99.4),
    "blocks.inception": (r"test accuracy ([\d.]+)%", 97.5),
    "blocks.residual": (r"test accuracy ([\d.]+)%", 98.9),
    "blocks.highway": (r"test accuracy ([\d.]+)%", 96),
    "fonts.logistic": (r"test accuracy ([\d.]+)%", 84),
    "fonts.feed_forward": (r"test accuracy ([\d.]+)%", 91),
    "fonts.cnn": (r"test accuracy ([\d.]+)%", 97),
    "detection.yolo": (r"found ([\d.]+)%", 88),
}
AT_MOST = {
    "autoencoder.plain": 0.0065,
    "autoencoder.denoising": 0.0145,
    "autoencoder.stacked": 0.0085,
}


@pytest.fixture(scope="session")
def fonts(tmp_path_factory):
    """A data cache folder with the fonts file, as the script renders it."""
    folder = tmp_path_factory.mktemp("data")
    render(folder / "fonts_36x36.npz")
    return folder


def render(file, *options):
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "render_fonts.py"), *options, str(file)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("program", RECORDED)
def test_first_steps_are_tensorflows(run, program):
    arguments, lines = RECORDED[program].values()
    expected = [re.sub(r" *\d+ steps/s$", "", line) for line in lines]
    assert_same(run(program, *arguments.split(), data=str(REFERENCE / "zoo")), "\n".join(expected))


def test_without_the_fonts_file_it_is_said_how_to_make_it(run, tmp_path):
    file = re.escape(str(tmp_path / "fonts_36x36.npz"))
    with pytest.raises(AssertionError, match=rf"{file} is missing: `python scripts/render_fonts"):
        run("fonts.logistic", data=str(tmp_path))


def test_fonts_are_rendered(tmp_path):
    file = tmp_path / "new" / "fonts.npz"
    assert render(file, "--places=1").stdout == f"{file}: 310 characters\n"
    with np.load(file) as made:
        images, labels = made["arr_0"], made["arr_1"]
    assert (images.shape, images.dtype) == ((310, 36, 36), np.uint8)
    assert labels.tolist() == sorted([0, 1, 2, 3, 4] * 62)
    # White on black, no character cut off or left out.
    assert (images.max(axis=(1, 2)) > 200).all()
    assert not images[:, [0, -1]].any() and not images[:, :, [0, -1]].any()


def test_a_fonts_file_is_not_overwritten(tmp_path):
    file = tmp_path / "fonts.npz"
    file.touch()
    assert render(file).stderr == f"{file} exists already.\n"


def test_summaries_show_digits_beside_what_becomes_of_them(run, tmp_path):
    run("autoencoder.plain", "--steps=0", f"--summaries={tmp_path / 'summaries'}")
    (events,) = (tmp_path / "summaries").iterdir()
    assert b"digits/image/9" in events.read_bytes()


def test_layers_that_change_all_learn_less_without_gates(run):
    losses = {}
    for option in ("--gates", "--nogates"):
        last = run("blocks.highway", "--steps=60", "--report=60", option)[-1]
        losses[option] = float(re.search(r"loss ([\d.]+)", last)[1])
    assert losses["--gates"] < losses["--nogates"] - 0.5


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("program", AT_LEAST)
def test_networks_learn(run, fonts, program):
    pattern, least = AT_LEAST[program]
    lines = run(program, data=str(fonts))
    assert max(float(found) for found in re.findall(pattern, "\n".join(lines))) >= least, lines


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("program", AT_MOST)
def test_autoencoders_learn(run, program):
    *_, last = run(program)
    assert float(re.search(r"error ([\d.]+)", last)[1]) <= AT_MOST[program], last
