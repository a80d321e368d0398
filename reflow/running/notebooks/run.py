"""Runs the cells of a notebook in order."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode, read
from nbformat.reader import NotJSONError

from reflow.running import ipython_lines, report
from reflow.running.notebooks import tracebacks
from reflow.running.notebooks.output import Terminal
from reflow.running.python2 import translation
from reflow.running.watching import Watching

__all__ = ["run_notebook"]

_SUCCEEDED: Final = 0
_FAILED: Final = 1
_NOT_FOUND: Final = 2
_INTERRUPTED: Final = 128 + signal.SIGINT
_TERMINATED: Final = 128 + signal.SIGTERM

_KERNEL: Final = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel.py")
_PLACE: Final = re.compile(r"Cell In\[\d+\], line (\d+)")


def run_notebook(
    path: str,
    old_libraries: bool = True,
    full_traceback: bool = False,
    watching: Watching | None = None,
) -> int:
    """Run a notebook in its folder, up to the first error; gives the exit status.

    Args:
      path: the file.
      old_libraries: answer calls that other libraries no longer have.
      full_traceback: show reflow's own frames in tracebacks too.
      watching: how the notebook is watched; None: it is not.
    """
    try:
        notebook = read(path, as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        report.show(f"cannot open {path!r}: {error.strerror}")
        return _NOT_FOUND
    except (NotJSONError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        report.show(f"{path} is not a notebook: {error}")
        return _FAILED
    options = [] if old_libraries else ["--no-old-libraries"]
    if is_python2(notebook):
        options.append("--python2")
        report.show(f"{path} is Python 2: its cells are translated before they run")
    if watching is not None:
        options += ["--watching", json.dumps([os.path.abspath(path), *watching])]
    return _run_cells(notebook, path, options, full_traceback)


def _run_cells(notebook: NotebookNode, path: str, options: list[str], full_traceback: bool) -> int:
    client = _Client(notebook, path, options)
    try:
        client.execute(cleanup_kc=True)  # the kernel ends as Python does
    except CellExecutionError:
        if client.stopped_by is signal.SIGINT and client.error["ename"] == "KeyboardInterrupt":
            report.show("stopped by Ctrl-C", after_echo=True)
            return _INTERRUPTED
        _show_error(client, path, full_traceback)
        return _FAILED
    except DeadKernelError:
        if client.stopped_by is signal.SIGTERM:
            return _TERMINATED
        where = f"in cell {client.cell_number}" if client.cell_number else "before the first cell"
        report.show(f"{path}: the kernel died {where}")
        return _FAILED
    except KeyboardInterrupt:
        report.show("stopped by Ctrl-C", after_echo=True)
        return _INTERRUPTED
    return _SUCCEEDED


def is_python2(notebook: NotebookNode) -> bool:
    """Whether a notebook was written for Python 2: it says so, or its cells do."""
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "")
    version = str(notebook.metadata.get("language_info", {}).get("version", ""))
    if kernel.startswith("python2") or version.startswith("2."):
        return True
    if version.startswith("3."):
        return False
    return any(
        translation.is_python2(ipython_lines.without(cell.source))
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


class _Kernels(KernelSpecManager):
    """Knows one kernel: this Python, with reflow in TensorFlow's place."""

    options: list[str]

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, _KERNEL, *self.options, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="reflow", language="python")


class _Client(NotebookClient):
    """Runs cells, and shows what they give as it comes."""

    def __init__(self, notebook: NotebookNode, path: str, options: list[str]) -> None:
        kernels = _Kernels()
        kernels.options = options
        manager = AsyncKernelManager(kernel_spec_manager=kernels, kernel_name="reflow")
        if os.name == "posix":
            # Sockets in a folder that goes with this object: of ports, another program might take
            # one before the kernel does.
            self._sockets = TemporaryDirectory(prefix="reflow-")
            manager.transport, manager.ip = "ipc", os.path.join(self._sockets.name, "kernel")
        super().__init__(
            notebook,
            km=manager,
            timeout=None,
            resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}},
        )
        self._terminal = Terminal(os.path.splitext(os.path.basename(path))[0])
        self.cell_number = 0  # of code cells, from 1
        self.error: dict[str, Any] = {}  # the last that a cell ended with
        self.stopped_by: signal.Signals | None = None  # the last signal that came
        self._stopping: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def async_setup_kernel(self, **options: Any) -> AsyncIterator[None]:
        """Hands signals to the program, which may answer Ctrl-C, instead of nbclient's answer: that
        takes the kernel from under the cell that runs."""
        async with super().async_setup_kernel(**options):
            with suppress(NotImplementedError, RuntimeError):  # not in this thread, or not here
                loop = asyncio.get_running_loop()
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(number, self._stop, number)
            yield

    def _stop(self, number: signal.Signals) -> None:
        self.stopped_by = number
        kernel: Any = self.km
        is_ctrl_c = number is signal.SIGINT
        stop = kernel.interrupt_kernel() if is_ctrl_c else kernel.shutdown_kernel(now=True)
        task = asyncio.ensure_future(stop)
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def async_start_new_kernel_client(self) -> Any:
        try:
            return await super().async_start_new_kernel_client()
        except RuntimeError as error:  # the kernel, whose messages are shown, does not answer
            atexit.unregister(self._cleanup_kernel)  # it is done
            raise DeadKernelError(str(error)) from error

    async def async_execute_cell(self, cell: NotebookNode, *args: Any, **options: Any) -> Any:
        if cell.cell_type == "code":
            self.cell_number += 1
        return await super().async_execute_cell(cell, *args, **options)

    def process_message(self, message: dict[str, Any], cell: NotebookNode, index: int) -> Any:
        if message["msg_type"] == "error":
            self.error = message["content"]
        self._terminal.show(message["msg_type"], message["content"], self.cell_number)
        return super().process_message(message, cell, index)


def _show_error(client: _Client, path: str, full_traceback: bool) -> None:
    """Show IPython's traceback, and in which cell and line it is."""
    parts = client.error["traceback"]
    traceback = "\n".join(parts if full_traceback else tracebacks.program_part(parts))
    place = _PLACE.search(tracebacks.plain(traceback))
    line = f", line {place[1]}" if place else ""
    sys.stdout.flush()
    print(traceback if sys.stderr.isatty() else tracebacks.plain(traceback), file=sys.stderr)
    report.show(f"{path} stopped in cell {client.cell_number}{line}: {client.error['ename']}")
