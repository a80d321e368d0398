"""Lists of (gradient, variable), changed and summarized."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor

Gradients = list[tuple[Any, Any]]


def clip_gradient_norms(gradients_to_variables: Iterable[Any], max_norm: Any) -> Gradients:
    """Gradients whose norm is at most `max_norm`, each by itself."""
    return [
        (_changed(gradient, lambda values: tf.clip_by_norm(values, max_norm)), variable)
        for gradient, variable in gradients_to_variables
    ]


def clip_gradient_norms_fn(max_norm: Any) -> Callable[[Iterable[Any]], Gradients]:
    """`clip_gradient_norms` as a function of the list alone."""
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def multiply_gradients(grads_and_vars: Any, gradient_multipliers: Any) -> Gradients:
    """Gradients, some of them multiplied.

    Args:
      grads_and_vars: a list of (gradient, variable).
      gradient_multipliers: factors, by variables or their operations' names.

    Raises:
      ValueError: these are no list and no dict, there are no factors, or one is for a variable
        without gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")
    multiplied = []
    for gradient, variable in grads_and_vars:
        for key in (variable, variable.op.name):
            if key in gradient_multipliers:
                if gradient is None:
                    raise ValueError("Requested multiple of `None` gradient.")
                factor = convert_to_tensor(gradient_multipliers[key], dtype=gradient.dtype)
                gradient = _changed(gradient, lambda values, factor=factor: values * factor)
                break
        multiplied.append((gradient, variable))
    return multiplied


def _changed(gradient: Any, change: Callable[[Any], Any]) -> Any:
    if gradient is None:
        return None
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(change(gradient.values), gradient.indices, gradient.dense_shape)
    return change(gradient)


def add_gradients_summaries(grads_and_vars: Iterable[Any]) -> list[Tensor]:
    """A histogram of each gradient, and its norm."""
    return summarize_gradients(grads_and_vars, separator="_")


def summarize_gradients(grads_and_vars: Iterable[Any], separator: str) -> list[Tensor]:
    """Summaries that are called VARIABLE, `separator`, "gradient" or "gradient_norm"."""
    summaries = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            tf.logging.info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        name = f"{variable.op.name}{separator}gradient"
        summaries.append(tf.summary.histogram(name, values))
        summaries.append(tf.summary.scalar(f"{name}_norm", tf.global_norm([values])))
    return summaries
