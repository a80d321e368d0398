"""Switches between the ways of TensorFlow 1.15 and of TensorFlow 2.

Here a program runs the first way: it builds a graph and runs it in a session.  What turns it off
is absent; what asks for it, as programs written for both do, asks for what is the case.
"""

from __future__ import annotations


def executing_eagerly() -> bool:
    """False: operations are added to a graph."""
    return False


def control_flow_v2_enabled() -> bool:
    """False: that is how graphs of TensorFlow 1 are."""
    return False


def disable_v2_behavior() -> None:
    """Asks for graphs, reference variables and TensorFlow 1's shapes, which is how things are."""


def disable_eager_execution() -> None:
    """Asks that operations be added to a graph, as they are."""


def disable_v2_tensorshape() -> None:
    """Asks for shapes whose items are `Dimension`s, as they are."""


def disable_tensor_equality() -> None:
    """Asks that `==` between tensors tell whether they are the same one, as it does."""


def disable_control_flow_v2() -> None:
    """Asks for TensorFlow 1's control flow operations, as there are."""
