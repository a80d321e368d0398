"""MnistDataVis: what it keeps, how it drives a program's loop, what it leaves behind."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from reflow.visu import progress, rendering
from reflow.visu.dashboard import MnistDataVis
from tests.reference import dashboard_cases
from tests.visu import recorded

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(dashboard):
    rng = np.random.RandomState(0)
    for i in range(0, 50, 10):
        dashboard.append_training_curves_data(i, i / 100, 60 - i)
        dashboard.append_data_histograms(i, rng.randn(100), rng.rand(10))
    dashboard.append_test_curves_data(20, 0.9, 30)
    dashboard.append_test_curves_data(40, 0.8, 20)
    dashboard.update_image1(np.zeros([280, 280, 3], np.uint8))
    dashboard.update_image2(np.zeros([700, 1120, 3], np.uint8))


@pytest.mark.parametrize("case", range(len(dashboard_cases.ANIMATIONS)))
def test_animate_calls_as_the_original_does(monkeypatch, case):
    monkeypatch.setattr(rendering, "save_picture", lambda data, layout: None)
    calls = []
    MnistDataVis().animate(
        lambda *call: calls.append(list(call)), **dashboard_cases.ANIMATIONS[case]
    )
    assert calls == recorded.BEHAVIOUR["calls"][case]


def test_an_error_of_the_program_ends_the_run(folder):
    def compute_step(i, update_test, update_train):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        MnistDataVis().animate(compute_step, 100)
    assert not list(folder.iterdir())


def test_curves_and_histograms_are_kept():
    dashboard = MnistDataVis()
    assert dashboard.get_max_test_accuracy() == 0
    assert (dashboard.w3.shape, dashboard.b3.shape) == ((0, 8), (0, 8))
    fill(dashboard)
    assert dashboard.get_max_test_accuracy() == 0.9
    assert (dashboard.x1, dashboard.y1) == ([0, 10, 20, 30, 40], [0, 0.1, 0.2, 0.3, 0.4])
    assert (dashboard.x2, dashboard.y2, dashboard.z2) == ([20, 40], [0.9, 0.8], [30, 20])
    assert (dashboard.w3.shape, dashboard.b3.shape, dashboard.xmax) == ((5, 8), (5, 8), 40)
    assert not dashboard.is_paused()


def test_dashboards_share_nothing():
    fill(MnistDataVis())
    other = MnistDataVis()
    assert (other.x1, other.x2, other.x3, other.xmax) == ([], [], [], 0)
    assert other.im1.min() == 255


def test_values_passed_in_stay_as_they_are():
    weights = np.array([3.0, 1.0, 2.0])
    MnistDataVis().append_data_histograms(0, weights, weights)
    np.testing.assert_array_equal(weights, [3, 1, 2])


# The picture and the movie


def test_the_picture_shows_six_graphs(folder, capsys):
    from matplotlib import image

    dashboard = MnistDataVis(title1="Mine", histogram4colornum=2, dpi=40)
    fill(dashboard)
    dashboard.animate(lambda *call: None, 40)
    pixels = image.imread(folder / "tensorflowvisu.png")
    assert pixels.shape == (432, 768, 4)
    red, green, blue = (pixels[..., i] for i in range(3))
    upper, lower = np.s_[:216], np.s_[216:]
    assert ((blue > red + 0.2) & (blue > green + 0.2))[upper].any(), "training curves"
    assert ((red > 0.9) & (green < 0.4))[upper].any(), "test curves"
    assert ((green > red + 0.2) & (green > blue + 0.2))[lower].any(), "green bands of weights"
    assert ((red > green + 0.2) & (red > blue + 0.2))[lower].any(), "red bands of biases"
    for half in (upper, lower):
        assert (pixels[half, 540:700, :3] == 0).all(axis=-1).mean() > 0.3, "images of digits"
    assert "matplotlib" not in capsys.readouterr().err


def test_a_run_without_data_has_a_picture(folder):
    MnistDataVis(dpi=20).animate(lambda *call: None, 3)
    assert (folder / "tensorflowvisu.png").stat().st_size > 0


def test_drawing_leaves_pyplot_alone(folder):
    program = (
        "import sys, matplotlib\n"
        "before = matplotlib.rcParams.copy()\n"
        "from reflow.visu.dashboard import MnistDataVis\n"
        "dashboard = MnistDataVis(dpi=20)\n"
        "assert 'matplotlib.figure' not in sys.modules\n"
        "dashboard.animate(lambda *call: None, 3)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert dict.__eq__(before, matplotlib.rcParams)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_without_matplotlib_a_line_says_what_to_install(folder, monkeypatch, capsys):
    for module in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    MnistDataVis().animate(lambda *call: None, 3, save_movie=True)
    picture, movie = [line for line in capsys.readouterr().err.splitlines() if "is not" in line][
        ::-1
    ]
    assert picture == (
        "tensorflowvisu: tensorflowvisu.png is not saved: "
        "it takes matplotlib (pip install matplotlib)"
    )
    assert movie.endswith("is not made: it takes matplotlib (pip install matplotlib)")
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_costs_only_the_picture(folder, capsys):
    (folder / "tensorflowvisu.png").mkdir()
    MnistDataVis(dpi=20).animate(lambda *call: None, 3)
    assert "tensorflowvisu.png is not saved: " in capsys.readouterr().err


def test_a_movie_takes_ffmpeg(folder, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(folder))
    MnistDataVis(dpi=20).animate(lambda *call: None, 3, save_movie=True)
    assert "it takes the program ffmpeg" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["tensorflowvisu.png"]


def test_a_movie_has_a_frame_for_each_look_at_the_batch(folder, monkeypatch):
    (folder / "bin").mkdir()
    ffmpeg = folder / "bin" / "ffmpeg"
    ffmpeg.write_text('#!/bin/sh\necho "$@" > arguments\ncat > frames\n')
    ffmpeg.chmod(ffmpeg.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    looks = []
    MnistDataVis(dpi=20).animate(
        lambda i, update_test, update_train: looks.append(update_train),
        20,
        train_data_update_freq=5,
        save_movie=True,
    )
    arguments = (folder / "arguments").read_text()
    assert "tensorflowvisu_video.mp4" in arguments and "libx264" in arguments
    assert (folder / "frames").stat().st_size == sum(looks) * 384 * 216 * 4


# Progress


def test_elsewhere_than_in_a_terminal_a_tenth_of_the_run_is_a_line(capsys, monkeypatch):
    monkeypatch.setattr(rendering, "save_picture", lambda data, layout: None)
    dashboard = MnistDataVis()

    def compute_step(i, update_test, update_train):
        if update_train:
            dashboard.append_training_curves_data(i, 0.5, 20)
        if update_test:
            dashboard.append_test_curves_data(i, 0.25, 30)

    dashboard.animate(compute_step, 2001, train_data_update_freq=10)
    written = capsys.readouterr()
    lines = written.err.splitlines()
    assert written.out == ""
    assert [line.split()[1] for line in lines] == [
        *(f"{i}/2001" for i in range(200, 2000, 200)),
        "2001/2001",
    ]
    assert "train accuracy 0.5000 loss 20.000  test accuracy 0.2500 loss 30.000" in lines[0]
    assert lines[0].endswith(" steps/s")


def test_in_a_terminal_there_is_a_live_line_below_what_the_program_prints(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(rendering, "save_picture", lambda data, layout: None)
    monkeypatch.setenv("TERM", "xterm")
    dashboard = MnistDataVis()

    def compute_step(i, update_test, update_train):
        dashboard.append_training_curves_data(i, 0.5, 100 - i)
        dashboard.append_test_curves_data(i, i / 100, 30)

    dashboard.animate(compute_step, 40)
    shown = terminal.getvalue()
    assert "40/40" in shown
    assert "loss █" in shown and "▁ 60.00" in shown
    assert "test ▁" in shown and "█ 0.4000" in shown


def test_the_live_line_is_written_now_and_then_only():
    dashboard = MnistDataVis()
    console = Console(file=io.StringIO(), force_terminal=True)
    with Progress(TextColumn("{task.description}"), console=console) as shown:
        line = progress.LiveLine(shown, dashboard, 10000)
        for i in range(9999):
            line.advance(i)
        assert shown.tasks[0].completed < 9998
        line.advance(10000)
        assert shown.tasks[0].completed == 10000


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([3], "▁"),
        ([0, 7], "▁█"),
        (range(100), "▁▂▃▄▅▆▇█"),
        ([1, float("nan"), 2, float("inf")], "▁ █ "),
        ([float("nan")], " "),
    ],
)
def test_sparkline(values, bars):
    assert progress.sparkline(values) == bars
