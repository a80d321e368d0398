"""Answers urllib's requests from this machine, by a handler in every opener that is built.

Programs build openers of their own, mostly to send another User-Agent, so the handler has to come
with `build_opener`; `urlopen` and `urlretrieve` go through it too.
"""

from __future__ import annotations

import http.client
import io
import os
import urllib
import urllib.request
from typing import Any, BinaryIO, Final

from reflow.datasets.local_files import advise_where_to_put, open_announced

__all__ = ["install", "uninstall"]

_PYTHON_2_NAMES: Final = ("urlopen", "urlretrieve")  # urllib.NAME, then

_build_opener = urllib.request.build_opener
_open_legacy = urllib.request.URLopener.open
_active = False


def install() -> None:
    """Starts answering, also through an opener that the program has installed before."""
    global _active
    if _active:
        return
    _active = True
    urllib.request.build_opener = _build_answering_opener
    urllib.request.URLopener.open = _open_legacy_answering  # type: ignore[method-assign]
    for name in _PYTHON_2_NAMES:
        setattr(urllib, name, getattr(urllib.request, name))
    current = urllib.request._opener  # type: ignore[attr-defined]
    if current is not None:
        current.add_handler(LocalAnswers())


def uninstall() -> None:
    """Stops answering; openers that were built meanwhile go to the network."""
    global _active
    if not _active:
        return
    _active = False
    urllib.request.build_opener = _build_opener
    urllib.request.URLopener.open = _open_legacy  # type: ignore[method-assign]
    for name in _PYTHON_2_NAMES:
        delattr(urllib, name)


class LocalAnswers(urllib.request.BaseHandler):
    """Asked by an opener before any handler that would go to the network."""

    def default_open(self, request: urllib.request.Request) -> http.client.HTTPResponse | None:
        if not _active or request.get_method() not in ("GET", "HEAD"):
            return None
        stream = open_announced(request.full_url)
        return None if stream is None else _response(stream, request)


def _build_answering_opener(*handlers: Any) -> urllib.request.OpenerDirector:
    opener = _build_opener(LocalAnswers(), *handlers)
    open_on_network = opener.open

    def open_or_advise(fullurl: Any, *args: Any, **options: Any) -> Any:
        try:
            return open_on_network(fullurl, *args, **options)
        except OSError:
            advise_where_to_put(getattr(fullurl, "full_url", fullurl))
            raise

    opener.open = open_or_advise  # type: ignore[method-assign]
    return opener


def _open_legacy_answering(self: urllib.request.URLopener, fullurl: str, data: Any = None) -> Any:
    stream = None if data is not None else open_announced(fullurl)
    if stream is None:
        return _open_legacy(self, fullurl, data)
    return _response(stream, urllib.request.Request(fullurl))


class _Head:
    """Stands in for the socket from which an HTTPResponse reads its head."""

    def __init__(self, head: bytes) -> None:
        self._head = head

    def makefile(self, _mode: str) -> BinaryIO:
        return io.BytesIO(self._head)


def _response(stream: BinaryIO, request: urllib.request.Request) -> http.client.HTTPResponse:
    """What urllib answers for an address on the network, with `stream` as its body."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/octet-stream\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    socket: Any = _Head(head.encode("ascii"))
    response = http.client.HTTPResponse(socket, method=request.get_method(), url=request.full_url)
    response.begin()
    if request.get_method() == "HEAD":
        stream.close()
    else:
        response.fp = stream  # type: ignore[assignment]
    # As urllib does: it promises these two on top of HTTPResponse's.
    response.url = request.full_url
    response.msg = response.reason  # type: ignore[assignment]
    return response
