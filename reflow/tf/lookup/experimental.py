"""tf.lookup.experimental: the table in buckets."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.lookup._mutable_tables import DenseHashTable


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
