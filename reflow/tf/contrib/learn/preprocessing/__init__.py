"""tf.contrib.learn.preprocessing: texts and categories as numbers."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.learn.preprocessing.categorical_vocabulary import CategoricalVocabulary
from reflow.tf.contrib.learn.preprocessing.text import (
    ByteProcessor,
    VocabularyProcessor,
    tokenizer,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
