"""tf.fingerprint."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.text.hashing import Fingerprint


def fingerprint(data: Any, method: Any = "farmhash64", name: str | None = None) -> Tensor:
    """A fingerprint of 8 bytes for each row along the first axis, uint8 [n, 8].

    Args:
      data: a tensor of any type that has a first axis.
      method: "farmhash64".

    Raises:
      ValueError: another method, or a scalar.
    """
    fingerprints: Tensor = Fingerprint(data, method, name=name)
    return fingerprints
