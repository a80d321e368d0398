"""`tf.app.run` and `tf.flags`, in programs of their own: flags belong to a process."""

import subprocess
import sys

import pytest

DEFINES = '''"""What the program does."""
import sys
from reflow.tf import app, flags
F = app.flags
F.DEFINE_string("data_dir", "d", "where the data is")
F.DEFINE_integer("n", 3, "how many")
F.DEFINE_boolean("b", False, "whether")
F.DEFINE_bool("c", True, "whether not")
F.DEFINE_float(flag_name="lr", default_value=0.1, docstring="the rate")
F.DEFINE_enum("kind", "x", ["x", "y"], "which")
F.DEFINE_list("names", "p,q", "who")
F.DEFINE_string("log_dir", "l", "where the log goes")
FLAGS = F.FLAGS
'''
MAIN = DEFINES + (
    "def main(argv):\n"
    "    print(argv[1:], FLAGS.n, FLAGS.b, FLAGS.c, FLAGS.lr, FLAGS.kind, FLAGS.names)\n"
    "    return 3\n"
    "if __name__ == '__main__': app.run()\n"
)


@pytest.fixture
def run(tmp_path):
    def run_program(text, *args):
        path = tmp_path / "program.py"
        path.write_text(text)
        return subprocess.run(
            [sys.executable, str(path), *args],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        )

    return run_program


@pytest.mark.parametrize(
    ("args", "printed"),
    [
        ((), "[] 3 False True 0.1 x ['p', 'q']"),
        (("--n=5", "--b", "--noc", "--lr", "2"), "[] 5 True False 2.0 x ['p', 'q']"),
        (("-n", "7", "x", "--kind=y"), "['x'] 7 False True 0.1 y ['p', 'q']"),
        (("--unknown=3", "--n=4", "y"), "['--unknown=3', 'y'] 4 False True 0.1 x ['p', 'q']"),
        (("--b=True", "--", "--n=9"), "['--', '--n=9'] 3 True True 0.1 x ['p', 'q']"),
    ],
)
def test_run_parses_flags_and_exits_with_what_main_returns(run, args, printed):
    done = run(MAIN, *args)
    assert (done.stdout.strip(), done.returncode, done.stderr) == (printed, 3, "")


def test_run_takes_main_and_argv(run):
    text = DEFINES + "app.run(main=lambda argv: print(argv, FLAGS.n), argv=['p', '--n=8', 'z'])"
    done = run(text, "--n=1")
    assert (done.stdout, done.returncode) == ("['p', 'z'] 8\n", 0)


def test_a_value_that_does_not_fit_is_one_message(run):
    done = run(MAIN, "--n=bad")
    assert done.returncode == 1
    assert "flag --n=bad: invalid literal for int()" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_shows_the_program_and_its_flags(run):
    done = run(MAIN, "--help")
    assert done.returncode == 1
    assert done.stdout.startswith("What the program does.")
    assert "--n: how many" in done.stdout and "the rate" in done.stdout


def test_the_first_look_at_a_flag_parses(run):
    done = run(DEFINES + "print(FLAGS.n, FLAGS.data_dir, FLAGS.is_parsed())", "--n=6", "--zz=1")
    assert (done.stdout, done.stderr) == ("6 d True\n", "")


def test_the_names_of_tensorflow_0(run):
    done = run(
        DEFINES
        + "FLAGS._parse_flags()\n"
        + "shown = ['%s=%s' % item for item in sorted(FLAGS.__flags.items())]\n"
        + "print([each for each in shown if each.startswith(('lr', 'n='))])\n"
        + "print(FLAGS.__flags['n'].value + 1, FLAGS.__flags['n'].help)",
        "--n=6",
    )
    assert done.stdout == "['lr=0.1', 'n=6']\n7 how many\n"


def test_flags_can_be_set_listed_and_asked_for(run):
    done = run(
        DEFINES
        + "FLAGS.n = 9\n"
        + "print(FLAGS.n, 'n' in FLAGS, 'm' in FLAGS, FLAGS['n'].value)\n"
        + "print(len(FLAGS) == len([*FLAGS]))\n"
        + "print(FLAGS.flag_values_dict()['kind'], 'n' in dir(FLAGS), FLAGS.n)\n"
        + "del FLAGS.n\n"
        + "print('n' in FLAGS)\n"
        + "try: FLAGS.missing\n"
        + "except AttributeError as error: print(error)\n"
    )
    assert done.stdout == "9 True False 9\nTrue\nx True 9\nFalse\nmissing\n"


def test_a_flag_defined_twice_names_both_places(run):
    done = run(DEFINES + "F.DEFINE_string('n', '', '')")
    assert "The flag 'n' is defined twice" in done.stderr
