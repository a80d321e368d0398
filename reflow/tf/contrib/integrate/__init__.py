"""tf.contrib.integrate: solutions of ordinary differential equations."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.integrate._adaptive import odeint
from reflow.tf.contrib.integrate._fixed import odeint_fixed


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
