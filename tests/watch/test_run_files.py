"""The directory of a run: its name, run.json, sources, what the program prints."""

import io
import json
import sys
import threading

import pytest

from reflow.files.run_directory import OUTPUT_FILE, Run
from reflow.watch import output as output_module
from reflow.watch import sources as sources_module
from reflow.watch.output import Output
from reflow.watch.run_files import RunFiles
from reflow.watch.sources import Sources


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("mnist_1.0_softmax.py", "mnist_1.0_softmax"),
        ("/a/b/train.py", "train"),
        ("lesson 3: ünïcode.ipynb", "lesson_3_n_code"),
        ("folder/", "folder"),
        ("...", "program"),
        ("x" * 300 + ".py", "x" * 60),
        ("../../etc/passwd", "passwd"),
    ],
)
def test_the_name_of_a_run(tmp_path, program, name):
    made = RunFiles(str(tmp_path / "runs"), program)
    date, time, rest = made.run.id.split("-", 2)
    assert (len(date), len(time), rest) == (8, 6, name)
    assert (tmp_path / "runs" / made.run.id / "run.json").exists()


def test_runs_that_begin_together_have_directories_of_their_own(tmp_path):
    made = []

    def make():
        made.append(RunFiles(str(tmp_path), "train.py", ["--fast"]))

    threads = [threading.Thread(target=make) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({files.directory for files in made}) == 20
    for files in made:
        assert Run.read(files.directory).id == files.run.id
        assert Run.read(files.directory).arguments == ["--fast"]


def test_the_end_is_told_once(tmp_path):
    files = RunFiles(str(tmp_path), "train.py")
    files.end("failed", {"type": "E", "message": "", "traceback": ""})
    files.end("finished", None)
    assert Run.read(files.directory).state == "failed"


# -- Sources --------------------------------------------------------------------------------------


def test_the_program_and_the_modules_that_it_imports(tmp_path, monkeypatch):
    program = tmp_path / "code" / "train.py"
    (tmp_path / "code" / "parts").mkdir(parents=True)
    program.write_text("import parts.part_of_a_test")
    (tmp_path / "code" / "parts" / "part_of_a_test.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(program.parent))
    __import__("parts.part_of_a_test")
    (tmp_path / "run").mkdir()
    sources = Sources(str(tmp_path / "run"), str(program))
    assert sources.copy() and not sources.copy()
    assert sources.names[0] == "train.py" and "parts/part_of_a_test.py" in sources.names
    assert not any("site-packages" in name or "reflow/" in name for name in sources.names)
    assert (tmp_path / "run/source/parts/part_of_a_test.py").read_text() == "x = 1"


def test_modules_beside_the_program_come_before_others(tmp_path, monkeypatch):
    for name in ("far/a.py", "far/b.py", "code/near.py", "code/train.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1")
    files = [str(tmp_path / name) for name in ("far/a.py", "far/b.py", "code/near.py")]
    monkeypatch.setattr(sources_module, "_MOST_FILES", 3)
    monkeypatch.setattr(sources_module, "_module_files", lambda: files)
    (tmp_path / "run").mkdir()
    sources = Sources(str(tmp_path / "run"), str(tmp_path / "code/train.py"))
    assert sources.copy()
    assert sources.names == ["train.py", "near.py", "a.py"]


def test_what_is_too_large_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(sources_module, "_LARGEST", 10)
    monkeypatch.setattr(sources_module, "_module_files", list)
    program = tmp_path / "train.py"
    program.write_text("#" * 11)
    sources = Sources(str(tmp_path), str(program))
    assert not sources.copy() and sources.names == []


# -- What the program prints ------------------------------------------------------------------


def take_streams(monkeypatch):
    """Makes sys.stdout and sys.stderr as Python makes them; gives the first.

    No fixture: pytest has streams of its own for each phase of a test.
    """
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(io.BytesIO(), "latin-1", write_through=True)
        monkeypatch.setattr(sys, name, stream)
    return sys.stdout


def test_what_is_printed_is_kept_and_the_streams_stay(tmp_path, monkeypatch):
    out = take_streams(monkeypatch)
    output = Output(str(tmp_path))
    output.listen()
    assert sys.stdout is out and (out.encoding, out.isatty()) == ("latin-1", False)
    print("é", 1)
    print("warned", file=sys.stderr)
    sys.stdout.writelines(["a", "b\n"])
    output.write()
    output.stop()
    print("unheard")
    output.write()
    assert (tmp_path / OUTPUT_FILE).read_text() == "é 1\nwarned\nab\n"
    assert out.buffer.getvalue() == "é 1\nab\nunheard\n".encode("latin-1")
    assert "write" not in vars(out)


def test_of_much_the_beginning_and_the_end_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(output_module, "_KEPT", 10)
    take_streams(monkeypatch)
    output = Output(str(tmp_path))
    output.listen()
    for number in range(100):
        print(f"{number:03}")
        if number % 7 == 0:
            output.write()
    output.write()
    kept = (tmp_path / OUTPUT_FILE).read_text()
    assert kept == "000\n001\n00\n[... 380 characters ...]\n7\n098\n099\n"


def test_writing_what_cannot_be_encoded_fails_as_ever(tmp_path, monkeypatch):
    take_streams(monkeypatch)
    output = Output(str(tmp_path))
    output.listen()
    with pytest.raises(UnicodeEncodeError):
        print("\u2603")
    with pytest.raises(TypeError):
        sys.stdout.write(3)
    output.write()
    assert (
        not (tmp_path / OUTPUT_FILE).exists()
        or "\u2603" not in (tmp_path / OUTPUT_FILE).read_text()
    )


def test_streams_that_cannot_be_listened_to(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", type("Slots", (), {"__slots__": (), "write": print})())
    Output(str(tmp_path)).listen()


def test_run_json_holds_what_json_holds(tmp_path):
    files = RunFiles(str(tmp_path), "train.py")
    files.note(hyperparameters={"rate": 0.5}, remarks=["one", "one"])
    files.note(remarks=["two"])
    files.write()
    with open(f"{files.directory}/run.json") as file:
        assert json.load(file)["remarks"] == ["one", "two"]
