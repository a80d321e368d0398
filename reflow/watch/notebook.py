"""`reflow.watch()`: the six graphs, live, in the output of a notebook's cell."""

from __future__ import annotations

import html
import json
import os
import sys
from typing import Any, Final
from urllib.parse import urlsplit

from reflow.watch.current import current
from reflow.watch.lab_process import start_lab
from reflow.watch.starting import DIRECTORY, shell, start

__all__ = ["show"]

# The frame has the host's name from the notebook's page: under another name for the same host a
# browser would not give the lab its cookie.
_FRAME: Final = """
<iframe id="{name}" width="{width}" height="{height}" style="border: 0" title="{title}"></iframe>
<script>
(() => {{
  const local = ["localhost", "127.0.0.1"].includes(location.hostname);
  const address = new URL({address});
  if (local) address.hostname = location.hostname;
  document.getElementById("{name}").src = address.href;
}})();
</script>
<p><a href="{link}" target="_blank" rel="noopener">the whole page</a></p>
"""


class _Page:
    """The page of this process's lab.

    Attributes:
      address: None: there is no lab yet.
    """

    address: str | None = None


def show(
    directory: str = DIRECTORY, *, width: str | int = "100%", height: int = 640, **settings: Any
) -> None:
    """Records what is trained from now on, and shows it: in a notebook in the cell's output,
    elsewhere at an address that is printed.

    Args:
      directory: where runs are.
      width, height: of the frame in a notebook, in pixels.
      settings: as for `reflow.watch.start`.

    Raises:
      reflow.watch.lab_process.LabError: the lab cannot be started.
      OSError, ValueError: as `start` raises them.
    """
    notebook = shell()
    recorder = current.recorder or start(directory, quiet=notebook is not None, **settings)
    run, root = recorder.files.run.id, os.path.dirname(recorder.files.directory)
    if _Page.address is None:
        _Page.address = start_lab(root, run, ["--program", str(os.getpid()), "--framed"])
        recorder.shows_at(_Page.address)
    if notebook is None:
        print(f"reflow: watch it at {_Page.address}", file=sys.stderr)
        return
    from IPython.display import display

    data = {"text/plain": _Page.address, "text/html": _frame(run, _Page.address, width, height)}
    display(data, raw=True)  # type: ignore[no-untyped-call]


def _frame(run: str, address: str, width: str | int, height: int) -> str:
    base = urlsplit(address)._replace(fragment="").geturl()
    page = f"{base}#/run/{run}"
    return _FRAME.format(
        name=html.escape(f"reflow-{run}"),
        title=html.escape(f"How {run} learns"),
        width=html.escape(str(width)),
        height=int(height),
        address=json.dumps(page).replace("<", "\\u003c"),
        link=html.escape(page),
    )
