"""The runner of public programs."""

import pytest

from canon import programs
from canon.__main__ import main
from canon.programs import Program, read_programs, run_program

HEADER = "name,repository,path,arguments,seconds,figure,own_error\n"


@pytest.fixture
def checkouts(tmp_path):
    """Two checkouts: one named as its repository is, one with its commit."""
    for folder, text in (
        ("Examples", "import sys, helper\nprint('loss', helper.x, sys.argv[1:])\nopen('new', 'w')"),
        ("Examples@0ff", "raise ValueError('no\\nmore')"),
    ):
        (tmp_path / folder / "sub dir").mkdir(parents=True)
        (tmp_path / folder / "sub dir" / "a.py").write_text(text)
        (tmp_path / folder / "sub dir" / "helper.py").write_text("x = 0.25\n")
    return tmp_path


def program(**changes):
    entry = {
        "name": "a",
        "repository": "owner/Examples",
        "path": "sub dir/a.py",
        "arguments": "",
        "seconds": 60,
        "figure": "",
        "own_error": "",
    }
    return Program(**{**entry, **changes})


def test_a_program_runs_in_a_copy(checkouts):
    outcome = run_program(program(figure=r"loss (\S+)", arguments="x y"), checkouts)
    assert (outcome.result, outcome.figure) == ("ran", "0.25")
    assert 0 < outcome.seconds < 60
    assert not list(checkouts.rglob("new"))


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"repository": "owner/Examples@0ff"}, "ValueError: no"),
        (
            {"repository": "owner/Examples@0ff", "own_error": "no\nmore"},
            "ran, up to its own error: no\nmore",
        ),
        ({"repository": "owner/Other"}, "no checkout of owner/Other"),
        ({"path": "b.py"}, "no b.py in Examples"),
        ({"seconds": 0}, "took longer than 0 s"),
    ],
)
def test_what_does_not_run_says_why(checkouts, changes, result):
    outcome = run_program(program(**changes), checkouts)
    assert outcome.result == result
    assert outcome.succeeded == result.startswith("ran")


def test_the_table(checkouts, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(programs, "LIST", tmp_path / "list.csv")
    (tmp_path / "list.csv").write_text(
        f"{HEADER}first,owner/Examples,sub dir/a.py,,60,loss (.*) ,\n"
        "second,owner/Examples@0ff,sub dir/a.py,,60,,\n"
    )
    assert main([str(checkouts)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:2] == ["first", "ran"] and lines[1].endswith("  0.25")
    assert lines[2].split()[:2] == ["second", "ValueError:"]
    assert lines[3] == "1 of 2 ran"
    assert main([str(checkouts), "--only", "first"]) == 0


def test_the_list_is_whole():
    names = [each.name for each in read_programs()]
    assert len(names) == len(set(names)) > 40
