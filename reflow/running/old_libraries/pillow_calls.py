"""What Pillow has lost since version 9."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reflow.running.old_libraries.advising import add_method

__all__ = ["prepare_image_draw", "prepare_image_font"]


def prepare_image_draw(module: ModuleType) -> None:
    @add_method(module.ImageDraw, "textsize", "draw.textbbox((0, 0), text)")
    def _(draw: Any, text: str, font: Any = None, *args: Any, **options: Any) -> tuple[int, int]:
        return _size(draw.textbbox((0, 0), text, font, *args, **options))


def prepare_image_font(module: ModuleType) -> None:
    for owner in (module.ImageFont, module.FreeTypeFont):

        @add_method(owner, "getsize", "font.getbbox(text)")
        def _(font: Any, text: str, *args: Any, **options: Any) -> tuple[int, int]:
            return _size(font.getbbox(text, *args, **options))


def _size(box: tuple[float, float, float, float]) -> tuple[int, int]:
    return int(box[2]), int(box[3])
