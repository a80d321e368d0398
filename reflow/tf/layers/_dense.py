"""Dense: a product with a matrix of weights, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.linalg import MatMul
from reflow.tf import _sparse_math, linalg, nn
from reflow.tf._casts import cast
from reflow.tf.initializers import zeros
from reflow.tf.layers._constraints import constraint_of
from reflow.tf.layers._functions import function_of
from reflow.tf.layers._identifiers import activation_of, initializer_of
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._regularizers import regularizer_of

_ZEROS = zeros()


class Dense(Layer):
    """activation(inputs @ kernel + bias), along the last dimension of the inputs.

    Args:
      units: the size of the outputs' last dimension.
      activation: a function of tensors or its name; None for none.
      use_bias: whether to add a bias.
      kernel_initializer, bias_initializer: the first values; that of the kernel is by default the
        variable scope's, at last `glorot_uniform`.
      kernel_regularizer, bias_regularizer, activity_regularizer: functions that give losses, or
        their names.
      kernel_constraint, bias_constraint: functions that optimizers apply after each update, or
        their names.
      trainable, name: see `Layer`.

    Attributes:
      kernel: [inputs' last dimension, units].
      bias: [units], or None.
    """

    kernel: Any
    bias: Any = None

    _config = (
        "units",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
    )

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            trainable=trainable,
            name=name,
            activity_regularizer=regularizer_of(activity_regularizer),
            **kwargs,
        )
        self.units = int(units)
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer = regularizer_of(kernel_regularizer)
        self.bias_regularizer = regularizer_of(bias_regularizer)
        self.kernel_constraint = constraint_of(kernel_constraint)
        self.bias_constraint = constraint_of(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        dtype = self._variable_type
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(
                f"Unable to build `Dense` layer with non-floating point dtype {dtype.name}"
            )
        size = TensorShape(input_shape).as_list()[-1]
        if size is None:
            raise ValueError(
                "The last dimension of the inputs to `Dense` should be defined. Found `None`."
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel",
            [size, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            trainable=True,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.units],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                trainable=True,
            )
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        outputs = self._product(inputs)
        if self.use_bias:
            outputs = nn.bias_add(outputs, self.bias)
        return self.activation(outputs)

    def _product(self, inputs: Any) -> Tensor:
        rank = inputs.shape.ndims
        if rank > 2:
            outputs = linalg.tensordot(inputs, self.kernel, [[rank - 1], [0]])
            if not executing_eagerly():
                outputs.set_shape(inputs.shape.as_list()[:-1] + [self.units])
            return outputs
        inputs = cast(inputs, self._variable_type)
        if isinstance(inputs, SparseTensor):
            return _sparse_math.sparse_tensor_dense_matmul(inputs, self.kernel)
        product: Tensor = MatMul(inputs, self.kernel)
        return product

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = TensorShape(input_shape).with_rank_at_least(2)
        if shape.as_list()[-1] is None:
            raise ValueError(
                f"The innermost dimension of input_shape must be defined, but saw: {shape}"
            )
        outer: TensorShape = shape[:-1]
        return outer.concatenate(self.units)


dense = function_of(Dense, "dense")
