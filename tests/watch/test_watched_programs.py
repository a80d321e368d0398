"""`reflow run --watch`, as a process: how runs end, what the terminal shows."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from reflow.files.event_files import read_events
from reflow.files.run_directory import CONTROL_FILE, OUTPUT_FILE, Run, write_json
from tests.running.processes import environment

# What stands for training: no namespace is loaded, so that it is quick.
TRAINING = """
import sys, time
from reflow.watch.current import current
learning_rate = 0.5
def train(steps, pause=0.01):
    for step in range(1, steps + 1):
        current.recorder.wait_while_paused()
        current.recorder.feed({"loss/training/loss": 1 / step, "accuracy/training": 0.5}, step)
        time.sleep(pause)
"""


def command(folder, program, *options):
    (folder / "program.py").write_text(TRAINING + program)
    return [sys.executable, "-m", "reflow", "run", *options, "program.py", "--fast"]


def run(folder, program, *options):
    return subprocess.run(
        command(folder, program, *options),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def start(folder, program, *options, **streams):
    return subprocess.Popen(
        command(folder, program, *options),
        cwd=folder,
        env=environment(),
        text=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


def the_run(folder):
    (directory,) = (folder / "runs").iterdir()
    return str(directory), Run.read(str(directory))


def steps(directory):
    (path,) = (entry.path for entry in os.scandir(directory) if "tfevents" in entry.name)
    return [event.step for event in read_events(path) if event.summary.value]


@pytest.mark.parametrize(
    ("ending", "status", "state", "kind"),
    [
        ("", 0, "finished", None),
        ("sys.exit()", 0, "finished", None),
        ("sys.exit(3)", 3, "failed", "SystemExit"),
        ("raise ValueError('no')", 1, "failed", "ValueError"),
        ("raise KeyboardInterrupt", 130, "interrupted", None),
        ("import threading; threading.Thread(target=train, args=[5]).start()", 0, "finished", None),
    ],
)
def test_how_runs_end(tmp_path, ending, status, state, kind):
    done = run(tmp_path, f"train(5)\nprint('bye')\n{ending}", "--record-only", "--quiet")
    directory, found = the_run(tmp_path)
    assert (done.returncode, done.stdout, found.state) == (status, "bye\n", state)
    assert (found.error or {}).get("type") == kind
    assert steps(directory)[:5] == [1, 2, 3, 4, 5]
    assert (found.arguments, found.sources) == (["--fast"], ["program.py"])
    with open(os.path.join(directory, OUTPUT_FILE)) as file:
        assert file.read() == f"bye\n{done.stderr}"
    if state == "failed" and kind == "ValueError":
        assert found.error["traceback"] == done.stderr


def test_a_program_that_is_killed_leaves_what_it_had(tmp_path):
    with start(
        tmp_path, "train(50)\nprint('there', flush=True)\ntrain(10**6)", "--record-only"
    ) as p:
        assert p.stdout.readline() == "there\n"
        time.sleep(0.6)
        p.kill()
    directory, found = the_run(tmp_path)
    assert found.state == "running" and steps(directory)[:50] == list(range(1, 51))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_is_told_to_end(tmp_path, number):
    with start(tmp_path, "print('there', flush=True)\ntrain(10**6)", "--record-only") as process:
        assert process.stdout.readline() == "there\n"
        process.send_signal(number)
        process.wait(20)
    _, found = the_run(tmp_path)
    assert (process.returncode, found.state) == (-number, "interrupted")


def test_a_program_that_answers_itself_when_it_is_told_to_end(tmp_path):
    program = """
import signal
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
print('there', flush=True)
train(10**6)
"""
    with start(tmp_path, program, "--record-only") as process:
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    _, found = the_run(tmp_path)
    assert (process.returncode, found.state) == (0, "finished")


def test_ctrl_c_while_paused(tmp_path):
    with start(tmp_path, "print('there', flush=True)\ntrain(10**6)", "--record-only") as process:
        assert process.stdout.readline() == "there\n"
        directory, _ = the_run(tmp_path)
        write_json(os.path.join(directory, CONTROL_FILE), {"paused": True})
        while not Run.read(directory).paused:
            time.sleep(0.02)
        before = len(steps(directory))
        time.sleep(0.3)
        assert len(steps(directory)) <= before + 1
        process.send_signal(signal.SIGINT)
        process.wait(20)
    found = Run.read(directory)
    assert (process.returncode, found.state, found.paused) == (130, "interrupted", False)


def test_a_child_that_is_forked_is_not_the_run(tmp_path):
    program = """
import os
train(3)
child = os.fork()
if child == 0:
    assert current.recorder is None
    print("child", flush=True)
    sys.exit(1)
