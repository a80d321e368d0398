"""The recorder: what it writes, what it drops, and what it survives."""

import errno
import os
import signal
import threading
import time

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from reflow.files.event_files import read_events
from reflow.files.run_directory import (
    CONTROL_FILE,
    Distribution,
    Run,
    Tags,
    Tiles,
    read_json,
    recorded,
    write_json,
)
from reflow.watch import clock
from reflow.watch import recorder as recorder_module
from reflow.watch.panel import Quiet
from reflow.watch.recorder import Recorder
from reflow.watch.run_files import RunFiles
from reflow.watch.sample import Batch, Sample
from reflow.watch.waiting import Feed, Waiting

LOSS = Tags.TRAINING_LOSS + "loss"
WEIGHTS = Tags.VARIABLE + "W"


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def recorder(tmp_path):
    made = Recorder(RunFiles(str(tmp_path), "train.py"), None, Quiet())
    made.start()
    yield made
    made.close()


def batch(tag=Tags.TRAINING_BATCH):
    images = np.random.default_rng(0).integers(0, 255, [20, 28, 28, 1], np.uint8)
    return Batch(tag, images, np.arange(20) % 10, np.eye(10)[np.arange(20) % 7])


def sample(step, **fields):
    return Sample(step, 0.0, {LOSS: 1 / step}, {WEIGHTS: np.full([3, 3], step)}, **fields)


def events(recorder):
    directory = recorder.files.directory
    (path,) = (e.path for e in os.scandir(directory) if "tfevents" in e.name)
    return list(read_events(path))


def values(recorder):
    """(step, tag, value) of all that the lab reads."""
    for event in events(recorder):
        for value in event.summary.value:
            if recorded(value) is not None:
                yield event.step, value.tag, recorded(value)


def test_the_lab_reads_what_was_put(recorder):
    full = sample(
        1,
        batch=batch(),
        kernels={Tags.FILTERS + "K": np.ones([5, 5, 1, 4])},
        maps={Tags.FEATURE_MAPS + "relu": np.ones([2, 6, 6, 4])},
        units={Tags.STRONGEST + "hidden": np.ones([20, 8])},
        texts={Tags.TEXT + "said": "naïve"},
    )
    recorder.put(full)
    recorder.close()
    found = {tag: value for _, tag, value in values(recorder)}
    assert found[LOSS] == 1 and found[Tags.TEXT + "said"] == "naïve"
    assert isinstance(found[WEIGHTS], Distribution) and found[WEIGHTS].mean == 1
    tiles = {tag: value.count for tag, value in found.items() if isinstance(value, Tiles)}
    assert tiles == {
        Tags.TRAINING_BATCH: 20,
        Tags.FILTERS + "K": 4,
        Tags.FEATURE_MAPS + "relu": 8,
        Tags.STRONGEST + "hidden": 72,
    }


def test_tensorboard_reads_the_same_file(recorder):
    for step in range(1, 4):
        recorder.put(sample(step))
        time.sleep(0.02)  # else the newest weights alone would be recorded
    recorder.close()
    accumulator = EventAccumulator(recorder.files.directory).Reload()
    assert [(e.step, e.value) for e in accumulator.Scalars(LOSS)] == [
        (1, 1.0),
        (2, 0.5),
        (3, pytest.approx(1 / 3)),
    ]
    (first,) = accumulator.Histograms(f"{WEIGHTS}/histogram")
    assert (first.step, first.histogram_value.num) == (1, 9)


def test_run_json_says_how_it_is_and_how_it_ended(recorder):
    recorder.note(steps={"loss": 7}, batch_size=100)
    recorder.put(sample(7))
    recorder.close()
    run = Run.read(recorder.files.directory)
    assert (run.program, run.state, run.steps, run.batch_size) == (
        "train.py",
        "finished",
        {"loss": 7},
        100,
    )
    assert run.figures[LOSS] == dict.fromkeys(("last", "least", "greatest"), pytest.approx(1 / 7))
    assert run.started <= run.ended <= time.time() and run.pid == os.getpid()
    with pytest.raises(AttributeError):
        recorder.files.note(no_such_field=1)


def test_what_is_shown_is_of_the_learners_that_train(recorder):
    other = Tags.TRAINING_LOSS + "other"
    for step in range(1, 31):
        recorder.put(Sample(step, 0.0, {LOSS: 1.0}, learner="loss"))
        recorder.note(steps={"loss": step, "other": 0})
    for step in range(1, 21):
        recorder.put(Sample(step, 0.0, {other: 2.0, Tags.STEPS_PER_SECOND: 3.0}, learner="other"))
        recorder.note(steps={"loss": 30, "other": step})
    recorder.close()
    assert recorder._numbers() == {other: 2.0, Tags.STEPS_PER_SECOND: 3.0}
    assert recorder._step() == 20
    assert Run.read(recorder.files.directory).steps_total == 20


