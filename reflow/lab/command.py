"""`reflow lab`: serves the runs of a directory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import sys
import time

import uvicorn

from reflow.lab.app import make_app
from reflow.lab.cookie_key import cookie_key
from reflow.lab.library import Library
from reflow.lab.live import Live
from reflow.lab.processes import is_alive
from reflow.lab.security import TOKEN_BYTES, Guard

# A lab that was started for one program ends when that has ended and no page was open for so
# many seconds.
_LINGERING = 20.0


def serve(
    directory: str,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: bool = False,
    run: str | None = None,
    program: int | None = None,
    framed: bool = False,
) -> int:
    """Serves until Ctrl-C, or until the program that it is for has ended.

    Args:
      directory: of runs, or one run.
      host: the address to listen at.
      port: 0: any that is free.
      announce: print {"address": ...} as a line of JSON instead of a sentence.
      run: the run that the printed address shows.
      program: the process that the lab is for; None: it stays.
      framed: notebooks of this machine may show the page in a frame.

    Returns:
      The exit status: 1 if the address is taken.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        print(f"reflow lab: cannot listen at {host}:{port}: {error.strerror}", file=sys.stderr)
        return 1
    # asyncio does this only for sockets that name their protocol, which those of this one do not;
    # without it each answer waits for the browser to acknowledge its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(TOKEN_BYTES)
    library = Library(directory)
    live = Live(library)
    names = {host, "localhost"} if host == "127.0.0.1" else {host}
    hosts = [f"{name}:{port}" for name in names]
    guard = Guard(make_app(library, live), token, cookie_key(), hosts, framed)
    config = uvicorn.Config(guard, log_level="warning", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    _announce(f"http://{host}:{port}/?token={token}", run, library.directory, announce)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, listening, live, program))
    return 0


def _announce(address: str, run: str | None, directory: str, as_json: bool) -> None:
    if run is not None:
        address += f"#/run/{run}"
    if as_json:
        print(json.dumps({"address": address}), flush=True)
    else:
        print(f"reflow lab shows the runs of {directory} at\n\n    {address}\n\nCtrl-C ends it.")
        sys.stdout.flush()


async def _serve(
    server: uvicorn.Server, listening: socket.socket, live: Live, program: int | None
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not serving.done():
        await asyncio.wait([serving], timeout=1.0)
        idle = live.idle_since is not None and time.monotonic() - live.idle_since > _LINGERING
        if program is not None and idle and not is_alive(program):
            server.should_exit = True
    await serving
