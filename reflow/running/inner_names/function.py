"""`tensorflow.python.framework.function`."""

from __future__ import annotations

from reflow.tf._defun import Defun

__all__ = ["Defun"]
