"""Tells pages that something changed; they ask for what they show."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from reflow.lab.library import Library

# How often files are looked at, in seconds, while a page is open; the list of runs less often.
_EVERY = 0.25
_LIST_EVERY = 1.0
# What an overview left out is read for so many seconds each time.
_READING_ON = 0.15


class Live:
    """The open pages.

    Attributes:
      idle_since: when the last page went, by the monotonic clock; None while there are any.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._pages: dict[WebSocket, frozenset[str]] = {}
        self._told: dict[WebSocket, dict[str, Any]] = {}
        self.idle_since: float | None = time.monotonic()

    async def serve(self, page: WebSocket) -> None:
        """A page's connection: it sends {"runs": [ids]}, and hears what of them changed."""
        await page.accept()
        self._pages[page] = frozenset()
        self._told[page] = {}
        self.idle_since = None
        try:
            while True:
                wanted = await page.receive_json()
                runs = wanted.get("runs") if isinstance(wanted, dict) else None
                if isinstance(runs, list):
                    self._pages[page] = frozenset(run for run in runs[:64] if isinstance(run, str))
        except (WebSocketDisconnect, ValueError, KeyError):
            pass
        finally:
            self._forget(page)

    def _forget(self, page: WebSocket) -> None:
        self._pages.pop(page, None)
        self._told.pop(page, None)
        if not self._pages and self.idle_since is None:
            self.idle_since = time.monotonic()

    async def watch(self) -> None:
        """Looks at the files for ever, and tells the pages."""
        listed_at, listed = 0.0, -1
        while True:
            await asyncio.sleep(_EVERY)
            if not self._pages:
                continue
            if time.monotonic() - listed_at > _LIST_EVERY:
                listed_at = time.monotonic()
                listed = await run_in_threadpool(self._state_of_list)
            wanted = frozenset[str]().union(*self._pages.values())
            versions = await run_in_threadpool(self._versions, wanted)
            for page, runs in list(self._pages.items()):
                # A page may have asked for more in the meantime: that is for the next time.
                await self._tell(
                    page, {run: versions[run] for run in runs if run in versions}, listed
                )

    async def _tell(self, page: WebSocket, versions: dict[str, int], listed: int) -> None:
        told = self._told.get(page)
        if told is None:
            return
        changed = {run: version for run, version in versions.items() if told.get(run) != version}
        list_changed = told.get("") != listed
        told.update(changed)
        told[""] = listed
        if changed or list_changed:
            # The page may go at any moment.
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await page.send_json({"changed": changed, "runs": list_changed})

    def _state_of_list(self) -> int:
        readers = self._library.readers()
        return hash(tuple((reader.id, reader.state, reader.run.heartbeat) for reader in readers))

    def _versions(self, runs: frozenset[str]) -> dict[str, int]:
        """The version of each run; -1: it is gone."""
        versions = {}
        for run in runs:
            try:
                reader = self._library.open(run)
                reader.read_on(_READING_ON / len(runs))
                versions[run] = reader.version
            except KeyError:
                versions[run] = -1
        return versions
