"""L1L2: the regularizer that layers know by name."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf.layers._named import Kind, by_names


class L1L2:
    """l1 * sum(|x|) + l2 * sum(x ** 2)"""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = np.float32(l1), np.float32(l2)

    def __call__(self, x: Any) -> Tensor:
        if not self.l1 and not self.l2:
            return tf.constant(0.0)
        loss: Any = 0.0
        if self.l1:
            loss += self.l1 * tf.reduce_sum(tf.abs(x))
        if self.l2:
            loss += self.l2 * tf.reduce_sum(tf.square(x))
        return loss  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        return {"l1": float(self.l1), "l2": float(self.l2)}


def _l1(l: float = 0.01) -> L1L2:  # noqa: E741 (Keras' name)
    return L1L2(l1=l)


def _l2(l: float = 0.01) -> L1L2:  # noqa: E741
    return L1L2(l2=l)


regularizer_of = Kind(
    "regularizer",
    by_names(
        {
            ("L1L2",): L1L2,
            ("l1",): _l1,
            ("l2",): _l2,
            ("l1_l2",): partial(L1L2, l1=0.01, l2=0.01),
        }
    ),
)
