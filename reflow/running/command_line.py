"""The command line of `reflow`, with its help."""

from __future__ import annotations

import sys
from importlib import import_module, metadata
from typing import Annotated, Any

import typer

from reflow.running import program
from reflow.running.watching import Watching

__all__ = ["app"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"reflow {metadata.version('reflow')}")
        raise typer.Exit


@app.callback()
def _reflow(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Runs TensorFlow 1 programs on PyTorch: unmodified, with the same numbers, faster."""


@app.command("run", context_settings={"allow_interspersed_args": False})
def _run(
    target: Annotated[str, typer.Argument(metavar="PROGRAM", help="A Python file, or a module.")],
    args: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGS]...", help="Arguments for the program.")
    ] = None,
    module: Annotated[bool, typer.Option("-m", help="PROGRAM is the name of a module.")] = False,
    full_traceback: Annotated[
        bool, typer.Option("--full-traceback", help="Show reflow's own frames in tracebacks.")
    ] = False,
    old_libraries: Annotated[
        bool,
        typer.Option(
            " /--no-old-libraries",
            help="Do not answer calls that NumPy, SciPy, matplotlib and others no longer have.",
        ),
    ] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Record how it learns, and serve a page that shows it.")
    ] = False,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="Record it, without a page.")
    ] = False,
    run_dir: Annotated[
        str, typer.Option(metavar="DIR", help="Where recorded runs are.")
    ] = Watching().directory,
    watch_budget: Annotated[
        float | None,
        typer.Option(
            metavar="FRACTION",
            min=0.0,
            max=1.0,
            help="What watching may cost of the training time; 0.05 if nothing is said.",
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Serve the page on when the program has ended.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Do not show in the terminal how far a watched run is.")
    ] = False,
) -> None:
    """Run a TensorFlow 1 program as it is: `import tensorflow` means reflow."""
    sys.excepthook = sys.__excepthook__  # typer has set one of its own
    run = program.run_module if module else program.run_script
    watching = None
    if watch or record_only:
        watching = Watching(run_dir, watch_budget, not record_only, keep, quiet)
    raise typer.Exit(run(target, args or [], full_traceback, old_libraries, watching))


@app.command("check")
def _check(
    programs: Annotated[
        list[str], typer.Argument(metavar="PROGRAM...", help="Python files, notebooks or folders.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """List what programs use that reflow lacks, and what will be translated; runs nothing."""
    from reflow.running.check.report import check

    raise typer.Exit(check(programs, as_json))


@app.command("lab")
def _lab(
    directory: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Where runs are, or one run.")
    ] = "runs",
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    announce: Annotated[
        bool, typer.Option("--announce", help="Print the address as a line of JSON.")
    ] = False,
    run: Annotated[str | None, typer.Option(help="The run that the address shows.")] = None,
    program: Annotated[
        int | None,
        typer.Option(help="End when this process has ended and no page is open any more."),
    ] = None,
    framed: Annotated[
        bool, typer.Option("--framed", help="Notebooks of this machine may show it in a frame.")
    ] = False,
) -> None:
    """Serve a page with all runs of a directory, live and past."""
    serve = _of_lab("command", "serve")
    raise typer.Exit(serve(directory, host, port, announce, run, program, framed))


@app.command("export")
def _export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's directory.")],
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="The file to write; its ending decides.")
    ] = None,
    movie: Annotated[
        bool, typer.Option("--movie", help="Write the six graphs as they grew: an MP4 or a GIF.")
    ] = False,
) -> None:
    """Write a run as one page (.html), its numbers (.csv), its graphs (.png, .svg) or a movie."""
    raise typer.Exit(_of_lab("taking_away", "export")(run, output, movie))


def _of_lab(module: str, function: str) -> Any:
    """A function of the lab, whose libraries are an extra."""
    try:
        return getattr(import_module(f"reflow.lab.{module}"), function)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("reflow"):
            raise
        typer.echo(f"the lab needs {error.name}: `pip install 'reflow[lab]'`", err=True)
        raise typer.Exit(2) from None