os.waitpid(child, 0)
train(3)
"""
    done = run(tmp_path, program, "--record-only", "--quiet")
    directory, found = the_run(tmp_path)
    assert (done.stdout, done.stderr, found.state) == ("child\n", "", "finished")
    assert steps(directory) == [1, 2, 3, 1, 2, 3]


def test_no_directory_for_runs(tmp_path):
    (tmp_path / "runs").write_text("a file")
    done = run(tmp_path, "print(current.recorder)", "--record-only")
    assert (done.returncode, done.stdout) == (0, "None\n")
    assert done.stderr == f"reflow run: not watched: {tmp_path}/runs: File exists\n"


def test_runs_elsewhere_and_other_options(tmp_path):
    program = "print(current.recorder.files.directory)"
    done = run(tmp_path, program, "--record-only", "--run-dir", "a/b", "--watch-budget", "0.1")
    assert done.stdout.startswith(str(tmp_path / "a" / "b"))
    assert run(tmp_path, program, "--watch", "--watch-budget", "3").returncode == 2


def test_a_program_that_is_not_there_leaves_no_run(tmp_path):
    words = [sys.executable, "-m", "reflow", "run", "--record-only", "missing.py"]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True)
    assert done.returncode == 2 and not (tmp_path / "runs").exists()


# -- The terminal ------------------------------------------------------------------------------


def test_piped_it_says_how_it_ended(tmp_path):
    done = run(tmp_path, "train(5)", "--record-only")
    assert done.stdout == ""
    assert re.fullmatch(
        r"reflow: finished after 0:\d\d, 5 steps, loss 0\.2, accuracy 0\.5000\n", done.stderr
    )


def in_a_terminal(folder, program, stdout_too=True, **variables):
    """What a terminal of 100 columns gets."""
    master, slave = pty.openpty()
    out = slave if stdout_too else subprocess.DEVNULL
    process = subprocess.Popen(
        command(folder, program, "--record-only"),
        cwd=folder,
        env={**environment(), "TERM": "xterm-256color", **variables},
        stdout=out,
        stderr=slave,
    )
    os.close(slave)
    parts = []
    with contextlib.suppress(OSError):  # that is how its end is told
        while part := os.read(master, 1 << 16):
            parts.append(part)
    os.close(master)
    assert process.wait() == 0
    return b"".join(parts).decode().replace("\r\n", "\n")


def screen(text):
    """The lines that output leaves on a terminal's screen, for the codes that the panel has."""
    lines, row, column = [""], 0, 0
    for code in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if code == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif code == "\r":
            column = 0
        elif code == "\x1b[J":
            lines[row:] = [lines[row][:column]]
        elif code.endswith("A") and code.startswith("\x1b"):
            row -= int(code[2:-1])
        elif not code.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + code + lines[row][column + len(code) :]
            column += len(code)
    return lines


PRINTING = """
for i in range(3):
    print("line", i)
    train(60)
print("un", end="", flush=True)
train(60)
print("finished")
print("warning", file=sys.stderr)
train(60)
"""


def test_the_live_panel_leaves_what_the_program_prints(tmp_path):
    text = in_a_terminal(tmp_path, PRINTING)
    assert "▁" in text and "accuracy 0.5000" in text and "\x1b[1m" in text
    *printed, ending, last = screen(text)
    assert printed == [*(f"line {i}" for i in range(3)), "unfinished", "warning"]
    assert ending.startswith("reflow: finished after") and last == ""


def test_the_panel_of_a_program_whose_output_goes_elsewhere(tmp_path):
    text = in_a_terminal(tmp_path, PRINTING, stdout_too=False)
    assert "line" not in text
    assert screen(text)[0] == "warning"


def test_no_colours_where_none_are_wanted(tmp_path):
    text = in_a_terminal(tmp_path, "train(100)", NO_COLOR="1")
    assert "▁" in text and not re.search(r"\x1b\[3[0-9;]*m", text)


def test_no_panel_in_a_terminal_that_cannot_draw_it(tmp_path):
    text = in_a_terminal(tmp_path, "train(100)", TERM="dumb")
    assert "\x1b" not in text and text.startswith("reflow: finished")


# -- The page -----------------------------------------------------------------------------------


def test_watch_starts_the_page(tmp_path):
    with start(
        tmp_path, "train(100)\nsys.stdin.read()", "--watch", stdin=subprocess.PIPE
    ) as process:
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
        _, found = the_run(tmp_path)
        assert address and address[0].endswith(found.id)
        labs = subprocess.run(
            ["pgrep", "-f", f"reflow lab {tmp_path}"], capture_output=True, text=True
        ).stdout.split()
        assert len(labs) == 1
        os.kill(int(labs[0]), signal.SIGTERM)
        process.stdin.close()
        assert process.wait(20) == 0
    assert (
        json.loads((tmp_path / "runs" / found.id / "run.json").read_text())["state"] == "finished"
    )
