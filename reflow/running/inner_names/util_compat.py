"""`tensorflow.python.util.compat`: what it has beside `tf.compat`."""

from __future__ import annotations

from collections import abc as collections_abc

__all__ = ["collections_abc"]
