"""What the cells of a notebook give, shown in the terminal."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["Terminal"]

_PICTURES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class Terminal:
    """Prints text, and saves pictures in the current folder, named after notebook and cell."""

    def __init__(self, notebook: str) -> None:
        self._notebook = notebook
        self._saved: dict[int, int] = {}  # cell -> how many of its pictures

    def show(self, kind: str, content: Mapping[str, Any], cell: int) -> None:
        """Show a message of the kernel, if it is one to be shown.

        Args:
          kind: the message's type, of Jupyter's protocol.
          content: what the message says.
          cell: the number of the code cell that it comes from, from 1.
        """
        if kind == "stream":
            target = sys.stderr if content["name"] == "stderr" else sys.stdout
            target.write(content["text"])
            target.flush()
        elif kind in ("display_data", "execute_result"):
            self._show_data(content["data"], cell)

    def _show_data(self, data: Mapping[str, Any], cell: int) -> None:
        for mime, extension in _PICTURES.items():
            if mime in data:
                print(f"[picture: {self._save(data[mime], extension, cell)}]", flush=True)
                return
        if "text/plain" in data:
            print(data["text/plain"], flush=True)

    def _save(self, picture: str, extension: str, cell: int) -> str:
        number = self._saved[cell] = self._saved.get(cell, 0) + 1
        name = f"{self._notebook}_cell{cell}{f'_{number}' if number > 1 else ''}.{extension}"
        with open(name, "wb") as file:
            file.write(picture.encode() if extension == "svg" else base64.b64decode(picture))
        return name
