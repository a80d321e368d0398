"""tf.contrib.training: what goes around an optimizer's step."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.training._gradients import (
    add_gradients_summaries,
    clip_gradient_norms,
    clip_gradient_norms_fn,
    multiply_gradients,
)
from reflow.tf.contrib.training._train_op import create_train_op


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
