"""The recorder of this process, for what feeds it: cheap to ask when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reflow.watch.recorder import Recorder

__all__ = ["current"]


class _Current:
    """The process's recorder.

    Attributes:
      recorder: None: nothing is recorded.
    """

    recorder: Recorder | None = None


current = _Current()
