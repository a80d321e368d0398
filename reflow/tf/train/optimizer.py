"""tf.train.Optimizer: the base class of all optimizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes, nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.execution import executing_eagerly
from reflow.graph.gradients import gradients
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.resource_updates import AssignAddVariableOp
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._scopes import name_scope
from reflow.tf._state import assign_add
from reflow.tf._variables import Variable
from reflow.tf.train import slots

GradientsAndVariables = Sequence[tuple[Any, Any]]


class Optimizer:
    """Base class: computes gradients of a loss and applies them to variables.

    A subclass names its slots in `_create_slots`, its hyperparameters in `_prepare` and the
    update of one variable in `_apply_dense` and `_apply_sparse`.

    Args:
      use_locking: accepted; updates of one variable never interleave.
      name: the prefix of the update operations and the name of the slots.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Any, Variable]] = {}
        self._non_slots: dict[tuple[str, Any], Variable] = {}

    def get_name(self) -> str:
        return self._name

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """An operation that takes one step down the gradient of `loss`.

        Args:
          loss: a tensor; the sum of its elements is minimised.
          global_step: a variable to count up after the step.
          var_list: the variables to train (default: the graph's trainable variables).

        Raises:
          ValueError: no variable has a gradient.
        """
        grads_and_vars = self.compute_gradients(
            loss,
            var_list,
            gate_gradients,
            aggregation_method,
            colocate_gradients_with_ops,
            grad_loss,
        )
        if all(gradient is None for gradient, _ in grads_and_vars):
            names = [str(v) for _, v in grads_and_vars]
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not "
                f"support gradients, between variables {names} and loss {loss}."
            )
        return self.apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """[(gradient, variable), ...]; the gradient is None where loss does not depend on it."""
        if callable(loss) and not isinstance(loss, Tensor):
            return self._gradients_of_function(loss, var_list, grad_loss)
        if executing_eagerly():
            raise RuntimeError(
                "`loss` passed to Optimizer.compute_gradients should be a function when eager "
                "execution is enabled."
            )
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, "
                f"Optimizer.GATE_GRAPH.  Not {gate_gradients}"
            )
        loss = convert_to_tensor(loss)
        self._assert_valid_dtypes([loss])
        if grad_loss is not None:
            self._assert_valid_dtypes([grad_loss])
        variables = _variables_to_train(loss, var_list)
        grads = gradients(
            loss,
            variables,
            grad_ys=grad_loss,
            gate_gradients=gate_gradients == self.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == self.GATE_GRAPH:
            grads = _all_together(grads)
        pairs = list(zip(grads, variables))
        self._assert_valid_dtypes([v for g, v in pairs if g is not None])
        return pairs

    def _gradients_of_function(
        self, loss: Callable[[], Any], var_list: Any, grad_loss: Any
    ) -> list[tuple[Any, Any]]:
        """As `compute_gradients`, of a function without arguments that gives the loss."""
        with GradientTape() as tape:
            if var_list is not None:
                tape.watch(var_list)
            value = loss()
            if var_list is None:
                var_list = tape.watched_variables()
        variables = nest.flatten(var_list)
        self._assert_valid_dtypes([value])
        pairs = list(zip(tape.gradient(value, variables, grad_loss), variables))
        self._assert_valid_dtypes([v for g, v in pairs if g is not None])
        return pairs

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        """An operation that updates the variables by the gradients that `compute_gradients` gave.

        Raises:
          TypeError: something in the list is not a gradient or a variable.
          NotImplementedError: a tensor is to be updated.
          ValueError: the list is empty, or no variable has a gradient.
        """
        pairs = [(_as_gradient(gradient), variable) for gradient, variable in grads_and_vars]
        if not pairs:
            raise ValueError("No variables provided.")
        for gradient, variable in pairs:
            if isinstance(variable, Tensor) and gradient is not None:
                raise NotImplementedError(f"Trying to update a Tensor: {variable}")
            if not isinstance(variable, (Variable, Tensor)):
                raise TypeError(f"Argument is not a tf.Variable: {variable}")
        trained = [variable for gradient, variable in pairs if gradient is not None]
        if not trained:
            raise ValueError(
                f"No gradients provided for any variable: {[v.name for _, v in pairs]}."
            )
        with get_default_graph().control_dependencies(None):
            self._create_slots(trained)
        with name_scope(name, self._name) as scope:
            self._prepare()
            updates = [self._update(g, v) for g, v in pairs if g is not None]
            if global_step is None:
                train_op = self._finish(updates, scope)
            else:
                train_op = self._finish_with_step(updates, global_step, scope)
            if executing_eagerly():
                return train_op
            train_op = train_op.op if isinstance(train_op, (Tensor, Variable)) else train_op
            collection = get_default_graph().get_collection_ref(GraphKeys.TRAIN_OP)
            if train_op not in collection:
                collection.append(train_op)
            return train_op

    def _update(self, gradient: Any, variable: Variable) -> Operation:
        """The operation that updates one variable."""
        graph = get_default_graph()
        updated = "" if executing_eagerly() else f"_{variable.op.name}"
        with graph.name_scope(f"update{updated}"), graph.colocate_with(variable):
            behind_handle = isinstance(variable, BaseResourceVariable)
            if isinstance(gradient, IndexedSlices):
                if variable.constraint is not None:
                    raise RuntimeError("Cannot use a constraint function on a sparse variable.")
                if behind_handle:
                    return self._resource_apply_sparse_duplicate_indices(
                        gradient.values, variable, gradient.indices
                    )
                return self._apply_sparse_duplicate_indices(gradient, variable)
            apply = self._resource_apply_dense if behind_handle else self._apply_dense
            update = apply(gradient, variable)
            if variable.constraint is None:
                return update
            with graph.control_dependencies([update]):
                return operation_of(variable.assign(variable.constraint(variable)))

    def _finish_with_step(
        self, updates: list[Operation], global_step: Any, scope: str
    ) -> Operation:
        graph = get_default_graph()
        with graph.control_dependencies([self._finish(updates, "update")]):
            with graph.colocate_with(global_step):
                if isinstance(global_step, BaseResourceVariable):
                    one = convert_to_tensor(1, dtype=global_step.dtype)
                    return AssignAddVariableOp(global_step.handle, one, name=scope)
                return operation_of(assign_add(global_step, 1, name=scope))

    # -- Slots ------------------------------------------------------------------------------

    def get_slot(self, var: Any, name: str) -> Variable | None:
        """The slot `name` of a variable; None before it is made."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """The optimizer's own variables in the default graph, by name."""
        graph = get_default_graph()
        own = [v for (_, g), v in self._non_slots.items() if g is graph]
        own += [
            slot
            for named in self._slots.values()
            for slot in named.values()
            if executing_eagerly() or slot.graph is graph
        ]
        return sorted(own, key=lambda v: v.name)

    def _slot_dict(self, slot_name: str) -> dict[Any, Variable]:
        return self._slots.setdefault(slot_name, {})

    def _make_slot(self, var: Any, slot_name: str, make: Callable[[], Variable]) -> Variable:
        named = self._slot_dict(slot_name)
        key = _key(var)
        if key not in named:
            named[key] = make()
        return named[key]

    def _get_or_make_slot(self, var: Any, val: Tensor, slot_name: str, op_name: str) -> Variable:
        return self._make_slot(var, slot_name, lambda: slots.create_slot(var, val, op_name))

    def _get_or_make_slot_with_initializer(
        self,
        var: Any,
        initializer: Any,
        shape: TensorShape,
        dtype: DType,
        slot_name: str,
        op_name: str,
    ) -> Variable:
        return self._make_slot(
            var,
            slot_name,
            lambda: slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name),
        )

    def _zeros_slot(self, var: Any, slot_name: str, op_name: str) -> Variable:
        return self._make_slot(var, slot_name, lambda: slots.create_zeros_slot(var, op_name))

    def _create_non_slot_variable(
        self, initial_value: Any, name: str, colocate_with: Any
    ) -> Variable:
        """A variable of the optimizer's that belongs to no trained variable in particular."""
        key = (name, get_default_graph() if executing_eagerly() else colocate_with.graph)
        if key not in self._non_slots:
            with get_default_graph().colocate_with(colocate_with):
                self._non_slots[key] = Variable(
                    initial_value,
                    name=name,
                    trainable=False,
                    use_resource=isinstance(colocate_with, BaseResourceVariable),
                )
        return self._non_slots[key]

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Variable | None:
        return self._non_slots.get((name, graph))

    def _non_slot_variables(self) -> list[Variable]:
        return list(self._non_slots.values())

    # -- What subclasses define -------------------------------------------------------------

    def _valid_dtypes(self) -> set[DType]:
        """The types of loss, variables and gradients that this optimizer takes."""
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

    def _assert_valid_dtypes(self, tensors: Iterable[Any]) -> None:
        valid = self._valid_dtypes()
        for tensor in tensors:
            if tensor.dtype.base_dtype not in valid:
                raise ValueError(
                    f"Invalid type {tensor.dtype.base_dtype!r} for {tensor.name}, expected: "
                    f"{sorted(valid, key=int)}."
                )

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        """Makes the slots that the variables need.  None by default."""

    def _prepare(self) -> None:
        """Makes tensors of the hyperparameters, in the scope of the updates."""

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        raise NotImplementedError(f"{type(self).__name__} does not say how to apply a gradient.")

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        raise NotImplementedError(
            f"{type(self).__name__} does not say how to apply a gradient of some rows only."
        )

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Operation:
        """Rows that come several times are added up first, which is right for any optimizer."""
        values, indices = _without_repeats(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(values, indices, grad.dense_shape), var)

    # The same for variables behind handles.

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        raise NotImplementedError(
            f"{type(self).__name__} does not say how to apply a gradient to a resource variable."
        )

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        raise NotImplementedError(
            f"{type(self).__name__} does not say how to apply a gradient of some rows only to a "
            "resource variable."
        )

    def _resource_apply_sparse_duplicate_indices(
        self, grad: Tensor, var: Any, indices: Tensor
    ) -> Operation:
        values, unique_indices = _without_repeats(grad, indices)
        return self._resource_apply_sparse(values, var, unique_indices)

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        """One operation for all updates."""
        return tf.group(*update_ops, name=name_scope)

    def _call_if_callable(self, param: Any) -> Any:
        """Hyperparameters may be functions without arguments."""
        return param() if callable(param) and not isinstance(param, (Tensor, Variable)) else param


