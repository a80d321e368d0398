"""The `reflow` command, as a process: what `reflow run` makes of programs, whole and broken."""

import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[1]
REFLOW = [sys.executable, "-m", "reflow.cli"]


@pytest.fixture
def environment():
    """The environment of a process that finds reflow; the tests run it in a folder of its own."""
    inherited = {k: v for k, v in os.environ.items() if k in ("HOME", "PATH", "TMPDIR")}
    return {**inherited, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "100"}


@pytest.fixture
def reflow(tmp_path, environment):
    """Runs `reflow` with these arguments; files given by name are written before."""

    def run(*args, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return subprocess.run(
            [*REFLOW, *args], cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    return run


def python(tmp_path, environment, *args):
    return subprocess.run(
        [sys.executable, *args], cwd=tmp_path, env=environment, capture_output=True, text=True
    )


SHOW_MAIN = """'The doc.'
import sys
main = sys.modules['__main__']
names = ['__name__', '__doc__', '__file__', '__package__', '__cached__']
for name in names:
    print(name, main.__dict__[name])
from importlib.machinery import SourceFileLoader
print(main.__dict__ is globals(), type(__builtins__), isinstance(__loader__, SourceFileLoader))
print(__spec__ and __spec__.name, sys.argv, sys.path[0])
import helper
print(helper.__file__)
"""


@pytest.mark.parametrize(
    "args",
    [
        ("program.py",),
        ("program.py", "a", "-m", "--full-traceback", "--", "-h"),
        ("sub/program.py", "x"),
        ("./program.py",),
        ("-m", "program", "a b"),
        ("-m", "sub.program", "--x"),
        ("-m", "sub"),
        ("sub", "y"),
    ],
)
def test_the_program_finds_what_python_gives_it(tmp_path, environment, reflow, args):
    (tmp_path / "sub").mkdir()
    for folder in (tmp_path, tmp_path / "sub"):
        (folder / "program.py").write_text(SHOW_MAIN)
        (folder / "helper.py").write_text("")
    (tmp_path / "sub" / "__main__.py").write_text(SHOW_MAIN)
    by_reflow = reflow("run", *args)
    by_python = python(tmp_path, environment, *args)
    assert by_python.returncode == 0
    assert (by_reflow.stdout, by_reflow.stderr) == (by_python.stdout, "")


def test_nothing_heavy_is_loaded_before_the_program(reflow):
    program = "import sys; print({'torch', 'reflow.tf', 'typer', 'rich', 'absl'} & {*sys.modules})"
    assert reflow("run", "program.py", program=program).stdout == "set()\n"


def test_an_archive_runs_its_main(tmp_path, reflow):
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", "import sys, part; print(part.x, sys.argv)")
        archive.writestr("part.py", "x = 3")
    assert reflow("run", "app.zip", "a").stdout == "3 ['app.zip', 'a']\n"


def test_a_linked_program_imports_from_where_it_is(tmp_path, reflow):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "program.py").write_text("import part; print(part.x)")
    (tmp_path / "real" / "part.py").write_text("x = 4")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "program.py")
    assert reflow("run", "link.py").stdout == "4\n"


@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [
        ("", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no good')", 1, "no good\n"),
        ("raise SystemExit(3)", 3, ""),
        ("import os; os._exit(9)", 9, ""),
    ],
)
def test_exit_status(reflow, ending, status, error):
    done = reflow("run", "program.py", program=ending)
    assert (done.returncode, done.stderr) == (status, error)


def test_atexit_and_threads_end_as_usual(reflow):
    program = (
        "import atexit, threading, time\n"
        "atexit.register(lambda: print('at exit', x))\n"
        "def work():\n    time.sleep(0.2); print('thread', x)\n"
        "threading.Thread(target=work).start()\n"
        "x = 5"
    )
    done = reflow("run", "program.py", program=program)
    assert (done.stdout, done.returncode) == ("thread 5\nat exit 5\n", 0)


