"""Vocabularies: categories, words say, by their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import Any


class CategoricalVocabulary:
    """Numbers for categories, in the order in which they come; 0 is that of all unknown ones.

    Its attributes bear TensorFlow's names: they are what files of a VocabularyProcessor hold.

    Args:
      unknown_token: what `reverse` gives for 0.
      support_reverse: keep what `reverse` needs.
    """

    def __init__(self, unknown_token: Any = "<UNK>", support_reverse: bool = True) -> None:
        self._unknown_token = unknown_token
        self._support_reverse = support_reverse
        self._freq: dict[Any, int] = defaultdict(int)
        self._freeze = False
        self._clear()

    def _clear(self) -> None:
        self._mapping: dict[Any, int] = {self._unknown_token: 0}
        if self._support_reverse:
            self._reverse_mapping: list[Any] = [self._unknown_token]

    def __len__(self) -> int:
        """The number of categories, the unknown one among them."""
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """From now on new categories are unknown ones; or, with False, get numbers again."""
        self._freeze = freeze

    def get(self, category: Hashable) -> int:
        """The number of a category; a new one gets the next number, unless this is frozen."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._append(category)
        return self._mapping[category]

    def _append(self, category: Any) -> None:
        self._mapping[category] = len(self._mapping)
        if self._support_reverse:
            self._reverse_mapping.append(category)

    def add(self, category: Hashable, count: int = 1) -> None:
        """Counts a category, unless it is unknown."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keeps the categories that came more often than `min_frequency`, and less often than
        `max_frequency` if that is positive.

        The most frequent one gets number 1; those that came equally often follow one another in
        their own order, strings last.
        """

        def order(item: tuple[Any, int]) -> tuple[int, bool, Any]:
            category, count = item
            return (-count, isinstance(category, str), category)

        counts = sorted(self._freq.items(), key=order)
        self._clear()
        self._freq = defaultdict(int)
        for category, count in counts:
            if count > min_frequency and not 0 < max_frequency <= count:
                self._append(category)
                self._freq[category] = count

    def reverse(self, class_id: int) -> Any:
        """The category of a number.

        Raises:
          ValueError: the vocabulary was made with support_reverse=False.
        """
        if not self._support_reverse:
            raise ValueError(
                "This vocabulary wasn't initialized with support_reverse to support reverse() "
                "function."
            )
        return self._reverse_mapping[class_id]
