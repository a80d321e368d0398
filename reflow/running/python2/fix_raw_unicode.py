"""A fixer for fissix: ur"..." is r"..." now.

Names are left alone, unlike by fissix's `fix_unicode`: `unicode` is one of our builtins.
"""

from __future__ import annotations

from typing import Any

from fissix.fixer_base import BaseFix

__all__ = ["FixRawUnicode"]


class FixRawUnicode(BaseFix):  # type: ignore[misc]
    BM_compatible = True
    PATTERN = "STRING"

    def transform(self, node: Any, results: Any) -> Any:
        if node.value[:2].lower() != "ur":
            return None
        new = node.clone()
        new.value = node.value[1:]
        return new
