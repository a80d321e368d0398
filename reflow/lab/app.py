"""The lab's web application."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from reflow.lab import actions, answers, export
from reflow.lab.library import Library
from reflow.lab.live import Live
from reflow.lab.run_reader import RunReader

PAGE = os.path.join(os.path.dirname(__file__), "page")

_LARGEST_REQUEST = 1 << 27
_POINTS = 1000
_BANDS = 300


def make_app(library: Library, live: Live) -> Starlette:
    """The application: its page, and what the page asks for below /api."""
    run = "/api/runs/{id}"
    routes = [
        Route("/", _page),
        Route("/page/plotly.min.js", _plotly),
        Mount("/page", StaticFiles(directory=PAGE)),
        Route("/api/runs", _runs(library)),
        Route(run, _of_run(library, lambda reader, _: answers.description(reader))),
        Route(f"{run}/scalars", _of_run(library, _scalars)),
        Route(f"{run}/distributions", _of_run(library, _distributions)),
        Route(f"{run}/tiles", _of_run(library, _tiles)),
        Route(
            f"{run}/texts", _of_run(library, lambda reader, ask: answers.texts(reader, _tags(ask)))
        ),
        Route(f"{run}/graph", _of_run(library, lambda reader, _: answers.graph(reader))),
        Route(f"{run}/trace", _of_run(library, lambda reader, _: answers.trace(reader))),
        Route(f"{run}/source", _of_run(library, lambda reader, _: answers.source(reader))),
        Route(f"{run}/output", _of_run(library, lambda reader, _: answers.output(reader))),
        Route(f"{run}/export", _export(library)),
        Route(f"{run}/control", _action(library, actions.control), methods=["POST"]),
        Route(f"{run}/save", _action(library, actions.save), methods=["POST"]),
        WebSocketRoute("/api/live", live.serve),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(live.watch())
        yield
        watching.cancel()

    failures: dict[Any, Any] = {
        HTTPException: lambda _, error: _failure(error.status_code, error.detail),
        answers.NothingThereError: lambda _, error: _failure(404, str(error)),
        actions.BadRequestError: lambda _, error: _failure(400, str(error)),
        OSError: lambda _, error: _failure(507, f"the disk: {error.strerror}"),
    }
    return Starlette(routes=routes, exception_handlers=failures, lifespan=lifespan)


def _failure(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


def _page(_: Request) -> Response:
    return FileResponse(os.path.join(PAGE, "index.html"))


def _plotly(_: Request) -> Response:
    return FileResponse(plotly_path(), headers={"Cache-Control": "max-age=86400"})


def plotly_path() -> str:
    """The file of plotly.js that the package `plotly` brings."""
    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    return os.path.join(os.path.dirname(spec.origin), "package_data", "plotly.min.js")


def _reader(library: Library, request: Request) -> RunReader:
    try:
        return library.open(request.path_params["id"])
    except KeyError:
        raise HTTPException(404, "there is no such run (any more)") from None


def _runs(library: Library) -> Callable[[Request], Response]:
    def answer(_: Request) -> Response:
        return JSONResponse({"runs": [answers.entry(reader) for reader in library.readers()]})

    return answer


def _of_run(
    library: Library, find: Callable[[RunReader, Request], Any]
) -> Callable[[Request], Response]:
    """An address below a run's that gives what `find` finds, as JSON."""

    def answer(request: Request) -> Response:
        return JSONResponse(find(_reader(library, request), request))

    return answer


def _scalars(reader: RunReader, ask: Request) -> Any:
    return answers.scalars(reader, _tags(ask), _whole(ask, "points", _POINTS), _whole(ask, "after"))


def _distributions(reader: RunReader, ask: Request) -> Any:
    points = _whole(ask, "points", _BANDS)
    return answers.distributions(reader, _tags(ask), points, _whole(ask, "after"))


def _tiles(reader: RunReader, ask: Request) -> Any:
    step = _whole(ask, "step") if "step" in ask.query_params else None
    return answers.tiles(reader, _tags(ask), step)


def _tags(request: Request) -> list[str]:
    return request.query_params.getlist("tag")


def _whole(request: Request, name: str, default: int = 0) -> int:
    """A parameter that is a whole number from 0 on."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise HTTPException(400, f"{name} must be a whole number. Received: {text!r}")
    return int(text)


def _export(library: Library) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        reader = _reader(library, request)
        reader.read_on()
        kind = request.query_params.get("kind")
        if kind == "csv":
            return _download(export.as_csv(reader, _tags(request)), "text/csv", f"{reader.id}.csv")
        if kind == "html":
            return _download(export.as_html(reader), "text/html", f"{reader.id}.html")
        raise HTTPException(400, f"kind must be csv or html. Received: {kind!r}")

    return answer


def _download(text: str, kind: str, name: str) -> Response:
    # A run's directory can have any name; the header cannot.
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    disposition = f'attachment; filename="{safe}"'
    return Response(text, media_type=kind, headers={"Content-Disposition": disposition})


def _action(
    library: Library, act: Callable[[str, Any], dict[str, Any]]
) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        reader = await run_in_threadpool(_reader, library, request)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_REQUEST:
                raise HTTPException(413, f"the request is larger than {_LARGEST_REQUEST} bytes")
        try:
            wanted = json.loads(body)
        except ValueError:
            raise HTTPException(400, "the request is not JSON") from None
        return JSONResponse(await run_in_threadpool(act, reader.directory, wanted))

    return answer
