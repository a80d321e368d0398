"""tf.contrib.opt: decay of weights apart from the steps that gradients make.

Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceScatterAdd
from reflow.tf.train.adam import AdamOptimizer
from reflow.tf.train.momentum import MomentumOptimizer
from reflow.tf.train.optimizer import Optimizer


class DecoupledWeightDecayExtension:
    """The first base of an optimizer that takes weight_decay * var from each variable before its
    step; of a sparse gradient, from the rows that come.

    Args:
      weight_decay: a number, a tensor, or a function that gives one.
      kwargs: for the optimizer behind.
    """

    def __init__(self, weight_decay: Any, **kwargs: Any) -> None:
        self._decay_var_list: set[Any] | None = None
        self._weight_decay = weight_decay
        super().__init__(**kwargs)

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = Optimizer.GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
        decay_var_list: Iterable[Any] | None = None,
    ) -> Operation:
        """As Optimizer.minimize.

        Args:
          decay_var_list: without effect, as in TensorFlow: all variables decay.  Give it to
            `apply_gradients`.
        """
        return super().minimize(  # type: ignore[misc, no-any-return]
            loss,
            global_step=global_step,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            name=name,
            grad_loss=grad_loss,
        )

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
        decay_var_list: Iterable[Any] | None = None,
    ) -> Operation:
        """As Optimizer.apply_gradients.

        Args:
          decay_var_list: the variables that decay (default: all).
        """
        self._decay_var_list = set(decay_var_list) if decay_var_list else None
        return super().apply_gradients(  # type: ignore[misc, no-any-return]
            grads_and_vars, global_step=global_step, name=name
        )

    def _prepare(self) -> None:
        if callable(self._weight_decay) and not isinstance(self._weight_decay, Tensor):
            self._weight_decay_given = self._weight_decay()
        else:
            self._weight_decay_given = self._weight_decay
        self._weight_decay_tensor = convert_to_tensor(self._weight_decay_given, name="weight_decay")
        super()._prepare()  # type: ignore[misc]

    def _decays(self, var: Any) -> bool:
        return self._decay_var_list is None or var in self._decay_var_list

    def _decay_weights_op(self, var: Any) -> Any:
        if not self._decays(var):
            return tf.no_op()
        return var.assign_sub(self._weight_decay_given * var, self._use_locking)  # type: ignore[attr-defined]

    def _decay_rows(self, var: Any, indices: Tensor, scatter_add: Callable[..., Any]) -> Any:
        if not self._decays(var):
            return tf.no_op()
        return scatter_add(var, indices, -self._weight_decay_given * tf.gather(var, indices))

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        with get_default_graph().control_dependencies([self._decay_weights_op(var)]):
            return super()._apply_dense(grad, var)  # type: ignore[misc, no-any-return]

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        with get_default_graph().control_dependencies([self._decay_weights_op(var)]):
            return super()._resource_apply_dense(grad, var)  # type: ignore[misc, no-any-return]

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        def scatter_add(ref: Any, indices: Tensor, rows: Tensor) -> Any:
            locking = self._use_locking  # type: ignore[attr-defined]
            return tf.scatter_add(ref, indices, rows, locking)

        decayed = self._decay_rows(var, grad.indices, scatter_add)
        with get_default_graph().control_dependencies([decayed]):
            return super()._apply_sparse(grad, var)  # type: ignore[misc, no-any-return]

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        def scatter_add(variable: Any, indices: Tensor, rows: Tensor) -> Any:
            added = ResourceScatterAdd(variable.handle, indices, rows)
            with get_default_graph().control_dependencies([added]):
                return variable.value()

        decayed = self._decay_rows(var, indices, scatter_add)
        with get_default_graph().control_dependencies([decayed]):
            return super()._resource_apply_sparse(  # type: ignore[misc, no-any-return]
                grad, var, indices
            )


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """A class as `base_optimizer` whose first argument is `weight_decay`, the others by name."""

    class OptimizerWithDecoupledWeightDecay(
        DecoupledWeightDecayExtension,
        base_optimizer,  # type: ignore[misc, valid-type]
    ):
        """An optimizer with decoupled weight decay."""

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """Momentum with decoupled weight decay."""

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "MomentumW",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """Adam with decoupled weight decay."""

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdamW",
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )
