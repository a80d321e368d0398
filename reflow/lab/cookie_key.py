"""What the lab's cookies are made with: kept, so that pages outlive the lab that served them."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

_BYTES = 32


def cookie_key() -> bytes:
    """This user's key: the kept one, or a new one where there is none that only the user can read.

    It lies in `reflow/lab-key` of the user's state folder (`$XDG_STATE_HOME`, or else
    `~/.local/state`).  Where nothing can be kept, the key serves one lab only.
    """
    path = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    path = path / "reflow" / "lab-key"
    kept = _read(path)
    if kept is not None:
        return kept
    key = secrets.token_bytes(_BYTES)
    with contextlib.suppress(OSError):
        _keep(path, key)
    return key


def _read(path: Path) -> bytes | None:
    try:
        with open(path, "rb") as file:
            others_may = os.fstat(file.fileno()).st_mode & 0o077
            key = file.read(_BYTES + 1)
    except OSError:
        return None
    return key if len(key) == _BYTES and not (others_may and os.name == "posix") else None


def _keep(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under a name of its own first: two labs that start together each read a whole key.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
