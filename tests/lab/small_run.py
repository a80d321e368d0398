"""A run directory made by hand, of a few numbers."""

import os
import time

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from reflow.files.records import framed
from reflow.files.run_directory import (
    Distribution,
    Run,
    Tiles,
    distribution_value,
    text_value,
    tiles_value,
    write_json,
)

DISTRIBUTION = Distribution(tuple(range(8)), tuple(range(9)), 10, 3.5, 2.0, 12.0, 1, 0)
TILES = Tiles(b"a PNG", 1, 1, 2, 2, labels=[3, 4], predictions=[3, 5], total=2, correct=1)


def make_run(folder, name="first", started=1000.0, **fields):
    """A directory with a run.json and an event file that has no events yet."""
    directory = os.path.join(folder, name)
    os.makedirs(directory)
    defaults = {"program": "program.py", "started": started, "heartbeat": time.time()}
    Run(name, **(defaults | fields)).write(directory)
    write_json(os.path.join(directory, "graph.json"), {"nodes": []})
    append(directory, Event(file_version="brain.Event:2"))
    return directory


def append(directory, event):
    """Adds an Event to the run's file; gives the file."""
    path = os.path.join(directory, "events.out.tfevents.1.host")
    with open(path, "ab") as file:
        file.write(framed(event.SerializeToString()))
    return path


def record(directory, step, **scalars):
    """Adds numbers, with a distribution, tiles and a text."""
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
    values += [
        distribution_value("weights", DISTRIBUTION),
        tiles_value("batch/test", TILES),
        text_value("text/said", f"at step {step}"),
    ]
    return append(
        directory, Event(step=step, wall_time=1000.0 + step, summary=Summary(value=values))
    )


def numbers(count):
    """A line with one peak and one dip, far from each other."""
    line = np.sin(np.arange(count) / 50)
    line[count // 3], line[count // 2] = 100, -100
    return line.tolist()
