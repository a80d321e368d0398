"""What can be set of watching, by arguments of `start` or in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

_PREFIX = "REFLOW_WATCH_"


@dataclass(frozen=True)
class Settings:
    """What is not to be found from the graph, and how much watching may cost.

    Attributes:
      image, labels, prediction, loss: the names of tensors; None: they are found.
      budget: the part of the training time that watching may cost, from 0 to 1.
    """

    image: str | None = None
    labels: str | None = None
    prediction: str | None = None
    loss: str | None = None
    budget: float = 0.05

    def __post_init__(self) -> None:
        if not 0 <= self.budget <= 1:
            raise ValueError(f"The budget is a number from 0 to 1. Received: {self.budget}")

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
        """What is given, else what REFLOW_WATCH_IMAGE, _LABELS, _PREDICTION, _LOSS and _BUDGET say.

        Raises:
          ValueError: the budget is no number from 0 to 1.
        """
        chosen = {name: value for name, value in given.items() if value is not None}
        for field in fields(cls):
            text = environment.get(_PREFIX + field.name.upper())
            if text and field.name not in chosen:
                chosen[field.name] = float(text) if field.name == "budget" else text
        return cls(**chosen)
