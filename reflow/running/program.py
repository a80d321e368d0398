"""Runs a program as `python PROGRAM` or `python -m MODULE` does, TensorFlow being reflow.

The program gets sys.argv, sys.path[0] and the `__main__` module that Python would give it, and the
process the exit status: what `sys.exit` was called with, 1 after an error, 130 after Ctrl-C.
"""

from __future__ import annotations

import builtins
import importlib.util
import io
import os
import pkgutil
import select
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any, NamedTuple

from reflow.running import report
from reflow.running.old_libraries import lookup
from reflow.running.sources import Compiled, OwnModuleLoader, OwnModules, compile_source
from reflow.running.watching import Watching, begin_watching, ends_with

__all__ = ["run_module", "run_script"]

_SUCCEEDED = 0
_FAILED = 1
_NOT_FOUND = 2
_INTERRUPTED = 130  # what a shell reports of a program that SIGINT ended


class _Program(NamedTuple):
    """A program that is ready to run."""

    path: str  # its sys.argv[0]
    compiled: Compiled
    main: dict[str, Any]  # what its `__main__` module starts with


class _Options(NamedTuple):
    """How to run it."""

    full_traceback: bool
    old_libraries: bool
    watching: Watching | None


class _NotFoundError(Exception):
    """There is no such program."""


class _UnparsableError(Exception):
    """The program is not Python."""

    def __init__(self, path: str, error: SyntaxError | ValueError) -> None:
        super().__init__(path)
        self.path = path
        self.error = error


def run_script(
    path: str,
    args: Sequence[str] = (),
    full_traceback: bool = False,
    old_libraries: bool = True,
    watching: Watching | None = None,
) -> int:
    """Run a file of Python source, a notebook, or a folder or archive with a `__main__.py` in it.

    Args:
      path: the file, folder or archive.
      args: what the program finds in `sys.argv[1:]`.
      full_traceback: show reflow's own frames in tracebacks too.
      old_libraries: answer calls that other libraries no longer have.
      watching: how the program is watched; None: it is not.

    Returns:
      The exit status, unless the program calls `sys.exit`: that passes through as SystemExit.
    """
    if path.endswith(".ipynb"):
        return _run_notebook(path, old_libraries, full_traceback, watching)
    options = _Options(full_traceback, old_libraries, watching)
    if pkgutil.get_importer(path) is not None:
        return _run(lambda: _load_main_in(path), args, os.path.abspath(path), options)
    folder = os.path.dirname(os.path.realpath(path))
    return _run(lambda: _load_script(path), args, folder, options)


def _run_notebook(
    path: str, old_libraries: bool, full_traceback: bool, watching: Watching | None
) -> int:
    try:
        from reflow.running.notebooks.run import run_notebook
    except ImportError as error:
        report.show(f"notebooks need {error.name}: `pip install 'reflow[notebook]'`")
        return _NOT_FOUND
    return run_notebook(path, old_libraries, full_traceback, watching)


def run_module(
    name: str,
    args: Sequence[str] = (),
    full_traceback: bool = False,
    old_libraries: bool = True,
    watching: Watching | None = None,
) -> int:
    """Run a module, or the `__main__` of a package, found on `sys.path`; see `run_script`."""
    options = _Options(full_traceback, old_libraries, watching)
    return _run(lambda: _load_module(name), args, os.getcwd(), options)


def _run(
    load: Callable[[], _Program], args: Sequence[str], import_folder: str, options: _Options
) -> int:
    from reflow.graph import device
    from reflow.hook import install

    if not getattr(sys.flags, "safe_path", False):  # python -P, from Python 3.11 on
        sys.path[0] = import_folder
    install()
    device.missing_gpus_are_replaced = True
    OwnModules.install()
    if options.old_libraries:
        lookup.install()
    try:
        return _execute(load, args, options)
    finally:
        if _is_stdout_gone():
            _drop_output()


def _execute(load: Callable[[], _Program], args: Sequence[str], options: _Options) -> int:
    try:
        program = load()
        if options.watching is not None:
            begin_watching(options.watching, program.path, args)
        sys.argv[:] = [program.path, *args]
        main = ModuleType("__main__")
        vars(main).update(program.main, __builtins__=program.compiled.builtins)
        sys.modules["__main__"] = main
        exec(program.compiled.code, vars(main))
    except _NotFoundError as error:
        report.show(str(error))
        return _NOT_FOUND
    except _UnparsableError as error:
        report.show_unparsable(error.path, error.error)
        return _FAILED
    except SystemExit as error:
        ends_with(error)
        raise
    except KeyboardInterrupt as error:
        ends_with(error)
        report.show("stopped by Ctrl-C", after_echo=True)
        return _INTERRUPTED
    except Exception as error:
        ends_with(error, options.full_traceback)
        if isinstance(error, BrokenPipeError) and _is_stdout_gone():
            return _FAILED
        report.show_exception(error, options.full_traceback)
        return _FAILED
    return _SUCCEEDED


def _is_stdout_gone() -> bool:
    """Whether what reads our output has closed it, as `head` does."""
    try:
        watched = select.poll()
        watched.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in watched.poll(0))
    except (AttributeError, OSError, ValueError):  # there is no stdout, or no file behind it
        return False


def _drop_output() -> None:
    """Let what is still to be written to stdout go nowhere; Python flushes it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _load_script(path: str) -> _Program:
    absolute = os.path.join(os.getcwd(), path)
    try:
        with io.open_code(absolute) as file:
            source = file.read()
    except OSError as error:
        raise _NotFoundError(f"cannot open {path!r}: {error.strerror}") from error
    if path.endswith("_test.py"):
        from reflow.running.tensorflow_tests import preparing

        preparing.prepare(path)
    main = {
        "__file__": absolute,
        "__cached__": None,
        "__loader__": SourceFileLoader("__main__", absolute),
        "__package__": None,
        "__spec__": None,
    }
    return _Program(path, _compile(path, lambda: compile_source(source, path)), main)


def _load_main_in(path: str) -> _Program:
    importer: Any = pkgutil.get_importer(path)
    spec = importer.find_spec("__main__")
    if spec is None:
        raise _NotFoundError(f"there is no __main__ module in {path!r}")
    return _of_spec(spec)._replace(path=path)


def _load_module(name: str) -> _Program:
    spec = _find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        name = f"{name}.__main__"
        spec = _find_spec(name)
    if spec is None:
        raise _NotFoundError(f"there is no module named {name!r} to run")
    return _of_spec(spec)


def _find_spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            return None
        raise


def _of_spec(spec: ModuleSpec) -> _Program:
    loader: Any = spec.loader
    path = spec.origin or spec.name
    if not hasattr(loader, "get_code"):
        raise _NotFoundError(f"{spec.name!r} has no code to run")
    main = {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }
    return _Program(path, _compile(path, lambda: _compile_module(loader, spec.name)), main)


def _compile_module(loader: Any, name: str) -> Compiled:
    if isinstance(loader, OwnModuleLoader):
        return loader.compiled()
    return Compiled(loader.get_code(name), builtins)


def _compile(path: str, compile_program: Callable[[], Compiled]) -> Compiled:
    try:
        return compile_program()
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes, before Python 3.12
        raise _UnparsableError(path, error) from error
