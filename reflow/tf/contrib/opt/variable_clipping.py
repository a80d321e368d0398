"""tf.contrib.opt.VariableClippingOptimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation
from reflow.tf._scopes import name_scope
from reflow.tf.train.optimizer import Optimizer


class VariableClippingOptimizer(Optimizer):
    """Clips variables, not gradients, to a maximal norm after each step of another optimizer.

    Args:
      opt: makes the steps.
      vars_to_clip_dims: for variables, the dimensions along which the norm is taken.
      max_norm: the largest L2 norm.
      colocate_clip_ops_with_vars: compute the norms where the variables are.
    """

    def __init__(
        self,
        opt: Any,
        vars_to_clip_dims: Mapping[Any, Sequence[int]],
        max_norm: Any,
        use_locking: bool = False,
        colocate_clip_ops_with_vars: bool = False,
        name: str = "VariableClipping",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._vars_to_clip_dims = {var: list(dims) for var, dims in vars_to_clip_dims.items()}
        self._max_norm = max_norm
        self._colocate_clip_ops_with_vars = colocate_clip_ops_with_vars

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.get_slot_names(*args, **kwargs)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        pairs = list(grads_and_vars)
        with name_scope(name, self._name) as scope:
            updated = self._opt.apply_gradients(pairs, global_step=global_step)
            clipped = []
            with get_default_graph().control_dependencies([updated]):
                for gradient, var in pairs:
                    if gradient is not None and var in self._vars_to_clip_dims:
                        with name_scope(f"clip_{var.op.name}"):
                            clipped.append(self._clip(gradient, var))
            return tf.group(updated, *clipped, name=scope)

    def _clip(self, gradient: Any, var: Any) -> Any:
        if not isinstance(gradient, IndexedSlices):
            return self._clip_dense(var)
        if 0 in self._vars_to_clip_dims[var]:
            tf.logging.warning(
                "Clipping norm across dims %s for %s is inefficient when including sparse "
                "dimension 0.",
                self._vars_to_clip_dims[var],
                var.op.name,
            )
            return self._clip_dense(var)
        return self._clip_rows(gradient, var)

    def _clip_dense(self, var: Any) -> Any:
        with self._beside(var):
            value = var.read_value()
            excess = value - tf.clip_by_norm(value, self._max_norm, self._vars_to_clip_dims[var])
        with get_default_graph().colocate_with(var):
            return var.assign_sub(excess, use_locking=self._use_locking)

    def _clip_rows(self, gradient: IndexedSlices, var: Any) -> Any:
        colocate_with = get_default_graph().colocate_with
        with colocate_with(var):
            rows = tf.gather(var, gradient.indices)
        with self._beside(var):
            excess = rows - tf.clip_by_norm(rows, self._max_norm, self._vars_to_clip_dims[var])
        with colocate_with(var):
            slices = IndexedSlices(excess, gradient.indices, gradient.dense_shape)
            return var.scatter_sub(slices, use_locking=self._use_locking)

    def _beside(self, var: Any) -> AbstractContextManager[Any]:
        if self._colocate_clip_ops_with_vars:
            return get_default_graph().colocate_with(var)
        return nullcontext()
