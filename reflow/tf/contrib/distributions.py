"""tf.contrib.distributions: those of tf.distributions, under the names that came before."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.distributions import *  # noqa: F403
from reflow.tf.distributions.softplus import (
    BetaWithSoftplusConcentration,
    ExponentialWithSoftplusRate,
    GammaWithSoftplusConcentrationRate,
    LaplaceWithSoftplusScale,
    NormalWithSoftplusScale,
    StudentTWithAbsDfSoftplusScale,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
