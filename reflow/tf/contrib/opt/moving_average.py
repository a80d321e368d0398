"""tf.contrib.opt.MovingAverageOptimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf.train.moving_averages import ExponentialMovingAverage
from reflow.tf.train.optimizer import Optimizer
from reflow.tf.train.saver import Saver


class MovingAverageOptimizer(Optimizer):
    """Trains with another optimizer and keeps moving averages of the variables, which
    `swapping_saver` saves in their place.

    Args:
      opt: makes the steps.
      average_decay, num_updates: as in tf.train.ExponentialMovingAverage.
      sequential_update: average after each step, not beside it.
    """

    def __init__(
        self,
        opt: Any,
        average_decay: Any = 0.9999,
        num_updates: Any = None,
        sequential_update: bool = True,
    ) -> None:
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped_names: dict[str, str] | None = None
        self._sequential_update = sequential_update

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        pairs = list(grads_and_vars)
        trained = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        variables = [variable for gradient, variable in pairs if gradient is not None]
        if self._sequential_update:
            with get_default_graph().control_dependencies([trained]):
                averaged = self._ema.apply(variables)
        else:
            averaged = self._ema.apply(variables)
        self._swapped_names = {}
        for variable in variables:
            average = self._ema.average(variable)
            assert average is not None
            self._swapped_names[variable.op.name] = average.op.name
            self._swapped_names[average.op.name] = variable.op.name
        return tf.group(trained, averaged, name="train_with_avg")

    def swapping_saver(
        self, var_list: Any = None, name: str = "swapping_saver", **kwargs: Any
    ) -> Saver:
        """A Saver for training: the averages go by the names of the variables, and the other way
        round, so that a plain Saver restores averages.

        Args:
          var_list: as Saver's (default: all variables so far).
          kwargs: more of Saver's arguments.

        Raises:
          RuntimeError: there is no training operation yet.
          ValueError: a variable is to be saved without its average, or an average without its
            variable.
        """
        if self._swapped_names is None:
            raise RuntimeError(
                "Must call apply_gradients or minimize before creating the swapping_saver"
            )
        named = by_name(tf.global_variables() if var_list is None else var_list)
        variables = {
            part.op.name if isinstance(item, list) else key: part
            for key, item in named.items()
            for part in (item if isinstance(item, list) else [item])
        }
        swapped = {
            key: (
                [self._swap(variables, part.op.name, part) for part in item]
                if isinstance(item, list)
                else self._swap(variables, key, item)
            )
            for key, item in named.items()
        }
        return Saver(swapped, name=name, **kwargs)

    def _swap(self, variables: Mapping[str, Any], name: str, variable: Any) -> Any:
        assert self._swapped_names is not None
        other = self._swapped_names.get(name)
        if other is None:
            return variable
        if other not in variables:
            raise ValueError(
                f"Variable to swap {other} is not part of variables to save. This breaks "
                "MovingAverageOptimizer."
            )
        return variables[other]


def by_name(var_list: Any) -> dict[str, Any]:
    """What is saved under each name: a variable, or the parts of a partitioned one as a list."""
    if isinstance(var_list, Mapping):
        return {
            name: list(item) if isinstance(item, (PartitionedVariable, list, tuple)) else item
            for name, item in var_list.items()
        }
    named: dict[str, Any] = {}
    for variable in var_list:
        info = variable._get_save_slice_info()
        if isinstance(variable, PartitionedVariable):
            named[variable.name] = list(variable)
        elif info is not None:
            named.setdefault(info.full_name, []).append(variable)
        else:
            named[variable.op.name] = variable
    return named