def test_a_total_that_was_passed_is_dropped(recorder):
    recorder.note(steps_total=5)
    recorder.feed({LOSS: 1.0}, 5)
    wait_until(lambda: recorder.files.run.steps_total == 5)
    recorder.feed({LOSS: 1.0}, 6)
    wait_until(lambda: recorder.files.run.steps_total is None)


def test_how_a_run_failed(recorder):
    recorder.ends("failed", {"type": "ValueError", "message": "no", "traceback": "..."})
    recorder.close()
    run = Run.read(recorder.files.directory)
    assert (run.state, run.error["type"]) == ("failed", "ValueError")


def test_numbers_are_on_the_disk_within_a_second(recorder):
    recorder.put(sample(1))
    start = time.monotonic()
    wait_until(lambda: [tag for _, tag, _ in values(recorder)])
    assert time.monotonic() - start < 1


def test_the_newest_sample_wins_and_numbers_are_kept():
    waiting = Waiting()
    for step in range(1, 6):
        waiting.put(0.0, sample(step))
    waiting.put(0.0, sample(5, batch=batch(Tags.TEST_BATCH)))
    waiting.put(0.0, Feed(5, {"x": 1.0}))
    for step in (6, 7):
        waiting.put(0.0, Feed(step, {"y": np.float32(2), "bands": np.ones(3)}))
    taken = [waiting.take(0)[1] for _ in range(9)]
    assert waiting.take(0) is None
    assert [[*item.values] for item in taken[6:]] == [["x"], ["y"], ["y", "bands"]]
    assert [bool(item.arrays) for item in taken[:6]] == [False] * 4 + [True, True]
    assert [item.scalars for item in taken[:5]] == [{LOSS: 1 / step} for step in range(1, 6)]


def test_a_thread_that_lags_costs_bounded_memory(monkeypatch):
    monkeypatch.setattr("reflow.watch.waiting._MOST", 10)
    waiting = Waiting()
    for step in range(1, 100):
        waiting.put(0.0, sample(step))
    assert waiting.take(0)[1].step == 90


def test_training_never_waits(recorder, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(recorder._writer, "write", lambda *_: release.wait(10))
    start = time.perf_counter()
    for step in range(1, 1000):
        recorder.put(sample(step))
    assert time.perf_counter() - start < 5
    release.set()


def test_the_cost_is_that_of_the_thread(recorder):
    assert recorder.cost().total < 1
    recorder.put(Sample(1, 0.0, arrays={WEIGHTS: np.random.default_rng(0).normal(size=10**6)}))
    before = recorder.cost().total
    wait_until(lambda: recorder.cost().total > before)


def test_times_only_grow_whatever_the_clock_does(recorder, monkeypatch):
    recorder.put(sample(1))
    with monkeypatch.context() as context:
        context.setattr(time, "time", lambda: 1000.0)
        recorder.put(sample(2))
    recorder.close()
    times = [event.wall_time for event in events(recorder)]
    assert times == sorted(times) and abs(times[-1] - time.time()) < 60


def test_json_files_are_written_by_the_thread(recorder):
    recorder.write("graph.json", lambda: {"thread": threading.current_thread().name})
    recorder.write("trace.json", lambda: {}["missing"])
    recorder.close()
    found = read_json(os.path.join(recorder.files.directory, "graph.json"))
    assert found == {"thread": "reflow recorder"}
    assert Run.read(recorder.files.directory).remarks == ["trace.json: KeyError: 'missing'"]


def test_what_is_no_number_is_left_out_and_said(recorder):
    recorder.put(Sample(1, 0.0, {LOSS: 2.0}, {WEIGHTS: np.array(["a"]), "ok": np.ones(3)}))
    recorder.close()
    assert [tag for _, tag, _ in values(recorder)] == [LOSS, "ok"]
    (remark,) = Run.read(recorder.files.directory).remarks
    assert remark.startswith(f"{WEIGHTS} cannot be recorded: TypeError")


# -- Pauses ------------------------------------------------------------------------------------


def pause(recorder, paused):
    write_json(os.path.join(recorder.files.directory, CONTROL_FILE), {"paused": paused})
    wait_until(lambda: recorder.paused is paused)


def test_pause_and_go_on(recorder):
    recorder.wait_while_paused()
    pause(recorder, True)
    wait_until(lambda: Run.read(recorder.files.directory).paused)
    waiter = threading.Thread(target=recorder.wait_while_paused)
    waiter.start()
    waiter.join(0.3)
    assert waiter.is_alive()
    pause(recorder, False)
    waiter.join(5)
    assert not waiter.is_alive()


def test_ctrl_c_while_paused(recorder):
    pause(recorder, True)
    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        recorder.wait_while_paused()


def test_nobody_waits_for_a_recorder_that_is_closed(recorder):
    pause(recorder, True)
    recorder.close()
    recorder.wait_while_paused()
    assert not Run.read(recorder.files.directory).paused


@pytest.mark.parametrize("text", ["", "[1]", '{"paused": 1}', "\0" * 10])
def test_a_control_file_that_says_nothing(recorder, text):
    with open(os.path.join(recorder.files.directory, CONTROL_FILE), "w") as file:
        file.write(text)
    assert not recorder._control.poll() and not recorder.paused


# -- Disks ----------------------------------------------------------------------------------------


def test_a_full_disk_and_an_empty_one_again(recorder, monkeypatch, capsys):
    recorder.put(sample(1))
    wait_until(lambda: list(values(recorder)))
    write = os.write
    is_full = True

    def writes_half(descriptor, data):
        if is_full and descriptor == recorder._file._descriptor:
            if len(data) < 20:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, data[:10])
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", writes_half)
    recorder.put(sample(2))
    wait_until(lambda: recorder.files.run.remarks)
    is_full = False
    recorder.put(sample(3))
    recorder.close()
    assert [step for step, tag, _ in values(recorder) if tag == LOSS] == [1, 3]
    run = Run.read(recorder.files.directory)
    assert run.state == "finished"
    assert run.remarks == [
        "step 2: recording stops: No space left on device",
        "step 3: recording goes on",
    ]
    assert capsys.readouterr().err == "reflow: recording stops: No space left on device\n"


