"""tf.train.ExponentialMovingAverage, and the moving averages of single values that layers keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.tf._scopes import init_scope, name_scope
from reflow.tf._variable_scope import get_variable, get_variable_scope, variable_scope
from reflow.tf._variables import Variable
from reflow.tf.initializers import Zeros
from reflow.tf.train.slots import create_slot, create_zeros_slot

_AVERAGED = (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)
_VARIABLE_OPS = ("Variable", "VariableV2", "VarHandleOp")


def assign_moving_average(
    variable: Any, value: Any, decay: Any, zero_debias: bool = True, name: str | None = None
) -> Any:
    """variable -= (1 - decay) * (variable - value)

    Args:
      variable: the average.
      value: of the variable's shape.
      zero_debias: whether the variable began as 0, and the average is to be divided by
        1 - decay^t, as in Kingma and Ba, "Adam" (2014), section 3; this keeps two variables of its
        own, "biased" and "local_step".

    Returns:
      The average after the update.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value, decay]) as scope:
        rest = convert_to_tensor(1.0 - decay, name="decay")
        if rest.dtype != variable.dtype.base_dtype:
            rest = tf.cast(rest, variable.dtype.base_dtype)
        if zero_debias:
            return _assign_without_bias(variable, value, rest)
        return tf.assign_sub(variable, (variable - value) * rest, name=scope)


def _assign_without_bias(unbiased: Any, value: Any, rest: Tensor) -> Any:
    """Gives `unbiased` the average of all values so far; `rest` is 1 - decay."""
    with variable_scope(unbiased.name[: -len(":0")], values=[unbiased, value, rest]):
        with get_default_graph().colocate_with(unbiased):
            biased = _own_variable("biased", unbiased.get_shape(), unbiased.dtype)
            local_step = _own_variable("local_step", [], unbiased.dtype)
    updated = tf.assign_sub(biased, (biased - value) * rest)
    steps = local_step.assign_add(1)
    bias_factor = 1 - tf.pow(1.0 - rest, steps)
    name = f"{get_default_graph().get_name_scope()}/"
    return tf.assign(unbiased, updated / bias_factor, name=name)


def _own_variable(name: str, shape: Any, dtype: Any) -> Variable:
    """A variable of zeros, another one at each call unless the scope reuses variables."""
    scope = get_variable_scope()
    unique = name
    if not scope.reuse:
        taken = {variable.op.name for variable in scope.global_variables()}
        number = 0
        while f"{scope.name}/{unique}" in taken:
            number += 1
            unique = f"{name}_{number}"
    return get_variable(unique, shape, dtype.base_dtype, Zeros(), trainable=False)


def weighted_moving_average(
    value: Tensor,
    decay: Any,
    weight: Tensor,
    truediv: bool = True,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> Tensor:
    """moving_average(value * weight) / moving_average(weight)

    Args:
      weight: of a shape that multiplies `value`'s.
      truediv: whether whole numbers are divided as Python divides them.
      collections: of the graph, that the two averages belong to (default: global variables).
    """
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)

    def average_of(what: str, new: Tensor, like: Tensor) -> Variable:
        return get_variable(
            what, like.get_shape(), new.dtype, Zeros(), trainable=False, collections=collections
        )

    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]) as scope:
        products = average_of("value_x_weight", value, value)
        weights = average_of("weight", weight, weight)
        numerator = assign_moving_average(products, value * weight, decay, zero_debias=False)
        denominator = assign_moving_average(weights, weight, decay, zero_debias=False)
        divide = tf.truediv if truediv else tf.div
        quotient: Tensor = divide(numerator, denominator, name=scope.name)
        return quotient


class ExponentialMovingAverage:
    """Keeps a slow copy of each variable: average -= (1 - decay) * (average - variable).

    The copies, "v/ExponentialMovingAverage", begin with the variables' initial values; those of
    tensors with 0.

    Args:
      num_updates: a count of steps: the decay is then at most (1 + n) / (10 + n), so that
        averages move faster at first.
      zero_debias: whether the averages of tensors are corrected for their beginning with 0.
      name: of the copies and of the operations.
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[Any, Variable] = {}

    @property
    def name(self) -> str:
        return self._name

    def apply(self, var_list: Iterable[Any] | None = None) -> Operation:
        """An operation that updates the averages of variables or tensors (default: of the
        trainable variables), which are made on the first call.

        Raises:
          TypeError: something is no floating-point number, or, in eager mode, no variable.
        """
        values = tf.trainable_variables() if var_list is None else list(var_list)
        if any(isinstance(value, EagerTensor) for value in values):
            raise TypeError(
                "tf.train.ExponentialMovingAverage does not support non-Variable tensors when "
                "eager execution is enabled."
            )
        debiased = set()
        for value in values:
            if value.dtype.base_dtype not in _AVERAGED:
                raise TypeError(f"The variables must be half, float, or double: {value.name}")
            key = value.experimental_ref()
            if key not in self._averages:
                self._averages[key] = self._new_average(value)
                if self._zero_debias and not isinstance(value, Variable):
                    debiased.add(key)
        with name_scope(self.name) as scope:
            decay = self._current_decay()
            updates = [
                assign_moving_average(self._averages[key], value, decay, key in debiased)
                for key, value in ((value.experimental_ref(), value) for value in values)
            ]
            return tf.group(*updates, name=scope)

    def _new_average(self, value: Any) -> Variable:
        with init_scope():
            if isinstance(value, Variable):
                tf.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, value)
                return create_slot(value, value.initialized_value(), self.name)
            return create_zeros_slot(
                value, self.name, colocate_with_primary=value.op.type in _VARIABLE_OPS
            )

    def _current_decay(self) -> Tensor:
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is None:
            return decay
        count = tf.cast(self._num_updates, dtypes.float32, name="num_updates")
        slower: Tensor = tf.minimum(decay, (1.0 + count) / (10.0 + count))
        return slower

    def average(self, var: Any) -> Variable | None:
        """The average of a variable or tensor; None where `apply` was not told of it."""
        return self._averages.get(var.experimental_ref())

    def average_name(self, var: Any) -> str:
        """The name of the variable that is, or will be, the average: for restoring it."""
        average = self.average(var)
        if average is not None:
            name: str = average.op.name
            return name
        return get_default_graph().unique_name(f"{var.op.name}/{self.name}", mark_as_used=False)

    def variables_to_restore(
        self, moving_avg_variables: Iterable[Any] | None = None
    ) -> dict[str, Any]:
        """For a Saver: variables by the names of what is to be restored into them, which for
        `moving_avg_variables` (default: trainable variables and those with averages) are their
        averages."""
        if moving_avg_variables is None:
            moving_avg_variables = tf.trainable_variables() + tf.moving_average_variables()
        averaged = {variable.experimental_ref(): variable for variable in moving_avg_variables}
        by_name = {self.average_name(variable): variable for variable in averaged.values()}
        names = {variable.name for variable in averaged.values()}
        for variable in tf.global_variables():
            if variable.name not in names:
                by_name.setdefault(variable.op.name, variable)
        return by_name
