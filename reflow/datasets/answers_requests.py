"""Answers requests' requests from this machine, by a transport adapter of every session.

requests itself is not imported here: most programs never do.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Final

from reflow.datasets.on_import import OnImport

__all__ = ["install", "uninstall"]

_MODULE: Final = "requests.sessions"


def install() -> None:
    """Starts answering: now, or as soon as requests is imported."""
    module = sys.modules.get(_MODULE)
    if module is not None:
        _patch(module)
    elif _on_import not in sys.meta_path:
        sys.meta_path.insert(0, _on_import)


def uninstall() -> None:
    """Stops answering."""
    if _on_import in sys.meta_path:
        sys.meta_path.remove(_on_import)
    module = sys.modules.get(_MODULE)
    if module is not None:
        from reflow.datasets import requests_adapter

        requests_adapter.unpatch(module.Session)


def _patch(module: ModuleType) -> None:
    from reflow.datasets import requests_adapter

    requests_adapter.patch(module.Session)


_on_import: Final = OnImport({_MODULE: _patch})
