"""What layers that are being called tell those that they call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph.dtypes import bool as bool_type
from reflow.graph.operation import Tensor
from reflow.tf._casts import cast


class _Calls(threading.local):
    """The innermost call of a layer on this thread.

    Attributes:
      inputs: of the call; None outside of calls.
      training: the argument of that name that the call, or an outer one, was given; None for none.
      frozen: whether the layer, or an outer one, is not trained.
    """

    def __init__(self) -> None:
        self.inputs: Any = None
        self.training: Any = None
        self.frozen = False


calls = _Calls()


@contextmanager
def called(inputs: Any, training: Any, trainable: bool) -> Iterator[None]:
    """Within: a layer is called with these inputs."""
    before = calls.inputs, calls.training, calls.frozen
    calls.inputs = inputs
    calls.training = training
    calls.frozen = calls.frozen or not trainable
    try:
        yield
    finally:
        calls.inputs, calls.training, calls.frozen = before


def inherited_training() -> Any:
    """The argument `training` of the calls around, a bool or a boolean tensor; None for none."""
    if calls.training is None or isinstance(calls.training, Tensor):
        return None if calls.training is None else cast(calls.training, bool_type)
    return bool(calls.training)
