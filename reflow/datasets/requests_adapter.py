"""The transport adapter of requests that answers from this machine. Imports requests."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, BinaryIO

from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import ConnectionError
from requests.models import PreparedRequest, Response
from requests.sessions import Session
from urllib3 import HTTPResponse

from reflow.datasets.local_files import advise_where_to_put, find, open_announced

__all__ = ["LocalAdapter", "patch", "unpatch"]


def patch(session: type[Session]) -> None:
    """Makes sessions prefer `LocalAdapter` for the addresses that have an answer here, and say
    where to put what cannot be downloaded.

    Mounting it would not do: an adapter that the program mounts on a longer prefix would win.
    """
    network = session.get_adapter
    if hasattr(network, "__wrapped__"):
        return

    @functools.wraps(network)
    def get_adapter(self: Session, url: str) -> BaseAdapter:
        if find(url) is None:
            return network(self, url)
        return LocalAdapter(lambda: network(self, url))

    session.get_adapter = get_adapter  # type: ignore[method-assign]
    send_plainly = session.send

    @functools.wraps(send_plainly)
    def send(self: Session, request: PreparedRequest, **kwargs: Any) -> Response:
        try:
            return send_plainly(self, request, **kwargs)
        except ConnectionError:
            if request.method == "GET" and request.url is not None:
                advise_where_to_put(request.url)
            raise

    session.send = send  # type: ignore[method-assign]


def unpatch(session: type[Session]) -> None:
    """Undoes `patch`."""
    for name in ("get_adapter", "send"):
        original = getattr(getattr(session, name), "__wrapped__", None)
        if original is not None:
            setattr(session, name, original)


class LocalAdapter(HTTPAdapter):
    """Answers GET and HEAD with the local file; whatever else is asked goes to the network."""

    def __init__(self, network: Callable[[], BaseAdapter]) -> None:
        super().__init__()
        self._network = network

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        stream = None
        if request.method in ("GET", "HEAD") and request.url is not None:
            stream = open_announced(request.url)
        if stream is None:
            return self._network().send(request, *args, **kwargs)
        return self.build_response(request, _raw(stream, request.method))


def _raw(stream: BinaryIO, method: str | None) -> HTTPResponse:
    size = stream.seek(0, os.SEEK_END)
    if method != "HEAD":
        stream.seek(0)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    return HTTPResponse(
        body=stream,
        headers=headers,
        status=200,
        reason="OK",
        preload_content=False,
        request_method=method,
    )
