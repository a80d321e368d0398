"""tf.lookup: tables from keys to values that a session keeps."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.lookup._hash_buckets import StaticVocabularyTable
from reflow.tf.lookup._initializers import (
    KeyValueTensorInitializer,
    TextFileIndex,
    TextFileInitializer,
)
from reflow.tf.lookup._tables import StaticHashTable


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