def test_a_directory_that_vanishes(recorder, capsys):
    recorder.put(sample(1))
    wait_until(lambda: list(values(recorder)))
    # By a rename: the recorder may be writing a file there.
    os.rename(recorder.files.directory, f"{recorder.files.directory}.gone")
    recorder.put(sample(2))
    wait_until(lambda: not recorder._takes)
    recorder.close()
    gone = f"{recorder.files.directory} is gone"
    assert capsys.readouterr().err == f"reflow: recording ends: {gone}\n"
    assert not os.path.exists(recorder.files.directory)


def test_a_mistake_of_the_recorders_ends_it_alone(recorder, monkeypatch, capsys):
    monkeypatch.setattr(recorder._writer, "write", lambda *_: 1 / 0)
    recorder.put(sample(1))
    wait_until(lambda: not recorder._takes)
    recorder.close()
    assert "recording ends: ZeroDivisionError" in capsys.readouterr().err
    assert Run.read(recorder.files.directory).state == "finished"


def test_beyond_its_size_a_file_gets_numbers_alone(recorder, monkeypatch):
    monkeypatch.setattr("reflow.watch.writer._BYTES", 150)
    monkeypatch.setattr("reflow.watch.writer._BYTES_PER_SECOND", 0)
    for step in (1, 2):
        recorder.put(sample(step))
        wait_until(lambda step=step: (step, LOSS) in [found[:2] for found in values(recorder)])
    recorder.close()
    found = [(step, tag) for step, tag, _ in values(recorder)]
    assert found == [(1, LOSS), (1, WEIGHTS), (2, LOSS)]


# -- What is fed ------------------------------------------------------------------------------


def test_what_the_program_says_goes_before_what_was_found(recorder):
    recorder.put(sample(1))
    recorder.feed({Tags.TRAINING_LOSS + "curve": 0.5}, 1, owned=(Tags.TRAINING_LOSS,))
    recorder.put(sample(2))
    recorder.feed({WEIGHTS: np.zeros(3), "other": np.zeros(3), "x": 1.0})
    recorder.close()
    found = [(step, tag) for step, tag, _ in values(recorder)]
    assert (2, LOSS) not in found and (1, LOSS) in found
    assert (1, Tags.TRAINING_LOSS + "curve") in found
    assert [tag for _, tag in found].count(WEIGHTS) <= 2
    assert (2, "x") in found and (2, "other") in found


def test_what_is_large_and_fed_is_held_back(recorder, monkeypatch):
    monkeypatch.setattr("reflow.watch.writer._BUDGET_OF_FEEDS", 1e-6)
    made = []

    def tiles():
        made.append(len(made))
        return Tiles(b"", 1, 1, 1, len(made))

    for step in range(1, 20):
        recorder.feed({Tags.TEST_BATCH: tiles, "x": float(step)}, step)
        if step == 1:
            wait_until(lambda: made)
    recorder.close()
    found = [(step, value.count) for step, tag, value in values(recorder) if tag != "x"]
    assert found == [(1, 1), (19, 2)] and made == [0, 1]


def test_the_clock_goes_on():
    ticking = clock.Clock(1000.0)
    first = ticking.now()
    assert 1000 <= first <= ticking.now() < 1010


def test_closing_twice_and_late_samples(recorder):
    recorder.close()
    recorder.close()
    recorder.put(sample(1))
    recorder.feed({"x": 1.0})
    assert list(values(recorder)) == []
    assert recorder_module.Recorder is type(recorder)
