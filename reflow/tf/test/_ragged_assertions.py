"""What tests say of ragged tensors: equal, close."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.operation import Tensor
from reflow.tf.ragged._tensor import RaggedTensor, is_ragged
from reflow.tf.ragged._value import RaggedTensorValue
from reflow.tf.test._array_assertions import ArrayAssertions


class RaggedAssertions(ArrayAssertions):
    """Assertions that take ragged tensors too, their values, and lists in the place of them."""

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Two arrays or ragged tensors have the same shape and elements; NaN equals NaN."""
        if not (is_ragged(a) or is_ragged(b)):
            super().assertAllEqual(a, b, msg)
            return
        self.assertEqual(self._GetPyList(a), self._GetPyList(b), msg)
        self._assert_same_ragged_rank(a, b, msg)

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """|a - b| <= atol + rtol * |b|, for all that two structures or ragged tensors hold."""
        if not (is_ragged(a) or is_ragged(b)):
            super().assertAllClose(a, b, rtol, atol, msg)
            return
        self._assert_lists_close(self._GetPyList(a), self._GetPyList(b), rtol, atol, msg, "value")
        self._assert_same_ragged_rank(a, b, msg)

    def _GetPyList(self, a: Any) -> Any:
        """The elements as nested lists."""
        if isinstance(a, (RaggedTensor, Tensor)):
            a = self.evaluate(a)
        if isinstance(a, RaggedTensorValue):
            return a.to_list()
        if isinstance(a, (list, tuple)):
            return [self._GetPyList(part) for part in a]
        return a.tolist() if isinstance(a, (np.ndarray, np.generic)) else a

    def _assert_same_ragged_rank(self, a: Any, b: Any, msg: str | None) -> None:
        if not (isinstance(a, (list, tuple)) or isinstance(b, (list, tuple))):
            self.assertEqual(getattr(a, "ragged_rank", 0), getattr(b, "ragged_rank", 0), msg)

    def _assert_lists_close(
        self, a: Any, b: Any, rtol: float, atol: float, msg: str | None, path: str
    ) -> None:
        self.assertEqual(type(a), type(b))
        if not isinstance(a, list):
            super().assertAllClose(a, b, rtol, atol, f"{path}: {msg or ''}")
            return
        self.assertEqual(len(a), len(b), f"Length differs for {path}")
        for i, (of_a, of_b) in enumerate(zip(a, b)):
            self._assert_lists_close(of_a, of_b, rtol, atol, msg, f"{path}[{i}]")
