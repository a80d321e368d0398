"""tf.contrib.opt.MultitaskOptimizerWrapper: losses that some batches lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.tf.train.optimizer import Optimizer

_WRAPPED = ("_apply_dense", "_resource_apply_dense", "_apply_sparse", "_resource_apply_sparse")


def _is_all_zeros(grad: Any) -> Tensor:
    all_zeros: Tensor = tf.equal(tf.count_nonzero(grad), 0)
    return all_zeros


def _unless_all_zeros(apply: Callable[..., Any]) -> Callable[..., Operation]:
    def wrapper(grad: Any, *args: Any, **kwargs: Any) -> Operation:
        def update() -> Operation:
            with get_default_graph().control_dependencies([apply(grad, *args, **kwargs)]):
                return tf.no_op()

        return tf.cond(_is_all_zeros(grad), tf.no_op, update)  # type: ignore[no-any-return]

    return wrapper


class MultitaskOptimizerWrapper:
    """An optimizer that leaves variables and slots as they are where a gradient is all zeros.

    Such is the gradient of a loss that is masked out in a batch: it is unknown, not 0.  The
    optimizer's own methods are replaced.

    Raises:
      TypeError: `opt` is no optimizer.
    """

    def __init__(self, opt: Any) -> None:
        if not isinstance(opt, Optimizer):
            raise TypeError("Supplied optimizer must be an instance of tf.train.Optimizer")
        self._opt = opt
        for name in _WRAPPED:
            setattr(opt, name, _unless_all_zeros(getattr(opt, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opt, name)


def clip_gradients_by_global_norm(
    gradients_variables: Iterable[tuple[Any, Any]], clip_norm: Any = 20.0
) -> tuple[list[tuple[Any, Any]], Tensor]:
    """Gradients scaled down to a common norm, in which those that are all zeros do not count.

    Returns:
      (pairs of gradients and variables, the norm before).
    """
    gradients, variables = zip(*gradients_variables)
    norm = tf.global_norm([grad if grad is None else _scalar_if_zeros(grad) for grad in gradients])
    clipped, _ = tf.clip_by_global_norm(gradients, clip_norm, use_norm=norm)
    return list(zip(clipped, variables)), norm


def _scalar_if_zeros(grad: Any) -> Any:
    return tf.cond(_is_all_zeros(grad), lambda: tf.zeros([], grad.dtype), lambda: grad)
