"""The two things that the page can do besides reading: pause a program, and save a file."""

from __future__ import annotations

import base64
import binascii
import os
import re
import time
from typing import Any

from reflow.files.run_directory import CONTROL_FILE, SAVED_FOLDER, write_json

_LARGEST_FILE = 1 << 26
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,120}\.(png|svg|csv|html|gif|mp4)")


class BadRequestError(Exception):
    """The request makes no sense."""


def control(directory: str, wanted: Any) -> dict[str, Any]:
    """Asks the program to wait, or to go on: {"paused": bool}."""
    paused = wanted.get("paused") if isinstance(wanted, dict) else None
    if not isinstance(paused, bool):
        raise BadRequestError('expected {"paused": true or false}')
    write_json(os.path.join(directory, CONTROL_FILE), {"paused": paused, "written": time.time()})
    return {"paused": paused}


def save(directory: str, wanted: Any) -> dict[str, Any]:
    """Writes a file into the run's folder for such, never over another.

    Args:
      wanted: {"name": file name, "data": its bytes in base64}.

    Returns:
      {"path": where it is, from the run's directory}.
    """
    if not isinstance(wanted, dict) or not isinstance(wanted.get("data"), str):
        raise BadRequestError('expected {"name": text, "data": base64}')
    name = wanted.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadRequestError("the name is not one of a .png, .svg, .csv, .html, .gif or .mp4 file")
    try:
        data = base64.b64decode(wanted["data"], validate=True)
    except binascii.Error as error:
        raise BadRequestError(f"the data is not base64: {error}") from error
    if len(data) > _LARGEST_FILE:
        raise BadRequestError(f"the file is larger than {_LARGEST_FILE} bytes")
    folder = os.path.join(directory, SAVED_FOLDER)
    os.makedirs(folder, exist_ok=True)
    stem, extension = os.path.splitext(name)
    number = 1
    while True:
        chosen = name if number == 1 else f"{stem}-{number}{extension}"
        try:
            with open(os.path.join(folder, chosen), "xb") as file:
                file.write(data)
            return {"path": f"{SAVED_FOLDER}/{chosen}"}
        except FileExistsError:
            number += 1
