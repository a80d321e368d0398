"""Reading a run while it is written, whatever happens to its files."""

import os
import shutil
import socket
import time

import pytest
from tensorboard.compat.proto.event_pb2 import Event

from reflow.files.records import framed
from reflow.files.run_directory import FINISHED, RUNNING
from reflow.lab import past
from reflow.lab.contents import unpacked
from reflow.lab.library import Library
from reflow.lab.run_reader import LOST, RunReader
from tests.lab.small_run import DISTRIBUTION, TILES, append, make_run, record


def opened(directory):
    reader = RunReader(directory)
    reader.poll()
    return reader


def test_what_is_recorded_is_read_as_it_comes(tmp_path):
    directory = make_run(tmp_path)
    reader = opened(directory)
    assert reader.tags() == {"scalars": [], "distributions": [], "tiles": [], "texts": []}
    version = reader.version
    assert not reader.poll()
    record(directory, 1, loss=0.5)
    assert reader.poll()
    record(directory, 2, loss=0.25, accuracy=0.75)
    assert reader.poll()
    assert reader.version == version + 2
    assert reader.tags()["scalars"] == ["accuracy", "loss"]
    assert list(reader.scalars("loss").items) == [0.5, 0.25]
    assert list(reader.scalars("loss").times) == [1001.0, 1002.0]
    assert [unpacked(item) for item in reader.distributions("weights").items] == [DISTRIBUTION] * 2
    assert reader.tiles("batch/test") == (2, [1, 2], TILES)
    assert reader.texts("text/said").items == ["at step 1", "at step 2"]


@pytest.mark.parametrize(("asked", "given"), [(None, 30), (5, 10), (10, 10), (29, 20), (99, 30)])
def test_the_tiles_of_a_step(tmp_path, asked, given):
    directory = make_run(tmp_path)
    for step in (10, 20, 30):
        record(directory, step)
    assert opened(directory).tiles("batch/test", asked)[0] == given
    assert opened(directory).tiles("no/such", asked) is None


def test_a_record_that_is_not_whole_yet_is_waited_for(tmp_path):
    directory = make_run(tmp_path)
    path = record(directory, 1, loss=1.0)
    reader = opened(directory)
    whole = framed(Event(step=2).SerializeToString())
    for part in (whole[:5], whole[5:15], whole[15:]):
        assert len(reader.scalars("loss").items) == 1
        with open(path, "ab") as file:
            file.write(part)
        reader.poll()
    record(directory, 3, loss=3.0)
    reader.poll()
    assert list(reader.scalars("loss").items) == [1.0, 3.0]
    assert reader.problems == []


def test_a_corrupt_record_is_left_out_and_named(tmp_path):
    directory = make_run(tmp_path)
    path = record(directory, 1, loss=1.0)
    start = os.path.getsize(path)
    record(directory, 2, loss=2.0)
    record(directory, 3, loss=3.0)
    with open(path, "r+b") as file:
        file.seek(start + 20)
        file.write(b"\xff\xff")
    reader = opened(directory)
    assert list(reader.scalars("loss").items) == [1.0, 3.0]
    assert f"the record at byte {start + 12} is corrupt" in reader.problems[0]


def test_a_corrupt_length_ends_the_reading(tmp_path):
    directory = make_run(tmp_path)
    path = record(directory, 1, loss=1.0)
    with open(path, "ab") as file:
        file.write(b"\xff" * 100)
    reader = opened(directory)
    record(directory, 2, loss=2.0)
    reader.poll()
    assert list(reader.scalars("loss").items) == [1.0]
    assert "is corrupt from byte" in reader.problems[0]


def test_a_file_that_was_cut(tmp_path):
    directory = make_run(tmp_path)
    path = record(directory, 1, loss=1.0)
    reader = opened(directory)
    os.truncate(path, 3)
    reader.poll()
    assert list(reader.scalars("loss").items) == [1.0]
    assert "was cut to 3 bytes" in reader.problems[0]


def test_values_that_only_say_that_they_are_the_labs(tmp_path):
    directory = make_run(tmp_path)
    event = Event(step=1)
    value = event.summary.value.add(tag="weights")
    value.metadata.plugin_data.plugin_name = "reflow"
    value.metadata.plugin_data.content = b"distribution"
    value.tensor.double_val.extend([1.0, 2.0])
    append(directory, event)
    reader = opened(directory)
    assert reader.tags()["distributions"] == []
    assert "not the numbers of a distribution" in reader.problems[0]


def write_a_long_past(directory, steps):
    """Large records of two kinds in turn, and a small one with each tenth of them."""
    text = "x" * 20_000
    for step in range(steps):
        for tag in ("one", "other"):
            event = Event(wall_time=1000 + step, step=step)
            value = event.summary.value.add(tag=tag, simple_value=step)
            value.metadata.summary_description = text
            append(directory, event)
        if step % 10 == 0:
            record(directory, step, small=float(step))


