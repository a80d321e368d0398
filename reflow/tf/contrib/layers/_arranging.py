"""Layers that arrange tensors anew: flattened, as one-hot vectors, as sequences."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import channels_format, model_variable_getter
from reflow.tf.contrib.layers.utils import collect_named_outputs


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """[batch, ...] as [batch, n]; ValueError if there is no batch dimension."""
    with name_scope(scope, "Flatten", [inputs]) as current:
        outputs = tf.layers.flatten(convert_to_tensor(inputs))
        return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]


@add_arg_scope
def _inner_flatten(
    inputs: Any, new_rank: Any, output_collections: Any = None, scope: str | None = None
) -> Any:
    """A tensor or SparseTensor of rank `new_rank`: its last dimensions become one.

    Raises:
      ValueError: it has fewer dimensions, as far as that is known; else the run fails.
    """
    with name_scope(scope, "InnerFlatten", [inputs, new_rank]) as current:
        if isinstance(inputs, SparseTensor):
            flattened: Any = _flattened_sparse(inputs, new_rank)
        else:
            flattened = _flattened_dense(convert_to_tensor(inputs), new_rank)
    return collect_named_outputs(output_collections, current, flattened)


def _flattened_sparse(inputs: SparseTensor, new_rank: int) -> SparseTensor:
    rank = inputs.dense_shape.shape.as_list()[0]
    if rank < new_rank:
        raise ValueError(
            f"Inputs has rank less than new_rank. {inputs} must have rank at least {new_rank}. "
            f"Received rank {rank}, shape {inputs.shape}"
        )
    outer = inputs.dense_shape[: new_rank - 1]
    inner = inputs.dense_shape[new_rank - 1 :]
    shape = tf.concat((outer, [tf.reduce_prod(inner)]), 0)
    return tf.sparse_reshape(inputs, shape)  # type: ignore[no-any-return]


def _flattened_dense(inputs: Tensor, new_rank: Any) -> Tensor:
    check = tf.assert_rank_at_least(inputs, new_rank, message="inputs has rank less than new_rank")
    with tf.control_dependencies([check]):
        outer = tf.strided_slice(tf.shape(inputs), [0], [new_rank - 1])
        flattened: Tensor = tf.reshape(inputs, tf.concat((outer, [-1]), 0))
    if isinstance(new_rank, int) and inputs.shape.ndims is not None:
        kept, joined = inputs.shape[: new_rank - 1], inputs.shape[new_rank - 1 :]
        flattened.set_shape(kept.concatenate(joined.num_elements()))
    return flattened


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: Any,
    on_value: Any = 1.0,
    off_value: Any = 0.0,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """[batch, num_classes]: for each label a vector with `on_value` at its place."""
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as current:
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = tf.to_int64(labels)
        outputs = tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]


@add_arg_scope
def dense_to_sparse(
    tensor: Any, eos_token: Any = 0, outputs_collections: Any = None, scope: Any = None
) -> SparseTensor:
    """A tensor of labels, of which `eos_token` marks the empty places, as a SparseTensor."""
    with variable_scope(scope, "dense_to_sparse", [tensor]) as current:
        tensor = convert_to_tensor(tensor)
        indices = tf.where(tf.not_equal(tensor, tf.constant(eos_token, tensor.dtype)))
        values = tf.gather_nd(tensor, indices)
        outputs = SparseTensor(indices, values, tf.shape(tensor, out_type=dtypes.int64))
        return collect_named_outputs(outputs_collections, current.name, outputs)  # type: ignore[no-any-return]


@add_arg_scope
def images_to_sequence(
    inputs: Any,
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """Pictures as sequences of columns' pixels: [width, batch * height, channels].

    Args:
      inputs: [batch, height, width, channels], or [batch, channels, height, width]; the width and
        the channels are known.
    """
    channels = channels_format(data_format)
    with name_scope(scope, "ImagesToSequence", [inputs]) as current:
        inputs = convert_to_tensor(inputs)
        if channels == "channels_first":
            inputs = tf.transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.shape.as_list()
        sizes = tf.shape(inputs)
        batch, height = sizes[0], sizes[1]
        columns = tf.transpose(inputs, [2, 0, 1, 3])
        outputs = tf.reshape(columns, [width, batch * height, depth])
        return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]


@add_arg_scope
def sequence_to_images(
    inputs: Any,
    height: int,
    output_data_format: str = "channels_last",
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """What `images_to_sequence` made of pictures, as pictures again."""
    with name_scope(scope, "SequenceToImages", [inputs]) as current:
        inputs = convert_to_tensor(inputs)
        width, rows, depth = inputs.shape.as_list()
        batch = -1 if rows is None else rows // height
        columns = tf.reshape(inputs, [width, batch, height, depth])
        order = [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3]
        outputs = tf.transpose(columns, order)
        return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Tensor:
    """Elements are zeros, except those kept, which are divided by `keep_prob`.

    Args:
      keep_prob: how likely an element is kept.
      noise_shape: the shape of the draws, which are broadcast; default: the inputs'.
      is_training: if false, the inputs as they are; may be a tensor.
    """
    getter = model_variable_getter()
    with variable_scope(scope, "Dropout", [inputs], custom_getter=getter) as current:
        layer = tf.layers.Dropout(
            rate=1 - keep_prob,
            noise_shape=noise_shape,
            seed=seed,
            name=current.name,
            _scope=current,
        )
        outputs = layer.apply(convert_to_tensor(inputs), training=is_training)
        return collect_named_outputs(outputs_collections, current.name, outputs)  # type: ignore[no-any-return]
