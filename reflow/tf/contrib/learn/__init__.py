"""tf.contrib.learn: data sets and the preprocessing of texts; its estimators are not built."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.learn._mode_keys import ModeKeys


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
