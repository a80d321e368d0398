"""The command line of `reflow`, with its help."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from reflow.running import program

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
) -> None:
    """Run a TensorFlow 1 program as it is: `import tensorflow` means reflow."""
    run = program.run_module if module else program.run_script
    raise typer.Exit(run(target, args or [], full_traceback, old_libraries))


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
