"""Texts as numbers: of words in a vocabulary, or of bytes."""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from reflow.files.file_io import FileIO
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.learn.preprocessing.categorical_vocabulary import CategoricalVocabulary

TOKENIZER_RE = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)

Tokenizer = Callable[[Iterable[str]], Iterable[list[str]]]

# In files, classes are in the packages that TensorFlow has them in.
_HERE = "reflow.tf.contrib.learn."
_THERE = "tensorflow.contrib.learn.python.learn."


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each text: acronyms, parts of CamelCase, and what else letters make."""
    for value in iterator:
        yield TOKENIZER_RE.findall(value)


class ByteProcessor:
    """Texts as the bytes of their UTF-8.

    Args:
      max_document_length: how many bytes each text is cut off at, or filled up to with zeros.
    """

    def __init__(self, max_document_length: int) -> None:
        self.max_document_length = max_document_length

    def fit(self, x: Any) -> None:
        """Does nothing: there is nothing to learn."""

    def fit_transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray[Any, Any]]:
        """As `transform`."""
        return self.transform(x)

    def transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray[Any, Any]]:
        """Of each text a vector, uint8 [max_document_length]."""
        for text in x:
            data = text.encode() if isinstance(text, str) else text
            row = np.frombuffer(data[: self.max_document_length], np.uint8)
            yield np.pad(row, (0, self.max_document_length - len(row)))

    def reverse(self, x: Iterable[Any]) -> Iterator[str]:
        """The texts of such vectors; empty ones for those that are no UTF-8."""
        for row in x:
            try:
                yield np.trim_zeros(row.astype(np.uint8), "b").tobytes().decode()
            except UnicodeDecodeError:
                yield ""


class VocabularyProcessor:
    """Texts as the numbers of their words.

    Its attributes bear TensorFlow's names: they are what `save` writes.

    Args:
      max_document_length: how many words each text is cut off at, or filled up to with zeros.
      min_frequency: `fit` keeps words that come more often, if this is positive.
      vocabulary: the vocabulary to begin with.
      tokenizer_fn: makes, of texts, lists of words.

    Attributes:
      vocabulary_: the vocabulary, a CategoricalVocabulary.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Tokenizer | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Takes the words of the texts into the vocabulary, and freezes it; returns itself."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(
        self, raw_documents: Iterable[str], unused_y: Any = None
    ) -> Iterator[np.ndarray[Any, Any]]:
        """`fit`, then `transform`."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray[Any, Any]]:
        """Of each text the numbers of its words, int64 [max_document_length]."""
        for words in self._tokenizer(raw_documents):
            numbers = np.zeros(self.max_document_length, np.int64)
            for place, word in zip(range(self.max_document_length), words):
                numbers[place] = self.vocabulary_.get(word)
            yield numbers

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """The words of such numbers, with spaces between them."""
        for numbers in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in numbers)

    def save(self, filename: Any) -> None:
        """Writes this into a file, a pickle that TensorFlow reads, too."""
        with FileIO(filename, "wb") as file:
            file.write(_with_names_of_tensorflow(pickle.dumps(self, protocol=3)))

    @classmethod
    def restore(cls, filename: Any) -> VocabularyProcessor:
        """What `save` has written, here or in TensorFlow."""
        with FileIO(filename, "rb") as file:
            processor: VocabularyProcessor = _Unpickler(io.BytesIO(file.read())).load()
        return processor


def _with_names_of_tensorflow(pickled: bytes) -> bytes:
    """A pickle whose classes are TensorFlow's; protocol 3 has their names as lines of text."""
    parts, start = [], 0
    for operation, argument, position in pickletools.genops(pickled):
        if operation.name == "GLOBAL" and argument.startswith(_HERE):
            parts += [pickled[start : position + 1], _THERE.encode()]
            start = position + 1 + len(_HERE)
    return b"".join([*parts, pickled[start:]])


class _Unpickler(pickle.Unpickler):
    """Reads pickles in which classes are TensorFlow's."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(_THERE):
            module = _HERE + module.removeprefix(_THERE)
        return super().find_class(module, name)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