def test_of_a_long_past_an_overview_is_read_first(tmp_path):
    directory = make_run(tmp_path)
    write_a_long_past(directory, 900)
    reader = opened(directory)
    for tag in ("one", "other"):
        overview = list(reader.scalars(tag).steps)
        assert 10 <= len(overview) <= 20
        assert overview == sorted(overview) and (overview[0], overview[-1]) == (0, 899)
    serial = reader.scalars("one").serial

    record(directory, 900, small=900.0)
    reader.poll()
    assert reader.scalars("small").steps[-1] == 900
    version = reader.version
    reader.read_on(0.0)
    assert reader.version == version

    reader.read_on()
    assert reader.version == version + 1
    for tag in ("one", "other"):
        steps = list(reader.scalars(tag).steps)
        assert len(steps) == 400
        assert steps == sorted(steps) and (steps[0], steps[-1]) == (0, 899)
    assert list(reader.scalars("small").steps) == list(range(0, 901, 10))
    # Who has the overview must not take the rest for what was added to it.
    assert reader.scalars("one").added_since(serial) is None

    serial = reader.scalars("small").serial
    record(directory, 901, small=901.0)
    reader.poll()
    series = reader.scalars("small")
    assert list(series.steps[series.added_since(serial)]) == [901]
    reader.read_on()
    assert len(series.steps) == 92


def test_a_short_past_is_read_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(past, "_SHORT", 1 << 30)
    directory = make_run(tmp_path)
    write_a_long_past(directory, 60)
    assert list(opened(directory).scalars("other").steps) == list(range(60))


def test_events_of_another_build_are_of_one_kind(tmp_path, monkeypatch):
    """TensorFlow's own writers may put what they know in another order."""
    monkeypatch.setattr(past, "_SHORT", 0)
    directory = make_run(tmp_path)
    for step in range(100):
        append(directory, Event(step=step, file_version="brain.Event:2"))
        record(directory, step, loss=float(step))
    assert len(opened(directory).scalars("loss").steps) == past._OVERVIEW


@pytest.mark.parametrize(
    ("state", "heartbeat_ago", "is_alive", "seen"),
    [
        (RUNNING, 1, False, RUNNING),
        (RUNNING, 60, False, LOST),
        (RUNNING, 60, True, RUNNING),
        (FINISHED, 60, False, FINISHED),
    ],
)
def test_the_state_of_a_run(tmp_path, state, heartbeat_ago, is_alive, seen):
    pid = os.getpid() if is_alive else 2**22 + 1  # beyond the largest that there is
    heartbeat = time.time() - heartbeat_ago
    host = socket.gethostname()
    directory = make_run(tmp_path, state=state, heartbeat=heartbeat, pid=pid, host=host)
    assert opened(directory).state == seen


def test_a_run_json_that_is_none(tmp_path):
    directory = make_run(tmp_path)
    reader = opened(directory)
    with open(os.path.join(directory, "run.json"), "w") as file:
        file.write("{")
    reader.poll()
    assert reader.run.program == "program.py"
    assert len(reader.problems) == 1


class TestLibrary:
    def test_runs_come_and_go(self, tmp_path):
        make_run(tmp_path, "old", started=1.0)
        library = Library(str(tmp_path))
        assert [reader.id for reader in library.readers()] == ["old"]
        version = library.version
        make_run(tmp_path, "new", started=2.0)
        assert [reader.id for reader in library.readers()] == ["new", "old"]
        assert library.version > version
        assert library.open("old").run.started == 1.0
        shutil.rmtree(tmp_path / "old")
        with pytest.raises(KeyError):
            library.open("old")
        assert [reader.id for reader in library.readers()] == ["new"]

    @pytest.mark.parametrize("name", ["..", ".", "", "a/../first", "/etc", "first/", ".hidden"])
    def test_a_name_is_never_a_path(self, tmp_path, name):
        make_run(tmp_path, "first")
        make_run(tmp_path, ".hidden")
        with pytest.raises(KeyError):
            Library(str(tmp_path)).open(name)

    def test_a_link_to_elsewhere_is_no_run(self, tmp_path):
        outside = make_run(tmp_path / "outside")
        (tmp_path / "runs").mkdir()
        (tmp_path / "runs" / "link").symlink_to(outside)
        assert Library(str(tmp_path / "runs")).readers() == []

    def test_one_run_alone(self, tmp_path):
        directory = make_run(tmp_path)
        assert [reader.id for reader in Library(directory).readers()] == ["first"]

    def test_few_runs_are_in_memory_at_once(self, tmp_path):
        library = Library(str(tmp_path))
        for i in range(15):
            record(make_run(tmp_path, f"run{i}"), 1, loss=float(i))
        assert [list(library.open(f"run{i}").scalars("loss").items) for i in range(15)] == [
            [float(i)] for i in range(15)
        ]
        loaded = [reader for reader in library.readers() if reader.tags()["scalars"]]
        assert len(loaded) == 12
        assert list(library.open("run0").scalars("loss").items) == [0.0]