def test_classes_of_the_program_can_be_pickled(reflow):
    program = (
        "import pickle\nclass A:\n    x = 3\nprint(type(pickle.loads(pickle.dumps(A()))) is A)"
    )
    assert reflow("run", "program.py", program=program).stdout == "True\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_the_encoding_that_the_program_declares(tmp_path, reflow, encoding):
    declared = encoding.removesuffix("-sig")
    text = f"# -*- coding: {declared} -*-\nprint(ascii('é'))"
    (tmp_path / "program.py").write_bytes(text.encode(encoding))
    assert reflow("run", "program.py").stdout == "'\\xe9'\n"


# What goes wrong


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("missing.py",), "cannot open 'missing.py': No such file or directory"),
        (("no/such.py",), "cannot open 'no/such.py': No such file or directory"),
        (("-m", "missing"), "there is no module named 'missing' to run"),
        (("-m", "missing.part"), "there is no module named 'missing.part' to run"),
        (("-m", "plain.part"), "there is no module named 'plain.part' to run"),
        (("-m", "package"), "there is no module named 'package.__main__' to run"),
        (("package",), "there is no __main__ module in 'package'"),
    ],
)
def test_no_such_program(tmp_path, reflow, args, message):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    done = reflow("run", *args, plain="")
    assert (done.returncode, done.stderr) == (2, f"reflow run: {message}\n")


@pytest.mark.parametrize("args", [(), ("--full-traceback",), ("-m",), ("--bogus", "program.py")])
def test_a_wrong_command_line_is_explained(reflow, args):
    done = reflow("run", *args)
    assert done.returncode == 2
    assert "Usage:" in done.stderr


