"""Layer: a function of tensors with variables of its own, made when it is first called."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype, float32
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import _distribution
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._scopes import name_scope
from reflow.tf._variable_scope import VariableScope, get_variable, variable_scope
from reflow.tf.layers._by_products import ByProducts, add_to_collection
from reflow.tf.layers._calls import called, calls, inherited_training
from reflow.tf.layers._configured import Configured
from reflow.tf.layers._input_spec import InputSpec, check_inputs
from reflow.tf.layers._keras_style import is_in_keras_style_scope, own_variable
from reflow.tf.layers._names import snake_case, unique_name
from reflow.tf.layers._weights import Weights

# Of Keras; the shape of inputs is only kept.
_MORE_ARGUMENTS = frozenset(
    ("autocast", "batch_input_shape", "batch_size", "input_shape", "weights")
)


class Layer(ByProducts, Weights, Configured):
    """Base class of layers: `call` says what one computes, `build` makes its variables.

    Args:
      trainable: whether its variables are trained.
      name: of its variable scope; by default made of the class's name.
      dtype: of its variables; by default the first input's.
      activity_regularizer: a function of its outputs that gives a loss.
      weights: what `set_weights` is called with once the variables are made.

    Attributes:
      built: whether its variables are made.
      input_spec: one `InputSpec`, or one for each input; None asks for nothing.
    """

    # Whether variables are resource variables where the scope does not say so.
    _use_resource_variables = False

    def __init__(
        self,
        trainable: bool = True,
        name: Any = None,
        dtype: Any = None,
        activity_regularizer: Callable[[Tensor], Any] | None = None,
        _scope: Any = None,
        _reuse: bool | None = None,
        **kwargs: Any,
    ) -> None:
        unknown = set(kwargs) - _MORE_ARGUMENTS
        if unknown:
            raise TypeError("Keyword argument not understood:", min(unknown))
        self.trainable = trainable
        self.built = False
        self.input_spec: InputSpec | Sequence[InputSpec] | None = None
        self._initial_weights = kwargs.get("weights")
        if "batch_input_shape" in kwargs:
            self._batch_input_shape = tuple(kwargs["batch_input_shape"])
        elif "input_shape" in kwargs:
            self._batch_input_shape = (kwargs.get("batch_size"), *kwargs["input_shape"])
        self._dtype = None if dtype is None else as_dtype(dtype)
        self.activity_regularizer = activity_regularizer
        self._reuse = _reuse
        ByProducts.__init__(self)
        Weights.__init__(self)
        self._set_name(name)
        self._scope: VariableScope | None = None
        self._current_scope: VariableScope | None = None
        parameters = inspect.signature(self.call).parameters
        self._call_takes_scope = "scope" in parameters
        self._call_takes_training = "training" in parameters or any(
            each.kind is each.VAR_KEYWORD for each in parameters.values()
        )
        self._training_position = [*parameters, "training"].index("training")
        self._keras_style = is_in_keras_style_scope()
        if self._keras_style:
            _refuse_scope(scope=_scope, reuse=_reuse)
        if _scope:
            with variable_scope(_scope) as captured:
                self._scope = captured

    def _set_name(self, name: Any) -> None:
        base = snake_case(type(self).__name__)
        if isinstance(name, VariableScope):
            self._name, self._base_name = unique_name(base), name.name
        elif name:
            self._name = self._base_name = name
        else:
            self._name, self._base_name = unique_name(base), base

    # -- What subclasses define -----------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Makes the variables, for inputs of this shape (a nest for several inputs)."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output for inputs of this shape."""
        raise NotImplementedError(f"{type(self).__name__} does not say what shape it gives.")

    def __deepcopy__(self, memo: dict[int, Any]) -> Layer:
        """A layer of its own in the same variable scope; tensors and the graph are shared."""
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        for name, value in vars(self).items():
            if name in ("_scope", "_current_scope"):
                value = copy.copy(value)
            elif name != "_graph" and not _is_of_tensors(value):
                value = copy.deepcopy(value, memo)
            setattr(copied, name, value)
        return copied

    # -- Calling --------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, scope: Any = None, **kwargs: Any) -> Any:
        """What the layer gives for `inputs`, a tensor or a nest of them.

        Args:
          scope: the variable scope to make the variables in, at the first call.

        Raises:
          ValueError: the inputs are not what `input_spec` asks for, or `call` gives None.
        """
        if self._keras_style:
            _refuse_scope(scope=scope)
            return self._call_within(inputs, args, kwargs)
        self._set_scope(scope)
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as current:
            self._current_scope = current
            if self._call_takes_scope:
                kwargs["scope"] = current
            outputs = self._call_within(inputs, args, kwargs)
        if not executing_eagerly():
            add_to_collection(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    apply = __call__

    def _call_within(self, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What `call` gives, in the layer's name scope, after the checks and `build`."""
        inputs = nest.map_structure(_as_tensor, inputs)
        training = self._take_training(args, kwargs)
        if executing_eagerly() and calls.inputs is None:
            self._losses.clear()
        with called(inputs, training, self.trainable):
            if not (self.built and executing_eagerly()):
                check_inputs(self.input_spec, inputs, self.name)
            with name_scope(self._name_scope()):
                self._build_for(inputs)
                outputs = self.call(inputs, *args, **kwargs)
                if outputs is None:
                    raise ValueError(
                        "A layer's `call` method should return a Tensor or a list of Tensors, not "
                        f"None (layer: {self.name})."
                    )
                self._regularize_activity(inputs, outputs)
        return outputs

    def _take_training(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The argument `training` of a call.

        If it is not given, that of the calls around is, where `call` takes one.
        """
        if "training" in kwargs:
            return kwargs["training"] if self._call_takes_training else kwargs.pop("training")
        if 0 < self._training_position <= len(args):
            return args[self._training_position - 1]
        training = inherited_training()
        if self._call_takes_training and training is not None:
            kwargs["training"] = training
        return training

    def _build_for(self, inputs: Any) -> None:
        if self.built:
            return
        if self._dtype is None:
            first = nest.flatten(inputs)[0]
            self._dtype = first.dtype.base_dtype if isinstance(first, Tensor) else None
        self.build(nest.map_structure(lambda tensor: tensor.shape, inputs))
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def _regularize_activity(self, inputs: Any, outputs: Any) -> None:
        if self.activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = convert_to_tensor(self.activity_regularizer(output))
                # The mean over the batch.
                self.add_loss(loss / cast(shape_of(output)[0], loss.dtype), inputs=inputs)

    def _set_scope(self, scope: Any = None) -> None:
        """Settles the variable scope, the first time that it is needed."""
        if self._scope is not None:
            return
        if self._reuse:
            opened = variable_scope(self._base_name if scope is None else scope)
        else:
            opened = variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            self._scope = captured

    def _name_scope(self) -> str:
        if self._keras_style:
            return self.name
        assert self._current_scope is not None
        return self._current_scope.original_name_scope

    # -- Variables ------------------------------------------------------------------------------

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Callable[[Any], Any] | None = None,
        trainable: bool | None = None,
        constraint: Callable[[Tensor], Tensor] | None = None,
        use_resource: bool | None = None,
        synchronization: Any = _distribution.VariableSynchronization.AUTO,
        aggregation: Any = _distribution.VariableAggregation.NONE,
        partitioner: Any = None,
    ) -> Any:
        """A variable of the layer, by `tf.get_variable` in its scope; see there.

        Raises:
          ValueError: a trainable variable is to be synchronised when it is read.
        """
        if synchronization is _distribution.VariableSynchronization.ON_READ and trainable:
            raise ValueError(
                "Synchronization value can be set to VariableSynchronization.ON_READ only for "
                "non-trainable variables. You have specified trainable=True and "
                "synchronization=VariableSynchronization.ON_READ."
            )
        synchronization, aggregation, trainable = _distribution.checked(
            synchronization, aggregation, trainable, name
        )
        dtype = as_dtype(dtype or self._dtype or float32)
        if self._keras_style:
            variable = own_variable(
                name,
                shape,
                dtype,
                initializer,
                trainable and self.trainable,
                constraint,
                use_resource,
            )
            self._keep(variable, variable.op.name, regularizer, trainable and self.trainable)
            return variable
        existing = set(get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES))
        self._set_scope()
        reuse = self.built or self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(self._name_scope()):
                variable = get_variable(
                    name,
                    shape=shape,
                    dtype=dtype,
                    initializer=scope.initializer if initializer is None else initializer,
                    trainable=trainable and self.trainable,
                    constraint=constraint,
                    partitioner=partitioner,
                    use_resource=use_resource or self._use_resource_variables or scope.use_resource,
                    synchronization=synchronization,
                    aggregation=aggregation,
                )
                # A custom getter may have decided that it is not trained.
                is_trained = trainable and self.trainable and _is_trained(variable)
                is_new = existing.isdisjoint(_parts(variable))
                self._keep(variable, name, regularizer if is_new else None, is_trained)
        return variable

    def _keep(
        self,
        variable: Any,
        name: str,
        regularizer: Callable[[Any], Any] | None,
        is_trained: bool,
    ) -> None:
        """Makes a variable one of the layer's."""
        self._keep_weight(variable, is_trained)
        if regularizer is not None:
            for part in _parts(variable):
                self.add_loss(partial(_regularization, name, part, regularizer))

    add_variable = add_weight

    # -- What it is -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> Any:
        """The type of its variables; None before it is known."""
        return None if self._dtype is None else self._dtype.name

    @property
    def scope_name(self) -> str:
        """The name of its variable scope; ValueError before that is settled."""
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been '
                "used yet. The scope name is determined the first time the layer instance is "
                "called. You must therefore call the layer before querying `scope_name`."
            )
        return self._scope.name

    @property
    def _variable_type(self) -> DType:
        return float32 if self._dtype is None else self._dtype


def _refuse_scope(**given: Any) -> None:
    """ValueError for what layers that own their variables do not take."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name} argument not allowed when keras style layers are enabled, but saw: {value}"
            )


def _as_tensor(value: Any) -> Any:
    return convert_to_tensor(value) if _is_array(value) else value


def _is_of_tensors(value: Any) -> bool:
    """Whether it is a tensor or a list of these."""
    return isinstance(value, Tensor) or (
        isinstance(value, list) and bool(value) and all(isinstance(each, Tensor) for each in value)
    )


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and not isinstance(value, Tensor)


def _parts(variable: Any) -> list[Any]:
    return list(variable) if isinstance(variable, PartitionedVariable) else [variable]


def _is_trained(variable: Any) -> bool:
    """Whether the variable itself is trainable.

    A custom getter may have decided otherwise; of a partitioned one, as in TensorFlow, only the
    parts are.
    """
    return not isinstance(variable, PartitionedVariable) and getattr(variable, "trainable", False)


def _regularization(name: str, variable: Any, regularizer: Callable[[Any], Any]) -> Any:
    """What a regularizer says of a variable."""
    with name_scope(f"{name}/Regularizer"):
        return regularizer(variable)
