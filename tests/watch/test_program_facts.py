"""What is found out about a program: its constants and flags, the length of its loops."""

import argparse
import linecache
import sys
from collections import namedtuple

import numpy as np
import pytest

from reflow.watch.epochs import examples_in_an_epoch
from reflow.watch.hyperparameters import constants, hyperparameters, program_codes
from reflow.watch.loops import Loops

PROGRAM = """
import argparse
learning_rate = 0.001
batch_size = 60000 // 100
MINUS = -3
name = "adam"
use_dropout = True
nothing = None
step = 0
for i in range(3):
    step = i
counter = 0
def train():
    global counter
    counter = 3
_hidden = 4
computed = len(name)
"""


def test_constants_are_what_is_set_once():
    assert constants(compile(PROGRAM, "train.py", "exec")) == {
        "learning_rate": 0.001,
        "batch_size": 600,
        "MINUS": -3,
        "name": "adam",
        "use_dropout": True,
        "nothing": None,
    }


def test_constants_of_functions():
    code = compile("def f(x):\n    rate = 0.5\n    x = 3\n    x = 4", "train.py", "exec")
    assert constants(code.co_consts[0]) == {"rate": 0.5}


def test_hyperparameters_can_be_written_as_json():
    main = {"args": argparse.Namespace(layers=3, name="x" * 1000, seed=None, rate=float("nan"))}
    code = compile(PROGRAM, "train.py", "exec")
    found = hyperparameters(main, [code])
    assert found["layers"] == 3 and found["learning_rate"] == 0.001
    assert not {"name" * 0, "seed", "rate", "nothing"} & found.keys()


def test_flags_of_the_program(monkeypatch):
    from absl import flags

    values = flags.FlagValues()
    flags.DEFINE_float("rate", 0.1, "", flag_values=values, module_name="train.py")
    flags.DEFINE_integer("verbosity_of_absl", 1, "", flag_values=values, module_name="absl.logging")
    monkeypatch.setattr(flags, "FLAGS", values)
    monkeypatch.setattr(sys, "argv", ["train.py"])
    assert "rate" not in hyperparameters({}, [])
    values(["train.py", "--rate=0.3"])
    assert hyperparameters({}, []) == {"rate": 0.3}


def test_examples_in_an_epoch():
    class Data:
        def __init__(self, **fields):
            vars(self).update(fields)

        def __getattr__(self, name):
            raise AssertionError("asked for what would have to be computed")

    Sets = namedtuple("Sets", "train test")
    images = np.zeros([30, 4])
    assert examples_in_an_epoch({"mnist": Data(train=Data(_images=images))}) == 30
    assert examples_in_an_epoch({"m": Sets(Data(_num_examples=50), None)}) == 50
    assert examples_in_an_epoch({"tf": np, "train": images, "x": 3, "y": Data()}) is None


# -- Loops ----------------------------------------------------------------------------------------


def looked_at(source):
    """What is known when a program has ended in which `run()` is a training run."""
    loops, codes = Loops(), []
    name = f"/home/somebody/train_{abs(hash(source))}.py"
    steps = 0

    def run(trains=True):
        nonlocal steps
        steps += trains
        codes[:] = program_codes(sys._getframe(1))
        if trains:
            loops.look(sys._getframe(1), steps)

    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec"), {"run": run, "i": 0})
    finally:
        del linecache.cache[name]
    return loops, [code for code in codes if code.co_filename == name]


@pytest.mark.parametrize(
    ("source", "total", "inner"),
    [
        ("for i in range(50):\n    run()", 50, None),
        ("n = 50\nfor i in range(1, n + 1):\n    if i:\n        run()", 50, None),
        ("for e in range(3):\n    for i in range(int(20 / 2)):\n        run()", 30, 10),
        ("def f(n):\n  for i in range(n):\n    g()\ndef g():\n    run()\nf(20)", 20, None),
        ("for i in range(20):\n    run(False)\n    run()", 20, None),
        ("run(False)\nfor i in range(20):\n    run()", 20, None),
        ("for i in range(20):\n    run()\n    for j in [1]:\n        break", 20, None),
        ("def f():\n  for j in [1]:\n    0\n  for i in range(9):\n    run()\nf()", 9, None),
        ("for i in range(20):\n    run()\nfor j in range(30):\n    run()", 50, None),
        ("while not i:\n    run()\n    i = 1\nfor j in range(30):\n    run()", 31, None),
        ("for i in range(50):\n    if i > 9:\n        run()", 40, None),
    ],
)
def test_loops_that_tell_how_many_runs_there_will_be(source, total, inner):
    loops, codes = looked_at(source)
    assert (loops.total, loops.inner) == (total, inner)
    assert codes[0].co_name == "<module>"


@pytest.mark.parametrize(
    "source",
    [
        "i = 0\nwhile i < 50:\n    i += 1\n    run()",
        "for i in range(50):\n    if i == 40:\n        break\n    run()",
        "def f():\n  for i in range(50):\n    run()\n    if i > 45:\n      return\nf()",
        "for x in [1] * 50:\n    run()",
        "for i in range(50):\n    run()\n    run()",
        "for i in range(50):\n    if i % 2:\n        run()",
        "for i in (lambda n: range(n))(50):\n    run()",
        "for x in 'ab':\n    for i in range(20):\n        run()",
        "run()\nrun()\nrun()\nrun()",
        "for i in range(2):\n    run()",
        "for i in range(20):\n    run()\nfor x in 'abc':\n    run()",
        "for i in range(20):\n    run()\nfor j in range(30):\n    run()\n    run()",
    ],
)
def test_loops_that_do_not(source):
    loops, _ = looked_at(source)
    assert loops.total is None


def test_a_program_that_is_python_2():
    name = "/home/somebody/old.py"
    linecache.cache[name] = (1, None, ["for i in range(50):\n", "    print run()\n"], name)
    loops = Loops()

    def run():
        loops.look(sys._getframe(1), 1)

    try:
        exec(compile("for i in range(50):\n    run()", name, "exec"), {"run": run})
    finally:
        del linecache.cache[name]
    assert loops.total is None