def test_help_names_the_options(reflow):
    done = reflow("run", "--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("PROGRAM", "-m", "--full-traceback"))
    assert "run" in reflow("--help").stdout


def test_the_version_is_that_of_the_package(tmp_path, environment):
    (tmp_path / "reflow-9.8.7.dist-info").mkdir()
    metadata = tmp_path / "reflow-9.8.7.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: reflow\nVersion: 9.8.7\n")
    environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    # Elsewhere than in the project: an editable install leaves metadata of its own there.
    done = subprocess.run(
        [*REFLOW, "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.stdout, done.returncode) == ("reflow 9.8.7\n", 0)


def test_a_program_that_does_not_parse(reflow):
    done = reflow("run", "program.py", program="x = 1\nif x = 2:\n    pass\n")
    assert done.returncode == 1
    assert done.stderr == (
        "reflow run: program.py does not parse:\n\n"
        '  File "program.py", line 2\n'
        "    if x = 2:\n"
        "       ^^^^^\n"
        "SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?\n"
    )


def test_a_module_that_does_not_parse(reflow):
    done = reflow("run", "-m", "program", program="def f(:\n")
    assert done.returncode == 1
    assert re.search(
        r"program\.py does not parse:\n\n  File .*program\.py\", line 1\n", done.stderr
    )


def test_null_bytes_do_not_parse(reflow):
    done = reflow("run", "program.py", program="x = 1\0")
    assert done.returncode == 1
    assert "program.py does not parse" in done.stderr and "null bytes" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_exception_shows_the_lines_of_the_program_only(reflow):
    program = "def f():\n    raise ValueError('no\\ngood')\nf()\n"
    done = reflow("run", "program.py", program=program)
    assert done.returncode == 1
    # Python 3.13 points at the whole of a line too.
    assert re.sub(r"\n +~*\^+(?=\n)", "", done.stderr) == (
        "Traceback (most recent call last):\n"
        '  File "program.py", line 3, in <module>\n'
        "    f()\n"
        '  File "program.py", line 2, in f\n'
        "    raise ValueError('no\\ngood')\n"
        "ValueError: no\ngood\n"
    )


IN_REFLOW = """
from reflow.graph.dtypes import as_dtype
try:
    {}['key']
except KeyError:
    as_dtype('no such type')
"""


def test_frames_inside_reflow_are_hidden_unless_asked_for(reflow):
    done = reflow("run", "program.py", program=IN_REFLOW)
    assert "dtypes.py" not in done.stderr
    assert "KeyError: 'key'" in done.stderr and "During handling" in done.stderr
    assert re.search(
        r"\(1 frame is hidden; reflow run --full-traceback shows all\)$", done.stderr.strip()
    )
    full = reflow("run", "--full-traceback", "program.py")
    assert re.search(r"reflow/graph/dtypes\.py", full.stderr)
    assert "hidden" not in full.stderr and "running/program.py" not in full.stderr


OP_ERROR = """
from reflow.graph import errors
def f():
    raise errors.InvalidArgumentError(None, None, 'Incompatible shapes\\n\\t made at program.py')
try:
    f()
except Exception as error:
    raise error
"""


def test_the_message_of_a_failed_op_comes_before_the_traceback(reflow):
    done = reflow("run", "program.py", program=OP_ERROR)
    assert done.returncode == 1
    first, second, blank, traceback, *rest = done.stderr.splitlines()
    assert first == "InvalidArgumentError: Incompatible shapes"
    assert second == "\t made at program.py"
    assert (blank, traceback) == ("", "Traceback (most recent call last):")
    assert rest[-1] == "reflow.graph.errors.InvalidArgumentError: Incompatible shapes"
    assert done.stderr.count("made at") == 1 + OP_ERROR.count("raise errors")


def on_terminal(command, cwd, environment):
    """What a command writes to a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=slave, stderr=slave)
    os.close(slave)
    written = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux: the other end is closed
            break
        if not part:
            break
        written += part
    os.close(master)
    process.wait()
    return written.decode()


def test_the_headline_is_bold_on_a_terminal(tmp_path, environment):
    (tmp_path / "program.py").write_text(OP_ERROR)
    command = [*REFLOW, "run", "program.py"]
    written = on_terminal(command, tmp_path, environment)
    assert written.startswith("\033[1mInvalidArgumentError: Incompatible shapes\033[0m")
    assert "\033" not in on_terminal(command, tmp_path, {**environment, "NO_COLOR": "1"})


def test_chained_exceptions_of_the_program_stay(reflow):
    program = (
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise RuntimeError('x') from e\n"
    )
    done = reflow("run", "program.py", program=program)
    assert "ZeroDivisionError" in done.stderr and "direct cause" in done.stderr


def test_the_excepthook_of_the_program_is_used(reflow):
    program = "import sys\nsys.excepthook = lambda t, e, tb: print('mine', e)\n1 / 0\n"
    done = reflow("run", "program.py", program=program)
    assert (done.stdout, done.stderr, done.returncode) == ("mine division by zero\n", "", 1)


def test_running_as_a_library_leaves_the_excepthook(reflow, tmp_path):
    library = (
        "import sys\nfrom reflow.running.program import run_script\n"
        "status = run_script('program.py')\n"
        "print(status, sys.excepthook is sys.__excepthook__)"
    )
    (tmp_path / "library.py").write_text(library)
    (tmp_path / "program.py").write_text("1 / 0")
    done = reflow("run", "library.py")
    assert done.stdout == "1 True\n" and "ZeroDivisionError" in done.stderr


INTERRUPTED = """
import atexit, sys, time
atexit.register(lambda: print('at exit'))
try:
    print('ready', flush=True)
    while True:
        time.sleep(0.01)
finally:
    print('finally')
"""


def interrupt(process):
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=60)
    finally:
        process.kill()


def test_ctrl_c_stops_cleanly_with_one_line(tmp_path, environment):
    (tmp_path / "program.py").write_text(INTERRUPTED)
    process = subprocess.Popen(
        [*REFLOW, "run", "program.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, err = interrupt(process)
    assert (out, err) == ("finally\nat exit\n", "reflow run: stopped by Ctrl-C\n")
    assert process.returncode == 130


def test_a_program_that_handles_ctrl_c_itself(tmp_path, environment):
    program = INTERRUPTED.replace("finally:", "except KeyboardInterrupt:")
    (tmp_path / "program.py").write_text(program)
    process = subprocess.Popen(
        [*REFLOW, "run", "program.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert interrupt(process) == ("finally\nat exit\n", "")
    assert process.returncode == 0


@pytest.mark.parametrize("count", [1, 100000])
def test_a_reader_that_leaves_is_no_error(tmp_path, environment, count):
    (tmp_path / "program.py").write_text(f"for i in range({count}): print(i)")
    process = subprocess.Popen(
        [*REFLOW, "run", "program.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == (0 if count == 1 else 1)
