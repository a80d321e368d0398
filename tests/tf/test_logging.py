"""`tf.logging`: its lines, levels and counters."""

import logging as std_logging
import subprocess
import sys

import pytest

from reflow.tf import logging


@pytest.fixture
def lines(caplog):
    """The messages logged, as (level, text, name of the file that logged)."""
    caplog.set_level(std_logging.DEBUG, "tensorflow")
    return lambda: [(r.levelname, r.getMessage(), r.filename) for r in caplog.records]


def test_levels_and_arguments(lines):
    logging.debug("a %d", 1)
    logging.info("b %s", "x")
    logging.warn("c")
    logging.warning("d %(k)s", {"k": 2})
    logging.error("e")
    logging.fatal("f")
    logging.TaskLevelStatusMessage("g")
    logging.log(logging.INFO, "h %d", 3)
    logging.vlog(logging.WARN, "i")
    logging.log_if(logging.ERROR, "j", True)
    logging.log_if(logging.ERROR, "not this", False)
    here = "test_logging.py"
    assert lines() == [
        ("DEBUG", "a 1", here),
        ("INFO", "b x", here),
        ("WARNING", "c", here),
        ("WARNING", "d 2", here),
        ("ERROR", "e", here),
        ("CRITICAL", "f", here),
        ("ERROR", "g", here),
        ("INFO", "h 3", here),
        ("WARNING", "i", here),
        ("ERROR", "j", here),
    ]


def test_each_line_of_the_program_counts_for_itself(lines):
    for i in range(7):
        logging.log_every_n(logging.INFO, "every %d", 3, i)
        logging.log_first_n(logging.INFO, "first %d", 2, i)
    logging.log_first_n(logging.INFO, "first %d", 2, 9)
    texts = [text for _, text, _ in lines()]
    assert texts == ["every 0", "first 0", "first 1", "every 3", "every 6", "first 9"]


def test_verbosity(lines):
    logging.set_verbosity(logging.ERROR)
    assert logging.get_verbosity() == logging.ERROR
    logging.warn("hidden")
    logging.error("shown")
    assert [text for _, text, _ in lines()] == ["shown"]


def test_tensorflow_writes_level_name_and_text_to_stderr_from_warnings_on():
    program = (
        "from reflow.tf import logging\n"
        "logging.info('no'); logging.warn('shown'); logging.set_verbosity(logging.INFO)\n"
        "logging.info('%d', 7); logging.flush(); print(logging.get_verbosity())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "WARNING:tensorflow:shown\nINFO:tensorflow:7\n"
    assert done.stdout == "20\n"


def test_root_handlers_that_are_there_first_get_the_lines_alone():
    program = (
        "import logging as std; std.basicConfig(format='mine: %(message)s')\n"
        "from reflow.tf import logging; logging.warn('shown')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "mine: shown\n"