def _without_repeats(values: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """The sums of the rows that share an index, and the indices."""
    unique_indices, positions = tf.unique(indices)
    sums = tf.unsorted_segment_sum(values, positions, tf.shape(unique_indices)[0])
    return sums, unique_indices


def operation_of(update: Any) -> Any:
    """The operation of an update in a graph; None where it was done at once."""
    return None if executing_eagerly() else update.op


def _key(variable: Any) -> Any:
    """What a slot belongs to: the variable of this name, whichever object stands for it."""
    return variable.handle if executing_eagerly() else (variable.op.graph, variable.op.name)


def _variables_to_train(loss: Tensor, var_list: Any) -> list[Any]:
    if var_list is None:
        graph = loss.graph
        variables = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
        variables += graph.get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES)
    else:
        variables = nest.flatten(var_list)
    variables = [part for variable in variables for part in _parts(variable)]
    if not variables:
        raise ValueError("No variables to optimize.")
    for variable in variables:
        if not isinstance(variable, (Variable, Tensor)):
            raise TypeError(f"Argument is not a tf.Variable: {variable}")
    return variables


def _parts(variable: Any) -> list[Any]:
    """A partitioned variable as its parts."""
    return list(variable) if hasattr(variable, "_variable_list") else [variable]


def _as_gradient(gradient: Any) -> Any:
    if gradient is None or isinstance(gradient, IndexedSlices):
        return gradient
    try:
        return convert_to_tensor(gradient)
    except TypeError as error:
        raise TypeError(
            f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient}"
        ) from error


def _all_together(grads: Sequence[Any]) -> list[Any]:
    """Each gradient, available only when all are."""
    return list(tf.tuple(grads)) if any(g is not None for g in grads) else list(grads)
